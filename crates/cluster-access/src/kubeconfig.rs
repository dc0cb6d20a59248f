//! A kubeconfig: read as people write it, held as one context with everything inlined, written back the same way.

mod choose;
mod direct;
mod error;
mod file;
mod normalize;
mod validity;
mod write;

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secret::{ExposeSecret as _, SecretString};
use transport::{Certificate, Network, Proxy, Trust};
use url::Url;

pub use choose::{Chosen, Origin, choose};
pub use error::KubeconfigError;
pub use validity::Expired;
pub use write::{WriteError, Written, write};

pub(crate) use file::Plugin;
use file::{ClusterEntry, ContextEntry, File, Named, NamedCluster, NamedContext, NamedUser, UserEntry};

/// A kubeconfig with one context and nothing outside of it but a token file and what an exec plugin needs.
#[derive(Clone)]
pub struct Kubeconfig {
    context: Named<ContextEntry>,
    cluster: ClusterEntry,
    user: UserEntry,
}

/// How the kubeconfig proves who we are, in the order client-go tries them.
pub(crate) enum Login {
    Token(SecretString),
    TokenFile(String),
    Basic { username: String, password: SecretString },
    Exec(Plugin),
    ClientCertificate,
    None,
}

impl Kubeconfig {
    /// The whole as YAML, a key a line, as `.work/kubeconfig` holds it.
    pub fn to_yaml(&self) -> SecretString {
        let file = File {
            api_version: Some("v1".into()),
            kind: Some("Config".into()),
            current_context: Some(self.context.name.clone()),
            clusters: Some(vec![NamedCluster {
                name: self.context.entry.cluster.clone(),
                cluster: Some(self.cluster.clone()),
            }]),
            contexts: Some(vec![NamedContext {
                name: self.context.name.clone(),
                context: Some(self.context.entry.clone()),
            }]),
            users: self
                .context
                .entry
                .user
                .clone()
                .map(|name| vec![NamedUser { name, user: Some(self.user.clone()) }]),
        };
        let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
        let mut yaml = String::new();
        serde_saphyr::to_fmt_writer_with_options(&mut yaml, &file, options)
            .expect("strings, numbers and maps with string keys can be written as YAML");
        SecretString::from(yaml)
    }

    /// The API server's URL, as written.
    pub fn server(&self) -> &str {
        self.cluster.server.as_deref().unwrap_or_default()
    }

    /// The name of the context.
    pub fn context(&self) -> &str {
        &self.context.name
    }

    /// The authorities the kubeconfig trusts, PEM; None: the system's.
    pub fn ca_pem(&self) -> Option<Vec<u8>> {
        self.cluster.certificate_authority_data.as_ref().and_then(|data| STANDARD.decode(data).ok())
    }

    /// Whether the other one leads to the same server under the same authorities. Bundles that share a certificate are
    /// one cluster's: it was renewed.
    pub fn same_cluster(&self, other: &Self) -> bool {
        let shared = match (self.ca_certificates(), other.ca_certificates()) {
            (Some(ours), Some(theirs)) => ours.iter().any(|certificate| theirs.contains(certificate)),
            (ours, theirs) => ours == theirs,
        };
        same_server(self.server(), other.server()) && shared
    }

