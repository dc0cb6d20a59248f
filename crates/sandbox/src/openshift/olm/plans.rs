//! InstallPlans: approved, they bring ClusterServiceVersions, their ServiceAccounts and, a moment later, definitions. What
//! can't be executed is tried again for a minute, and never after that.

use serde_json::{Value, json};

use super::component::component;
use super::copies::is_copy;
use super::manifest;
use super::packages::{Package, of_csv};
use crate::SandboxError;
use crate::definition;
use crate::openshift::condition::{condition, dated, now};
use crate::openshift::context::{Context, items, owned_by, place, text};
use crate::openshift::paths::{CSVS, INSTALL_PLANS, OPERATOR_GROUPS, SERVICE_ACCOUNTS, one, within};

pub(in crate::openshift) async fn round(context: &mut Context) -> Result<(), SandboxError> {
    for plan in context.api.list(INSTALL_PLANS).await? {
        let path = one(INSTALL_PLANS, place(&plan));
        match text(&plan["status"]["phase"]) {
            "RequiresApproval" if plan["spec"]["approved"] == true => {
                context.set_status(&path, &plan, &json!({"phase": "Installing", "message": null})).await?;
            }
            "Installing" => {
                let status = install(context, &plan).await?;
                context.set_status(&path, &plan, &status).await?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// What is installed on the way, and the status after it.
async fn install(context: &mut Context, plan: &Value) -> Result<Value, SandboxError> {
    let (namespace, _) = place(plan);
    let groups = context.api.list(&within(OPERATOR_GROUPS, namespace)).await?;
    let [group] = groups.as_slice() else { return Ok(ungrouped(plan, groups.len())) };
    let started = plan["status"]["startTime"].as_str().map_or_else(now, str::to_owned);
    let mut status = json!({"startTime": started, "conditions": []});
    let csvs = context.api.list(&within(CSVS, namespace)).await?;
    let mut brought: Vec<&'static Package> = Vec::new();
    for name in items(&plan["spec"]["clusterServiceVersionNames"]).map(text) {
        let Some(package) = of_csv(name) else { continue };
        bring(context, namespace, group, name, &csvs).await?;
        brought.push(package);
    }
    if let Some(why) = failing(context, &brought) {
        merge(&mut status, failed(context, plan, &why));
        return Ok(status);
    }
    let delay = context.options().definitions;
    for package in &brought {
        account(context, namespace, package).await?;
    }
    if !context.timers.over(format!("definitions {}", plan["metadata"]["uid"]), delay) {
        return Ok(status);
    }
    for package in brought {
        let labels = json!({"olm.managed": "true", component(package.name, namespace): ""});
        definition::create(&context.api, package.definitions, &labels).await?;
    }
    merge(&mut status, complete(plan, &csvs));
    Ok(status)
}

fn merge(status: &mut Value, more: Value) {
    if let (Some(status), Value::Object(more)) = (status.as_object_mut(), more) {
        status.extend(more);
    }
}

/// No OperatorGroup, or more than one.
fn ungrouped(plan: &Value, groups: usize) -> Value {
    let said = match groups {
        0 => "no operator group found that is managing this namespace".to_owned(),
        count => format!("more than one operator group(s) are managing this namespace count={count}"),
    };
    let conditions = vec![condition("Installed", "False", "InstallCheckFailed", &said)];
    json!({"conditions": dated(&plan["status"]["conditions"], conditions)})
}

/// Makes a ClusterServiceVersion; one of that name that is there, be it a copy, is as good.
async fn bring(
    context: &Context,
    namespace: &str,
    group: &Value,
    name: &str,
    csvs: &[Value],
) -> Result<(), SandboxError> {
    let Some(package) = of_csv(name) else { return Ok(()) };
    let newest = newest(csvs, package).map(|csv| place(csv).1);
    let older = newest.filter(|older| *older != name);
    let object = manifest::csv(name, package, namespace, Some(group), older);
    context.api.create(&within(CSVS, namespace), &object).await
}

/// The ClusterServiceVersion of a package that no other replaces.
fn newest<'a>(csvs: &'a [Value], package: &Package) -> Option<&'a Value> {
    csvs.iter().find(|csv| {
        let name = place(csv).1;
        !is_copy(csv)
            && of_csv(name).is_some_and(|one| one.name == package.name)
            && !csvs.iter().any(|other| other["spec"]["replaces"] == name)
    })
}

/// The ServiceAccount of the newest ClusterServiceVersion of a package.
async fn account(context: &Context, namespace: &str, package: &Package) -> Result<(), SandboxError> {
    let csvs = context.api.list(&within(CSVS, namespace)).await?;
    let Some(csv) = newest(&csvs, package) else { return Ok(()) };
    let owners = owned_by(csv, "operators.coreos.com/v1alpha1", "ClusterServiceVersion");
    let metadata = json!({"name": package.deployment, "namespace": namespace, "ownerReferences": owners});
    let object = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata});
    context.api.create(&within(SERVICE_ACCOUNTS, namespace), &object).await?;
    let path = one(SERVICE_ACCOUNTS, (namespace, package.deployment));
    context.api.merge(&path, &json!({"metadata": {"ownerReferences": owners}})).await
}

fn failing(context: &Context, brought: &[&Package]) -> Option<String> {
    let failing = context.options().failing_plan?;
    brought.iter().any(|package| package.name == failing.package).then_some(failing.message)
}

fn failed(context: &mut Context, plan: &Value, why: &str) -> Value {
    let timeout = context.options().plan_timeout;
    if !context.timers.over(format!("plan {}", plan["metadata"]["uid"]), timeout) {
        return json!({"message": format!("retrying execution due to error: {why}")});
    }
    let conditions = vec![condition("Installed", "False", "InstallComponentFailed", why)];
    json!({
        "phase": "Failed", "message": why, "conditions": dated(&plan["status"]["conditions"], conditions),
    })
}

fn complete(plan: &Value, before: &[Value]) -> Value {
    let steps = items(&plan["status"]["plan"]).map(|step| {
        let resource = &step["resource"];
        let copied = resource["kind"] == "ClusterServiceVersion"
            && before.iter().any(|csv| is_copy(csv) && place(csv).1 == text(&resource["name"]));
        let mut step = step.clone();
        step["status"] = json!(if copied { "Present" } else { "Created" });
        step
    });
    let conditions = vec![condition("Installed", "True", "", "")];
    json!({
        "phase": "Complete", "plan": steps.collect::<Vec<_>>(), "message": null,
        "conditions": dated(&plan["status"]["conditions"], conditions),
    })
}
