use serde_json::Value;

use super::variable::{DISABLE_DEFAULT, is_carried};
use crate::rollout::rolled_out;
use crate::wait::{Seen, Verdict};

/// The names of the Deployments that a ClusterServiceVersion makes.
pub(super) fn names(csv: &Value) -> Vec<String> {
    let made = csv["spec"]["install"]["spec"]["deployments"].as_array();
    made.into_iter().flatten().filter_map(|one| one["name"].as_str().map(str::to_owned)).collect()
}

/// Whether the Deployments carry the variable, or no longer carry it, as is wanted.
pub(super) fn variable(seen: &Seen, disable: bool) -> Verdict<()> {
    match seen.missing().next() {
        Some(missing) => return Verdict::Waiting(format!("{missing} is not there yet").into()),
        None if seen.all("Deployment").next().is_none() => {
            return Verdict::Waiting("it has no Deployment".into());
        }
        None => {}
    }
    let carried = seen.all("Deployment").any(is_carried);
    match (disable, carried) {
        (true, false) => Verdict::Waiting(format!("it does not carry {DISABLE_DEFAULT}=true yet").into()),
        (false, true) => Verdict::Waiting(format!("it still carries {DISABLE_DEFAULT}=true").into()),
        _ => Verdict::Done(()),
    }
}

/// Whether all of them are rolled out.
pub(super) fn all_rolled_out(seen: &Seen) -> Verdict<()> {
    if let Some(missing) = seen.missing().next() {
        return Verdict::Waiting(format!("{missing} is not there yet").into());
    }
    for deployment in seen.all("Deployment") {
        match rolled_out(deployment) {
            Verdict::Done(()) => {}
            other => return other,
        }
    }
    Verdict::Done(())
}
