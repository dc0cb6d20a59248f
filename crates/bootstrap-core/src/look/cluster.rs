//! The cluster: kubeconfig found, API answers, who we are there, what of ours is there already.

use std::time::Duration;

use cluster_access::{AccessError, Chosen, Cluster, Identity, ObjectRef};

use argocd::Owner;

use super::Look;
use super::identity;
use super::rights;
use super::rows::Rows;
use crate::failure::{Failure, FailureKind};
use crate::plan::step;
use crate::request::{Context, Request};
use crate::world::ClusterWorld;

pub(super) const SYSTEM: &str = "cluster";
/// Time limit of one request to the API.
const LIMIT: Duration = Duration::from_secs(20);

/// `reached` is filled once the cluster answered and knew us, also where something stands in the way after that.
pub(crate) async fn look(
    request: &Request,
    context: &Context,
    reached: &mut Option<Cluster>,
) -> Look<ClusterWorld> {
    match connect_and_look(request, context, reached).await {
        Ok(world) => {
            let detail =
                format!("{} ({}) as {}", world.access.server, world.identity.version, world.identity.user);
            Look::Fine(world, detail)
        }
        Err(failures) => Look::Failed(failures),
    }
}

async fn connect_and_look(
    request: &Request,
    context: &Context,
    reached: &mut Option<Cluster>,
) -> Result<ClusterWorld, Vec<Failure>> {
    let rows = Rows::of(context, SYSTEM);
    let settings = &request.settings.cluster;
    let kubeconfig = kubeconfig(request, context, rows).map_err(|failure| vec![failure])?;
    let (access, identity) = connect_as(request, context, &kubeconfig, rows).await?;
    *reached = Some(access.clone());
    let identity_notes = identity::check(request, context, &access, &identity, rows).await?;
    let seen = stoppable(context, exists(&access, &settings.argocd_namespace)).await?;
    let namespace_exists = seen.unwrap_or(true);
    // Before anything of ours is read: a user who may not is told all that is lacking, not the first of it.
    tokio::select! {
        allowed = rights::check(request, &access, &identity, namespace_exists, rows) => allowed?,
        () = context.stop.token.cancelled() => return Err(vec![context.stop.failure("preflight")]),
    }
    rows.ok(match seen {
        Some(true) => format!("Namespace {} is there", settings.argocd_namespace),
        Some(false) => format!("Namespace {} can be made", settings.argocd_namespace),
        None => format!("Namespace {} may not be read: it is taken to be there", settings.argocd_namespace),
    });
    let sentence = "what an earlier run left there can be read";
    let see = format!("oc --kubeconfig <kubeconfig> -n {} get configmap,secret", settings.argocd_namespace);
    let (secrets, record, cluster_secret) =
        rows.told(ours(request, context, &access).await, sentence, &see).map_err(|failure| vec![failure])?;
    let region = match identity.is_openshift {
        true => stoppable(context, cluster_access::region(&access)).await?,
        false => None,
    };
    let owner = Owner {
        cluster: request.spec.name.clone(),
        cluster_id: identity.cluster_id.clone(),
        infra_id: identity.infra_id.clone(),
    };
    // The wrong kubeconfig is told before anything else is asked there.
    let whose = record
        .check_owner(&settings.argocd_namespace, &owner)
        .map_err(|error| Failure::of(FailureKind::Refused, "record", &error, error.hint()));
    let see = format!(
        "oc --kubeconfig <kubeconfig> -n {} get configmap {} -o yaml",
        settings.argocd_namespace,
        argocd::record::NAME
    );
    let sentence = format!("no record there says that it is another cluster than {}", owner.cluster);
    rows.told(whose, &sentence, &see).map_err(|failure| vec![failure])?;
    Ok(ClusterWorld {
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

/// The kubeconfig that counts, normalized in memory.
fn kubeconfig(request: &Request, context: &Context, rows: Rows<'_>) -> Result<Chosen, Failure> {
    let folder = &request.folder;
    let explicit = request.settings.cluster.kubeconfig.as_deref();
    let see = format!("ls -l {}", secret::quoted_path(explicit.unwrap_or(&folder.kubeconfig())));
    let chosen = cluster_access::choose(explicit, &folder.kubeconfig(), &folder.installer_kubeconfig())
        .map_err(|error| Failure::of(FailureKind::Refused, "preflight", &error, error.hint()));
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
        .map_err(|error| Failure::of(FailureKind::Refused, "cluster", &error, error.hint()));
    if let Err(failure) = &valid {
        rows.failed("the kubeconfig's certificate has not expired", "", failure);
    }
    valid?;
    for secret in chosen.kubeconfig.secrets() {
        context.mask.add(&secret);
    }
    Ok(chosen)
}

/// The kubeconfig that counts, and the way there.
pub(crate) async fn connect(request: &Request, context: &Context) -> Result<(Chosen, Cluster), Vec<Failure>> {
    let chosen = kubeconfig(request, context, Rows::of(context, SYSTEM)).map_err(|failure| vec![failure])?;
    let access = client(request, context, &chosen).await?;
    Ok((chosen, access))
}

async fn client(request: &Request, context: &Context, chosen: &Chosen) -> Result<Cluster, Vec<Failure>> {
    let network = &request.settings.cluster.network;
    let access = stoppable(context, cluster_access::connect(&chosen.kubeconfig, network, LIMIT)).await?;
    if let Some(token) = access.file_token() {
        context.mask.add(&token);
    }
    Ok(access)
}

async fn connect_as(
    request: &Request,
    context: &Context,
    chosen: &Chosen,
    rows: Rows<'_>,
) -> Result<(Cluster, Identity), Vec<Failure>> {
    let asked = async {
        let access = client(request, context, chosen).await?;
        tokio::select! {
            identity = who(request, &access) => Ok((access.clone(), identity?)),
            () = context.stop.token.cancelled() => Err(vec![context.stop.failure("preflight")]),
        }
    };
    let server = chosen.kubeconfig.server();
    let asked = asked.await;
    match &asked {
        Ok((access, identity)) => {
            let proxy = through(access.proxy());
            rows.ok(format!("API server {server} answers ({}){proxy}", identity.version));
            rows.ok(match identity.user.as_str() {
                "" => "it accepts the kubeconfig's login".into(),
                user => format!("it accepts the kubeconfig's login, as {user}"),
            });
        }
        Err(failures) => {
            let see = "oc --kubeconfig <kubeconfig> whoami";
            let sentence = format!("API server {server} answers, and we may ask it which cluster it is");
            failures.iter().for_each(|failure| rows.failed(&sentence, see, failure));
        }
    }
    asked
}

/// How a row names the proxy on the way.
pub(super) fn through(proxy: Option<String>) -> String {
    proxy.map(|proxy| format!(", through the proxy {proxy}")).unwrap_or_default()
}

async fn who(request: &Request, cluster: &Cluster) -> Result<Identity, Vec<Failure>> {
    match cluster_access::identify(cluster).await {
        Err(error @ AccessError::Forbidden { .. }) if !error.is_of_nobody() => {
            Err(rights::all_missing(request, cluster, error).await)
        }
        identity => identity.map_err(|error| vec![refused(&error)]),
    }
}

/// None: it may not be read. Who may work in a Namespace need not be allowed to read the Namespace itself.
pub(crate) async fn exists(cluster: &Cluster, namespace: &str) -> Result<Option<bool>, AccessError> {
    match cluster_access::get(cluster, &ObjectRef::namespace(namespace)).await {
        Err(AccessError::Forbidden { .. }) => Ok(None),
        found => Ok(Some(found?.is_some())),
    }
}

/// The Secrets that Argo CD takes logins from, the record, and Argo CD's cluster Secret.
pub(crate) async fn ours(
    request: &Request,
    context: &Context,
    cluster: &Cluster,
) -> Result<(argocd::secret::State, argocd::record::State, argocd::cluster_secret::State), Failure> {
    let namespace = &request.settings.cluster.argocd_namespace;
    let name = &request.settings.repository.secret_name;
    let secrets = async {
        if request.scope.has(step::REPO_CREDS) {
            return argocd::secret::observe(cluster, namespace, name).await;
        }
        Ok(argocd::secret::State::default())
    };
    let cluster_secret = async {
        if request.scope.has(step::ARGOCD) {
            let create = request.settings.operator.create_cluster_secret;
            return argocd::cluster_secret::observe(cluster, namespace, create).await;
        }
        Ok(argocd::cluster_secret::State::default())
    };
    let record = argocd::record::observe(cluster, namespace);
    tokio::select! {
        all = async { tokio::try_join!(secrets, record, cluster_secret) } => {
            all.map_err(|error| Failure::of(FailureKind::Refused, "cluster", &error, error.hint()))
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
