use std::time::Duration;

use async_trait::async_trait;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderValue, Method, Request, Response};
use reqwest::RequestBuilder;
use rustify::errors::ClientError;
use tokio::time::Instant;
use transport::{Failed, Proxy, Retry};

use crate::address::{self, Address};
use crate::answer::is_sealed;
use crate::error::VaultError;
use crate::wire;

/// No answer we ask for comes near it.
const LONGEST_BODY: usize = 4 << 20;

/// The connection to one Vault, and the token for it.
pub(crate) struct Connection {
    pub client: reqwest::Client,
    pub address: Address,
    pub proxy: Option<Proxy>,
    pub token: HeaderValue,
    pub namespace: Option<(String, HeaderValue)>,
    pub limit: Duration,
}

/// With which token a request goes out.
pub(crate) enum As<'a> {
    /// The one from the settings.
    Us,
    /// None, and in no namespace: what every Vault answers everybody.
    Nobody,
    /// None, in our namespace: a login.
    Newcomer,
    /// The one a login brought.
    Other(&'a HeaderValue),
}

/// Sends what rustify makes of a request type.
pub(crate) struct Sender<'a> {
    pub connection: &'a Connection,
    pub who: As<'a>,
    /// The request only reads, and is sent again where the server or the connection stumbles.
    pub reads: bool,
}

/// A try that did not succeed.
struct Failure {
    /// A refusal, or why there is no answer.
    outcome: Result<Response<Vec<u8>>, VaultError>,
    /// The failure as the retry policy judges it. None if a second try is of no use.
    failed: Option<Failed>,
}

#[async_trait]
impl rustify::client::Client for Sender<'_> {
    /// vaultrs' paths begin with or without a slash. Only behind an empty path both mean the same, so Vault's own path
    /// is put before them later.
    fn base(&self) -> &str {
        &self.connection.address.url[..url::Position::BeforePath]
    }

    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, ClientError> {
        let answer = match self.reads {
            true => {
                Retry::VAULT.run(|| self.exchange(&request), |failure| failure.failed, || Duration::MAX).await
            }
            false => self.exchange(&request).await,
        };
        let outcome = answer.or_else(|failure| failure.outcome);
        outcome.map_err(|error| ClientError::GenericError { source: error.into() })
    }

    /// A refusal is an answer as well, with headers that count.
    async fn execute(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, ClientError> {
        self.send(request).await
    }
}

impl Sender<'_> {
    async fn exchange(&self, request: &Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Failure> {
        let path = request.uri().path().trim_start_matches('/');
        let url = format!("{}/v1/{path}", self.connection.address.shown);
        let sent = logged(self.request(request), request.method(), &url).await.map_err(|error| Failure {
            failed: wire::broke(&error).then_some(Failed { status: None, wait: None, reads: true }),
            outcome: Err(self.connection.unsent(&error)),
        })?;
        match self.connection.receive(sent).await {
            Ok(answer) if answer.status().is_success() => Ok(answer),
            outcome => Err(Failure { failed: outcome.as_ref().ok().and_then(failed), outcome }),
        }
    }

    fn request(&self, request: &Request<Vec<u8>>) -> RequestBuilder {
        let (connection, uri) = (self.connection, request.uri());
        // Vault's own client does the same, since some proxies refuse LIST.
        let (method, query) = match request.method().as_str() {
            "LIST" => (Method::GET, Some("list=true")),
            _ => (request.method().clone(), uri.query()),
        };
        let mut builder = connection.client.request(method, connection.address.api(uri.path(), query));
        match self.who {
            As::Us => builder = builder.header("x-vault-token", &connection.token),
            As::Other(token) => builder = builder.header("x-vault-token", token),
            As::Nobody | As::Newcomer => {}
        }
        if let (Some((_, namespace)), false) = (&connection.namespace, matches!(self.who, As::Nobody)) {
            builder = builder.header("x-vault-namespace", namespace);
        }
        match request.body().as_slice() {
            [] => builder,
            body => builder.header(CONTENT_TYPE, "application/json").body(body.to_vec()),
        }
    }
}

/// Sends a request and logs it for `RUST_LOG`: its method, its URL, the status of the answer. Headers and bodies hold
/// tokens and logins, so none is named.
async fn logged(
    request: RequestBuilder,
    method: &Method,
    url: &str,
) -> Result<reqwest::Response, reqwest::Error> {
    tracing::debug!(%method, url, "request");
    let begun = Instant::now();
    let answer = request.send().await;
    let took = begun.elapsed();
    match &answer {
        Ok(answer) => tracing::debug!(%method, url, status = answer.status().as_u16(), ?took, "answer"),
        Err(error) => tracing::debug!(%method, url, ?took, "no answer: {}", wire::root_cause(error)),
    }
    answer
}

impl Connection {
    async fn receive(&self, mut response: reqwest::Response) -> Result<Response<Vec<u8>>, VaultError> {
        let status = response.status();
        let address = || self.address.shown.clone();
        if status.is_redirection() {
            let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            let to = address::origin(location.unwrap_or_default(), &self.address.url);
            return Err(VaultError::Redirected { address: address(), to });
        }
        let mut answer = Response::new(Vec::new());
        *answer.status_mut() = status;
        *answer.headers_mut() = std::mem::take(response.headers_mut());
        while let Some(chunk) = response.chunk().await.map_err(|error| self.unsent(&error))? {
            answer.body_mut().extend_from_slice(&chunk);
            if answer.body().len() > LONGEST_BODY {
                let said = String::new();
                return Err(VaultError::NotVault { address: address(), status: status.as_u16(), said });
            }
        }
        Ok(answer)
    }

    fn unsent(&self, error: &reqwest::Error) -> VaultError {
        wire::classify(error, &self.address.shown, self.proxy.as_ref(), self.limit)
    }
}

/// The refusal as the retry policy judges it. None if Vault is sealed. A `Retry-After` counts only if Vault is busy.
fn failed(answer: &Response<Vec<u8>>) -> Option<Failed> {
    let status = answer.status().as_u16();
    let wait = transport::retry_after(answer.headers()).filter(|_| matches!(status, 429 | 503));
    (!is_sealed(answer)).then_some(Failed { status: Some(status), wait, reads: true })
}
