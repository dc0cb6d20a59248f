use vault_access::{TokenInfo, VaultError};

use crate::fixture::{client, limited, root, shared};

#[tokio::test]
async fn a_root_token_lasts_for_ever() {
    if sandbox::vault_left_out("a_root_token_lasts_for_ever") {
        return;
    }
    let info = root(shared()).token().await.unwrap();
    assert_eq!((info.visible, info.ttl_seconds, info.policies), (true, None, vec!["root".to_owned()]));
}

#[tokio::test]
async fn another_tokens_life_is_known() {
    if sandbox::vault_left_out("another_tokens_life_is_known") {
        return;
    }
    let info = limited(shared(), "path \"none\" { capabilities = [\"deny\"] }").await.token().await.unwrap();
    assert!(info.ttl_seconds.is_some_and(|ttl| (3000..=3600).contains(&ttl)), "{info:?}");
}

#[tokio::test]
async fn a_token_that_vault_does_not_know_is_told() {
    if sandbox::vault_left_out("a_token_that_vault_does_not_know_is_told") {
        return;
    }
    let vault = client(&shared().address(), "hvs.nonsense");
    let error = vault.token().await.unwrap_err();
    assert!(matches!(error, VaultError::InvalidToken { .. }), "{error}");
    assert!(!error.to_string().contains("nonsense"), "{error}");
}

#[tokio::test]
async fn a_token_that_may_not_look_itself_up_is_no_error() {
    if sandbox::vault_left_out("a_token_that_may_not_look_itself_up_is_no_error") {
        return;
    }
    let body = serde_json::json!({"policies": ["nothing"], "no_default_policy": true});
    let made = shared().api("POST", "auth/token/create", Some(body)).await.unwrap();
    let vault = client(&shared().address(), made["auth"]["client_token"].as_str().unwrap());
    assert_eq!(vault.token().await.unwrap(), TokenInfo::default());
    assert!(vault.capabilities(&["sys/mounts".to_owned()]).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_a_token_may_do_is_in_the_words_of_its_policy() {
    if sandbox::vault_left_out("what_a_token_may_do_is_in_the_words_of_its_policy") {
        return;
    }
    let policy = "path \"auth/kubernetes/config\" { capabilities = [\"read\", \"update\"] }";
    let paths = ["auth/kubernetes/config".to_owned(), "auth/other/config".to_owned()];
    let found = limited(shared(), policy).await.capabilities(&paths).await.unwrap();
    assert_eq!(found[&paths[0]], ["read", "update"]);
    assert_eq!(found[&paths[1]], ["deny"]);
    assert_eq!(root(shared()).capabilities(&paths).await.unwrap()[&paths[0]], ["root"]);
}
