//! From what was found to what will be given back: pure.

use trace::Change;

use super::world::{ClusterSide, Live, ReleaseWorld};
use crate::request::Context;
use diagnostics::{Intent, RunPlan, Step};

pub(super) fn plan(world: &ReleaseWorld) -> RunPlan {
    let mut plan = RunPlan::default();
    for &name in Step::RELEASE {
        let intent = match name {
            Step::Preflight => Intent::Unchanged,
            Step::VaultAuth => match &world.mount {
                Ok(mount) => Intent::of(mount.changes.describe()),
                Err(reason) => Intent::Skip { reason: reason.clone() },
            },
            Step::Reviewer => in_cluster(world, |live| live.reviewer.describe()),
            Step::Argocd => in_cluster(world, |live| live.cluster_secret.describe()),
            Step::RepoCreds => in_cluster(world, |live| live.secret.describe()),
            Step::Record => in_cluster(world, |live| [live.record.describe(), lease(live)].concat()),
            Step::GitopsSrc | Step::Operator | Step::Script | Step::RepoAccess => {
                Intent::Skip { reason: "no part of a release".into() }
            }
        };
        plan.push(name, intent);
    }
    plan
}

fn in_cluster(world: &ReleaseWorld, changes: impl Fn(&Live) -> Vec<Change>) -> Intent {
    match &world.cluster {
        ClusterSide::Live(live) => Intent::of(changes(live)),
        ClusterSide::Silent(why) => Intent::Skip { reason: why.clone() },
    }
}

/// The Lease goes with the record: it is deleted by letting go of it.
fn lease(live: &Live) -> Vec<Change> {
    let object = super::cluster::lease(live);
    live.lease_exists.then(|| Change::delete(object.to_string())).into_iter().collect()
}

/// What the user is to look at.
pub(super) fn warn(world: &ReleaseWorld, context: &Context) {
    let mut warnings = world.warnings.clone();
    match &world.cluster {
        ClusterSide::Live(live) => {
            warnings.extend(live.reviewer.left().iter().cloned());
            warnings.extend(live.secret.left().into_iter().chain(live.record.left()).map(String::from));
            warnings.extend(left_in_vault(world, live));
        }
        ClusterSide::Silent(why) => warnings.push(format!("{why}: what was written into it stays there")),
    }
    warnings.into_iter().for_each(|warning| context.events.warn(warning));
}

/// Why Vault's part stays, where the record says that it was configured.
fn left_in_vault(world: &ReleaseWorld, live: &Live) -> Option<String> {
    let (Some((address, mount)), Err(why)) = (&live.configured, &world.mount) else { return None };
    Some(format!(
        "the record says that Vault {address} auth/{mount} was configured for this cluster: it is left as it is ({why})"
    ))
}
