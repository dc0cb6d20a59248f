//! The sandbox as an OpenShift.

mod applicationset;
mod await_for;
mod gitops_operator;
mod olm;
mod packages;
mod script;
mod world;

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
    path(
        "operators.coreos.com/v1alpha1",
        OPERATORS,
        "clusterserviceversions",
        "openshift-gitops-operator.v1.18.1",
    )
}

pub fn deployment_path(namespace: &str, name: &str) -> String {
    path("apps/v1", namespace, "deployments", name)
}

pub fn argocd_path() -> String {
    path("argoproj.io/v1beta1", GITOPS, "argocds", GITOPS)
}
