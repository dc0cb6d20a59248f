//! InstallPlans: approved, they bring ClusterServiceVersions and, a moment later, definitions.

use serde_json::{Value, json};

use super::manifest;
use super::packages::{Package, of_csv};
use crate::SandboxError;
use crate::definition;
use crate::openshift::condition::{condition, dated, now};
use crate::openshift::context::{Context, items, place, text};
use crate::openshift::paths::{CSVS, INSTALL_PLANS, OPERATOR_GROUPS, one, within};

pub(in crate::openshift) async fn round(context: &mut Context) -> Result<(), SandboxError> {
    for plan in context.api.list(INSTALL_PLANS).await? {
        match text(&plan["status"]["phase"]) {
            "RequiresApproval" if plan["spec"]["approved"] == true => {
                let path = one(INSTALL_PLANS, place(&plan));
                context.set_status(&path, &plan, &json!({"phase": "Installing"})).await?;
            }
            "Installing" => install(context, &plan).await?,
            _ => {}
        }
    }
    Ok(())
}

async fn install(context: &mut Context, plan: &Value) -> Result<(), SandboxError> {
    let (namespace, _) = place(plan);
    let path = one(INSTALL_PLANS, place(plan));
    let groups = context.api.list(&within(OPERATOR_GROUPS, namespace)).await?;
    if groups.is_empty() {
        let said = "no operator group found that is managing this namespace";
        let failed = vec![condition("Installed", "False", "", said)];
        let conditions = dated(&plan["status"]["conditions"], failed);
        return context.set_status(&path, plan, &json!({"conditions": conditions})).await;
    }
    let mut brought: Vec<&Package> = Vec::new();
    for csv in items(&plan["spec"]["clusterServiceVersionNames"]).map(text) {
        let Some(package) = of_csv(csv) else { continue };
        let object = manifest::csv(csv, package, namespace, groups.first());
        context.api.create(&within(CSVS, namespace), &object).await?;
        brought.push(package);
    }
    let delay = context.options().definitions;
    if !context.timers.over(format!("definitions {}", plan["metadata"]["uid"]), delay) {
        return Ok(());
    }
    for package in brought {
        let labels = json!({"olm.managed": "true", manifest::component(package.name, namespace): ""});
        definition::create(&context.api, package.definitions, &labels).await?;
    }
    context.set_status(&path, plan, &complete(plan)).await
}

fn complete(plan: &Value) -> Value {
    let steps = items(&plan["status"]["plan"]).map(|step| {
        let mut step = step.clone();
        step["status"] = json!("Created");
        step
    });
    let conditions = vec![condition("Installed", "True", "", "")];
    json!({
        "phase": "Complete", "plan": steps.collect::<Vec<_>>(), "startTime": now(),
        "conditions": dated(&plan["status"]["conditions"], conditions),
    })
}
