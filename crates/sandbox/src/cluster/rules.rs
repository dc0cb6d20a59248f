//! What single built-in kinds ask of their objects: defaults filled in, and changes refused.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::failure::{Cause, Failure};
use super::kinds::{Kind, items};

const RBAC: &str = "rbac.authorization.k8s.io";

/// The type of Secrets that hold a service account's token.
pub(super) const TOKEN_SECRET: &str = "kubernetes.io/service-account-token";

/// The annotation that says whose token a Secret holds.
pub(super) const TOKEN_OWNER: &str = "kubernetes.io/service-account.name";

/// The annotation with the uid of that service account.
pub(super) const TOKEN_OWNER_UID: &str = "kubernetes.io/service-account.uid";

/// Fills in what the server fills in, on every write.
pub(super) fn default(kind: &Kind, object: &mut Value) {
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Secret") => default_secret(object),
        ("", "Namespace") => default_namespace(object),
        (RBAC, "RoleBinding" | "ClusterRoleBinding") => default_binding(object),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => default_definition(object),
        _ => {}
    }
    drop_empty(kind, object);
}

/// What the server adds after it has noted who wrote what, so that nobody owns it.
pub(super) fn settle(kind: &Kind, object: &mut Value) {
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Namespace") if object["metadata"]["deletionTimestamp"].is_null() => {
            object["spec"]["finalizers"] = json!(["kubernetes"]);
            object["status"]["phase"] = json!("Active");
        }
        ("apiextensions.k8s.io", "CustomResourceDefinition") if object["status"].is_null() => {
            let stored = items(&object["spec"]["versions"]).find(|version| version["storage"] == true);
            let stored = stored.map(|version| version["name"].clone());
            object["status"] = json!({
                "conditions": null, "acceptedNames": {"plural": "", "kind": ""}, "storedVersions": [stored],
            });
        }
        _ => {}
    }
}

/// Refuses what is no object at all, or has something else where every object has maps.
pub(super) fn check_form(kind: &Kind, object: &Value) -> Result<(), Failure> {
    let is_map = |value: &Value| value.is_object() || value.is_null();
    let of_strings = |value: &Value| {
        is_map(value)
            && value.as_object().into_iter().flatten().all(|(_, value)| value.is_string() || value.is_null())
    };
    let metadata = &object["metadata"];
    let texts = kind.group.is_empty() && matches!(kind.kind.as_str(), "Secret" | "ConfigMap");
    let fits = object.is_object()
        && is_map(metadata)
        && of_strings(&metadata["labels"])
        && of_strings(&metadata["annotations"])
        && ["spec", "status"].iter().all(|part| is_map(&object[part]) || kind.custom)
        && ["data", "stringData"].iter().all(|part| !texts || of_strings(&object[part]));
    if fits {
        return Ok(());
    }
    let message =
        format!("{} in version \"{}\" cannot be handled as a {}", kind.kind, kind.version, kind.kind);
    Err(Failure::bad_request(format!("{message}: json: cannot unmarshal into Go value")))
}

/// Maps and lists that the server leaves out while they are empty.
fn drop_empty(kind: &Kind, object: &mut Value) {
    const METADATA: [&str; 4] = ["labels", "annotations", "finalizers", "ownerReferences"];
    let is_empty = |value: &Value| match value {
        Value::Object(map) => map.is_empty(),
        Value::Array(list) => list.is_empty(),
        value => value.is_null(),
    };
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.retain(|field, value| !METADATA.contains(&field.as_str()) || !is_empty(value));
    }
    if let Some(map) = object.as_object_mut().filter(|_| !kind.custom) {
        map.retain(|field, value| !matches!(field.as_str(), "data" | "subjects") || !is_empty(value));
    }
}

fn default_secret(object: &mut Value) {
    let plain = object.as_object_mut().and_then(|map| map.remove("stringData"));
    for (key, value) in plain.iter().filter_map(Value::as_object).flatten() {
        object["data"][key] = json!(STANDARD.encode(value.as_str().unwrap_or_default()));
    }
    if object["type"].as_str().unwrap_or_default().is_empty() {
        object["type"] = json!("Opaque");
    }
}

