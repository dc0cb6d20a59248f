//! The owner of a Lease, and the Lease of a claim: pure.

use std::collections::BTreeMap;
use std::time::Duration;

use cluster_access::k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use cluster_access::k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use cluster_access::kube::api::ObjectMeta;

use secret::one_line;

use super::NAME;
use crate::holder::Holder;

const WHO: &str = "bitiq.io/holder";
const MACHINE: &str = "bitiq.io/machine";
const FOLDER: &str = "bitiq.io/folder";
const SINCE: &str = "bitiq.io/since";

/// A request for the Lease.
#[derive(Debug, Clone)]
pub struct Claim {
    /// As in the lock file.
    pub holder: Holder,
    /// Name of this machine.
    pub machine: String,
    /// The cluster's `.work` folder on it.
    pub folder: String,
}

/// What an existing Lease means for a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nobody holds it.
    Free,
    /// A run from this very folder held it; since we hold the folder's lock file, that run is dead.
    SameFolder,
    /// Another holds it.
    Held {
        /// Which run, who, where, since when.
        by: String,
    },
}

/// Compares a Lease with a claim, without regard to time.
pub fn judge(lease: &Lease, claim: &Claim) -> Verdict {
    let Some(run) = holder(lease) else { return Verdict::Free };
    let mark =
        |key: &str| lease.metadata.annotations.as_ref().and_then(|all| all.get(key)).map(String::as_str);
    if mark(MACHINE) == Some(claim.machine.as_str()) && mark(FOLDER) == Some(claim.folder.as_str()) {
        return Verdict::SameFolder;
    }
    let place = match (mark(MACHINE), mark(FOLDER)) {
        (Some(machine), Some(folder)) => format!(" in {machine}:{folder}"),
        _ => String::new(),
    };
    let who = mark(WHO).map(|who| format!(" by {who}")).unwrap_or_default();
    let since = mark(SINCE).map(|since| format!(" since {since}")).unwrap_or_default();
    Verdict::Held { by: one_line(&format!("{run}{who}{place}{since}")) }
}

/// Makes the Lease that `claim` holds for `duration`, from the one that exists.
pub fn claimed_by(there: Option<&Lease>, claim: &Claim, duration: Duration) -> Lease {
    let old = there.and_then(|lease| lease.spec.clone()).unwrap_or_default();
    let now = MicroTime(jiff::Timestamp::now());
    let mut metadata = there
        .map(|lease| lease.metadata.clone())
        .unwrap_or_else(|| ObjectMeta { name: Some(NAME.into()), ..ObjectMeta::default() });
    metadata.annotations.get_or_insert_with(BTreeMap::new).extend([
        (WHO.into(), claim.holder.who.clone()),
        (MACHINE.into(), claim.machine.clone()),
        (FOLDER.into(), claim.folder.clone()),
        (SINCE.into(), claim.holder.since.clone()),
    ]);
    // What others wrote may be any number.
    let transitions = old.lease_transitions.unwrap_or(0).saturating_add(i32::from(there.is_some()));
    Lease {
        metadata,
        spec: Some(LeaseSpec {
            holder_identity: Some(claim.holder.run_id.clone()),
            lease_duration_seconds: Some(i32::try_from(duration.as_secs()).unwrap_or(i32::MAX)),
            acquire_time: Some(now.clone()),
            renew_time: Some(now),
            lease_transitions: Some(transitions),
            ..old
        }),
    }
}

