//! Objects and kubeconfigs of another cluster are refused.

use serde_json::json;

use crate::support::assert::writes;
use crate::support::clock::another_second;
use crate::support::objects::{NAMESPACE, make_namespace, secret};
use crate::support::sandbox::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_record_with_another_clusters_name_is_refused() {
    let world = World::without_vault().await;
    make_namespace(&world, NAMESPACE).await;
    let metadata = json!({"name": "bitiq-bootstrap", "namespace": NAMESPACE});
    let data = json!({"cluster": "elsewhere", "cluster_id": "x", "schema_version": "1"});
    let record = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data});
    world.sandbox.cluster.put_as(&record, "bitiq-bootstrap").await.unwrap();
    let says = [
        "ConfigMap openshift-gitops/bitiq-bootstrap",
        "it belongs to cluster elsewhere, and this is cluster demo",
        "is this the right kubeconfig?",
    ];
    for command in ["run", "repo-creds"] {
        world.run(&[command, "demo"]).await.exits(3).says(&says);
    }
    world.run(&["plan", "demo"]).await.exits(3).says(&says);
    assert_eq!(writes(&world), Vec::<String>::new());
    assert!(!world.has_trace());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_secret_with_another_clusters_mark_is_refused() {
    let world = World::without_vault().await;
    make_namespace(&world, NAMESPACE).await;
    let url = world.sandbox.repo_url();
    let mut theirs = crate::support::objects::argocd_secret("gitops-repo", "repository", &[("url", &url)]);
    theirs["metadata"]["annotations"]["bitiq.io/cluster"] = json!("elsewhere");
    world.sandbox.cluster.put(&theirs).await.unwrap();
    let says =
        ["Secret openshift-gitops/gitops-repo", "it belongs to cluster elsewhere, and this is cluster demo"];
    crate::support::assert::refused(&world, world.command(&["run", "demo"]), &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kubeconfig_of_another_cluster_is_refused_while_the_one_of_before_answers() {
    let (world, other) = (World::without_vault().await, World::without_vault().await);
    world.run(&["run", "demo"]).await.exits(0);
    let kubeconfig = fs_err::read(world.sandbox.kubeconfig()).unwrap();
    let with_other = |command: &str| {
        let run = world.command(&[command, "demo"]);
        run.env("BITIQ_BOOTSTRAP_KUBECONFIG", &other.sandbox.kubeconfig().display().to_string())
    };
    let says = ["the kubeconfig is of another cluster", "still answers at", "--allow-identity-mismatch"];
    for command in ["run", "repo-creds", "plan", "check"] {
        with_other(command).ran().await.exits(3).says(&says);
    }
    assert_eq!(fs_err::read(world.sandbox.kubeconfig()).unwrap(), kubeconfig);
    assert_eq!(secret(&other, "gitops-repo").await, None, "nothing was written there");
    // The sandbox's script takes its own cluster alone.
    let moved = with_other("run").env("BITIQ_BOOTSTRAP_ALLOW_IDENTITY_MISMATCH", "1");
    let moved = moved.env("BITIQ_BOOTSTRAP_SKIP_SCRIPT", "1").env("GITOPS_REPO_ACCESS_TIMEOUT", "0s");
    moved.ran().await.exits(0).says(&["the cluster was recreated: its id was"]);
    // Back again: the kubeconfig that was replaced is remembered.
    let back = world.sandbox.work().join("kubeconfig.bak").display().to_string();
    another_second().await;
    let run = world.command(&["run", "demo"]).env("BITIQ_BOOTSTRAP_KUBECONFIG", &back);
    run.ran().await.exits(3).says(&says);
}