fn default_namespace(object: &mut Value) {
    object["metadata"]["labels"]["kubernetes.io/metadata.name"] = object["metadata"]["name"].clone();
}

fn default_binding(object: &mut Value) {
    if object["roleRef"].is_object() {
        object["roleRef"]["apiGroup"] = json!(RBAC);
    }
    for subject in object["subjects"].as_array_mut().into_iter().flatten() {
        if subject["kind"] != "ServiceAccount" && subject["apiGroup"].is_null() {
            subject["apiGroup"] = json!(RBAC);
        }
    }
}

fn default_definition(object: &mut Value) {
    let kind = super::kinds::text(&object["spec"]["names"]["kind"]);
    let names = &mut object["spec"]["names"];
    if names["singular"].is_null() {
        names["singular"] = json!(kind.to_lowercase());
    }
    if names["listKind"].is_null() {
        names["listKind"] = json!(format!("{kind}List"));
    }
    if object["spec"]["conversion"].is_null() {
        object["spec"]["conversion"] = json!({"strategy": "None"});
    }
}

/// Refuses a new object that its kind does not allow.
pub(super) fn check_new(kind: &Kind, object: &Value) -> Result<(), Failure> {
    let name = object["metadata"]["name"].as_str().unwrap_or_default();
    let mut causes = check_name(kind, name);
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Secret") => {
            check_data(object)?;
            let owner = object["metadata"]["annotations"][TOKEN_OWNER].as_str().unwrap_or_default();
            if object["type"] == TOKEN_SECRET && owner.is_empty() {
                causes.push(Cause::required(&format!("metadata.annotations[{TOKEN_OWNER}]"), ""));
            }
        }
        (RBAC, "RoleBinding" | "ClusterRoleBinding") => {
            causes.extend(check_role_ref(kind, &object["roleRef"]))
        }
        ("apiextensions.k8s.io", _) => {
            let expected = format!(
                "{}.{}",
                super::kinds::text(&object["spec"]["names"]["plural"]),
                super::kinds::text(&object["spec"]["group"])
            );
            if name != expected {
                causes.push(Cause::invalid_value(
                    "metadata.name",
                    &format!("{name:?}"),
                    "must be spec.names.plural+\".\"+spec.group",
                ));
            }
        }
        _ => {}
    }
    if causes.is_empty() { Ok(()) } else { Err(Failure::invalid(kind, name, &causes)) }
}

fn check_role_ref(kind: &Kind, role: &Value) -> Vec<Cause> {
    let allowed: &[&str] = if kind.namespaced { &["ClusterRole", "Role"] } else { &["ClusterRole"] };
    let mut causes = Vec::new();
    if !allowed.iter().any(|one| role["kind"] == *one) {
        let named = super::kinds::text(&role["kind"]);
        causes.push(Cause {
            reason: "FieldValueNotSupported",
            message: format!(
                "Unsupported value: {named:?}: supported values: \"{}\"",
                allowed.join("\", \"")
            ),
            field: "roleRef.kind".to_owned(),
        });
    }
    if role["name"].as_str().is_none_or(str::is_empty) {
        causes.push(Cause::required("roleRef.name", ""));
    }
    causes
}

/// Refuses a change that its kind does not allow.
pub(super) fn check_change(kind: &Kind, old: &Value, new: &Value) -> Result<(), Failure> {
    let name = new["metadata"]["name"].as_str().unwrap_or_default();
    let mut causes = check_finalizers(old, new);
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Secret") => {
            check_data(new)?;
            if old["type"] != new["type"] {
                causes.push(Cause::invalid_value("type", &new["type"].to_string(), "field is immutable"));
            }
            if old["immutable"] == true && old["data"] != new["data"] {
                causes.push(Cause {
                    reason: "FieldValueForbidden",
                    message: "Forbidden: field is immutable when `immutable` is set".to_owned(),
                    field: "data".to_owned(),
                });
            }
        }
        (RBAC, "RoleBinding" | "ClusterRoleBinding") if old["roleRef"] != new["roleRef"] => {
            causes.push(Cause::invalid_value("roleRef", &role_ref(&new["roleRef"]), "cannot change roleRef"));
        }
        _ => {}
    }
    if causes.is_empty() { Ok(()) } else { Err(Failure::invalid(kind, name, &causes)) }
}

