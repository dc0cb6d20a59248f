//! OLM: what fails on the way, what it tries again, and what it does not.

use std::time::Duration;

use sandbox::openshift::{FailingCsv, FailingPlan, Unmet, Unpacking};
use serde_json::{Value, json};

use super::await_for::{any, condition, object, there};
use super::{
    NEVER, OPERATORS, PACKAGE, change, csv_path, deployment_path, path, start, steps, subscribe,
    subscription_path, succeeded,
};

const OPERATOR: &str = "openshift-gitops-operator-controller-manager";

fn failed(csv: &Value) -> bool {
    csv["status"]["phase"] == "Failed"
}

/// The item of this kind in what is required.
fn requirement(csv: &Value, kind: &str) -> Value {
    let all = csv["status"]["requirementStatus"].as_array().cloned().unwrap_or_default();
    all.into_iter().find(|one| one["kind"] == kind).unwrap_or_default()
}

#[tokio::test]
async fn an_install_timeout_leads_back_to_pending() {
    let sandbox = start(|options| {
        options.operators = NEVER;
        options.install_timeout = Duration::from_millis(200);
    })
    .await;
    subscribe(&sandbox, "latest", "Automatic").await;
    let csv = object(&sandbox, &csv_path(), failed).await;
    let status = &csv["status"];
    assert_eq!(
        (&status["reason"], &status["message"]),
        (&json!("InstallCheckFailed"), &json!("install timeout"))
    );
    let again = |csv: &Value| csv["status"]["phase"] != "Failed";
    object(&sandbox, &csv_path(), again).await;
    change(&sandbox, |options| options.operators = Duration::ZERO);
    let csv = object(&sandbox, &csv_path(), succeeded).await;
    let steps = steps(&csv);
    let at = steps.iter().position(|step| step[0] == "Failed").unwrap();
    assert_eq!(steps[at + 1][..2], ["Pending", "NeedsReinstall"]);
    let said =
        "installing: waiting for deployment openshift-gitops-operator-controller-manager to become ready: ";
    assert!(steps[at + 1][2].starts_with(said), "{steps:?}");
}

#[tokio::test]
async fn a_refused_deployment_is_tried_again_and_again() {
    let sandbox = start(|options| options.failing_csv = Some(FailingCsv::component(PACKAGE))).await;
    subscribe(&sandbox, "latest", "Automatic").await;
    let twice =
        |csv: &Value| steps(csv).iter().filter(|step| step[1] == "InstallComponentFailed").count() > 1;
    let csv = object(&sandbox, &csv_path(), twice).await;
    let steps = steps(&csv);
    let at = steps.iter().position(|step| step[0] == "Failed").unwrap();
    let said = "installing: missing deployment with name=openshift-gitops-operator-controller-manager";
    assert_eq!(steps[at + 1], ["Pending", "NeedsReinstall", said]);
    assert_eq!(steps[at + 2][..2], ["InstallReady", "AllRequirementsMet"]);
    assert_eq!(steps[at + 3][..2], ["Failed", "InstallComponentFailed"]);
    change(&sandbox, |options| options.failing_csv = None);
    object(&sandbox, &csv_path(), succeeded).await;
}

#[tokio::test]
async fn a_deployment_past_its_deadline_stays_failed_until_it_is_ready() {
    let sandbox = start(|options| options.failing_csv = Some(FailingCsv::progress_deadline(PACKAGE))).await;
    subscribe(&sandbox, "latest", "Automatic").await;
    let csv = object(&sandbox, &csv_path(), failed).await;
    assert_eq!(csv["status"]["reason"], "InstallCheckFailed");
    let said = csv["status"]["message"].as_str().unwrap().to_owned();
    assert!(
        said.starts_with("install failed: ") && said.ends_with("exceeded its progress deadline"),
        "{said}"
    );
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert!(failed(&there(&sandbox, &csv_path()).await));
    change(&sandbox, |options| options.failing_csv = None);
    let csv = object(&sandbox, &csv_path(), succeeded).await;
    let last = steps(&csv);
    assert_eq!(last[last.len() - 2][0], "Failed", "it goes straight to Succeeded");
}

