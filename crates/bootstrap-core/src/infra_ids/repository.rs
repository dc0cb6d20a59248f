//! The ref's commit, found with whatever login there is.

use argocd::secret;
use cluster_access::Cluster;
use diagnostics::Failure;
use infra_id::Search;

use crate::look::repository::{infra_ids, login as repository};
use crate::look::vault_for_login;
use crate::request::{Context, Request};
use crate::stale_infra_ids::Searched;

pub(super) async fn search(
    request: &Request,
    context: &Context,
    access: Option<&Cluster>,
    search: Search,
) -> Result<Searched, Failure> {
    let vault = vault_for_login(request, context).await?;
    let secrets = match access {
        Some(access) => secrets(request, context, access).await,
        None => secret::State::default(),
    };
    let secrets = access.map(|_| secrets.secrets.as_deref().unwrap_or_default());
    let found = repository::login(request, context, secrets, vault.as_ref()).await?;
    let remote = repository::remote(request, context, &found)?;
    let tip = repository::tip(request, context, &found, &remote).await?;
    let commit = gitops_clone::fetch(&remote, &tip, &request.folder.cache(), &context.stop.token)
        .await
        .map_err(|error| repository::git(&error))?;
    infra_ids::search(&commit, search, &context.stop).await
}

/// Only logins are looked for in them: where they can't be read, the other sources are asked.
async fn secrets(request: &Request, context: &Context, access: &Cluster) -> secret::State {
    let settings = &request.settings;
    let name = &settings.repository.secret_name;
    tokio::select! {
        secrets = secret::observe(access, &settings.cluster.argocd_namespace, name) => secrets.unwrap_or_default(),
        () = context.stop.token.cancelled() => secret::State::default(),
    }
}
