//! What a ClusterServiceVersion says of itself, and which of its failures are final.

use std::time::Duration;

use secret::one_line;
use serde_json::Value;

use super::standing::Standing;
use super::words::{name, words};

/// How long a failure may stand that OLM mends by itself at its next look.
pub(super) const RETRIED: Duration = Duration::from_secs(20);

/// `status.reason` of a failed ClusterServiceVersion that OLM itself leads back to Pending within seconds: a
/// Deployment that rolls out with a new environment, an OperatorGroup that has not put its mark there yet, a write that
/// crossed another one or was refused. Where it fails again each time, OLM goes to and fro about once a second.
const RETRIED_REASONS: [&str; 7] = [
    "ComponentUnhealthy",
    "InstallComponentFailed",
    "APIServiceInstallFailed",
    "NoOperatorGroup",
    "NoTargetNamespaces",
    "RequirementsNotMet",
    "APIServiceResourceIssue",
];

/// So many requirements are named.
const NAMED: usize = 3;

/// OLM puts this label on the copies that it makes of the ClusterServiceVersion of an operator for all namespaces.
pub(crate) const COPIED_FROM: &str = "olm.copiedFrom";

/// Judges the failures of a ClusterServiceVersion.
#[derive(Debug, Default)]
pub(super) struct Failures {
    standing: Standing,
}

impl Failures {
    /// Whether a failed ClusterServiceVersion has failed for good.
    pub(super) fn are_final(&mut self, csv: &Value, now: Duration) -> bool {
        let failed = (phase(csv) == "Failed").then(|| text(&csv["status"]["reason"]));
        if phase(csv) == "Succeeded" {
            self.standing.forget();
        }
        let retried = failed.filter(|reason| RETRIED_REASONS.contains(reason));
        let stood = self.standing.stands(retried, now);
        match failed {
            None => false,
            Some(_) if retried.is_some() => stood >= RETRIED,
            // After five minutes OLM begins the same wait again.
            Some("InstallCheckFailed") => text(&csv["status"]["message"]) != "install timeout",
            Some(_) => true,
        }
    }
}

pub(super) fn phase(csv: &Value) -> &str {
    text(&csv["status"]["phase"])
}

/// The namespace that OLM copied it from.
pub(crate) fn copied_from(csv: &Value) -> Option<&str> {
    csv["metadata"]["labels"][COPIED_FROM].as_str()
}

/// `ClusterServiceVersion ns/name is Installing: InstallWaiting: waiting for …`
pub(crate) fn said(csv: &Value) -> String {
    let phase = if phase(csv).is_empty() { "new".into() } else { one_line(phase(csv)) };
    match status_words(csv) {
        words if words.is_empty() => format!("{} is {phase}", name(csv)),
        words => format!("{} is {phase}: {words}", name(csv)),
    }
}

/// Its reason, and its message; in place of the message the requirements that it lacks.
pub(super) fn status_words(csv: &Value) -> String {
    let status = &csv["status"];
    let lacking = lacking(csv);
    match text(&status["reason"]) {
        "RequirementsNotMet" if !lacking.is_empty() => format!("RequirementsNotMet: {}", lacking.join("; ")),
        "InstallCheckFailed" if text(&status["message"]) == "install timeout" => {
            "InstallCheckFailed: install timeout (OLM waits for it again)".into()
        }
        _ => words(status),
    }
}

/// The requirement that no waiting meets: the cluster is older than the operator wants.
pub(super) fn wants_newer_cluster(csv: &Value) -> Option<String> {
    let unmet = |one: &&Value| {
        one["status"] == "PresentNotSatisfied" && text(&one["message"]).contains("minKubeVersion (")
    };
    requirements(csv).find(unmet).map(|one| one_line(text(&one["message"])))
}

fn lacking(csv: &Value) -> Vec<String> {
    let is_met = |one: &Value| matches!(text(&one["status"]), "Present" | "PresentSatisfied");
    let mut all: Vec<String> = requirements(csv).filter(|one| !is_met(one)).map(requirement).collect();
    if all.len() > NAMED {
        let more = all.len() - NAMED;
        all.truncate(NAMED);
        all.push(format!("and {more} more"));
    }
    all
}

fn requirements(csv: &Value) -> impl Iterator<Item = &Value> {
    csv["status"]["requirementStatus"].as_array().into_iter().flatten()
}

/// `ServiceAccount x NotPresent: Service account does not exist`
fn requirement(one: &Value) -> String {
    let mut dependents = one["dependents"].as_array().into_iter().flatten();
    let unmet = dependents.find(|dependent| dependent["status"] == "NotSatisfied");
    let parts = [&one["kind"], &one["name"], &one["status"]].map(text).join(" ");
    let said = [Some(&one["message"]), unmet.map(|dependent| &dependent["message"])];
    let said = said.into_iter().flatten().map(text).filter(|text| !text.is_empty());
    one_line(&std::iter::once(parts.as_str()).chain(said).collect::<Vec<_>>().join(": "))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
