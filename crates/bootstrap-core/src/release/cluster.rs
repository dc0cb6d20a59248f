//! The cluster, as far as it answers, and what of ours is in it.

use argocd::Owner;
use cluster_access::{AccessError, Answer, Cluster, Identity, KubeconfigError, ObjectRef, Right};
use diagnostics::{Failure, FailureKind, Step, Subject};
use vault_auth::release as vault_release;

use super::world::{ClusterSide, Live};
use crate::checks::Rows;
use crate::lease;
use crate::look::cluster::connect::{connect, exists, refused, stoppable};
use crate::look::cluster::grants::Needs;
use crate::look::cluster::ours;
use crate::look::cluster::{identity, rights};
use crate::look::observation::Look;
use crate::request::{Context, Request};

pub(super) const SYSTEM: Subject = Subject::Cluster;

/// The cluster's side, and the server of the kubeconfig where there is one.
type Found = (ClusterSide, Option<String>);

pub(super) async fn look(request: &Request, context: &Context) -> Look<Found> {
    match find_cluster(request, context).await {
        Ok(found) => {
            let detail = match &found {
                (ClusterSide::Live(live), _) => {
                    format!("{} ({}) as {}", live.access.server, live.identity.version, live.identity.user)
                }
                (ClusterSide::Silent(why), _) => why.clone(),
            };
            Look::Fine(found, detail)
        }
        Err(failures) => Look::Failed(failures),
    }
}

async fn find_cluster(request: &Request, context: &Context) -> Result<Found, Vec<Failure>> {
    let folder = &request.folder;
    let chosen = match cluster_access::choose(
        request.settings.cluster.kubeconfig.as_deref(),
        &folder.kubeconfig(),
        &folder.installer_kubeconfig(),
    ) {
        Err(KubeconfigError::Missing { .. }) => {
            return Ok((ClusterSide::Silent("there is no kubeconfig of the cluster".into()), None));
        }
        chosen => chosen
            .map_err(|error| one(Failure::of(FailureKind::Refused, Step::Preflight, &error, error.hint())))?,
    };
    let server = chosen.kubeconfig.server().to_owned();
    let (_, access) = connect(request, context).await.map_err(with_a_way_out)?;
    let identity = tokio::select! {
        identity = cluster_access::identify(&access) => identity,
        () = context.stop.token.cancelled() => return Err(one(context.stop.failure(Step::Preflight))),
    };
    let identity = match identity {
        Err(error) if is_silent(&error) => {
            return Ok((ClusterSide::Silent(format!("the cluster does not answer ({error})")), Some(server)));
        }
        Err(error @ AccessError::Forbidden { .. }) => {
            return Err(one(not_identified(request, &access, &error).await));
        }
        identity => identity.map_err(|error| with_a_way_out(one(refused(&error))))?,
    };
    let notes = identity::check(request, context, &access, &identity, Rows::of(context, SYSTEM)).await?;
    let namespace = &request.settings.cluster.argocd_namespace;
    let namespace_exists = stoppable(context, exists(&access, namespace)).await?.unwrap_or(true);
    let live = in_cluster(request, context, access, identity, (notes, namespace_exists)).await?;
    Ok((ClusterSide::Live(Box::new(live)), Some(server)))
}

/// Nobody is there; anything else is an answer, and a destroyed cluster gives none.
fn is_silent(error: &AccessError) -> bool {
    matches!(
        error,
        AccessError::Refused { .. }
            | AccessError::Dns { .. }
            | AccessError::Timeout { .. }
            | AccessError::Connection { .. }
    )
}

/// Something answers, and not as the cluster would.
fn with_a_way_out(failures: Vec<Failure>) -> Vec<Failure> {
    let way_out =
        "if the cluster is gone, move its kubeconfig out of .work/: then the Vault mount alone is given back";
    failures
        .into_iter()
        .map(|failure| {
            let hint =
                failure.hint.clone().map_or_else(|| way_out.into(), |hint| format!("{hint}; {way_out}"));
            failure.hint(hint)
        })
        .collect()
}

/// What of ours is in a cluster that answers, and whether each write is allowed.
pub(super) async fn in_cluster(
    request: &Request,
    context: &Context,
    access: Cluster,
    identity: Identity,
    (identity_notes, namespace_exists): (Vec<String>, bool),
) -> Result<Live, Vec<Failure>> {
    let namespace = &request.settings.cluster.argocd_namespace;
    let reviewer = reviewer(request);
    let needed = of_a_release(request, &reviewer, identity.is_openshift);
    may(context, &access, &identity, &wanted(request, &reviewer), &needed).await?;
    let (secrets, record, cluster_secrets) = ours(request, context, &access).await.map_err(one)?;
    let owner = Owner {
        cluster: request.spec.name.clone(),
        cluster_id: identity.cluster_id.clone(),
        infra_id: identity.infra_id.clone(),
    };
    let theirs = |error: argocd::ArgoCdError| {
        one(Failure::of(FailureKind::Refused, Subject::Cluster, &error, error.hint()))
    };
    let record_goes = argocd::release::plan_record(namespace, &owner, &record).map_err(theirs)?;
    let name = &request.settings.repository.secret_name;
    let secret_goes = argocd::release::plan_secret(namespace, name, &owner, &secrets).map_err(theirs)?;
    let cluster_secret =
        argocd::cluster_secret::plan_release(namespace, &owner, &cluster_secrets).map_err(theirs)?;
    let state = stoppable(context, vault_release::observe_reviewer(&access, &reviewer)).await?;
    let lease = stoppable(context, cluster_access::get(&access, &lease_in(namespace))).await?;
    let configured = record.record().and_then(|record| record.vault);
    let live = Live {
        reviewer: vault_release::plan_reviewer(&reviewer, &state),
        cluster_secret,
        secret: secret_goes,
        record: record_goes,
        lease_exists: lease.is_some(),
        configured: configured.map(|vault| (vault.address, vault.mount)),
        access,
        identity,
        identity_notes,
        owner,
        namespace_exists,
        namespace: namespace.clone(),
    };
    may(context, &live.access, &live.identity, &further(&live), &needed).await?;
    Ok(live)
}

