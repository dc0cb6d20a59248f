//! Whether each write of the run is allowed, asked before the first of them.

use std::collections::BTreeMap;

use cluster_access::{AccessError, Answer, Cluster, Grantee, Identity, ObjectRef, Right};

use super::rows::Rows;
use crate::check_row::Row;
use crate::failure::Failure;
use crate::plan::step;
use crate::request::{Request, Scope};
use crate::settings::VaultChoice;
use crate::world::ClusterWorld;

/// What is so where every right is had.
const ALLOWED: &str = "we may do all that a run does there";
const SEE: &str = "oc --kubeconfig <kubeconfig> auth can-i --list";

pub(crate) async fn check(
    request: &Request,
    cluster: &Cluster,
    identity: &Identity,
    namespace_exists: bool,
    rows: Rows<'_>,
) -> Result<(), Vec<Failure>> {
    let wanted = wanted(request, namespace_exists);
    let asked = denied(request, cluster, &wanted).await.map_err(|error| refused(&error));
    let denied = match asked {
        Ok(denied) => denied,
        Err(failures) => {
            failures.iter().for_each(|failure| rows.failed(ALLOWED, SEE, failure));
            return Err(failures);
        }
    };
    allowed(&wanted, &denied).into_iter().for_each(|sentence| rows.ok(sentence));
    if denied.is_empty() {
        return Ok(());
    }
    let absent = (!namespace_exists).then_some(request.settings.cluster.argocd_namespace.as_str());
    let rights =
        [cluster_access::rights_to_identify(identity.is_openshift), of_a_run(request, wanted)].concat();
    let needs = Needs { role: "bitiq-bootstrap", rights: &rights, user: &identity.user, absent };
    let failure = missing(&denied, &needs);
    rows.tell(Row {
        details: denied.iter().map(|answer| answer.right.to_string()).collect(),
        ..Row::of_failure(super::cluster::SYSTEM, ALLOWED, &failure)
            .command(failure.command.as_deref().unwrap_or_default())
    });
    Err(vec![failure])
}

/// `we may get, create and patch secrets in openshift-gitops`: one sentence for each kind of object whose rights we all
/// have.
fn allowed(wanted: &[Right], denied: &[Answer]) -> Vec<String> {
    let kind = |right: &Right| (right.resource.clone(), right.group.clone(), right.namespace.clone());
    let mut verbs: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    for right in wanted {
        let of_kind = verbs.entry(kind(right)).or_default();
        if !of_kind.contains(&right.verb.as_str()) {
            of_kind.push(&right.verb);
        }
    }
    denied.iter().for_each(|answer| drop(verbs.remove(&kind(&answer.right))));
    let sentence = |((resource, _, namespace), verbs): ((String, String, Option<String>), Vec<&str>)| {
        let place = namespace.map(|name| format!(" in {name}")).unwrap_or_default();
        format!("we may {} {resource}{place}", verbs.join(", "))
    };
    verbs.into_iter().map(sentence).collect()
}

