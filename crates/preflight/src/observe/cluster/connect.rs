//! The way to the cluster, the same for every command: the kubeconfig found, the client built.

use advice::{Advice, shell};
use std::time::Duration;

use cluster_access::{AccessError, Chosen, Cluster, Identity, KubeconfigError, ObjectRef};
use diagnostics::{Blocked, CheckId, Checks, Failure, FailureKind, Step, Subject};

use crate::inputs::ClusterInputs;
use crate::session::Session;
use settings::variables;

/// Time limit of one request to the API.
const LIMIT: Duration = Duration::from_secs(20);

/// A cluster that answered and knows the user.
#[derive(Clone)]
pub struct Reached {
    /// The kubeconfig.
    pub kubeconfig: Chosen,
    /// The client.
    pub access: Cluster,
    /// Who the cluster says it is.
    pub identity: Identity,
}

/// The kubeconfig that counts: the given one, that of `.work`, or the installer's.
pub fn choose(inputs: &ClusterInputs<'_>) -> Result<Chosen, KubeconfigError> {
    let (folder, explicit) = (inputs.folder, inputs.settings.kubeconfig.as_deref());
    cluster_access::choose(explicit, &folder.kubeconfig(), &folder.installer_kubeconfig())
}

/// The kubeconfig that counts, with its checks.
pub fn kubeconfig(
    inputs: &ClusterInputs<'_>,
    session: &Session,
    checks: &mut Checks,
) -> Result<Chosen, Blocked> {
    accept(choose(inputs), inputs, session, checks, |expired| expired)
}

/// The checks of the kubeconfig that was chosen. `expired` may add advice where its certificate has expired.
pub fn accept(
    chosen: Result<Chosen, KubeconfigError>,
    inputs: &ClusterInputs<'_>,
    session: &Session,
    checks: &mut Checks,
    expired: impl FnOnce(Failure) -> Failure,
) -> Result<Chosen, Blocked> {
    let (folder, explicit) = (inputs.folder, inputs.settings.kubeconfig.as_deref());
    let see = shell!("ls -l {}", explicit.unwrap_or(&folder.kubeconfig()));
    let chosen = chosen.map_err(|error| Failure::of(FailureKind::Refused, Step::Preflight, &error));
    let chosen = checks.failure_of(CheckId::Kubeconfig, see, chosen)?;
    session.commands.set_kubeconfig(&chosen.file);
    checks.passed(CheckId::Kubeconfig, chosen.file.display().to_string());
    checks.warn_if_any(CheckId::KubeconfigContent, &chosen.warnings);
    let valid = chosen
        .kubeconfig
        .check_validity(jiff::Timestamp::now())
        .map_err(|error| Failure::of(FailureKind::Refused, Subject::Cluster, &error))
        .map_err(expired);
    checks.failure_of(CheckId::KubeconfigExpired, Advice::default(), valid)?;
    for secret in chosen.kubeconfig.secrets() {
        session.mask.add(&secret);
    }
    Ok(chosen)
}

/// The client of that kubeconfig.
///
/// # Errors
/// It can't be built; a signal.
pub async fn client(
    inputs: &ClusterInputs<'_>,
    session: &Session,
    chosen: &Chosen,
) -> Result<Cluster, Failure> {
    let network = &inputs.settings.network;
    let withheld = variables::withheld_names();
    let access = cluster_access::connect(&chosen.kubeconfig, network, LIMIT, &withheld);
    let access = stoppable(session, access).await?;
    if let Some(token) = access.file_token() {
        session.mask.add(&token);
    }
    Ok(access)
}

/// The client, and who the cluster says it is.
///
/// # Errors
/// It does not answer, or does not let the user ask; a signal.
pub async fn reach(
    inputs: &ClusterInputs<'_>,
    session: &Session,
    kubeconfig: Chosen,
) -> Result<Reached, Failure> {
    let access = client(inputs, session, &kubeconfig).await?;
    let identity = stoppable(session, cluster_access::identify(&access)).await?;
    Ok(Reached { kubeconfig, access, identity })
}

/// The proxy on the way, as a check names it.
pub fn through(proxy: Option<String>) -> String {
    proxy.map(|proxy| format!(", through the proxy {proxy}")).unwrap_or_default()
}

/// True if the Namespace is there; none if it may not be read. Who may work in a Namespace need not be allowed to read
/// the Namespace itself.
pub async fn exists(cluster: &Cluster, namespace: &str) -> Result<Option<bool>, AccessError> {
    match cluster_access::get(cluster, &ObjectRef::namespace(namespace)).await {
        Err(AccessError::Forbidden { .. }) => Ok(None),
        found => Ok(Some(found?.is_some())),
    }
}

/// A request that ends at once on a signal.
///
/// # Errors
/// Those of the request; a signal.
pub async fn stoppable<T>(
    session: &Session,
    work: impl Future<Output = Result<T, AccessError>>,
) -> Result<T, Failure> {
    session.stop.unless_stopped(Step::Preflight, async { work.await.map_err(|error| refused(&error)) }).await
}

/// The failure that an error of the cluster makes before a write.
pub fn refused(error: &AccessError) -> Failure {
    Failure::of(FailureKind::Refused, Subject::Cluster, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_on_the_way_is_named() {
        assert_eq!(through(None), "");
        assert_eq!(through(Some("http://p:3128".into())), ", through the proxy http://p:3128");
    }
}
