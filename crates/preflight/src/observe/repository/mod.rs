//! The repository: which login, whether the Git host takes it, where the ref is, what that commit holds, and what is
//! in gitops-src and in Argo CD's Secret.

mod charts;
pub mod commit;
mod fetch;
mod host_checks;
pub mod infra_ids;
pub mod login;
mod script;

use advice::shell;
use diagnostics::{Blocked, CheckId, Checks, Step};
use gitops_clone::GitError;
use vault_access::Vault;

use super::observation::{Observation, Observed};
use crate::commit_id::short;
use crate::inputs::RepositoryInputs;
use crate::observe::machine::Machine;
use crate::request::Scope;
use crate::session::Session;
use crate::state::{ClusterState, RepositoryState};
pub use fetch::Fetching;
use login::{at_commit, look_up_failed, plan_secret, remote};

/// The systems that the repository needs.
#[derive(Clone, Copy)]
pub struct Needs<'a> {
    /// The cluster, where it was observed.
    pub cluster: Option<&'a ClusterState>,
    /// Vault.
    pub vault: &'a Observation<Vault>,
    /// This machine, where it was observed.
    pub machine: Option<&'a Machine>,
}

/// The repository's state. `fetching` hears how far a long fetch is.
pub async fn observe(
    inputs: &RepositoryInputs<'_>,
    session: &Session,
    needs: Needs<'_>,
    fetching: &Fetching<'_>,
) -> Observed<RepositoryState> {
    let mut checks = Checks::default();
    if !inputs.scope.has(Step::RepoCreds) {
        return Observed::not_part(checks);
    }
    let found = Box::pin(find(inputs, session, needs, fetching, &mut checks)).await;
    Observed::of(found, checks, |state| {
        let (tip, name) = (&state.tip, inputs.spec.repo_ref.as_str());
        let at = short(&tip.commit);
        format!("{} {name} is at {at} ({})", tip.kind, state.found.origin)
    })
}

async fn find(
    inputs: &RepositoryInputs<'_>,
    session: &Session,
    Needs { cluster, vault, machine }: Needs<'_>,
    fetching: &Fetching<'_>,
    checks: &mut Checks,
) -> Result<RepositoryState, Blocked> {
    let secrets = cluster.map(|cluster| cluster.secrets.secrets.as_deref().unwrap_or_default());
    let found = login::observe(inputs, session, secrets, vault.found(), checks).await;
    let found = checks.failure_of(CheckId::RepositoryLogin, "", found)?;
    let remote = remote(inputs, session, &found, checks);
    let remote = checks.failure_of(CheckId::GitConfiguration, "git config --list", remote)?;
    let everyone_was_asked = cluster.is_some() && !vault.is_blocked();
    let tip = match gitops_clone::look_up(&remote, &inputs.spec.repo_ref, &session.stop.token).await {
        Ok(tip) => tip,
        Err(GitError::NoLogin { .. } | GitError::LoginInHeader { .. }) if !everyone_was_asked => {
            let why = "where it comes from failed above";
            checks.skipped(CheckId::GitHost, why);
            return Err(Blocked);
        }
        Err(error) => {
            let failure = look_up_failed(inputs, &found, &error);
            return Err(host_checks::not_found(inputs, &found, &error, failure, checks));
        }
    };
    if let Some(proxy) = remote.proxy() {
        checks.passed(CheckId::GitProxy, proxy.to_string());
    }
    host_checks::found(inputs, &found, &tip, checks);
    if inputs.settings.commit.is_some() {
        let fact = format!("{} is at the commit of --commit", inputs.spec.repo_ref.as_str());
        checks.result(CheckId::PinnedCommit, fact, host_checks::see(inputs), at_commit(inputs, &tip))?;
    }
    let source = match inputs.scope {
        Scope::Run => {
            let source = commit::CommitSource { remote: &remote, tip: &tip, fetching };
            commit::observe(inputs, session, source, (cluster, machine), checks).await.map(Some)
        }
        Scope::VaultAuth | Scope::RepoCreds | Scope::Release => Ok(None),
    };
    // The cluster is not known: a check of the cluster says why.
    let secret = cluster.ok_or(Blocked).and_then(|cluster| {
        let (name, namespace) = (&inputs.settings.secret_name, &inputs.cluster.argocd_namespace);
        let see = shell!("oc --kubeconfig <kubeconfig> -n {} describe secret {}", namespace, name);
        let plan = plan_secret(inputs, cluster, &found);
        let plan = checks.result(CheckId::RepositorySecret, format!("{namespace}/{name}"), see, plan)?;
        checks.warn_if_any(CheckId::RepositorySecretContent, plan.warnings());
        Ok(plan)
    });
    Ok(RepositoryState { found, tip, source: source?, secret: secret? })
}
