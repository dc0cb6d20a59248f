//! A cluster that was destroyed and made anew under the same name: recognised by what earlier runs, or the installer,
//! left in `.work/`, else by the mount in Vault.

use cluster_access::Identity;
use trace::{Record, RecreatedFrom, RunStatus, StepStatus};

use diagnostics::Step;

/// What the newest witness says of the cluster that bore this name before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PreviousCluster {
    /// Nobody knows of one.
    Unknown,
    /// It is this very cluster.
    Same,
    /// It was another one.
    Another(RecreatedFrom),
}

impl PreviousCluster {
    /// Asks the traces whose cluster's id is known, the newest first: another id is a recreate, which stays open until
    /// each of `steps` was done since. Where there is no such trace (the old script's holds no id), the infraID in
    /// `.work/infraID` is asked.
    pub fn find(traces: &[Record], infra_id_file: Option<&str>, now: &Identity, steps: &[Step]) -> Self {
        let of_steps = || steps.iter().filter_map(|step| in_traces(traces, now, Some(*step)));
        let open = of_steps().find(|earlier| matches!(earlier, Self::Another(_)));
        if let Some(earlier) = open.or_else(|| in_traces(traces, now, steps.first().copied())) {
            return earlier;
        }
        let before = infra_id_file.map(str::trim).filter(|id| !id.is_empty());
        match (before, now.infra_id.as_deref()) {
            (Some(before), Some(live)) if before == live => Self::Same,
            (Some(before), Some(_)) => Self::Another(RecreatedFrom {
                cluster_id: None,
                infra_id: Some(before.to_owned()),
                seen_in: "infraID".into(),
            }),
            (None, _) | (_, None) => Self::Unknown,
        }
    }

    /// Where nobody else knows: the mount points at this API server, and trusts another CA.
    #[must_use]
    pub fn or_by_mount(self, of_another: bool) -> Self {
        match self {
            Self::Unknown if of_another => {
                Self::Another(RecreatedFrom { seen_in: "mount".into(), ..RecreatedFrom::default() })
            }
            known => known,
        }
    }

    /// The other cluster, where it was another.
    pub fn another(&self) -> Option<&RecreatedFrom> {
        match self {
            Self::Another(from) => Some(from),
            Self::Unknown | Self::Same => None,
        }
    }

    /// Its id, or its infraID: for those who only want to know that it is another.
    pub fn id(&self) -> Option<&str> {
        let from = self.another()?;
        from.cluster_id.as_deref().or(from.infra_id.as_deref())
    }

    /// For people; what the mount tells is said by the room that knows mounts.
    pub fn describe(&self, now: &Identity) -> Option<String> {
        let from = self.another()?;
        let live = now.infra_id.as_deref();
        match (&from.cluster_id, &from.infra_id) {
            (Some(id), before) => {
                let infra_ids = before.as_deref().zip(live).filter(|(before, live)| before != live);
                let infra_ids = infra_ids
                    .map(|(before, live)| format!("; its infraID was {before}, it is {live}"))
                    .unwrap_or_default();
                Some(format!(
                    "the cluster was recreated: its id was {id}, it is {}{infra_ids}",
                    now.cluster_id
                ))
            }
            (None, Some(before)) => Some(format!(
                "the cluster was recreated: its infraID was {before}, it is {}",
                live.unwrap_or_default()
            )),
            (None, None) => None,
        }
    }
}

/// What the traces say for one step; `None` where none knows its cluster's id.
fn in_traces(traces: &[Record], now: &Identity, step: Option<Step>) -> Option<PreviousCluster> {
    let mut recreated = None;
    for trace in traces {
        let Some(id) = trace.cluster_id() else { continue };
        if id != now.cluster_id {
            return Some(another(trace, id));
        }
        if renewed(trace, step) {
            return Some(PreviousCluster::Same);
        }
        // One that recognised a recreate and left this step undone. An older one may have done it.
        let from = trace.kubernetes().and_then(|cluster| cluster.recreated_from.clone());
        recreated = recreated.or(from.map(PreviousCluster::Another));
    }
    let any = traces.iter().any(|trace| trace.cluster_id().is_some());
    recreated.or(any.then_some(PreviousCluster::Same))
}

