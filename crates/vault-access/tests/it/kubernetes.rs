use insta::assert_snapshot;
use sandbox::faults::Fault;
use secret::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use vault_access::{ConfigLookup, VaultError};

use crate::fixture::{limited, own, root, shared, told};

const JWT: &str = "eyJhbGciOiJSUzI1NiJ9.e30.reviewer";

fn fields(value: Value) -> serde_json::Map<String, Value> {
    value.as_object().unwrap().clone()
}

async fn fresh(mount: &str) {
    shared().enable_kubernetes(mount).await.unwrap();
}

#[tokio::test]
async fn what_is_written_is_read_back_but_for_the_token() {
    if sandbox::vault_left_out("what_is_written_is_read_back_but_for_the_token") {
        return;
    }
    fresh("written").await;
    let vault = root(shared());
    assert_eq!(vault.kubernetes_config("written").await.unwrap(), ConfigLookup::Unset);
    let wanted = json!({
        "kubernetes_host": "https://127.0.0.1:6443", "kubernetes_ca_cert": "CA", "issuer": "me",
        "disable_iss_validation": false,
    });
    vault.write_kubernetes_config("written", &fields(wanted), &SecretString::from(JWT)).await.unwrap();
    let ConfigLookup::Found(config) = vault.kubernetes_config("written").await.unwrap() else {
        panic!("not found")
    };
    assert_eq!((config.host.as_str(), config.ca_cert.as_str()), ("https://127.0.0.1:6443", "CA"));
    assert_eq!(config.fields["issuer"], "me");
    assert_eq!(config.fields["disable_iss_validation"], false);
    assert!(config.fields.keys().all(|field| !field.contains("jwt_set") && field != "token_reviewer_jwt"));
    let held = shared().api("GET", "auth/written/config", None).await.unwrap();
    assert_ne!(held["data"]["token_reviewer_jwt_set"], false, "the token went along");
}

