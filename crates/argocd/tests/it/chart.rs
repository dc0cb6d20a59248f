use argocd::chart::{Approval, environments, operators};
use serde_json::json;

const OPERATORS: &str = "
operators:
  gitops:
    channel: gitops-1.18        # as the repository has it
    name: openshift-gitops-operator
    source: redhat-operators
    sourceNamespace: openshift-marketplace
    installNamespace: openshift-operators
    startingCSV: \"\"
    approval: Automatic
    disableDefaultInstance: false
argoInstance:
  create: true
  name: argo
  namespace: argo-here
  spec:
    server: { route: { enabled: true } }
";

/// The chart's text with one line changed.
fn with(line: &str, instead: &str) -> String {
    assert!(OPERATORS.contains(line), "{line}");
    OPERATORS.replace(line, instead)
}

#[track_caller]
fn refused(text: &str, expect: &[&str]) {
    let error = operators(text.as_bytes()).unwrap_err();
    assert_eq!(error.problems, expect);
    assert!(error.to_string().starts_with("read charts/bootstrap-operators/values.yaml: "), "{error}");
}

#[test]
fn every_key_of_the_chart_is_taken() {
    let read = operators(OPERATORS.as_bytes()).unwrap();
    let gitops = &read.gitops;
    assert_eq!(
        [&gitops.name, &gitops.channel, &gitops.source, &gitops.source_namespace, &gitops.install_namespace],
        [
            "openshift-gitops-operator",
            "gitops-1.18",
            "redhat-operators",
            "openshift-marketplace",
            "openshift-operators"
        ]
    );
    assert_eq!((gitops.approval, gitops.disable_default_instance), (Approval::Automatic, false));
    assert_eq!(gitops.starting_csv, None);
    assert_eq!((read.instance.name.as_str(), read.instance.namespace.as_str()), ("argo", "argo-here"));
    assert_eq!(json!(read.instance.spec), json!({"server": {"route": {"enabled": true}}}));
    assert!(read.instance.create);
}

#[test]
fn what_may_be_left_out_has_the_charts_default() {
    let text = "operators: {gitops: {name: n, channel: c, source: s, sourceNamespace: m, installNamespace: i, approval: Manual, startingCSV: n.v1.2.3, disableDefaultInstance: true}}";
    let read = operators(text.as_bytes()).unwrap();
    assert_eq!(read.gitops.starting_csv.as_deref(), Some("n.v1.2.3"));
    assert_eq!((read.gitops.approval, read.gitops.disable_default_instance), (Approval::Manual, true));
    assert_eq!((read.instance.create, read.instance.spec.len()), (false, 0));
    assert_eq!(
        (read.instance.name.as_str(), read.instance.namespace.as_str()),
        ("openshift-gitops", "openshift-gitops")
    );
}

#[test]
fn a_key_that_is_missing_is_named_and_so_is_every_other_one() {
    refused(
        "operators: {gitops: {name: n, channel: c, approval: Automatic}}",
        &[
            "operators.gitops.source is missing",
            "operators.gitops.sourceNamespace is missing",
            "operators.gitops.installNamespace is missing",
        ],
    );
    refused(
        &with("    name: openshift-gitops-operator\n", "    name: \"\"\n"),
        &["operators.gitops.name is missing"],
    );
}

#[test]
fn a_key_of_a_wrong_type_is_named_with_what_it_holds() {
    refused(
        &with("gitops-1.18 ", "1.18 "),
        &["operators.gitops.channel is the number 1.18, expected text (in quotes)"],
    );
    // A template takes any text for true.
    refused(
        &with("Instance: false", "Instance: \"false\""),
        &[
            "operators.gitops.disableDefaultInstance is the text \"false\", expected true or false (without quotes)",
        ],
    );
    refused(&with("spec:\n", "spec: []\n#"), &["argoInstance.spec is a list, expected a map"]);
    refused(
        &with("approval: Automatic", "approval: automatic"),
        &["operators.gitops.approval is \"automatic\", expected Automatic or Manual"],
    );
}

#[test]
fn a_file_that_is_no_yaml_or_empty_is_told_so() {
    let error = operators(b"operators: [").unwrap_err().to_string();
    assert!(error.starts_with("read charts/bootstrap-operators/values.yaml: it is no YAML: "), "{error}");
    assert_eq!(operators(b"").unwrap_err().problems.len(), 6);
}

#[test]
fn anchors_merge_keys_and_a_byte_order_mark_are_taken_as_helm_takes_them() {
    let text = "\u{feff}x: &all {source: s, sourceNamespace: m, installNamespace: i, approval: Automatic}\r\noperators:\r\n  gitops:\r\n    <<: *all\r\n    name: n\r\n    channel: c\r\n";
    let read = operators(text.as_bytes()).unwrap();
    assert_eq!((read.gitops.source.as_str(), read.gitops.channel.as_str()), ("s", "c"));
}

#[test]
fn environments_are_loose_maps_with_a_name() {
    let text = "envs:\n- name: local\n  vaultRuntimeAddress: http://vault:8200\n  vaultConfigEnabled: true\n  port: 8200\n- name: prod\n";
    let found = environments(text.as_bytes()).unwrap();
    assert_eq!(found.iter().map(argocd::chart::Environment::name).collect::<Vec<_>>(), ["local", "prod"]);
    assert_eq!(found[0].text("vaultRuntimeAddress"), Ok(Some("http://vault:8200")));
    assert_eq!(found[0].switch("vaultConfigEnabled"), Ok(Some(true)));
    assert_eq!((found[1].text("vaultRuntimeAddress"), found[1].switch("x")), (Ok(None), Ok(None)));
    assert_eq!(
        found[0].text("port").unwrap_err().to_string(),
        "read charts/argocd-apps/values.yaml: envs[] local: port is the number 8200, expected text (in quotes)"
    );
}

#[test]
fn a_file_without_environments_lists_none() {
    assert_eq!(environments(b"repoUrl: x").unwrap(), []);
    assert_eq!(environments(b"envs: []").unwrap(), []);
}

#[test]
fn environments_without_a_name_are_told_all_at_once() {
    let problems = environments(b"envs: [{name: a}, 7, {}, {name: 3}]").unwrap_err().problems;
    assert_eq!(
        problems,
        [
            "envs[1] is no map",
            "envs[2].name is missing",
            "envs[3].name is the number 3, expected text (in quotes)"
        ]
    );
    assert_eq!(environments(b"envs: {a: b}").unwrap_err().problems, ["envs is no list"]);
}
