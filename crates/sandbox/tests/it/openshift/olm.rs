//! OLM: what becomes of a Subscription.

use std::time::Duration;

use sandbox::Sandbox;
use serde_json::{Value, json};

use super::await_for::{any, condition, object, there};
use super::{
    NEVER, OPERATORS, PACKAGE, csv_path, deployment_path, path, start, steps, subscribe, subscription,
    subscription_path, succeeded,
};

const OPERATOR: &str = "openshift-gitops-operator-controller-manager";

#[tokio::test]
async fn a_subscription_brings_its_operator() {
    let sandbox = start(|_| ()).await;
    let definition = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/argocds.argoproj.io";
    assert!(sandbox.cluster.object(definition).await.unwrap().is_none(), "not before the operator");
    subscribe(&sandbox, "gitops-1.18", "Automatic").await;
    object(&sandbox, &csv_path(), succeeded).await;
    let known =
        object(&sandbox, &subscription_path(), |found| found["status"]["state"] == "AtLatestKnown").await;
    assert_eq!(known["status"]["currentCSV"], "openshift-gitops-operator.v1.18.1");
    assert_eq!(known["status"]["installedCSV"], "openshift-gitops-operator.v1.18.1");
    assert_eq!(condition(&known, "CatalogSourcesUnhealthy")["status"], "False");
    assert!(sandbox.cluster.object(definition).await.unwrap().is_some());
    let deployment = there(&sandbox, &deployment_path(OPERATORS, OPERATOR)).await;
    assert_eq!(deployment["metadata"]["labels"]["olm.owner"], "openshift-gitops-operator.v1.18.1");
    assert_eq!(deployment["status"]["observedGeneration"], deployment["metadata"]["generation"]);
    let plan = any(&sandbox, "InstallPlan", OPERATORS).await;
    assert_eq!(known["status"]["installPlanRef"]["name"], plan["metadata"]["name"]);
}

#[tokio::test]
async fn a_manual_subscription_waits_for_its_install_plan() {
    let sandbox = start(|_| ()).await;
    subscribe(&sandbox, "latest", "Manual").await;
    let waits = |found: &Value| condition(found, "InstallPlanPending")["reason"] == "RequiresApproval";
    let waiting = object(&sandbox, &subscription_path(), waits).await;
    assert_eq!(waiting["status"]["state"], "UpgradePending");
    assert_eq!(waiting["status"]["currentCSV"], "openshift-gitops-operator.v1.18.1");
    assert!(waiting["status"]["installedCSV"].is_null() && !sandbox_has_csv(&sandbox).await);
    let name = waiting["status"]["installPlanRef"]["name"].as_str().unwrap();
    let plan_path = path("operators.coreos.com/v1alpha1", OPERATORS, "installplans", name);
    let mut plan = there(&sandbox, &plan_path).await;
    assert_eq!(
        (&plan["spec"]["approved"], &plan["status"]["phase"]),
        (&json!(false), &json!("RequiresApproval"))
    );
    plan["spec"]["approved"] = json!(true);
    sandbox.cluster.put(&plan).await.unwrap();
    object(&sandbox, &csv_path(), succeeded).await;
    object(&sandbox, &plan_path, |plan| plan["status"]["phase"] == "Complete").await;
}

async fn sandbox_has_csv(sandbox: &Sandbox) -> bool {
    sandbox.cluster.object(&csv_path()).await.unwrap().is_some()
}

#[tokio::test]
async fn a_slow_catalog_is_a_passing_resolution_error() {
    let sandbox = start(|options| options.catalogs = NEVER).await;
    subscribe(&sandbox, "latest", "Automatic").await;
    let failed = |found: &Value| condition(found, "ResolutionFailed")["status"] == "True";
    let unresolved = object(&sandbox, &subscription_path(), failed).await;
    let why = condition(&unresolved, "ResolutionFailed");
    assert_eq!(why["reason"], "ErrorPreventedResolution");
    let begins = "error using catalogsource openshift-marketplace/";
    assert!(why["message"].as_str().unwrap().starts_with(begins), "{why}");
    assert!(
        why["message"].as_str().unwrap().contains(": failed to list bundles: rpc error: code = Unavailable")
    );
    // The objects of its registry are there: that is all that its health says.
    assert_eq!(condition(&unresolved, "CatalogSourcesUnhealthy")["status"], "False");
    sandbox.openshift.as_ref().unwrap().change(|options| options.catalogs = Duration::ZERO);
    object(&sandbox, &csv_path(), succeeded).await;
    let healed = object(&sandbox, &subscription_path(), |found| !failed(found)).await;
    assert_eq!(condition(&healed, "CatalogSourcesUnhealthy")["status"], "False");
}

