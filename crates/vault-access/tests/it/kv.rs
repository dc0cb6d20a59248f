use secret::ExposeSecret as _;
use serde_json::json;
use vault_access::{KvLookup, Vault};

use crate::fixture::{client, limited, root, shared};

/// One line per key, or what else it is.
async fn read(vault: &Vault, path: &str) -> String {
    match vault.kv_read(path).await.unwrap() {
        KvLookup::Found { version, mount, data } => {
            let keys: Vec<_> =
                data.iter().map(|(key, value)| format!("{key}={}", value.expose_secret())).collect();
            format!("{mount} v{version}: {}", keys.join(" "))
        }
        other => format!("{other:?}"),
    }
}

async fn put(path: &str, data: serde_json::Value) {
    shared().kv_put(path, data).await.unwrap();
}

#[tokio::test]
async fn version_2_is_found_by_asking() {
    if sandbox::vault_left_out("version_2_is_found_by_asking") {
        return;
    }
    put("gitops/two/login", json!({"username": "me", "password": "p"})).await;
    assert_eq!(read(&root(shared()), "gitops/two/login").await, "gitops v2: password=p username=me");
    assert_eq!(read(&root(shared()), "/gitops/two/login/").await, "gitops v2: password=p username=me");
}

#[tokio::test]
async fn version_1_is_found_by_asking() {
    if sandbox::vault_left_out("version_1_is_found_by_asking") {
        return;
    }
    put("kv1/one/login", json!({"token": "t"})).await;
    assert_eq!(read(&root(shared()), "kv1/one/login").await, "kv1 v1: token=t");
}

#[tokio::test]
async fn a_data_after_the_mount_is_left_out_where_nothing_is_there_with_it() {
    if sandbox::vault_left_out("a_data_after_the_mount_is_left_out_where_nothing_is_there_with_it") {
        return;
    }
    put("secret/tolerant/a", json!({"which": "without"})).await;
    assert_eq!(read(&root(shared()), "secret/data/tolerant/a").await, "secret v2: which=without");
    put("secret/data/tolerant/a", json!({"which": "with"})).await;
    assert_eq!(read(&root(shared()), "secret/data/tolerant/a").await, "secret v2: which=with");
}

#[tokio::test]
async fn a_data_is_left_out_also_for_who_may_read_nothing_else() {
    if sandbox::vault_left_out("a_data_is_left_out_also_for_who_may_read_nothing_else") {
        return;
    }
    put("secret/narrow/a", json!({"k": "v"})).await;
    let vault = limited(shared(), "path \"secret/data/narrow/*\" { capabilities = [\"read\"] }").await;
    assert_eq!(read(&vault, "secret/data/narrow/a").await, "secret v2: k=v");
}

#[tokio::test]
async fn version_1_knows_no_data() {
    if sandbox::vault_left_out("version_1_knows_no_data") {
        return;
    }
    put("kv1/plain", json!({"k": "v"})).await;
    assert_eq!(read(&root(shared()), "kv1/data/plain").await, "Absent(kv1/data/plain)");
}

#[tokio::test]
async fn what_is_not_there_and_what_was_deleted_are_told_apart() {
    if sandbox::vault_left_out("what_is_not_there_and_what_was_deleted_are_told_apart") {
        return;
    }
    assert_eq!(read(&root(shared()), "secret/never").await, "Absent(secret/data/never)");
    put("secret/once", json!({"k": "v"})).await;
    shared().api("DELETE", "secret/data/once", None).await.unwrap();
    assert_eq!(read(&root(shared()), "secret/once").await, "Deleted(secret/data/once)");
}

#[tokio::test]
async fn no_right_and_no_mount_are_the_same_to_vault() {
    if sandbox::vault_left_out("no_right_and_no_mount_are_the_same_to_vault") {
        return;
    }
    let vault = limited(shared(), "path \"secret/data/mine/*\" { capabilities = [\"read\"] }").await;
    assert_eq!(read(&vault, "secret/yours").await, "Denied(secret/data/yours)");
    assert_eq!(read(&vault, "gitops/x").await, "Denied(gitops/data/x, gitops/x)");
    assert_eq!(read(&root(shared()), "nowhere/x").await, "Denied(nowhere/data/x, nowhere/x)");
}

#[tokio::test]
async fn values_that_are_no_text_stand_as_json_and_null_is_none() {
    if sandbox::vault_left_out("values_that_are_no_text_stand_as_json_and_null_is_none") {
        return;
    }
    put("secret/types", json!({"n": 12345678, "b": true, "o": {"a": [1]}, "z": null, "s": "x"})).await;
    assert_eq!(read(&root(shared()), "secret/types").await, "secret v2: b=true n=12345678 o={\"a\":[1]} s=x");
}

#[tokio::test]
async fn odd_names_stay_names() {
    if sandbox::vault_left_out("odd_names_stay_names") {
        return;
    }
    put("kv1/a%20b/c%3Fd%23e", json!({"k": "v"})).await;
    assert_eq!(read(&root(shared()), "kv1/a b/c?d#e").await, "kv1 v1: k=v");
}

#[tokio::test]
async fn a_path_that_leads_elsewhere_is_refused_before_anything_is_sent() {
    let vault = client("http://127.0.0.1:1", "t");
    for path in ["../sys/mounts", "secret/./x", "secret//x", "", "a\nb"] {
        let error = vault.kv_read(path).await.unwrap_err().to_string();
        assert!(error.starts_with("the KV path") && !error.contains('\n'), "{error}");
    }
}

#[tokio::test]
async fn debug_shows_keys_and_no_values() {
    if sandbox::vault_left_out("debug_shows_keys_and_no_values") {
        return;
    }
    put("secret/shown", json!({"password": "hunter22"})).await;
    let shown = format!("{:?}", root(shared()).kv_read("secret/shown").await.unwrap());
    assert!(shown.contains("password") && !shown.contains("hunter22"), "{shown}");
}
