//! From what was found to what will be given back: pure.

use trace::Change;

use super::state::{ClusterSide, Live, ReleaseState};
use diagnostics::{Intent, RunPlan, Step};

pub(super) fn plan(world: &ReleaseState) -> RunPlan {
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
                Intent::Skip { reason: "not part of a release".into() }
            }
        };
        plan.push(name, intent);
    }
    plan
}

fn in_cluster(world: &ReleaseState, changes: impl Fn(&Live) -> Vec<Change>) -> Intent {
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
