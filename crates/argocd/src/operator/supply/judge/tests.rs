use serde_json::json;

use super::*;
use advice::Diagnostic as _;

fn wanted() -> ChartSubscription {
    ChartSubscription {
        key: "operators.pipelines".into(),
        name: "pipes".into(),
        channel: Some("stable".into()),
        source: "red".into(),
        source_namespace: "openshift-marketplace".into(),
        install_namespace: "ops".into(),
        starting_csv: None,
        makes_group: None,
    }
}

fn package() -> Value {
    json!({"metadata": {"name": "pipes"}, "status": {"defaultChannel": "stable", "channels": [{
        "name": "stable", "currentCSV": "pipes.v2",
        "entries": [{"name": "pipes.v2"}, {"name": "pipes.v1"}],
        "currentCSVDesc": {"installModes": [
            {"type": "OwnNamespace", "supported": false}, {"type": "AllNamespaces", "supported": true}]},
    }]}})
}

/// A cluster where all is well.
fn supply() -> Supply {
    Supply {
        groups: [("ops".into(), vec![json!({"metadata": {"name": "global"}, "spec": {}})])].into(),
        catalogs: [("openshift-marketplace/red".into(), Some(json!({})))].into(),
        offers: [("operators.pipelines".into(), Offer::Package(package()))].into(),
        ..Supply::default()
    }
}

fn installed() -> Value {
    json!({
        "metadata": {"namespace": "ops", "name": "pipes"}, "spec": {"name": "pipes"},
        "status": {"installedCSV": "pipes.v2", "currentCSV": "pipes.v2"},
    })
}

fn said(wanted: ChartSubscription, supply: &Supply) -> String {
    let Findings { refused, warnings } = judge(&[wanted], supply, false);
    assert!(refused.iter().all(|error| error.hint().is_some()));
    let refused = refused.iter().map(|error| format!("refused: {error}"));
    let lines: Vec<String> = refused.chain(warnings.into_iter().map(|it| format!("warning: {it}"))).collect();
    lines.join("\n")
}

#[test]
fn what_the_catalog_has_is_well() {
    assert_eq!(said(wanted(), &supply()), "");
    let by_default = ChartSubscription { channel: None, starting_csv: Some("pipes.v1".into()), ..wanted() };
    assert_eq!(said(by_default, &supply()), "");
}

#[test]
fn a_package_a_channel_or_a_version_that_is_not_offered_is_refused() {
    let nothing = Supply { offers: [("operators.pipelines".into(), Offer::Nothing)].into(), ..supply() };
    assert_eq!(
        said(wanted(), &nothing),
        "refused: install Subscription ops/pipes: CatalogSource openshift-marketplace/red has no package pipes"
    );
    let channel = ChartSubscription { channel: Some("pipes-9.9".into()), ..wanted() };
    assert_eq!(
        said(channel.clone(), &supply()),
        "refused: install Subscription ops/pipes: CatalogSource openshift-marketplace/red has no channel pipes-9.9 of package \
         pipes (it has stable)"
    );
    let version = ChartSubscription { starting_csv: Some("pipes.v9".into()), ..wanted() };
    assert_eq!(
        said(version, &supply()),
        "refused: install Subscription ops/pipes: CatalogSource openshift-marketplace/red has no pipes.v9 in channel stable (it \
         has pipes.v2, pipes.v1)"
    );
    let hint = judge(std::slice::from_ref(&channel), &supply(), false).refused[0].hint().unwrap().to_string();
    assert!(
        hint.starts_with("fix operators.pipelines.channel in charts/bootstrap-operators/values.yaml"),
        "{hint}"
    );
    // What is installed stays.
    let there = Supply { subscriptions: vec![installed()], ..supply() };
    assert!(said(channel, &there).starts_with("warning: "));
}

#[test]
fn where_nobody_could_be_asked_nothing_is_refused() {
    let unknown = Supply { offers: Default::default(), ..supply() };
    assert_eq!(said(ChartSubscription { channel: Some("x".into()), ..wanted() }, &unknown), "");
    let unseen = Supply { unseen: vec!["dev may not list packagemanifests".into()], ..supply() };
    assert_eq!(
        said(wanted(), &unseen),
        "warning: not all that OLM needs could be checked: dev may not list packagemanifests"
    );
}

