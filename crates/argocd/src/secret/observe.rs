use cluster_access::{AccessError, Cluster, ObjectRef, get, list};
use serde_json::Value;

use crate::ArgoCdError;

/// Argo CD's label that says what a Secret is to it.
pub(crate) const SECRET_TYPE: &str = "argocd.argoproj.io/secret-type";

/// What is there. Holds logins: it has no `Debug` that shows them.
#[derive(Clone, Default)]
pub struct State {
    /// Whether the namespace is there.
    pub namespace_exists: bool,
    /// The Secret of our name.
    pub secret: Option<Value>,
    /// Every Secret of the namespace that Argo CD takes logins from (types `repository` and `repo-creds`), ours
    /// included; None where we may not list them.
    pub secrets: Option<Vec<Value>>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("namespace_exists", &self.namespace_exists)
            .field("secret", &self.secret.is_some())
            .field("secrets", &self.secrets.as_ref().map(Vec::len))
            .finish()
    }
}

/// Reads the Secret and its neighbours.
///
/// # Errors
/// Where the cluster does not answer, or the Secret may not be read.
pub async fn observe(cluster: &Cluster, namespace: &str, name: &str) -> Result<State, ArgoCdError> {
    let space = ObjectRef::namespace(namespace);
    let labels = format!("{SECRET_TYPE} in (repository,repo-creds)");
    let secret = ObjectRef::secret(namespace, name);
    let all = ObjectRef::secret(namespace, "");
    let (space, secret, secrets) =
        tokio::join!(get(cluster, &space), get(cluster, &secret), list(cluster, &all, Some(&labels)));
    let secret = secret?;
    let namespace_exists = match space {
        Ok(found) => found.is_some(),
        // Who may read Secrets there but not the Namespace itself learns the same from them.
        Err(AccessError::Forbidden { .. }) => true,
        Err(error) => return Err(error.into()),
    };
    let secrets = match secrets {
        Ok(secrets) => Some(secrets),
        Err(AccessError::Forbidden { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    Ok(State { namespace_exists, secret, secrets })
}
