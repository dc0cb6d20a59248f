//! Whether each write of the run is allowed, asked before the first of them.

use advice::{Advice, CommandLine, shell};

use cluster_access::{AccessError, Answer, Cluster, Identity, ObjectRef, OptionalRight, Right};

use super::grants::{Needs, optional};
use crate::inputs::ClusterInputs;
use crate::session::Session;
use crate::state::ClusterState;
use diagnostics::{Blocked, Check, CheckId, Checks, Failure, Step};

/// Shows what the user may do.
fn see() -> CommandLine {
    shell!("oc --kubeconfig <kubeconfig> auth can-i --list")
}

/// Asks for every right of the command, and names all that are missing at once.
pub async fn observe(
    inputs: &ClusterInputs<'_>,
    session: &Session,
    cluster: &Cluster,
    identity: &Identity,
    namespace_exists: bool,
    checks: &mut Checks,
) -> Result<(), Blocked> {
    let wanted = wanted(inputs, namespace_exists);
    let asked =
        async { denied(inputs, cluster, &wanted).await.map_err(|error| super::connect::refused(&error)) };
    let denied = session.stop.unless_stopped(Step::Preflight, asked).await;
    let denied = checks.failure_of(CheckId::Permissions, see(), denied)?;
    let failure = match denied.as_slice() {
        [] => None,
        denied => {
            let rights = [
                cluster_access::rights_to_identify(identity.is_openshift),
                with_optional_rights(inputs, wanted.clone()),
            ]
            .concat();
            let optional = optional(inputs, identity.is_openshift);
            let needs = Needs { role: "bitiq-bootstrap", rights: &rights, optional, user: &identity.user };
            Some(missing(cluster, denied, &needs).await)
        }
    };
    judge(&wanted, &denied, failure, checks)
}

/// A check for each kind of object whose rights are all had, and one for those that are not.
fn judge(
    wanted: &[Right],
    denied: &[Answer],
    failure: Option<Failure>,
    checks: &mut Checks,
) -> Result<(), Blocked> {
    let Some(failure) = failure else {
        checks.passed(CheckId::Permissions, format!("all {} granted", wanted.len()));
        return Ok(());
    };
    let details = denied.iter().map(|answer| answer.right.to_string()).collect();
    checks.push(Check::refused(CheckId::Permissions, failure).details_instead(details));
    Err(Blocked)
}

/// A look was refused (403): all that is not allowed, at once.
pub async fn all_missing(inputs: &ClusterInputs<'_>, cluster: &Cluster, error: AccessError) -> Failure {
    let asked = async {
        let (user, _) = cluster_access::whoami(cluster).await?;
        let namespace = &inputs.settings.argocd_namespace;
        let is_openshift = cluster_access::serves(cluster, "config.openshift.io/v1").await?;
        let mut rights = cluster_access::rights_to_identify(is_openshift);
        let wanted = wanted(inputs, super::connect::exists(cluster, namespace).await?.unwrap_or(true));
        rights.extend(with_optional_rights(inputs, wanted));
        let denied = denied(inputs, cluster, &rights).await?;
        Ok::<_, AccessError>((user, denied, rights, is_openshift))
    };
    match asked.await {
        Ok((user, denied, rights, is_openshift)) if !denied.is_empty() && !user.is_empty() => {
            let optional = optional(inputs, is_openshift);
            let needs = Needs { role: "bitiq-bootstrap", rights: &rights, optional, user: &user };
            missing(cluster, &denied, &needs).await
        }
        // What is asked for here is allowed: the refused look itself says what is not.
        Ok(_) | Err(_) => super::connect::refused(&error),
    }
}

/// Those of `rights` that we do not have. Where some are lacking anyway, whether we may bind the reviewer's role is
/// asked as well, so that it is not told one run later.
async fn denied(
    inputs: &ClusterInputs<'_>,
    cluster: &Cluster,
    rights: &[Right],
) -> Result<Vec<Answer>, AccessError> {
    let answers = cluster_access::may(cluster, rights).await?;
    let mut denied: Vec<Answer> = answers.into_iter().filter(|answer| !answer.allowed).collect();
    if let (false, Some(vault)) = (denied.is_empty(), inputs.mount) {
        let binding = ObjectRef::cluster_role_binding(&vault.reviewer.binding);
        let is_there = cluster_access::get(cluster, &binding).await.is_ok_and(|found| found.is_some());
        let bind = cluster_access::may_bind(cluster, vault_auth::AUTH_DELEGATOR).await?;
        denied.extend(Some(bind).filter(|bind| !is_there && !bind.allowed));
    }
    Ok(denied)
}

