//! What stays of an operator when its Subscription goes, and what OLM says of that.

use std::collections::BTreeSet;
use std::time::Duration;

use sandbox::Sandbox;
use serde_json::Value;

use super::await_for::{any, condition, object, there};
use super::{OPERATORS, csv_path, path, start, subscribe, subscription_path, succeeded};

async fn with_orphan() -> Sandbox {
    let sandbox = start(|_| ()).await;
    subscribe(&sandbox, "latest", "Automatic").await;
    object(&sandbox, &csv_path(), succeeded).await;
    sandbox.cluster.delete(&subscription_path()).await.unwrap();
    sandbox
}

fn unresolved(found: &Value) -> bool {
    condition(found, "ResolutionFailed")["reason"] == "ConstraintsNotSatisfiable"
}

#[tokio::test]
async fn an_install_plan_goes_with_its_subscription_and_what_it_brought_stays() {
    let sandbox = start(|_| ()).await;
    subscribe(&sandbox, "latest", "Automatic").await;
    object(&sandbox, &csv_path(), succeeded).await;
    let plan = any(&sandbox, "InstallPlan", OPERATORS).await;
    let name = plan["metadata"]["name"].as_str().unwrap();
    sandbox.cluster.delete(&subscription_path()).await.unwrap();
    let plan = path("operators.coreos.com/v1alpha1", OPERATORS, "installplans", name);
    object(&sandbox, &plan, Value::is_null).await;
    there(&sandbox, &csv_path()).await;
}

#[tokio::test]
async fn what_no_subscription_refers_to_keeps_a_new_one_back() {
    let sandbox = with_orphan().await;
    subscribe(&sandbox, "latest", "Automatic").await;
    let found = object(&sandbox, &subscription_path(), unresolved).await;
    let said = condition(&found, "ResolutionFailed")["message"].as_str().unwrap().to_owned();
    let orphan = "@existing/openshift-operators//openshift-gitops-operator.v1.18.1 and \
                  redhat-operators/openshift-marketplace/latest/openshift-gitops-operator.v1.18.1 provide ";
    assert!(said.contains(orphan), "{said}");
    let why = "clusterserviceversion openshift-gitops-operator.v1.18.1 exists and is not referenced by a subscription";
    assert!(said.contains(why), "{said}");
    assert_eq!(found["status"]["currentCSV"], Value::Null);
    sandbox.cluster.delete(&csv_path()).await.unwrap();
    object(&sandbox, &csv_path(), succeeded).await;
    object(&sandbox, &subscription_path(), |found| !unresolved(found)).await;
}

#[tokio::test]
async fn the_text_is_another_with_each_resolution() {
    let sandbox = with_orphan().await;
    subscribe(&sandbox, "latest", "Automatic").await;
    let mut texts = BTreeSet::new();
    let since = std::time::Instant::now();
    while texts.len() < 3 {
        assert!(since.elapsed() < Duration::from_secs(60), "{texts:?}");
        let found = object(&sandbox, &subscription_path(), unresolved).await;
        texts.insert(condition(&found, "ResolutionFailed")["message"].to_string());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
