//! The settings of Vault and the auth mount.

use std::path::PathBuf;
use std::time::Duration;

use crate::cluster::ClusterSettings;
use crate::kubernetes_name::Name;
use crate::reader::Reader;
use crate::variables;

/// Whether there is a Vault to configure.
pub enum VaultChoice {
    /// Neither address nor token, or one without the other.
    Absent,
    /// Both.
    Present(Box<VaultSettings>),
}

/// Settings of Vault and the auth mount.
pub struct VaultSettings {
    /// The way to Vault.
    pub access: vault_access::VaultSettings,
    /// Leave the mount alone, use Vault for the login alone.
    pub skip_auth: bool,
    /// The mount.
    pub mount: String,
    /// API address for Vault.
    pub kubernetes_host: Option<String>,
    /// File with the CA for Vault.
    pub kubernetes_ca_file: Option<PathBuf>,
    /// Take over another API server's mount.
    pub replace_host: bool,
    /// The reviewer's names.
    pub reviewer: vault_auth::Reviewer,
    /// Proof by login: role and (namespace, name) of the ServiceAccount.
    pub login_proof: Option<vault_auth::LoginProof>,
    /// Write whatever the fingerprint says.
    pub force: bool,
}

pub(crate) fn vault(
    reader: &mut Reader<'_>,
    cluster: &ClusterSettings,
    warnings: &mut Vec<String>,
) -> VaultChoice {
    // Not trimmed here: what is wrong with a value is said by the room that uses it.
    let (address, token) = (reader.text(variables::VAULT_ADDR), reader.secret(variables::VAULT_TOKEN));
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
        namespace: reader.text(variables::VAULT_NAMESPACE),
        cacert_file: reader.file(variables::VAULT_CACERT),
        cacert_bytes: reader.text(variables::VAULT_CACERT_BYTES).map(String::into_bytes),
        capath: reader.file(variables::VAULT_CAPATH),
        client_cert: reader.file(variables::VAULT_CLIENT_CERT),
        client_key: reader.file(variables::VAULT_CLIENT_KEY),
        tls_server_name: reader.text(variables::VAULT_TLS_SERVER_NAME),
        skip_verify: reader.switch(variables::VAULT_SKIP_VERIFY),
        timeout: limit(reader.duration(variables::VAULT_CLIENT_TIMEOUT)),
        proxy: reader.text(variables::VAULT_PROXY_ADDR).or_else(|| reader.text(variables::VAULT_HTTP_PROXY)),
        https_proxy: cluster.network.https_proxy.clone(),
        http_proxy: cluster.network.http_proxy.clone(),
        no_proxy: cluster.network.no_proxy.clone(),
    };
    VaultChoice::Present(Box::new(VaultSettings {
        access,
        skip_auth: reader.switch(variables::SKIP_VAULT_K8S_AUTH_CONFIG),
        mount: mount(&reader.text_or_default(variables::VAULT_K8S_AUTH_MOUNT)),
        kubernetes_host: reader.text(variables::VAULT_KUBERNETES_HOST),
        kubernetes_ca_file: reader.file(variables::VAULT_KUBERNETES_CA_CERT),
        replace_host: reader.switch(variables::VAULT_REPLACE_HOST),
        reviewer: reviewer(reader),
        login_proof: login_proof(reader, &cluster.argocd_namespace),
        force: reader.switch(variables::BITIQ_BOOTSTRAP_FORCE),
    }))
}

/// The CLI takes 0 for no limit. Whatever waits here has one.
fn limit(timeout: Duration) -> Duration {
    if timeout.is_zero() { Duration::from_secs(3600) } else { timeout }
}

/// The names of the reviewer's objects, whether there is a Vault or not.
pub(crate) fn reviewer(reader: &mut Reader<'_>) -> vault_auth::Reviewer {
    vault_auth::Reviewer {
        namespace: reader.name(variables::VAULT_REVIEWER_NAMESPACE, Name::Label),
        service_account: reader.name(variables::VAULT_REVIEWER_SERVICEACCOUNT, Name::Subdomain),
        secret: reader.name(variables::VAULT_REVIEWER_SECRET, Name::Subdomain),
        binding: reader.name(variables::VAULT_REVIEWER_CLUSTERROLEBINDING, Name::Segment),
    }
}

/// `kubernetes`, `auth/kubernetes` and `kubernetes/` are one mount.
fn mount(text: &str) -> String {
    let text = text.trim().trim_matches('/');
    text.strip_prefix("auth/").unwrap_or(text).to_string()
}

fn login_proof(reader: &mut Reader<'_>, argocd_namespace: &str) -> Option<vault_auth::LoginProof> {
    let account = reader.text(variables::BITIQ_BOOTSTRAP_VAULT_SERVICE_ACCOUNT);
    let role = reader.text(variables::BITIQ_BOOTSTRAP_VAULT_ROLE)?;
    let (namespace, service_account) = match account.as_deref().map(|account| account.split_once('/')) {
        None => (argocd_namespace.to_string(), "default".to_string()),
        Some(Some((namespace, name))) if Name::Label.takes(namespace) && Name::Subdomain.takes(name) => {
            (namespace.into(), name.into())
        }
        Some(_) => {
            let account = account.unwrap_or_default();
            reader.wrong(variables::BITIQ_BOOTSTRAP_VAULT_SERVICE_ACCOUNT, &account, "NAMESPACE/NAME");
            return None;
        }
    };
    Some(vault_auth::LoginProof { role, namespace, service_account })
}
