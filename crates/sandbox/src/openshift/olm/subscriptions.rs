//! Subscriptions: resolved together with the others of their namespace, and told how far their InstallPlan is.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::catalogs::{is_known, seen_from};
use super::manifest::Planned;
use super::resolve::{Scene, resolve};
use super::subscription_status::{Known, Outcome, plan_of, status};
use super::unpacking::{self, Unpacked};
use crate::SandboxError;
use crate::openshift::context::{Context, place, text};
use crate::openshift::paths::{CATALOGS, CSVS, INSTALL_PLANS, OPERATOR_GROUPS, SUBSCRIPTIONS, one, within};

/// The InstallPlan that has made a Subscription, where one has.
const GENERATED_BY: &str = "olm.generated-by";

pub(in crate::openshift) async fn round(context: &mut Context) -> Result<(), SandboxError> {
    let subscriptions = context.api.list(SUBSCRIPTIONS).await?;
    if subscriptions.is_empty() {
        return Ok(());
    }
    let catalogs = context.api.list(CATALOGS).await?;
    let namespaces: BTreeSet<&str> = subscriptions.iter().map(|one| place(one).0).collect();
    for namespace in namespaces {
        let own: Vec<&Value> = subscriptions.iter().filter(|one| place(one).0 == namespace).collect();
        in_namespace(context, namespace, &own, &seen_from(namespace, &catalogs)).await?;
    }
    Ok(())
}

async fn in_namespace(
    context: &mut Context,
    namespace: &str,
    subscriptions: &[&Value],
    catalogs: &[&Value],
) -> Result<(), SandboxError> {
    let groups = context.api.list(&within(OPERATOR_GROUPS, namespace)).await?;
    let plans = context.api.list(&within(INSTALL_PLANS, namespace)).await?;
    let csvs = context.api.list(&within(CSVS, namespace)).await?;
    let silent = catalogs.iter().copied().filter(|catalog| !is_known(context, catalog)).collect();
    let scene = Scene { namespace, subscriptions, catalogs, silent, csvs: &csvs };
    // OLM says in its log alone that it can't work here.
    let works = groups.len() == 1 && !subscriptions.iter().any(|one| is_stranded(one, &plans));
    let outcome = if works { outcome(context, &scene, &plans).await? } else { Outcome::Silent };
    let known = Known { catalogs, plans: &plans, scene: &scene };
    for subscription in subscriptions {
        if let Some(wanted) = status(subscription, &outcome, &known) {
            let path = one(SUBSCRIPTIONS, place(subscription));
            context.set_status(&path, subscription, &wanted).await?;
        }
    }
    Ok(())
}

/// Whether the InstallPlan that has made a Subscription is gone before OLM has seen it.
fn is_stranded(subscription: &Value, plans: &[Value]) -> bool {
    let maker = subscription["metadata"]["annotations"][GENERATED_BY].as_str();
    subscription["status"]["installPlanRef"].is_null()
        && maker.is_some_and(|maker| !plans.iter().any(|plan| place(plan).1 == maker))
}

/// Whether a Subscription has an InstallPlan whose ClusterServiceVersion is not there yet, be it that it failed.
fn is_pending(subscription: &Value, plans: &[Value], scene: &Scene<'_>) -> bool {
    let current = text(&subscription["status"]["currentCSV"]);
    plan_of(subscription, plans).is_some() && !scene.has(current)
}

async fn outcome(context: &mut Context, scene: &Scene<'_>, plans: &[Value]) -> Result<Outcome, SandboxError> {
    let pending = |one: &Value| is_pending(one, plans, scene);
    if scene.subscriptions.iter().all(|one| pending(one)) {
        return Ok(Outcome::Resting);
    }
    let found = match resolve(scene, &context.options()) {
        Ok(found) => found,
        Err(why) => {
            let message = context.texts.now(&mut context.timers, scene.namespace, &why.texts).to_owned();
            return Ok(Outcome::Unresolved { reason: why.reason, message });
        }
    };
    context.texts.forget(scene.namespace);
    let is_new = |(subscription, csv): &(&Value, &str)| {
        let has = subscription["status"]["currentCSV"] == *csv && scene.has(csv);
        !has && !pending(subscription)
    };
    let pairs = scene.subscriptions.iter().copied().zip(found);
    install(context, scene, plans, pairs.filter(is_new).collect()).await
}

/// Unpacks what is new, then plans it.
async fn install(
    context: &mut Context,
    scene: &Scene<'_>,
    plans: &[Value],
    new: Vec<(&Value, &'static str)>,
) -> Result<Outcome, SandboxError> {
    if new.is_empty() {
        return Ok(Outcome::Settled);
    }
    let what: Vec<String> =
        new.iter().map(|(subscription, csv)| format!("{csv} {}", subscription["metadata"]["uid"])).collect();
    Ok(match unpacking::look(context, &what.join(" ")) {
        Unpacked::Going(message) => Outcome::Unpacking(message),
        Unpacked::Failed(message) => Outcome::UnpackFailed(message),
        Unpacked::Done => {
            let csvs = new.iter().map(|(_, csv)| *csv).collect();
            let plan = make_plan(context, scene, plans, csvs).await?;
            let name = |(one, csv): (&Value, &'static str)| (place(one).1.to_owned(), csv);
            Outcome::Planned { plan, of: new.into_iter().map(name).collect() }
        }
    })
}

/// One InstallPlan for all that is new in the namespace. It is Manual where one of its Subscriptions is.
async fn make_plan(
    context: &Context,
    scene: &Scene<'_>,
    plans: &[Value],
    csvs: Vec<&'static str>,
) -> Result<Value, SandboxError> {
    let manual = scene.subscriptions.iter().any(|one| one["spec"]["installPlanApproval"] == "Manual");
    let generations = plans.iter().filter_map(|plan| plan["spec"]["generation"].as_u64());
    let generation = generations.max().unwrap_or(0) + 1;
    let Scene { namespace, subscriptions, .. } = scene;
    let planned = Planned { namespace, subscriptions, csvs, manual, generation };
    let path = within(INSTALL_PLANS, namespace);
    let mut made = context.api.post(&path, &planned.object()).await?;
    let status = planned.status();
    let name = text(&made["metadata"]["name"]).to_owned();
    context.api.merge(&format!("{path}/{name}/status"), &json!({"status": status})).await?;
    made["status"] = status;
    Ok(made)
}
