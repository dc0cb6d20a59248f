use insta::assert_snapshot;
use serde_json::{Value, json};
use vault_auth::{Desired, State};

use crate::fixture::{JWT, account, binding, desired, empty, fresh, held_by, secret, settled, told};

#[test]
fn the_namespace_is_made_only_where_nobody_else_makes_it() {
    let told = told(&Desired { make_namespace: false, ..fresh() }, &empty());
    assert!(!told.contains("Namespace"), "{told}");
}

#[test]
fn objects_that_kubectl_applied_are_adopted() {
    let adopted = |object: Value| Some(held_by(object, "kubectl-client-side-apply", "Update"));
    let state =
        State { service_account: adopted(account("uid-1")), binding: adopted(binding()), ..settled() };
    assert_snapshot!(told(&desired(), &state), @"update ClusterRoleBinding vault-token-reviewer-auth-delegator: roleRef.apiGroup (adopted), roleRef.kind (adopted), roleRef.name (adopted), subjects (adopted)");
}

#[test]
fn labels_are_written() {
    let labels = [("app.kubernetes.io/managed-by".to_owned(), "bitiq-bootstrap".to_owned())].into();
    assert_snapshot!(told(&Desired { labels, ..desired() }, &settled()), @"
        update ServiceAccount openshift-gitops/vault-token-reviewer: metadata.labels.app.kubernetes.io/managed-by
        update Secret openshift-gitops/vault-token-reviewer: metadata.labels.app.kubernetes.io/managed-by
        update ClusterRoleBinding vault-token-reviewer-auth-delegator: metadata.labels.app.kubernetes.io/managed-by
    ");
}

#[test]
fn a_binding_to_another_role_is_refused() {
    let mut other = binding();
    other["roleRef"]["name"] = "cluster-admin".into();
    assert_snapshot!(told(&desired(), &State { binding: Some(other), ..settled() }), @"
        refused: ClusterRoleBinding vault-token-reviewer-auth-delegator binds to ClusterRole cluster-admin, not to ClusterRole system:auth-delegator, and that can't be changed
        => set VAULT_REVIEWER_CLUSTERROLEBINDING to another name, or:
        oc --kubeconfig <kubeconfig> delete clusterrolebinding vault-token-reviewer-auth-delegator
    ");
}

#[test]
fn subjects_that_are_in_the_binding_stay() {
    let mut shared = binding();
    let other = json!({"kind": "ServiceAccount", "name": "other", "namespace": "vault"});
    shared["subjects"].as_array_mut().unwrap().push(other);
    assert_snapshot!(told(&desired(), &State { binding: Some(shared), ..settled() }), @"unchanged");
}

#[test]
fn a_binding_without_the_reviewer_gets_it() {
    let mut other = binding();
    other["subjects"] = json!([{"kind": "ServiceAccount", "name": "other", "namespace": "vault"}]);
    assert_snapshot!(told(&desired(), &State { binding: Some(other), ..settled() }), @"update ClusterRoleBinding vault-token-reviewer-auth-delegator: subjects");
}

#[test]
fn a_secret_of_another_type_is_refused() {
    let mut other = secret("uid-1");
    other["type"] = "Opaque".into();
    assert_snapshot!(told(&desired(), &State { secret: Some(other), ..settled() }), @"
        refused: Secret openshift-gitops/vault-token-reviewer is of type Opaque, not kubernetes.io/service-account-token, and that can't be changed
        => set VAULT_REVIEWER_SECRET to another name, or:
        oc --kubeconfig <kubeconfig> -n openshift-gitops delete secret vault-token-reviewer
    ");
}

#[test]
fn a_secret_of_another_account_is_refused() {
    let mut other = secret("uid-1");
    other["metadata"]["annotations"]["kubernetes.io/service-account.name"] = "builder".into();
    assert_snapshot!(told(&desired(), &State { secret: Some(other), ..settled() }), @"
        refused: Secret openshift-gitops/vault-token-reviewer holds the token of ServiceAccount builder
        => set VAULT_REVIEWER_SECRET to another name, or:
        oc --kubeconfig <kubeconfig> -n openshift-gitops delete secret vault-token-reviewer
    ");
}

#[test]
fn the_token_of_an_account_that_was_made_anew_is_made_anew() {
    assert_snapshot!(told(&desired(), &State { service_account: Some(account("uid-2")), ..settled() }), @"
        delete Secret openshift-gitops/vault-token-reviewer: token (of a ServiceAccount that is gone)
        create Secret openshift-gitops/vault-token-reviewer
        write Vault auth/kubernetes/config: token_reviewer_jwt (from Secret openshift-gitops/vault-token-reviewer)
    ");
}

#[test]
fn the_token_of_an_account_that_is_gone_is_made_anew() {
    assert_snapshot!(told(&desired(), &State { service_account: None, ..settled() }), @"
        create ServiceAccount openshift-gitops/vault-token-reviewer
        delete Secret openshift-gitops/vault-token-reviewer: token (of a ServiceAccount that is gone)
        create Secret openshift-gitops/vault-token-reviewer
        write Vault auth/kubernetes/config: token_reviewer_jwt (from Secret openshift-gitops/vault-token-reviewer)
    ");
}

fn rights(state: &State) -> Vec<String> {
    let changes = vault_auth::plan(&desired(), state).unwrap();
    changes.further_rights(&desired()).iter().map(ToString::to_string).collect()
}

#[test]
fn rights_that_only_some_changes_need_are_named_with_them() {
    assert!(rights(&settled()).is_empty());
    assert_eq!(rights(&empty()), ["create namespaces"]);
    let stale = State { service_account: Some(account("uid-2")), ..settled() };
    assert_eq!(rights(&stale), ["delete secrets vault-token-reviewer in openshift-gitops"]);
}

#[test]
fn what_is_always_needed_is_named_beforehand() {
    let login = vault_auth::LoginProof {
        role: "demo".to_owned(),
        namespace: "apps".to_owned(),
        service_account: "web".to_owned(),
    };
    let rights = vault_auth::required_rights(&desired().reviewer, Some(&login));
    let rights: Vec<_> = rights.iter().map(ToString::to_string).collect();
    assert_snapshot!(rights.join("\n"), @"
        get serviceaccounts vault-token-reviewer in openshift-gitops
        create serviceaccounts in openshift-gitops
        patch serviceaccounts vault-token-reviewer in openshift-gitops
        get secrets vault-token-reviewer in openshift-gitops
        create secrets in openshift-gitops
        patch secrets vault-token-reviewer in openshift-gitops
        list secrets in openshift-gitops
        watch secrets in openshift-gitops
        get clusterrolebindings.rbac.authorization.k8s.io vault-token-reviewer-auth-delegator
        create clusterrolebindings.rbac.authorization.k8s.io
        patch clusterrolebindings.rbac.authorization.k8s.io vault-token-reviewer-auth-delegator
        get configmaps kube-root-ca.crt in openshift-gitops
        create serviceaccounts/token web in apps
    ");
    let capabilities = vault_auth::required_capabilities("kubernetes");
    assert_eq!(capabilities["auth/kubernetes/config"], ["read", "update"]);
}

#[test]
fn a_secret_that_waits_for_its_token_is_kept() {
    let mut waiting = secret("uid-1");
    waiting["data"] = Value::Null;
    waiting["metadata"]["annotations"].as_object_mut().unwrap().remove("kubernetes.io/service-account.uid");
    assert_snapshot!(told(&desired(), &State { secret: Some(waiting), ..settled() }), @"write Vault auth/kubernetes/config: token_reviewer_jwt (from Secret openshift-gitops/vault-token-reviewer)");
}

#[test]
fn a_field_that_an_operator_holds_is_refused() {
    let mut other = secret("uid-1");
    other["metadata"]["annotations"]["kubernetes.io/service-account.name"] = Value::Null;
    let other = held_by(other, "some-operator", "Apply");
    let state = State { secret: Some(other), ..settled() };
    assert_snapshot!(told(&desired(), &state), @"
        refused: Secret openshift-gitops/vault-token-reviewer: some-operator holds metadata.annotations.kubernetes.io/service-account.name
        => have that manager let go of the fields, or take them over with --force-conflicts
    ");
    let forced = told(&Desired { force_conflicts: true, ..desired() }, &state);
    assert!(forced.starts_with("update Secret"), "{forced}");
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let (mut role, mut kind) = (binding(), secret("uid-1"));
    role["roleRef"]["name"] = "view".into();
    kind["type"] = "Opaque".into();
    let state = State {
        binding: Some(role),
        secret: Some(kind),
        config: vault_access::ConfigLookup::NoMount,
        ..settled()
    };
    let told = told(&desired(), &state);
    assert_eq!(told.matches("refused: ").count(), 3, "{told}");
}

#[test]
fn nothing_that_can_be_printed_holds_the_token() {
    let (state, wanted) = (settled(), fresh());
    let changes = vault_auth::plan(&wanted, &state).unwrap();
    let outcome = vault_auth::Outcome::of(&wanted, &state).unwrap();
    let shown = format!("{state:?} {wanted:?} {changes:?} {outcome:?} {:?}", changes.describe());
    assert!(!shown.contains(JWT) && !shown.contains("ZXlKaG"), "{shown}");
}
