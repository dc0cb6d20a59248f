//! The auth mount of Vault and the repository login, as the run left them.

use serde_json::json;

use super::{REPOSITORY_SECRET, exits, handed_over, node, row_is, with_the_kubeconfig_alone};
use crate::support::objects::object;
use crate::support::sandbox::{World, vault};

#[tokio::test(flavor = "multi_thread")]
async fn a_mount_that_was_turned_to_another_cluster_fails() {
    let Some(world) = handed_over("a_mount_that_was_turned_to_another_cluster_fails").await else { return };
    let theirs = json!({"kubernetes_host": "https://127.0.0.1:1", "kubernetes_ca_cert": world.sandbox.cluster.ca_pem()});
    vault(&world).api("POST", "auth/kubernetes/config", Some(theirs)).await.unwrap();
    let ran = exits(world.command(&["verify", "demo", "-o", "json"]), 1).await;
    row_is(&ran, "auth-mount-in-force", "failed", "another API server, https://127.0.0.1:1");
    row_is(&ran, "nodes", "ok", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reviewer_that_lost_its_right_is_not_accepted() {
    let Some(world) = handed_over("a_reviewer_that_lost_its_right_is_not_accepted").await else { return };
    let binding =
        "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/vault-token-reviewer-auth-delegator";
    assert!(world.sandbox.cluster.delete(binding).await.unwrap());
    let ran = exits(world.command(&["verify", "demo", "-o", "json"]), 1).await;
    row_is(&ran, "reviewer", "failed", "may not");
    row_is(&ran, "plan-changes", "warning", "ClusterRoleBinding");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_with_another_login_than_the_one_in_force_fails() {
    let world = World::without_vault().await;
    node(&world, "True").await;
    world.run(&["run", "demo"]).await.exits(0);
    let mut secret = object(&world, REPOSITORY_SECRET).await.unwrap();
    secret["data"]["password"] = json!("YW4tb2xkLXBhc3N3b3Jk");
    world.sandbox.cluster.put(&secret).await.unwrap();
    let run = world.command(&["verify", "demo", "--force-conflicts"]).secret("an-old-password");
    let says = ["✗ credentials in the repository Secret: ", "differs: password"];
    run.ran().await.exits(1).says(&says).says(&["bitiq-bootstrap repo-creds demo"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_in_an_annotation_fails_and_is_not_shown() {
    let world = World::without_vault().await;
    node(&world, "True").await;
    world.run(&["run", "demo"]).await.exits(0);
    let mut secret = object(&world, REPOSITORY_SECRET).await.unwrap();
    let copy = json!({"stringData": {"password": world.sandbox.git.login().1}}).to_string();
    secret["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] = json!(copy);
    world.sandbox.cluster.put(&secret).await.unwrap();
    let says = [
        "✗ Secret annotations: ",
        "openshift-gitops/gitops-repo: kubectl.kubernetes.io/last-applied-configuration",
        "rotate a login that lay open",
    ];
    world.run(&["verify", "demo"]).await.exits(1).says(&says);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_the_git_host_refuses_fails() {
    let world = World::without_vault().await;
    node(&world, "True").await;
    world.run(&["run", "demo"]).await.exits(0);
    world.sandbox.git.change_login();
    // The Secret's own login, which is no good any more.
    let ran = exits(with_the_kubeconfig_alone(&world, &["verify", "demo", "-o", "json"]), 1).await;
    row_is(&ran, "repository-readable", "failed", "Secret openshift-gitops/gitops-repo");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_only_vault_reaches_is_a_warning_of_run_and_verify() {
    let test = "a_host_that_only_vault_reaches_is_a_warning_of_run_and_verify";
    let Some(world) = World::with_vault(test).await else { return };
    node(&world, "True").await;
    let of_vault = |arguments: &[&str]| {
        world.command(arguments).env("VAULT_KUBERNETES_HOST", "https://127.0.0.1:1").patient()
    };
    let says = ["https://127.0.0.1:1", "prove it with a real login (--vault-role ROLE)"];
    of_vault(&["run", "demo"]).ran().await.exits(0).says(&says);
    let ran = exits(of_vault(&["verify", "demo", "-o", "json"]), 0).await;
    row_is(&ran, "reviewer", "warning", "https://127.0.0.1:1");
    row_is(&ran, "auth-mount-in-force", "ok", "");
}
