//! `gitops-src`: the working copy at the ref's commit.

use super::{Done, Steps};
use diagnostics::{Failure, FailureKind, Step};
use preflight::state::ObservedState;

impl Steps<'_> {
    pub(crate) async fn gitops_src(&self, world: &ObservedState) -> Result<Done, Failure> {
        let Some((repository, source)) =
            world.repository.as_ref().and_then(|repository| Some((repository, repository.source.as_ref()?)))
        else {
            return Ok(Done::skipped("not part of this command"));
        };
        let detail = format!("at {}", repository.tip.commit);
        if source.changes.is_empty() {
            return Ok(Done::unchanged(detail));
        }
        let origin = self.request.spec.repo_url.as_str();
        gitops_clone::apply(&source.commit, &source.changes, origin, &self.context.stop.token)
            .await
            .map_err(|error| Failure::of(FailureKind::Step, Step::GitopsSrc, &error))
            .map_err(|failure| self.context.stop.or_signal(failure))?;
        Ok(Done::changed(detail, source.changes.describe()))
    }
}
