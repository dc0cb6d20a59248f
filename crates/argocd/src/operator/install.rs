//! What OLM says about an installation, and when to stop believing that it will still come: pure, the time is handed in.

use std::time::Duration;

use cluster_access::ObjectRef;
use secret::{one_line, quoted};
use serde_json::Value;
use trace::Change;

use crate::ArgoCdError;
use crate::wait::{Seen, Verdict};

/// How long a resolution error may stand while its catalog is READY. Fresh clusters pass through such errors.
const RESOLUTION: Duration = Duration::from_secs(120);

/// How long a failure may stand that OLM mends by itself at its next look.
const RETRIED: Duration = Duration::from_secs(20);

/// `status.reason` of a failed ClusterServiceVersion that OLM itself leads back to Pending within seconds: a
/// Deployment that rolls out with a new environment, an OperatorGroup that has not put its mark there yet, a write that
/// crossed another one. Each other reason (`InstallCheckFailed`, after OLM's own five minutes, above all) is final.
const RETRIED_REASONS: [&str; 6] = [
    "ComponentUnhealthy",
    "ComponentFailed",
    "NoOperatorGroup",
    "NoTargetNamespaces",
    "RequirementsNotMet",
    "APIServiceResourceIssue",
];

/// Conditions of a Subscription that keep OLM from installing.
const RESOLUTION_CONDITIONS: [&str; 4] =
    ["ResolutionFailed", "BundleUnpackFailed", "InstallPlanFailed", "CatalogSourcesUnhealthy"];

/// Since when the same thing is seen.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    what: Option<String>,
    since: Duration,
}

impl Standing {
    /// How long `what` has been seen without a break, at the moment `now` of a clock that only goes forward.
    pub fn stands(&mut self, what: Option<&str>, now: Duration) -> Duration {
        if self.what.as_deref() != what {
            self.what = what.map(str::to_owned);
            self.since = now;
        }
        now.saturating_sub(self.since)
    }
}

/// Judges what is seen of Subscription, InstallPlan, ClusterServiceVersion and CatalogSource.
#[derive(Debug, Default)]
pub(super) struct Judge {
    resolution: Standing,
    failure: Standing,
}

impl Judge {
    /// Done with the ClusterServiceVersion that the Subscription means.
    pub(super) fn judge(&mut self, place: &ObjectRef, seen: &Seen, now: Duration) -> Verdict<Value> {
        let csv = seen.of("ClusterServiceVersion");
        let failure = self.failed(csv, now);
        // What is being installed has been resolved: an error beside it is another operator's.
        let resolution = self.unresolved(seen, now).filter(|_| csv.is_none());
        match csv.map(|csv| (csv, phase(csv))) {
            Some((csv, "Succeeded")) => return Verdict::Done(csv.clone()),
            Some((csv, "Failed")) => return if failure { failed(csv) } else { Verdict::Waiting(said(csv)) },
            _ => {}
        }
        if let Some(plan) = seen.of("InstallPlan").filter(|plan| needs_approval(plan)) {
            return Verdict::Waiting(approval(plan));
        }
        match (resolution, csv) {
            (Some((message, true)), _) => {
                let catalog = seen.named("CatalogSource").map(ToString::to_string).unwrap_or_default();
                Verdict::Failed(ArgoCdError::Unresolvable { object: place.to_string(), message, catalog })
            }
            (Some((message, false)), _) => Verdict::Waiting(message),
            (None, Some(csv)) => Verdict::Waiting(said(csv)),
            (None, None) => Verdict::Waiting(subscription(seen)),
        }
    }

    /// Whether a failed ClusterServiceVersion has failed for good.
    fn failed(&mut self, csv: Option<&Value>, now: Duration) -> bool {
        let failed = csv.filter(|csv| phase(csv) == "Failed");
        let reason = failed.map(|csv| csv["status"]["reason"].as_str().unwrap_or_default());
        let stood = self.failure.stands(reason, now);
        reason.is_some_and(|reason| !RETRIED_REASONS.contains(&reason) || stood >= RETRIED)
    }

    /// What keeps OLM from resolving, and whether it has for good.
    fn unresolved(&mut self, seen: &Seen, now: Duration) -> Option<(String, bool)> {
        let message = seen.of("Subscription").and_then(condition);
        let catalog = seen.of("CatalogSource");
        let state = catalog.map(|catalog| {
            let state = catalog["status"]["connectionState"]["lastObservedState"].as_str();
            one_line(state.unwrap_or("not answering yet"))
        });
        let state = state.as_deref();
        let ready = state == Some("READY");
        let resolved = seen.of("ClusterServiceVersion").is_some();
        let stood = self.resolution.stands(message.as_deref().filter(|_| ready && !resolved), now);
        match (message, state, seen.named("CatalogSource")) {
            (Some(message), Some("READY"), _) => Some((message, stood >= RESOLUTION)),
            (Some(message), Some(state), Some(catalog)) => {
                Some((format!("{message} ({catalog} is {state})"), false))
            }
            (Some(message), _, Some(catalog)) => Some((format!("{message} ({catalog} is not there)"), false)),
            (Some(message), _, None) => Some((message, false)),
            (None, None, Some(catalog)) => Some((format!("{catalog} is not there"), false)),
            (None, Some(state), Some(catalog)) if !ready => Some((format!("{catalog} is {state}"), false)),
            (None, ..) => None,
        }
    }
}