#[tokio::test]
async fn a_missing_channel_is_said_until_it_is_there() {
    let sandbox = start(|options| {
        options.missing_channels = vec![(PACKAGE.to_owned(), "gitops-1.18".to_owned())];
    })
    .await;
    subscribe(&sandbox, "gitops-1.18", "Automatic").await;
    let failed =
        |found: &Value| condition(found, "ResolutionFailed")["reason"] == "ConstraintsNotSatisfiable";
    let unresolved = object(&sandbox, &subscription_path(), failed).await;
    let message = condition(&unresolved, "ResolutionFailed")["message"].as_str().unwrap().to_owned();
    let said =
        "no operators found in channel gitops-1.18 of package openshift-gitops-operator in the catalog";
    assert!(message.contains(said), "{message}");
    sandbox.openshift.as_ref().unwrap().change(|options| options.missing_channels.clear());
    object(&sandbox, &csv_path(), succeeded).await;
}

#[tokio::test]
async fn a_catalog_that_is_not_there_is_said() {
    let sandbox = start(|_| ()).await;
    let mut wanted = subscription("latest", "Automatic", &[]);
    wanted["spec"]["source"] = json!("mine");
    sandbox.cluster.put(&wanted).await.unwrap();
    let unhealthy = |found: &Value| condition(found, "CatalogSourcesUnhealthy")["status"] == "True";
    let found = object(&sandbox, &subscription_path(), unhealthy).await;
    let said = condition(&found, "CatalogSourcesUnhealthy")["message"].clone();
    assert_eq!(said, "targeted catalogsource openshift-marketplace/mine missing");
}

#[tokio::test]
async fn definitions_may_come_late() {
    let sandbox = start(|options| options.definitions = NEVER).await;
    subscribe(&sandbox, "latest", "Automatic").await;
    let unmet = |csv: &Value| csv["status"]["reason"] == "RequirementsNotMet";
    object(&sandbox, &csv_path(), unmet).await;
    sandbox.openshift.as_ref().unwrap().change(|options| options.definitions = Duration::ZERO);
    let definition = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/argocds.argoproj.io";
    object(&sandbox, &csv_path(), succeeded).await;
    there(&sandbox, definition).await;
}

#[tokio::test]
async fn the_environment_of_a_subscription_reaches_its_deployment() {
    let sandbox = start(|_| ()).await;
    subscribe(&sandbox, "latest", "Automatic").await;
    object(&sandbox, &csv_path(), succeeded).await;
    let first = there(&sandbox, &deployment_path(OPERATORS, OPERATOR)).await;
    let env = [("DISABLE_DEFAULT_ARGOCD_INSTANCE", "true"), ("MINE", "1")];
    sandbox.cluster.put(&subscription("latest", "Automatic", &env)).await.unwrap();
    let has = |deployment: &Value| {
        let env = deployment["spec"]["template"]["spec"]["containers"][0]["env"].as_array().cloned();
        env.unwrap_or_default().contains(&json!({"name": env_name(), "value": "true"}))
    };
    let rolled = |deployment: &Value| {
        has(deployment) && deployment["status"]["observedGeneration"] == deployment["metadata"]["generation"]
    };
    let second = object(&sandbox, &deployment_path(OPERATORS, OPERATOR), rolled).await;
    assert!(generation(&second) > generation(&first));
    let csv = object(&sandbox, &csv_path(), succeeded).await;
    let steps = steps(&csv);
    let step = steps.iter().find(|step| step[1] == "ComponentUnhealthy").expect("it was seen");
    assert_eq!(step[0], "InstallReady");
    let said = "installing: deployment changed old hash=";
    assert!(step[2].starts_with(said) && step[2].contains(", new hash="), "{step:?}");
    assert!(steps.iter().all(|step| step[0] != "Failed"), "{steps:?}");
    sandbox.cluster.put(&subscription("latest", "Automatic", &[("MINE", "1")])).await.unwrap();
    object(&sandbox, &deployment_path(OPERATORS, OPERATOR), |deployment| !has(deployment)).await;
}

fn env_name() -> &'static str {
    "DISABLE_DEFAULT_ARGOCD_INSTANCE"
}

fn generation(object: &Value) -> u64 {
    object["metadata"]["generation"].as_u64().unwrap()
}
