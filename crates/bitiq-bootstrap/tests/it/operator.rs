//! The step `operator` on an OpenShift: from no Subscription at all to an operator that runs and an ArgoCD that is Helm's
//! to take over; and everything that keeps it from there.

use std::time::Duration;

use sandbox::Options;
use sandbox::cluster::{Rule, User};
use sandbox::git_host::{File, PRIVATE};
use sandbox::gitops_repo::SCRIPT;
use sandbox::openshift::{FailingCsv, Options as OpenShift};
use serde_json::{Value, json};

use crate::evidence::{object, refused};
use crate::world::World;

pub const OPERATORS: &str = "openshift-operators";
const GITOPS: &str = "openshift-gitops";
pub const PACKAGE: &str = "openshift-gitops-operator";
const VARIABLE: &str = "DISABLE_DEFAULT_ARGOCD_INSTANCE";

pub const CHART: &str = r#"operators:
  gitops:
    channel: gitops-1.18
    name: openshift-gitops-operator
    source: redhat-operators
    sourceNamespace: openshift-marketplace
    installNamespace: openshift-operators
    startingCSV: ""
    approval: Automatic
    disableDefaultInstance: false
argoInstance:
  create: true
  name: openshift-gitops
  namespace: openshift-gitops
  spec:
    server: {route: {enabled: true}}
    extraConfig: {timeout.reconciliation: 30s}
"#;

/// An OpenShift that behaves so, and a repository whose chart says so.
pub async fn openshift(chart: &str, change: impl FnOnce(&mut OpenShift)) -> World {
    let mut options = Options { vault: false, ..Options::openshift() };
    change(options.openshift.as_mut().unwrap());
    let world = World::of(options).await;
    let chart = [File::new("charts/bootstrap-operators/values.yaml", chart)];
    world.sandbox.git.commit(PRIVATE, &chart, "the operators' chart").await.unwrap();
    world
}

pub fn chart(line: &str, instead: &str) -> String {
    assert!(CHART.contains(line), "{line}");
    CHART.replace(line, instead)
}

pub fn path(api: &str, namespace: &str, plural: &str, name: &str) -> String {
    format!("/apis/{api}/namespaces/{namespace}/{plural}/{name}")
}

pub async fn subscription(world: &World, namespace: &str) -> Value {
    let path = path("operators.coreos.com/v1alpha1", namespace, "subscriptions", PACKAGE);
    object(world, &path).await.unwrap_or_default()
}

pub async fn argocd(world: &World) -> Value {
    object(world, &path("argoproj.io/v1beta1", GITOPS, "argocds", GITOPS)).await.unwrap_or_default()
}

pub fn a_subscription(namespace: &str, env: Value) -> Value {
    json!({
        "apiVersion": "operators.coreos.com/v1alpha1", "kind": "Subscription",
        "metadata": {"name": PACKAGE, "namespace": namespace},
        "spec": {
            "name": PACKAGE, "channel": "gitops-1.18", "source": "redhat-operators",
            "sourceNamespace": "openshift-marketplace", "installPlanApproval": "Automatic",
            "config": {"env": env},
        },
    })
}