#[test]
fn a_catalog_that_is_missing_or_not_read_is_refused() {
    let missing = Supply { catalogs: [("openshift-marketplace/red".into(), None)].into(), ..supply() };
    assert_eq!(
        said(wanted(), &missing),
        "refused: install Subscription ops/pipes: CatalogSource openshift-marketplace/red is not there"
    );
    assert!(judge(&[wanted()], &missing, true).refused.is_empty(), "--wait-ready waits for it");
    let elsewhere = ChartSubscription { source_namespace: "default".into(), ..wanted() };
    assert_eq!(
        said(elsewhere, &supply()),
        "refused: install Subscription ops/pipes: CatalogSource default/red is in a namespace whose catalogs OLM does not read \
         for this Subscription"
    );
    let own = ChartSubscription { source_namespace: "ops".into(), ..wanted() };
    assert_eq!(said(own, &supply()), "");
}

#[test]
fn an_operator_group_that_cannot_serve_it_is_refused() {
    let with = |groups: Value| Supply {
        groups: [("ops".into(), groups.as_array().unwrap().clone())].into(),
        ..supply()
    };
    let group = |spec: Value| json!([{"metadata": {"name": "g"}, "spec": spec}]);
    assert_eq!(
        said(wanted(), &with(group(json!({"targetNamespaces": ["ops"]})))),
        "refused: install pipes: OperatorGroup ops/g selects its own namespace, and the operator supports AllNamespaces alone"
    );
    assert!(
        said(wanted(), &with(group(json!({"targetNamespaces": ["a", "b"]}))))
            .contains("selects 2 namespaces")
    );
    assert_eq!(
        said(wanted(), &with(group(json!({"selector": {"matchLabels": {"a": "b"}}})))),
        "",
        "not known yet"
    );
    let many = with(json!([{"metadata": {"name": "a"}}, {"metadata": {"name": "b"}}]));
    assert!(
        said(wanted(), &many)
            .starts_with("refused: subscribe in ops: there are 2 OperatorGroups in it (a, b)")
    );
    let gitops = ChartSubscription {
        key: "operators.gitops".into(),
        name: "openshift-gitops-operator".into(),
        ..wanted()
    };
    let unknown = Supply { offers: Default::default(), ..with(group(json!({"targetNamespaces": ["ops"]}))) };
    assert!(said(gitops, &unknown).contains("supports AllNamespaces alone"), "known of this one");
}

#[test]
fn an_operator_group_that_the_chart_makes_beside_another_or_that_nobody_makes_is_a_warning() {
    let own = ChartSubscription { makes_group: Some("ops-og".into()), ..wanted() };
    assert!(
        said(own.clone(), &supply())
            .starts_with("warning: the chart makes OperatorGroup ops/ops-og beside global")
    );
    let there = ChartSubscription { makes_group: Some("global".into()), ..wanted() };
    assert_eq!(said(there, &supply()), "");
    let none = Supply { groups: [("ops".into(), vec![])].into(), ..supply() };
    assert_eq!(said(own, &none), "");
    assert!(
        said(wanted(), &none).starts_with("warning: ops has no OperatorGroup, the chart makes none there")
    );
}

#[test]
fn one_that_a_deleted_subscription_left_is_refused_with_the_commands() {
    let csv = json!({"metadata": {"namespace": "elsewhere", "name": "pipes.v1"}});
    let left = Supply { csvs: vec![csv], ..supply() };
    assert_eq!(
        said(wanted(), &left),
        "refused: install pipes: ClusterServiceVersion elsewhere/pipes.v1 is there, and no Subscription refers to it"
    );
    let both = Supply { subscriptions: vec![installed()], ..left };
    let hint = judge(&[wanted()], &both, false).refused[0].hint().unwrap().to_string();
    assert!(hint.contains("-n ops delete subscriptions.operators.coreos.com pipes"), "{hint}");
    assert!(
        hint.contains("-n elsewhere delete clusterserviceversions.operators.coreos.com pipes.v1"),
        "{hint}"
    );
}

#[test]
fn one_that_is_subscribed_elsewhere_too_is_a_warning() {
    let mut elsewhere = installed();
    elsewhere["metadata"]["namespace"] = "other".into();
    let there = Supply { subscriptions: vec![elsewhere], ..supply() };
    assert!(said(wanted(), &there).starts_with("warning: pipes is subscribed already as other/pipes"));
}
