//! Subscriptions: resolved together with the others of their namespace, and told how far their InstallPlan is.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::manifest;
use super::resolve;
use super::subscription_status::{Known, status};
use crate::SandboxError;
use crate::openshift::context::{Context, place, text};
use crate::openshift::paths::{CATALOGS, CSVS, INSTALL_PLANS, SUBSCRIPTIONS, one, within};

pub(in crate::openshift) async fn round(context: &mut Context) -> Result<(), SandboxError> {
    let subscriptions = context.api.list(SUBSCRIPTIONS).await?;
    if subscriptions.is_empty() {
        return Ok(());
    }
    let catalogs = context.api.list(CATALOGS).await?;
    let namespaces: BTreeSet<&str> = subscriptions.iter().map(|one| place(one).0).collect();
    for namespace in namespaces {
        let own: Vec<&Value> = subscriptions.iter().filter(|one| place(one).0 == namespace).collect();
        in_namespace(context, namespace, &own, &catalogs).await?;
    }
    Ok(())
}

async fn in_namespace(
    context: &mut Context,
    namespace: &str,
    subscriptions: &[&Value],
    catalogs: &[Value],
) -> Result<(), SandboxError> {
    let resolved = resolve::now(context, subscriptions, catalogs);
    let mut plans = context.api.list(&within(INSTALL_PLANS, namespace)).await?;
    let csvs = context.api.list(&within(CSVS, namespace)).await?;
    if let Ok(heads) = &resolved {
        let new: Vec<(&Value, &str)> = subscriptions
            .iter()
            .zip(heads)
            .filter(|(_, head)| !planned(&plans, head) && !csvs.iter().any(|csv| place(csv).1 == **head))
            .map(|(subscription, head)| (*subscription, *head))
            .collect();
        if !new.is_empty() && context.step(&format!("resolution {namespace}")) {
            plans.push(make_plan(context, namespace, &new).await?);
        }
    }
    let known = Known { catalogs, plans: &plans, csvs: &csvs };
    for (number, subscription) in subscriptions.iter().enumerate() {
        let head = resolved.as_ref().map(|heads| heads[number]);
        let wanted = status(subscription, head, &known);
        context.set_status(&one(SUBSCRIPTIONS, place(subscription)), subscription, &wanted).await?;
    }
    Ok(())
}

fn planned(plans: &[Value], csv: &str) -> bool {
    plans.iter().any(|plan| manifest::brings(plan, csv))
}

/// One InstallPlan for all that is new in the namespace. It is Manual where one of its Subscriptions is.
async fn make_plan(
    context: &Context,
    namespace: &str,
    new: &[(&Value, &str)],
) -> Result<Value, SandboxError> {
    let manual = new.iter().any(|(subscription, _)| subscription["spec"]["installPlanApproval"] == "Manual");
    let heads: Vec<&str> = new.iter().map(|(_, head)| *head).collect();
    let subscriptions: Vec<&Value> = new.iter().map(|(subscription, _)| *subscription).collect();
    let plan = manifest::install_plan(namespace, &subscriptions, &heads, manual);
    let path = within(INSTALL_PLANS, namespace);
    let mut made = context.api.post(&path, &plan).await?;
    let status = manifest::planned(&heads, manual);
    let name = text(&made["metadata"]["name"]).to_owned();
    context.api.merge(&format!("{path}/{name}/status"), &json!({"status": status})).await?;
    made["status"] = status;
    Ok(made)
}
