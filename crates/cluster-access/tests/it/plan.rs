use cluster_access::{FIELD_MANAGER, LAST_APPLIED, OwnedPlan, OwnershipConflict, applied_by_us, plan_owned};
use serde_json::{Value, json};

/// Our Secret, by someone who holds `fields` of it.
fn live(data: Value, managers: &[(&str, &str, Value)]) -> Value {
    let managed: Vec<Value> = managers
        .iter()
        .map(|(manager, operation, fields)| json!({"manager": manager, "operation": operation, "fieldsV1": fields}))
        .collect();
    json!({
        "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
        "metadata": {"name": "it", "namespace": "ns", "resourceVersion": "7", "managedFields": managed},
        "data": data,
    })
}

fn desired(data: Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "it", "namespace": "ns"}, "data": data})
}

fn said(plan: Result<OwnedPlan, OwnershipConflict>) -> String {
    match plan {
        Ok(plan) => format!(
            "{:?} fields={:?} adopted={:?} dropped={:?} remove={:?} over={:?}",
            plan.action, plan.fields, plan.adopted, plan.dropped, plan.remove, plan.forced_over
        ),
        Err(conflict) => format!("refused: {conflict}"),
    }
}

fn url_of(manager: &str, operation: &str) -> String {
    let live = live(json!({"url": "old"}), &[(manager, operation, json!({"f:data": {"f:url": {}}}))]);
    said(plan_owned(&desired(json!({"url": "new"})), Some(&live), &[], false))
}

#[test]
fn what_is_not_there_is_created() {
    insta::assert_snapshot!(
        said(plan_owned(&desired(json!({"url": "a", "password": "b"})), None, &[LAST_APPLIED], false)),
        @r#"Create fields=["data.password", "data.url"] adopted=[] dropped=[] remove=[] over=[]"#
    );
}

#[test]
fn what_is_as_wanted_and_ours_is_unchanged() {
    let live =
        live(json!({"url": "a"}), &[(FIELD_MANAGER, "Apply", json!({"f:data": {".": {}, "f:url": {}}}))]);
    insta::assert_snapshot!(
        said(plan_owned(&desired(json!({"url": "a"})), Some(&live), &[LAST_APPLIED, "/data/username"], false)),
        @"Unchanged fields=[] adopted=[] dropped=[] remove=[] over=[]"
    );
}

#[test]
fn what_is_as_wanted_and_of_others_becomes_ours_too() {
    let live = live(json!({"url": "a"}), &[("external-secrets", "Update", json!({"f:data": {"f:url": {}}}))]);
    insta::assert_snapshot!(
        said(plan_owned(&desired(json!({"url": "a"})), Some(&live), &[], false)),
        @r#"Update fields=[] adopted=["data.url"] dropped=[] remove=[] over=[]"#
    );
}

#[test]
fn what_our_create_wrote_is_ours() {
    let fields = json!({"f:data": {"f:url": {}, "f:password": {}}});
    let live = live(json!({"url": "a", "password": "b"}), &[(FIELD_MANAGER, "Update", fields)]);
    assert!(applied_by_us(&live, &["data", "url"]));
    insta::assert_snapshot!(
        said(plan_owned(&desired(json!({"url": "a"})), Some(&live), &[], false)),
        @r#"Update fields=[] adopted=[] dropped=["data.password"] remove=[] over=[]"#
    );
}

#[test]
fn what_we_wrote_once_and_no_longer_want_is_dropped() {
    let fields = json!({"f:data": {"f:url": {}, "f:password": {}}});
    let live = live(json!({"url": "a", "password": "b"}), &[(FIELD_MANAGER, "Apply", fields)]);
    insta::assert_snapshot!(
        said(plan_owned(&desired(json!({"url": "a"})), Some(&live), &[], false)),
        @r#"Update fields=[] adopted=[] dropped=["data.password"] remove=[] over=[]"#
    );
}

