//! `repo-creds`: Argo CD's repository Secret.

use super::{Done, Steps};
use crate::look::repository::login::desired_secret;
use crate::world::World;
use diagnostics::{Failure, FailureKind, Step};

impl Steps<'_> {
    pub(crate) async fn repo_creds(&self, world: &World) -> Result<Done, Failure> {
        let Some(repository) = &world.repository else {
            return Ok(Done::skipped("not part of this command"));
        };
        let cluster = &world.cluster;
        let desired = desired_secret(self.request, cluster, &repository.found);
        let written = argocd::secret::apply(&cluster.access, &desired, &cluster.secrets, &repository.secret)
            .await
            .map_err(|error| Failure::of(FailureKind::Step, Step::RepoCreds, &error, error.hint()))?;
        Ok(Done::by(written.describe(), format!("login from {}", repository.found.origin)))
    }
}
