//! The checks of what the cluster needs.

use advice::{Advice, CommandLine, shell};
use cluster_access::Cluster;
use diagnostics::{Check, CheckId, Subject};

use super::dns::{Resolved, names};
use super::observe::observe as observe_needs;
use super::{Need, Verdict, Wanted};
use crate::session::Session;

pub const SYSTEM: Subject = Subject::Readiness;
const ALL: [Need; 4] = [Need::Workers, Need::Storage, Need::Catalogs, Need::Dns];

/// A check for each need. What is not ready is a warning: nothing of a run fails of it at once.
pub async fn observe(
    session: &Session,
    cluster: &Cluster,
    wanted: &Wanted,
    resolve: impl AsyncFn(String) -> Resolved,
) -> Vec<Check> {
    let found = tokio::select! {
        found = observe_needs(cluster, wanted, &resolve) => found,
        () = session.stop.token.cancelled() => return Vec::new(),
    };
    found.into_iter().map(|(need, verdict)| judge(need, verdict, wanted)).collect()
}

/// The cluster was not reached.
pub fn not_observed() -> Vec<Check> {
    ALL.map(|need| Check::skipped(need.id(), "the cluster was not reached")).into()
}

fn judge(need: Need, verdict: Verdict, wanted: &Wanted) -> Check {
    let id = need.id();
    match verdict {
        Verdict::Ready(what) => Check::passed(id, what),
        Verdict::NotYet(against) => {
            Check::warning(id, against).hint(need.hint()).command(need.command(wanted))
        }
        Verdict::NotHere(reason) | Verdict::MayNot(reason) => Check::skipped(id, reason),
    }
}

impl Need {
    fn id(self) -> CheckId {
        match self {
            Self::Workers => CheckId::Workers,
            Self::Storage => CheckId::DefaultStorageClass,
            Self::Catalogs => CheckId::Catalogs,
            Self::Dns => CheckId::AppsDns,
        }
    }

    pub(super) fn hint(self) -> Advice {
        match self {
            Self::Workers => {
                let what = "Argo CD and all it installs stay Pending until one takes Pods; wait for it:";
                Advice::say(what).run(shell!("bitiq-bootstrap run <cluster> --wait-ready 30m"))
            }
            Self::Storage => {
                let what = "claims without a class stay Pending; install a provisioner with its class where there is none, and mark one:";
                Advice::say(what).run(shell!("oc --kubeconfig <kubeconfig> get storageclass")).run(shell!(
                    "oc --kubeconfig <kubeconfig> annotate storageclass NAME storageclass.kubernetes.io/is-default-class=true"
                ))
            }
            Self::Catalogs => {
                let what = "the operators' Subscriptions can't be resolved until then; wait for it:";
                Advice::say(what).run(shell!("bitiq-bootstrap run <cluster> --wait-ready 30m"))
            }
            Self::Dns => {
                "routes can't be reached until it has one: is the wildcard record of the cluster made, and does this machine ask the right DNS server?".into()
            }
        }
    }

    pub(super) fn command(self, wanted: &Wanted) -> CommandLine {
        match self {
            Self::Workers => shell!("oc --kubeconfig <kubeconfig> get nodes -o wide"),
            Self::Storage => shell!("oc --kubeconfig <kubeconfig> get storageclass"),
            Self::Catalogs => shell!("oc --kubeconfig <kubeconfig> get catalogsource -A"),
            Self::Dns => {
                let [console, _] = names(&wanted.apps_domain);
                shell!("getent hosts {}", console)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cluster_spec::AppsDomain;
    use diagnostics::CheckStatus;

    #[test]
    fn what_is_not_ready_is_a_warning_and_what_may_not_be_seen_is_none() {
        let wanted = Wanted { apps_domain: AppsDomain::from_text("apps.demo.example.test"), catalogs: None };
        let status = |verdict| judge(Need::Storage, verdict, &wanted).status();
        assert_eq!(status(Verdict::Ready("gp3".into())), CheckStatus::Ok);
        assert_eq!(status(Verdict::NotYet(vec!["there is none".into()])), CheckStatus::Warning);
        assert_eq!(status(Verdict::NotHere("no such kind".into())), CheckStatus::Skipped);
        assert_eq!(status(Verdict::MayNot("403".into())), CheckStatus::Skipped);
        for need in ALL {
            let check = judge(need, Verdict::NotYet(vec![]), &wanted);
            assert!(check.hint.is_some() && check.command.is_some_and(|command| !command.is_empty()));
        }
    }
}