/// What the changes to the reviewer need beyond that: the binding to its role, and what only a recreate asks for.
pub async fn check_reviewer(
    world: &ClusterState,
    desired: &vault_auth::Desired,
    changes: &vault_auth::Changes,
) -> Result<(), Failure> {
    let failed = |error: AccessError| super::connect::refused(&error);
    let further = changes.further_rights(desired);
    let mut answers = cluster_access::may(&world.access, &further).await.map_err(failed)?;
    if changes.writes_binding() {
        answers
            .push(cluster_access::may_bind(&world.access, vault_auth::AUTH_DELEGATOR).await.map_err(failed)?);
    }
    answers.retain(|answer| !answer.allowed);
    if answers.is_empty() {
        return Ok(());
    }
    let user = &world.identity.user;
    let needs = Needs { role: "bitiq-bootstrap-vault", rights: &further, optional: Vec::new(), user };
    Err(missing(&world.access, &answers, &needs).await)
}

/// What a later wave of looks found to be needed; `known` is what it found before, and had. `role` is that wave's own.
pub async fn check_further(
    role: &str,
    world: &ClusterState,
    known: &[Right],
    rights: &[Right],
    optional: Vec<OptionalRight>,
) -> Result<(), Failure> {
    let mut answers =
        cluster_access::may(&world.access, rights).await.map_err(|error| super::connect::refused(&error))?;
    answers.retain(|answer| !answer.allowed);
    if answers.is_empty() {
        return Ok(());
    }
    let rights = [known, rights].concat();
    let needs = Needs { role, rights: &rights, optional, user: &world.identity.user };
    Err(missing(&world.access, &answers, &needs).await)
}

/// Only what this command may come to do, and of Namespaces only those that are not there.
fn wanted(inputs: &ClusterInputs<'_>, namespace_exists: bool) -> Vec<Right> {
    let namespace = &inputs.settings.argocd_namespace;
    let mut wanted = all(&["get", "create", "update"], &ObjectRef::lease(namespace, run_lock::lease::NAME));
    if !namespace_exists {
        wanted.extend(all(&["create"], &ObjectRef::namespace(namespace)));
    }
    if inputs.scope.has(Step::RepoCreds) {
        wanted.extend(argocd::secret::required_rights(namespace, inputs.secret_name));
    }
    if inputs.scope.has(Step::Record) {
        wanted.extend(argocd::record::required_rights(namespace));
    }
    if inputs.waits_until_ready {
        wanted.extend(crate::readiness::required_rights());
    }
    if inputs.scope.has(Step::Argocd) {
        let create = inputs.create_cluster_secret;
        wanted.extend(argocd::cluster_secret::required_rights(namespace, create));
    }
    if inputs.scope.has(Step::RepoAccess) {
        wanted.extend(argocd::access::required_rights(namespace));
    }
    if let Some(vault) = inputs.mount {
        wanted.extend(vault_auth::required_rights(&vault.reviewer, vault.login_proof.as_ref()));
        if !namespace_exists || vault.reviewer.namespace != *namespace {
            wanted.extend(vault_auth::rights_to_await(&vault.reviewer));
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    wanted.retain(|right| seen.insert(right.clone()));
    wanted
}

/// With what a look needs beyond that, and the binding to the reviewer's role: as long as it is granted it need not be
/// granted again.
fn with_optional_rights(inputs: &ClusterInputs<'_>, mut wanted: Vec<Right>) -> Vec<Right> {
    wanted.push(Right::on("get", &ObjectRef::namespace(&inputs.settings.argocd_namespace)));
    if let Some(vault) = inputs.mount {
        wanted.push(Right::on("bind", &ObjectRef::cluster_role(vault_auth::AUTH_DELEGATOR)));
        wanted.extend(vault_auth::rights_to_await(&vault.reviewer));
    }
    wanted
}

/// The rights of all `verbs` on one object.
pub fn all(verbs: &[&str], object: &ObjectRef) -> Vec<Right> {
    verbs.iter().map(|verb| Right::on(verb, object)).collect()
}

async fn missing(cluster: &Cluster, denied: &[Answer], needs: &Needs<'_>) -> Failure {
    let what =
        "use a kubeconfig of a cluster administrator, or have one apply the ClusterRole that this prints:";
    needs.failure(cluster, denied).await.hint(Advice::say(what).run(CommandLine::own("check")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(right: &Right) -> Answer {
        Answer { right: right.clone(), allowed: false, reason: None }
    }

    #[test]
    fn what_may_not_be_done_is_named_right_by_right_and_blocks() {
        let secrets = all(&["get", "patch"], &ObjectRef::secret("ns", "it"));
        let leases = all(&["get"], &ObjectRef::lease("ns", "it"));
        let wanted = [secrets.clone(), leases].concat();
        let mut checks = Checks::default();
        let failure = Failure::example(diagnostics::Subject::Cluster, "dev may not patch secrets in ns");
        assert_eq!(judge(&wanted, &[answer(&secrets[1])], Some(failure), &mut checks), Err(Blocked));
        let all = checks.into_vec();
        assert_eq!(all[0].details(), [secrets[1].to_string()]);
        assert_eq!(all[0].failure().map(|it| it.message.as_str()), Some("dev may not patch secrets in ns"));
        let mut checks = Checks::default();
        assert_eq!(judge(&wanted, &[], None, &mut checks), Ok(()));
        assert_eq!(checks.into_vec()[0].finding(), "all 3 granted");
    }
}
