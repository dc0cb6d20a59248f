//! Argo CD's repository Secret where one is there already: what is replaced, what stays, and what is refused.

use serde_json::{Value, json};

use crate::support::assert::refused;
use crate::support::home::{configure_git, script};
use crate::support::objects::{NAMESPACE, argocd_secret, make_namespace, object, secret};
use crate::support::sandbox::World;

const PATH: &str = "/api/v1/namespaces/openshift-gitops/secrets/gitops-repo";

/// A world in which Secret `gitops-repo` for this repository holds these keys, written by this manager.
async fn with_secret(data: &[(&str, &str)], manager: &str) -> World {
    let world = World::without_vault().await;
    make_namespace(&world, NAMESPACE).await;
    let url = world.sandbox.repo_url();
    let data = [&[("url", url.as_str())], data].concat();
    let secret = argocd_secret("gitops-repo", "repository", &data);
    world.sandbox.cluster.put_as(&secret, manager).await.unwrap();
    world
}

/// Keys and values of the Secret, `url` and `type` aside.
async fn login(world: &World) -> Vec<(String, String)> {
    let held = secret(world, "gitops-repo").await.unwrap();
    held.into_iter().filter(|(key, _)| key != "url" && key != "type").collect()
}

fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = of.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    pairs.sort_unstable();
    pairs
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environment_replaces_the_login_and_keys_that_are_not_ours_stay() {
    let before = [("username", "old"), ("password", "old-password"), ("project", "default"), ("proxy", "")];
    let world = with_secret(&before, "kubectl-edit").await;
    let run = world.command(&["run", "demo"]).secret("old-password");
    run.ran().await.exits(0);
    let (username, password) = world.sandbox.git.login();
    let expect =
        [("username", username.as_str()), ("password", &password), ("project", "default"), ("proxy", "")];
    assert_eq!(login(&world).await, pairs(&expect));
    run.ran().await.exits(0);
    assert_eq!(world.steps()["repo-creds"], "unchanged");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_of_another_kind_goes_when_the_new_one_comes() {
    let before = [("sshPrivateKey", "an-old-private-key"), ("githubAppID", "1"), ("project", "default")];
    let world = with_secret(&before, "kubectl-edit").await;
    world.run(&["plan", "demo"]).await.says(&["sshPrivateKey (removed)", "githubAppID (removed)"]);
    world.run(&["run", "demo"]).await.exits(0);
    let (username, password) = world.sandbox.git.login();
    let expect = [("username", username.as_str()), ("password", &password), ("project", "default")];
    assert_eq!(login(&world).await, pairs(&expect));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_helper_does_not_replace_the_login_that_is_there() {
    let before = [("username", "of-the-team"), ("password", "password-of-the-team")];
    let world = with_secret(&before, "kubectl-edit").await;
    let (username, password) = world.sandbox.git.login();
    let helper = script(&world, "helper.sh", &format!("echo username={username}; echo password={password}"));
    configure_git(&world, &format!("[credential]\n\thelper = \"!{helper}\""));
    world.run(&["repo-creds", "demo", "--credentials-from", "git"]).await.exits(0);
    assert_eq!(login(&world).await, pairs(&before));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_an_operator_syncs_is_its_own_unless_forced() {
    let before = [("username", "synced"), ("password", "synced-password")];
    let world = with_secret(&before, "external-secrets").await;
    let says =
        ["Secret openshift-gitops/gitops-repo", "external-secrets", "data.password", "--force-conflicts"];
    refused(&world, world.command(&["run", "demo"]), &says).await;
    assert_eq!(login(&world).await, pairs(&before));
    world.run(&["run", "demo", "--force-conflicts"]).await.exits(0);
    assert_eq!(login(&world).await[0].1, world.sandbox.git.login().1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_of_another_type_is_refused_with_the_name_to_change() {
    let world = World::without_vault().await;
    make_namespace(&world, NAMESPACE).await;
    let mut taken = argocd_secret("gitops-repo", "repository", &[("username", "x"), ("password", "y")]);
    taken["type"] = json!("kubernetes.io/basic-auth");
    world.sandbox.cluster.put(&taken).await.unwrap();
    let says = ["it is there with type kubernetes.io/basic-auth", "GITOPS_REPO_SECRET_NAME"];
    refused(&world, world.command(&["run", "demo"]), &says).await;
    let run = world.command(&["run", "demo"]).env("GITOPS_REPO_SECRET_NAME", "another");
    run.ran().await.exits(0);
    assert!(secret(&world, "another").await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_never_goes_to_another_host_with_a_changed_url() {
    let world = World::without_vault().await;
    make_namespace(&world, NAMESPACE).await;
    let data = [("url", "https://git.example.test/x.git"), ("username", "x"), ("password", "password-of-x")];
    world.sandbox.cluster.put(&argocd_secret("gitops-repo", "repository", &data)).await.unwrap();
    let (username, password) = world.sandbox.git.login();
    let helper = script(&world, "helper.sh", &format!("echo username={username}; echo password={password}"));
    configure_git(&world, &format!("[credential]\n\thelper = \"!{helper}\""));
    let run = world.command(&["run", "demo", "--credentials-from", "git"]).secret("password-of-x");
    let says = ["its login is for https://git.example.test/x.git", "must not be sent to https://"];
    refused(&world, run, &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_secret_for_the_same_repository_is_named_in_a_warning() {
    let world = World::without_vault().await;
    make_namespace(&world, NAMESPACE).await;
    let url = world.sandbox.repo_url();
    let (username, password) = world.sandbox.git.login();
    let data = [("url", url.trim_end_matches(".git")), ("username", &username), ("password", &password)];
    world.sandbox.cluster.put(&argocd_secret("the-other", "repository", &data)).await.unwrap();
    let warning = format!("warning: Secret openshift-gitops/the-other is for {url} too");
    world.run(&["run", "demo"]).await.exits(0).says(&[&warning]);
    assert_eq!(world.trace()["warnings"].as_array().map(Vec::len), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repo_creds_secret_that_argo_cd_ignores_is_told_by_plan_run_and_verify() {
    let world = World::without_vault().await;
    make_namespace(&world, NAMESPACE).await;
    let url = world.sandbox.repo_url();
    let (username, password) = world.sandbox.git.login();
    let host = url.rsplit_once('/').unwrap().0;
    let data = [("url", host), ("username", username.as_str()), ("password", &password)];
    let creds = argocd_secret("gitops-repo-creds", "repo-creds", &data);
    world.sandbox.cluster.put_as(&creds, "hashicorp-vso").await.unwrap();
    let says = [
        "Secret openshift-gitops/gitops-repo-creds (type repo-creds, kept by hashicorp-vso)",
        "repo-creds demo",
        "-n openshift-gitops delete secret gitops-repo",
    ];
    world.run(&["plan", "demo"]).await.exits(0).says(&says);
    world.run(&["run", "demo"]).await.exits(0).says(&says);
    world.run(&["verify", "demo"]).await.says(&["gitops-repo-creds", "Argo CD ignores it"]);
    // As it says: without ours, theirs gives the login, and nothing is to be told.
    assert!(world.sandbox.cluster.delete(PATH).await.unwrap());
    let run = world.command(&["run", "demo", "--credentials-from", "cluster"]);
    run.ran().await.exits(0).never_says(&["Argo CD ignores"]);
    assert_eq!(world.steps()["repo-creds"], "unchanged");
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_follows_the_namespace_of_argo_cd() {
    let world = World::without_vault().await;
    let run = world.command(&["run", "demo"]).env("ARGOCD_NAMESPACE", "argocd");
    run.ran().await.exits(0);
    for path in [
        "/api/v1/namespaces/argocd/secrets/gitops-repo",
        "/api/v1/namespaces/argocd/configmaps/bitiq-bootstrap",
        "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/bitiq-umbrella-sno",
        "/apis/coordination.k8s.io/v1/namespaces/argocd/leases/bitiq-bootstrap",
    ] {
        assert!(object(&world, path).await.is_some(), "{path}");
    }
    assert_eq!(object(&world, PATH).await.unwrap_or_default(), Value::Null);
    run.ran().await.exits(0);
    assert_eq!(world.steps()["repo-creds"], "unchanged");
}
