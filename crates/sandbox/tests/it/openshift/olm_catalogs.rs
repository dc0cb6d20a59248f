//! OLM and its catalogs: what it knows of them, what it says of their health, and what each has.

use std::time::Duration;

use sandbox::Sandbox;
use serde_json::{Value, json};

use super::await_for::{condition, object, there};
use super::{
    NEVER, OPERATORS, PACKAGE, change, csv_path, make_namespace, path, start, subscribe, subscription,
    subscription_path, succeeded,
};

async fn stop_answering(sandbox: &Sandbox, name: &str) {
    let path = path("operators.coreos.com/v1alpha1", "openshift-marketplace", "catalogsources", name);
    let mut catalog = there(sandbox, &path).await;
    catalog["status"]["connectionState"]["lastObservedState"] = json!("TRANSIENT_FAILURE");
    sandbox.cluster.put(&catalog).await.unwrap();
}

fn reason(found: &Value) -> Value {
    condition(found, "ResolutionFailed")["reason"].clone()
}

#[tokio::test]
async fn a_catalog_that_stopped_answering_is_resolved_from_for_some_minutes_and_called_healthy() {
    let sandbox = start(|_| ()).await;
    // OLM has seen it.
    tokio::time::sleep(Duration::from_millis(200)).await;
    stop_answering(&sandbox, "redhat-operators").await;
    subscribe(&sandbox, "latest", "Automatic").await;
    object(&sandbox, &csv_path(), succeeded).await;
    let found =
        object(&sandbox, &subscription_path(), |found| found["status"]["state"] == "AtLatestKnown").await;
    assert_eq!(condition(&found, "CatalogSourcesUnhealthy")["status"], "False");
    let health = found["status"]["catalogHealth"].as_array().unwrap();
    assert!(health.iter().all(|one| one["healthy"] == true), "{health:?}");
}

#[tokio::test]
async fn another_catalog_that_is_not_known_keeps_back_all_and_is_named() {
    let sandbox = start(|options| options.cache = Duration::ZERO).await;
    stop_answering(&sandbox, "community-operators").await;
    subscribe(&sandbox, "latest", "Automatic").await;
    let failed = |found: &Value| reason(found) == "ErrorPreventedResolution";
    let found = object(&sandbox, &subscription_path(), failed).await;
    let said = condition(&found, "ResolutionFailed")["message"].as_str().unwrap().to_owned();
    let begins = "error using catalogsource openshift-marketplace/community-operators: failed to list bundles: rpc \
                  error: code = Unavailable desc = ";
    assert!(said.starts_with(begins), "{said}");
}

#[tokio::test]
async fn a_catalog_in_a_namespace_that_olm_does_not_look_at_is_none() {
    let sandbox = start(|_| ()).await;
    let catalog = json!({
        "apiVersion": "operators.coreos.com/v1alpha1", "kind": "CatalogSource",
        "metadata": {"name": "redhat-operators", "namespace": "default"}, "spec": {"sourceType": "grpc"},
    });
    sandbox.cluster.put(&catalog).await.unwrap();
    let mut wanted = subscription("latest", "Automatic", &[]);
    wanted["spec"]["sourceNamespace"] = json!("default");
    sandbox.cluster.put(&wanted).await.unwrap();
    let failed = |found: &Value| reason(found) == "ConstraintsNotSatisfiable";
    let found = object(&sandbox, &subscription_path(), failed).await;
    let said = condition(&found, "ResolutionFailed")["message"].as_str().unwrap().to_owned();
    assert!(said.contains("no operators found from catalog redhat-operators in namespace default"), "{said}");
    let health = condition(&found, "CatalogSourcesUnhealthy");
    assert_eq!(health["message"], "targeted catalogsource default/redhat-operators missing");
}

#[tokio::test]
async fn another_subscription_that_can_not_be_resolved_keeps_ours_back() {
    let sandbox = start(|_| ()).await;
    let mut foreign = subscription("latest", "Automatic", &[]);
    foreign["metadata"]["name"] = json!("foreign");
    foreign["spec"]["name"] = json!("no-such-foreign");
    sandbox.cluster.put(&foreign).await.unwrap();
    subscribe(&sandbox, "latest", "Automatic").await;
    let failed = |found: &Value| reason(found) == "ConstraintsNotSatisfiable";
    let found = object(&sandbox, &subscription_path(), failed).await;
    let said = condition(&found, "ResolutionFailed")["message"].as_str().unwrap().to_owned();
    let why =
        "no operators found in package no-such-foreign in the catalog referenced by subscription foreign";
    assert!(said.contains(why) && said.contains("subscription foreign exists"), "{said}");
    sandbox
        .cluster
        .delete(&path("operators.coreos.com/v1alpha1", OPERATORS, "subscriptions", "foreign"))
        .await
        .unwrap();
    object(&sandbox, &csv_path(), succeeded).await;
}

fn manifest_path(namespace: &str) -> String {
    path("packages.operators.coreos.com/v1", namespace, "packagemanifests", PACKAGE)
}

#[tokio::test]
async fn every_namespace_is_served_what_the_catalogs_have() {
    let sandbox = start(|_| ()).await;
    make_namespace(&sandbox, "mine").await;
    for namespace in ["openshift-marketplace", "mine", OPERATORS] {
        let found = there(&sandbox, &manifest_path(namespace)).await;
        assert_eq!(found["metadata"]["namespace"], namespace);
        let status = &found["status"];
        assert_eq!(
            (&status["catalogSource"], &status["catalogSourceNamespace"]),
            (&json!("redhat-operators"), &json!("openshift-marketplace"))
        );
        assert_eq!(status["defaultChannel"], "latest");
        let channels = status["channels"].as_array().unwrap();
        let latest = channels.iter().find(|one| one["name"] == "latest").unwrap();
        assert_eq!(latest["currentCSV"], "openshift-gitops-operator.v1.18.1");
        let entries: Vec<&str> =
            latest["entries"].as_array().unwrap().iter().filter_map(|one| one["version"].as_str()).collect();
        assert_eq!(entries, ["1.18.1", "1.18.0", "1.17.2"]);
    }
}

#[tokio::test]
async fn a_package_is_served_once_its_catalog_is_ready_with_the_channels_that_it_has() {
    let sandbox = start(|options| options.catalogs = NEVER).await;
    let marketplace = manifest_path("openshift-marketplace");
    assert!(sandbox.cluster.object(&marketplace).await.unwrap().is_none());
    change(&sandbox, |options| {
        options.catalogs = Duration::ZERO;
        options.missing_channels = vec![(PACKAGE.to_owned(), "gitops-1.18".to_owned())];
    });
    let found = there(&sandbox, &marketplace).await;
    let channels: Vec<&str> = found["status"]["channels"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["name"].as_str())
        .collect();
    assert_eq!(channels, ["latest", "gitops-1.17"]);
    change(&sandbox, |options| options.missing_channels.clear());
    let all = |found: &Value| found["status"]["channels"].as_array().map(Vec::len) == Some(3);
    object(&sandbox, &marketplace, all).await;
    let catalog =
        path("operators.coreos.com/v1alpha1", "openshift-marketplace", "catalogsources", "redhat-operators");
    sandbox.cluster.delete(&catalog).await.unwrap();
    object(&sandbox, &marketplace, Value::is_null).await;
}