fn another(trace: &Record, id: &str) -> PreviousCluster {
    PreviousCluster::Another(RecreatedFrom {
        cluster_id: Some(id.to_owned()),
        infra_id: trace.kubernetes().and_then(|cluster| cluster.infra_id.clone()),
        seen_in: "trace".into(),
    })
}

/// Whether this run came to its end with the step in it. One that left Vault alone renewed nothing there; one that
/// needed no login had none to renew.
fn renewed(trace: &Record, step: Option<Step>) -> bool {
    let Record::New(trace) = trace else { return false };
    let done = |name: Step| {
        let found = trace.steps.iter().find(|step| step.name == name);
        found.is_some_and(|step| name != Step::VaultAuth || step.status != StepStatus::Skipped)
    };
    trace.status == RunStatus::Succeeded && step.is_none_or(done)
}

#[cfg(test)]
mod tests {
    use trace::Trace;

    use super::*;

    fn now() -> Identity {
        Identity {
            version: "v1.33.0".into(),
            user: "admin".into(),
            groups: Vec::new(),
            cluster_id: "new".into(),
            infra_id: Some("prod-nkqd9".into()),
            is_openshift: true,
        }
    }

    /// A run that came to its end with these steps changed.
    fn run(cluster_id: Option<&str>, steps: &[Step]) -> Trace {
        let run_id = trace::RunId::new(trace::Timestamp::UNIX_EPOCH, 1);
        let mut trace = Trace::begin(run_id, trace::Timestamp::UNIX_EPOCH, &Step::names(steps), None);
        trace.status = RunStatus::Succeeded;
        trace.steps.iter_mut().for_each(|step| step.status = StepStatus::Changed);
        trace.kubernetes =
            cluster_id.map(|id| trace::Kubernetes { cluster_id: id.into(), ..trace::Kubernetes::default() });
        trace
    }

    fn trace(cluster_id: Option<&str>) -> Trace {
        run(cluster_id, Step::RUN)
    }

    /// A run in the new cluster that recognised the old one.
    fn recognised(steps: &[Step]) -> Trace {
        let mut trace = run(Some("new"), steps);
        let from = RecreatedFrom { cluster_id: Some("old".into()), infra_id: None, seen_in: "trace".into() };
        trace.kubernetes.as_mut().unwrap().recreated_from = Some(from);
        trace
    }

    const BOTH: [Step; 2] = [Step::VaultAuth, Step::RepoCreds];

    fn find(traces: &[&Trace], file: Option<&str>, steps: &[Step]) -> PreviousCluster {
        let traces: Vec<Record> = traces.iter().map(|it| Record::New(Box::new((*it).clone()))).collect();
        PreviousCluster::find(&traces, file, &now(), steps)
    }

    fn found(trace: Trace, file: Option<&str>) -> PreviousCluster {
        find(&[&trace], file, &BOTH)
    }

    #[track_caller]
    fn check(previous: Option<&str>, file: Option<&str>, expect: Option<&str>) {
        assert_eq!(found(trace(previous), file).id(), expect);
    }

    #[test]
    fn another_id_in_the_trace_is_another_cluster() {
        check(Some("old"), None, Some("old"));
        check(Some("new"), None, None);
    }

    #[test]
    fn the_trace_is_believed_before_the_file() {
        check(Some("new"), Some("prod-aaaaa"), None);
    }

    #[test]
    fn without_an_id_in_the_trace_the_file_is_asked() {
        check(None, Some("prod-aaaaa\n"), Some("prod-aaaaa"));
        check(Some(""), Some("prod-aaaaa\n"), Some("prod-aaaaa"));
        check(None, Some("prod-nkqd9\n"), None);
        check(None, Some(""), None);
    }

