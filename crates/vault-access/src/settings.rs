use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::header::HeaderValue;
use secret::{ExposeSecret as _, SecretString};

use crate::error::VaultError;

/// How long one request to Vault may take where nothing else is said: what the `vault` CLI allows.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

/// What is needed to reach a Vault and be let in. Each field means what the variable of the `vault` CLI means.
#[derive(Clone)]
pub struct VaultSettings {
    /// `VAULT_ADDR`: `http://` or `https://`, a path behind the host included.
    pub address: String,
    /// `VAULT_TOKEN`.
    pub token: SecretString,
    /// `VAULT_NAMESPACE`.
    pub namespace: Option<String>,
    /// `VAULT_CACERT`: a PEM file; it wins over the two below, and stands in place of the system's authorities.
    pub cacert_file: Option<PathBuf>,
    /// `VAULT_CACERT_BYTES`: PEM text.
    pub cacert_bytes: Option<Vec<u8>>,
    /// `VAULT_CAPATH`: a folder of PEM files.
    pub capath: Option<PathBuf>,
    /// `VAULT_CLIENT_CERT`: a PEM file.
    pub client_cert: Option<PathBuf>,
    /// `VAULT_CLIENT_KEY`: a PEM file.
    pub client_key: Option<PathBuf>,
    /// `VAULT_TLS_SERVER_NAME`: the name to ask for and to find in the certificate, instead of the address's host.
    pub tls_server_name: Option<String>,
    /// `VAULT_SKIP_VERIFY`.
    pub skip_verify: bool,
    /// `VAULT_CLIENT_TIMEOUT`: the limit of one request.
    pub timeout: Duration,
    /// `VAULT_PROXY_ADDR`: for every request, whatever `NO_PROXY` says (as the CLI has it).
    pub proxy: Option<String>,
    /// `HTTPS_PROXY`, for `https://` addresses. Loopback is never proxied.
    pub https_proxy: Option<String>,
    /// `HTTP_PROXY`, for `http://` addresses.
    pub http_proxy: Option<String>,
    /// `NO_PROXY`: hosts, domains and networks that are reached without one, separated by commas.
    pub no_proxy: Option<String>,
}

impl VaultSettings {
    /// Settings with nothing but an address and a token.
    pub fn new(address: impl Into<String>, token: SecretString) -> Self {
        Self {
            address: address.into(),
            token,
            namespace: None,
            cacert_file: None,
            cacert_bytes: None,
            capath: None,
            client_cert: None,
            client_key: None,
            tls_server_name: None,
            skip_verify: false,
            timeout: DEFAULT_TIMEOUT,
            proxy: None,
            https_proxy: None,
            http_proxy: None,
            no_proxy: None,
        }
    }

    /// The token as a header that is never logged.
    pub(crate) fn token_header(&self) -> Result<HeaderValue, VaultError> {
        let problem = |problem| VaultError::Token { problem };
        let mut header = header(self.token.expose_secret()).map_err(problem)?;
        header.set_sensitive(true);
        Ok(header)
    }

    /// The namespace and its header, where there is one.
    pub(crate) fn namespace_header(&self) -> Result<Option<(String, HeaderValue)>, VaultError> {
        let Some(namespace) = &self.namespace else { return Ok(None) };
        let header = header(namespace).map_err(|problem| VaultError::Namespace { problem })?;
        Ok(Some((namespace.trim().to_owned(), header)))
    }
}

/// `value` as a header. Spaces and line ends around it came with the file or the command it was read from; a line break
/// in it is a value that went wrong on its way.
fn header(value: &str) -> Result<HeaderValue, &'static str> {
    let value = value.trim();
    if value.contains(['\n', '\r']) {
        return Err("has a line break in it");
    }
    if value.is_empty() {
        return Err("is empty");
    }
    if value.chars().any(|c| c.is_control() || !c.is_ascii()) {
        return Err("has characters in it that can't be sent");
    }
    HeaderValue::from_str(value).map_err(|_| "has characters in it that can't be sent")
}

impl fmt::Debug for VaultSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A proxy's address may hold a password, so neither it nor the token is shown.
        f.debug_struct("VaultSettings")
            .field("address", &crate::address::shown(&self.address))
            .field("namespace", &self.namespace)
            .field("skip_verify", &self.skip_verify)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
