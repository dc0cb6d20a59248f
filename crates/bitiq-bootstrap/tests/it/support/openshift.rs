//! An OpenShift with a catalog, a repository with the chart of the operator, and the objects that both lead to.

use std::time::Duration;

use sandbox::Options;
use sandbox::git_host::{File, PRIVATE};
use sandbox::openshift::Options as OpenShift;
use serde_json::{Value, json};

use super::objects::object;
use super::sandbox::World;

pub const OPERATORS: &str = "openshift-operators";
pub const GITOPS: &str = "openshift-gitops";
pub const PACKAGE: &str = "openshift-gitops-operator";
pub const VARIABLE: &str = "DISABLE_DEFAULT_ARGOCD_INSTANCE";

pub const CHART: &str = r#"operators:
  gitops:
    channel: gitops-1.18
    name: openshift-gitops-operator
    source: redhat-operators
    sourceNamespace: openshift-marketplace
    installNamespace: openshift-operators
    startingCSV: ""
    approval: Automatic
    disableDefaultInstance: false
argoInstance:
  create: true
  name: openshift-gitops
  namespace: openshift-gitops
  spec:
    server: {route: {enabled: true}}
    extraConfig: {timeout.reconciliation: 30s}
"#;

/// An OpenShift that behaves so, and a repository whose chart says so.
pub async fn openshift(chart: &str, change: impl FnOnce(&mut OpenShift)) -> World {
    let mut options = Options { vault: false, ..Options::openshift() };
    change(options.openshift.as_mut().unwrap());
    let world = World::of(options).await;
    let chart = [File::new("charts/bootstrap-operators/values.yaml", chart)];
    world.sandbox.git.commit(PRIVATE, &chart, "the operators' chart").await.unwrap();
    world
}

pub fn chart(line: &str, instead: &str) -> String {
    assert!(CHART.contains(line), "{line}");
    CHART.replace(line, instead)
}

pub fn path(api: &str, namespace: &str, plural: &str, name: &str) -> String {
    format!("/apis/{api}/namespaces/{namespace}/{plural}/{name}")
}

pub async fn subscription(world: &World, namespace: &str) -> Value {
    let path = path("operators.coreos.com/v1alpha1", namespace, "subscriptions", PACKAGE);
    object(world, &path).await.unwrap_or_default()
}

pub async fn argocd(world: &World) -> Value {
    object(world, &path("argoproj.io/v1beta1", GITOPS, "argocds", GITOPS)).await.unwrap_or_default()
}

pub fn a_subscription(namespace: &str, env: Value) -> Value {
    json!({
        "apiVersion": "operators.coreos.com/v1alpha1", "kind": "Subscription",
        "metadata": {"name": PACKAGE, "namespace": namespace},
        "spec": {
            "name": PACKAGE, "channel": "gitops-1.18", "source": "redhat-operators",
            "sourceNamespace": "openshift-marketplace", "installPlanApproval": "Automatic",
            "config": {"env": env},
        },
    })
}

/// Asks for an object until it is as wanted.
pub async fn until(world: &World, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let look = async {
        loop {
            let found = object(world, path).await.unwrap_or_default();
            if wanted(&found) {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), look).await.unwrap_or_else(|_| panic!("{path} never came"))
}

pub fn marked(object: &Value) -> bool {
    let metadata = &object["metadata"];
    metadata["labels"]["app.kubernetes.io/managed-by"] == "Helm"
        && metadata["annotations"]["meta.helm.sh/release-name"] == "bootstrap-operators"
        && metadata["annotations"]["meta.helm.sh/release-namespace"] == OPERATORS
}
