//! The settings of Vault and the auth mount.

use crate::vars;
use std::time::Duration;

use super::model::{ClusterSettings, VaultChoice, VaultSettings};
use super::name::Name;
use super::reader::Reader;

pub(super) fn vault(
    reader: &mut Reader<'_>,
    cluster: &ClusterSettings,
    warnings: &mut Vec<String>,
) -> VaultChoice {
    // Not trimmed here: what is wrong with a value is said by the room that uses it.
    let (address, token) = (reader.text(vars::VAULT_ADDR), reader.secret(vars::VAULT_TOKEN));
    let (address, token) = match (address, token) {
        (Some(address), Some(token)) => (address, token),
        (Some(_), None) => {
            warnings.push("VAULT_ADDR is set without VAULT_TOKEN: Vault is left alone".into());
            return VaultChoice::Absent;
        }
        (None, Some(_)) => {
            warnings.push("VAULT_TOKEN is set without VAULT_ADDR: Vault is left alone".into());
            return VaultChoice::Absent;
        }
        (None, None) => return VaultChoice::Absent,
    };
    let access = vault_access::VaultSettings {
        address,
        token,
        namespace: reader.text(vars::VAULT_NAMESPACE),
        cacert_file: reader.file(vars::VAULT_CACERT),
        cacert_bytes: reader.text(vars::VAULT_CACERT_BYTES).map(String::into_bytes),
        capath: reader.file(vars::VAULT_CAPATH),
        client_cert: reader.file(vars::VAULT_CLIENT_CERT),
        client_key: reader.file(vars::VAULT_CLIENT_KEY),
        tls_server_name: reader.text(vars::VAULT_TLS_SERVER_NAME),
        skip_verify: reader.switch(vars::VAULT_SKIP_VERIFY),
        timeout: limit(reader.duration(vars::VAULT_CLIENT_TIMEOUT)),
        proxy: reader.text(vars::VAULT_PROXY_ADDR).or_else(|| reader.text(vars::VAULT_HTTP_PROXY)),
        https_proxy: cluster.network.https_proxy.clone(),
        http_proxy: cluster.network.http_proxy.clone(),
        no_proxy: cluster.network.no_proxy.clone(),
    };
    VaultChoice::Present(Box::new(VaultSettings {
        access,
        skip_auth: reader.switch(vars::SKIP_VAULT_K8S_AUTH_CONFIG),
        mount: mount(&reader.text_or_default(vars::VAULT_K8S_AUTH_MOUNT)),
        kubernetes_host: reader.text(vars::VAULT_KUBERNETES_HOST),
        kubernetes_ca_file: reader.file(vars::VAULT_KUBERNETES_CA_CERT),
        replace_host: reader.switch(vars::VAULT_REPLACE_HOST),
        reviewer: reviewer(reader),
        login_proof: login_proof(reader, &cluster.argocd_namespace),
        force: reader.switch(vars::BITIQ_BOOTSTRAP_FORCE),
    }))
}

/// The CLI takes 0 for no limit. Whatever waits here has one.
fn limit(timeout: Duration) -> Duration {
    if timeout.is_zero() { Duration::from_secs(3600) } else { timeout }
}

/// The names of the reviewer's objects, whether there is a Vault or not.
pub(super) fn reviewer(reader: &mut Reader<'_>) -> vault_auth::Reviewer {
    vault_auth::Reviewer {
        namespace: reader.name(vars::VAULT_REVIEWER_NAMESPACE, Name::Label),
        service_account: reader.name(vars::VAULT_REVIEWER_SERVICEACCOUNT, Name::Subdomain),
        secret: reader.name(vars::VAULT_REVIEWER_SECRET, Name::Subdomain),
        binding: reader.name(vars::VAULT_REVIEWER_CLUSTERROLEBINDING, Name::Segment),
    }
}

/// `kubernetes`, `auth/kubernetes` and `kubernetes/` are one mount.
fn mount(text: &str) -> String {
    let text = text.trim().trim_matches('/');
    text.strip_prefix("auth/").unwrap_or(text).to_string()
}

fn login_proof(reader: &mut Reader<'_>, argocd_namespace: &str) -> Option<vault_auth::LoginProof> {
    let account = reader.text(vars::BITIQ_BOOTSTRAP_VAULT_SERVICE_ACCOUNT);
    let role = reader.text(vars::BITIQ_BOOTSTRAP_VAULT_ROLE)?;
    let (namespace, service_account) = match account.as_deref().map(|account| account.split_once('/')) {
        None => (argocd_namespace.to_string(), "default".to_string()),
        Some(Some((namespace, name))) if Name::Label.takes(namespace) && Name::Subdomain.takes(name) => {
            (namespace.into(), name.into())
        }
        Some(_) => {
            let account = account.unwrap_or_default();
            reader.wrong(vars::BITIQ_BOOTSTRAP_VAULT_SERVICE_ACCOUNT, &account, "NAMESPACE/NAME");
            return None;
        }
    };
    Some(vault_auth::LoginProof { role, namespace, service_account })
}
