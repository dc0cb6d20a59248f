//! ClusterServiceVersions: one phase after the other, with the Deployment on the way.

use serde_json::{Value, json};

use super::deployment::{self, env_of};
use super::groups;
use super::packages::{Package, of_csv};
use crate::SandboxError;
use crate::definition;
use crate::openshift::condition::now;
use crate::openshift::context::{Context, items, place, text};
use crate::openshift::paths::{CSVS, DEPLOYMENTS, NAMESPACES, OPERATOR_GROUPS, SUBSCRIPTIONS, one, within};
use crate::openshift::workloads::is_available;

/// What OLM says of a Deployment that is another than it should be.
const CHANGED: &str = "changed old hash=";

/// A phase with what is said about it.
struct Phase {
    name: &'static str,
    reason: String,
    message: String,
}

fn phase(name: &'static str, reason: &str, message: &str) -> Option<Phase> {
    Some(Phase { name, reason: reason.to_owned(), message: message.to_owned() })
}

pub(in crate::openshift) async fn round(context: &mut Context) -> Result<(), SandboxError> {
    for csv in context.api.list(CSVS).await? {
        let Some(package) = of_csv(place(&csv).1) else { continue };
        let path = one(CSVS, place(&csv));
        let found = text(&csv["status"]["phase"]).to_owned();
        let Some(next) = next(context, &csv, package, &found).await? else { continue };
        let same = next.name == found && csv["status"]["message"] == json!(next.message);
        if same || !context.step(&format!("csv {} {found}", csv["metadata"]["uid"])) {
            continue;
        }
        if next.name == "Succeeded" {
            settle(context, &csv, package).await?;
        }
        context.set_status(&path, &csv, &status(&csv, &next)).await?;
        // From here on the next step is on its way.
        context.step(&format!("csv {} {}", csv["metadata"]["uid"], next.name));
    }
    Ok(())
}

/// The phase that follows; what has to be there for it is made on the way.
async fn next(
    context: &Context,
    csv: &Value,
    package: &'static Package,
    found: &str,
) -> Result<Option<Phase>, SandboxError> {
    let (namespace, _) = place(csv);
    if found.is_empty() {
        return Ok(phase("Pending", "RequirementsUnknown", "requirements not yet checked"));
    }
    if found != "Succeeded" {
        let groups = context.api.list(&within(OPERATOR_GROUPS, namespace)).await?;
        if let Some((reason, message)) = groups::refusal(package, &groups) {
            return Ok(phase("Failed", reason, &message));
        }
        if let Some(message) = conflict(context, csv, package).await? {
            return Ok(phase("Failed", "InterOperatorGroupOwnerConflict", &message));
        }
    }
    Ok(match found {
        "Pending" if definition::established(&context.api, package.definitions).await? => {
            phase("InstallReady", "AllRequirementsMet", "all requirements found, attempting install")
        }
        "Pending" => phase("Pending", "RequirementsNotMet", "one or more requirements couldn't be found"),
        "InstallReady" => {
            write_deployment(context, csv, package).await?;
            phase("Installing", "InstallSucceeded", "waiting for install components to report healthy")
        }
        "Installing" => match failing(context, package) {
            Some(failed) => Some(failed),
            None => installing(context, csv, package).await?,
        },
        "Succeeded" => unhealthy(context, csv, package)
            .await?
            .and_then(|why| phase("Failed", "ComponentUnhealthy", &format!("installing: {why}"))),
        _ if failing(context, package).is_some() => None,
        _ => phase("Pending", "NeedsReinstall", "installing again"),
    })
}

/// The same operator, in another namespace and there before.
async fn conflict(context: &Context, csv: &Value, package: &Package) -> Result<Option<String>, SandboxError> {
    let age = |csv: &Value| (text(&csv["metadata"]["creationTimestamp"]).to_owned(), place(csv).0.to_owned());
    let before = context.api.list(CSVS).await?.into_iter().find(|other| {
        let same = of_csv(place(other).1).is_some_and(|one| one.name == package.name);
        same && place(other).0 != place(csv).0 && age(other) < age(csv)
    });
    Ok(before.map(|other| {
        let group = text(&other["metadata"]["annotations"]["olm.operatorGroup"]).to_owned();
        format!("intersecting operatorgroups provide the same APIs: {}/{group}", place(&other).0)
    }))
}

