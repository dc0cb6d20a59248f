//! What every controller has in its hands.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use serde_json::Value;

use super::clusters::Identity;
use super::olm::texts::Texts;
use super::options::Options;
use super::timers::Timers;
use crate::SandboxError;
use crate::api::Api;

/// The cluster, what it is to do, and what takes its time.
pub(super) struct Context {
    pub api: Arc<Api>,
    pub timers: Timers,
    pub identity: Identity,
    /// Whether the cluster has controllers of its own for Deployments.
    pub real: bool,
    /// The Argo CDs, by uid and generation, whose settings are written.
    pub settled: HashSet<String>,
    /// The GitOps operator that runs: which Deployment, in which generation.
    pub booted: Option<String>,
    /// The catalogs, by uid, and when each was READY for the last time.
    pub answered: HashMap<String, Instant>,
    /// What was said of each namespace where OLM can't resolve.
    pub texts: Texts,
    options: Arc<Mutex<Options>>,
}

impl Context {
    pub(super) fn new(api: Arc<Api>, real: bool, identity: Identity, options: Arc<Mutex<Options>>) -> Self {
        Self {
            api,
            timers: Timers::default(),
            identity,
            real,
            settled: HashSet::new(),
            booted: None,
            answered: HashMap::new(),
            texts: Texts::default(),
            options,
        }
    }

    /// As they are now.
    pub(super) fn options(&self) -> Options {
        self.options.lock().clone()
    }

    /// Whether a step of a controller is over; the next time it begins anew.
    pub(super) fn step(&mut self, what: &str) -> bool {
        let pace = self.options().pace;
        self.step_of(what, pace)
    }

    /// The same of a step that takes `delay`.
    pub(super) fn step_of(&mut self, what: &str, delay: Duration) -> bool {
        let over = self.timers.over(what, delay);
        if over {
            self.timers.forget(what);
        }
        over
    }

    /// Writes the part of a status that differs from what is there.
    pub(super) async fn set_status(
        &self,
        path: &str,
        object: &Value,
        status: &Value,
    ) -> Result<(), SandboxError> {
        if covers(&object["status"], status) {
            return Ok(());
        }
        self.gone_is_fine(self.api.merge(&format!("{path}/status"), &status_patch(status)).await)
    }

    /// An object that went since it was listed needs nothing any more.
    pub(super) fn gone_is_fine(&self, done: Result<(), SandboxError>) -> Result<(), SandboxError> {
        match done {
            Err(SandboxError::Failed { why, .. }) if why.starts_with("404") => Ok(()),
            done => done,
        }
    }
}

fn status_patch(status: &Value) -> Value {
    serde_json::json!({"status": status})
}

/// Whether `there` has all that `wanted` says; null is wanted where nothing is.
pub(super) fn covers(there: &Value, wanted: &Value) -> bool {
    match wanted {
        Value::Object(map) => map.iter().all(|(field, wanted)| covers(&there[field], wanted)),
        wanted => there == wanted,
    }
}

/// The string in `value`, or an empty one.
pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The items of a list, or none.
pub(super) fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Namespace and name.
pub(super) fn place(object: &Value) -> (&str, &str) {
    (text(&object["metadata"]["namespace"]), text(&object["metadata"]["name"]))
}

/// A reference that makes an object go with its owner.
pub(super) fn owned_by(owner: &Value, api_version: &str, kind: &str) -> Value {
    serde_json::json!([{
        "apiVersion": api_version, "kind": kind, "name": owner["metadata"]["name"], "uid": owner["metadata"]["uid"],
    }])
}
