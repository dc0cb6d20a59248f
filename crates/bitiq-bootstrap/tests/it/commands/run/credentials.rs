//! Every source of the repository login, from where it is found to what Argo CD gets of it.

use std::collections::BTreeMap;

use sandbox::Options;
use sandbox::git_host::PUBLIC;
use serde_json::json;

use crate::support::assert::refused;
use crate::support::credentials::{with_helper, without_login};
use crate::support::home::{configure_git, script};
use crate::support::objects::{NAMESPACE, argocd_secret, make_namespace, object, secret};
use crate::support::process::{Ran, Run};
use crate::support::sandbox::{World, options, vault};

/// The run ends well with the login from there, and Argo CD reads the repository with it.
async fn check(world: &World, run: &Run, source: &str, path: &str) -> Ran {
    let ran = run.ran().await.exits(0);
    let credentials = world.trace()["credentials"].clone();
    assert_eq!(credentials, json!({"source": source, "path": path}));
    assert_eq!(world.steps()["repo-access"], "unchanged");
    ran
}

/// Just these keys are in Argo CD's Secret.
async fn check_secret(world: &World, username: &str, password: &str) {
    let url = world.sandbox.repo_url();
    let expect = [("type", "git"), ("url", url.as_str()), ("username", username), ("password", password)];
    let expect: BTreeMap<_, _> = expect.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    assert_eq!(secret(world, "gitops-repo").await, Some(expect));
    let live = object(world, &format!("/api/v1/namespaces/{NAMESPACE}/secrets/gitops-repo")).await.unwrap();
    assert_eq!(live["metadata"]["labels"]["argocd.argoproj.io/secret-type"], "repository");
    assert_eq!(live["type"], "Opaque");
}

#[tokio::test(flavor = "multi_thread")]
async fn user_name_and_password_from_the_environment() {
    let world = World::without_vault().await;
    let run = world.command(&["run", "demo"]);
    check(&world, &run, "env", "environment GITOPS_REPO_USERNAME/GITOPS_REPO_PASSWORD").await;
    let (username, password) = world.sandbox.git.login();
    check_secret(&world, &username, &password).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_alone_from_the_environment_gets_the_user_name_the_host_expects() {
    let world = World::without_vault().await;
    let token = world.sandbox.git.token();
    let run = without_login(&world, &[]).env("GITOPS_REPO_PAT", &token).secret(&token);
    check(&world, &run, "env", "environment GITOPS_REPO_PAT").await;
    check_secret(&world, "git", &token).await;
}

/// The login lies in Vault at a path; it is found there and told so.
async fn check_vault(test: &str, stored_at: &str, asked_for: &str, key: &str, version: u8) {
    let Some(world) = World::with_vault(test).await else { return };
    let (username, password) = world.sandbox.git.login();
    vault(&world).kv_put(stored_at, json!({"username": username, key: password})).await.unwrap();
    let run = world.command(&["run", "demo"]).env("GITOPS_REPO_VAULT_PATH", asked_for);
    check(&world, &run, "vault", &format!("Vault KV {asked_for} (version {version})")).await;
    check_secret(&world, &username, &password).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_vault_kv_version_1() {
    check_vault("from_vault_kv_version_1", "kv1/team/repo", "kv1/team/repo", "password", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_vault_kv_version_2() {
    check_vault("from_vault_kv_version_2", "secret/team/repo", "secret/team/repo", "token", 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_vault_kv_version_2_by_the_path_of_its_api() {
    let test = "from_vault_kv_version_2_by_the_path_of_its_api";
    check_vault(test, "secret/team/repo", "secret/data/team/repo", "pat", 2).await;
}

/// A Secret of this type for this URL is there before the first run: it is used, and stays as it is.
async fn check_in_cluster(kind: &str, url_of: impl Fn(&str) -> String) {
    let world = World::without_vault().await;
    make_namespace(&world, NAMESPACE).await;
    let (username, password) = world.sandbox.git.login();
    let url = url_of(&world.sandbox.repo_url());
    let data = [("url", url.as_str()), ("username", username.as_str()), ("password", password.as_str())];
    let before = world.sandbox.cluster.put(&argocd_secret("of-the-team", kind, &data)).await.unwrap();
    check(&world, &without_login(&world, &[]), "cluster", "Secret openshift-gitops/of-the-team").await;
    assert_eq!(secret(&world, "gitops-repo").await, None, "no second one is made");
    let path = format!("/api/v1/namespaces/{NAMESPACE}/secrets/of-the-team");
    assert_eq!(object(&world, &path).await, Some(before));
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_repository_secret_in_the_cluster() {
    check_in_cluster("repository", |url| {
        url.trim_end_matches(".git").to_uppercase().replace("HTTPS", "https")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_template_of_logins_in_the_cluster() {
    check_in_cluster("repo-creds", |url| url.trim_end_matches("/private.git").to_owned()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_git_credential_helper() {
    let world = with_helper("cat \"$HOME/login\"").await;
    let (username, password) = world.sandbox.git.login();
    let login = format!("username={username}\npassword={password}\n");
    fs_err::write(world.sandbox.home().join("login"), login).unwrap();
    check(&world, &without_login(&world, &[]), "git", "git credential helper").await;
    check_secret(&world, &username, &password).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_helper_that_hangs_is_given_up_with_all_it_started() {
    let world = with_helper("sleep 600 & echo $! > \"$HOME/child\"; wait").await;
    let says = ["git credential helper: no answer within 20 s"];
    refused(&world, without_login(&world, &["--credentials-from", "git"]), &says).await;
    let child = fs_err::read_to_string(world.sandbox.home().join("child")).unwrap();
    let alive = std::path::Path::new("/proc").join(child.trim()).join("exe").exists();
    assert!(!alive, "process {child} outlived the run");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_repository_needs_no_login_and_no_secret() {
    let world = World::of(Options { vault: false, repository: PUBLIC.to_owned(), ..options() }).await;
    check(&world, &without_login(&world, &[]), "none", "none (anonymous)").await;
    assert_eq!(world.steps()["repo-creds"], "skipped");
    assert_eq!(secret(&world, "gitops-repo").await, None);
}

/// With a login in every source, this one alone is asked.
async fn check_picked(from: &str, path: &str) {
    let test = format!("--credentials-from {from}");
    let Some(world) = World::with_vault(&test).await else { return };
    let (username, password) = world.sandbox.git.login();
    make_namespace(&world, NAMESPACE).await;
    let url = world.sandbox.repo_url();
    let data = [("url", url.as_str()), ("username", username.as_str()), ("password", password.as_str())];
    world.sandbox.cluster.put(&argocd_secret("gitops-repo", "repository", &data)).await.unwrap();
    let helper = script(&world, "helper.sh", &format!("echo username={username}; echo password={password}"));
    configure_git(&world, &format!("[credential]\n\thelper = \"!{helper}\""));
    let run = world.command(&["run", "demo", "--credentials-from", from]);
    let run = run.env("GITOPS_REPO_USERNAME", &username).env("GITOPS_REPO_PASSWORD", &password);
    check(&world, &run, from, path).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environment_alone_may_be_asked() {
    check_picked("env", "environment GITOPS_REPO_USERNAME/GITOPS_REPO_PASSWORD").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn vault_alone_may_be_asked() {
    check_picked("vault", "Vault KV gitops/github/gitops-repo (version 2)").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cluster_alone_may_be_asked() {
    check_picked("cluster", "Secret openshift-gitops/gitops-repo").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_credential_helper_alone_may_be_asked() {
    check_picked("git", "git credential helper").await;
}
