use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HOST, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, NoProxy, Proxy};
use url::{Host, Url};

use crate::address::Address;
use crate::error::VaultError;
use crate::settings::VaultSettings;
use crate::tls;

/// How long a connection may take to come about; the limit of the whole request is the caller's.
pub(crate) const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// The HTTP client for one Vault: nothing from the environment, no redirects, no repetition of its own.
pub(crate) fn client(settings: &VaultSettings, address: &mut Address) -> Result<Client, VaultError> {
    let mut headers = HeaderMap::new();
    // Vault Agent and Vault Proxy answer only to requests that carry it.
    headers.insert(HeaderName::from_static("x-vault-request"), HeaderValue::from_static("true"));
    let mut builder = Client::builder()
        .user_agent(concat!("bitiq-bootstrap/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .timeout(settings.timeout)
        .connect_timeout(CONNECT_LIMIT.min(settings.timeout));
    builder = match proxy(settings, address)? {
        Some(proxy) if settings.tls_server_name.is_none() => builder.no_proxy().proxy(proxy),
        Some(_) => return Err(server_name("it can't be used together with a proxy")),
        None => builder.no_proxy(),
    };
    if let Some(name) = &settings.tls_server_name {
        builder = answer_to(builder, &mut headers, name, address)?;
    }
    tls::configure(builder.default_headers(headers), settings)?
        .build()
        .map_err(|error| VaultError::Client { cause: crate::transport::root_cause(&error) })
}

fn proxy(settings: &VaultSettings, address: &Address) -> Result<Option<Proxy>, VaultError> {
    if let Some(proxy) = &settings.proxy {
        return Proxy::all(proxy_url("VAULT_PROXY_ADDR", proxy)?)
            .map(Some)
            .map_err(|_| not_a_proxy("VAULT_PROXY_ADDR"));
    }
    if address.is_loopback() {
        return Ok(None);
    }
    let (name, value) = match address.url.scheme() {
        "https" => ("HTTPS_PROXY", &settings.https_proxy),
        _ => ("HTTP_PROXY", &settings.http_proxy),
    };
    let Some(value) = value else { return Ok(None) };
    let proxy = Proxy::all(proxy_url(name, value)?).map_err(|_| not_a_proxy(name))?;
    let without = settings.no_proxy.as_deref().and_then(NoProxy::from_string);
    Ok(Some(proxy.no_proxy(without)))
}

/// `proxy.example:3128` means `http://proxy.example:3128`, as everywhere.
fn proxy_url(name: &'static str, value: &str) -> Result<Url, VaultError> {
    let value = value.trim();
    let with_scheme = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
    match Url::parse(&with_scheme) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => Ok(url),
        _ => Err(not_a_proxy(name)),
    }
}

fn not_a_proxy(name: &'static str) -> VaultError {
    VaultError::Setting { name, problem: "it is no http:// or https:// address of a proxy".to_owned() }
}

fn server_name(problem: &str) -> VaultError {
    VaultError::Setting { name: "VAULT_TLS_SERVER_NAME", problem: problem.to_owned() }
}

/// TLS asks for the host of the URL and looks for it in the certificate. So the URL gets `name` as its host, the name
/// is looked up as the real host, and the `Host` header stays as it was.
fn answer_to(
    builder: ClientBuilder,
    headers: &mut HeaderMap,
    name: &str,
    address: &mut Address,
) -> Result<ClientBuilder, VaultError> {
    let Some(real) = address.url.host().map(|host| host.to_owned()) else { return Ok(builder) };
    if address.url.scheme() != "https" {
        return Ok(builder);
    }
    if !matches!(Host::parse(name), Ok(Host::Domain(_))) {
        return Err(server_name("it is no DNS name"));
    }
    let authority = match address.url.port() {
        Some(port) => format!("{real}:{port}"),
        None => real.to_string(),
    };
    let host =
        HeaderValue::from_str(&authority).map_err(|_| server_name("the address's host can't be sent"))?;
    headers.insert(HOST, host);
    address.url.set_host(Some(name)).map_err(|_| server_name("it is no DNS name"))?;
    Ok(builder.dns_resolver(Arc::new(Alias { real: real.to_string() })))
}

/// Answers every look-up with the addresses of one host.
struct Alias {
    real: String,
}

impl Resolve for Alias {
    fn resolve(&self, _asked: Name) -> Resolving {
        let real = self.real.trim_matches(['[', ']']).to_owned();
        Box::pin(async move {
            let found: Vec<_> = tokio::net::lookup_host((real.as_str(), 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
