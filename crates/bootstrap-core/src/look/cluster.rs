//! The cluster: kubeconfig found, API answers, who we are there, what of ours is there already.

use std::time::Duration;

use cluster_access::{AccessError, Chosen, Cluster, Identity, ObjectRef};

use argocd::Owner;

use super::Look;
use super::identity;
use super::rights;
use crate::failure::{Failure, FailureKind};
use crate::plan::step;
use crate::request::{Context, Request};
use crate::world::ClusterWorld;

/// Time limit of one request to the API.
const LIMIT: Duration = Duration::from_secs(20);

pub(crate) async fn look(request: &Request, context: &Context) -> Look<ClusterWorld> {
    match connect_and_look(request, context).await {
        Ok(world) => {
            let detail =
                format!("{} ({}) as {}", world.access.server, world.identity.version, world.identity.user);
            Look::Fine(world, detail)
        }
        Err(failures) => Look::Failed(failures),
    }
}

/// The kubeconfig that counts, and the way there.
pub(crate) async fn connect(request: &Request, context: &Context) -> Result<(Chosen, Cluster), Vec<Failure>> {
    let settings = &request.settings.cluster;
    let folder = &request.folder;
    let kubeconfig = cluster_access::choose(
        settings.kubeconfig.as_deref(),
        &folder.kubeconfig(),
        &folder.installer_kubeconfig(),
    )
    .map_err(|error| vec![Failure::of(FailureKind::Refused, "preflight", &error, error.hint())])?;
    kubeconfig
        .kubeconfig
        .check_validity(jiff::Timestamp::now())
        .map_err(|error| vec![Failure::of(FailureKind::Refused, "cluster", &error, error.hint())])?;
    for secret in kubeconfig.kubeconfig.secrets() {
        context.mask.add(&secret);
    }
    let access =
        stoppable(context, cluster_access::connect(&kubeconfig.kubeconfig, &settings.network, LIMIT)).await?;
    if let Some(token) = access.file_token() {
        context.mask.add(&token);
    }
    Ok((kubeconfig, access))
}

async fn connect_and_look(request: &Request, context: &Context) -> Result<ClusterWorld, Vec<Failure>> {
    let settings = &request.settings.cluster;
    let (kubeconfig, access) = connect(request, context).await?;
    let identity = tokio::select! {
        identity = who(request, &access) => identity?,
        () = context.stop.token.cancelled() => return Err(vec![context.stop.failure("preflight")]),
    };
    let identity_notes = identity::check(request, context, &access, &identity).await?;
    let namespace_exists = stoppable(context, exists(&access, &settings.argocd_namespace)).await?;
    // Before anything of ours is read: a user who may not is told all that is lacking, not the first of it.
    tokio::select! {
        allowed = rights::check(request, &access, &identity.user, namespace_exists) => allowed?,
        () = context.stop.token.cancelled() => return Err(vec![context.stop.failure("preflight")]),
    }
    let (secrets, record) = ours(request, context, &access).await.map_err(|failure| vec![failure])?;
    let owner = Owner {
        cluster: request.spec.name.clone(),
        cluster_id: identity.cluster_id.clone(),
        infra_id: identity.infra_id.clone(),
    };
    // The wrong kubeconfig is told before anything else is asked there.
    record
        .check_owner(&settings.argocd_namespace, &owner)
        .map_err(|error| vec![Failure::of(FailureKind::Refused, "record", &error, error.hint())])?;
    Ok(ClusterWorld {
        kubeconfig,
        access,
        identity,
        identity_notes,
        owner,
        namespace_exists,
        secrets,
        record,
    })
}

async fn who(request: &Request, cluster: &Cluster) -> Result<Identity, Vec<Failure>> {
    match cluster_access::identify(cluster).await {
        Err(error @ AccessError::Forbidden { .. }) => Err(rights::all_missing(request, cluster, error).await),
        identity => identity.map_err(|error| vec![refused(&error)]),
    }
}

pub(crate) async fn exists(cluster: &Cluster, namespace: &str) -> Result<bool, AccessError> {
    match cluster_access::get(cluster, &ObjectRef::namespace(namespace)).await {
        // Who may work in the Namespace need not be allowed to read the Namespace itself.
        Err(AccessError::Forbidden { .. }) => Ok(true),
        found => Ok(found?.is_some()),
    }
}

/// The Secrets that Argo CD takes logins from, and the record.
pub(crate) async fn ours(
    request: &Request,
    context: &Context,
    cluster: &Cluster,
) -> Result<(argocd::secret::State, argocd::record::State), Failure> {
    let namespace = &request.settings.cluster.argocd_namespace;
    let name = &request.settings.repository.secret_name;
    let secrets = async {
        if request.scope.has(step::REPO_CREDS) {
            return argocd::secret::observe(cluster, namespace, name).await;
        }
        Ok(argocd::secret::State::default())
    };
    tokio::select! {
        both = async { tokio::try_join!(secrets, argocd::record::observe(cluster, namespace)) } => {
            both.map_err(|error| Failure::of(FailureKind::Refused, "cluster", &error, error.hint()))
        }
        () = context.stop.token.cancelled() => Err(context.stop.failure("preflight")),
    }
}

/// A request that ends at once on a signal.
pub(crate) async fn stoppable<T>(
    context: &Context,
    work: impl Future<Output = Result<T, AccessError>>,
) -> Result<T, Vec<Failure>> {
    tokio::select! {
        outcome = work => outcome.map_err(|error| vec![refused(&error)]),
        () = context.stop.token.cancelled() => Err(vec![context.stop.failure("preflight")]),
    }
}

pub(crate) fn refused(error: &AccessError) -> Failure {
    Failure::of(FailureKind::Refused, "cluster", error, error.hint())
}
