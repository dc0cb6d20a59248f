//! `repo-creds`: Argo CD's repository Secret.

use super::{Done, Steps};
use diagnostics::{Failure, FailureKind, Step};
use preflight::observe::repository::login::desired_secret;
use preflight::state::ObservedState;

impl Steps<'_> {
    pub(crate) async fn repo_creds(&self, world: &ObservedState) -> Result<Done, Failure> {
        let Some(repository) = &world.repository else {
            return Ok(Done::skipped("not part of this command"));
        };
        let cluster = &world.cluster;
        let inputs = self.request.inputs().repository;
        let desired = desired_secret(&inputs, cluster, &repository.found);
        let written = argocd::secret::apply(&cluster.access, &desired, &cluster.secrets, &repository.secret)
            .await
            .map_err(|error| Failure::of(FailureKind::Step, Step::RepoCreds, &error))?;
        Ok(Done::by(written.describe(), format!("credentials from {}", repository.found.origin)))
    }
}