    /// What in it the user should know of.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.skips_verification() {
            warnings.push(format!(
                "the kubeconfig sets insecure-skip-tls-verify: whoever answers at {} is believed",
                self.server()
            ));
        }
        if self.server().starts_with("http://") {
            warnings.push(format!("the kubeconfig's server {} is not encrypted", self.server()));
        }
        warnings
    }

    /// Everything in it that must not be seen, for the mask; what its token file holds right now, too. What an exec
    /// plugin answers is not in it.
    pub fn secrets(&self) -> Vec<SecretString> {
        let user = &self.user;
        let mut secrets: Vec<SecretString> = [&user.token, &user.password, &user.client_key_data]
            .into_iter()
            .flatten()
            .map(|it| it.0.clone())
            .collect();
        if let Some(key) =
            user.client_key_data.as_ref().and_then(|key| STANDARD.decode(key.0.expose_secret()).ok())
        {
            secrets.extend(String::from_utf8(key).ok().map(SecretString::from));
        }
        secrets.extend(user.token_file.as_deref().and_then(token_in));
        secrets.extend(user.exec.as_ref().map(Plugin::secrets).unwrap_or_default());
        let in_proxy = self.proxy_url().map(secret::secrets_in).unwrap_or_default();
        secrets.extend(in_proxy.into_iter().map(SecretString::from));
        secrets
    }

    /// Holds the client certificate (where there is one) against the clock.
    ///
    /// # Errors
    /// [`Expired`] where `now` is past its last moment.
    pub fn check_validity(&self, now: jiff::Timestamp) -> Result<(), Expired> {
        match self.client_certificate_valid_until() {
            Some(end) if end < now => Err(Expired { valid_until: end }),
            _ => Ok(()),
        }
    }

    /// The last moment of the client certificate, where there is one.
    pub fn client_certificate_valid_until(&self) -> Option<jiff::Timestamp> {
        let pem = STANDARD.decode(self.user.client_certificate_data.as_ref()?).ok()?;
        let pem = pem::parse_many(pem).ok()?;
        let first = pem.iter().find(|it| it.tag() == "CERTIFICATE")?;
        Certificate::of_der(first.contents()).map(|it| it.valid_until)
    }

    pub(crate) fn ca_certificates(&self) -> Option<Vec<Vec<u8>>> {
        let pem = pem::parse_many(self.ca_pem()?).ok()?;
        Some(pem.into_iter().filter(|it| it.tag() == "CERTIFICATE").map(|it| it.into_contents()).collect())
    }

    pub(crate) fn proxy_url(&self) -> Option<&str> {
        self.cluster.proxy_url.as_deref()
    }

    /// The proxy on the way to the server: the kubeconfig's own always, else the environment's by Go's rule.
    pub(crate) fn proxy(&self, network: &Network) -> Option<Proxy> {
        match self.proxy_url() {
            Some(url) => Some(Proxy::own(url, "proxy-url of the kubeconfig")),
            None => Proxy::choose(self.server(), network),
        }
    }

    /// Which certificates of the server are trusted.
    pub(crate) fn trust(&self) -> Trust {
        match self.ca_certificates() {
            _ if self.skips_verification() => Trust::Unchecked,
            Some(certificates) => Trust::Only(certificates.into_iter().map(Into::into).collect()),
            None => Trust::System,
        }
    }

    pub(crate) fn tls_server_name(&self) -> Option<&str> {
        self.cluster.tls_server_name.as_deref()
    }

    pub(crate) fn skips_verification(&self) -> bool {
        self.cluster.insecure_skip_tls_verify.unwrap_or(false)
    }

    pub(crate) fn cluster(&self) -> &ClusterEntry {
        &self.cluster
    }

    pub(crate) fn user(&self) -> &UserEntry {
        &self.user
    }

    pub(crate) fn login(&self) -> Login {
        let user = &self.user;
        match (&user.token_file, &user.token, &user.username, &user.exec) {
            (Some(file), token, ..) if token.is_none() || Path::new(file).is_file() => {
                Login::TokenFile(file.clone())
            }
            (_, Some(token), ..) => Login::Token(token.0.clone()),
            (_, _, Some(username), _) => Login::Basic {
                username: username.clone(),
                password: user.password.clone().map_or_else(|| SecretString::from(""), |it| it.0),
            },
            (_, _, _, Some(plugin)) => Login::Exec(plugin.clone()),
            _ if user.client_certificate_data.is_some() => Login::ClientCertificate,
            _ => Login::None,
        }
    }
}

impl std::fmt::Debug for Kubeconfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Kubeconfig(context {:?}, server {:?}, [redacted])", self.context(), self.server())
    }
}

/// The token in a file. One that can't be read is told where it is used.
fn token_in(file: &str) -> Option<SecretString> {
    use std::io::Read as _;
    const LONGEST_TOKEN: u64 = 64 << 10;
    if !fs_err::metadata(file).ok()?.is_file() {
        return None;
    }
    let mut token = String::new();
    fs_err::File::open(file).ok()?.take(LONGEST_TOKEN).read_to_string(&mut token).ok()?;
    Some(SecretString::from(token.trim())).filter(|token| !token.expose_secret().is_empty())
}

/// URLs as URLs: upper case, a trailing slash and the usual port make no other server.
fn same_server(one: &str, other: &str) -> bool {
    let parts = |url: &str| {
        let url = Url::parse(url).ok()?;
        let path = url.path().trim_end_matches('/').to_owned();
        Some((url.scheme().to_owned(), url.host_str()?.to_owned(), url.port_or_known_default(), path))
    };
    one == other || matches!((parts(one), parts(other)), (Some(one), Some(other)) if one == other)
}
