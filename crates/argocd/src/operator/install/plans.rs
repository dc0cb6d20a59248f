//! InstallPlans: which one waits for an approval, and which one failed.

use advice::{CommandLine, shell};
use secret::one_line;
use serde_json::Value;
use trace::Change;

use super::words::{name, words};
use crate::wait::Reason;

/// Which ClusterServiceVersion the Subscription means: the one that is being installed, but while an upgrade waits for an
/// approval that nobody asked us to give, the one that is installed. The upgrade may wait for as long as its owner likes.
pub(crate) fn meant<'a>(subscription: &'a Value, plan: Option<&Value>, approve: bool) -> Option<&'a str> {
    let status = &subscription["status"];
    let named = |key: &str| status[key].as_str().filter(|name| !name.is_empty());
    let held_back = !approve && plan.is_some_and(needs_approval);
    named("installedCSV").filter(|_| held_back).or_else(|| named("currentCSV"))
}

pub(crate) fn needs_approval(plan: &Value) -> bool {
    plan["spec"]["approved"] != true
}

/// What an InstallPlan brings.
fn brings(plan: &Value) -> Vec<&str> {
    let names = plan["spec"]["clusterServiceVersionNames"].as_array();
    names.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// OLM's words on an InstallPlan that failed and brings what the Subscription means. OLM never runs it again.
pub(crate) fn failed(plan: &Value, subscription: &Value) -> Option<String> {
    let wanted = subscription["status"]["currentCSV"].as_str();
    let ours = wanted.is_none_or(|wanted| brings(plan).contains(&wanted));
    (ours && plan["status"]["phase"] == "Failed").then(|| said(plan))
}

/// Why OLM runs an InstallPlan once more: `retrying execution due to error: …`
pub(super) fn retried(plan: &Value) -> Option<String> {
    let message = plan["status"]["message"].as_str().filter(|message| message.starts_with("retrying"))?;
    let is_over = matches!(plan["status"]["phase"].as_str(), Some("Complete" | "Failed"));
    (!is_over).then(|| format!("{} is Installing: {}", name(plan), one_line(message)))
}

fn said(plan: &Value) -> String {
    let conditions = plan["status"]["conditions"].as_array();
    let failed = conditions.into_iter().flatten().find(|condition| condition["status"] == "False");
    let said = [failed.map(words), plan["status"]["message"].as_str().map(one_line)];
    said.into_iter().flatten().find(|said| !said.is_empty()).unwrap_or_else(|| "it is Failed".into())
}

/// For a plan: which InstallPlan it is, and what it brings.
pub(crate) fn approved(plan: &Value) -> Change {
    let what = format!("spec.approved ({})", one_line(&brings(plan).join(", ")));
    Change::update(name(plan)).fields([what])
}

/// Names the InstallPlan, what it brings, and the command that approves it.
pub(crate) fn approval(plan: &Value) -> Reason {
    let text = |key: &str| plan["metadata"][key].as_str().unwrap_or_default();
    let (namespace, name, brings) = (text("namespace"), text("name"), one_line(&brings(plan).join(", ")));
    let words = format!(
        "InstallPlan {namespace}/{name} ({brings}) has to be approved (a run with --approve-install-plan does it)"
    );
    Reason { words, approval: Some(approving(namespace, name)), cure: None }
}

fn approving(namespace: &str, name: &str) -> CommandLine {
    let template = "oc --kubeconfig <kubeconfig> -n {} patch installplan {} --type merge -p '{\"spec\":{\"approved\":true}}'";
    shell!(template, namespace, name)
}
