use serde_json::json;
use vault_access::{KvLookup, MountLookup, Vault, VaultError, VaultSettings};

use crate::fixture::{settings, shared};

fn within(namespace: &str) -> Vault {
    let settings = settings(&shared().address(), shared().root_token());
    Vault::new(VaultSettings { namespace: Some(namespace.to_owned()), ..settings }).unwrap()
}

/// A fresh mount of version 2 answers only after its upgrade.
async fn put_when_upgraded(path: &str, body: &serde_json::Value) {
    for _ in 0..500 {
        if shared().api("POST", path, Some(body.clone())).await.is_ok() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("{path} could not be written");
}

#[tokio::test]
async fn paths_are_those_of_the_namespace() {
    if sandbox::vault_left_out("paths_are_those_of_the_namespace") {
        return;
    }
    let server = shared();
    let kv = json!({"type": "kv", "options": {"version": "2"}});
    server.api("POST", "sys/namespaces/team", Some(json!({}))).await.unwrap();
    server.api("POST", "team/sys/mounts/inner", Some(kv)).await.unwrap();
    server.api("POST", "team/sys/auth/k8s", Some(json!({"type": "kubernetes"}))).await.unwrap();
    put_when_upgraded("team/inner/data/x", &json!({"data": {"k": "v"}})).await;
    let KvLookup::Found { version: 2, mount, .. } = within("team").kv_read("inner/x").await.unwrap() else {
        panic!("not found")
    };
    assert_eq!(mount, "inner");
    let found = within("team/").auth_mount("k8s").await.unwrap();
    assert!(matches!(found, MountLookup::Found { .. }), "{found:?}");
    assert_eq!(within("team").auth_mount("kubernetes").await.unwrap(), MountLookup::Absent);
}

#[tokio::test]
async fn a_namespace_that_is_not_there_is_told_and_does_not_hide_how_vault_is() {
    if sandbox::vault_left_out("a_namespace_that_is_not_there_is_told_and_does_not_hide_how_vault_is") {
        return;
    }
    let vault = within("nowhere");
    vault.ready().await.unwrap();
    let errors = [
        vault.auth_mount("kubernetes").await.unwrap_err(),
        vault.kubernetes_config("kubernetes").await.unwrap_err(),
        vault.kv_read("secret/x").await.unwrap_err(),
        vault.token().await.unwrap_err(),
    ];
    for error in errors {
        assert!(
            matches!(&error, VaultError::NoSuchNamespace { namespace } if namespace == "nowhere"),
            "{error}"
        );
    }
}
