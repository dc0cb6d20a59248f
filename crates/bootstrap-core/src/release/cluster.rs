//! The cluster, as far as it answers, and what of ours is in it.

use advice::{Advice, shell};
use argocd::Owner;
use cluster_access::{AccessError, Answer, Cluster, Identity, KubeconfigError, ObjectRef, Right};
use diagnostics::{Blocked, CheckId, Checks, Failure, FailureKind, Subject};
use vault_auth::release as vault_release;

use super::state::{ClusterSide, Live};
use preflight::Session;
use preflight::inputs::ClusterInputs;
use preflight::observe::cluster::connect::{accept, choose, client, exists, refused, stoppable};
use preflight::observe::cluster::grants::Needs;
use preflight::observe::cluster::managed_objects;
use preflight::observe::cluster::{identity, rights};
use preflight::observe::observation::Observed;
use run_lock::lease;

/// The cluster's side, and the server of the kubeconfig where there is one.
type Found = (ClusterSide, Option<String>);

pub(super) async fn observe(
    inputs: &ClusterInputs<'_>,
    reviewer: &vault_auth::Reviewer,
    session: &Session,
) -> Observed<Found> {
    let mut checks = Checks::default();
    let found = Box::pin(find(inputs, reviewer, session, &mut checks)).await;
    Observed::of(found, checks, |(side, _)| match side {
        ClusterSide::Live(live) => {
            format!("{} ({}) as {}", live.access.server, live.identity.version, live.identity.user)
        }
        ClusterSide::Silent(why) => why.clone(),
    })
}

