use cluster_access::ObjectRef;
use serde_json::{Value, json};
use trace::Change;

use super::of_chart;
use crate::chart::ArgoInstance;
use crate::helm;
use crate::merge::{fields, lacking};

/// What is done to an ArgoCD that is there.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceChanges {
    pub(super) place: ObjectRef,
    /// A merge patch with the resourceVersion; None where nothing differs.
    pub(super) patch: Option<Value>,
    fields: Vec<String>,
}

impl InstanceChanges {
    /// Which ArgoCD.
    pub fn place(&self) -> &ObjectRef {
        &self.place
    }

    /// For plan and trace.
    pub fn describe(&self) -> Vec<Change> {
        let change = || Change::update(self.place.to_string()).fields(self.fields.clone());
        self.patch.iter().map(|_| change()).collect()
    }
}

/// Takes the ArgoCD that is there over for Helm, and brings it `argoInstance.spec` with the ApplicationSet controller
/// enabled. Helm's own install would leave the spec of an object that it takes over as it is.
pub fn plan(wanted: &ArgoInstance, live: &Value) -> InstanceChanges {
    let mut spec = Value::Object(wanted.spec.clone());
    if !spec["applicationSet"].is_object() {
        spec["applicationSet"] = json!({});
    }
    spec["applicationSet"]["enabled"] = true.into();
    let (metadata, marks) = helm::missing_marks(live);
    changes(of_chart(wanted), live, &spec, (metadata, marks))
}

/// Enables the ApplicationSet controller, and nothing else.
pub fn enabled(place: ObjectRef, live: &Value) -> InstanceChanges {
    let spec = json!({ "applicationSet": { "enabled": true } });
    changes(place, live, &spec, (json!({}), Vec::new()))
}

fn changes(
    place: ObjectRef,
    live: &Value,
    spec: &Value,
    (metadata, mut touched): (Value, Vec<String>),
) -> InstanceChanges {
    let mut patch = json!({});
    if !touched.is_empty() {
        patch["metadata"] = metadata;
    }
    if let Some(spec) = lacking(spec, &live["spec"]) {
        touched.extend(fields("spec", &spec));
        patch["spec"] = spec;
    }
    if touched.is_empty() {
        return InstanceChanges { place, patch: None, fields: touched };
    }
    patch["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"].clone();
    InstanceChanges { place, patch: Some(patch), fields: touched }
}