fn phase(csv: &Value) -> &str {
    csv["status"]["phase"].as_str().unwrap_or_default()
}

fn failed(csv: &Value) -> Verdict<Value> {
    Verdict::Failed(ArgoCdError::InstallFailed { object: name(csv), message: words(&csv["status"]) })
}

/// `ClusterServiceVersion ns/name is Installing: InstallWaiting: waiting for …`
fn said(csv: &Value) -> String {
    let phase = if phase(csv).is_empty() { "new".into() } else { one_line(phase(csv)) };
    match words(&csv["status"]) {
        words if words.is_empty() => format!("{} is {phase}", name(csv)),
        words => format!("{} is {phase}: {words}", name(csv)),
    }
}

fn words(status: &Value) -> String {
    let texts = [&status["reason"], &status["message"]].map(|text| text.as_str().unwrap_or_default());
    let words = texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(": ");
    one_line(&words)
}

fn name(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let metadata = &object["metadata"];
    one_line(&format!(
        "{} {}/{}",
        text(&object["kind"]),
        text(&metadata["namespace"]),
        text(&metadata["name"])
    ))
}

/// The first condition that keeps OLM from going on.
fn condition(subscription: &Value) -> Option<String> {
    let conditions = subscription["status"]["conditions"].as_array();
    let found = |kind: &str| {
        let mut all = conditions.into_iter().flatten();
        all.find(|one| one["type"] == kind && one["status"] == "True")
    };
    let found = RESOLUTION_CONDITIONS.iter().find_map(|kind| found(kind))?;
    let kind = found["type"].as_str().unwrap_or_default();
    Some(format!("{}: {}", one_line(kind), words(found)))
}

/// Which ClusterServiceVersion the Subscription means: the one that is being installed, but while an upgrade waits for an
/// approval that nobody asked us to give, the one that is installed. The upgrade may wait for as long as its owner likes.
pub(super) fn meant<'a>(subscription: &'a Value, plan: Option<&Value>, approve: bool) -> Option<&'a str> {
    let status = &subscription["status"];
    let named = |key: &str| status[key].as_str().filter(|name| !name.is_empty());
    let held_back = !approve && plan.is_some_and(needs_approval);
    named("installedCSV").filter(|_| held_back).or_else(|| named("currentCSV"))
}

pub(super) fn needs_approval(plan: &Value) -> bool {
    plan["spec"]["approved"] != true
}

/// What an InstallPlan brings.
fn brings(plan: &Value) -> Vec<&str> {
    let names = plan["spec"]["clusterServiceVersionNames"].as_array();
    names.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// For a plan: which InstallPlan it is, and what it brings.
pub(super) fn approved(plan: &Value) -> Change {
    let what = format!("spec.approved ({})", one_line(&brings(plan).join(", ")));
    Change::update(name(plan)).fields([what])
}

/// Names the InstallPlan, what it brings, and the command that approves it.
pub(super) fn approval(plan: &Value) -> String {
    let text = |key: &str| plan["metadata"][key].as_str().unwrap_or_default();
    let (namespace, name) = (text("namespace"), text("name"));
    format!(
        "InstallPlan {namespace}/{name} ({}) has to be approved (a run with --approve-install-plan does it):\n{}",
        one_line(&brings(plan).join(", ")),
        approving(namespace, name)
    )
}

fn approving(namespace: &str, name: &str) -> String {
    let (namespace, name) = (quoted(namespace), quoted(name));
    format!(
        "oc --kubeconfig <kubeconfig> -n {namespace} patch installplan {name} --type merge -p '{{\"spec\":{{\"approved\":true}}}}'"
    )
}

fn subscription(seen: &Seen) -> String {
    let Some(found) = seen.of("Subscription") else { return "the Subscription is not there".into() };
    match (found["status"]["state"].as_str(), found["status"]["currentCSV"].as_str()) {
        (_, Some(csv)) => format!("ClusterServiceVersion {} is not there yet", one_line(csv)),
        (Some(state), None) if !state.is_empty() => {
            format!("the Subscription's state is {}", one_line(state))
        }
        _ => "OLM has not taken up the Subscription yet".into(),
    }
}

#[cfg(test)]
mod tests;
