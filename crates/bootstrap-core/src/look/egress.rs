//! A proxy or an authority that the cluster has and Argo CD lacks, told before the script where Argo CD is there already.

use argocd::access::seems_readable;
use cluster_access::AccessError;

use super::repository::login::SYSTEM;
use crate::checks::Rows;
use crate::request::{Context, Request};
use crate::world::ClusterWorld;
use diagnostics::Step;

/// What was told. Nothing where Argo CD read the repository when it looked last: then it lacks nothing that it needs.
pub(crate) async fn look(request: &Request, context: &Context, cluster: &ClusterWorld) -> Vec<String> {
    if !request.scope.has(Step::RepoAccess) {
        return Vec::new();
    }
    let lacking = tokio::select! {
        lacking = lacking(request, cluster) => lacking,
        () = context.stop.token.cancelled() => return Vec::new(),
    };
    match lacking {
        Ok(lacking) => {
            Rows::of(context, SYSTEM).odd("Argo CD has the cluster's proxy and CA to read it", &lacking);
            lacking.iter().for_each(|lack| context.events.warn(lack.clone()));
            lacking
        }
        Err(error) => {
            context.events.warn(format!("proxy and CA of Argo CD were not compared: failed to {error}"));
            Vec::new()
        }
    }
}

async fn lacking(request: &Request, cluster: &ClusterWorld) -> Result<Vec<String>, AccessError> {
    let namespace = &request.settings.cluster.argocd_namespace;
    let url = &request.spec.repo_url;
    let state = argocd::egress::observe(&cluster.access, namespace).await?;
    let secrets = cluster.secrets.secrets.as_deref().unwrap_or_default();
    let lacking = argocd::egress::lacks(&state, namespace, url, secrets);
    if lacking.is_empty() || seems_readable(&cluster.access, namespace, url.as_str()).await? {
        return Ok(Vec::new());
    }
    Ok(lacking)
}