/// The run that holds it; `None` where nobody does.
pub fn holder(lease: &Lease) -> Option<&str> {
    lease.spec.as_ref()?.holder_identity.as_deref().filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DURATION: Duration = Duration::from_secs(60);

    fn claim(machine: &str, folder: &str) -> Claim {
        let holder = Holder {
            run_id: "run-1".into(),
            who: "ops@bastion".into(),
            pid: 7,
            since: "2026-11-23T19:33:00Z".into(),
        };
        Claim { holder, machine: machine.into(), folder: folder.into() }
    }

    #[test]
    fn a_lease_from_another_folder_is_held_and_says_by_whom() {
        let lease = claimed_by(None, &claim("bastion", "/srv/prod/.work"), DURATION);
        let Verdict::Held { by } = judge(&lease, &claim("laptop", "/srv/prod/.work")) else {
            panic!("not held")
        };
        assert_eq!(by, "run-1 by ops@bastion in bastion:/srv/prod/.work since 2026-11-23T19:33:00Z");
    }

    #[test]
    fn a_lease_from_this_folder_is_a_dead_runs() {
        let lease = claimed_by(None, &claim("bastion", "/srv/prod/.work"), DURATION);
        assert_eq!(judge(&lease, &claim("bastion", "/srv/prod/.work")), Verdict::SameFolder);
    }

    #[test]
    fn a_released_lease_is_free() {
        let mut lease = claimed_by(None, &claim("bastion", "/a"), DURATION);
        lease.spec.as_mut().unwrap().holder_identity = Some(String::new());
        assert_eq!(judge(&lease, &claim("laptop", "/b")), Verdict::Free);
        assert_eq!(judge(&Lease::default(), &claim("laptop", "/b")), Verdict::Free);
    }

    #[test]
    fn taking_over_keeps_what_others_wrote_and_counts() {
        let mut first = claimed_by(None, &claim("bastion", "/a"), DURATION);
        first.metadata.labels = Some(BTreeMap::from([("team".into(), "x".into())]));
        let second = claimed_by(Some(&first), &claim("laptop", "/b"), DURATION);
        assert_eq!(second.metadata.labels, first.metadata.labels);
        assert_eq!(second.spec.unwrap().lease_transitions, Some(1));
    }

    #[test]
    fn a_lease_from_another_folder_of_this_machine_is_held() {
        let lease = claimed_by(None, &claim("bastion", "/srv/prod/.work"), DURATION);
        let verdict = judge(&lease, &claim("bastion", "/srv/test/.work"));
        assert!(matches!(verdict, Verdict::Held { .. }), "{verdict:?}");
    }

    #[test]
    fn a_lease_that_another_program_holds_is_told_by_its_holder_alone() {
        let spec = LeaseSpec { holder_identity: Some("kubectl".into()), ..LeaseSpec::default() };
        let lease = Lease { spec: Some(spec), ..Lease::default() };
        assert_eq!(holder(&lease), Some("kubectl"));
        assert_eq!(judge(&lease, &claim("laptop", "/b")), Verdict::Held { by: "kubectl".into() });
    }

    #[test]
    fn a_new_lease_is_the_claims_from_now_on_and_for_as_long_as_it_lasts() {
        let before = jiff::Timestamp::now();
        let lease = claimed_by(None, &claim("bastion", "/a"), DURATION);
        assert_eq!(lease.metadata.name.as_deref(), Some(NAME));
        let spec = lease.spec.unwrap();
        assert_eq!(spec.holder_identity.as_deref(), Some("run-1"));
        assert_eq!((spec.lease_duration_seconds, spec.lease_transitions), (Some(60), Some(0)));
        assert_eq!(spec.acquire_time, spec.renew_time);
        assert!(spec.renew_time.is_some_and(|MicroTime(at)| before <= at && at <= jiff::Timestamp::now()));
    }

    #[test]
    fn numbers_that_are_too_large_end_at_the_largest() {
        let mut first = claimed_by(None, &claim("bastion", "/a"), Duration::from_secs(u64::MAX));
        let spec = first.spec.as_mut().unwrap();
        assert_eq!(spec.lease_duration_seconds, Some(i32::MAX));
        spec.lease_transitions = Some(i32::MAX);
        let second = claimed_by(Some(&first), &claim("laptop", "/b"), DURATION);
        assert_eq!(second.spec.unwrap().lease_transitions, Some(i32::MAX));
    }
}