#[tokio::test]
async fn what_is_refused_for_good_is_not_tried_again() {
    let sandbox = start(|options| options.failing_csv = Some(FailingCsv::component_for_good(PACKAGE))).await;
    subscribe(&sandbox, "latest", "Automatic").await;
    let csv = object(&sandbox, &csv_path(), failed).await;
    assert_eq!(csv["status"]["reason"], "InstallComponentFailedNoRetry");
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert!(failed(&there(&sandbox, &csv_path()).await));
}

#[tokio::test]
async fn a_deployment_that_is_gone_is_made_again() {
    let sandbox = start(|_| ()).await;
    subscribe(&sandbox, "latest", "Automatic").await;
    object(&sandbox, &csv_path(), succeeded).await;
    let deployment = deployment_path(OPERATORS, OPERATOR);
    sandbox.cluster.delete(&deployment).await.unwrap();
    let unhealthy =
        |csv: &Value| succeeded(csv) && steps(csv).iter().any(|step| step[1] == "ComponentUnhealthy");
    let csv = object(&sandbox, &csv_path(), unhealthy).await;
    let said = "installing: missing deployment with name=openshift-gitops-operator-controller-manager";
    assert!(steps(&csv).contains(&["Failed", "ComponentUnhealthy", said].map(str::to_owned)));
    there(&sandbox, &deployment).await;
}

#[tokio::test]
async fn an_install_plan_is_retried_for_a_minute_and_fails_for_good() {
    let sandbox = start(|options| options.failing_plan = Some(FailingPlan::missing_kind(PACKAGE))).await;
    subscribe(&sandbox, "latest", "Automatic").await;
    let unmet = |csv: &Value| csv["status"]["reason"] == "RequirementsNotMet";
    object(&sandbox, &csv_path(), unmet).await;
    let plan = any(&sandbox, "InstallPlan", OPERATORS).await;
    let name = plan["metadata"]["name"].as_str().unwrap();
    let plan = path("operators.coreos.com/v1alpha1", OPERATORS, "installplans", name);
    let retries = |plan: &Value| {
        let said = plan["status"]["message"].as_str().unwrap_or_default();
        said.starts_with(
            "retrying execution due to error: api-server resource not found installing ServiceMonitor",
        )
    };
    let retrying = object(&sandbox, &plan, retries).await;
    assert_eq!(retrying["status"]["phase"], "Installing");
    change(&sandbox, |options| options.plan_timeout = Duration::ZERO);
    let ended = object(&sandbox, &plan, |plan| plan["status"]["phase"] == "Failed").await;
    assert_eq!(condition(&ended, "Installed")["reason"], "InstallComponentFailed");
    let told = |found: &Value| condition(found, "InstallPlanFailed")["status"] == "True";
    let told = object(&sandbox, &subscription_path(), told).await;
    assert_eq!(condition(&told, "InstallPlanFailed")["reason"], "InstallComponentFailed");
    assert_eq!(condition(&told, "InstallPlanFailed")["message"], condition(&ended, "Installed")["message"]);
    change(&sandbox, |options| options.failing_plan = None);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(there(&sandbox, &plan).await["status"]["phase"], "Failed", "it is never tried again");
    assert!(unmet(&there(&sandbox, &csv_path()).await));
}

