//! A proxy or a certificate authority that the cluster has and Argo CD lacks, where Argo CD is there before the script.

use advice::Advice;
use argocd::access::seems_readable;
use cluster_access::AccessError;
use diagnostics::{Check, CheckId};

use crate::inputs::RepositoryInputs;
use crate::session::Session;
use crate::state::ClusterState;
use diagnostics::Step;

/// What Argo CD lacks, and the check of it. Nothing if Argo CD read the repository when it looked last: then it lacks
/// nothing that it needs.
pub async fn observe(
    inputs: &RepositoryInputs<'_>,
    session: &Session,
    cluster: &ClusterState,
) -> (Vec<Advice>, Option<Check>) {
    if !inputs.scope.has(Step::RepoAccess) {
        return (Vec::new(), None);
    }
    let lacking = tokio::select! {
        lacking = lacking(inputs, cluster) => lacking,
        () = session.stop.token.cancelled() => return (Vec::new(), None),
    };
    let check = judge(lacking.as_deref());
    (lacking.unwrap_or_default(), check)
}

async fn lacking(inputs: &RepositoryInputs<'_>, cluster: &ClusterState) -> Result<Vec<Advice>, AccessError> {
    let namespace = &inputs.cluster.argocd_namespace;
    let url = &inputs.spec.repo_url;
    let state = argocd::egress::observe(&cluster.access, namespace).await?;
    let secrets = cluster.secrets.secrets.as_deref().unwrap_or_default();
    let lacking = argocd::egress::lacks(&state, namespace, url, secrets);
    if lacking.is_empty() || seems_readable(&cluster.access, namespace, url.as_str()).await? {
        return Ok(Vec::new());
    }
    Ok(lacking)
}

fn judge(lacking: Result<&[Advice], &AccessError>) -> Option<Check> {
    let against = match lacking {
        Ok([]) => return None,
        Ok(lacking) => lacking.to_vec(),
        Err(error) => vec![not_compared(error).into()],
    };
    Some(Check::warning_of(CheckId::ArgocdEgress, against))
}

/// The warning where the two could not be compared.
pub fn not_compared(error: &AccessError) -> String {
    format!("proxy and CA of Argo CD were not compared: failed to {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_argo_cd_lacks_and_what_could_not_be_compared_are_warnings() {
        assert!(judge(Ok(&[])).is_none());
        assert_eq!(judge(Ok(&["a proxy".into()])).unwrap().warnings(), ["a proxy".into()]);
        let error = AccessError::Forbidden { message: "get proxies".into(), doing: String::new() };
        assert!(judge(Err(&error)).unwrap().details()[0].starts_with("proxy and CA of Argo CD were not"));
    }
}
