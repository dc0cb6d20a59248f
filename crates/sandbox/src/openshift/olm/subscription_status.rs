//! The status of a Subscription: how healthy its catalogs are, what was resolved, and how far the installation is.

use serde_json::{Value, json};

use super::catalogs::is_ready;
use super::manifest::brings;
use super::resolve::Unresolved;
use crate::openshift::condition::{condition, dated, now};
use crate::openshift::context::{items, place, text};
use crate::openshift::world::MARKETPLACE;

/// What is there in the Subscription's namespace.
pub(super) struct Known<'a> {
    pub catalogs: &'a [Value],
    pub plans: &'a [Value],
    pub csvs: &'a [Value],
}

/// The status that a Subscription should have, without what changes with every look.
pub(super) fn status(
    subscription: &Value,
    head: Result<&'static str, &Unresolved>,
    known: &Known<'_>,
) -> Value {
    let before = &subscription["status"];
    let mut conditions = vec![catalog_health(subscription, known.catalogs)];
    if let Err(why) = head {
        conditions.push(condition("ResolutionFailed", "True", why.reason, &why.message));
    }
    let current = head.ok().map(str::to_owned).or_else(|| before["currentCSV"].as_str().map(str::to_owned));
    let plan = current.as_deref().and_then(|csv| known.plans.iter().rev().find(|plan| brings(plan, csv)));
    conditions.extend(plan.and_then(pending));
    let mut status = json!({"catalogHealth": healths(before, known.catalogs)});
    let current = current.filter(|csv| plan.is_some() || known.csvs.iter().any(|one| place(one).1 == csv));
    if let Some(csv) = current {
        let installed = known.csvs.iter().any(|one| place(one).1 == csv);
        status["currentCSV"] = json!(csv);
        status["state"] = json!(if installed { "AtLatestKnown" } else { "UpgradePending" });
        if installed {
            status["installedCSV"] = json!(csv);
        }
    }
    if let Some(plan) = plan {
        refer(&mut status, plan);
    }
    status["conditions"] = dated(&before["conditions"], conditions);
    if !super::super::context::covers(before, &status) {
        status["lastUpdated"] = json!(now());
    }
    status
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
                failed.map_or(("", ""), |one| (text(&one["reason"]), text(&one["message"])));
            Some(condition("InstallPlanFailed", "True", reason, message))
        }
        "" => Some(condition("InstallPlanPending", "True", "InstallPlanNotYetReconciled", "")),
        phase => {
            let message = failed.map_or("", |one| text(&one["message"]));
            Some(condition("InstallPlanPending", "True", phase, message))
        }
    }
}

fn catalog_health(subscription: &Value, catalogs: &[Value]) -> Value {
    let spec = &subscription["spec"];
    let (namespace, name) = (text(&spec["sourceNamespace"]), text(&spec["source"]));
    let unhealthy = |message: String| {
        condition("CatalogSourcesUnhealthy", "True", "UnhealthyCatalogSourceFound", &message)
    };
    match catalogs.iter().find(|catalog| place(catalog) == (namespace, name)) {
        None => unhealthy(format!("targeted catalogsource {namespace}/{name} missing")),
        Some(target) if !is_ready(target) => {
            unhealthy(format!("targeted catalogsource {namespace}/{name} unhealthy"))
        }
        Some(_) if catalogs.iter().any(|one| place(one).0 == MARKETPLACE && !is_ready(one)) => {
            unhealthy(String::new())
        }
        Some(_) => condition(
            "CatalogSourcesUnhealthy",
            "False",
            "AllCatalogSourcesHealthy",
            "all available catalogsources are healthy",
        ),
    }
}

fn healths(before: &Value, catalogs: &[Value]) -> Value {
    let own = |catalog: &&Value| place(catalog).0 == MARKETPLACE;
    let health = |catalog: &Value| {
        let metadata = &catalog["metadata"];
        let mut health = json!({
            "catalogSourceRef": {
                "apiVersion": "operators.coreos.com/v1alpha1", "kind": "CatalogSource", "name": metadata["name"],
                "namespace": metadata["namespace"], "uid": metadata["uid"],
            },
            "healthy": is_ready(catalog),
        });
        let same = |one: &&Value| {
            one["catalogSourceRef"] == health["catalogSourceRef"] && one["healthy"] == health["healthy"]
        };
        let since = items(&before["catalogHealth"]).find(same).map(|one| one["lastUpdated"].clone());
        health["lastUpdated"] = since.unwrap_or_else(|| json!(now()));
        health
    };
    catalogs.iter().filter(own).map(health).collect()
}
