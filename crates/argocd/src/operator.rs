//! The GitOps operator: its Subscription, and all that OLM makes of it.

mod apply;
mod deployment;
mod install;
pub(crate) mod objects;
mod observe;
mod plan;
mod variable;
mod wait;

pub use apply::apply;
pub use install::Standing;
pub use objects::csv;
pub use observe::{State, has_olm, observe};
pub use plan::{Changes, Desired, plan};
pub use variable::DISABLE_DEFAULT;
pub use wait::{Installed, await_installed};

use cluster_access::{ObjectRef, Right};

use crate::chart::GitOpsOperator;

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