/// Nothing new may hold an object that is being deleted.
fn check_finalizers(old: &Value, new: &Value) -> Vec<Cause> {
    let before: Vec<_> = items(&old["metadata"]["finalizers"]).collect();
    let added: Vec<_> = items(&new["metadata"]["finalizers"])
        .filter(|one| !before.contains(one))
        .map(Value::to_string)
        .collect();
    if old["metadata"]["deletionTimestamp"].is_null() || added.is_empty() {
        return Vec::new();
    }
    let message = format!(
        "Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}",
        added.join(", ")
    );
    vec![Cause { reason: "FieldValueForbidden", message, field: "metadata.finalizers".to_owned() }]
}

/// As the server prints it.
fn role_ref(role: &Value) -> String {
    json!({"APIGroup": role["apiGroup"], "Kind": role["kind"], "Name": role["name"]}).to_string()
}

fn check_data(secret: &Value) -> Result<(), Failure> {
    for (_, value) in secret["data"].as_object().into_iter().flatten() {
        let decoded = value.as_str().map(|text| STANDARD.decode(text));
        if let Some(Err(error)) = decoded {
            let at = match error {
                base64::DecodeError::InvalidByte(at, _) => at,
                _ => 0,
            };
            return Err(Failure::bad_request(format!(
                "Secret in version \"v1\" cannot be handled as a Secret: illegal base64 data at input byte {at}"
            )));
        }
    }
    Ok(())
}

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', \
    and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
    '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must \
    start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is \
    '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

fn check_name(kind: &Kind, name: &str) -> Vec<Cause> {
    if name.is_empty() {
        return vec![Cause::required("metadata.name", "name or generateName is required")];
    }
    if kind.group == RBAC {
        return Vec::new();
    }
    let part = |part: &str| {
        let inside = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !part.is_empty() && part.chars().all(inside) && !part.starts_with('-') && !part.ends_with('-')
    };
    let label = kind.is("", "namespaces");
    let fits = if label { part(name) } else { name.split('.').all(part) };
    if fits {
        Vec::new()
    } else {
        vec![Cause::invalid_value(
            "metadata.name",
            &format!("{name:?}"),
            if label { LABEL } else { SUBDOMAIN },
        )]
    }
}

/// Whether deleting one of these answers with the object instead of a `Status`.
pub(super) fn deletion_returns_object(kind: &Kind) -> bool {
    kind.group.is_empty() && matches!(kind.kind.as_str(), "Namespace" | "ServiceAccount" | "Pod" | "Service")
}

/// Namespaces that nobody may delete.
pub(super) fn is_indestructible(kind: &Kind, name: &str) -> bool {
    kind.is("", "namespaces") && matches!(name, "default" | "kube-system" | "kube-public")
}

/// Whether a replace of one of these has to say which revision it replaces.
pub(super) fn needs_revision(kind: &Kind) -> bool {
    kind.custom || matches!(kind.group.as_str(), "coordination.k8s.io" | "apiextensions.k8s.io")
}

/// Whether the server counts generations of this object: those with a spec that something acts on.
pub(super) fn has_generation(kind: &Kind, object: &Value) -> bool {
    kind.custom
        || matches!(kind.group.as_str(), "apps" | "batch" | "apiextensions.k8s.io")
            && object["spec"].is_object()
}

/// Whether something still holds the object after its deletion was asked for.
pub(super) fn is_held(object: &Value) -> bool {
    items(&object["metadata"]["finalizers"]).next().is_some()
}
