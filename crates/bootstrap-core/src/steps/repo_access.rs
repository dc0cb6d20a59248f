//! `repo-access`: whether Argo CD itself can read the repository.

use std::time::Duration;

use argocd::access::{Access, Found, Progress, Question, watch_access};

use super::{Done, Steps};
use diagnostics::{Failure, FailureKind, Step, WaitProgress};
use preflight::state::ObservedState;

impl Steps<'_> {
    pub(crate) async fn repo_access(&self, world: &ObservedState) -> Result<Done, Failure> {
        let question = Question {
            namespace: &self.request.settings.cluster.argocd_namespace,
            url: self.request.spec.repo_url.as_str(),
            limit: self.request.settings.repository.access_timeout,
            stop: &self.context.stop.token,
        };
        let mut progress = |progress: Progress| {
            self.context.waiting(&WaitProgress {
                subject: Step::RepoAccess.into(),
                what: &progress.waiting_for,
                last: progress.last.map(Into::into),
                limit: Some(self.request.settings.repository.access_timeout),
            });
        };
        let found = watch_access(&world.cluster.access, &question, &mut progress).await;
        // A failure still says what was waited for.
        if found.is_ok() {
            self.context.stop.waits.over();
        }
        // One that reads it lacks nothing.
        if !matches!(&found, Ok(Found { access: Access::Readable { .. } | Access::NoCrd, .. })) {
            self.point_out_what_argo_cd_lacks(world).await;
        }
        let found = found
            .map_err(|error| Failure::of(FailureKind::Step, Step::RepoAccess, &error))
            .map_err(|failure| self.context.stop.or_signal(failure))?;
        Ok(self.told(found, question.url, question.limit))
    }

    /// A proxy or an authority that the cluster has, where that was not told before the script.
    async fn point_out_what_argo_cd_lacks(&self, world: &ObservedState) {
        let namespace = &self.request.settings.cluster.argocd_namespace;
        let observed = argocd::egress::observe(&world.cluster.access, namespace);
        let Some(state) = self.context.stop.until_stopped(observed).await else { return };
        let secrets = world.cluster.secrets.secrets.as_deref().unwrap_or_default();
        match state {
            Ok(state) => argocd::egress::lacks(&state, namespace, &self.request.spec.repo_url, secrets)
                .into_iter()
                .filter(|lack| !world.lacking.contains(lack))
                .for_each(|lack| self.context.events.warn(lack)),
            Err(error) => {
                let text = format!("the proxy and CA of Argo CD were not checked: failed to {error}");
                self.context.events.warn(text);
            }
        }
    }

    fn told(&self, found: Found, url: &str, limit: Duration) -> Done {
        found.warnings.into_iter().for_each(|warning| self.context.events.warn(warning));
        match found.access {
            Access::Readable { applications } => {
                Done::unchanged(format!("Argo CD reads the repository ({})", applications.join(", ")))
            }
            Access::Silent { applications, last } => {
                let seen = match (applications.as_slice(), last) {
                    (_, Some(last)) => last,
                    ([], None) => "no Application uses this repository".into(),
                    (applications, None) => format!("{} has no status yet", applications.join(", ")),
                };
                let silent = match limit.is_zero() {
                    true => "was not asked (GITOPS_REPO_ACCESS_TIMEOUT=0) and has not reported".into(),
                    false => format!("did not report within {}", diagnostics::duration::show(limit)),
                };
                let text = format!("Argo CD {silent} whether it can read {url}: {seen}");
                self.context.events.warn(text.clone());
                Done::unchanged(text)
            }
            Access::NoCrd => {
                Done::skipped("the cluster has no applications.argoproj.io (Argo CD is not installed yet)")
            }
        }
    }
}
