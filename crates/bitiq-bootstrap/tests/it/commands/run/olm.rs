//! What OLM does between a Subscription and an operator that runs, and how long a run bears with it.

use std::time::Duration;

use sandbox::openshift::{FailingCsv, FailingPlan, Options as OpenShift, Unmet, Unpacking};
use serde_json::{Value, json};

use crate::support::assert::refused;
use crate::support::objects::make_namespace;
use crate::support::openshift::{
    CHART, OPERATORS, PACKAGE, a_subscription, chart, openshift, path, subscription, until,
};
use crate::support::sandbox::World;

const NEVER: Duration = Duration::from_secs(3600);
const CSV: &str = "openshift-gitops-operator.v1.18.1";

/// A run that waits for three seconds.
const IMPATIENT: [&str; 4] = ["run", "demo", "--operator-timeout", "3s"];

fn olm(namespace: &str, plural: &str, name: &str) -> String {
    path("operators.coreos.com/v1alpha1", namespace, plural, name)
}

async fn make_group(world: &World, namespace: &str, name: &str) {
    let group = json!({
        "apiVersion": "operators.coreos.com/v1", "kind": "OperatorGroup",
        "metadata": {"name": name, "namespace": namespace}, "spec": {},
    });
    world.sandbox.cluster.put(&group).await.unwrap();
}

