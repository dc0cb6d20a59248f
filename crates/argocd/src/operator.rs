//! The GitOps operator: its Subscription, and all that OLM makes of it.

mod apply;
pub(crate) mod cure;
mod deployment;
mod health;
mod install;
pub(crate) mod objects;
mod observe;
mod plan;
mod supply;
mod variable;
mod wait;

pub use apply::apply;
pub use health::{Health, health};
pub use install::Standing;
pub use objects::csv;
pub use observe::{State, has_olm, observe};
pub use plan::{Changes, Desired, plan};
pub use supply::{Findings, Offer, Supply, judge as judge_supply, observe as observe_supply};
pub use variable::DISABLE_DEFAULT;
pub use wait::{Installed, await_installed};

use cluster_access::{ObjectRef, Right};

use crate::chart::{ChartSubscription, GitOpsOperator};

/// What the look at left-overs, OperatorGroups, catalogs and packages asks for. Without one of these rights the run goes
/// on, and warns of what it could not see.
pub fn optional_rights(wanted: &[ChartSubscription]) -> Vec<Right> {
    let mut rights = vec![Right::on("list", &objects::all_csvs())];
    for it in wanted {
        rights.push(Right::on("list", &objects::groups(&it.install_namespace)));
        rights.push(Right::on("get", &objects::catalog(&it.source_namespace, &it.source)));
        rights.push(Right::on("list", &objects::package_manifests(&it.install_namespace)));
    }
    let mut seen = std::collections::BTreeSet::new();
    rights.retain(|right| seen.insert(right.clone()));
    rights
}

/// What must be allowed for this part, as far as it is known before anything is there.
pub fn required_rights(wanted: &GitOpsOperator, approve: bool) -> Vec<Right> {
    let namespace = wanted.install_namespace.as_str();
    let all = |verbs: &[&str], object: &ObjectRef| -> Vec<Right> {
        verbs.iter().map(|verb| Right::on(verb, object)).collect()
    };
    let mut rights =
        all(&["get", "list", "watch", "create", "patch"], &objects::subscription(namespace, &wanted.name));
    rights.extend(all(&["list"], &objects::all_subscriptions()));
    rights.extend(all(&["list"], &objects::groups(namespace)));
    rights.extend(all(&["get", "list", "watch"], &objects::csv(namespace, "")));
    rights.extend(all(&["get", "list", "watch"], &objects::install_plan(namespace, "")));
    if approve {
        rights.extend(all(&["patch"], &objects::install_plan(namespace, "")));
    }
    rights
        .extend(all(&["get", "list", "watch"], &objects::catalog(&wanted.source_namespace, &wanted.source)));
    rights.extend(all(&["get", "list", "watch"], &objects::argocds_definition()));
    rights.extend(all(&["get", "list", "watch"], &objects::deployment(namespace, "")));
    rights
}
