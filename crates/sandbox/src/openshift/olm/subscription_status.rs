//! The status of a Subscription: how healthy its catalogs are, what was resolved, and how far the installation is.

use serde_json::{Value, json};

use super::catalogs::is_healthy;
use super::resolve::Scene;
use crate::openshift::condition::{condition, dated, now};
use crate::openshift::context::{covers, items, place, text};

/// What is there for the Subscription's namespace.
pub(super) struct Known<'a> {
    pub catalogs: &'a [&'a Value],
    pub plans: &'a [Value],
    pub scene: &'a Scene<'a>,
}

/// What came of a namespace.
#[derive(Debug)]
pub(super) enum Outcome {
    /// OLM can't work there, and says so to nobody.
    Silent,
    /// Each has its InstallPlan.
    Resting,
    Unresolved {
        reason: &'static str,
        message: String,
    },
    Unpacking(String),
    UnpackFailed(String),
    /// There is nothing new.
    Settled,
    /// An InstallPlan, and by name the Subscriptions it was made for, each with what it is to have.
    Planned {
        plan: Value,
        of: Vec<(String, &'static str)>,
    },
}

impl Outcome {
    fn planned(&self, subscription: &Value) -> Option<(&Value, &'static str)> {
        let Self::Planned { plan, of } = self else { return None };
        of.iter().find(|(name, _)| name == place(subscription).1).map(|(_, csv)| (plan, *csv))
    }

    /// Conditions that say why nothing is planned.
    fn conditions(&self, before: &Value) -> Vec<Value> {
        let of = |kinds: &[&str]| -> Vec<Value> {
            items(&before["conditions"]).filter(|one| kinds.contains(&text(&one["type"]))).cloned().collect()
        };
        match self {
            Self::Silent | Self::Settled | Self::Planned { .. } => Vec::new(),
            Self::Resting => of(&["ResolutionFailed", "BundleUnpacking", "BundleUnpackFailed"]),
            Self::Unresolved { reason, message } => {
                vec![condition("ResolutionFailed", "True", reason, message)]
            }
            Self::Unpacking(message) => {
                let mut all = of(&["ResolutionFailed"]);
                all.push(condition("BundleUnpacking", "True", "UnpackingInProgress", message));
                all
            }
            Self::UnpackFailed(message) => {
                vec![condition("BundleUnpackFailed", "True", "BundleUnpackFailed", message)]
            }
        }
    }
}

/// The InstallPlan that a Subscription refers to.
pub(super) fn plan_of<'a>(subscription: &Value, plans: &'a [Value]) -> Option<&'a Value> {
    let name = subscription["status"]["installPlanRef"]["name"].as_str()?;
    plans.iter().find(|plan| place(plan).1 == name)
}

/// The status that a Subscription should have, without what changes with every look; nothing where nothing is said.
pub(super) fn status(subscription: &Value, outcome: &Outcome, known: &Known<'_>) -> Option<Value> {
    let before = &subscription["status"];
    let planned = outcome.planned(subscription);
    let plan = planned.map(|(plan, _)| plan).or_else(|| plan_of(subscription, known.plans));
    if matches!(outcome, Outcome::Silent) {
        return plan.map(|plan| of_plan_alone(before, plan));
    }
    let mut status = json!({"catalogHealth": healths(before, known.catalogs)});
    progress(&mut status, subscription, planned, plan, known);
    if let Some(plan) = plan {
        refer(&mut status, plan);
    }
    let mut conditions = vec![catalog_health(subscription, known.catalogs)];
    conditions.extend(outcome.conditions(before));
    conditions.extend(plan.and_then(pending));
    if plan.is_none() && before["state"] == "AtLatestKnown" {
        conditions.push(condition("InstallPlanMissing", "True", "ReferencedInstallPlanNotFound", ""));
    }
    status["conditions"] = dated(&before["conditions"], conditions);
    if !covers(before, &status) {
        status["lastUpdated"] = json!(now());
    }
    Some(status)
}

