use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderValue, LOCATION};
use reqwest::{Client, Method, Response};
use secret::{Mask, SecretString};
use serde_json::Value;
use transport::{Proxy, ProxyProblem};

use crate::address::{self, Address};
use crate::answer::{Answer, Asked};
use crate::error::VaultError;
use crate::settings::VaultSettings;
use crate::{http, wire};

/// How often a request that only reads is sent at most.
const TRIES: u32 = 3;
/// The first pause between two tries; the next one is four times as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// A `Retry-After` that asks for more than this ends the trying.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// No answer we ask for comes near it.
const LONGEST_BODY: usize = 4 << 20;

/// One Vault, and the token to talk to it with. Clones share their connections.
#[derive(Clone)]
pub struct Vault {
    inner: Arc<Inner>,
}

struct Inner {
    client: Client,
    address: Address,
    proxy: Option<Proxy>,
    token: HeaderValue,
    namespace: Option<(String, HeaderValue)>,
    limit: Duration,
    /// All secrets that are sent: a server, or what stands before it, may repeat them.
    mask: Mask,
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

impl Vault {
    /// A client made of `settings`. Nothing is sent yet.
    ///
    /// # Errors
    /// Where a setting can't be what it says: told apart by setting.
    pub fn new(settings: VaultSettings) -> Result<Self, VaultError> {
        let mut address = Address::parse(&settings.address)?;
        let token = settings.token_header()?;
        let mask = Mask::new();
        mask.add(&settings.token);
        let namespace = settings.namespace_header()?;
        let proxy = http::proxy(&settings, &address);
        let client = http::client(&settings, &mut address, proxy.as_ref())?;
        Ok(Self {
            inner: Arc::new(Inner {
                client,
                address,
                proxy,
                token,
                namespace,
                limit: settings.timeout,
                mask,
            }),
        })
    }

    /// Vault's address as written, without a slash at its end.
    pub fn address(&self) -> &str {
        &self.inner.address.shown
    }

    /// The proxy on the way, without its login, and where it came from.
    pub fn proxy(&self) -> Option<String> {
        self.inner.proxy.as_ref().map(ToString::to_string)
    }

    /// The namespace all paths are in, where there is one.
    pub fn namespace(&self) -> Option<&str> {
        self.inner.namespace.as_ref().map(|(name, _)| name.as_str())
    }

    /// From now on no answer's words repeat `secret`.
    pub(crate) fn hide(&self, secret: &SecretString) {
        self.inner.mask.add(secret);
    }

    /// The error that `answer` is, to a request for `path` that needs `capability`.
    pub(crate) fn error(&self, answer: Answer, path: &str, capability: &'static str) -> VaultError {
        answer.into_error(&Asked { address: self.address(), namespace: self.namespace(), path, capability })
    }

    /// Reads `path`: sent again a few times where the server or the connection stumbles.
    pub(crate) async fn read(&self, path: &str) -> Result<Answer, VaultError> {
        self.ask(Method::GET, path, None, None, As::Us).await
    }

    /// Like [`Vault::read`], for what is read with another method, a query or another token.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        query: Option<&str>,
        body: Option<&Value>,
        who: As<'_>,
    ) -> Result<Answer, VaultError> {
        let mut pause = FIRST_PAUSE;
        for attempt in 1.. {
            let last = attempt == TRIES;
            match self.send(method.clone(), path, query, body, &who).await {
                Ok(response) => {
                    let wait = wanted_pause(&response, pause);
                    let answer = self.receive(response).await?;
                    match wait {
                        Some(wait) if !last && !answer.is_sealed() && wait <= LONGEST_PAUSE => {
                            tokio::time::sleep(wait).await;
                        }
                        _ => return self.of_vault(answer),
                    }
                }
                Err(error) if !last && wire::broke(&error) => tokio::time::sleep(pause).await,
                Err(error) => return Err(self.unsent(&error)),
            }
            pause *= 4;
        }
        unreachable!("the last try returns")
    }

    /// Writes to `path`, once.
    pub(crate) async fn write(
        &self,
        path: &str,
        body: Option<&Value>,
        who: As<'_>,
    ) -> Result<Answer, VaultError> {
        let sent = self.send(Method::POST, path, None, body, &who).await;
        let answer = self.receive(sent.map_err(|error| self.unsent(&error))?).await?;
        self.of_vault(answer)
    }

    /// Deletes what is at `path`, once.
    pub(crate) async fn delete(&self, path: &str) -> Result<Answer, VaultError> {
        let sent = self.send(Method::DELETE, path, None, None, &As::Us).await;
        let answer = self.receive(sent.map_err(|error| self.unsent(&error))?).await?;
        self.of_vault(answer)
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        query: Option<&str>,
        body: Option<&Value>,
        who: &As<'_>,
    ) -> Result<Response, reqwest::Error> {
        let inner = &self.inner;
        let mut request = inner.client.request(method, inner.address.api(path, query));
        match who {
            As::Us => request = request.header("x-vault-token", inner.token.clone()),
            As::Other(token) => request = request.header("x-vault-token", (*token).clone()),
            As::Nobody | As::Newcomer => {}
        }
        if let (Some((_, namespace)), false) = (&inner.namespace, matches!(who, As::Nobody)) {
            request = request.header("x-vault-namespace", namespace.clone());
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        request.send().await
    }

    async fn receive(&self, mut response: Response) -> Result<Answer, VaultError> {
        let status = response.status();
        let wait = transport::retry_after(response.headers());
        if status.is_redirection() {
            let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            let to = address::origin(location.unwrap_or_default(), &self.inner.address.url);
            return Err(VaultError::Redirected { address: self.address().to_owned(), to });
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.unsent(&error))? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > LONGEST_BODY {
                let (address, said) = (self.address().to_owned(), String::new());
                return Err(VaultError::NotVault { address, status: status.as_u16(), said });
            }
        }
        Ok(Answer { wait, ..Answer::of(status.as_u16(), &bytes, self.inner.mask.clone()) })
    }

    /// The answer, where it is one of Vault's: what something before it says is no judgement on the token or the path.
    fn of_vault(&self, answer: Answer) -> Result<Answer, VaultError> {
        let Some(said) = answer.foreign else { return Ok(answer) };
        let (address, status) = (self.address().to_owned(), answer.status);
        Err(match (status, &self.inner.proxy) {
            (407, Some(proxy)) => VaultError::of_proxy(&address, proxy, ProxyProblem::WantsLogin),
            (429, _) => VaultError::Busy { address, status, wait: answer.wait },
            (502..=504, _) => VaultError::Unavailable { address, status, said },
            _ => VaultError::NotVault { address, status, said },
        })
    }

    fn unsent(&self, error: &reqwest::Error) -> VaultError {
        wire::classify(error, self.address(), self.inner.proxy.as_ref(), self.inner.limit)
    }
}

/// How long to wait before the same is asked again; none where that is of no use.
fn wanted_pause(response: &Response, pause: Duration) -> Option<Duration> {
    match response.status().as_u16() {
        429 | 503 => Some(transport::retry_after(response.headers()).unwrap_or(pause)),
        500 | 502 | 504 | 412 | 472 | 473 => Some(pause),
        _ => None,
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("address", &self.address())
            .field("namespace", &self.namespace())
            .finish_non_exhaustive()
    }
}
