//! What OLM says about an installation, and when to stop believing that it will still come: pure, the time is handed in.

mod amiss;
mod csv;
mod plans;
mod resolution;
mod standing;
mod words;

use std::time::Duration;

use cluster_access::ObjectRef;
use secret::one_line;
use serde_json::Value;

pub(super) use amiss::{MISSING, NOT_READ, is_read};
pub(super) use csv::{COPIED_FROM, copied_from, said};
pub(super) use plans::{approval, approved, failed as failed_plan, meant, needs_approval};
pub use standing::Standing;

use crate::ArgoCdError;
use crate::wait::{Reason, Seen, Verdict};
use amiss::{Amiss, no_catalog};
use csv::{Failures, RETRIED, phase};
use resolution::{Blame, Trouble, at_work, trouble};
use words::name;

use super::{cure, objects};

/// How long a resolution error may stand while its catalog is READY. Fresh clusters pass through such errors.
const RESOLUTION: Duration = Duration::from_secs(120);

/// How long OLM may say nothing at all until its log is pointed out.
const SILENT: Duration = Duration::from_secs(30);

/// Judges what is seen of Subscription, InstallPlan, ClusterServiceVersion, CatalogSource and OperatorGroups.
#[derive(Debug, Default)]
pub(super) struct Judge {
    resolution: Standing,
    amiss: Standing,
    silence: Standing,
    failures: Failures,
    /// The last ClusterServiceVersion that the Subscription meant.
    meant: Option<String>,
}

impl Judge {
    /// Done with the ClusterServiceVersion that the Subscription means.
    pub(super) fn judge(&mut self, place: &ObjectRef, seen: &Seen, now: Duration) -> Verdict<Value> {
        let csv = seen.of("ClusterServiceVersion");
        if let Some(meant) = seen.named("ClusterServiceVersion") {
            self.meant = Some(meant.to_string());
        }
        let is_final = csv.is_some_and(|csv| self.failures.are_final(csv, now));
        let amiss = Amiss::of(seen);
        let stood = self.amiss.stands(amiss.as_ref().map(Amiss::key), now);
        // A resolution error beside a ClusterServiceVersion that is being installed is another operator's.
        let trouble = seen.of("Subscription").and_then(trouble).filter(|_| csv.is_none());
        let unresolved = self.unresolved(trouble.as_ref(), seen, now);
        if let Some(csv) = csv.filter(|csv| phase(csv) == "Succeeded" && copied_from(csv).is_none()) {
            return Verdict::Done(csv.clone());
        }
        if let Some(error) = csv.filter(|_| is_final).map(failed_csv).or_else(|| hopeless(place, seen)) {
            return Verdict::Failed(error);
        }
        if let Some(amiss) = amiss {
            if stood >= amiss.lasts() {
                return Verdict::Failed(amiss.error(place, seen, self.meant.clone()));
            }
            if let Some(words) = amiss.words(place, seen) {
                return Verdict::Waiting(words.into());
            }
        }
        match trouble {
            Some(trouble) if unresolved => Verdict::Failed(unresolvable(place, &trouble, seen)),
            trouble => Verdict::Waiting(self.reason(place, seen, trouble, now)),
        }
    }

    /// Whether a resolution error has stood for too long.
    fn unresolved(&mut self, trouble: Option<&Trouble>, seen: &Seen, now: Duration) -> bool {
        let ready = state(seen).as_deref() == Some("READY");
        let counts = trouble.filter(|trouble| match &trouble.blame {
            Blame::Own | Blame::Orphan(_) => ready,
            Blame::Catalog(catalog) => ready && is_own(catalog, seen),
            Blame::Subscription(_) => false,
        });
        let stood = self.resolution.stands(counts.map(|trouble| trouble.standing.as_str()), now);
        match counts.map(|trouble| &trouble.blame) {
            None => false,
            Some(Blame::Orphan(_)) => stood >= RETRIED,
            Some(_) => stood >= RESOLUTION,
        }
    }

    /// Why it is waited for.
    fn reason(&mut self, place: &ObjectRef, seen: &Seen, trouble: Option<Trouble>, now: Duration) -> Reason {
        let namespace = place.namespace.as_deref().unwrap_or_default();
        let plan = seen.of("InstallPlan");
        if let Some(plan) = plan.filter(|plan| needs_approval(plan)) {
            return approval(plan);
        }
        if let Some(retried) = plan.and_then(plans::retried) {
            return retried.into();
        }
        if let Some(csv) = seen.of("ClusterServiceVersion") {
            return csv::said(csv).into();
        }
        if let Some(trouble) = trouble {
            return unresolved_yet(trouble, namespace, seen);
        }
        if let Some(catalog) = not_ready(seen) {
            return catalog.into();
        }
        let subscription = seen.of("Subscription").unwrap_or(&Value::Null);
        if let Some((words, pull_failed)) = at_work(subscription) {
            let reason = Reason::from(words);
            return if pull_failed {
                reason.cured_by(cure::unpacking(&source_namespace(seen)))
            } else {
                reason
            };
        }
        let (words, silent) = state_of(subscription);
        let silence = self.silence.stands(silent.then_some("silent"), now);
        let reason = Reason::from(words);
        if silent && silence >= SILENT { reason.cured_by(cure::silent()) } else { reason }
    }
}

