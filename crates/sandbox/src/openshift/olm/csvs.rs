//! ClusterServiceVersions: one phase after the other, with the Deployment on the way.

use std::time::Duration;

use serde_json::{Value, json};

use super::copies::is_copy;
use super::groups;
use super::health::{self, Ill};
use super::packages::{Package, of_csv};
use super::requirements;
use crate::SandboxError;
use crate::openshift::condition::now;
use crate::openshift::context::{Context, items, place, text};
use crate::openshift::options::FailingCsv;
use crate::openshift::paths::{CSVS, NAMESPACES, OPERATOR_GROUPS, one, within};

/// How many conditions a ClusterServiceVersion keeps.
const CONDITIONS: usize = 20;

/// Reasons that lie in the OperatorGroups.
const GROUP_REASONS: [&str; 3] = ["NoOperatorGroup", "TooManyOperatorGroups", "UnsupportedOperatorGroup"];

/// A phase with what is said about it.
#[derive(Debug, PartialEq, Eq)]
struct Phase {
    name: &'static str,
    reason: String,
    message: String,
    /// What is required, where that was looked at.
    requirements: Option<Vec<Value>>,
}

fn phase(name: &'static str, reason: &str, message: &str) -> Phase {
    Phase { name, reason: reason.to_owned(), message: message.to_owned(), requirements: None }
}

/// One of them, with what it is judged by.
struct Csv<'a> {
    object: &'a Value,
    package: &'static Package,
    all: &'a [Value],
    failing: Option<FailingCsv>,
}

impl Csv<'_> {
    fn timer(&self, what: &str) -> String {
        format!("csv {} {what}", self.object["metadata"]["uid"])
    }

    fn said(&self, what: &str) -> &str {
        text(&self.object["status"][what])
    }
}

pub(in crate::openshift) async fn round(context: &mut Context) -> Result<(), SandboxError> {
    let all = context.api.list(CSVS).await?;
    for object in all.iter().filter(|csv| !is_copy(csv)) {
        let Some(package) = of_csv(place(object).1) else { continue };
        let failing = context.options().failing_csv.filter(|failing| failing.package == package.name);
        let csv = Csv { object, package, all: &all, failing };
        advance(context, &csv).await?;
    }
    Ok(())
}

async fn advance(context: &mut Context, csv: &Csv<'_>) -> Result<(), SandboxError> {
    let (path, found) = (one(CSVS, place(csv.object)), csv.said("phase").to_owned());
    if let Some(successor) = successor(csv).filter(|_| ["Succeeded", "Replacing"].contains(&found.as_str())) {
        return replace(context, csv, successor).await;
    }
    let Some(next) = next(context, csv, &found).await? else { return Ok(()) };
    let wanted = status(csv.object, &next);
    let same = next.name == found && next.message == csv.said("message") && next.reason == csv.said("reason");
    if same {
        return context
            .set_status(&path, csv.object, &json!({"requirementStatus": wanted["requirementStatus"]}))
            .await;
    }
    let pace = pace(context, csv, &found);
    if !context.step_of(&csv.timer(&found), pace) {
        return Ok(());
    }
    match next.name {
        "Installing" if found == "InstallReady" => health::write(context, csv.object, csv.package).await?,
        "Succeeded" => settle(context, csv.package).await?,
        _ => {}
    }
    if next.name != "Installing" {
        context.timers.forget(&csv.timer("timeout"));
    }
    context.set_status(&path, csv.object, &wanted).await?;
    // From here on the next step is on its way.
    context.step(&csv.timer(next.name));
    Ok(())
}

/// What failed stands for a moment, and so does what waits to be installed again.
fn pace(context: &Context, csv: &Csv<'_>, found: &str) -> Duration {
    let options = context.options();
    match found {
        "Failed" => options.retry,
        "Pending" if csv.failing.is_some() && csv.said("reason") == "NeedsReinstall" => options.retry * 2,
        _ => options.pace,
    }
}

