//! The step `operator` on an OpenShift: from no Subscription at all to an operator that runs and an ArgoCD that is Helm's
//! to take over.

use std::time::Duration;

use sandbox::git_host::{File, PRIVATE};
use sandbox::gitops_repo::SCRIPT;
use sandbox::openshift::FailingCsv;
use serde_json::{Value, json};

use crate::support::objects::object;
use crate::support::openshift::{
    CHART, GITOPS, OPERATORS, PACKAGE, VARIABLE, a_subscription, argocd, chart, marked, openshift, path,
    subscription, until,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_openshift_gets_the_operator_and_a_second_run_changes_nothing() {
    let world = openshift(CHART, |_| ()).await;
    world.run(&["plan", "demo", "--exit-code"]).await.exits(10).says(&[
        "+ Subscription openshift-operators/openshift-gitops-operator",
        "~ ArgoCD openshift-gitops/openshift-gitops",
        "(after operator)",
        "watch the ApplicationSet controller of ArgoCD openshift-gitops/openshift-gitops",
    ]);
    assert_eq!(subscription(&world, OPERATORS).await, Value::Null);
    world.run(&["run", "demo"]).await.exits(0).says(&[
        "openshift-gitops-operator.v1.18.1 installed",
        "open      https://console-openshift-console.apps.",
        "open      https://openshift-gitops-server-openshift-gitops.apps.",
    ]);
    let subscription = subscription(&world, OPERATORS).await;
    assert!(marked(&subscription), "{subscription}");
    assert_eq!(subscription["spec"]["channel"], "gitops-1.18");
    let found = argocd(&world).await;
    assert!(marked(&found), "{found}");
    assert_eq!(found["spec"]["applicationSet"]["enabled"], true);
    assert_eq!(found["spec"]["extraConfig"]["timeout.reconciliation"], "30s");
    assert_eq!(found["spec"]["sso"]["provider"], "dex", "what the operator put there stays");
    let steps = world.steps();
    assert_eq!((steps["operator"].as_str(), steps["argocd"].as_str()), ("changed", "unchanged"));
    world.run(&["run", "demo"]).await.exits(0);
    for (step, status) in world.steps() {
        let expect = match step.as_str() {
            "script" => "changed",
            "vault-auth" => "skipped",
            _ => "unchanged",
        };
        assert_eq!(status, expect, "{step}");
    }
    world.run(&["plan", "demo", "--exit-code"]).await.exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_of_its_own_gets_an_operator_group() {
    let own = chart("installNamespace: openshift-operators", "installNamespace: openshift-gitops-operator");
    let world = openshift(&own, |_| ()).await;
    // As the real one does.
    let script = "#!/bin/sh\necho ${GITOPS_SUBSCRIPTION_NAMESPACE:-openshift-operators}\n";
    world.sandbox.git.commit(PRIVATE, &[File::executable(SCRIPT, script)], "waits").await.unwrap();
    let says = [
        "waits for it in another namespace",
        "export GITOPS_SUBSCRIPTION_NAMESPACE=openshift-gitops-operator",
    ];
    let run = world.command(&["run", "demo"]).env("GITOPS_REPO_ACCESS_TIMEOUT", "0");
    run.ran().await.exits(0).says(&says);
    assert!(marked(&subscription(&world, PACKAGE).await));
    let group = path("operators.coreos.com/v1", PACKAGE, "operatorgroups", "openshift-gitops-operator-og");
    let group = object(&world, &group).await.unwrap();
    assert_eq!(group["spec"]["targetNamespaces"], Value::Null, "it is for all namespaces");
    run.env("GITOPS_SUBSCRIPTION_NAMESPACE", PACKAGE)
        .ran()
        .await
        .exits(0)
        .never_says(&["in another namespace"]);
    assert_eq!(world.steps()["operator"], "unchanged");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_is_there_is_adopted_and_the_variable_removed_and_all_else_kept() {
    let world = openshift(CHART, |_| ()).await;
    let secret = json!({"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}});
    let env = json!([{"name": VARIABLE, "value": "true"}, secret]);
    world.sandbox.cluster.put(&a_subscription(OPERATORS, env)).await.unwrap();
    let deployment =
        path("apps/v1", OPERATORS, "deployments", "openshift-gitops-operator-controller-manager");
    until(&world, &deployment, |found| found.to_string().contains(VARIABLE)).await;
    world.run(&["run", "demo"]).await.exits(0);
    let subscription = subscription(&world, OPERATORS).await;
    assert!(marked(&subscription));
    assert_eq!(subscription["spec"]["config"]["env"], json!([secret]));
    let deployment = object(&world, &deployment).await.unwrap();
    assert!(!deployment.to_string().contains(VARIABLE), "it was awaited");
    assert!(marked(&argocd(&world).await), "the operator made it after all, and it is adopted");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_install_plan_to_be_approved_is_named_with_the_command_that_does_it() {
    let world = openshift(&chart("approval: Automatic", "approval: Manual"), |_| ()).await;
    let said = [
        "has to be approved",
        "\n    oc --kubeconfig clusters/demo/.work/kubeconfig -n openshift-operators patch installplan install-",
        "did not come within 15 s",
        "run again with --approve-install-plan, or approve it:\n    oc --kubeconfig",
    ];
    let ran = world.run(&["run", "demo", "--operator-timeout", "15s"]).await.exits(1).says(&said);
    assert_eq!(world.steps()["operator"], "failed");
    // What it wrote is told though it failed.
    let said = format!("{}\n{}", ran.stdout, ran.stderr);
    let summary = said.rsplit_once("changed ").unwrap().1.split("trace ").next().unwrap();
    assert!(summary.contains("Subscription openshift-operators/openshift-gitops-operator"), "{summary}");
    let steps = world.trace()["steps"].clone();
    let operator = steps.as_array().unwrap().iter().find(|step| step["name"] == "operator").unwrap();
    assert!(operator["changes"].to_string().contains("Subscription openshift-operators/"), "{operator}");
    // A person approves it while the next run waits.
    let plan = subscription(&world, OPERATORS).await["status"]["installPlanRef"]["name"].clone();
    let plan = path("operators.coreos.com/v1alpha1", OPERATORS, "installplans", plan.as_str().unwrap());
    let run = world.command(&["run", "demo"]);
    let child = run.start();
    let mut found = object(&world, &plan).await.unwrap();
    found["spec"]["approved"] = true.into();
    world.sandbox.cluster.put(&found).await.unwrap();
    run.finish(child).await.exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_loses_the_lease_while_it_waits_ends_and_writes_nothing_more() {
    let world = openshift(&chart("approval: Automatic", "approval: Manual"), |_| ()).await;
    let run = world.command(&["run", "demo"]);
    let child = run.start();
    let place = path("operators.coreos.com/v1alpha1", OPERATORS, "subscriptions", PACKAGE);
    until(&world, &place, |found| found["status"]["installPlanRef"]["name"].is_string()).await;
    let lease = path("coordination.k8s.io/v1", GITOPS, "leases", "bitiq-bootstrap");
    let mut taken = object(&world, &lease).await.unwrap();
    taken["spec"]["holderIdentity"] = "run-elsewhere".into();
    world.sandbox.cluster.put(&taken).await.unwrap();
    run.finish(child).await.exits(1).says(&["LOCK-003"]);
    assert_eq!(object(&world, &lease).await.unwrap()["spec"]["holderIdentity"], "run-elsewhere");
    assert_eq!(world.trace()["error"]["step"], "lock");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_install_plan_is_approved_where_that_was_asked_for() {
    let world = openshift(&chart("approval: Automatic", "approval: Manual"), |_| ()).await;
    let plan = ["plan", "demo", "--approve-install-plan"];
    world.run(&plan).await.exits(0).says(&["~ InstallPlan of openshift-operators/", "(after operator)"]);
    world.run(&["run", "demo", "--approve-install-plan"]).await.exits(0);
    let trace = world.trace().to_string();
    assert!(trace.contains("InstallPlan openshift-operators/install-"), "{trace}");
    assert!(trace.contains("spec.approved (openshift-gitops-operator.v1.18.1)"), "{trace}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_that_failed_ends_the_wait_at_once() {
    let failing = FailingCsv::progress_deadline(PACKAGE);
    let world = openshift(CHART, |options| options.failing_csv = Some(failing)).await;
    world.run(&["run", "demo"]).await.exits(1).says(&[
        "ARGOCD-017",
        "openshift-operators/openshift-gitops-operator.v1.18.1",
        "--kubeconfig",
        "clusters/demo/.work/kubeconfig",
    ]);
    let steps = world.steps();
    assert_eq!((steps["operator"].as_str(), steps["script"].as_str()), ("failed", "pending"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalog_that_is_slow_and_the_error_it_causes_pass() {
    let world = openshift(CHART, |options| options.catalogs = Duration::from_secs(2)).await;
    world.run(&["run", "demo"]).await.exits(0).says(&[" for the ClusterServiceVersion of Subscription"]);
    assert_eq!(world.steps()["operator"], "changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kind_argo_cd_that_comes_late_is_awaited_before_the_script() {
    let world = openshift(CHART, |options| options.definitions = Duration::from_secs(2)).await;
    world.run(&["run", "demo"]).await.exits(0);
    assert!(marked(&argocd(&world).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_for_the_operator_is_interrupted_at_once() {
    let world = openshift(CHART, |options| options.catalogs = Duration::from_secs(600)).await;
    let run = world.command(&["run", "demo"]);
    let child = run.start();
    let there = path("operators.coreos.com/v1alpha1", OPERATORS, "subscriptions", PACKAGE);
    until(&world, &there, Value::is_object).await;
    let id = rustix::process::Pid::from_raw(child.id().unwrap().cast_signed()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    run.finish(child).await.exits(130);
    assert_eq!(world.trace()["status"], "interrupted");
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_were_mended_mend_a_subscription_that_has_resolved_nothing() {
    let world = openshift(CHART, |_| ()).await;
    let mut wrong = a_subscription(OPERATORS, json!([]));
    wrong["spec"]["channel"] = "gitops-9.99".into();
    world.sandbox.cluster.put(&wrong).await.unwrap();
    world.run(&["plan", "demo"]).await.exits(0).says(&["spec.channel (gitops-1.18)"]);
    world.run(&["run", "demo"]).await.exits(0);
    assert_eq!(subscription(&world, OPERATORS).await["spec"]["channel"], "gitops-1.18");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_is_deleted_while_it_is_waited_for_ends_the_wait_in_seconds() {
    let world = openshift(CHART, |options| options.catalogs = Duration::from_secs(600)).await;
    let run = world.command(&["run", "demo"]);
    let child = run.start();
    let place = path("operators.coreos.com/v1alpha1", OPERATORS, "subscriptions", PACKAGE);
    until(&world, &place, Value::is_object).await;
    world.sandbox.cluster.delete(&place).await.unwrap();
    run.finish(child).await.exits(1).says(&["ARGOCD-020", "run again"]);
}
