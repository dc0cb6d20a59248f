//! What is told of it.

use cluster_access::Cluster;
use diagnostics::{Row, Subject};

use super::dns::{Resolved, names};
use super::look::look;
use super::{Need, Verdict, Wanted};
use crate::checks::Rows;
use crate::request::Context;

pub(crate) const SYSTEM: Subject = Subject::Readiness;
const ALL: [Need; 4] = [Need::Workers, Need::Storage, Need::Catalogs, Need::Dns];

/// Looks, and tells a row for each need. What is not ready is a warning: nothing of a run fails of it at once.
pub(crate) async fn tell(
    context: &Context,
    cluster: &Cluster,
    wanted: &Wanted,
    resolve: impl AsyncFn(String) -> Resolved,
) {
    let looks = tokio::select! {
        looks = look(cluster, wanted, &resolve) => looks,
        () = context.stop.token.cancelled() => return,
    };
    let rows = Rows::of(context, SYSTEM);
    looks.into_iter().for_each(|(need, verdict)| rows.tell(row(need, verdict, wanted)));
}

/// The cluster was not reached.
pub(crate) fn not_looked_at(context: &Context) {
    let rows = Rows::of(context, SYSTEM);
    ALL.iter().for_each(|need| rows.skipped(need.sentence(), "the cluster was not reached"));
}

fn row(need: Need, verdict: Verdict, wanted: &Wanted) -> Row {
    match verdict {
        Verdict::Ready(what) => Row::ok(SYSTEM, format!("{} ({what})", need.sentence())),
        Verdict::NotYet(against) => {
            Row::warning(SYSTEM, need.sentence(), against).hint(need.hint()).command(need.command(wanted))
        }
        Verdict::NotHere(reason) | Verdict::MayNot(reason) => Row::skipped(SYSTEM, need.sentence(), reason),
    }
}

impl Need {
    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::Workers => "there are nodes that take Pods",
            Self::Storage => "there is a default StorageClass",
            Self::Catalogs => "the catalogs that the charts install from are READY",
            Self::Dns => "*.apps has an address, seen from this machine",
        }
    }

    pub(super) fn hint(self) -> &'static str {
        match self {
            Self::Workers => {
                "Argo CD and all it installs stay Pending until one takes Pods; wait for it:\nbitiq-bootstrap run <cluster> --wait-ready 30m"
            }
            Self::Storage => {
                "claims without a class stay Pending; install a provisioner with its class where there is none, and mark one:\noc --kubeconfig <kubeconfig> get storageclass\noc --kubeconfig <kubeconfig> annotate storageclass NAME storageclass.kubernetes.io/is-default-class=true"
            }
            Self::Catalogs => {
                "the operators' Subscriptions can't be resolved until then; wait for it:\nbitiq-bootstrap run <cluster> --wait-ready 30m"
            }
            Self::Dns => {
                "routes can't be reached until it has one: is the wildcard record of the cluster made, and does this machine ask the right DNS server?"
            }
        }
    }

    pub(super) fn command(self, wanted: &Wanted) -> String {
        match self {
            Self::Workers => "oc --kubeconfig <kubeconfig> get nodes -o wide".into(),
            Self::Storage => "oc --kubeconfig <kubeconfig> get storageclass".into(),
            Self::Catalogs => "oc --kubeconfig <kubeconfig> get catalogsource -A".into(),
            Self::Dns => {
                let [console, _] = names(&wanted.base_domain);
                format!("getent hosts {console}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::RowStatus;

    #[test]
    fn what_is_not_ready_is_a_warning_and_what_may_not_be_seen_is_none() {
        let wanted = Wanted { base_domain: "apps.demo.example.test".into(), catalogs: None };
        let status = |verdict| row(Need::Storage, verdict, &wanted).status;
        assert_eq!(status(Verdict::Ready("gp3".into())), RowStatus::Ok);
        assert_eq!(status(Verdict::NotYet(vec!["there is none".into()])), RowStatus::Warning);
        assert_eq!(status(Verdict::NotHere("no such kind".into())), RowStatus::Skipped);
        assert_eq!(status(Verdict::MayNot("403".into())), RowStatus::Skipped);
        for need in ALL {
            let row = row(need, Verdict::NotYet(vec![]), &wanted);
            assert!(row.hint.is_some() && row.command.is_some_and(|command| !command.is_empty()));
        }
    }
}
