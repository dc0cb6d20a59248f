//! What every check of `verify` has at hand, and how a list becomes a check.

use advice::{CommandLine, shell};
use cluster_access::{AccessError, Cluster, Identity, ObjectRef, list};
use diagnostics::{Check, CheckId, Failure, FailureKind};
use serde_json::Value;

use preflight::Request;
use preflight::Session;
use preflight::inputs::Inputs;
use preflight::observe::cluster::connect::{Reached, refused};

/// What every check has at hand.
pub(super) struct Checker<'a> {
    pub request: &'a Request,
    pub session: &'a Session,
    pub reached: &'a Reached,
}

impl Checker<'_> {
    /// The inputs of a run that leaves the script out: its tools are not asked for.
    pub(super) fn inputs(&self) -> Inputs<'_> {
        let mut inputs = self.request.inputs();
        inputs.machine.tools = &[];
        inputs
    }

    pub(super) fn access(&self) -> &Cluster {
        &self.reached.access
    }

    pub(super) fn identity(&self) -> &Identity {
        &self.reached.identity
    }

    /// `ARGOCD_NAMESPACE`
    pub(super) fn namespace(&self) -> &str {
        &self.request.settings.cluster.argocd_namespace
    }

    /// A command line that asks the same cluster.
    pub(super) fn oc(&self, arguments: CommandLine) -> CommandLine {
        match self.identity().is_openshift {
            true => shell!("oc --kubeconfig <kubeconfig> {}", arguments),
            false => shell!("kubectl --kubeconfig <kubeconfig> {}", arguments),
        }
    }

    /// All objects of a kind, judged.
    pub(super) async fn all(
        &self,
        id: CheckId,
        kind: &ObjectRef,
        judge: impl FnOnce(&[Value]) -> Check,
    ) -> Check {
        match list(self.access(), kind, None).await {
            Ok(all) => judge(&all),
            Err(error) => unlisted(id, &error),
        }
    }
}

/// The check of what could not be asked: a cluster without the kind has nothing to be judged.
pub(super) fn unlisted(id: CheckId, error: &AccessError) -> Check {
    match error {
        AccessError::NoSuchKind { kind, .. } => Check::skipped(id, format!("the cluster has no kind {kind}")),
        error => Check::refused(id, refused(error)),
    }
}

/// The same for what only some may read: who may not is told so.
pub(super) fn unlisted_secrets(id: CheckId, error: &AccessError) -> Check {
    match error {
        AccessError::Forbidden { message, .. } => Check::skipped(id, message.clone()),
        error => unlisted(id, error),
    }
}

/// The check that an error of Argo CD's objects fails.
pub(super) fn not_read(id: CheckId, error: &argocd::ArgoCdError) -> Check {
    Check::refused(id, Failure::of(FailureKind::Refused, id.subject(), error))
}

/// Why something was not looked at.
pub(super) fn not_reached(failures: &[Failure]) -> String {
    failures.first().map_or_else(|| "what it needs was not looked at".into(), |it| it.message.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::CheckStatus;

    fn error(error: &AccessError) -> (CheckStatus, CheckStatus) {
        let id = CheckId::Nodes;
        (unlisted(id, error).status(), unlisted_secrets(id, error).status())
    }

    #[test]
    fn a_kind_that_is_not_there_is_skipped_and_one_that_may_not_be_read_fails_but_for_secrets() {
        let (doing, kind) = ("list nodes".to_owned(), "Node".to_owned());
        let none = AccessError::NoSuchKind { doing: doing.clone(), kind };
        assert_eq!(error(&none), (CheckStatus::Skipped, CheckStatus::Skipped));
        let forbidden = AccessError::Forbidden { doing, message: "dev may not".into() };
        assert_eq!(error(&forbidden), (CheckStatus::Failed, CheckStatus::Skipped));
    }

    #[test]
    fn what_was_not_looked_at_has_the_first_failure_as_its_reason() {
        let failures =
            ["it is sealed", "it is gone"].map(|why| Failure::example(CheckId::Nodes.subject(), why));
        assert_eq!(not_reached(&failures), "it is sealed");
        assert!(!not_reached(&[]).is_empty());
    }
}
