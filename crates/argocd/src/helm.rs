//! What we share with Helm: the marks by which a release takes over an object that is there, and releases that a
//! killed helm left half done.

mod release;

pub use release::{PendingRelease, Release, pending_releases, required_rights};

use cluster_access::ObjectRef;
use secret::one_line;
use serde_json::{Map, Value, json};

use crate::ArgoCdError;

/// The release of `charts/bootstrap-operators`, as the repository's script installs it.
pub const OPERATORS: Release = Release { namespace: "openshift-operators", name: "bootstrap-operators" };

/// The release of `charts/argocd-apps`.
pub const APPS: Release = Release { namespace: "openshift-gitops", name: "argocd-apps" };

const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
const RELEASE_NAME: &str = "meta.helm.sh/release-name";
const RELEASE_NAMESPACE: &str = "meta.helm.sh/release-namespace";

/// `metadata` of an object that [`OPERATORS`] may take over.
pub(crate) fn marks() -> Value {
    json!({
        "labels": { MANAGED_BY: "Helm" },
        "annotations": { RELEASE_NAME: OPERATORS.name, RELEASE_NAMESPACE: OPERATORS.namespace },
    })
}

/// Refuses an object that another release has: its uninstall would delete what [`OPERATORS`] takes over.
pub(crate) fn check_release(object: &ObjectRef, live: &Value) -> Result<(), ArgoCdError> {
    let mark = |key: &str| live["metadata"]["annotations"][key].as_str().map(one_line);
    let differs = |key: &str, ours: &str| mark(key).is_some_and(|theirs| theirs != ours);
    if !differs(RELEASE_NAME, OPERATORS.name) && !differs(RELEASE_NAMESPACE, OPERATORS.namespace) {
        return Ok(());
    }
    let or_ours = |key: &str, ours: &str| mark(key).unwrap_or_else(|| ours.into());
    Err(ArgoCdError::OtherRelease {
        object: object.to_string(),
        kind: format!("{}.{}", object.plural, object.group()),
        release: or_ours(RELEASE_NAME, OPERATORS.name),
        namespace: or_ours(RELEASE_NAMESPACE, OPERATORS.namespace),
    })
}

/// The marks that an object lacks, as a merge patch of its `metadata`, and how a plan names them.
pub(crate) fn missing_marks(live: &Value) -> (Value, Vec<String>) {
    let mut patch = Map::new();
    let mut fields = Vec::new();
    for (part, word) in [("labels", "label"), ("annotations", "annotation")] {
        let wanted = marks();
        for (key, value) in wanted[part].as_object().into_iter().flatten() {
            if live["metadata"][part][key] != *value {
                patch.entry(part).or_insert_with(|| json!({}))[key] = value.clone();
                fields.push(format!("{word} {key}"));
            }
        }
    }
    (Value::Object(patch), fields)
}