fn failing(context: &Context, package: &Package) -> Option<Phase> {
    let failing = context.options().failing_csv.filter(|failing| failing.package == package.name)?;
    phase("Failed", &failing.reason, &failing.message)
}

async fn installing(
    context: &Context,
    csv: &Value,
    package: &Package,
) -> Result<Option<Phase>, SandboxError> {
    Ok(match unhealthy(context, csv, package).await? {
        None => phase("Succeeded", "InstallSucceeded", "install strategy completed with no errors"),
        Some(why) if why.contains(CHANGED) => {
            phase("Pending", "NeedsReinstall", &format!("installing: {why}"))
        }
        Some(why) => phase("Installing", "InstallWaiting", &format!("installing: {why}")),
    })
}

/// What is wrong with the Deployment: gone, another than it should be, or not available.
async fn unhealthy(
    context: &Context,
    csv: &Value,
    package: &Package,
) -> Result<Option<String>, SandboxError> {
    let name = package.deployment;
    let path = one(DEPLOYMENTS, (place(csv).0, name));
    let Some(found) = context.api.find(&path).await? else {
        return Ok(Some(format!("deployment {name} not found")));
    };
    let waiting = format!("waiting for deployment {name} to become ready: deployment");
    if *env_of(&found) != wanted_env(context, csv, package).await? {
        return Ok(Some(format!("{waiting} {CHANGED}5d8f6c7b9, new hash=7c9b4d5f8")));
    }
    let why = format!("{waiting} \"{name}\" not available: Deployment does not have minimum availability.");
    Ok((!is_available(&found)).then_some(why))
}

async fn wanted_env(context: &Context, csv: &Value, package: &Package) -> Result<Value, SandboxError> {
    let subscriptions = context.api.list(&within(SUBSCRIPTIONS, place(csv).0)).await?;
    let own = subscriptions.iter().find(|subscription| subscription["spec"]["name"] == package.name);
    Ok(deployment::env(csv, package, own))
}

async fn write_deployment(context: &Context, csv: &Value, package: &Package) -> Result<(), SandboxError> {
    let env = wanted_env(context, csv, package).await?;
    let object = deployment::object(csv, package, &env);
    let (namespace, _) = place(csv);
    let path = one(DEPLOYMENTS, (namespace, package.deployment));
    match context.api.find(&path).await? {
        None => context.api.create(&within(DEPLOYMENTS, namespace), &object).await,
        Some(_) => context.api.merge(&path, &json!({
            "metadata": {
                "labels": object["metadata"]["labels"], "ownerReferences": object["metadata"]["ownerReferences"],
            },
            "spec": {"template": object["spec"]["template"]},
        })).await,
    }
}

/// What comes with an operator that runs: its namespace, and the end of the version before it.
async fn settle(context: &Context, csv: &Value, package: &Package) -> Result<(), SandboxError> {
    if let Some(name) = package.namespace {
        let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
        context.api.create(NAMESPACES, &object).await?;
    }
    let (namespace, name) = place(csv);
    for (_, other) in package.channels.iter().filter(|(_, other)| *other != name) {
        context.api.delete(&one(CSVS, (namespace, other))).await?;
    }
    Ok(())
}

fn status(csv: &Value, next: &Phase) -> Value {
    let Phase { name, reason, message } = next;
    let (_, csv_name) = place(csv);
    let now = now();
    let latest = json!({
        "phase": name, "reason": reason, "message": message, "lastTransitionTime": now, "lastUpdateTime": now,
    });
    let mut conditions: Vec<Value> = items(&csv["status"]["conditions"]).cloned().collect();
    conditions.push(latest.clone());
    let mut status = latest;
    status["conditions"] = conditions.into();
    status["cleanup"] = json!({});
    let owned = items(&csv["spec"]["customresourcedefinitions"]["owned"]);
    let present = if *name == "Pending" { "NotPresent" } else { "Present" };
    status["requirementStatus"] = owned
        .map(|one| {
            json!({
                "group": "apiextensions.k8s.io", "version": "v1", "kind": "CustomResourceDefinition",
                "name": one["name"], "status": present,
                "message": if present == "Present" { "CRD is present and Established condition is true" }
                    else { "CRD is not present" },
            })
        })
        .chain([json!({
            "group": "operators.coreos.com", "version": "v1alpha1", "kind": "ClusterServiceVersion",
            "name": csv_name, "status": "Present", "message": "CSV minKubeVersion (1.25.0) less than server version",
        })])
        .collect();
    status
}