#[tokio::test]
async fn a_mount_that_is_not_there_is_told() {
    if sandbox::vault_left_out("a_mount_that_is_not_there_is_told") {
        return;
    }
    let vault = root(shared());
    assert_eq!(vault.kubernetes_config("gone").await.unwrap(), ConfigLookup::NoMount);
    let wanted = fields(json!({"kubernetes_host": "https://a"}));
    let error = vault.write_kubernetes_config("gone", &wanted, &SecretString::from(JWT)).await.unwrap_err();
    assert_snapshot!(told(&error), @"
        Vault has no auth mount gone
        => vault auth enable -path=gone kubernetes
    ");
}

#[tokio::test]
async fn a_mount_of_another_type_is_told() {
    if sandbox::vault_left_out("a_mount_of_another_type_is_told") {
        return;
    }
    shared().api("POST", "sys/auth/people", Some(json!({"type": "userpass"}))).await.unwrap();
    let vault = root(shared());
    assert_eq!(vault.kubernetes_config("people").await.unwrap(), ConfigLookup::OtherType);
    let error = vault
        .write_kubernetes_config("people", &fields(json!({})), &SecretString::from(JWT))
        .await
        .unwrap_err();
    assert!(matches!(error, VaultError::WrongMountType { .. }), "{error}");
}

#[tokio::test]
async fn a_token_without_the_right_is_told_with_the_line_of_policy() {
    if sandbox::vault_left_out("a_token_without_the_right_is_told_with_the_line_of_policy") {
        return;
    }
    let vault = limited(shared(), "path \"none\" { capabilities = [\"deny\"] }").await;
    assert_eq!(vault.kubernetes_config("kubernetes").await.unwrap(), ConfigLookup::Denied);
    let wanted = fields(json!({"kubernetes_host": "https://a"}));
    let error =
        vault.write_kubernetes_config("kubernetes", &wanted, &SecretString::from(JWT)).await.unwrap_err();
    assert_snapshot!(told(&error), @r#"
        Vault does not let the token update auth/kubernetes/config
        => add to a policy of the token: path "auth/kubernetes/config" { capabilities = ["update"] }
    "#);
}

#[tokio::test]
async fn what_vault_says_to_a_bad_write_is_repeated_and_the_token_is_not() {
    if sandbox::vault_left_out("what_vault_says_to_a_bad_write_is_repeated_and_the_token_is_not") {
        return;
    }
    fresh("bad").await;
    let wanted = fields(json!({"kubernetes_host": "https://a"}));
    let error =
        root(shared()).write_kubernetes_config("bad", &wanted, &SecretString::from(JWT)).await.unwrap_err();
    assert_snapshot!(error, @"Vault refused to update auth/bad/config (HTTP 400): open /var/run/secrets/kubernetes.io/serviceaccount/ca.crt: no such file or directory");
}

#[tokio::test]
async fn a_login_with_a_role_that_is_not_there_is_refused_in_vaults_words() {
    if sandbox::vault_left_out("a_login_with_a_role_that_is_not_there_is_refused_in_vaults_words") {
        return;
    }
    fresh("roleless").await;
    let vault = root(shared());
    let error = vault.kubernetes_login("roleless", "nobody", &SecretString::from(JWT)).await.unwrap_err();
    assert_snapshot!(told(&error), @r#"
        Vault refused the login at auth/roleless with role nobody (HTTP 400): invalid role name "nobody"
        => vault read auth/roleless/role/nobody
    "#);
}

/// However far into the secret its words are cut.
#[tokio::test]
async fn what_was_sent_is_not_repeated_even_in_part() {
    if sandbox::vault_left_out("what_was_sent_is_not_repeated_even_in_part") {
        return;
    }
    let server = own().await;
    let vault = root(&server);
    let jwt = SecretString::from("eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJyZXZpZXdlciJ9.c2lnbmF0dXJl");
    let login_token = "hvs.CAESIJ0123456789abcdefghijkl";
    let auth = json!({"auth": {"client_token": login_token, "policies": [], "lease_duration": 60}});
    for before in [0, 350, 375, 390] {
        let said = format!("{}{login_token} {}", "x".repeat(before), jwt.expose_secret());
        let said = json!({"errors": [said, format!("{} {}", server.root_token(), jwt.expose_secret())]});
        let faults = server.faults();
        faults.clear();
        faults.add(Fault::status(400, said.to_string()).contains("/config"));
        faults.add(Fault::status(400, said.to_string()).contains("/login").times(1));
        faults.add(Fault::status(200, auth.to_string()).contains("/login"));
        faults.add(Fault::status(400, said.to_string()).contains("revoke-self"));
        let written = vault.write_kubernetes_config("kubernetes", &fields(json!({})), &jwt).await;
        let refused = vault.kubernetes_login("kubernetes", "role", &jwt).await;
        let login = vault.kubernetes_login("kubernetes", "role", &jwt).await.unwrap();
        let mut texts = vec![login.not_revoked.unwrap()];
        assert!(!texts[0].contains(&login_token[..12]), "{}", texts[0]);
        texts.extend([written.unwrap_err().to_string(), refused.unwrap_err().to_string()]);
        for text in texts {
            assert!(!text.contains("eyJhbG") && !text.contains(&server.root_token()[..8]), "{text}");
        }
    }
}

/// Neither can it be deleted, nor be without a host or an authority: what is left of a mount that is given back.
#[tokio::test]
async fn a_configuration_can_be_rid_of_its_token_but_not_of_host_and_authority() {
    if sandbox::vault_left_out("a_configuration_can_be_rid_of_its_token_but_not_of_host_and_authority") {
        return;
    }
    fresh("rid").await;
    let vault = root(shared());
    let none = SecretString::from("");
    let write = async |wanted: Value, jwt: &SecretString| {
        vault.write_kubernetes_config("rid", &fields(wanted), jwt).await
    };
    let full = json!({"kubernetes_host": "https://127.0.0.1:1", "kubernetes_ca_cert": "CA", "issuer": "me"});
    write(full, &SecretString::from(JWT)).await.unwrap();
    write(json!({"kubernetes_host": "", "kubernetes_ca_cert": "CA"}), &none).await.unwrap_err();
    write(json!({"kubernetes_host": "https://a", "kubernetes_ca_cert": ""}), &none).await.unwrap_err();
    assert!(shared().api("DELETE", "auth/rid/config", None).await.is_err());
    let rid = json!({"kubernetes_host": "https://a", "kubernetes_ca_cert": "CA", "issuer": ""});
    write(rid, &none).await.unwrap();
    let held = shared().api("GET", "auth/rid/config", None).await.unwrap()["data"].clone();
    assert_eq!((&held["token_reviewer_jwt_set"], &held["issuer"]), (&json!(false), &json!("")));
}
