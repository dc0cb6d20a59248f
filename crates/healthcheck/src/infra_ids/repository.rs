//! The ref's commit, found with whatever login there is.

use advice::Diagnostic;
use argocd::secret;
use cluster_access::Cluster;
use diagnostics::{Checks, Failure, FailureKind, Subject, failures};
use infra_id::Search;

use preflight::Reporter;
use preflight::Request;
use preflight::Session;
use preflight::observe::repository::{infra_ids, login as repository};
use preflight::observe::vault;
use preflight::stale_infra_ids::StaleInfraIds;

pub(super) async fn search(
    request: &Request,
    session: &Session,
    reporter: &Reporter<'_>,
    access: Option<&Cluster>,
    search: Search,
) -> Result<StaleInfraIds, Failure> {
    let inputs = request.inputs();
    let vault = vault::observe(&inputs.vault, session).await;
    reporter.checks(&vault.checks);
    if vault.state.is_blocked() {
        let none = || Failure::stating(FailureKind::Refused, Subject::Vault, &NoAnswer);
        return Err(failures(&vault.checks).first().cloned().unwrap_or_else(none));
    }
    let secrets = match access {
        Some(access) => secrets(request, session, access).await,
        None => secret::State::default(),
    };
    let secrets = access.map(|_| secrets.secrets.as_deref().unwrap_or_default());
    let (inputs, mut checks) = (inputs.repository, Checks::default());
    let found = async {
        let found = repository::observe(&inputs, session, secrets, vault.state.found(), &mut checks).await?;
        let remote = repository::remote(&inputs, session, &found, &mut checks)?;
        let tip = repository::tip(&inputs, session, &found, &remote, &mut checks).await?;
        Ok::<_, Failure>((remote, tip))
    };
    let found = found.await;
    reporter.checks(&checks.into_vec());
    let (remote, tip) = found?;
    let commit = gitops_clone::fetch(&remote, &tip, &request.folder.cache(), &session.stop.token)
        .await
        .map_err(|error| repository::git(&error))?;
    infra_ids::search(&commit, search, &session.stop).await
}

/// Vault gave no reason.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("it does not answer")]
#[code("VAULT-050")]
#[hint("run again once it answers")]
pub struct NoAnswer;

/// Only logins are looked for in them: where they can't be read, the other sources are asked.
async fn secrets(request: &Request, session: &Session, access: &Cluster) -> secret::State {
    let settings = &request.settings;
    let name = &settings.repository.secret_name;
    tokio::select! {
        secrets = secret::observe(access, &settings.cluster.argocd_namespace, name) => secrets.unwrap_or_default(),
        () = session.stop.token.cancelled() => secret::State::default(),
    }
}
