use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use secret::{ExposeSecret as _, SecretString};
use url::Url;

use crate::no_proxy::{exempts, is_loopback};
use crate::proxy_problem::ProxyProblem;

/// The proxy settings of the environment, as they were set.
#[derive(Clone, Default)]
pub struct Network {
    /// `HTTPS_PROXY`: for `https://` addresses.
    pub https_proxy: Option<String>,
    /// `HTTP_PROXY`: for `http://` addresses.
    pub http_proxy: Option<String>,
    /// `NO_PROXY`: names (with their subdomains), `.domain` and `*.domain` (subdomains alone), addresses, networks
    /// (`10.0.0.0/8`); names and addresses with or without a port; `*` for everything.
    pub no_proxy: Option<String>,
}

/// A proxy may hold a password.
impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |url: &Option<String>| url.as_deref().map(without_login);
        f.debug_struct("Network")
            .field("https_proxy", &shown(&self.https_proxy))
            .field("http_proxy", &shown(&self.http_proxy))
            .field("no_proxy", &self.no_proxy)
            .finish()
    }
}

impl Network {
    /// Whether `NO_PROXY` exempts the server. Loopback is not exempt by it.
    pub fn exempts(&self, server: &str) -> bool {
        let list = self.no_proxy.as_deref().unwrap_or_default();
        Url::parse(server).is_ok_and(|server| exempts(list, &server))
    }
}

/// The proxy that was decided on, as it was written.
#[derive(Clone)]
pub struct Proxy {
    url: SecretString,
    origin: String,
}

/// A proxy as an HTTP client takes it.
#[derive(Clone)]
pub struct ProxyTarget {
    /// `http`, `https` or `socks5`.
    pub scheme: ProxyScheme,
    /// Scheme, host and port, without a login.
    pub uri: http::Uri,
    /// User and password, decoded.
    pub login: Option<(String, SecretString)>,
}

/// How a proxy is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyScheme {
    /// Plain HTTP.
    Http,
    /// HTTP over TLS.
    Https,
    /// SOCKS 5; the proxy resolves names.
    Socks5,
}

impl Proxy {
    /// A proxy that a system's own setting names: it counts for every address, loopback too.
    pub fn own(url: &str, origin: impl Into<String>) -> Self {
        let url = url.trim();
        let url = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
        Self { url: url.into(), origin: origin.into() }
    }

    /// The environment's proxy on the way to `server`, by Go's rule: chosen by the server's scheme, unless `NO_PROXY`
    /// exempts the server or it is loopback.
    pub fn choose(server: &str, network: &Network) -> Option<Self> {
        let target = Url::parse(server).ok()?;
        let (url, origin) = match target.scheme() {
            "https" => (network.https_proxy.as_deref()?, "HTTPS_PROXY"),
            "http" => (network.http_proxy.as_deref()?, "HTTP_PROXY"),
            _ => return None,
        };
        if url.trim().is_empty() || is_loopback(&target) || network.exempts(server) {
            return None;
        }
        Some(Self::own(url, origin))
    }

    /// The setting that names it.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Scheme, host and port, without the login.
    pub fn shown(&self) -> String {
        without_login(self.url.expose_secret())
    }

    /// Its parts, as an HTTP client takes them.
    ///
    /// # Errors
    /// [`ProxyProblem::NoUrl`] and [`ProxyProblem::Scheme`].
    pub fn target(&self) -> Result<ProxyTarget, ProxyProblem> {
        let url = Url::parse(self.url.expose_secret()).map_err(|_| ProxyProblem::NoUrl)?;
        let (scheme, name, port) = match url.scheme() {
            "http" => (ProxyScheme::Http, "http", 80),
            "https" => (ProxyScheme::Https, "https", 443),
            "socks5" | "socks5h" => (ProxyScheme::Socks5, "socks5", 1080),
            other => return Err(ProxyProblem::Scheme { scheme: other.to_owned() }),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(ProxyProblem::NoUrl)?;
        let uri = format!("{name}://{host}:{}", url.port().unwrap_or(port));
        Ok(ProxyTarget { scheme, uri: uri.parse().map_err(|_| ProxyProblem::NoUrl)?, login: login(&url) })
    }

    /// Its URL as `reqwest` takes it. Of SOCKS, the kind in which the proxy resolves names: as in Go.
    ///
    /// # Errors
    /// Those of [`Proxy::target`].
    pub fn reqwest_url(&self) -> Result<Url, ProxyProblem> {
        self.target()?;
        let url = self.url.expose_secret();
        let url = match url.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("socks5") => format!("socks5h://{rest}"),
            _ => url.to_owned(),
        };
        Url::parse(&url).map_err(|_| ProxyProblem::NoUrl)
    }
}

impl ProxyTarget {
    /// The value of `Proxy-Authorization`.
    pub fn basic(&self) -> Option<http::HeaderValue> {
        let (user, password) = self.login.as_ref()?;
        let encoded = STANDARD.encode(format!("{user}:{}", password.expose_secret()));
        let mut value = http::HeaderValue::try_from(format!("Basic {encoded}")).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

fn login(url: &Url) -> Option<(String, SecretString)> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let password = url.password().map(decoded).unwrap_or_default();
    Some((decoded(url.username()), password.into()))
}

/// Also of one that is no URL: what stands before the last `@` may be a login.
fn without_login(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let rest = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    let place = rest.split(['/', '?', '#']).next().unwrap_or_default();
    format!("{scheme}://{place}")
}

/// Without the login that may be in it: `http://proxy:3128 (HTTPS_PROXY)`
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", secret::one_line(&self.shown()), self.origin)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self})")
    }
}
