use advice::Diagnostic as _;
use argocd::ArgoCdError;
use argocd::chart::{Operators, operators};
use argocd::operator::{Changes, DISABLE_DEFAULT, Desired, State, plan};
use serde_json::{Value, json};

const CHART: &str = "
operators: {gitops: {name: openshift-gitops-operator, channel: gitops-1.18, source: redhat-operators,
  sourceNamespace: openshift-marketplace, installNamespace: openshift-operators, approval: Automatic}}
argoInstance: {create: true, name: openshift-gitops, namespace: openshift-gitops,
  spec: {server: {route: {enabled: true}}, controller: {resources: {limits: {cpu: \"2\"}}}}}
";

pub fn chart(change: impl Fn(&mut Operators)) -> Operators {
    let mut chart = operators(CHART.as_bytes()).unwrap();
    change(&mut chart);
    chart
}

/// An OpenShift as it is delivered.
fn fresh() -> State {
    State {
        namespace_exists: true,
        instance_namespace_exists: true,
        groups: vec!["global-operators".into()],
        ..State::default()
    }
}

fn subscription(change: impl Fn(&mut Value)) -> Value {
    let mut subscription = json!({
        "metadata": {
            "name": "openshift-gitops-operator", "namespace": "openshift-operators", "resourceVersion": "7",
            "labels": {"app.kubernetes.io/managed-by": "Helm"},
            "annotations": {
                "meta.helm.sh/release-name": "bootstrap-operators",
                "meta.helm.sh/release-namespace": "openshift-operators",
            },
        },
        "spec": {
            "channel": "gitops-1.18", "name": "openshift-gitops-operator", "source": "redhat-operators",
            "sourceNamespace": "openshift-marketplace", "installPlanApproval": "Automatic",
        },
        "status": {"installedCSV": "gitops.v1", "currentCSV": "gitops.v1"},
    });
    change(&mut subscription);
    subscription
}

fn argocd(change: impl Fn(&mut Value)) -> Value {
    let mut argocd = json!({
        "metadata": subscription(|_| {})["metadata"],
        "spec": {
            "applicationSet": {"enabled": true}, "server": {"route": {"enabled": true}},
            "controller": {"resources": {"limits": {"cpu": "2"}}}, "sso": {"provider": "dex"},
        },
    });
    argocd["metadata"]["name"] = "openshift-gitops".into();
    argocd["metadata"]["namespace"] = "openshift-gitops".into();
    change(&mut argocd);
    argocd
}

/// Handed over already.
fn done() -> State {
    State {
        subscriptions: vec![subscription(|_| {})],
        instance: Some(argocd(|_| {})),
        default_instance: Some(argocd(|_| {})),
        ..fresh()
    }
}

fn planned(chart: &Operators, state: &State, allowed: bool) -> Result<Changes, ArgoCdError> {
    let argocd_namespace = "openshift-gitops";
    let desired =
        Desired { chart, argocd_namespace, allow_argocd_delete: allowed, approve_install_plan: allowed };
    plan(&desired, state)
}

fn said(chart: &Operators, state: &State) -> String {
    match planned(chart, state, false) {
        Err(error) => format!("refused: {error}\nhint: {}", error.hint().unwrap_or_default()),
        Ok(changes) => {
            let lines: Vec<String> = changes
                .describe()
                .iter()
                .map(ToString::to_string)
                .chain(changes.warnings().iter().map(|warning| format!("warning: {warning}")))
                .collect();
            if lines.is_empty() { "nothing".into() } else { lines.join("\n") }
        }
    }
}

#[test]
fn on_a_fresh_openshift_the_subscription_is_made_and_the_operators_argo_cd_adopted_later() {
    insta::assert_snapshot!(said(&chart(|_| {}), &fresh()), @"
    create Subscription openshift-operators/openshift-gitops-operator: spec.channel, spec.installPlanApproval, spec.name, spec.source, spec.sourceNamespace
    update ArgoCD openshift-gitops/openshift-gitops: Helm's marks and argoInstance.spec, once the operator has made it (after operator)
    ");
}

#[test]
fn what_is_handed_over_already_is_left() {
    insta::assert_snapshot!(said(&chart(|_| {}), &done()), @"nothing");
}

#[test]
fn a_namespace_of_its_own_gets_its_operator_group() {
    let chart = chart(|chart| chart.gitops.install_namespace = "openshift-gitops-operator".into());
    let state = State { namespace_exists: false, groups: Vec::new(), ..fresh() };
    let said = said(&chart, &state);
    assert!(said.starts_with("create Namespace openshift-gitops-operator\ncreate OperatorGroup openshift-gitops-operator/openshift-gitops-operator-og\ncreate Subscription openshift-gitops-operator/openshift-gitops-operator: "), "{said}");
}

#[test]
fn an_operator_group_that_is_there_is_respected_and_two_are_refused() {
    let state =
        |groups: &[&str]| State { groups: groups.iter().map(ToString::to_string).collect(), ..done() };
    insta::assert_snapshot!(said(&chart(|_| {}), &state(&["mine"])), @"nothing");
    insta::assert_snapshot!(said(&chart(|_| {}), &state(&["mine", "yours"])), @"
    refused: subscribe in openshift-operators: there are 2 OperatorGroups in it (mine, yours), and OLM takes one alone
    hint: keep one of them:
    oc --kubeconfig <kubeconfig> -n openshift-operators delete operatorgroup mine
    ");
}

#[test]
fn the_namespace_of_the_argo_cd_is_made_before_helm_needs_it() {
    let chart = chart(|chart| {
        chart.instance.name = "argo".into();
        chart.instance.namespace = "argo-here".into();
    });
    let state = State { instance: None, instance_namespace_exists: false, ..done() };
    insta::assert_snapshot!(said(&chart, &state), @"create Namespace argo-here");
}

#[test]
fn a_subscription_that_is_there_is_adopted_and_its_variable_removed_and_all_else_kept() {
    let secret = json!({"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}});
    let live = subscription(|it| {
        it["metadata"].as_object_mut().unwrap().remove("labels");
        it["metadata"]["annotations"] = json!({"mine": "kept"});
        it["spec"]["config"] = json!({"env": [{"name": DISABLE_DEFAULT, "value": "true"}, secret.clone()]});
    });
    let state = State { subscriptions: vec![live], ..done() };
    insta::assert_snapshot!(said(&chart(|_| {}), &state), @"update Subscription openshift-operators/openshift-gitops-operator: label app.kubernetes.io/managed-by, annotation meta.helm.sh/release-name, annotation meta.helm.sh/release-namespace, spec.config.env DISABLE_DEFAULT_ARGOCD_INSTANCE (removed)");
}

#[test]
fn the_variable_is_set_where_the_default_instance_is_not_wanted() {
    let chart = chart(|chart| {
        chart.gitops.disable_default_instance = true;
        chart.instance.name = "argo".into();
        chart.instance.namespace = "argo".into();
    });
    let state = State { default_instance: None, instance: None, ..done() };
    insta::assert_snapshot!(said(&chart, &state), @"update Subscription openshift-operators/openshift-gitops-operator: spec.config.env DISABLE_DEFAULT_ARGOCD_INSTANCE (true)");
}

#[test]
fn the_package_in_another_namespace_is_refused_and_named() {
    let elsewhere = subscription(|it| {
        it["metadata"]["namespace"] = "openshift-gitops-operator".into();
        it["metadata"]["name"] = "gitops".into();
    });
    let state = State { subscriptions: vec![elsewhere], ..fresh() };
    insta::assert_snapshot!(said(&chart(|_| {}), &state), @"
    refused: subscribe openshift-gitops-operator as openshift-operators/openshift-gitops-operator: it is subscribed already as openshift-gitops-operator/gitops
    hint: set operators.gitops.installNamespace to openshift-gitops-operator in charts/bootstrap-operators/values.yaml (and GITOPS_SUBSCRIPTION_NAMESPACE for its script), or remove the other one with its ClusterServiceVersion:
    oc --kubeconfig <kubeconfig> -n openshift-gitops-operator delete subscriptions.operators.coreos.com gitops --ignore-not-found
    oc --kubeconfig <kubeconfig> -n openshift-gitops-operator delete clusterserviceversions.operators.coreos.com gitops.v1 --ignore-not-found
    ");
}

#[test]
fn a_deletion_of_the_default_instance_is_refused_unless_allowed_and_then_planned() {
    let disabled = |name: &'static str| {
        chart(move |chart| {
            chart.gitops.disable_default_instance = true;
            chart.instance.name = name.into();
        })
    };
    insta::assert_snapshot!(said(&disabled("openshift-gitops"), &fresh()), @"
    refused: disable the default instance: the operator then deletes ArgoCD openshift-gitops/openshift-gitops, which the chart makes
    hint: set operators.gitops.disableDefaultInstance to false, or name another argoInstance; --allow-argocd-delete lets the operator delete it
    ");
    let lives = State { instance: None, ..done() };
    insta::assert_snapshot!(said(&disabled("other"), &lives), @"
    refused: disable the default instance: the operator then deletes ArgoCD openshift-gitops/openshift-gitops, which is there
    hint: set operators.gitops.disableDefaultInstance to false, or name another argoInstance; --allow-argocd-delete lets the operator delete it
    ");
    let changes = planned(&disabled("other"), &lives, true).unwrap().describe();
    assert!(changes.iter().any(|change| change.to_string() == "delete ArgoCD openshift-gitops/openshift-gitops: by the operator, since disableDefaultInstance is true"), "{changes:?}");
    // A default instance that is wanted, and the variable not: nothing is deleted.
    insta::assert_snapshot!(said(&chart(|_| {}), &done()), @"nothing");
}

#[test]
fn an_argo_cd_that_is_there_is_adopted_and_gets_its_spec_and_other_fields_stay() {
    let live = argocd(|it| {
        it["metadata"].as_object_mut().unwrap().remove("annotations");
        it["spec"]["applicationSet"] = json!({"enabled": false, "resources": {"limits": {"cpu": "1"}}});
        it["spec"]["controller"] = json!({"processors": {}});
    });
    let state = State { instance: Some(live), ..done() };
    insta::assert_snapshot!(said(&chart(|_| {}), &state), @"update ArgoCD openshift-gitops/openshift-gitops: annotation meta.helm.sh/release-name, annotation meta.helm.sh/release-namespace, spec.applicationSet.enabled, spec.controller.resources.limits.cpu");
}

#[test]
fn an_argo_cd_that_the_chart_does_not_make_is_left() {
    let chart = chart(|chart| chart.instance.create = false);
    let state = State { instance: Some(argocd(|it| it["spec"] = json!({}))), ..done() };
    insta::assert_snapshot!(said(&chart, &state), @"nothing");
}

#[test]
fn a_subscription_on_another_channel_is_a_warning() {
    let state =
        State { subscriptions: vec![subscription(|it| it["spec"]["channel"] = "latest".into())], ..done() };
    insta::assert_snapshot!(said(&chart(|_| {}), &state), @r#"warning: Subscription openshift-operators/openshift-gitops-operator has channel "latest", the chart wants "gitops-1.18": it is left as it is, as Helm leaves it"#);
}

#[test]
fn a_subscription_that_has_resolved_nothing_is_brought_to_what_the_chart_wants_now() {
    let live = subscription(|it| {
        it.as_object_mut().unwrap().remove("status");
        it["spec"]["channel"] = "gitops-9.9".into();
        it["spec"]["source"] = "mine".into();
        it["spec"]["installPlanApproval"] = "Manual".into();
        it["spec"]["startingCSV"] = "gitops.v9".into();
    });
    let state = State { subscriptions: vec![live], ..done() };
    insta::assert_snapshot!(said(&chart(|_| {}), &state), @"update Subscription openshift-operators/openshift-gitops-operator: spec.channel (gitops-1.18), spec.source (redhat-operators), spec.installPlanApproval (Automatic), spec.startingCSV (removed)");
    let right = subscription(|it| {
        it.as_object_mut().unwrap().remove("status");
        it["spec"].as_object_mut().unwrap().remove("installPlanApproval");
    });
    let state = State { subscriptions: vec![right], ..done() };
    insta::assert_snapshot!(said(&chart(|_| {}), &state), @"nothing");
}

#[test]
fn an_install_plan_that_waits_is_a_warning_or_approved() {
    let chart = chart(|chart| chart.gitops.approval = argocd::chart::Approval::Manual);
    let waits = json!({
        "kind": "InstallPlan", "metadata": {"namespace": "openshift-operators", "name": "install-1"},
        "spec": {"approved": false, "clusterServiceVersionNames": ["gitops.v1", "pipelines.v2"]},
    });
    let live = subscription(|it| it["spec"]["installPlanApproval"] = "Manual".into());
    let state = State { subscriptions: vec![live], install_plan: Some(waits), ..done() };
    insta::assert_snapshot!(said(&chart, &state), @r#"warning: InstallPlan openshift-operators/install-1 (gitops.v1, pipelines.v2) has to be approved (a run with --approve-install-plan does it):
oc --kubeconfig <kubeconfig> -n openshift-operators patch installplan install-1 --type merge -p '{"spec":{"approved":true}}'"#);
    let approved = |state: &State| {
        let changes = planned(&chart, state, true).unwrap();
        assert!(changes.warnings().is_empty());
        changes.describe().iter().map(ToString::to_string).find(|change| change.contains("InstallPlan"))
    };
    assert_eq!(
        approved(&state).unwrap(),
        "update InstallPlan openshift-operators/install-1: spec.approved (gitops.v1, pipelines.v2)"
    );
    assert_eq!(
        approved(&fresh()).unwrap(),
        "update InstallPlan of openshift-operators/openshift-gitops-operator: spec.approved (after operator)"
    );
}

#[test]
fn the_package_under_another_name_in_the_same_namespace_is_refused_too() {
    let other = subscription(|it| it["metadata"]["name"] = "gitops".into());
    let state = State { subscriptions: vec![other], ..fresh() };
    insta::assert_snapshot!(said(&chart(|_| {}), &state), @"
    refused: subscribe openshift-gitops-operator as openshift-operators/openshift-gitops-operator: it is subscribed already as openshift-operators/gitops
    hint: remove the other one with its ClusterServiceVersion, or OLM installs nothing beside it:
    oc --kubeconfig <kubeconfig> -n openshift-operators delete subscriptions.operators.coreos.com gitops --ignore-not-found
    oc --kubeconfig <kubeconfig> -n openshift-operators delete clusterserviceversions.operators.coreos.com gitops.v1 --ignore-not-found
    ");
}

#[test]
fn what_another_helm_release_has_is_refused_with_what_to_do() {
    let other = |live: &mut Value| {
        live["metadata"]["annotations"]["meta.helm.sh/release-name"] = "old-operators".into();
    };
    let state = State { subscriptions: vec![subscription(other)], ..done() };
    insta::assert_snapshot!(said(&chart(|_| {}), &state), @"
    refused: take over Subscription openshift-operators/openshift-gitops-operator for Helm release openshift-operators/bootstrap-operators: it belongs to Helm release openshift-operators/old-operators
    hint: see whether that release is still needed:
    helm --kubeconfig <kubeconfig> -n openshift-operators get manifest old-operators
    where it is not, take its mark away, then run again:
    oc --kubeconfig <kubeconfig> -n openshift-operators annotate subscriptions.operators.coreos.com openshift-gitops-operator meta.helm.sh/release-name- meta.helm.sh/release-namespace-
    ");
    let elsewhere = |live: &mut Value| {
        live["metadata"]["annotations"]["meta.helm.sh/release-namespace"] = "ops".into();
    };
    let state = State { instance: Some(argocd(elsewhere)), ..done() };
    let said = said(&chart(|_| {}), &state);
    assert!(
        said.contains("ArgoCD openshift-gitops/openshift-gitops")
            && said.contains("release ops/bootstrap-operators"),
        "{said}"
    );
    let state = State { instance: Some(argocd(elsewhere)), ..done() };
    let mine = self::said(&chart(|chart| chart.instance.create = false), &state);
    assert_eq!(mine, "nothing", "one that the chart does not make is not taken over");
}

#[test]
fn an_argo_cd_is_touched_where_it_is_adopted_now_or_once_the_operator_has_made_it() {
    let touches =
        |chart: &Operators, state: &State, object| planned(chart, state, false).unwrap().touches(object);
    let (default, other) = (argocd::instance::default(), argocd::instance::object("other", "other"));
    let none = chart(|chart| chart.instance.create = false);
    let chart = chart(|_| {});
    for (chart, state, expect) in [(&chart, fresh(), true), (&chart, done(), true), (&none, done(), false)] {
        assert_eq!(touches(chart, &state, &default), expect);
        assert!(!touches(chart, &state, &other));
    }
}
