//! The row of the GitOps operator.

use crate::support::openshift::{CHART, OPERATORS, PACKAGE, openshift, path};

#[tokio::test(flavor = "multi_thread")]
async fn verify_has_a_row_on_the_operator() {
    let world = openshift(CHART, |_| ()).await;
    world.run(&["run", "demo"]).await.exits(0);
    world.run(&["verify", "demo"]).await.says(&["openshift-gitops-operator.v1.18.1"]);
    let place = path("operators.coreos.com/v1alpha1", OPERATORS, "subscriptions", PACKAGE);
    world.sandbox.cluster.delete(&place).await.unwrap();
    let gone = "Subscription openshift-operators/openshift-gitops-operator is not there";
    world.run(&["verify", "demo"]).await.says(&["CHK-086", gone]);
}