/// The ClusterServiceVersion that replaces this one.
fn successor<'a>(csv: &Csv<'a>) -> Option<&'a Value> {
    let (namespace, name) = place(csv.object);
    csv.all.iter().find(|other| place(other).0 == namespace && other["spec"]["replaces"] == name)
}

/// What is replaced goes once its successor runs.
async fn replace(context: &mut Context, csv: &Csv<'_>, successor: &Value) -> Result<(), SandboxError> {
    let path = one(CSVS, place(csv.object));
    if csv.said("phase") != "Replacing" {
        let message = format!("being replaced by csv: {}", place(successor).1);
        let replacing = phase("Replacing", "BeingReplaced", &message);
        return context.set_status(&path, csv.object, &status(csv.object, &replacing)).await;
    }
    if successor["status"]["phase"] == "Succeeded" { context.api.delete(&path).await } else { Ok(()) }
}

/// The phase that follows.
async fn next(context: &mut Context, csv: &Csv<'_>, found: &str) -> Result<Option<Phase>, SandboxError> {
    if found.is_empty() {
        return Ok(Some(phase("Pending", "RequirementsUnknown", "requirements not yet checked")));
    }
    if let Some((reason, message)) = refusal(context, csv).await? {
        return Ok((found != "Succeeded").then(|| phase("Failed", reason, &message)));
    }
    Ok(match found {
        "Pending" => pending(context, csv).await?,
        "InstallReady" => Some(match csv.failing.as_ref().filter(|failing| failing.is_early()) {
            Some(failing) => phase("Failed", &failing.reason, &failing.message),
            None => {
                phase("Installing", "InstallSucceeded", "waiting for install components to report healthy")
            }
        }),
        "Installing" => Some(installing(context, csv).await?),
        "Succeeded" => succeeded(context, csv).await?,
        "Failed" => failed(context, csv).await?,
        _ => None,
    })
}

async fn pending(context: &Context, csv: &Csv<'_>) -> Result<Option<Phase>, SandboxError> {
    let (all, met) = requirements::of(context, csv.object, csv.package).await?;
    let (namespace, _) = place(csv.object);
    let before = csv.object["spec"]["replaces"].as_str();
    let waits_for = before.and_then(|name| csv.all.iter().find(|one| place(one) == (namespace, name)));
    if met && waits_for.is_some_and(|before| before["status"]["phase"] != "Replacing") {
        return Ok(None);
    }
    let mut next = if met {
        phase("InstallReady", "AllRequirementsMet", "all requirements found, attempting install")
    } else {
        phase("Pending", "RequirementsNotMet", "one or more requirements couldn't be found")
    };
    next.requirements = Some(all);
    Ok(Some(next))
}

async fn installing(context: &mut Context, csv: &Csv<'_>) -> Result<Phase, SandboxError> {
    if let Some(failing) = &csv.failing {
        return Ok(phase("Failed", &failing.reason, &failing.message));
    }
    let ill = health::of(context, csv.object, csv.package).await?;
    let timeout = context.options().install_timeout;
    Ok(match ill {
        None => phase("Succeeded", "InstallSucceeded", "install strategy completed with no errors"),
        Some(ill @ Ill::Changed(_)) => phase("InstallReady", "InstallWaiting", &ill.words()),
        Some(Ill::Waiting(_)) if context.timers.over(csv.timer("timeout"), timeout) => {
            phase("Failed", "InstallCheckFailed", "install timeout")
        }
        Some(ill) => phase("Installing", "InstallWaiting", &ill.words()),
    })
}

async fn succeeded(context: &Context, csv: &Csv<'_>) -> Result<Option<Phase>, SandboxError> {
    let ill = health::of(context, csv.object, csv.package).await?;
    let reinstalled = items(&csv.object["status"]["conditions"]).any(|one| one["reason"] == "NeedsReinstall");
    Ok(match ill {
        Some(ill @ Ill::Changed(_)) => Some(phase("InstallReady", "ComponentUnhealthy", &ill.words())),
        Some(ill) => Some(phase("Failed", "ComponentUnhealthy", &ill.words())),
        None if context.options().reinstalls && !reinstalled => {
            Some(phase("Pending", "NeedsReinstall", "calculated deployment install is bad"))
        }
        None => None,
    })
}