    #[test]
    fn both_ids_of_the_old_cluster_are_said() {
        let mut before = trace(Some("old"));
        before.kubernetes.as_mut().unwrap().infra_id = Some("prod-aaaaa".into());
        let earlier = found(before, None);
        assert_eq!(
            earlier.describe(&now()).as_deref(),
            Some(
                "the cluster was recreated: its id was old, it is new; its infraID was prod-aaaaa, it is prod-nkqd9"
            )
        );
        assert_eq!(earlier.another().unwrap().infra_id.as_deref(), Some("prod-aaaaa"));
    }

    #[test]
    fn a_run_that_recognised_it_and_failed_leaves_it_to_the_next_one() {
        let mut before = recognised(Step::RUN);
        for (status, expect) in [
            (RunStatus::Failed, Some("old")),
            (RunStatus::Interrupted, Some("old")),
            (RunStatus::Running, Some("old")),
            (RunStatus::Succeeded, None),
        ] {
            before.status = status;
            assert_eq!(found(before.clone(), None).id(), expect, "{status}");
        }
    }

    #[test]
    fn a_single_step_leaves_the_recreate_open_for_the_other_systems() {
        let old = trace(Some("old"));
        for (single, done, open) in [
            (Step::VAULT_AUTH_ALONE, Step::VaultAuth, Step::RepoCreds),
            (Step::REPO_CREDS_ALONE, Step::RepoCreds, Step::VaultAuth),
        ] {
            let single = recognised(single);
            assert_eq!(find(&[&single, &old], None, &[done]), PreviousCluster::Same);
            assert_eq!(find(&[&single, &old], None, &[open]).id(), Some("old"));
            assert_eq!(find(&[&single, &old], None, &BOTH).id(), Some("old"), "for a run");
        }
        let (first, second) = (recognised(Step::REPO_CREDS_ALONE), recognised(Step::VAULT_AUTH_ALONE));
        assert_eq!(find(&[&second, &first, &old], None, &BOTH), PreviousCluster::Same);
    }

    #[test]
    fn a_run_that_left_vault_alone_leaves_the_mount_to_the_next_one() {
        let mut without_vault = recognised(Step::RUN);
        let of_vault = without_vault.steps.iter_mut().find(|step| step.name == Step::VaultAuth);
        of_vault.unwrap().status = StepStatus::Skipped;
        assert_eq!(find(&[&without_vault], None, &[Step::RepoCreds]), PreviousCluster::Same);
        assert_eq!(find(&[&without_vault], None, &BOTH).id(), Some("old"));
        let later = trace(Some("new"));
        assert_eq!(find(&[&later, &without_vault], None, &BOTH), PreviousCluster::Same);
    }

    #[test]
    fn one_that_was_never_recreated_is_the_same_whatever_was_done() {
        let single = run(Some("new"), Step::REPO_CREDS_ALONE);
        assert_eq!(find(&[&single], None, &BOTH), PreviousCluster::Same);
        assert_eq!(find(&[&single], Some("prod-aaaaa"), &[]), PreviousCluster::Same);
    }

    #[test]
    fn the_mount_is_believed_where_nobody_else_knows() {
        let nobody = find(&[], None, &BOTH);
        assert_eq!(nobody, PreviousCluster::Unknown);
        assert_eq!(nobody.clone().or_by_mount(false), PreviousCluster::Unknown);
        let by_mount = nobody.or_by_mount(true);
        assert_eq!(by_mount.another().map(|from| from.seen_in.as_str()), Some("mount"));
        assert_eq!((by_mount.id(), by_mount.describe(&now())), (None, None));
        assert_eq!(found(trace(Some("new")), None).or_by_mount(true), PreviousCluster::Same);
    }
}