/// What no waiting mends.
fn hopeless(place: &ObjectRef, seen: &Seen) -> Option<ArgoCdError> {
    let subscription = seen.of("Subscription")?;
    let csv = seen.of("ClusterServiceVersion");
    let failed = failed_by_plan(place, subscription, seen);
    failed.or_else(|| csv.and_then(|csv| too_old(place, csv))).or_else(|| {
        let own = place.namespace.as_deref().unwrap_or_default();
        let namespace = subscription["spec"]["sourceNamespace"].as_str()?;
        (csv.is_none() && !is_read(namespace, own)).then(|| no_catalog(place, seen, NOT_READ))
    })
}

fn failed_csv(csv: &Value) -> ArgoCdError {
    ArgoCdError::InstallFailed { object: name(csv), message: csv::status_words(csv) }
}

/// An InstallPlan that failed never goes on, whether its ClusterServiceVersion is there or not.
fn failed_by_plan(place: &ObjectRef, subscription: &Value, seen: &Seen) -> Option<ArgoCdError> {
    let plan = seen.of("InstallPlan")?;
    let message = failed_plan(plan, subscription)?;
    let csv = seen.named("ClusterServiceVersion").map(ToString::to_string);
    let (object, subscription) = (name(plan), place.to_string());
    Some(ArgoCdError::PlanFailed { object, message, subscription, csv })
}

fn too_old(place: &ObjectRef, csv: &Value) -> Option<ArgoCdError> {
    let message = csv::wants_newer_cluster(csv)?;
    let (object, subscription) = (name(csv), place.to_string());
    Some(ArgoCdError::TooOld { object, message, subscription })
}

fn unresolvable(place: &ObjectRef, trouble: &Trouble, seen: &Seen) -> ArgoCdError {
    let catalog = seen.named("CatalogSource").map(ToString::to_string).unwrap_or_default();
    let (object, message) = (place.to_string(), trouble.words.clone());
    let namespace = place.namespace.as_deref().unwrap_or_default();
    let cure = match &trouble.blame {
        Blame::Orphan(csv) => {
            let package = place.name.clone();
            let orphan = objects::csv(namespace, &one_line(csv)).to_string();
            return ArgoCdError::Orphaned { package, object: orphan, subscription: Some(object) };
        }
        Blame::Catalog(catalog) => Some(cure::catalog(catalog)),
        Blame::Subscription(other) => Some(cure::other_subscription(namespace, other)),
        Blame::Own if trouble.kind == "BundleUnpackFailed" => Some(cure::unpacking(&source_namespace(seen))),
        Blame::Own => None,
    };
    ArgoCdError::Unresolvable { object, message, catalog, cure }
}

/// A resolution error that does not end the wait yet, or that another one is to be blamed for.
fn unresolved_yet(trouble: Trouble, namespace: &str, seen: &Seen) -> Reason {
    let Trouble { words, blame, .. } = trouble;
    match blame {
        Blame::Catalog(catalog) => Reason::from(words).cured_by(cure::catalog(&catalog)),
        Blame::Subscription(other) => {
            Reason::from(words).cured_by(cure::other_subscription(namespace, &other))
        }
        Blame::Own | Blame::Orphan(_) => match not_ready(seen) {
            Some(catalog) => format!("{words} ({catalog})").into(),
            None => words.into(),
        },
    }
}

/// `CatalogSource ns/name is CONNECTING`, where it is not READY.
fn not_ready(seen: &Seen) -> Option<String> {
    let catalog = seen.named("CatalogSource")?;
    match state(seen).as_deref() {
        Some("READY") => None,
        Some(state) => Some(format!("{catalog} is {state}")),
        None => Some(format!("{catalog} is not there")),
    }
}

/// The state of the connection to the Subscription's catalog; None where the catalog is not there.
fn state(seen: &Seen) -> Option<String> {
    let state = seen.of("CatalogSource")?["status"]["connectionState"]["lastObservedState"].as_str();
    Some(one_line(state.unwrap_or("not answering yet")))
}

fn is_own(catalog: &str, seen: &Seen) -> bool {
    seen.named("CatalogSource").is_some_and(|own| own.to_string().ends_with(&format!(" {catalog}")))
}

fn source_namespace(seen: &Seen) -> String {
    let namespace = seen.named("CatalogSource").and_then(|catalog| catalog.namespace.clone());
    namespace.unwrap_or_else(|| crate::chart::MARKETPLACE.into())
}

/// What the Subscription says, and whether that is nothing at all.
fn state_of(subscription: &Value) -> (String, bool) {
    let status = &subscription["status"];
    match (status["state"].as_str(), status["currentCSV"].as_str()) {
        (_, Some(csv)) => (format!("ClusterServiceVersion {} is not there yet", one_line(csv)), false),
        (Some(state), None) if !state.is_empty() => {
            (format!("the Subscription's state is {}", one_line(state)), false)
        }
        _ => ("OLM has not taken up the Subscription yet".into(), true),
    }
}

#[cfg(test)]
mod tests;