fn reviewer(request: &Request) -> vault_auth::Reviewer {
    request.settings.reviewer.clone()
}

/// What a look needs.
fn wanted(request: &Request, reviewer: &vault_auth::Reviewer) -> Vec<Right> {
    let namespace = &request.settings.cluster.argocd_namespace;
    let secret = ObjectRef::secret(namespace, &request.settings.repository.secret_name);
    let record = ObjectRef::config_map(namespace, argocd::record::NAME);
    let mut wanted = vault_release::rights_to_look(reviewer);
    wanted.push(Right::on("list", &ObjectRef::secret(namespace, "")));
    wanted.extend([&secret, &record, &lease_in(namespace)].map(|object| Right::on("get", object)));
    wanted
}

/// What the writes need, and the lock on the cluster: the Vault mount alone is enough to take it.
fn further(live: &Live) -> Vec<Right> {
    let mut rights =
        [live.reviewer.rights(), live.cluster_secret.rights(), live.secret.rights(), live.record.rights()]
            .concat();
    if live.namespace_exists {
        rights.extend(rights::all(&["create", "update", "delete"], &lease(live)));
    }
    rights
}

/// The Lease that is held meanwhile, and goes.
pub(super) fn lease(live: &Live) -> ObjectRef {
    lease_in(&live.namespace)
}

fn lease_in(namespace: &str) -> ObjectRef {
    ObjectRef::lease(namespace, lease::NAME)
}

/// All that a release may come to need, whatever of ours it finds.
fn of_a_release(request: &Request, reviewer: &vault_auth::Reviewer, is_openshift: bool) -> Vec<Right> {
    let namespace = &request.settings.cluster.argocd_namespace;
    let mut rights = cluster_access::rights_to_identify(is_openshift);
    rights.extend(wanted(request, reviewer));
    rights.push(Right::on("get", &ObjectRef::namespace(namespace)));
    rights.extend(vault_release::rights_to_release(reviewer));
    rights.extend(rights::all(&["create", "update", "delete"], &lease_in(namespace)));
    let secret = ObjectRef::secret(namespace, &request.settings.repository.secret_name);
    let made = ObjectRef::secret(namespace, argocd::cluster_secret::NAME);
    let record = ObjectRef::config_map(namespace, argocd::record::NAME);
    rights.extend([&secret, &made, &record].map(|object| Right::on("delete", object)));
    rights.extend(rights::all(&["get"], &made));
    rights
}

/// Those of `rights` have to be had; `needed` is pasted where one is not.
async fn may(
    context: &Context,
    access: &Cluster,
    identity: &Identity,
    rights: &[Right],
    needed: &[Right],
) -> Result<(), Vec<Failure>> {
    let mut answers = stoppable(context, cluster_access::may(access, rights)).await?;
    answers.retain(|answer| !answer.allowed);
    match answers.is_empty() {
        true => Ok(()),
        false => Err(one(missing(access, &answers, &identity.user, needed).await)),
    }
}

/// The first look was refused.
async fn not_identified(request: &Request, access: &Cluster, error: &AccessError) -> Failure {
    let asked = async {
        let (user, _) = cluster_access::whoami(access).await?;
        let is_openshift = cluster_access::serves(access, "config.openshift.io/v1").await?;
        let needed = of_a_release(request, &reviewer(request), is_openshift);
        let mut denied = cluster_access::may(access, &needed).await?;
        denied.retain(|answer| !answer.allowed);
        Ok::<_, AccessError>((user, denied, needed))
    };
    match asked.await {
        Ok((user, denied, needed)) if !denied.is_empty() && !user.is_empty() => {
            missing(access, &denied, &user, &needed).await
        }
        Ok(_) | Err(_) => refused(error),
    }
}

async fn missing(access: &Cluster, denied: &[Answer], user: &str, needed: &[Right]) -> Failure {
    let needs = Needs { role: "bitiq-bootstrap-release", rights: needed, optional: Vec::new(), user };
    let failure = needs.failure(access, denied).await;
    let manifest = failure.command.clone().unwrap_or_default();
    failure.hint(format!("use a kubeconfig of a cluster administrator, or have one apply this:\n{manifest}"))
}

fn one(failure: Failure) -> Vec<Failure> {
    vec![failure]
}