async fn find(
    inputs: &ClusterInputs<'_>,
    reviewer: &vault_auth::Reviewer,
    session: &Session,
    checks: &mut Checks,
) -> Result<Found, Blocked> {
    let chosen = choose(inputs);
    if let Err(KubeconfigError::Missing { .. }) = &chosen {
        return Ok((ClusterSide::Silent("no kubeconfig of the cluster found".into()), None));
    }
    let chosen = accept(chosen, inputs, session, checks, with_a_way_out)?;
    let server = chosen.kubeconfig.server().to_owned();
    let see = shell!("oc --kubeconfig <kubeconfig> whoami");
    let access = client(inputs, session, &chosen).await.map_err(with_a_way_out);
    let access = checks.failure_of(CheckId::ApiServer, see.clone(), access)?;
    let identified = session.stop.until_stopped(cluster_access::identify(&access)).await;
    let identity = match identified.ok_or(Blocked)? {
        Err(error) if is_silent(&error) => {
            return Ok((ClusterSide::Silent(format!("the cluster does not answer ({error})")), Some(server)));
        }
        Err(error @ AccessError::Forbidden { .. }) => {
            Err(not_identified(inputs, reviewer, &access, &error).await)
        }
        identity => identity.map_err(|error| with_a_way_out(refused(&error))),
    };
    let identity = checks.failure_of(CheckId::ApiServer, see, identity)?;
    let notes = identity::observe(inputs, session, &access, &identity, checks).await?;
    let namespace = &inputs.settings.argocd_namespace;
    let seen = stoppable(session, exists(&access, namespace)).await;
    let exists = checks.failure_of(CheckId::ArgocdNamespace, "", seen)?.unwrap_or(true);
    let live = in_cluster(inputs, reviewer, session, access, identity, (notes, exists)).await;
    let live = checks.failure_of(CheckId::Release, "", live)?;
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
fn with_a_way_out(failure: Failure) -> Failure {
    if failure.is_of_signal() {
        return failure;
    }
    let way_out = "if the cluster no longer exists, move its kubeconfig out of .work/ and release again: then only the Vault auth mount is reset";
    let hint = match failure.hint.clone() {
        Some(hint) => hint.and("; ").and(way_out),
        None => way_out.into(),
    };
    failure.hint(hint)
}

/// What of ours is in a cluster that answers, and whether each write is allowed.
pub(super) async fn in_cluster(
    inputs: &ClusterInputs<'_>,
    reviewer: &vault_auth::Reviewer,
    session: &Session,
    access: Cluster,
    identity: Identity,
    (identity_notes, namespace_exists): (Vec<String>, bool),
) -> Result<Live, Failure> {
    let namespace = &inputs.settings.argocd_namespace;
    let needed = of_a_release(inputs, reviewer, identity.is_openshift);
    may(session, &access, &identity, &wanted(inputs, reviewer), &needed).await?;
    let (secrets, record, cluster_secrets) = managed_objects(inputs, session, &access).await?;
    let owner = Owner::of(&inputs.spec.name, &identity);
    let theirs = |error: argocd::ArgoCdError| Failure::of(FailureKind::Refused, Subject::Cluster, &error);
    let record_goes = argocd::release::plan_record(namespace, &owner, &record).map_err(theirs)?;
    let name = inputs.secret_name;
    let secret_goes = argocd::release::plan_secret(namespace, name, &owner, &secrets).map_err(theirs)?;
    let cluster_secret =
        argocd::cluster_secret::plan_release(namespace, &owner, &cluster_secrets).map_err(theirs)?;
    let state = stoppable(session, vault_release::observe_reviewer(&access, reviewer)).await?;
    let lease = stoppable(session, cluster_access::get(&access, &lease_in(namespace))).await?;
    let configured = record.record().and_then(|record| record.vault);
    let live = Live {
        reviewer: vault_release::plan_reviewer(reviewer, &state),
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
    may(session, &live.access, &live.identity, &further(&live), &needed).await?;
    Ok(live)
}

/// What a look needs.
fn wanted(inputs: &ClusterInputs<'_>, reviewer: &vault_auth::Reviewer) -> Vec<Right> {
    let namespace = &inputs.settings.argocd_namespace;
    let secret = ObjectRef::secret(namespace, inputs.secret_name);
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
fn of_a_release(
    inputs: &ClusterInputs<'_>,
    reviewer: &vault_auth::Reviewer,
    is_openshift: bool,
) -> Vec<Right> {
    let namespace = &inputs.settings.argocd_namespace;
    let mut rights = cluster_access::rights_to_identify(is_openshift);
    rights.extend(wanted(inputs, reviewer));
    rights.push(Right::on("get", &ObjectRef::namespace(namespace)));
    rights.extend(vault_release::rights_to_release(reviewer));
    rights.extend(rights::all(&["create", "update", "delete"], &lease_in(namespace)));
    let secret = ObjectRef::secret(namespace, inputs.secret_name);
    let made = ObjectRef::secret(namespace, argocd::cluster_secret::NAME);
    let record = ObjectRef::config_map(namespace, argocd::record::NAME);
    rights.extend([&secret, &made, &record].map(|object| Right::on("delete", object)));
    rights.extend(rights::all(&["get"], &made));
    rights
}

/// Those of `rights` have to be had; `needed` is pasted where one is not.
async fn may(
    session: &Session,
    access: &Cluster,
    identity: &Identity,
    rights: &[Right],
    needed: &[Right],
) -> Result<(), Failure> {
    let mut answers = stoppable(session, cluster_access::may(access, rights)).await?;
    answers.retain(|answer| !answer.allowed);
    match answers.is_empty() {
        true => Ok(()),
        false => Err(missing(access, &answers, &identity.user, needed).await),
    }
}

/// The first look was refused.
async fn not_identified(
    inputs: &ClusterInputs<'_>,
    reviewer: &vault_auth::Reviewer,
    access: &Cluster,
    error: &AccessError,
) -> Failure {
    let asked = async {
        let (user, _) = cluster_access::whoami(access).await?;
        let is_openshift = cluster_access::serves(access, "config.openshift.io/v1").await?;
        let needed = of_a_release(inputs, reviewer, is_openshift);
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
    let manifest = failure.command.as_deref().cloned().unwrap_or_default();
    let what = "use a kubeconfig of a cluster administrator, or have one apply this:";
    failure.hint(Advice::say(what).then(manifest))
}
