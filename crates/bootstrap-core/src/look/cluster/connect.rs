//! The way to the cluster: the kubeconfig found, the client built.

use diagnostics::{Failure, FailureKind, Step, Subject};
use std::time::Duration;

use cluster_access::{AccessError, Chosen, Cluster, ObjectRef};

use crate::checks::Rows;
use crate::request::{Context, Request};

pub(crate) const SYSTEM: Subject = Subject::Cluster;

/// Time limit of one request to the API.
const LIMIT: Duration = Duration::from_secs(20);

/// The kubeconfig that counts, and the way there.
pub(crate) async fn connect(request: &Request, context: &Context) -> Result<(Chosen, Cluster), Vec<Failure>> {
    let chosen = kubeconfig(request, context, Rows::of(context, SYSTEM)).map_err(|failure| vec![failure])?;
    let access = client(request, context, &chosen).await?;
    Ok((chosen, access))
}

/// The kubeconfig that counts, normalized in memory.
pub(crate) fn kubeconfig(request: &Request, context: &Context, rows: Rows<'_>) -> Result<Chosen, Failure> {
    let folder = &request.folder;
    let explicit = request.settings.cluster.kubeconfig.as_deref();
    let see = format!("ls -l {}", secret::quoted_path(explicit.unwrap_or(&folder.kubeconfig())));
    let chosen = cluster_access::choose(explicit, &folder.kubeconfig(), &folder.installer_kubeconfig())
        .map_err(|error| Failure::of(FailureKind::Refused, Step::Preflight, &error, error.hint()));
    if let Err(failure) = &chosen {
        rows.failed("there is a kubeconfig", &see, failure);
    }
    let chosen = chosen?;
    context.here().reach_by(&chosen.file);
    rows.ok(format!("there is a kubeconfig ({})", chosen.file.display()));
    rows.odd("the kubeconfig holds nothing odd", &chosen.warnings);
    let valid = chosen
        .kubeconfig
        .check_validity(jiff::Timestamp::now())
        .map_err(|error| Failure::of(FailureKind::Refused, Subject::Cluster, &error, error.hint()));
    if let Err(failure) = &valid {
        rows.failed("the kubeconfig's certificate has not expired", "", failure);
    }
    valid?;
    for secret in chosen.kubeconfig.secrets() {
        context.mask.add(&secret);
    }
    Ok(chosen)
}

pub(crate) async fn client(
    request: &Request,
    context: &Context,
    chosen: &Chosen,
) -> Result<Cluster, Vec<Failure>> {
    let network = &request.settings.cluster.network;
    let access = stoppable(context, cluster_access::connect(&chosen.kubeconfig, network, LIMIT)).await?;
    if let Some(token) = access.file_token() {
        context.mask.add(&token);
    }
    Ok(access)
}

/// How a row names the proxy on the way.
pub(crate) fn through(proxy: Option<String>) -> String {
    proxy.map(|proxy| format!(", through the proxy {proxy}")).unwrap_or_default()
}

/// None: it may not be read. Who may work in a Namespace need not be allowed to read the Namespace itself.
pub(crate) async fn exists(cluster: &Cluster, namespace: &str) -> Result<Option<bool>, AccessError> {
    match cluster_access::get(cluster, &ObjectRef::namespace(namespace)).await {
        Err(AccessError::Forbidden { .. }) => Ok(None),
        found => Ok(Some(found?.is_some())),
    }
}

/// A request that ends at once on a signal.
pub(crate) async fn stoppable<T>(
    context: &Context,
    work: impl Future<Output = Result<T, AccessError>>,
) -> Result<T, Vec<Failure>> {
    tokio::select! {
        outcome = work => outcome.map_err(|error| vec![refused(&error)]),
        () = context.stop.token.cancelled() => Err(vec![context.stop.failure(Step::Preflight)]),
    }
}

pub(crate) fn refused(error: &AccessError) -> Failure {
    Failure::of(FailureKind::Refused, Subject::Cluster, error, error.hint())
}
