//! The writes of a release: each step applies its part of the plan.

use trace::Change;

use super::state::{Live, ReleaseState};
use crate::steps::Done;
use diagnostics::{Failure, FailureKind, Intent, RunPlan, Step};
use preflight::Context;

pub(super) async fn apply(
    context: &Context,
    name: Step,
    plan: &RunPlan,
    world: &ReleaseState,
) -> Result<Done, Failure> {
    let changes = match plan.intent(name) {
        Some(Intent::Change { changes }) => changes.clone(),
        Some(Intent::Skip { reason }) => return Ok(Done::skipped(reason)),
        _ => return Ok(Done::unchanged(nothing(name))),
    };
    let work = async {
        match world.live() {
            _ if name == Step::VaultAuth => mount(world).await.map(Ended::Went),
            Some(live) => in_cluster(name, live).await,
            None => Ok(Ended::Went(String::new())),
        }
    };
    let ended = context.stop.unless_stopped(name, work).await?;
    Ok(done(ended, changes))
}

/// How a step came to its end.
enum Ended {
    /// As planned.
    Went(String),
    /// This object was gone, or somebody else's, when its turn came.
    Stayed(String),
}

/// Only what went is told to have gone.
fn done(ended: Ended, mut changes: Vec<Change>) -> Done {
    match ended {
        Ended::Went(detail) => Done::changed(detail, changes),
        Ended::Stayed(object) => {
            changes.retain(|change| change.object != object);
            let detail = format!("{object} was deleted or taken over by another manager in the meantime");
            if changes.is_empty() { Done::unchanged(detail) } else { Done::changed(detail, changes) }
        }
    }
}

fn nothing(name: Step) -> &'static str {
    if name == Step::VaultAuth {
        "Vault does not trust this cluster"
    } else {
        "no objects of this program found"
    }
}

async fn mount(world: &ReleaseState) -> Result<String, Failure> {
    let Ok(side) = &world.mount else { return Ok(String::new()) };
    let mount = &side.release.mount;
    vault_auth::release::apply_mount(&side.vault, mount, &side.changes).await.map_err(|error| {
        let doing = "reset the Vault auth mount";
        Failure::during(FailureKind::Step, Step::VaultAuth, doing, &error)
    })?;
    Ok(match side.release.disable {
        true => format!("auth/{mount} deleted"),
        false => format!("auth/{mount} reset"),
    })
}

async fn in_cluster(name: Step, live: &Live) -> Result<Ended, Failure> {
    let of_argocd = |error: argocd::ArgoCdError| Failure::of(FailureKind::Step, name, &error);
    let removal = match name {
        Step::Reviewer => {
            vault_auth::release::apply_reviewer(&live.access, &live.reviewer)
                .await
                .map_err(|error| Failure::of(FailureKind::Step, name, &error))?;
            return Ok(Ended::Went("removed".into()));
        }
        Step::Argocd => {
            argocd::cluster_secret::apply_release(&live.access, &live.owner, &live.cluster_secret)
                .await
                .map_err(of_argocd)?;
            return Ok(Ended::Went("annotations removed from Argo CD's cluster Secret".into()));
        }
        Step::RepoCreds => &live.secret,
        Step::Preflight
        | Step::GitopsSrc
        | Step::Operator
        | Step::VaultAuth
        | Step::Record
        | Step::Script
        | Step::RepoAccess => &live.record,
    };
    let planned = removal.describe();
    let went = argocd::release::apply(&live.access, removal, &live.owner).await.map_err(of_argocd)?;
    Ok(match planned.into_iter().next() {
        Some(change) if !went => Ended::Stayed(change.object),
        _ => Ended::Went("removed".into()),
    })
}

#[cfg(test)]
mod tests {
    use trace::StepStatus;

    use super::*;

    fn check(ended: Ended, status: StepStatus, objects: &[&str]) {
        let changes = ["ConfigMap ns/it", "Lease ns/it"].map(Change::delete).into();
        let done = done(ended, changes);
        let told: Vec<String> = done.changes.iter().map(|change| change.object.clone()).collect();
        assert_eq!((done.status, told), (status, objects.iter().map(|it| (*it).to_owned()).collect()));
    }

    #[test]
    fn only_what_went_is_told_to_have_gone() {
        check(Ended::Went("removed".into()), StepStatus::Changed, &["ConfigMap ns/it", "Lease ns/it"]);
        check(Ended::Stayed("ConfigMap ns/it".into()), StepStatus::Changed, &["Lease ns/it"]);
        let one = vec![Change::delete("Secret ns/it")];
        assert_eq!(done(Ended::Stayed("Secret ns/it".into()), one).status, StepStatus::Unchanged);
    }
}
