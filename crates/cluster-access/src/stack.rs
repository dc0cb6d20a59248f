//! The HTTP stack below a Kubernetes client, as `kube` builds it, with our trust and our proxy in place of its own.

use std::fmt::Display;
use std::sync::Arc;

use http::{Request, Response, Uri};
use hyper::rt::{Read, Write};
use hyper_rustls::{FixedServerNameResolver, HttpsConnector, HttpsConnectorBuilder};
use hyper_timeout::TimeoutConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::client::legacy::connect::{Connection, HttpConnector};
use hyper_util::rt::TokioExecutor;
use kube::Config;
use kube::client::{Body, ConfigExt as _};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use secret::ExposeSecret as _;
use tokio::time::Instant;
use tower::{BoxError, Service, ServiceBuilder, ServiceExt as _};
use transport::{ProxyScheme, ProxyTarget, Trust};

/// All that a client is built of.
pub(crate) struct Wire {
    pub config: Config,
    pub trust: Trust,
    pub proxy: Option<ProxyTarget>,
}

/// Builds the client. It runs the exec plugin and waits for it.
pub(crate) fn client(wire: Wire) -> Result<kube::Client, kube::Error> {
    let Wire { mut config, trust, proxy } = wire;
    // Its own authorities are never asked: the verifier below takes their place.
    config.root_cert = Some(Vec::new());
    let mut tls = config.rustls_client_config()?;
    tls.dangerous().set_certificate_verifier(trust.verifier());
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    match proxy {
        None => over(tcp, tls, &config),
        Some(proxy) => through(&proxy, tcp, tls, &config),
    }
}

fn through(
    proxy: &ProxyTarget,
    tcp: HttpConnector,
    tls: ClientConfig,
    config: &Config,
) -> Result<kube::Client, kube::Error> {
    match proxy.scheme {
        ProxyScheme::Http => over(tunnel(proxy, tcp), tls, config),
        ProxyScheme::Https => {
            let encrypted = HttpsConnector::from((tcp, Arc::new(tls.clone())));
            over(tunnel(proxy, encrypted), tls, config)
        }
        ProxyScheme::Socks5 => over(socks(proxy, tcp), tls, config),
    }
}

fn tunnel<C>(proxy: &ProxyTarget, below: C) -> Tunnel<C> {
    let tunnel = Tunnel::new(proxy.uri.clone(), below);
    match proxy.basic() {
        Some(login) => tunnel.with_auth(login),
        None => tunnel,
    }
}

fn socks(proxy: &ProxyTarget, tcp: HttpConnector) -> SocksV5<HttpConnector> {
    let socks = SocksV5::new(proxy.uri.clone(), tcp);
    match &proxy.login {
        Some((user, password)) => socks.with_auth(user.clone(), password.expose_secret().to_owned()),
        None => socks,
    }
}

fn over<C>(connector: C, tls: ClientConfig, config: &Config) -> Result<kube::Client, kube::Error>
where
    C: Service<Uri> + Clone + Send + Sync + 'static,
    C::Response: Connection + Read + Write + Send + Unpin + 'static,
    C::Future: Send + 'static,
    C::Error: Into<BoxError>,
{
    let mut connector = TimeoutConnector::new(encrypted(connector, tls, config)?);
    connector.set_connect_timeout(config.connect_timeout);
    connector.set_read_timeout(config.read_timeout);
    connector.set_write_timeout(config.write_timeout);
    connector.set_reset_reader_on_write(config.reset_reader_on_write);
    let client: Client<_, Body> = Client::builder(TokioExecutor::new()).build(connector);
    let service = ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .option_layer(config.auth_layer()?)
        .layer(config.extra_headers_layer()?)
        .map_err(BoxError::from)
        .service_fn(move |request| logged(client.clone(), request));
    Ok(kube::Client::new(service, config.default_namespace.clone()))
}

/// Sends a request, and says so to whoever listens (`RUST_LOG`): its method, its URL, the status of the answer. Headers and
/// bodies hold logins and Secrets, so none is named.
async fn logged<S, A>(client: S, request: Request<Body>) -> Result<Response<A>, S::Error>
where
    S: Service<Request<Body>, Response = Response<A>>,
    S::Error: Display,
{
    let (method, url) = (request.method().clone(), shown(request.uri()));
    tracing::debug!(%method, url, "request");
    let begun = Instant::now();
    let answer = client.oneshot(request).await;
    let took = begun.elapsed();
    match &answer {
        Ok(answer) => tracing::debug!(%method, url, status = answer.status().as_u16(), ?took, "answer"),
        Err(error) => tracing::debug!(%method, url, ?took, "no answer: {error}"),
    }
    answer
}

/// A URL without a login before its host.
fn shown(url: &Uri) -> String {
    let host = url.authority().map(|it| it.as_str().rsplit('@').next().unwrap_or_default());
    let path = url.path_and_query().map(|it| it.as_str());
    format!(
        "{}://{}{}",
        url.scheme_str().unwrap_or_default(),
        host.unwrap_or_default(),
        path.unwrap_or_default()
    )
}

fn encrypted<C>(connector: C, tls: ClientConfig, config: &Config) -> Result<HttpsConnector<C>, kube::Error> {
    let builder = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http();
    let builder = match &config.tls_server_name {
        Some(name) => {
            let name = ServerName::try_from(name.clone());
            let name = name.map_err(|error| kube::Error::Service(Box::new(error)))?;
            builder.with_server_name_resolver(FixedServerNameResolver::new(name))
        }
        None => builder,
    };
    Ok(builder.enable_http1().wrap_connector(connector))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_logged_without_a_login() {
        let check = |url: &str, expect: &str| assert_eq!(shown(&url.parse().unwrap()), expect);
        check("https://api.demo:6443/api/v1/pods?limit=5", "https://api.demo:6443/api/v1/pods?limit=5");
        check("https://someone:hunter2@api.demo/version", "https://api.demo/version");
    }
}
