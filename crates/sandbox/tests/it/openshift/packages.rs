//! The other operators of a real repository's chart: each reaches its end and brings its kinds.

use sandbox::Sandbox;
use serde_json::json;

use super::await_for::{object, there};
use super::{OPERATORS, path, start};

/// Package, catalog, channel, namespace, and a kind that it brings.
const WANTED: [(&str, &str, &str, &str, &str); 4] = [
    (
        "openshift-pipelines-operator-rh",
        "redhat-operators",
        "pipelines-1.20",
        OPERATORS,
        "tektonconfigs.operator.tekton.dev",
    ),
    (
        "openshift-cert-manager-operator",
        "redhat-operators",
        "stable-v1",
        OPERATORS,
        "clusterissuers.cert-manager.io",
    ),
    (
        "vault-secrets-operator",
        "certified-operators",
        "stable",
        "hashicorp-vault-secrets-operator",
        "vaultstaticsecrets.secrets.hashicorp.com",
    ),
    (
        "vault-config-operator",
        "community-operators",
        "alpha",
        "vault-config-operator",
        "kubernetesauthengineconfigs.redhatcop.redhat.io",
    ),
];

async fn prepare(sandbox: &Sandbox, namespace: &str) {
    if namespace == OPERATORS {
        return;
    }
    let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}});
    sandbox.cluster.put(&object).await.unwrap();
    let group = json!({
        "apiVersion": "operators.coreos.com/v1", "kind": "OperatorGroup",
        "metadata": {"name": format!("{namespace}-og"), "namespace": namespace}, "spec": {},
    });
    sandbox.cluster.put(&group).await.unwrap();
}

#[tokio::test]
async fn every_operator_of_the_chart_succeeds_and_brings_its_kinds() {
    let sandbox = start(|_| ()).await;
    for (package, source, channel, namespace, _) in WANTED {
        prepare(&sandbox, namespace).await;
        let subscription = json!({
            "apiVersion": "operators.coreos.com/v1alpha1", "kind": "Subscription",
            "metadata": {"name": package, "namespace": namespace},
            "spec": {
                "name": package, "channel": channel, "source": source, "sourceNamespace": "openshift-marketplace",
                "installPlanApproval": "Automatic",
            },
        });
        sandbox.cluster.put(&subscription).await.unwrap();
    }
    for (package, _, _, namespace, kind) in WANTED {
        let subscription = path("operators.coreos.com/v1alpha1", namespace, "subscriptions", package);
        let found = object(&sandbox, &subscription, |one| one["status"]["currentCSV"].is_string()).await;
        let csv = found["status"]["currentCSV"].as_str().unwrap();
        let csv = path("operators.coreos.com/v1alpha1", namespace, "clusterserviceversions", csv);
        object(&sandbox, &csv, |csv| csv["status"]["phase"] == "Succeeded").await;
        there(&sandbox, &format!("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{kind}")).await;
    }
    there(&sandbox, "/api/v1/namespaces/openshift-pipelines").await;
}