/// A look was refused (403): all that is not allowed, at once.
pub(crate) async fn all_missing(request: &Request, cluster: &Cluster, error: AccessError) -> Vec<Failure> {
    let asked = async {
        let (user, _) = cluster_access::whoami(cluster).await?;
        let namespace = &request.settings.cluster.argocd_namespace;
        let mut rights = cluster_access::identity_rights(cluster).await?;
        let wanted = wanted(request, super::cluster::exists(cluster, namespace).await?);
        rights.extend(of_a_run(request, wanted));
        let denied = denied(request, cluster, &rights).await?;
        Ok::<_, AccessError>((user, denied, rights))
    };
    match asked.await {
        Ok((user, denied, rights)) if !denied.is_empty() && !user.is_empty() => {
            let needs = Needs { role: "bitiq-bootstrap", rights: &rights, user: &user, absent: None };
            let failure = missing(&denied, &needs);
            // Who may not look does not see whether the Namespace of the Role is there.
            let namespace = &request.settings.cluster.argocd_namespace;
            let manifest = failure.command.as_deref().unwrap_or_default();
            let text = format!(
                "# where it is not there yet, first: kubectl create namespace {namespace}\n{manifest}"
            );
            vec![failure.command(text)]
        }
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
    request: &Request,
    world: &ClusterWorld,
    desired: &vault_auth::Desired,
    changes: &vault_auth::Changes,
) -> Result<(), Failure> {
    let failed = |error: AccessError| super::cluster::refused(&error);
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
    let absent = absent_namespace(request, world);
    Err(missing(&answers, &Needs { role: "bitiq-bootstrap-vault", rights: &further, user, absent }))
}

/// What a later wave of looks found to be needed; `known` is what it found before, and had.
pub(crate) async fn check_further(
    request: &Request,
    world: &ClusterWorld,
    known: &[Right],
    rights: &[Right],
) -> Result<(), Failure> {
    let mut answers =
        cluster_access::may(&world.access, rights).await.map_err(|error| super::cluster::refused(&error))?;
    answers.retain(|answer| !answer.allowed);
    if answers.is_empty() {
        return Ok(());
    }
    let rights = [known, rights].concat();
    let user = &world.identity.user;
    let absent = absent_namespace(request, world);
    Err(missing(&answers, &Needs { role: "bitiq-bootstrap-operator", rights: &rights, user, absent }))
}

pub(crate) fn configures_vault(request: &Request) -> bool {
    request.scope.has(step::VAULT_AUTH)
        && matches!(&request.settings.vault, VaultChoice::Present(vault) if !vault.skip_auth || request.scope == Scope::VaultAuth)
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
    if !request.settings.wait_ready.is_zero() && request.scope == Scope::Run {
        wanted.extend(crate::ready::required_rights());
    }
    if request.scope.has(step::ARGOCD) {
        let create = request.settings.operator.create_cluster_secret;
        wanted.extend(argocd::cluster_secret::required_rights(namespace, create));
    }
    if request.scope.has(step::REPO_ACCESS) {
        wanted.extend(argocd::access::required_rights(namespace));
    }
    if let (true, VaultChoice::Present(vault)) = (configures_vault(request), &request.settings.vault) {
        wanted.extend(vault_auth::required_rights(&vault.reviewer, vault.login_proof.as_ref()));
    }
    let mut seen = std::collections::BTreeSet::new();
    wanted.retain(|right| seen.insert(right.clone()));
    wanted
}

/// With what a look needs beyond that, and the binding to the reviewer's role: as long as it is granted it need not be
/// granted again.
fn of_a_run(request: &Request, mut wanted: Vec<Right>) -> Vec<Right> {
    wanted.push(Right::on("get", &ObjectRef::namespace(&request.settings.cluster.argocd_namespace)));
    if configures_vault(request) {
        wanted.push(Right::on("bind", &ObjectRef::cluster_role(vault_auth::AUTH_DELEGATOR)));
    }
    wanted
}

pub(crate) fn all(verbs: &[&str], object: &ObjectRef) -> Vec<Right> {
    verbs.iter().map(|verb| Right::on(verb, object)).collect()
}

fn absent_namespace<'a>(request: &'a Request, world: &ClusterWorld) -> Option<&'a str> {
    (!world.namespace_exists).then_some(request.settings.cluster.argocd_namespace.as_str())
}

/// What is to be granted, so that nothing of it is lacking. Each wave of looks has a role of its own, which holds the
/// whole of what that wave needs: pasting one takes nothing away that another gave.
struct Needs<'a> {
    role: &'a str,
    rights: &'a [Right],
    user: &'a str,
    /// The namespace that is not there yet.
    absent: Option<&'a str>,
}

fn missing(denied: &[Answer], needs: &Needs<'_>) -> Failure {
    let rights: Vec<String> = denied.iter().map(|answer| answer.right.to_string()).collect();
    let mut failure = Failure::refused(
        "cluster",
        format!("{} may not {}", needs.user, rights.join(", nor ")),
    )
    .hint(
        "use a kubeconfig of a cluster administrator, or have one apply the ClusterRole that this prints:\n\
                 bitiq-bootstrap check <cluster>",
    )
    .command(needs.manifest(denied));
    failure.causes = denied.iter().filter_map(|answer| answer.reason.clone()).collect();
    failure.causes.dedup();
    failure
}

impl Needs<'_> {
    fn manifest(&self, denied: &[Answer]) -> String {
        let denied = denied.iter().map(|answer| &answer.right);
        let rights: Vec<Right> = self.rights.iter().chain(denied).cloned().collect();
        let absent: Vec<&str> = self.absent.into_iter().collect();
        let to = Grantee { user: self.user, role: self.role, absent: &absent };
        format!("# kubectl apply -f -, as a cluster administrator\n{}", cluster_access::grant(&rights, &to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(right: &Right) -> Answer {
        Answer { right: right.clone(), allowed: false, reason: None }
    }

    #[test]
    fn a_kind_of_object_is_said_to_be_allowed_only_where_every_right_on_it_is_had() {
        let secrets = all(&["get", "patch"], &ObjectRef::secret("ns", "it"));
        let leases = all(&["get", "get"], &ObjectRef::lease("ns", "it"));
        let wanted = [secrets.clone(), leases].concat();
        assert_eq!(allowed(&wanted, &[]), ["we may get leases in ns", "we may get, patch secrets in ns"]);
        assert_eq!(allowed(&wanted, &[answer(&secrets[1])]), ["we may get leases in ns"]);
    }

    #[test]
    fn what_is_pasted_holds_all_that_the_command_needs_not_the_missing_alone() {
        let secrets = all(&["get", "patch"], &ObjectRef::secret("ns", "it"));
        let needs = Needs { role: "r", rights: &secrets, user: "dev", absent: None };
        let text = needs.manifest(&[answer(&secrets[1])]);
        assert!(text.contains("  verbs:\n  - get\n  - patch\n"), "{text}");
        assert!(!text.contains("kind: Namespace"), "{text}");
        let absent = Needs { absent: Some("ns"), ..needs };
        assert!(absent.manifest(&[]).contains("kind: Namespace"));
    }
}