#[test]
fn fields_of_kubectl_and_oc_are_taken_over() {
    insta::assert_snapshot!(url_of("kubectl-client-side-apply", "Update"), @r#"Update fields=["data.url"] adopted=[] dropped=[] remove=[] over=["kubectl-client-side-apply"]"#);
    insta::assert_snapshot!(url_of("oc", "Update"), @r#"Update fields=["data.url"] adopted=[] dropped=[] remove=[] over=["oc"]"#);
    insta::assert_snapshot!(url_of("oc-edit", "Update"), @r#"Update fields=["data.url"] adopted=[] dropped=[] remove=[] over=["oc-edit"]"#);
}

#[test]
fn fields_whose_writer_nobody_noted_are_taken_over() {
    let over = url_of("before-first-apply", "Update");
    insta::assert_snapshot!(over, @r#"Update fields=["data.url"] adopted=[] dropped=[] remove=[] over=["before-first-apply"]"#);
    let unknown = live(json!({"url": "old"}), &[]);
    let plan = plan_owned(&desired(json!({"url": "new"})), Some(&unknown), &[], false);
    insta::assert_snapshot!(said(plan), @r#"Update fields=["data.url"] adopted=[] dropped=[] remove=[] over=[]"#);
}

#[test]
fn fields_of_other_managers_are_not() {
    insta::assert_snapshot!(url_of("external-secrets", "Update"), @"refused: external-secrets holds data.url");
    insta::assert_snapshot!(url_of("argocd-controller", "Apply"), @"refused: argocd-controller holds data.url");
    insta::assert_snapshot!(url_of("ocm-agent", "Update"), @"refused: ocm-agent holds data.url");
}

#[test]
fn force_takes_over_from_anyone_and_says_from_whom() {
    let live =
        live(json!({"url": "old"}), &[("external-secrets", "Update", json!({"f:data": {"f:url": {}}}))]);
    insta::assert_snapshot!(
        said(plan_owned(&desired(json!({"url": "new"})), Some(&live), &[], true)),
        @r#"Update fields=["data.url"] adopted=[] dropped=[] remove=[] over=["external-secrets"]"#
    );
}

#[test]
fn a_manager_that_holds_the_parent_as_a_whole_holds_the_field() {
    let live = live(json!({"url": "old"}), &[("operator", "Update", json!({"f:data": {}}))]);
    insta::assert_snapshot!(
        said(plan_owned(&desired(json!({"url": "new"})), Some(&live), &[], false)),
        @"refused: operator holds data.url"
    );
}

#[test]
fn what_must_go_is_named_only_where_it_is() {
    let mut live = live(
        json!({"url": "a", "username": "u"}),
        &[(FIELD_MANAGER, "Apply", json!({"f:data": {"f:url": {}}}))],
    );
    live["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] = "{}".into();
    insta::assert_snapshot!(
        said(plan_owned(&desired(json!({"url": "a"})), Some(&live), &[LAST_APPLIED, "/data/username", "/data/no"], false)),
        @r#"Update fields=[] adopted=[] dropped=[] remove=["/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration", "/data/username"] over=[]"#
    );
}

#[test]
fn a_login_key_that_another_manager_keeps_filling_is_not_taken_away() {
    let live = live(
        json!({"password": "b"}),
        &[("external-secrets", "Update", json!({"f:data": {"f:password": {}}}))],
    );
    insta::assert_snapshot!(
        said(plan_owned(&desired(json!({"sshPrivateKey": "k"})), Some(&live), &["/data/password"], false)),
        @"refused: external-secrets holds data.password"
    );
}

#[test]
fn a_list_is_one_value() {
    let binding = |subjects: Value| json!({"kind": "ClusterRoleBinding", "metadata": {"name": "it"}, "subjects": subjects});
    let mut live = binding(json!([{"name": "a"}]));
    live["metadata"]["managedFields"] =
        json!([{"manager": FIELD_MANAGER, "operation": "Apply", "fieldsV1": {"f:subjects": {}}}]);
    insta::assert_snapshot!(said(plan_owned(&binding(json!([{"name": "a"}])), Some(&live), &[], false)), @"Unchanged fields=[] adopted=[] dropped=[] remove=[] over=[]");
    insta::assert_snapshot!(said(plan_owned(&binding(json!([{"name": "b"}])), Some(&live), &[], false)), @r#"Update fields=["subjects"] adopted=[] dropped=[] remove=[] over=[]"#);
}

#[test]
fn a_name_with_dots_and_slashes_is_one_key() {
    let label =
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "it", "labels": {"a.b/c": "x"}}});
    let mut live = label.clone();
    live["metadata"]["managedFields"] = json!([{"manager": FIELD_MANAGER, "operation": "Apply", "fieldsV1": {"f:metadata": {"f:labels": {"f:a.b/c": {}}}}}]);
    assert!(plan_owned(&label, Some(&live), &[], false).is_ok_and(|plan| plan.is_unchanged()));
}

#[test]
fn an_object_we_only_name_is_unchanged_once_it_is_there() {
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ns"}});
    assert!(plan_owned(&namespace, Some(&namespace), &[], false).is_ok_and(|plan| plan.is_unchanged()));
}

#[test]
fn a_plan_holds_no_value() {
    let live = live(
        json!({"password": "b2xkLXNlY3JldA=="}),
        &[("kubectl", "Update", json!({"f:data": {"f:password": {}}}))],
    );
    let plan = plan_owned(
        &desired(json!({"password": "bmV3LXNlY3JldA=="})),
        Some(&live),
        &["/data/password"],
        false,
    );
    let shown = format!("{plan:?}");
    assert!(!shown.contains("b2xk") && !shown.contains("bmV3"), "{shown}");
}
