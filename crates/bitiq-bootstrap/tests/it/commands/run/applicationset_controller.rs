//! The step `argocd`: after the script, the ApplicationSet controller of the ArgoCD is there and rolled out.

use std::time::Duration;

use crate::support::objects::object;
use crate::support::openshift::{CHART, argocd, openshift};

const CONTROLLER: &str =
    "/apis/apps/v1/namespaces/openshift-gitops/deployments/openshift-gitops-applicationset-controller";

#[tokio::test(flavor = "multi_thread")]
async fn a_controller_that_the_operator_has_not_made_yet_is_awaited() {
    let world = openshift(CHART, |options| options.applicationset = Duration::from_secs(2)).await;
    let says = ["the ApplicationSet controller of ArgoCD openshift-gitops/openshift-gitops is ready"];
    world.run(&["run", "demo"]).await.exits(0).says(&says);
    let controller = object(&world, CONTROLLER).await.expect("it is there");
    assert_eq!(controller["status"]["availableReplicas"], controller["spec"]["replicas"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_never_comes_ends_the_run_with_what_was_seen_last() {
    let world = openshift(CHART, |options| options.applicationset = Duration::from_secs(600)).await;
    let says = [
        "failed to wait for Deployment openshift-gitops/openshift-gitops-applicationset-controller to be rolled out",
        "did not come within 20 s (last: the operator has not made it yet)",
    ];
    world.run(&["run", "demo", "--operator-timeout", "20s"]).await.exits(1).says(&says);
    let steps = world.steps();
    assert_eq!((steps["script"].as_str(), steps["argocd"].as_str()), ("changed", "failed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_enabled_where_the_chart_makes_no_argo_cd() {
    let chart = CHART.replace("create: true", "create: false");
    let world = openshift(&chart, |_| ()).await;
    world.run(&["run", "demo"]).await.exits(0);
    assert_eq!(world.steps()["argocd"], "changed");
    world.run(&["plan", "demo", "--exit-code"]).await.exits(0);
    let mut found = argocd(&world).await;
    found["spec"]["applicationSet"] = serde_json::json!({"enabled": false});
    world.sandbox.cluster.put(&found).await.unwrap();
    world
        .run(&["plan", "demo", "--exit-code"])
        .await
        .exits(10)
        .says(&["~ ArgoCD openshift-gitops/openshift-gitops (after script)", "spec.applicationSet.enabled"]);
    world.run(&["run", "demo"]).await.exits(0);
    assert_eq!(world.steps()["argocd"], "changed");
    assert_eq!(argocd(&world).await["spec"]["applicationSet"]["enabled"], true);
    assert!(object(&world, CONTROLLER).await.is_some());
}