#[tokio::test]
async fn what_is_required_and_not_there_is_named_the_service_account_too() {
    let sandbox = start(|options| options.failing_plan = Some(FailingPlan::missing_kind(PACKAGE))).await;
    subscribe(&sandbox, "latest", "Automatic").await;
    let unmet = |csv: &Value| csv["status"]["reason"] == "RequirementsNotMet";
    let csv = object(&sandbox, &csv_path(), unmet).await;
    let account = requirement(&csv, "ServiceAccount");
    assert_eq!(
        (&account["status"], &account["message"]),
        (&json!("NotPresent"), &json!("Service account does not exist"))
    );
    change(&sandbox, |options| options.failing_plan = None);
    let csv = object(&sandbox, &csv_path(), succeeded).await;
    assert_eq!(requirement(&csv, "ServiceAccount")["status"], "Present");
    assert_eq!(requirement(&csv, "CustomResourceDefinition")["status"], "Present");
}

#[tokio::test]
async fn a_cluster_that_is_too_old_is_a_requirement_that_is_not_met() {
    let sandbox = start(|options| options.unmet = Some(Unmet::min_kube_version(PACKAGE))).await;
    subscribe(&sandbox, "latest", "Automatic").await;
    let unmet = |csv: &Value| requirement(csv, "ClusterServiceVersion")["status"] == "PresentNotSatisfied";
    let csv = object(&sandbox, &csv_path(), unmet).await;
    assert_eq!(csv["status"]["reason"], "RequirementsNotMet");
    let said = requirement(&csv, "ClusterServiceVersion")["message"].as_str().unwrap().to_owned();
    assert!(
        said.starts_with("CSV version requirement not met: minKubeVersion (9.9.9) > server version ("),
        "{said}"
    );
    let plan = any(&sandbox, "InstallPlan", OPERATORS).await;
    let name = plan["metadata"]["name"].as_str().unwrap();
    let plan = path("operators.coreos.com/v1alpha1", OPERATORS, "installplans", name);
    object(&sandbox, &plan, |plan| plan["status"]["phase"] == "Complete").await;
}

#[tokio::test]
async fn a_bundle_is_unpacked_before_anything_is_planned() {
    let sandbox = start(|options| options.unpacking = Unpacking::Takes(NEVER)).await;
    subscribe(&sandbox, "latest", "Automatic").await;
    let unpacks = |found: &Value| condition(found, "BundleUnpacking")["reason"] == "UnpackingInProgress";
    let found = object(&sandbox, &subscription_path(), unpacks).await;
    assert_eq!(condition(&found, "BundleUnpacking")["message"], "");
    assert_eq!(found["status"]["currentCSV"], Value::Null);
    change(&sandbox, |options| options.unpacking = Unpacking::PullFails);
    let pulls = |found: &Value| condition(found, "BundleUnpacking")["message"] != "";
    let found = object(&sandbox, &subscription_path(), pulls).await;
    let said = condition(&found, "BundleUnpacking")["message"].as_str().unwrap().to_owned();
    let begins = "Bundle image pull failed. Common causes: Missing ICSP (ppc64le/s390x/arm64), auth failure, invalid \
                  image. Job will retry until timeout (~10 min), ";
    assert!(said.starts_with(begins), "{said}");
    change(&sandbox, |options| options.unpacking = Unpacking::Fails);
    let fails = |found: &Value| condition(found, "BundleUnpackFailed")["status"] == "True";
    let found = object(&sandbox, &subscription_path(), fails).await;
    assert_eq!(condition(&found, "BundleUnpacking"), Value::Null);
    change(&sandbox, |options| options.unpacking = Unpacking::Takes(Duration::ZERO));
    object(&sandbox, &csv_path(), succeeded).await;
    object(&sandbox, &subscription_path(), |found| !fails(found) && !unpacks(found)).await;
}

#[tokio::test]
async fn the_first_success_need_not_be_the_last() {
    let sandbox = start(|options| options.reinstalls = true).await;
    subscribe(&sandbox, "latest", "Automatic").await;
    let twice =
        |csv: &Value| succeeded(csv) && steps(csv).iter().filter(|step| step[0] == "Succeeded").count() == 2;
    let csv = object(&sandbox, &csv_path(), twice).await;
    let said = "calculated deployment install is bad";
    assert!(steps(&csv).contains(&["Pending", "NeedsReinstall", said].map(str::to_owned)));
}
