use std::time::Duration;

use cluster_access::kube::core::request::Error as RequestError;
use cluster_access::{AccessError, Cluster, Kubeconfig, ObjectRef, TlsProblem, connect, get};
use serde_json::Value;
use vault_access::{ConfigLookup, Vault, VaultError};

use crate::authority::Authority;
use crate::desired::{Desired, root_ca};
use crate::error::VaultAuthError;
use crate::host::same_server;
use crate::release::is_released;
use crate::rights::config_path;
use crate::state::State;
use crate::{ca, issuer};

/// Time limit for an answer of the API server that a mount belongs to.
const PING_LIMIT: Duration = Duration::from_secs(2);

/// Looks at the reviewer's objects, the mount, and (where the mount points elsewhere) whether anybody answers there.
///
/// # Errors
/// What keeps the cluster or Vault from answering. What is not there, or may not be seen, is an answer.
pub async fn observe(cluster: &Cluster, vault: &Vault, desired: &Desired) -> Result<State, VaultAuthError> {
    let namespace_ref = ObjectRef::namespace(&desired.reviewer.namespace);
    let (account_ref, secret_ref, binding_ref) =
        (desired.service_account_ref(), desired.secret_ref(), desired.binding_ref());
    let in_cluster = async {
        tokio::try_join!(
            namespace_exists(cluster, &namespace_ref),
            get(cluster, &account_ref),
            get(cluster, &secret_ref),
            get(cluster, &binding_ref),
            authority(cluster, desired),
        )
        .map_err(VaultAuthError::from)
    };
    let in_vault = async {
        let path = config_path(&desired.mount);
        tokio::try_join!(
            vault.auth_mount(&desired.mount),
            vault.kubernetes_config(&desired.mount),
            capabilities(vault, &path)
        )
        .map_err(VaultAuthError::from)
    };
    let ((namespace_exists, service_account, secret, binding, authority), (mount, config, capabilities)) =
        tokio::try_join!(in_cluster, in_vault)?;
    let (other_host_answers, issuer) =
        tokio::join!(ping_api_server(desired, &config), live_issuer(cluster, &config));
    Ok(State {
        namespace_exists,
        service_account,
        secret,
        binding,
        authority,
        issuer,
        mount,
        config,
        capabilities,
        other_host_answers,
        vault_address: vault.address().to_owned(),
        vault_namespace: vault.namespace().map(str::to_owned),
    })
}

/// Who may not see the namespace may still have rights in it; that it is missing then shows when it is written to.
async fn namespace_exists(cluster: &Cluster, namespace: &ObjectRef) -> Result<bool, AccessError> {
    match get(cluster, namespace).await {
        Ok(found) => Ok(found.is_some()),
        Err(AccessError::Forbidden { .. }) => Ok(true),
        Err(error) => Err(error),
    }
}

/// The authority Vault shall use: the given one, that of the reviewer's namespace, or while that is absent of `default`.
pub(crate) async fn authority(
    cluster: &Cluster,
    desired: &Desired,
) -> Result<Option<Authority>, AccessError> {
    if let Some(given) = &desired.ca_override {
        return Ok(Some(given.clone()));
    }
    let own = root_ca(desired);
    if let Some(found) = get(cluster, &own).await?.as_ref().and_then(|found| in_config_map(&own, found)) {
        return Ok(Some(found));
    }
    let default = ObjectRef { namespace: Some("default".to_owned()), ..own };
    match get(cluster, &default).await {
        Ok(found) => Ok(found.as_ref().and_then(|found| in_config_map(&default, found))),
        // Then it is awaited where we may read it.
        Err(AccessError::Forbidden { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn live_issuer(cluster: &Cluster, config: &ConfigLookup) -> Option<String> {
    match config {
        ConfigLookup::Found(config) if issuer::is_checked(config) => issuer::live(cluster).await,
        _ => None,
    }
}

/// Returns the authority in `kube-root-ca.crt`, once the cluster has filled it.
pub(crate) fn in_config_map(object: &ObjectRef, found: &Value) -> Option<Authority> {
    let pem = found["data"]["ca.crt"].as_str().filter(|pem| ca::is_any(pem))?;
    Some(Authority { pem: pem.to_owned(), origin: object.to_string() })
}

async fn capabilities(vault: &Vault, path: &str) -> Result<Option<Vec<String>>, VaultError> {
    Ok(vault.capabilities(&[path.to_owned()]).await?.remove(path))
}

/// True if the other API server that the mount points at answers. The request holds no login: a refusal is an answer
/// too, and its certificate is not checked.
async fn ping_api_server(desired: &Desired, config: &ConfigLookup) -> Option<bool> {
    let ConfigLookup::Found(config) = config else { return None };
    if config.host.is_empty() || is_released(&config.host) || same_server(&config.host, &desired.host) {
        return None;
    }
    let asked = async {
        // Nobody logs in, so no exec plugin runs.
        let there = connect(&Kubeconfig::nobody(&config.host), &desired.network, PING_LIMIT, &[]).await?;
        let request = http::Request::get("/version").body(Vec::new()).map_err(RequestError::BuildRequest);
        there.ask::<Value>("see whether it answers", request).await
    };
    Some(match tokio::time::timeout(PING_LIMIT, asked).await {
        Err(_) => false,
        Ok(Ok(_)) => true,
        Ok(Err(error)) => matches!(
            error,
            AccessError::Unauthorized { .. }
                | AccessError::Forbidden { .. }
                | AccessError::Api { .. }
                | AccessError::NotFound { .. }
                | AccessError::NotKubernetes { .. }
                | AccessError::ClientCertificateRefused { .. }
                | AccessError::Tls {
                    problem: TlsProblem::ClientCertificateRequired
                        | TlsProblem::ClientCertificateRefused { .. },
                    ..
                }
        ),
    })
}

#[cfg(test)]
mod tests {
    use vault_access::KubernetesConfig;

    use super::*;
    use crate::desired::tests::demo;

    const HOST: &str = "https://api.demo:6443";

    async fn knocked(host: &str) -> Option<bool> {
        rustls::crypto::ring::default_provider().install_default().ok();
        let config = KubernetesConfig { host: host.into(), ..KubernetesConfig::default() };
        ping_api_server(&demo(HOST, None), &ConfigLookup::Found(config)).await
    }

    #[tokio::test]
    async fn another_server_alone_is_asked_whether_it_answers() {
        for host in ["", crate::release::RELEASED_HOST, "https://API.demo:6443/"] {
            assert_eq!(knocked(host).await, None, "{host}");
        }
        assert_eq!(knocked("http://127.0.0.1:1").await, Some(false));
        assert_eq!(ping_api_server(&demo(HOST, None), &ConfigLookup::Unset).await, None);
    }

    #[test]
    fn a_config_map_gives_an_authority_once_it_holds_a_certificate() {
        let object = ObjectRef::config_map("a", "kube-root-ca.crt");
        let pem = "-----BEGIN CERTIFICATE-----\nYQ==\n-----END CERTIFICATE-----";
        let found = in_config_map(&object, &serde_json::json!({"data": {"ca.crt": pem}})).unwrap();
        assert_eq!((found.pem.as_str(), found.origin.as_str()), (pem, "ConfigMap a/kube-root-ca.crt"));
        for lacking in [serde_json::json!({}), serde_json::json!({"data": {"ca.crt": "soon"}})] {
            assert!(in_config_map(&object, &lacking).is_none(), "{lacking}");
        }
    }
}
