//! A cluster named demo, set up and unchanged, and how to tell what a plan says.

use std::collections::BTreeMap;

use advice::Diagnostic as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cluster_access::{FIELD_MANAGER, Network};
use serde_json::{Value, json};
use vault_access::{ConfigLookup, KubernetesConfig, MountLookup};
use vault_auth::{Authority, Desired, Reviewer, State, VaultAuthError, plan};

pub const HOST: &str = "https://api.demo.example.com:6443";
pub const CA: &str = "-----BEGIN CERTIFICATE-----\nQUFB\n-----END CERTIFICATE-----\n";
pub const OTHER_CA: &str = "-----BEGIN CERTIFICATE-----\nQkJC\n-----END CERTIFICATE-----\n";
pub const JWT: &str = "eyJhbGciOiJSUzI1NiJ9.e30.reviewer";
const NAMESPACE: &str = "openshift-gitops";
const NAME: &str = "vault-token-reviewer";

/// What is wanted of cluster demo, with the fingerprint of [`settled`] in its record.
pub fn desired() -> Desired {
    let mut desired = fresh();
    desired.previous_fingerprint = settled().fingerprint(&desired);
    desired
}

/// The same at the first run.
pub fn fresh() -> Desired {
    Desired {
        cluster: "demo".to_owned(),
        cluster_id: "id-1".to_owned(),
        previous_cluster_id: None,
        mount: "kubernetes".to_owned(),
        reviewer: Reviewer::default(),
        make_namespace: true,
        host: HOST.to_owned(),
        ca_override: None,
        replace_host: false,
        force: false,
        force_conflicts: false,
        labels: BTreeMap::new(),
        previous_fingerprint: None,
        network: Network::default(),
        way: None,
    }
}

/// Nothing is there but an empty mount.
pub fn empty() -> State {
    State {
        namespace_exists: false,
        service_account: None,
        secret: None,
        binding: None,
        authority: Some(Authority {
            pem: CA.to_owned(),
            origin: "ConfigMap default/kube-root-ca.crt".to_owned(),
        }),
        issuer: None,
        mount: MountLookup::Found { kind: "kubernetes".to_owned(), accessor: Some("auth_1".to_owned()) },
        config: ConfigLookup::Unset,
        capabilities: Some(vec!["read".to_owned(), "update".to_owned()]),
        other_host_answers: None,
        vault_address: "https://vault.example.com:8200".to_owned(),
        vault_namespace: None,
    }
}

/// Everything is there as it should be.
pub fn settled() -> State {
    State {
        namespace_exists: true,
        service_account: Some(account("uid-1")),
        secret: Some(secret("uid-1")),
        binding: Some(binding()),
        config: config(HOST, CA, json!({})),
        ..empty()
    }
}

pub fn config(host: &str, ca: &str, others: Value) -> ConfigLookup {
    let fields = others.as_object().unwrap().clone();
    let (host, ca_cert) = (host.to_owned(), ca.to_owned());
    ConfigLookup::Found(KubernetesConfig { host, ca_cert, reviewer_set: None, fields })
}

pub fn account(uid: &str) -> Value {
    let mut account = ours(json!({
        "apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": NAME, "namespace": NAMESPACE},
    }));
    account["metadata"]["uid"] = uid.into();
    account
}

pub fn secret(account_uid: &str) -> Value {
    let mut secret = ours(json!({
        "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/service-account-token",
        "metadata": {"name": NAME, "namespace": NAMESPACE, "annotations": {"kubernetes.io/service-account.name": NAME}},
    }));
    secret["metadata"]["resourceVersion"] = "7".into();
    secret["metadata"]["annotations"]["kubernetes.io/service-account.uid"] = account_uid.into();
    secret["data"] = json!({"token": STANDARD.encode(JWT)});
    secret
}

pub fn binding() -> Value {
    ours(json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
        "metadata": {"name": "vault-token-reviewer-auth-delegator"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:auth-delegator"},
        "subjects": [{"kind": "ServiceAccount", "name": NAME, "namespace": NAMESPACE}],
    }))
}

/// `object`, all of it held by this program.
pub fn ours(object: Value) -> Value {
    held_by(object, FIELD_MANAGER, "Apply")
}

/// `object`, all of it held by `manager`.
pub fn held_by(mut object: Value, manager: &str, operation: &str) -> Value {
    let mut fields = fields_of(&object);
    for of_nobody in ["f:apiVersion", "f:kind"] {
        fields.as_object_mut().unwrap().remove(of_nobody);
    }
    for of_nobody in ["f:name", "f:namespace"] {
        fields["f:metadata"].as_object_mut().unwrap().remove(of_nobody);
    }
    if fields["f:metadata"] == json!({}) {
        fields.as_object_mut().unwrap().remove("f:metadata");
    }
    object["metadata"]["managedFields"] = json!([{
        "manager": manager, "operation": operation, "fieldsType": "FieldsV1", "fieldsV1": fields,
    }]);
    object
}

fn fields_of(value: &Value) -> Value {
    match value.as_object() {
        Some(map) => map.iter().map(|(key, value)| (format!("f:{key}"), fields_of(value))).collect(),
        None => json!({}),
    }
}

/// What `plan` says: a line per change, warning and note; or per refusal, with its hint.
pub fn told(desired: &Desired, state: &State) -> String {
    let changes = match plan(desired, state) {
        Ok(changes) => changes,
        Err(VaultAuthError::Refused(refusals)) => {
            let lines = refusals
                .iter()
                .map(|refusal| format!("refused: {refusal}\n=> {}", refusal.hint().unwrap_or_default()));
            return lines.collect::<Vec<_>>().join("\n");
        }
        Err(other) => panic!("{other}"),
    };
    let mut lines: Vec<String> = changes.describe().iter().map(ToString::to_string).collect();
    assert_eq!(changes.is_empty(), lines.is_empty());
    lines.extend(changes.warnings().iter().map(|warning| format!("warning: {warning}")));
    lines.extend(changes.notes().iter().map(|note| format!("note: {note}")));
    if lines.is_empty() { "unchanged".to_owned() } else { lines.join("\n") }
}
