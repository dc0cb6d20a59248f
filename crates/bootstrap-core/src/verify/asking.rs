//! What every look has at hand, and how a list becomes a row.

use cluster_access::{AccessError, Cluster, Identity, ObjectRef, list};
use diagnostics::{Failure, FailureKind, Row, Subject};
use serde_json::Value;

use super::reach::Reached;
use crate::request::{Context, Request};

/// What every look has at hand.
pub(super) struct Asking<'a> {
    pub request: &'a Request,
    pub context: &'a Context,
    pub reached: &'a Reached,
}

impl Asking<'_> {
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
    pub(super) fn oc(&self, arguments: &str) -> String {
        let program = if self.identity().is_openshift { "oc" } else { "kubectl" };
        format!("{program} --kubeconfig <kubeconfig> {arguments}")
    }

    /// All objects of a kind, judged.
    pub(super) async fn all(
        &self,
        group: Subject,
        sentence: &str,
        kind: &ObjectRef,
        judge: impl FnOnce(&[Value]) -> Row,
    ) -> Row {
        match list(self.access(), kind, None).await {
            Ok(all) => judge(&all),
            Err(error) => unlisted(group, sentence, &error),
        }
    }
}

/// The row of what could not be asked: a cluster without the kind has nothing to be judged.
pub(super) fn unlisted(group: Subject, sentence: &str, error: &AccessError) -> Row {
    match error {
        AccessError::NoSuchKind { kind, .. } => {
            Row::skipped(group, sentence, format!("the cluster has no kind {kind}"))
        }
        error => {
            let failure = Failure::of(FailureKind::Refused, group, error, error.hint());
            Row::of_failure(group, sentence, &failure)
        }
    }
}

/// The same for what only some may read: who may not is told so.
pub(super) fn unlisted_secrets(group: Subject, sentence: &str, error: &AccessError) -> Row {
    match error {
        AccessError::Forbidden { message, .. } => Row::skipped(group, sentence, message.clone()),
        error => unlisted(group, sentence, error),
    }
}

pub(super) const GROUP: Subject = Subject::GitOps;

pub(super) const VAULT: Subject = Subject::Vault;

/// Why something was not looked at.
pub(super) fn not_reached(failures: &[Failure]) -> String {
    failures.first().map_or_else(|| "what it needs was not looked at".into(), |it| it.message.clone())
}
