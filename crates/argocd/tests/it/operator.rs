//! The operator's Subscription and what is awaited after it, against an OpenShift that is played.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use argocd::chart::{Approval, Operators, subscriptions};
use argocd::operator::{
    DISABLE_DEFAULT, Desired, apply, await_installed, judge_supply, observe, observe_supply, plan,
};
use argocd::{ArgoCdError, Limits, WaitBudget, Waiting, helm, instance};
use cluster_access::{Cluster, ObjectRef};
use sandbox::cluster::{Rule, User};
use sandbox::openshift::Options as OpenShift;
use sandbox::{Options, Sandbox};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::cluster::{connected, start};
use crate::operator_plan::chart;

const SUBSCRIPTION: &str = "/apis/operators.coreos.com/v1alpha1/namespaces/openshift-operators/subscriptions/openshift-gitops-operator";

async fn openshift(change: impl FnOnce(&mut OpenShift)) -> Sandbox {
    rustls::crypto::ring::default_provider().install_default().ok();
    let mut options = Options { vault: false, argocd: false, ..Options::openshift() };
    change(options.openshift.as_mut().unwrap());
    Sandbox::start(options).await.unwrap()
}

fn desired(chart: &Operators) -> Desired<'_> {
    let argocd_namespace = "openshift-gitops";
    Desired { chart, argocd_namespace, allow_argocd_delete: false, approve_install_plan: false }
}

async fn bring(cluster: &Cluster, chart: &Operators) -> usize {
    let state = observe(cluster, chart).await.unwrap().unwrap();
    let changes = plan(&desired(chart), &state).unwrap();
    apply(cluster, &desired(chart), &changes, &mut |_| ()).await.unwrap().len()
}

/// Returns the result of the wait, and all that it told.
async fn installed(
    cluster: &Cluster,
    chart: &Operators,
    limit: Duration,
    clock: &(dyn Fn() -> Duration + Send + Sync),
) -> (Result<String, ArgoCdError>, Vec<Waiting>) {
    let (stop, mut heard) = (CancellationToken::new(), Vec::new());
    let mut told = |waiting| heard.push(waiting);
    let mut wrote = |_| ();
    let mut budget = WaitBudget {
        limits: Limits::new(Some(limit)),
        stop: &stop,
        clock,
        told: &mut told,
        wrote: &mut wrote,
    };
    let outcome = await_installed(cluster, &chart.gitops, false, &mut budget).await;
    (outcome.map(|installed| installed.csv), heard)
}