/// Asks for an object until it is as wanted.
pub async fn until(world: &World, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let look = async {
        loop {
            let found = object(world, path).await.unwrap_or_default();
            if wanted(&found) {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), look).await.unwrap_or_else(|_| panic!("{path} never came"))
}

fn marked(object: &Value) -> bool {
    let metadata = &object["metadata"];
    metadata["labels"]["app.kubernetes.io/managed-by"] == "Helm"
        && metadata["annotations"]["meta.helm.sh/release-name"] == "bootstrap-operators"
        && metadata["annotations"]["meta.helm.sh/release-namespace"] == OPERATORS
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_openshift_gets_the_operator_and_a_second_run_changes_nothing() {
    let world = openshift(CHART, |_| ()).await;
    world.run(&["plan", "demo", "--exit-code"]).await.exits(10).says(&[
        "create Subscription openshift-operators/openshift-gitops-operator",
        "update ArgoCD openshift-gitops/openshift-gitops",
        "(after operator)",
        "watches the ApplicationSet controller of ArgoCD openshift-gitops/openshift-gitops",
    ]);
    assert_eq!(subscription(&world, OPERATORS).await, Value::Null);
    world.run(&["run", "demo"]).await.exits(0).says(&[
        "openshift-gitops-operator.v1.18.1 is installed",
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
    run.finish(child).await.exits(1).says(&["lost the Lease", "let it end, then run again"]);
    assert_eq!(object(&world, &lease).await.unwrap()["spec"]["holderIdentity"], "run-elsewhere");
    assert_eq!(world.trace()["error"]["step"], "lock");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_install_plan_is_approved_where_that_was_asked_for() {
    let world = openshift(&chart("approval: Automatic", "approval: Manual"), |_| ()).await;
    let plan = ["plan", "demo", "--approve-install-plan"];
    world.run(&plan).await.exits(0).says(&["update InstallPlan of openshift-operators/", "(after operator)"]);
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
        "failed to install ClusterServiceVersion openshift-operators/openshift-gitops-operator.v1.18.1",
        "InstallCheckFailed: install failed: deployment",
        "exceeded its progress deadline",
        "oc --kubeconfig clusters/demo/.work/kubeconfig -n openshift-operators describe csv openshift-gitops-operator.v1.18.1",
    ]);
    let steps = world.steps();
    assert_eq!((steps["operator"].as_str(), steps["script"].as_str()), ("failed", "pending"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalog_that_is_slow_and_the_error_it_causes_pass() {
    let world = openshift(CHART, |options| options.catalogs = Duration::from_secs(2)).await;
    world
        .run(&["run", "demo"])
        .await
        .exits(0)
        .says(&["waiting for the ClusterServiceVersion of Subscription"]);
    assert_eq!(world.steps()["operator"], "changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_no_catalog_has_is_refused_with_those_that_it_has() {
    let world = openshift(&chart("gitops-1.18", "gitops-9.99"), |_| ()).await;
    let says = [
        "CatalogSource openshift-marketplace/redhat-operators has no channel gitops-9.99 of package openshift-gitops-operator (it has ",
        "fix operators.gitops.channel in charts/bootstrap-operators/values.yaml",
    ];
    refused(&world, world.command(&["run", "demo"]), &says).await;
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
async fn the_package_in_another_namespace_is_refused_and_named() {
    let world = openshift(CHART, |_| ()).await;
    let elsewhere = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": PACKAGE}});
    world.sandbox.cluster.put(&elsewhere).await.unwrap();
    world.sandbox.cluster.put(&a_subscription(PACKAGE, json!([]))).await.unwrap();
    let says = [
        "it is subscribed already as openshift-gitops-operator/openshift-gitops-operator",
        "set operators.gitops.installNamespace to openshift-gitops-operator",
    ];
    refused(&world, world.command(&["run", "demo"]), &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_helm_release_that_a_killed_helm_left_is_refused_with_the_command_that_mends_it() {
    let world = openshift(CHART, |_| ()).await;
    let revision = |namespace: &str, release: &str, version: &str, status: &str| {
        json!({
            "apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1",
            "metadata": {
                "name": format!("sh.helm.release.v1.{release}.v{version}"), "namespace": namespace,
                "labels": {"owner": "helm", "name": release, "status": status, "version": version},
            },
        })
    };
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": GITOPS}});
    for object in [
        namespace,
        revision(OPERATORS, "bootstrap-operators", "9", "deployed"),
        revision(OPERATORS, "bootstrap-operators", "10", "pending-upgrade"),
        revision(GITOPS, "argocd-apps", "1", "pending-install"),
    ] {
        world.sandbox.cluster.put(&object).await.unwrap();
    }
    let says = [
        "Helm release openshift-operators/bootstrap-operators is pending-upgrade (revision 10)",
        "helm --kubeconfig clusters/demo/.work/kubeconfig -n openshift-operators rollback bootstrap-operators 9",
        "Helm release openshift-gitops/argocd-apps is pending-install (revision 1)",
        "helm --kubeconfig clusters/demo/.work/kubeconfig -n openshift-gitops uninstall argocd-apps",
        "oc --kubeconfig clusters/demo/.work/kubeconfig -n openshift-gitops delete secret sh.helm.release.v1.argocd-apps.v1",
    ];
    refused(&world, world.command(&["run", "demo"]), &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_of_the_default_argo_cd_is_refused_unless_allowed() {
    let disabled = chart("disableDefaultInstance: false", "disableDefaultInstance: true")
        .replace("  name: openshift-gitops\n  namespace: openshift-gitops", "  name: own\n  namespace: own");
    let world = openshift(&disabled, |_| ()).await;
    world.sandbox.cluster.put(&a_subscription(OPERATORS, json!([]))).await.unwrap();
    let default = path("argoproj.io/v1beta1", GITOPS, "argocds", GITOPS);
    until(&world, &default, Value::is_object).await;
    let says = [
        "the operator then deletes ArgoCD openshift-gitops/openshift-gitops, which is there",
        "--allow-argocd-delete",
    ];
    refused(&world, world.command(&["run", "demo"]), &says).await;
    let plan = ["plan", "demo", "--allow-argocd-delete"];
    world
        .run(&plan)
        .await
        .exits(0)
        .says(&["delete ArgoCD openshift-gitops/openshift-gitops: by the operator"]);
    // The script's ApplicationSet is where no Argo CD is any more: nobody will answer.
    let run = world.command(&["run", "demo", "--allow-argocd-delete"]);
    run.env("GITOPS_REPO_ACCESS_TIMEOUT", "1").ran().await.exits(0);
    until(&world, &default, Value::is_null).await;
    let env = &subscription(&world, OPERATORS).await["spec"]["config"]["env"];
    assert_eq!(*env, json!([{"name": VARIABLE, "value": "true"}]));
    assert!(object(&world, "/api/v1/namespaces/own").await.is_some(), "Helm needs it for the ArgoCD");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_that_the_chart_does_not_list_is_refused_with_those_that_it_does() {
    let world = World::of(Options { vault: false, env: "stage".into(), ..Options::default() }).await;
    let says = ["gitops.env is stage, and charts/argocd-apps/values.yaml lists local, sno, prod"];
    refused(&world, world.command(&["run", "demo"]), &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_keys_of_the_chart_are_refused_with_their_file() {
    let world = openshift(&chart("channel: gitops-1.18", "channel: 1.18"), |_| ()).await;
    let says = ["charts/bootstrap-operators/values.yaml", "operators.gitops.channel is the number 1.18"];
    refused(&world, world.command(&["run", "demo"]), &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_that_are_lacking_are_named_before_the_first_write() {
    let world = openshift(CHART, |_| ()).await;
    let rules = [
        Rule::new("get,list", "", "namespaces"),
        Rule::new("create", "", "namespaces"),
        Rule::new("get,list", "config.openshift.io", "*"),
        Rule::new("get,create,update", "coordination.k8s.io", "leases"),
        Rule::new("get,list,watch,create,patch", "", "secrets"),
        Rule::new("get,create,patch", "", "configmaps"),
        Rule::new("list,watch", "argoproj.io", "applications"),
    ];
    world.sandbox.cluster.allow("dev", &rules).await.unwrap();
    let text = world.sandbox.cluster.kubeconfig(&User::Named("dev".to_owned())).unwrap();
    fs_err::write(world.sandbox.kubeconfig(), text).unwrap();
    let says = [
        "dev may not",
        "create subscriptions.operators.coreos.com in openshift-operators",
        "list clusterserviceversions.operators.coreos.com in openshift-operators",
        "patch argocds.argoproj.io in openshift-gitops",
        "get customresourcedefinitions.apiextensions.k8s.io argocds.argoproj.io",
    ];
    let ran = refused(&world, world.command(&["run", "demo"]), &says).await;
    ran.never_says(&["patch installplans"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_that_a_deleted_subscription_left_is_refused_with_the_command_that_mends_it() {
    let world = openshift(CHART, |_| ()).await;
    world.sandbox.cluster.put(&a_subscription(OPERATORS, json!([]))).await.unwrap();
    let csv = "openshift-gitops-operator.v1.18.1";
    let csv_path = path("operators.coreos.com/v1alpha1", OPERATORS, "clusterserviceversions", csv);
    until(&world, &csv_path, |found| found["status"]["phase"] == "Succeeded").await;
    let place = path("operators.coreos.com/v1alpha1", OPERATORS, "subscriptions", PACKAGE);
    world.sandbox.cluster.delete(&place).await.unwrap();
    let says = [
        "ClusterServiceVersion openshift-operators/openshift-gitops-operator.v1.18.1 is there, and no Subscription refers to it",
        "delete clusterserviceversions.operators.coreos.com openshift-gitops-operator.v1.18.1 --ignore-not-found",
    ];
    refused(&world, world.command(&["run", "demo"]), &says).await;
    world.run(&["check", "demo"]).await.exits(3).says(&["OLM can install the operators of the charts (1)"]);
    world.sandbox.cluster.delete(&csv_path).await.unwrap();
    world.run(&["run", "demo"]).await.exits(0);
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
async fn a_catalog_that_is_not_there_is_refused_for_every_subscription_of_the_chart() {
    let pipelines =
        CHART.replace("operators:\n", "operators:\n  pipelines: {name: pipes, channel: p-1, source: mine}\n");
    let world = openshift(&pipelines, |_| ()).await;
    let says = [
        "failed to install Subscription openshift-operators/pipes: CatalogSource openshift-marketplace/mine is not there",
        "set operators.pipelines.source and operators.pipelines.sourceNamespace",
    ];
    refused(&world, world.command(&["run", "demo"]), &says).await;
    // Without the script nobody makes it.
    world.run(&["plan", "demo", "--skip-script"]).await.exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_is_deleted_while_it_is_waited_for_ends_the_wait_in_seconds() {
    let world = openshift(CHART, |options| options.catalogs = Duration::from_secs(600)).await;
    let run = world.command(&["run", "demo"]);
    let child = run.start();
    let place = path("operators.coreos.com/v1alpha1", OPERATORS, "subscriptions", PACKAGE);
    until(&world, &place, Value::is_object).await;
    world.sandbox.cluster.delete(&place).await.unwrap();
    run.finish(child).await.exits(1).says(&["it was deleted while the run waited for it", "run again"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_has_a_row_on_the_operator() {
    let world = openshift(CHART, |_| ()).await;
    world.run(&["run", "demo"]).await.exits(0);
    let sentence = "the GitOps operator is installed";
    let installed = format!("{sentence} (openshift-gitops-operator.v1.18.1)");
    world.run(&["verify", "demo"]).await.says(&[&installed]);
    let place = path("operators.coreos.com/v1alpha1", OPERATORS, "subscriptions", PACKAGE);
    world.sandbox.cluster.delete(&place).await.unwrap();
    let gone = "Subscription openshift-operators/openshift-gitops-operator is not there";
    world.run(&["verify", "demo"]).await.says(&[sentence, gone]);
}
