//! Argo CD's cluster Secret: whether it can be marked, or made, and whether we may.

use super::rights;
use crate::cluster_secret::plan;
use diagnostics::{Failure, FailureKind, Subject};

use crate::request::Request;
use crate::world::World;

pub(crate) async fn check(request: &Request, world: &World) -> Result<(), Failure> {
    let changes = plan(request, world)
        .map_err(|error| Failure::of(FailureKind::Refused, Subject::ClusterSecret, &error, error.hint()))?;
    let rights = changes.further_rights();
    if rights.is_empty() {
        Ok(())
    } else {
        rights::check_further("bitiq-bootstrap-cluster-secret", &world.cluster, &[], &rights, Vec::new())
            .await
    }
}
