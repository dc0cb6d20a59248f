//! The step `operator`, refused before the first write.

use sandbox::Options;
use sandbox::cluster::{Rule, User};
use serde_json::{Value, json};

use crate::support::assert::refused;
use crate::support::objects::object;
use crate::support::openshift::{
    CHART, GITOPS, OPERATORS, PACKAGE, VARIABLE, a_subscription, chart, openshift, path, subscription, until,
};
use crate::support::sandbox::World;

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
    world.run(&plan).await.exits(0).says(&["- ArgoCD openshift-gitops/openshift-gitops", "by the operator"]);
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
    world.run(&["check", "demo"]).await.exits(3).says(&["✗ operators of the charts: "]);
    world.sandbox.cluster.delete(&csv_path).await.unwrap();
    world.run(&["run", "demo"]).await.exits(0);
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
