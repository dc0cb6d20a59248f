use cluster_access::{Cluster, ObjectRef, get, list};
use serde_json::Value;

use super::NAME;
use super::in_cluster_server::is_local;
use crate::ArgoCdError;

/// Cluster Secrets of this cluster. May hold logins to clusters: it has no `Debug` that shows them.
#[derive(Clone, Default)]
pub struct State {
    /// The cluster Secrets of the cluster that Argo CD runs in, by name. More than one is nobody's intention.
    pub local: Vec<Value>,
    /// Object with the name of the Secret that we would make, whatever it is.
    pub named: Option<Value>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("local", &self.local.len())
            .field("named", &self.named.is_some())
            .finish()
    }
}

/// Looks for the Secret; `create`: also whether one could be made.
///
/// # Errors
/// Where the cluster does not answer, or the Secrets may not be listed.
pub async fn observe(cluster: &Cluster, namespace: &str, create: bool) -> Result<State, ArgoCdError> {
    let any = ObjectRef::secret(namespace, "");
    let mut local = list(cluster, &any, Some("argocd.argoproj.io/secret-type=cluster")).await?;
    local.retain(is_local);
    local.sort_by(|one, other| name(one).cmp(name(other)));
    let named = match create && local.is_empty() {
        true => get(cluster, &ObjectRef::secret(namespace, NAME)).await?,
        false => None,
    };
    Ok(State { local, named })
}

pub(super) fn name(secret: &Value) -> &str {
    secret["metadata"]["name"].as_str().unwrap_or_default()
}
