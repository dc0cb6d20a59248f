//! The repository: which login, whether the Git host takes it, where the ref is, what that commit holds, and what is
//! in gitops-src and in Argo CD's Secret.

mod charts;
mod fetch;
pub(crate) mod infra_ids;
pub(crate) mod login;
mod rows;
mod script;
mod source;

use gitops_clone::GitError;
use vault_access::Vault;

use crate::checks::Rows;
use crate::look::local::Local;
use crate::look::observation::Look;
use crate::request::{Context, Request, Scope};
use crate::world::{ClusterWorld, RepositoryWorld};
use diagnostics::{Failure, Step};
use login::{SYSTEM, at_commit, login, look_up_failed, plan_secret, remote};

pub(crate) async fn look(
    request: &Request,
    context: &Context,
    cluster: Option<&ClusterWorld>,
    vault: Option<&Option<Vault>>,
    local: Option<&Local>,
) -> Look<Option<RepositoryWorld>> {
    if !request.scope.has(Step::RepoCreds) {
        return Look::Untouched(None);
    }
    match find(request, context, cluster, vault, local).await {
        Ok(Some(world)) => {
            let tip = &world.tip;
            let detail = format!(
                "{} {} is at {} ({})",
                tip.kind,
                request.spec.repo_ref.as_str(),
                tip.commit.get(..10).unwrap_or_default(),
                world.found.origin
            );
            Look::Fine(Some(world), detail)
        }
        Ok(None) => Look::Failed(Vec::new()),
        Err(failures) => Look::Failed(failures),
    }
}

/// `None` where what stands in the way was told by another system.
async fn find(
    request: &Request,
    context: &Context,
    cluster: Option<&ClusterWorld>,
    vault: Option<&Option<Vault>>,
    local: Option<&Local>,
) -> Result<Option<RepositoryWorld>, Vec<Failure>> {
    let rows = Rows::of(context, SYSTEM);
    let secrets = cluster.map(|cluster| cluster.secrets.secrets.as_deref().unwrap_or_default());
    let found = login(request, context, secrets, vault.and_then(Option::as_ref)).await;
    let found = found.inspect_err(|failure| rows.failed("a repository login can be looked for", "", failure));
    let found = found.map_err(one)?;
    let remote = remote(request, context, &found)
        .inspect_err(|failure| {
            rows.failed("Git's own configuration can be used", "git config --list", failure)
        })
        .map_err(one)?;
    let everyone_was_asked = cluster.is_some() && vault.is_some();
    let tip = match gitops_clone::look_up(&remote, &request.spec.repo_ref, &context.stop.token).await {
        Ok(tip) => tip,
        Err(GitError::NoLogin { .. } | GitError::LoginInHeader { .. }) if !everyone_was_asked => {
            rows.skipped("the Git host accepts the login", "where it comes from failed above");
            return Ok(None);
        }
        Err(error) => {
            let failure = look_up_failed(request, &found, &error);
            self::rows::not_found(rows, request, &found, &error, &failure);
            return Err(vec![failure]);
        }
    };
    if let Some(proxy) = remote.proxy() {
        rows.ok(format!("the Git host is reached through the proxy {proxy}"));
    }
    self::rows::found(rows, request, &found, &tip);
    tip.warnings.iter().for_each(|warning| context.events.warn(warning.clone()));
    if request.settings.repository.commit.is_some() {
        let sentence = format!("{} is at the commit that --commit names", request.spec.repo_ref.as_str());
        rows.told(at_commit(request, &tip), &sentence, &self::rows::see(request)).map_err(one)?;
    }
    let source = match request.scope {
        Scope::Run => source::look(request, context, &remote, &tip, (cluster, local)).await.map(Some),
        Scope::VaultAuth | Scope::RepoCreds | Scope::Release => Ok(None),
    };
    let secret = cluster.map(|cluster| {
        let name = &request.settings.repository.secret_name;
        let namespace = &request.settings.cluster.argocd_namespace;
        let sentence = format!("Secret {namespace}/{name} can hold the login");
        let see = format!(
            "oc --kubeconfig <kubeconfig> -n {} describe secret {}",
            secret::quoted(namespace),
            secret::quoted(name)
        );
        let plan = rows.told(plan_secret(request, cluster, &found), &sentence, &see);
        plan.inspect(|plan| rows.odd("nothing looks odd about Argo CD's repository Secrets", plan.warnings()))
    });
    let secret = secret.transpose();
    match (source, secret) {
        (Ok(source), Ok(Some(secret))) => Ok(Some(RepositoryWorld { found, tip, source, secret })),
        // The cluster is not known: that is told there.
        (Ok(_), Ok(None)) => Ok(None),
        (source, secret) => Err(source.err().into_iter().flatten().chain(secret.err()).collect()),
    }
}

fn one(failure: Failure) -> Vec<Failure> {
    vec![failure]
}
