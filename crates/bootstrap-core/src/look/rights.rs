//! Whether each write of the run is allowed, asked before the first of them.

use cluster_access::{AccessError, Answer, Cluster, ObjectRef, Right};

use crate::failure::Failure;
use crate::plan::step;
use crate::request::Request;
use crate::settings::VaultChoice;
use crate::world::ClusterWorld;

pub(crate) async fn check(
    request: &Request,
    cluster: &Cluster,
    user: &str,
    namespace_exists: bool,
) -> Result<(), Vec<Failure>> {
    let wanted = wanted(request, namespace_exists);
    let denied = denied(request, cluster, &wanted).await.map_err(|error| refused(&error))?;
    if denied.is_empty() { Ok(()) } else { Err(vec![missing(&denied, user)]) }
}

/// A look was refused (403): all that is not allowed, at once.
pub(crate) async fn all_missing(request: &Request, cluster: &Cluster, error: AccessError) -> Vec<Failure> {
    let asked = async {
        let (user, _) = cluster_access::whoami(cluster).await?;
        let namespace = &request.settings.cluster.argocd_namespace;
        let mut rights = cluster_access::identity_rights(cluster).await?;
        rights.extend(wanted(request, super::cluster::exists(cluster, namespace).await?));
        Ok::<_, AccessError>((user, denied(request, cluster, &rights).await?))
    };
    match asked.await {
        Ok((user, denied)) if !denied.is_empty() && !user.is_empty() => vec![missing(&denied, &user)],
        // What is asked for here is allowed: the refused look itself says what is not.
        Ok(_) | Err(_) => refused(&error),
    }
}

fn refused(error: &AccessError) -> Vec<Failure> {
    vec![super::cluster::refused(error)]
}

/// Those of `rights` that we do not have. Where some are lacking anyway, whether we may bind the reviewer's role is
/// asked as well, so that it is not told one run later.
async fn denied(request: &Request, cluster: &Cluster, rights: &[Right]) -> Result<Vec<Answer>, AccessError> {
    let answers = cluster_access::may(cluster, rights).await?;
    let mut denied: Vec<Answer> = answers.into_iter().filter(|answer| !answer.allowed).collect();
    if let (false, true, VaultChoice::Present(vault)) =
        (denied.is_empty(), configures_vault(request), &request.settings.vault)
    {
        let binding = ObjectRef::cluster_role_binding(&vault.reviewer.binding);
        let is_there = cluster_access::get(cluster, &binding).await.is_ok_and(|found| found.is_some());
        let bind = cluster_access::may_bind(cluster, vault_auth::AUTH_DELEGATOR).await?;
        denied.extend(Some(bind).filter(|bind| !is_there && !bind.allowed));
    }
    Ok(denied)
}

/// What the changes to the reviewer need beyond that: the binding to its role, and what only a recreate asks for.
pub(crate) async fn check_reviewer(
    world: &ClusterWorld,
    desired: &vault_auth::Desired,
    changes: &vault_auth::Changes,
) -> Result<(), Failure> {
    let failed = |error: AccessError| super::cluster::refused(&error);
    let mut answers =
        cluster_access::may(&world.access, &changes.further_rights(desired)).await.map_err(failed)?;
    if changes.writes_binding() {
        answers
            .push(cluster_access::may_bind(&world.access, vault_auth::AUTH_DELEGATOR).await.map_err(failed)?);
    }
    answers.retain(|answer| !answer.allowed);
    if answers.is_empty() { Ok(()) } else { Err(missing(&answers, &world.identity.user)) }
}

/// What a later wave of looks found to be needed.
pub(crate) async fn check_further(world: &ClusterWorld, rights: &[Right]) -> Result<(), Failure> {
    let mut answers =
        cluster_access::may(&world.access, rights).await.map_err(|error| super::cluster::refused(&error))?;
    answers.retain(|answer| !answer.allowed);
    if answers.is_empty() { Ok(()) } else { Err(missing(&answers, &world.identity.user)) }
}

pub(crate) fn configures_vault(request: &Request) -> bool {
    request.scope.has(step::VAULT_AUTH)
        && matches!(&request.settings.vault, VaultChoice::Present(vault) if !vault.skip_auth || request.scope == crate::request::Scope::VaultAuth)
}

/// Only what this command may come to do, and of Namespaces only those that are not there.
fn wanted(request: &Request, namespace_exists: bool) -> Vec<Right> {
    let namespace = &request.settings.cluster.argocd_namespace;
    let mut wanted = all(&["get", "create", "update"], &ObjectRef::lease(namespace, crate::lease::NAME));
    if !namespace_exists {
        wanted.extend(all(&["create"], &ObjectRef::namespace(namespace)));
    }
    if request.scope.has(step::REPO_CREDS) {
        wanted.extend(argocd::secret::required_rights(namespace, &request.settings.repository.secret_name));
    }
    if request.scope.has(step::RECORD) {
        wanted.extend(argocd::record::required_rights(namespace));
    }
    if request.scope.has(step::REPO_ACCESS) {
        wanted.extend(argocd::access::required_rights(namespace));
    }
    if let (true, VaultChoice::Present(vault)) = (configures_vault(request), &request.settings.vault) {
        wanted.extend(vault_auth::required_rights(&vault.reviewer, vault.login_proof.as_ref()));
    }
    wanted
}

fn all(verbs: &[&str], object: &ObjectRef) -> Vec<Right> {
    verbs.iter().map(|verb| Right::on(verb, object)).collect()
}

fn missing(denied: &[Answer], user: &str) -> Failure {
    let rights: Vec<String> = denied.iter().map(|answer| answer.right.to_string()).collect();
    let mut failure = Failure::refused("cluster", format!("{user} may not {}", rights.join(", nor ")))
        .hint("use a kubeconfig of a cluster administrator, or have these rights granted to that user");
    failure.causes = denied.iter().filter_map(|answer| answer.reason.clone()).collect();
    failure.causes.dedup();
    failure
}
