//! OLM and OperatorGroups, and what it copies into the namespaces that an operator serves.

use std::time::Duration;

use serde_json::{Value, json};

use super::await_for::{any, condition, object, there};
use super::{
    NEVER, OPERATORS, PACKAGE, csv_path, csv_path_in, make_group, make_namespace, path, start, subscribe,
    subscription, subscription_path, succeeded,
};

const VERSION: &str = "v1.18.1";

fn subscription_in(namespace: &str, channel: &str) -> (String, Value) {
    let mut wanted = subscription(channel, "Automatic", &[]);
    wanted["metadata"]["namespace"] = json!(namespace);
    (path("operators.coreos.com/v1alpha1", namespace, "subscriptions", PACKAGE), wanted)
}

/// Long enough for several rounds.
async fn a_while() {
    tokio::time::sleep(Duration::from_millis(300)).await;
}

#[tokio::test]
async fn without_an_operator_group_nothing_at_all_is_written() {
    let sandbox = start(|_| ()).await;
    make_namespace(&sandbox, "mine").await;
    let (path, wanted) = subscription_in("mine", "latest");
    sandbox.cluster.put(&wanted).await.unwrap();
    a_while().await;
    assert_eq!(there(&sandbox, &path).await["status"], Value::Null);
    let objects = sandbox.cluster.objects().await.unwrap();
    assert!(!objects.iter().any(|one| one["kind"] == "InstallPlan"));
    make_group(&sandbox, "mine", "mine").await;
    object(&sandbox, &csv_path_in("mine", VERSION), succeeded).await;
}

#[tokio::test]
async fn with_two_operator_groups_nothing_at_all_is_written_either() {
    let sandbox = start(|_| ()).await;
    make_namespace(&sandbox, "mine").await;
    make_group(&sandbox, "mine", "one").await;
    make_group(&sandbox, "mine", "other").await;
    let (path, wanted) = subscription_in("mine", "latest");
    sandbox.cluster.put(&wanted).await.unwrap();
    a_while().await;
    assert_eq!(there(&sandbox, &path).await["status"], Value::Null);
}

#[tokio::test]
async fn a_second_operator_group_that_comes_later_stops_the_install_plan() {
    let sandbox = start(|options| options.definitions = NEVER).await;
    subscribe(&sandbox, "latest", "Automatic").await;
    object(&sandbox, &subscription_path(), |found| found["status"]["installPlanRef"].is_object()).await;
    make_group(&sandbox, OPERATORS, "second").await;
    let said = "more than one operator group(s) are managing this namespace count=2";
    let pending = |found: &Value| condition(found, "InstallPlanPending")["message"] == said;
    object(&sandbox, &subscription_path(), pending).await;
    let plan = any(&sandbox, "InstallPlan", OPERATORS).await;
    assert_eq!(condition(&plan, "Installed")["reason"], "InstallCheckFailed");
}

#[tokio::test]
async fn an_operator_of_the_whole_cluster_is_copied_into_every_namespace() {
    let sandbox = start(|_| ()).await;
    subscribe(&sandbox, "latest", "Automatic").await;
    object(&sandbox, &csv_path(), succeeded).await;
    make_namespace(&sandbox, "later").await;
    for namespace in ["default", "openshift-marketplace", "later"] {
        let copied = there(&sandbox, &csv_path_in(namespace, VERSION)).await;
        assert_eq!(copied["metadata"]["labels"]["olm.copiedFrom"], OPERATORS);
        let copied = object(&sandbox, &csv_path_in(namespace, VERSION), succeeded).await;
        assert_eq!(copied["status"]["reason"], "Copied");
        let said = "The operator is running in openshift-operators but is managing this namespace";
        assert_eq!(copied["status"]["message"], said);
    }
    sandbox.cluster.delete(&csv_path()).await.unwrap();
    object(&sandbox, &csv_path_in("default", VERSION), Value::is_null).await;
}

#[tokio::test]
async fn a_copy_passes_for_what_a_second_subscription_wants() {
    let sandbox = start(|_| ()).await;
    make_namespace(&sandbox, "first").await;
    make_group(&sandbox, "first", "first").await;
    let (first, wanted) = subscription_in("first", "latest");
    sandbox.cluster.put(&wanted).await.unwrap();
    object(&sandbox, &csv_path_in("first", VERSION), succeeded).await;
    object(&sandbox, &csv_path(), succeeded).await;
    sandbox.cluster.delete(&first).await.unwrap();
    subscribe(&sandbox, "latest", "Automatic").await;
    object(&sandbox, &subscription_path(), |found| found["status"]["state"] == "AtLatestKnown").await;
    let complete = |plan: &Value| plan["status"]["phase"] == "Complete";
    let plan = any(&sandbox, "InstallPlan", OPERATORS).await;
    let name = plan["metadata"]["name"].as_str().unwrap();
    let plan = path("operators.coreos.com/v1alpha1", OPERATORS, "installplans", name);
    let plan = object(&sandbox, &plan, complete).await;
    let step = &plan["status"]["plan"][0];
    assert_eq!(
        (&step["resource"]["kind"], &step["status"]),
        (&json!("ClusterServiceVersion"), &json!("Present"))
    );
    let deployment = super::deployment_path(OPERATORS, "openshift-gitops-operator-controller-manager");
    assert!(sandbox.cluster.object(&deployment).await.unwrap().is_none(), "it runs in the other namespace");
}

#[tokio::test]
async fn another_version_in_a_second_namespace_is_refused() {
    let sandbox = start(|_| ()).await;
    subscribe(&sandbox, "latest", "Automatic").await;
    object(&sandbox, &csv_path(), succeeded).await;
    // Ages are told apart by the second.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    make_namespace(&sandbox, PACKAGE).await;
    make_group(&sandbox, PACKAGE, "own").await;
    sandbox.cluster.put(&subscription_in(PACKAGE, "gitops-1.17").1).await.unwrap();
    let csv = csv_path_in(PACKAGE, "v1.17.2");
    let failed = object(&sandbox, &csv, |csv| csv["status"]["phase"] == "Failed").await;
    assert_eq!(failed["status"]["reason"], "InterOperatorGroupOwnerConflict");
    assert_eq!(failed["status"]["message"], "intersecting operatorgroups provide the same apis");
}

#[tokio::test]
async fn a_subscription_whose_install_plan_vanished_silences_its_namespace() {
    let sandbox = start(|_| ()).await;
    let mut stranded = subscription("latest", "Automatic", &[]);
    stranded["metadata"]["annotations"] = json!({"olm.generated-by": "install-gone1"});
    sandbox.cluster.put(&stranded).await.unwrap();
    a_while().await;
    assert_eq!(there(&sandbox, &subscription_path()).await["status"], Value::Null);
    stranded["metadata"]["annotations"] = json!({});
    sandbox.cluster.put(&stranded).await.unwrap();
    object(&sandbox, &csv_path(), succeeded).await;
}