/// What the Subscription has, or is about to have.
fn progress(
    status: &mut Value,
    subscription: &Value,
    planned: Option<(&Value, &str)>,
    plan: Option<&Value>,
    known: &Known<'_>,
) {
    let before = &subscription["status"];
    let current = planned.map(|(_, csv)| csv).or_else(|| before["currentCSV"].as_str());
    let Some(csv) = current else { return };
    if planned.is_none() && known.scene.has(csv) {
        status["state"] = json!("AtLatestKnown");
        status["installedCSV"] = json!(csv);
    } else if plan.is_some() {
        status["state"] = json!("UpgradePending");
    } else {
        // It is resolved anew.
        for field in ["currentCSV", "state", "installplan", "installPlanRef"] {
            status[field] = Value::Null;
        }
        return;
    }
    status["currentCSV"] = json!(csv);
}

/// How its InstallPlan is, though nothing else is said.
fn of_plan_alone(before: &Value, plan: &Value) -> Value {
    let of_plans = ["InstallPlanPending", "InstallPlanFailed"];
    let others = items(&before["conditions"]).filter(|one| !of_plans.contains(&text(&one["type"])));
    let conditions = others.cloned().chain(pending(plan)).collect();
    json!({"conditions": dated(&before["conditions"], conditions)})
}

fn refer(status: &mut Value, plan: &Value) {
    let (namespace, name) = place(plan);
    let reference = json!({
        "apiVersion": "operators.coreos.com/v1alpha1", "kind": "InstallPlan", "name": name, "uid": plan["metadata"]["uid"],
    });
    status["installplan"] = json!({
        "apiVersion": reference["apiVersion"], "kind": "InstallPlan", "name": name, "uuid": reference["uid"],
    });
    status["installPlanRef"] = reference;
    status["installPlanRef"]["namespace"] = json!(namespace);
    status["installPlanGeneration"] = plan["spec"]["generation"].clone();
}

/// What an InstallPlan that is not complete says of itself.
fn pending(plan: &Value) -> Option<Value> {
    let failed = items(&plan["status"]["conditions"]).find(|one| one["status"] == "False");
    match text(&plan["status"]["phase"]) {
        "Complete" => None,
        "Failed" => {
            let (reason, message) =
                failed.map_or(("InstallPlanFailed", ""), |one| (text(&one["reason"]), text(&one["message"])));
            Some(condition("InstallPlanFailed", "True", reason, message))
        }
        "" => Some(condition("InstallPlanPending", "True", "InstallPlanNotYetReconciled", "")),
        phase => {
            let message = failed.map_or("", |one| text(&one["message"]));
            Some(condition("InstallPlanPending", "True", phase, message))
        }
    }
}

fn catalog_health(subscription: &Value, catalogs: &[&Value]) -> Value {
    let spec = &subscription["spec"];
    let (namespace, name) = (text(&spec["sourceNamespace"]), text(&spec["source"]));
    let unhealthy = |message: String| {
        condition("CatalogSourcesUnhealthy", "True", "UnhealthyCatalogSourceFound", &message)
    };
    match catalogs.iter().find(|catalog| place(catalog) == (namespace, name)) {
        None => unhealthy(format!("targeted catalogsource {namespace}/{name} missing")),
        Some(target) if !is_healthy(target) => {
            unhealthy(format!("targeted catalogsource {namespace}/{name} unhealthy"))
        }
        Some(_) if !catalogs.iter().all(|one| is_healthy(one)) => unhealthy(String::new()),
        Some(_) => condition(
            "CatalogSourcesUnhealthy",
            "False",
            "AllCatalogSourcesHealthy",
            "all available catalogsources are healthy",
        ),
    }
}

fn healths(before: &Value, catalogs: &[&Value]) -> Value {
    let health = |catalog: &&Value| {
        let metadata = &catalog["metadata"];
        let mut health = json!({
            "catalogSourceRef": {
                "apiVersion": "operators.coreos.com/v1alpha1", "kind": "CatalogSource", "name": metadata["name"],
                "namespace": metadata["namespace"], "uid": metadata["uid"],
            },
            "healthy": is_healthy(catalog),
        });
        let same = |one: &&Value| {
            one["catalogSourceRef"] == health["catalogSourceRef"] && one["healthy"] == health["healthy"]
        };
        let since = items(&before["catalogHealth"]).find(same).map(|one| one["lastUpdated"].clone());
        health["lastUpdated"] = since.unwrap_or_else(|| json!(now()));
        health
    };
    catalogs.iter().map(health).collect()
}
