use std::io;
use std::path::Path;
use std::time::Duration;

use ::http::header::{HeaderMap, HeaderName, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};
use secret::{ExposeSecret as _, RepoLogin};
use transport::{Proxy, ProxyProblem, TlsProblem, Trust};

use super::endpoint::{Endpoint, sends_a_secret};
use crate::words::chain;
use crate::{GitError, Remote};

const CONNECT: Duration = Duration::from_secs(20);

/// Makes the client for one endpoint, with its CA certificates and its proxy. The client follows no redirect, and reads
/// no environment variable.
pub(super) fn client(remote: &Remote, endpoint: &Endpoint) -> Result<Client, GitError> {
    let url = endpoint.shown();
    let mut builder = Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .http1_only()
        .connect_timeout(CONNECT)
        .user_agent(concat!("git/2.0 (bitiq-bootstrap/", env!("CARGO_PKG_VERSION"), ")"));
    let of_tls =
        |detail| GitError::Tls { host: endpoint.host(), problem: TlsProblem::Other { said: detail } };
    let tls = trust(remote, url)?.client_config(None).map_err(|problem| of_tls(problem.to_string()))?;
    builder = builder.tls_backend_preconfigured(tls);
    if let Some(proxy) = remote.config.proxy(url) {
        builder = through(builder, &proxy).map_err(|problem| of_proxy(endpoint, &proxy, problem))?;
    }
    builder.build().map_err(|error| of_tls(chain(&error.without_url())))
}

/// Adds a proxy. reqwest's message about a bad URL can repeat its credentials, so the message is dropped.
fn through(builder: ClientBuilder, proxy: &Proxy) -> Result<ClientBuilder, ProxyProblem> {
    let used = reqwest::Proxy::all(proxy.reqwest_url()?).map_err(|_| ProxyProblem::NoUrl)?;
    Ok(builder.proxy(used))
}

/// Makes the error of the proxy to `endpoint`.
pub(super) fn of_proxy(endpoint: &Endpoint, proxy: &Proxy, problem: ProxyProblem) -> GitError {
    let (host, origin) = (endpoint.host(), proxy.origin().to_owned());
    GitError::Proxy { host, proxy: proxy.to_string(), origin, problem }
}

/// Returns the CA certificates that are trusted for the host.
fn trust(remote: &Remote, url: &str) -> Result<Trust, GitError> {
    if !remote.config.verify(url) {
        return Ok(Trust::Unchecked);
    }
    let Some((setting, path)) = remote.config.ca_file(url) else { return Ok(Trust::System) };
    let error = |detail: String| GitError::CaFile { setting: setting.to_owned(), path: path.clone(), detail };
    let pem = fs_err::read(&path).map_err(|source| error(unreadable(&source, &path)))?;
    transport::certificates(&pem).map(Trust::Only).map_err(|problem| error(format!("the file {problem}")))
}

fn unreadable(source: &io::Error, path: &Path) -> String {
    match source.kind() {
        io::ErrorKind::NotFound => "file not found".to_owned(),
        io::ErrorKind::IsADirectory => "the path is a folder".to_owned(),
        _ => disk::explain(source, path).to_string(),
    }
}

/// Returns the header lines of each request: the credentials, and the headers of the user's configuration. `Debug`
/// hides both.
pub(super) fn headers(remote: &Remote, endpoint: &Endpoint) -> Result<HeaderMap, GitError> {
    let mut headers = HeaderMap::new();
    let mut from_config = false;
    for line in remote.config.extra_headers(endpoint.shown()) {
        let is_login = crate::config::is_login(line);
        if is_login && !endpoint.extra_logins() {
            continue;
        }
        from_config |= is_login;
        let Some((name, value)) = line.split_once(':') else { continue };
        let (Ok(name), Ok(mut value)) =
            (HeaderName::try_from(name.trim()), HeaderValue::try_from(value.trim()))
        else {
            continue;
        };
        value.set_sensitive(true);
        headers.append(name, value);
    }
    let plain = endpoint.shown().starts_with("http://");
    let open = plain && !endpoint.url().is_loopback() && !remote.allow_insecure_http;
    if open && (from_config || sends_a_secret(endpoint)) {
        return Err(GitError::InsecureLogin { url: endpoint.shown().to_owned() });
    }
    if let Some(RepoLogin::Basic { username, password }) = endpoint.login() {
        // These credentials are proven, so they replace those of the configuration.
        headers.insert(::http::header::AUTHORIZATION, basic(username, password.expose_secret()));
    }
    Ok(headers)
}

fn basic(username: &str, password: &str) -> HeaderValue {
    let encoded = STANDARD.encode(format!("{username}:{password}"));
    let mut value = HeaderValue::try_from(format!("Basic {encoded}")).expect("base64 is a header value");
    value.set_sensitive(true);
    value
}