/// What OLM makes of a failure: it begins anew, or it waits for what others do.
async fn failed(context: &Context, csv: &Csv<'_>) -> Result<Option<Phase>, SandboxError> {
    let reason = csv.said("reason");
    if GROUP_REASONS.contains(&reason) {
        let said = "InstallModes now support target namespaces";
        return Ok(Some(phase("Pending", "RequirementsUnknown", said)));
    }
    if reason == "InterOperatorGroupOwnerConflict" {
        let said = "OperatorGroup no longer intersecting with conflicting owner";
        return Ok(Some(phase("Pending", "RequirementsUnknown", said)));
    }
    let ill = match &csv.failing {
        Some(failing) if !failing.is_retried() => return Ok(None),
        Some(failing) if failing.is_refused() => Some(health::missing(csv.package)),
        Some(_) => Some(health::unavailable(csv.package)),
        None => health::of(context, csv.object, csv.package).await?,
    };
    Ok(Some(match ill {
        None => phase("Succeeded", "InstallSucceeded", "install strategy completed with no errors"),
        Some(ill @ Ill::Changed(_)) => phase("InstallReady", "NeedsReinstall", &ill.words()),
        Some(ill) => phase("Pending", "NeedsReinstall", &ill.words()),
    }))
}

/// Why the OperatorGroups don't let it be installed.
async fn refusal(context: &Context, csv: &Csv<'_>) -> Result<Option<(&'static str, String)>, SandboxError> {
    let groups = context.api.list(&within(OPERATOR_GROUPS, place(csv.object).0)).await?;
    Ok(groups::refusal(csv.package, &groups).or_else(|| {
        conflicts(csv).then(|| {
            let said = "intersecting operatorgroups provide the same apis";
            ("InterOperatorGroupOwnerConflict", said.to_owned())
        })
    }))
}

/// Whether the same operator is in another namespace, and was before.
fn conflicts(csv: &Csv<'_>) -> bool {
    let age = |csv: &Value| (text(&csv["metadata"]["creationTimestamp"]).to_owned(), place(csv).0.to_owned());
    csv.all.iter().filter(|other| !is_copy(other)).any(|other| {
        let same = of_csv(place(other).1).is_some_and(|one| one.name == csv.package.name);
        same && place(other).0 != place(csv.object).0 && age(other) < age(csv.object)
    })
}

/// What comes with an operator that runs: its namespace.
async fn settle(context: &Context, package: &Package) -> Result<(), SandboxError> {
    let Some(name) = package.namespace else { return Ok(()) };
    let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
    context.api.create(NAMESPACES, &object).await
}

fn status(csv: &Value, next: &Phase) -> Value {
    let Phase { name, reason, message, requirements } = next;
    let (now, before) = (now(), &csv["status"]);
    let since = if before["phase"] == *name { before["lastTransitionTime"].clone() } else { json!(now) };
    let latest = json!({
        "phase": name, "reason": reason, "message": message, "lastTransitionTime": since, "lastUpdateTime": now,
    });
    let mut conditions: Vec<Value> = items(&before["conditions"]).cloned().collect();
    let same = |last: &Value| last["phase"] == *name && last["reason"] == *reason;
    if !conditions.last().is_some_and(same) {
        conditions.push(latest.clone());
    }
    let old = conditions.len().saturating_sub(CONDITIONS);
    conditions.drain(..old);
    let mut status = latest;
    status["conditions"] = conditions.into();
    status["cleanup"] = json!({});
    status["requirementStatus"] =
        requirements.clone().map_or_else(|| before["requirementStatus"].clone(), Value::from);
    status
}
