//! The cluster: kubeconfig found, API answers, identity, permissions, the objects of an earlier run.

pub mod cluster_secret;
pub mod connect;
pub mod grants;
pub mod identity;
pub mod rights;
pub mod still_there;

use advice::{Advice, shell};
use argocd::Owner;
use cluster_access::{AccessError, Chosen, Cluster, Identity};
use diagnostics::{Blocked, CheckId, Checks, Failure, FailureKind, Step, Subject};

use super::observation::Observed;
use crate::inputs::ClusterInputs;
use crate::session::Session;
use crate::state::ClusterState;
use connect::{client, exists, kubeconfig, refused, stoppable, through};

/// The cluster's state. The first value is the way there, also where something stands in the way after that.
pub async fn observe(
    inputs: &ClusterInputs<'_>,
    session: &Session,
) -> (Option<Cluster>, Observed<ClusterState>) {
    let (mut reached, mut checks) = (None, Checks::default());
    let found = Box::pin(find(inputs, session, &mut reached, &mut checks)).await;
    let observed = Observed::of(found, checks, |state| {
        format!("{} ({}) as {}", state.access.server, state.identity.version, state.identity.user)
    });
    (reached, observed)
}

async fn find(
    inputs: &ClusterInputs<'_>,
    session: &Session,
    reached: &mut Option<Cluster>,
    checks: &mut Checks,
) -> Result<ClusterState, Blocked> {
    let kubeconfig = kubeconfig(inputs, session, checks)?;
    let (access, identity) = connect_as(inputs, session, &kubeconfig, checks).await?;
    *reached = Some(access.clone());
    let identity_notes = identity::observe(inputs, session, &access, &identity, checks).await?;
    let namespace = &inputs.settings.argocd_namespace;
    let seen = stoppable(session, exists(&access, namespace)).await;
    let seen = checks.failure_of(CheckId::ArgocdNamespace, Advice::default(), seen)?;
    let namespace_exists = seen.unwrap_or(true);
    // Before any object is read: a user who may not is told all that is lacking, not the first of it.
    rights::observe(inputs, session, &access, &identity, namespace_exists, checks).await?;
    checks.passed(
        CheckId::ArgocdNamespace,
        match seen {
            Some(true) => namespace.clone(),
            Some(false) => format!("{namespace} will be created"),
            None => format!("{namespace} (no permission to read it)"),
        },
    );
    let see = shell!("oc --kubeconfig <kubeconfig> -n {} get configmap,secret", namespace);
    let objects = managed_objects(inputs, session, &access).await;
    let (secrets, record, cluster_secret) =
        checks.result(CheckId::EarlierObjects, "can be read", see, objects)?;
    let region = match identity.is_openshift {
        true => stoppable(session, cluster_access::region(&access)).await,
        false => Ok(None),
    };
    let region = checks.failure_of(CheckId::ApiServer, Advice::default(), region)?;
    let owner = Owner::of(&inputs.spec.name, &identity);
    // The wrong kubeconfig shows before anything else is asked there.
    let whose = record
        .check_owner(namespace, &owner)
        .map_err(|error| Failure::of(FailureKind::Refused, Subject::Record, &error));
    let name = argocd::record::NAME;
    let see = shell!("oc --kubeconfig <kubeconfig> -n {} get configmap {} -o yaml", namespace, name);
    checks.result(CheckId::RecordOwner, owner.cluster.clone(), see, whose)?;
    Ok(ClusterState {
        kubeconfig,
        access,
        identity,
        identity_notes,
        owner,
        namespace_exists,
        secrets,
        record,
        cluster_secret,
        region,
    })
}

async fn connect_as(
    inputs: &ClusterInputs<'_>,
    session: &Session,
    chosen: &Chosen,
    checks: &mut Checks,
) -> Result<(Cluster, Identity), Blocked> {
    let asked = async {
        let access = client(inputs, session, chosen).await?;
        let identity = session.stop.unless_stopped(Step::Preflight, who(inputs, &access)).await?;
        Ok((access, identity))
    };
    let server = chosen.kubeconfig.server();
    let see = shell!("oc --kubeconfig <kubeconfig> whoami");
    let (access, identity) = checks.failure_of(CheckId::ApiServer, see, asked.await)?;
    let proxy = through(access.proxy());
    checks.passed(CheckId::ApiServer, format!("{server} {}{proxy}", identity.version));
    checks.passed(
        CheckId::ApiLogin,
        match identity.user.as_str() {
            "" => "accepted".into(),
            user => format!("accepted as {user}"),
        },
    );
    Ok((access, identity))
}

async fn who(inputs: &ClusterInputs<'_>, cluster: &Cluster) -> Result<Identity, Failure> {
    match cluster_access::identify(cluster).await {
        Err(error @ AccessError::Forbidden { .. }) if !error.is_of_nobody() => {
            Err(rights::all_missing(inputs, cluster, error).await)
        }
        identity => identity.map_err(|error| refused(&error)),
    }
}

/// The Secrets that Argo CD takes logins from, the record, and Argo CD's cluster Secret.
///
/// # Errors
/// One of them can't be read; a signal.
pub async fn managed_objects(
    inputs: &ClusterInputs<'_>,
    session: &Session,
    cluster: &Cluster,
) -> Result<(argocd::secret::State, argocd::record::State, argocd::cluster_secret::State), Failure> {
    let namespace = &inputs.settings.argocd_namespace;
    let secrets = async {
        if inputs.scope.has(Step::RepoCreds) {
            return argocd::secret::observe(cluster, namespace, inputs.secret_name).await;
        }
        Ok(argocd::secret::State::default())
    };
    let cluster_secret = async {
        if inputs.scope.has(Step::Argocd) {
            return argocd::cluster_secret::observe(cluster, namespace, inputs.create_cluster_secret).await;
        }
        Ok(argocd::cluster_secret::State::default())
    };
    let record = argocd::record::observe(cluster, namespace);
    let all = async {
        tokio::try_join!(secrets, record, cluster_secret)
            .map_err(|error| Failure::of(FailureKind::Refused, Subject::Cluster, &error))
    };
    session.stop.unless_stopped(Step::Preflight, all).await
}
