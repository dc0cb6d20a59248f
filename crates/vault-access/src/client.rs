use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HOST, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};
use transport::{Network, Proxy};
use url::Host;

use crate::address::Address;
use crate::error::VaultError;
use crate::settings::VaultSettings;
use crate::tls;
use crate::wire::CONNECT_LIMIT;

/// The HTTP client for one Vault: nothing from the environment, no redirects, no repetition of its own.
pub(crate) fn client(
    settings: &VaultSettings,
    address: &mut Address,
    proxy: Option<&Proxy>,
) -> Result<Client, VaultError> {
    let mut headers = HeaderMap::new();
    // Vault Agent and Vault Proxy answer only to requests that carry it.
    headers.insert(HeaderName::from_static("x-vault-request"), HeaderValue::from_static("true"));
    let mut builder = Client::builder()
        .user_agent(concat!("bitiq-bootstrap/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .timeout(settings.timeout)
        .connect_timeout(CONNECT_LIMIT.min(settings.timeout));
    builder = match proxy {
        Some(proxy) if settings.tls_server_name.is_none() => through(builder.no_proxy(), proxy, address)?,
        Some(_) => return Err(server_name("it can't be used together with a proxy")),
        None => builder.no_proxy(),
    };
    if let Some(name) = &settings.tls_server_name {
        builder = answer_to(builder, &mut headers, name, address)?;
    }
    tls::configure(builder.default_headers(headers), settings)?
        .build()
        .map_err(|error| VaultError::Client { cause: crate::wire::root_cause(&error) })
}

/// The proxy on the way to Vault: Vault's own always, else the environment's by Go's rule.
pub(crate) fn proxy(settings: &VaultSettings, address: &Address) -> Option<Proxy> {
    if let Some(url) = &settings.proxy {
        return Some(Proxy::own(url, "VAULT_PROXY_ADDR"));
    }
    let network = Network {
        https_proxy: settings.https_proxy.clone(),
        http_proxy: settings.http_proxy.clone(),
        no_proxy: settings.no_proxy.clone(),
    };
    Proxy::choose(address.url.as_str(), &network)
}

fn through(builder: ClientBuilder, proxy: &Proxy, address: &Address) -> Result<ClientBuilder, VaultError> {
    let url = proxy.reqwest_url().map_err(|problem| VaultError::of_proxy(&address.shown, proxy, problem))?;
    let no_url = |_| VaultError::of_proxy(&address.shown, proxy, transport::ProxyProblem::NoUrl);
    Ok(builder.proxy(reqwest::Proxy::all(url).map_err(no_url)?))
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
