use cluster_access::{AccessError, Cluster, ObjectRef, get, list};
use serde_json::Value;

use super::State;

/// Reads what the judgement needs. What is not there, or not to be seen by us, counts as not there: nothing is said of
/// it then.
///
/// # Errors
/// What keeps the cluster from answering.
pub async fn observe(cluster: &Cluster, namespace: &str) -> Result<State, AccessError> {
    let proxy = ObjectRef::cluster("config.openshift.io/v1", "Proxy", "proxies", "cluster");
    let instances = ObjectRef::namespaced("argoproj.io/v1beta1", "ArgoCD", "argocds", namespace, "");
    let deployments = ObjectRef::namespaced("apps/v1", "Deployment", "deployments", namespace, "");
    let certificates = ObjectRef::config_map(namespace, "argocd-tls-certs-cm");
    let Some(proxy) = seen(get(cluster, &proxy).await)?.flatten() else { return Ok(State::default()) };
    let (instances, repo_servers, certificates) = tokio::join!(
        list(cluster, &instances, None),
        list(cluster, &deployments, Some("app.kubernetes.io/component=repo-server")),
        get(cluster, &certificates),
    );
    Ok(State {
        proxy: Some(proxy),
        instances: all(instances)?,
        repo_servers: all(repo_servers)?,
        certificates: seen(certificates)?.flatten(),
    })
}

fn all(answer: Result<Vec<Value>, AccessError>) -> Result<Vec<Value>, AccessError> {
    Ok(seen(answer)?.unwrap_or_default())
}

fn seen<T>(answer: Result<T, AccessError>) -> Result<Option<T>, AccessError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(AccessError::Forbidden { .. } | AccessError::NoSuchKind { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_or_unknown_is_absent_and_any_other_error_stays_one() {
        let (message, doing) = (String::new(), String::new());
        assert_eq!(seen(Ok(7)).unwrap(), Some(7));
        let forbidden = AccessError::Forbidden { message, doing };
        assert_eq!(seen::<u8>(Err(forbidden)).unwrap(), None);
        assert!(seen::<u8>(Err(AccessError::Stopped { waiting_for: String::new() })).is_err());
    }
}
