//! The sandbox as an OpenShift.

mod applicationset;
mod await_for;
mod gitops_operator;
mod olm;
mod olm_catalogs;
mod olm_chain;
mod olm_failures;
mod olm_groups;
mod olm_orphans;
mod packages;
mod script;
mod world;

use std::time::Duration;

use sandbox::openshift::Options as OpenShiftOptions;
use sandbox::{Options, Sandbox};
use serde_json::{Value, json};

pub const OPERATORS: &str = "openshift-operators";
pub const GITOPS: &str = "openshift-gitops";
pub const PACKAGE: &str = "openshift-gitops-operator";

/// An OpenShift without Vault.
pub async fn start(change: impl FnOnce(&mut OpenShiftOptions)) -> Sandbox {
    let mut options = Options { vault: false, ..Options::openshift() };
    change(options.openshift.as_mut().unwrap());
    Sandbox::start(options).await.expect("the sandbox starts")
}

/// Until the test changes it.
pub const NEVER: Duration = Duration::from_secs(3600);

pub fn change(sandbox: &Sandbox, change: impl FnOnce(&mut OpenShiftOptions)) {
    sandbox.openshift.as_ref().unwrap().change(change);
}

pub fn succeeded(csv: &Value) -> bool {
    csv["status"]["phase"] == "Succeeded"
}

pub async fn subscribe(sandbox: &Sandbox, channel: &str, approval: &str) {
    sandbox.cluster.put(&subscription(channel, approval, &[])).await.unwrap();
}

/// Phase, reason and message of each step that a ClusterServiceVersion has taken.
pub fn steps(csv: &Value) -> Vec<[String; 3]> {
    let conditions = csv["status"]["conditions"].as_array().cloned().unwrap_or_default();
    let text = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    conditions.iter().map(|one| ["phase", "reason", "message"].map(|key| text(one, key))).collect()
}

pub async fn make_namespace(sandbox: &Sandbox, name: &str) {
    let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
    sandbox.cluster.put(&object).await.unwrap();
}

/// An OperatorGroup for all namespaces.
pub async fn make_group(sandbox: &Sandbox, namespace: &str, name: &str) {
    let object = json!({
        "apiVersion": "operators.coreos.com/v1", "kind": "OperatorGroup",
        "metadata": {"name": name, "namespace": namespace}, "spec": {},
    });
    sandbox.cluster.put(&object).await.unwrap();
}

/// A ClusterServiceVersion of the GitOps operator.
pub fn csv_path_in(namespace: &str, version: &str) -> String {
    let name = format!("{PACKAGE}.{version}");
    path("operators.coreos.com/v1alpha1", namespace, "clusterserviceversions", &name)
}

/// A Subscription of the GitOps operator.
pub fn subscription(channel: &str, approval: &str, env: &[(&str, &str)]) -> Value {
    let env: Vec<Value> = env.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
    json!({
        "apiVersion": "operators.coreos.com/v1alpha1", "kind": "Subscription",
        "metadata": {"name": PACKAGE, "namespace": OPERATORS},
        "spec": {
            "name": PACKAGE, "channel": channel, "source": "redhat-operators",
            "sourceNamespace": "openshift-marketplace", "installPlanApproval": approval, "config": {"env": env},
        },
    })
}

pub fn path(group: &str, namespace: &str, plural: &str, name: &str) -> String {
    format!("/apis/{group}/namespaces/{namespace}/{plural}/{name}")
}

pub fn subscription_path() -> String {
    path("operators.coreos.com/v1alpha1", OPERATORS, "subscriptions", PACKAGE)
}

pub fn csv_path() -> String {
    csv_path_in(OPERATORS, "v1.18.1")
}

pub fn deployment_path(namespace: &str, name: &str) -> String {
    path("apps/v1", namespace, "deployments", name)
}

pub fn argocd_path() -> String {
    path("argoproj.io/v1beta1", GITOPS, "argocds", GITOPS)
}
