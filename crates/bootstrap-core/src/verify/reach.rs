//! The way to the cluster, with the kubeconfig alone: normalized in memory, never written.

use diagnostics::{Failure, FailureKind, Subject};
use std::time::Duration;

use cluster_access::{AccessError, Chosen, Cluster, Identity};

use crate::request::{Context, Request};

/// Time limit of one request to the API.
const LIMIT: Duration = Duration::from_secs(20);
const SYSTEM: Subject = Subject::Cluster;

/// A cluster that answered and knows us.
pub(super) struct Reached {
    pub kubeconfig: Chosen,
    pub access: Cluster,
    pub identity: Identity,
}

pub(super) fn kubeconfig(request: &Request, context: &Context) -> Result<Chosen, Vec<Failure>> {
    let (explicit, folder) = (request.settings.cluster.kubeconfig.as_deref(), &request.folder);
    let chosen = cluster_access::choose(explicit, &folder.kubeconfig(), &folder.installer_kubeconfig())
        .map_err(|error| vec![Failure::of(FailureKind::Refused, SYSTEM, &error, error.hint())])?;
    context.here().reach_by(&chosen.file);
    chosen
        .kubeconfig
        .check_validity(jiff::Timestamp::now())
        .map_err(|error| vec![Failure::of(FailureKind::Refused, SYSTEM, &error, error.hint())])?;
    for secret in chosen.kubeconfig.secrets() {
        context.mask.add(&secret);
    }
    Ok(chosen)
}

pub(super) async fn reach(
    request: &Request,
    context: &Context,
    kubeconfig: Chosen,
) -> Result<Reached, Vec<Failure>> {
    let refused = |error: AccessError| vec![Failure::of(FailureKind::Refused, SYSTEM, &error, error.hint())];
    let network = &request.settings.cluster.network;
    let access = cluster_access::connect(&kubeconfig.kubeconfig, network, LIMIT).await.map_err(refused)?;
    if let Some(token) = access.file_token() {
        context.mask.add(&token);
    }
    let identity = cluster_access::identify(&access).await.map_err(refused)?;
    Ok(Reached { kubeconfig, access, identity })
}