/// The operator in a namespace of its own.
async fn installed_in(world: &World, namespace: &str) {
    make_namespace(world, namespace).await;
    make_group(world, namespace, "own").await;
    world.sandbox.cluster.put(&a_subscription(namespace, json!([]))).await.unwrap();
    until(world, &olm(namespace, "clusterserviceversions", CSV), |csv| csv["status"]["phase"] == "Succeeded")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_left_in_another_namespace_is_named_and_its_copy_is_not_taken_for_it() {
    let world = openshift(CHART, |_| ()).await;
    installed_in(&world, "gitops-ns").await;
    let both = [
        "-n gitops-ns delete subscriptions.operators.coreos.com openshift-gitops-operator",
        "-n gitops-ns delete clusterserviceversions.operators.coreos.com openshift-gitops-operator.v1.18.1",
    ];
    refused(&world, world.command(&["run", "demo"]), &both).await;
    // The copy of it is where the chart wants the operator.
    until(&world, &olm(OPERATORS, "clusterserviceversions", CSV), Value::is_object).await;
    world.sandbox.cluster.delete(&olm("gitops-ns", "subscriptions", PACKAGE)).await.unwrap();
    let left = [
        "ClusterServiceVersion gitops-ns/openshift-gitops-operator.v1.18.1 is there, and no Subscription refers to it",
        both[1],
    ];
    refused(&world, world.command(&["run", "demo"]), &left).await;
    world.sandbox.cluster.delete(&olm("gitops-ns", "clusterserviceversions", CSV)).await.unwrap();
    until(&world, &olm(OPERATORS, "clusterserviceversions", CSV), Value::is_null).await;
    world.run(&["run", "demo"]).await.exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_install_plan_that_failed_ends_the_wait_with_its_words_though_the_csv_is_there() {
    let world = openshift(CHART, |options| {
        options.failing_plan = Some(FailingPlan::missing_kind(PACKAGE));
        options.plan_timeout = Duration::from_secs(1);
    })
    .await;
    world
        .run(&["run", "demo"])
        .await
        .exits(1)
        .says(&["ARGOCD-019", "InstallPlan openshift-operators/install-"]);
}

/// What a run says that gave up after three seconds, where this text is in an object when it begins. No name: the
/// InstallPlan's.
async fn gives_up(change: impl FnOnce(&mut OpenShift), so_far: (&str, &str, &str), says: &[&str]) {
    let world = openshift(CHART, change).await;
    world.sandbox.cluster.put(&a_subscription(OPERATORS, json!([]))).await.unwrap();
    let (plural, name, text) = so_far;
    let name = if name.is_empty() { install_plan(&world).await } else { name.to_owned() };
    until(&world, &olm(OPERATORS, plural, &name), |found| found["status"].to_string().contains(text)).await;
    let ran = world.run(&IMPATIENT).await.exits(1);
    ran.says(&["ARGOCD-023"]).says(says);
}

/// The InstallPlan that the Subscription refers to.
async fn install_plan(world: &World) -> String {
    let name = |found: &Value| found["status"]["installPlanRef"]["name"].as_str().map(str::to_owned);
    let path = olm(OPERATORS, "subscriptions", PACKAGE);
    name(&until(world, &path, |found| name(found).is_some()).await).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_install_plan_that_olm_retries_is_the_reason_for_waiting() {
    let says = ["retrying execution due to error: api-server resource not found installing ServiceMonitor"];
    let failing = FailingPlan::missing_kind(PACKAGE);
    let change = |options: &mut OpenShift| {
        options.failing_plan = Some(failing);
        options.plan_timeout = NEVER;
    };
    gives_up(change, ("installplans", "", "retrying execution"), &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_requirement_that_is_not_met_is_named() {
    let says = ["argocds.argoproj.io", "CRD installed alongside other CSV(s)"];
    let unmet = Unmet::installed_alongside(PACKAGE, "argocds.argoproj.io");
    let so_far = ("clusterserviceversions", CSV, "installed alongside");
    gives_up(|options| options.unmet = Some(unmet), so_far, &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_is_too_old_ends_the_wait() {
    let world = openshift(CHART, |options| options.unmet = Some(Unmet::min_kube_version(PACKAGE))).await;
    let says = ["minKubeVersion (9.9.9) > server version (", "upgrade the cluster"];
    world.run(&["run", "demo"]).await.exits(1).says(&says);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_that_is_unpacked_is_the_reason_for_waiting() {
    let says = ["OLM is unpacking the operator's bundle"];
    let so_far = ("subscriptions", PACKAGE, "UnpackingInProgress");
    gives_up(|options| options.unpacking = Unpacking::Takes(NEVER), so_far, &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_that_can_not_be_pulled_is_told_with_where_to_look() {
    let says =
        ["Bundle image pull failed", "check the pull secret", "operatorframework.io/bundle-unpack-ref"];
    let so_far = ("subscriptions", PACKAGE, "Bundle image pull failed");
    gives_up(|options| options.unpacking = Unpacking::PullFails, so_far, &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_catalog_that_does_not_answer_is_named_and_does_not_end_the_wait() {
    let world = openshift(CHART, |options| options.cache = Duration::ZERO).await;
    let place = olm("openshift-marketplace", "catalogsources", "community-operators");
    let mut catalog = until(&world, &place, Value::is_object).await;
    catalog["status"]["connectionState"]["lastObservedState"] = json!("TRANSIENT_FAILURE");
    world.sandbox.cluster.put(&catalog).await.unwrap();
    world.run(&IMPATIENT).await.exits(1).says(&["ARGOCD-023", "openshift-marketplace/community-operators"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_subscription_that_can_not_be_resolved_is_named() {
    let world = openshift(CHART, |_| ()).await;
    let mut foreign = a_subscription(OPERATORS, json!([]));
    foreign["metadata"]["name"] = json!("foreign");
    foreign["spec"]["name"] = json!("no-such-foreign");
    world.sandbox.cluster.put(&foreign).await.unwrap();
    world.run(&IMPATIENT).await.exits(1).says(&["ARGOCD-023"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_install_timeout_is_borne_and_the_run_goes_on() {
    let world = openshift(CHART, |options| {
        options.operators = Duration::from_secs(4);
        options.install_timeout = Duration::from_secs(1);
    })
    .await;
    world.run(&["run", "demo"]).await.exits(0);
    let csv = until(&world, &olm(OPERATORS, "clusterserviceversions", CSV), Value::is_object).await;
    assert!(csv["status"]["conditions"].to_string().contains("install timeout"), "{csv}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_success_that_is_not_the_last_one_is_borne() {
    let world = openshift(CHART, |options| options.reinstalls = true).await;
    world.run(&["run", "demo"]).await.exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_is_refused_again_and_again_ends_the_wait() {
    let world = openshift(CHART, |options| options.failing_csv = Some(FailingCsv::component(PACKAGE))).await;
    world.run(&["run", "demo"]).await.exits(1).says(&["ARGOCD-017"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_is_refused_for_good_ends_the_wait_at_once() {
    let failing = FailingCsv::component_for_good(PACKAGE);
    let world = openshift(CHART, |options| options.failing_csv = Some(failing)).await;
    let says = ["InstallComponentFailedNoRetry: install strategy failed"];
    world.run(&["run", "demo"]).await.exits(1).says(&says);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_operator_group_that_comes_meanwhile_ends_the_wait_in_seconds() {
    let world = openshift(CHART, |options| options.unpacking = Unpacking::Takes(NEVER)).await;
    let run = world.command(&["run", "demo"]);
    let child = run.start();
    until(&world, &olm(OPERATORS, "subscriptions", PACKAGE), Value::is_object).await;
    make_group(&world, OPERATORS, "second").await;
    let says = ["global-operators", "second", "delete operatorgroup"];
    run.finish(child).await.exits(1).says(&says);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_is_made_again_beside_what_it_left_ends_the_wait() {
    let world = openshift(CHART, |options| options.definitions = NEVER).await;
    let run = world.command(&["run", "demo"]);
    let child = run.start();
    until(&world, &olm(OPERATORS, "clusterserviceversions", CSV), Value::is_object).await;
    world.sandbox.cluster.delete(&olm(OPERATORS, "subscriptions", PACKAGE)).await.unwrap();
    world.sandbox.cluster.put(&a_subscription(OPERATORS, json!([]))).await.unwrap();
    run.finish(child)
        .await
        .exits(1)
        .says(&["ARGOCD-010", "openshift-operators/openshift-gitops-operator.v1.18.1"]);
    assert_eq!(subscription(&world, OPERATORS).await["status"]["currentCSV"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalog_where_olm_does_not_look_is_refused_before_the_first_write() {
    let elsewhere = chart("sourceNamespace: openshift-marketplace", "sourceNamespace: default");
    let world = openshift(&elsewhere, |_| ()).await;
    let says = ["CatalogSource default/redhat-operators", "operators.gitops.sourceNamespace"];
    refused(&world, world.command(&["run", "demo"]), &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_version_to_start_with_need_not_be_the_newest() {
    let old = chart("startingCSV: \"\"", "startingCSV: openshift-gitops-operator.v1.18.0");
    let world = openshift(&old, |_| ()).await;
    world.run(&["run", "demo"]).await.exits(0);
    let csv = olm(OPERATORS, "clusterserviceversions", CSV);
    until(&world, &csv, |csv| csv["status"]["phase"] == "Succeeded").await;
    let none = chart("startingCSV: \"\"", "startingCSV: openshift-gitops-operator.v0.1.0");
    let world = openshift(&none, |_| ()).await;
    let says = ["openshift-gitops-operator.v0.1.0", "operators.gitops.startingCSV"];
    refused(&world, world.command(&["run", "demo"]), &says).await;
}
