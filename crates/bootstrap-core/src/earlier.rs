//! A cluster that was destroyed and made anew under the same name: recognised by what earlier runs, or the installer,
//! left in `.work/`, else by the mount in Vault.

use cluster_access::Identity;
use trace::{Record, RecreatedFrom, RunStatus};

/// What the newest witness says of the cluster that bore this name before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Earlier {
    /// Nobody knows of one.
    Unknown,
    /// It is this very cluster.
    Same,
    /// It was another one.
    Another(RecreatedFrom),
}

impl Earlier {
    /// The newest run that knew its cluster's id is asked. Where none did (the old script's trace holds none), the
    /// infraID in `.work/infraID`.
    pub fn find(newest: Option<&Record>, infra_id_file: Option<&str>, now: &Identity) -> Self {
        if let Some(earlier) = newest.and_then(|newest| in_trace(newest, now)) {
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
    pub fn said(&self, now: &Identity) -> Option<String> {
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

/// `None` where the trace does not know its cluster's id.
fn in_trace(newest: &Record, now: &Identity) -> Option<Earlier> {
    let id = newest.cluster_id()?;
    if id != now.cluster_id {
        return Some(Earlier::Another(RecreatedFrom {
            cluster_id: Some(id.to_owned()),
            infra_id: newest.kubernetes().and_then(|cluster| cluster.infra_id.clone()),
            seen_in: "trace".into(),
        }));
    }
    // A run that recognised it and did not come to its end renewed nothing, or not all.
    match newest {
        Record::New(trace) if trace.status != RunStatus::Succeeded => {
            let from = trace.kubernetes.as_ref().and_then(|cluster| cluster.recreated_from.clone());
            Some(from.map_or(Earlier::Same, Earlier::Another))
        }
        Record::New(_) | Record::Old(_) => Some(Earlier::Same),
    }
}

#[cfg(test)]
mod tests {
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

    fn trace(cluster_id: Option<&str>) -> trace::Trace {
        let run_id = trace::RunId::new(trace::Timestamp::UNIX_EPOCH, 1);
        let mut trace = trace::Trace::begin(run_id, trace::Timestamp::UNIX_EPOCH, &[], None);
        trace.kubernetes =
            cluster_id.map(|id| trace::Kubernetes { cluster_id: id.into(), ..trace::Kubernetes::default() });
        trace
    }

    fn found(trace: trace::Trace, file: Option<&str>) -> Earlier {
        Earlier::find(Some(&Record::New(Box::new(trace))), file, &now())
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
            earlier.said(&now()).as_deref(),
            Some(
                "the cluster was recreated: its id was old, it is new; its infraID was prod-aaaaa, it is prod-nkqd9"
            )
        );
        assert_eq!(earlier.another().unwrap().infra_id.as_deref(), Some("prod-aaaaa"));
    }

    #[test]
    fn a_run_that_recognised_it_and_failed_leaves_it_to_the_next_one() {
        let from = RecreatedFrom { cluster_id: Some("old".into()), infra_id: None, seen_in: "trace".into() };
        let mut before = trace(Some("new"));
        before.kubernetes.as_mut().unwrap().recreated_from = Some(from);
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
    fn the_mount_is_believed_where_nobody_else_knows() {
        let nobody = Earlier::find(None, None, &now());
        assert_eq!(nobody, Earlier::Unknown);
        assert_eq!(nobody.clone().or_by_mount(false), Earlier::Unknown);
        let by_mount = nobody.or_by_mount(true);
        assert_eq!(by_mount.another().map(|from| from.seen_in.as_str()), Some("mount"));
        assert_eq!((by_mount.id(), by_mount.said(&now())), (None, None));
        assert_eq!(found(trace(Some("new")), None).or_by_mount(true), Earlier::Same);
    }
}