async fn env(sandbox: &Sandbox) -> Value {
    sandbox.cluster.object(SUBSCRIPTION).await.unwrap().unwrap()["spec"]["config"]["env"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_someone_else_writes_between_plan_and_apply_is_kept() {
    let sandbox = openshift(|_| ()).await;
    let cluster = connected(&sandbox.cluster, &User::Admin).await;
    let chart = chart(|_| ());
    bring(&cluster, &chart).await;
    let mut found = sandbox.cluster.object(SUBSCRIPTION).await.unwrap().unwrap();
    found["spec"]["config"] = json!({"env": [{"name": DISABLE_DEFAULT, "value": "true"}]});
    sandbox.cluster.put(&found).await.unwrap();
    let state = observe(&cluster, &chart).await.unwrap().unwrap();
    let changes = plan(&desired(&chart), &state).unwrap();
    // Now another one adds its own, with the whole list, as everyone has to.
    let theirs = json!({"name": "THEIRS", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}});
    found["spec"]["config"]["env"].as_array_mut().unwrap().push(theirs.clone());
    sandbox.cluster.put(&found).await.unwrap();
    let done = apply(&cluster, &desired(&chart), &changes, &mut |_| ()).await.unwrap();
    assert_eq!(done.len(), 1);
    assert_eq!(env(&sandbox).await, json!([theirs]));
    assert_eq!(bring(&cluster, &chart).await, 0, "nothing is left to do");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_comes_between_plan_and_apply_is_adopted() {
    let sandbox = openshift(|_| ()).await;
    let cluster = connected(&sandbox.cluster, &User::Admin).await;
    let chart = chart(|_| ());
    let state = observe(&cluster, &chart).await.unwrap().unwrap();
    let changes = plan(&desired(&chart), &state).unwrap();
    sandbox
        .cluster
        .put(&json!({
            "apiVersion": "operators.coreos.com/v1alpha1", "kind": "Subscription",
            "metadata": {"name": "openshift-gitops-operator", "namespace": "openshift-operators"},
            "spec": {
                "name": "openshift-gitops-operator", "channel": "latest", "source": "redhat-operators",
                "sourceNamespace": "openshift-marketplace",
            },
        }))
        .await
        .unwrap();
    apply(&cluster, &desired(&chart), &changes, &mut |_| ()).await.unwrap();
    let found = sandbox.cluster.object(SUBSCRIPTION).await.unwrap().unwrap();
    assert_eq!(found["metadata"]["labels"]["app.kubernetes.io/managed-by"], "Helm");
    // Brought to the chart's where OLM had not resolved it yet.
    let channel = found["spec"]["channel"].as_str().unwrap();
    assert!(["latest", "gitops-1.18"].contains(&channel), "{channel}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resolution_error_that_stands_for_two_minutes_ends_the_wait_by_the_clock_that_is_handed_in() {
    let sandbox = openshift(|_| ()).await;
    let cluster = connected(&sandbox.cluster, &User::Admin).await;
    let chart = chart(|chart| chart.gitops.channel = "gitops-9.99".into());
    bring(&cluster, &chart).await;
    // Each look at this clock is half a minute later.
    let now = Mutex::new(Duration::ZERO);
    let clock = || {
        let mut now = now.lock().unwrap();
        *now += Duration::from_secs(30);
        *now
    };
    let (outcome, heard) = installed(&cluster, &chart, Duration::from_secs(60), &clock).await;
    let error = outcome.unwrap_err();
    assert!(matches!(error, ArgoCdError::Unresolvable { .. }), "{error}");
    assert!(error.to_string().contains("gitops-9.99"), "{error}");
    assert!(
        heard.iter().any(|waiting| waiting.last.to_string().contains("gitops-9.99")),
        "it was the reason for waiting"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_variable_is_awaited_in_the_operators_deployment() {
    let sandbox = openshift(|_| ()).await;
    let cluster = connected(&sandbox.cluster, &User::Admin).await;
    let began = Instant::now();
    let clock = move || began.elapsed();
    let own = |disable: bool| {
        chart(move |chart| {
            chart.gitops.disable_default_instance = disable;
            chart.instance.create = false;
        })
    };
    let limit = Duration::from_secs(60);
    for disable in [true, false] {
        // The default instance that is made without the variable may go.
        let chart = own(disable);
        let desired = Desired { allow_argocd_delete: true, ..desired(&chart) };
        let state = observe(&cluster, &chart).await.unwrap().unwrap();
        let changes = plan(&desired, &state).unwrap();
        apply(&cluster, &desired, &changes, &mut |_| ()).await.unwrap();
        let (outcome, _) = installed(&cluster, &chart, limit, &clock).await;
        assert_eq!(outcome.unwrap(), "openshift-gitops-operator.v1.18.1");
        let path = "/apis/apps/v1/namespaces/openshift-operators/deployments/openshift-gitops-operator-controller-manager";
        let deployment = sandbox.cluster.object(path).await.unwrap().unwrap();
        assert_eq!(deployment.to_string().contains(DISABLE_DEFAULT), disable);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_argo_cd_that_others_write_to_keeps_what_they_wrote() {
    let sandbox = openshift(|_| ()).await;
    let cluster = connected(&sandbox.cluster, &User::Admin).await;
    let chart = chart(|_| ());
    bring(&cluster, &chart).await;
    let began = Instant::now();
    let clock = move || began.elapsed();
    installed(&cluster, &chart, Duration::from_secs(60), &clock).await.0.unwrap();
    let stop = CancellationToken::new();
    let mut told = |_| ();
    let mut wrote = |_| ();
    let mut budget = WaitBudget {
        limits: Limits::new(None),
        stop: &stop,
        clock: &clock,
        told: &mut told,
        wrote: &mut wrote,
    };
    assert!(instance::await_made(&cluster, &mut budget).await.unwrap());
    let adopted = instance::adopt(&cluster, &chart.instance).await.unwrap();
    assert_eq!(adopted.len(), 1);
    assert!(instance::adopt(&cluster, &chart.instance).await.unwrap().is_empty(), "nothing is left to do");
    let path = "/apis/argoproj.io/v1beta1/namespaces/openshift-gitops/argocds/openshift-gitops";
    let found = sandbox.cluster.object(path).await.unwrap().unwrap();
    assert_eq!(found["spec"]["sso"]["provider"], "dex");
    assert_eq!(found["spec"]["applicationSet"]["enabled"], true);
    assert!(found["spec"]["applicationSet"]["resources"].is_object(), "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_without_olm_has_none_of_it_and_needs_no_rights_to_be_asked() {
    let cluster = crate::cluster::start().await;
    let rules = [Rule::new("get", "", "configmaps")];
    cluster.allow("nobody", &rules).await.unwrap();
    let connected = connected(&cluster, &User::Named("nobody".into())).await;
    assert!(observe(&connected, &chart(|_| ())).await.unwrap().is_none());
    let found = instance::find(&connected, None, "openshift-gitops").await.unwrap();
    assert!(matches!(found, instance::TargetArgoCd::None(_)), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_helms_records_nothing_but_the_metadata_is_taken() {
    let cluster = crate::cluster::start().await;
    cluster
        .put(&json!({
            "apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1",
            "metadata": {
                "name": "sh.helm.release.v1.argocd-apps.v2", "namespace": "openshift-gitops",
                "labels": {"owner": "helm", "name": "argocd-apps", "status": "pending-upgrade", "version": "2"},
            },
            "stringData": {"release": "H4sI-secret"},
        }))
        .await
        .unwrap();
    let connected = connected(&cluster, &User::Admin).await;
    let pending = helm::pending_releases(&connected, &[helm::OPERATORS, helm::APPS]).await.unwrap();
    assert_eq!(pending.len(), 1);
    assert_eq!((pending[0].revision, pending[0].status.as_str()), (2, "pending-upgrade"));
    let kind = cluster_access::ObjectRef::secret("openshift-gitops", "");
    let records = cluster_access::list_metadata(&connected, &kind, None).await.unwrap();
    assert!(!records.is_empty() && records.iter().all(|record| record["data"].is_null()), "{records:?}");
}

/// Asks for an object until it is as wanted.
async fn until(sandbox: &Sandbox, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let look = async {
        loop {
            let found = sandbox.cluster.object(path).await.unwrap().unwrap_or_default();
            if wanted(&found) {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), look).await.unwrap_or_else(|_| panic!("{path} never came"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_install_plan_that_waits_is_told_once_the_operator_is_installed() {
    let sandbox = openshift(|_| ()).await;
    let cluster = connected(&sandbox.cluster, &User::Admin).await;
    let chart = chart(|chart| {
        chart.gitops.approval = Approval::Manual;
        chart.gitops.starting_csv = Some("openshift-gitops-operator.v1.18.0".into());
    });
    bring(&cluster, &chart).await;
    let named = |found: &Value| found["status"]["installPlanRef"]["name"].as_str().map(str::to_owned);
    let first = named(&until(&sandbox, SUBSCRIPTION, |found| named(found).is_some()).await).unwrap();
    let plan =
        format!("/apis/operators.coreos.com/v1alpha1/namespaces/openshift-operators/installplans/{first}");
    let mut approved = sandbox.cluster.object(&plan).await.unwrap().unwrap();
    approved["spec"]["approved"] = true.into();
    sandbox.cluster.put(&approved).await.unwrap();
    let next = |found: &Value| {
        named(found).is_some_and(|name| name != first) && !found["status"]["installedCSV"].is_null()
    };
    until(&sandbox, SUBSCRIPTION, next).await;
    let (stop, began) = (CancellationToken::new(), Instant::now());
    let clock = move || began.elapsed();
    let (mut told, mut wrote) = (|_| (), |_| ());
    let limits = Limits::new(Some(Duration::from_secs(60)));
    let mut budget = WaitBudget { limits, stop: &stop, clock: &clock, told: &mut told, wrote: &mut wrote };
    let installed = await_installed(&cluster, &chart.gitops, false, &mut budget).await.unwrap();
    assert_eq!(installed.csv, "openshift-gitops-operator.v1.18.0");
    let further = installed.further.unwrap().to_string();
    assert!(further.contains("(openshift-gitops-operator.v1.18.1) has to be approved"), "{further}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_install_plan_is_approved_where_that_is_asked_for() {
    let sandbox = openshift(|_| ()).await;
    let cluster = connected(&sandbox.cluster, &User::Admin).await;
    let chart = chart(|chart| chart.gitops.approval = Approval::Manual);
    bring(&cluster, &chart).await;
    let (stop, began) = (CancellationToken::new(), Instant::now());
    let clock = move || began.elapsed();
    let (mut told, mut heard) = (|_| (), Vec::new());
    let mut wrote = |change| heard.push(change);
    let limits = Limits::new(Some(Duration::from_secs(60)));
    let mut budget = WaitBudget { limits, stop: &stop, clock: &clock, told: &mut told, wrote: &mut wrote };
    let installed = await_installed(&cluster, &chart.gitops, true, &mut budget).await.unwrap();
    assert_eq!((installed.changes.len(), installed.further), (1, None));
    assert_eq!(heard, installed.changes);
}

#[tokio::test]
async fn the_controller_of_an_argo_cd_is_ready_once_its_deployment_is_rolled_out() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &User::Admin).await;
    let argocd = ObjectRef::namespaced("argoproj.io/v1beta1", "ArgoCD", "argocds", "openshift-gitops", "it");
    assert!(!instance::is_ready(&cluster, &argocd).await.unwrap());
    let name = "it-applicationset-controller";
    let replicas =
        json!({"updatedReplicas": 1, "replicas": 1, "availableReplicas": 1, "observedGeneration": 9});
    let (metadata, labels) = (json!({"name": name, "namespace": "openshift-gitops"}), json!({"app": name}));
    let pod =
        json!({"metadata": {"labels": labels}, "spec": {"containers": [{"name": "it", "image": "it"}]}});
    let spec = json!({"selector": {"matchLabels": labels}, "template": pod});
    let deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec,
        "status": replicas});
    sandbox.put(&deployment).await.unwrap();
    assert!(instance::is_ready(&cluster, &argocd).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_catalogs_have_is_asked_of_packagemanifests_for_every_subscription() {
    let sandbox = openshift(|_| ()).await;
    let cluster = connected(&sandbox.cluster, &User::Admin).await;
    let said = async |pipelines: &str| {
        let values = format!(
            "operators: {{gitops: {{name: openshift-gitops-operator, channel: gitops-1.18, source: redhat-operators}}, pipelines: {pipelines}}}"
        );
        let wanted = subscriptions(values.as_bytes()).unwrap();
        assert_eq!(wanted.len(), 2);
        let supply = observe_supply(&cluster, &wanted).await.unwrap();
        let findings = judge_supply(&wanted, &supply, false);
        assert!(findings.warnings.is_empty(), "{:?}", findings.warnings);
        findings.refused.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    let name = "openshift-pipelines-operator-rh";
    assert_eq!(
        said(&format!("{{name: {name}, channel: pipelines-1.20, source: redhat-operators}}")).await,
        ""
    );
    let channel = said(&format!("{{name: {name}, channel: p-9, source: redhat-operators}}")).await;
    assert!(
        channel.contains("has no channel p-9 of package openshift-pipelines-operator-rh (it has "),
        "{channel}"
    );
    let package = said("{name: no-such, channel: p, source: redhat-operators}").await;
    assert!(package.contains("has no package no-such"), "{package}");
    let version = said(&format!(
        "{{name: {name}, channel: pipelines-1.20, startingCSV: x.v9, source: redhat-operators}}"
    ))
    .await;
    assert!(version.contains("has no x.v9 in channel pipelines-1.20"), "{version}");
    // It is in another catalog of that cluster.
    let catalog =
        said(&format!("{{name: {name}, channel: pipelines-1.20, source: certified-operators}}")).await;
    assert!(
        catalog.contains("CatalogSource openshift-marketplace/certified-operators has no package"),
        "{catalog}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_ask_for_packagemanifests_is_warned_and_not_refused() {
    let sandbox = openshift(|_| ()).await;
    let rules = [Rule::new("list", "operators.coreos.com", "subscriptions")];
    sandbox.cluster.allow("dev", &rules).await.unwrap();
    let cluster = connected(&sandbox.cluster, &User::Named("dev".into())).await;
    let values =
        "operators: {gitops: {name: openshift-gitops-operator, channel: x, source: redhat-operators}}";
    let wanted = subscriptions(values.as_bytes()).unwrap();
    let findings = judge_supply(&wanted, &observe_supply(&cluster, &wanted).await.unwrap(), false);
    assert!(findings.refused.is_empty(), "{:?}", findings.refused);
    assert!(
        findings.warnings[0].starts_with("not all that OLM needs could be checked: "),
        "{:?}",
        findings.warnings
    );
}
