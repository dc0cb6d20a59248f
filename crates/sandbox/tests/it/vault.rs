//! What a client of Vault sees.

use std::time::Duration;

use sandbox::faults::Fault;
use sandbox::programs::Programs;
use sandbox::vault::Vault;
use serde_json::{Value, json};

async fn start() -> Vault {
    rustls::crypto::ring::default_provider().install_default().ok();
    Vault::start(&Programs::default()).await.expect("Vault starts; `make tools` fetches it")
}

async fn ask(vault: &Vault, url: &str, token: &str) -> Result<(u16, Value), reqwest::Error> {
    let ca = reqwest::Certificate::from_pem(vault.ca_pem().as_bytes())?;
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([ca]);
    let client = client.redirect(reqwest::redirect::Policy::none()).build()?;
    let response = client.get(url).header("x-vault-token", token).send().await?;
    let status = response.status().as_u16();
    Ok((status, serde_json::from_slice(&response.bytes().await?).unwrap_or_default()))
}

#[tokio::test]
async fn both_versions_of_kv_are_there() {
    if sandbox::vault_left_out("both_versions_of_kv_are_there") {
        return;
    }
    let vault = start().await;
    vault.kv_put("kv1/team/app", json!({"a": "1"})).await.unwrap();
    vault.kv_put("gitops/github/gitops-repo", json!({"password": "2"})).await.unwrap();
    let one = vault.api("GET", "kv1/team/app", None).await.unwrap();
    let two = vault.api("GET", "gitops/data/github/gitops-repo", None).await.unwrap();
    assert_eq!((&one["data"]["a"], &two["data"]["data"]["password"]), (&json!("1"), &json!("2")));
}

#[tokio::test]
async fn it_is_reached_in_the_clear_and_over_tls() {
    if sandbox::vault_left_out("it_is_reached_in_the_clear_and_over_tls") {
        return;
    }
    let vault = start().await;
    for address in [vault.address(), vault.tls_address()] {
        let url = format!("{address}/v1/auth/token/lookup-self");
        let (status, body) = ask(&vault, &url, vault.root_token()).await.unwrap();
        assert_eq!((status, &body["data"]["policies"][0]), (200, &json!("root")));
    }
    let request = vault.requests().pop().unwrap();
    assert!(
        request.with_token && request.path == "/v1/auth/token/lookup-self" && request.status == Some(200)
    );
}

#[tokio::test]
async fn a_token_may_do_what_its_policy_allows() {
    if sandbox::vault_left_out("a_token_may_do_what_its_policy_allows") {
        return;
    }
    let vault = start().await;
    vault.kv_put("kv1/mine", json!({"a": "1"})).await.unwrap();
    let token = vault.create_token("path \"kv1/mine\" { capabilities = [\"read\"] }").await.unwrap();
    assert_eq!(vault.api_as(Some(&token), "GET", "kv1/mine", None).await.unwrap().status, 200);
    assert_eq!(vault.api_as(Some(&token), "GET", "kv1/other", None).await.unwrap().status, 403);
}

#[tokio::test]
async fn it_can_be_sealed_and_opened_again() {
    if sandbox::vault_left_out("it_can_be_sealed_and_opened_again") {
        return;
    }
    let vault = start().await;
    vault.seal().await.unwrap();
    assert_eq!(vault.api_as(None, "GET", "sys/health", None).await.unwrap().status, 503);
    vault.unseal().await.unwrap();
    vault.api("GET", "secret/config", None).await.unwrap();
}

#[tokio::test]
async fn another_kubernetes_mount_can_be_enabled() {
    if sandbox::vault_left_out("another_kubernetes_mount_can_be_enabled") {
        return;
    }
    let vault = start().await;
    vault.enable_kubernetes("edge").await.unwrap();
    let mounts = vault.api("GET", "sys/auth", None).await.unwrap();
    assert_eq!(
        (&mounts["data"]["edge/"]["type"], &mounts["data"]["kubernetes/"]["type"]),
        (&json!("kubernetes"), &json!("kubernetes"))
    );
}

#[tokio::test]
async fn faults_strike_what_comes_through_the_proxy() {
    if sandbox::vault_left_out("faults_strike_what_comes_through_the_proxy") {
        return;
    }
    let vault = start().await;
    let url = format!("{}/v1/sys/health", vault.address());
    vault.faults().add(Fault::redirect("http://localhost:1").prefix("/v1/sys/").times(1));
    assert_eq!(ask(&vault, &url, "t").await.unwrap().0, 307);
    vault.faults().add(Fault::drop().times(1));
    assert!(ask(&vault, &url, "t").await.is_err());
    vault.faults().add(Fault::delay(Duration::from_millis(10)).times(1));
    assert_eq!(ask(&vault, &url, "t").await.unwrap().0, 200);
    vault.api("GET", "sys/health", None).await.unwrap();
}

#[tokio::test]
async fn nothing_is_left_of_a_stopped_vault() {
    if sandbox::vault_left_out("nothing_is_left_of_a_stopped_vault") {
        return;
    }
    let vault = start().await;
    let folder = vault.ca_file().parent().unwrap().to_path_buf();
    vault.stop().await;
    assert!(!folder.exists());
}
