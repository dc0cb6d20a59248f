//! The cluster: kubeconfig found, API answers, who we are there, what of ours is there already.

pub(crate) mod cluster_secret;
pub(crate) mod connect;
pub(crate) mod grants;
pub(crate) mod identity;
pub(crate) mod rights;
pub(crate) mod still_there;

use cluster_access::{AccessError, Chosen, Cluster, Identity};

use argocd::Owner;

use crate::checks::Rows;
use crate::look::observation::Look;
use crate::request::{Context, Request};
use crate::world::ClusterWorld;
use connect::{SYSTEM, client, exists, kubeconfig, refused, stoppable, through};
use diagnostics::{Failure, FailureKind, Step, Subject};

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
        () = context.stop.token.cancelled() => return Err(vec![context.stop.failure(Step::Preflight)]),
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
        .map_err(|error| Failure::of(FailureKind::Refused, Subject::Record, &error, error.hint()));
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
            () = context.stop.token.cancelled() => Err(vec![context.stop.failure(Step::Preflight)]),
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

async fn who(request: &Request, cluster: &Cluster) -> Result<Identity, Vec<Failure>> {
    match cluster_access::identify(cluster).await {
        Err(error @ AccessError::Forbidden { .. }) if !error.is_of_nobody() => {
            Err(rights::all_missing(request, cluster, error).await)
        }
        identity => identity.map_err(|error| vec![refused(&error)]),
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
        if request.scope.has(Step::RepoCreds) {
            return argocd::secret::observe(cluster, namespace, name).await;
        }
        Ok(argocd::secret::State::default())
    };
    let cluster_secret = async {
        if request.scope.has(Step::Argocd) {
            let create = request.settings.operator.create_cluster_secret;
            return argocd::cluster_secret::observe(cluster, namespace, create).await;
        }
        Ok(argocd::cluster_secret::State::default())
    };
    let record = argocd::record::observe(cluster, namespace);
    tokio::select! {
        all = async { tokio::try_join!(secrets, record, cluster_secret) } => {
            all.map_err(|error| Failure::of(FailureKind::Refused, Subject::Cluster, &error, error.hint()))
        }
        () = context.stop.token.cancelled() => Err(context.stop.failure(Step::Preflight)),
    }
}
