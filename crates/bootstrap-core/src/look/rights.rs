//! Whether each write of the run is allowed, asked before the first of them.

use cluster_access::{Answer, ObjectRef, Right};

use crate::failure::Failure;
use crate::plan::step;
use crate::request::Request;
use crate::settings::VaultChoice;
use crate::world::ClusterWorld;

pub(crate) async fn check(request: &Request, world: &ClusterWorld) -> Result<(), Vec<Failure>> {
    let wanted = wanted(request, world);
    let answers = cluster_access::may(&world.access, &wanted)
        .await
        .map_err(|error| vec![super::cluster::refused(&error)])?;
    judge(answers, world).map_err(|failure| vec![failure])
}

/// What the changes to the reviewer need beyond that: the binding to its role, and what only a recreate asks for.
pub(crate) async fn check_reviewer(
    world: &ClusterWorld,
    desired: &vault_auth::Desired,
    changes: &vault_auth::Changes,
) -> Result<(), Failure> {
    let failed = |error: cluster_access::AccessError| super::cluster::refused(&error);
    let mut answers =
        cluster_access::may(&world.access, &changes.further_rights(desired)).await.map_err(failed)?;
    if changes.writes_binding() {
        answers
            .push(cluster_access::may_bind(&world.access, vault_auth::AUTH_DELEGATOR).await.map_err(failed)?);
    }
    judge(answers, world)
}

fn judge(answers: Vec<Answer>, world: &ClusterWorld) -> Result<(), Failure> {
    let denied: Vec<Answer> = answers.into_iter().filter(|answer| !answer.allowed).collect();
    if denied.is_empty() { Ok(()) } else { Err(missing(&denied, &world.identity.user)) }
}

pub(crate) fn configures_vault(request: &Request) -> bool {
    request.scope.has(step::VAULT_AUTH)
        && matches!(&request.settings.vault, VaultChoice::Present(vault) if !vault.skip_auth || request.scope == crate::request::Scope::VaultAuth)
}

/// Only what this command may come to do, and of Namespaces only those that are not there.
fn wanted(request: &Request, world: &ClusterWorld) -> Vec<Right> {
    let namespace = &request.settings.cluster.argocd_namespace;
    let mut wanted = all(&["get", "create", "update"], &ObjectRef::lease(namespace, crate::lease::NAME));
    if !world.namespace_exists {
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
