//! OLM: from one version to the next.

use sandbox::Sandbox;
use serde_json::{Value, json};

use super::await_for::{condition, object, there};
use super::{
    OPERATORS, PACKAGE, csv_path, csv_path_in, deployment_path, path, start, subscription, subscription_path,
    succeeded,
};

fn starting(approval: &str) -> Value {
    let mut wanted = subscription("latest", approval, &[]);
    wanted["spec"]["startingCSV"] = json!("openshift-gitops-operator.v1.17.2");
    wanted
}

async fn plans(sandbox: &Sandbox) -> Vec<Value> {
    let objects = sandbox.cluster.objects().await.unwrap();
    objects.into_iter().filter(|one| one["kind"] == "InstallPlan").collect()
}

/// Approves the InstallPlan for this version once the Subscription refers to it.
async fn approve(sandbox: &Sandbox, version: &str) {
    let current = format!("{PACKAGE}.{version}");
    let waits = |found: &Value| {
        found["status"]["currentCSV"] == current.as_str()
            && condition(found, "InstallPlanPending")["reason"] == "RequiresApproval"
    };
    let found = object(sandbox, &subscription_path(), waits).await;
    let name = found["status"]["installPlanRef"]["name"].as_str().unwrap();
    let plan = path("operators.coreos.com/v1alpha1", OPERATORS, "installplans", name);
    let mut plan = there(sandbox, &plan).await;
    assert_eq!(plan["spec"]["clusterServiceVersionNames"], json!([current]));
    plan["spec"]["approved"] = json!(true);
    sandbox.cluster.put(&plan).await.unwrap();
}

#[tokio::test]
async fn from_an_older_one_it_goes_up_the_channel_with_one_install_plan_for_each_step() {
    let sandbox = start(|_| ()).await;
    sandbox.cluster.put(&starting("Automatic")).await.unwrap();
    object(&sandbox, &csv_path(), succeeded).await;
    for gone in ["v1.17.2", "v1.18.0"] {
        object(&sandbox, &csv_path_in(OPERATORS, gone), Value::is_null).await;
    }
    let brought = plans(&sandbox).await;
    let mut brought: Vec<String> =
        brought.iter().map(|plan| plan["spec"]["clusterServiceVersionNames"][0].to_string()).collect();
    brought.sort();
    let expected = ["v1.17.2", "v1.18.0", "v1.18.1"].map(|version| format!("\"{PACKAGE}.{version}\""));
    assert_eq!(brought, expected);
    let deployment = deployment_path(OPERATORS, "openshift-gitops-operator-controller-manager");
    let deployment = there(&sandbox, &deployment).await;
    assert_eq!(deployment["metadata"]["labels"]["olm.owner"], "openshift-gitops-operator.v1.18.1");
}

#[tokio::test]
async fn each_step_has_to_be_approved_and_the_one_before_stays_until_then() {
    let sandbox = start(|_| ()).await;
    sandbox.cluster.put(&starting("Manual")).await.unwrap();
    approve(&sandbox, "v1.17.2").await;
    object(&sandbox, &csv_path_in(OPERATORS, "v1.17.2"), succeeded).await;
    approve(&sandbox, "v1.18.0").await;
    object(&sandbox, &csv_path_in(OPERATORS, "v1.18.0"), succeeded).await;
    let pending = |found: &Value| found["status"]["currentCSV"] == "openshift-gitops-operator.v1.18.1";
    let found = object(&sandbox, &subscription_path(), pending).await;
    assert_eq!(found["status"]["state"], "UpgradePending");
    assert_eq!(found["status"]["installedCSV"], "openshift-gitops-operator.v1.18.0");
    assert!(sandbox.cluster.object(&csv_path()).await.unwrap().is_none());
}

#[tokio::test]
async fn an_install_plan_that_is_gone_is_made_again() {
    let sandbox = start(|_| ()).await;
    sandbox.cluster.put(&starting("Manual")).await.unwrap();
    let refers = |found: &Value| found["status"]["installPlanRef"].is_object();
    let found = object(&sandbox, &subscription_path(), refers).await;
    let name = found["status"]["installPlanRef"]["name"].as_str().unwrap().to_owned();
    let plan = path("operators.coreos.com/v1alpha1", OPERATORS, "installplans", &name);
    sandbox.cluster.delete(&plan).await.unwrap();
    let another = |found: &Value| refers(found) && found["status"]["installPlanRef"]["name"] != name.as_str();
    object(&sandbox, &subscription_path(), another).await;
}
