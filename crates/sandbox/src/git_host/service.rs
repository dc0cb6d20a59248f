//! Who may read which repository, and what was asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use hyper::body::Incoming;
use parking_lot::{Mutex, MutexGuard};

use super::backend::Backend;
use crate::faults::Faults;
use crate::loopback::{self, Service, plain};
use crate::random::random_text;

/// What GitHub says to one without a login: it does not tell that the repository is there.
const NOT_FOUND: &str = "Repository not found.";
/// What GitHub says to a wrong login.
const REFUSED: &str =
    "Invalid username or token. Password authentication is not supported for Git operations.";

/// The header by which GitHub tells when a token ends.
const LOGIN_END: &str = "github-authentication-token-expiration";

/// One request that came to the Git host, without its body and its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitRequest {
    /// The method.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// The user name that came with a login.
    pub user: Option<String>,
    /// The `User-Agent`.
    pub user_agent: String,
    /// The size of the request's body, in bytes.
    pub sent: usize,
    /// The status it was answered with; none: the connection was dropped.
    pub status: Option<u16>,
}

/// What the private repositories ask for.
#[derive(Clone)]
pub(super) struct Login {
    pub(super) username: String,
    pub(super) password: String,
    pub(super) token: String,
}

impl Login {
    pub(super) fn new() -> Self {
        let [password, token] = ["pw", "token"].map(|kind| format!("sandbox-{kind}-{}", random_text()));
        Self { username: "gitops-reader".to_owned(), password, token }
    }

    fn accepts(&self, username: &str, password: &str) -> bool {
        password == self.token || (username == self.username && password == self.password)
    }
}

pub(super) struct Host {
    backend: Backend,
    faults: Faults,
    login: Mutex<Login>,
    private: Mutex<BTreeMap<String, bool>>,
    log: Mutex<Vec<GitRequest>>,
    login_ends: Mutex<Option<header::HeaderValue>>,
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host").field("private", &self.private).finish_non_exhaustive()
    }
}

/// What a request's `Authorization` is worth.
enum Visitor {
    Nobody,
    Known,
    Refused,
}

impl Host {
    pub(super) fn new(backend: Backend, login: Login) -> Self {
        let (private, log, login_ends) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self { backend, faults: Faults::default(), login: Mutex::new(login), private, log, login_ends }
    }

    pub(super) fn login(&self) -> Login {
        lock(&self.login).clone()
    }

    pub(super) fn change_login(&self, login: Login) {
        *lock(&self.login) = login;
    }

    /// From now on whoever logs in is told this end of the login, as GitHub tells it.
    pub(super) fn tell_login_end(&self, end: header::HeaderValue) {
        *lock(&self.login_ends) = Some(end);
    }

    pub(super) fn set_private(&self, repository: &str, private: bool) {
        lock(&self.private).insert(repository.to_owned(), private);
    }

    pub(super) fn log(&self) -> Vec<GitRequest> {
        lock(&self.log).clone()
    }

    pub(super) fn clear_log(&self) {
        lock(&self.log).clear();
    }

    fn visitor(&self, request: &Request<Incoming>) -> Visitor {
        match credentials(request) {
            None if request.headers().contains_key(header::AUTHORIZATION) => Visitor::Refused,
            None => Visitor::Nobody,
            Some((username, password)) if self.login().accepts(&username, &password) => Visitor::Known,
            Some(_) => Visitor::Refused,
        }
    }

    /// The answer to who may not read, if this one may not.
    fn refusal(&self, request: &Request<Incoming>) -> Option<Response<Body>> {
        let repository =
            request.uri().path().trim_start_matches('/').split(".git").next().unwrap_or_default();
        let private = lock(&self.private).get(repository).copied();
        match (self.visitor(request), private) {
            (Visitor::Refused, _) => Some(unauthorized(REFUSED)),
            (Visitor::Nobody, Some(true) | None) => Some(unauthorized(NOT_FOUND)),
            (Visitor::Known, None) => Some(plain(StatusCode::NOT_FOUND, NOT_FOUND)),
            (Visitor::Known, Some(_)) | (Visitor::Nobody, Some(false)) => None,
        }
    }

    async fn handle(&self, request: Request<Incoming>) -> Response<Body> {
        let mut noted = note(&request);
        let known = matches!(self.visitor(&request), Visitor::Known);
        let mut response = if let Some(refusal) = self.refusal(&request) {
            refusal
        } else {
            let (head, body) = request.into_parts();
            let body = loopback::whole(body).await;
            noted.sent = body.len();
            self.backend.answer(&head, body).await
        };
        if let (true, Some(end)) = (known, lock(&self.login_ends).clone()) {
            response.headers_mut().insert(LOGIN_END, end);
        }
        noted.status = Some(response.status().as_u16());
        lock(&self.log).push(noted);
        response
    }
}

impl Service for Host {
    fn faults(&self) -> &Faults {
        &self.faults
    }

    fn struck(&self, request: &Request<Incoming>, code: Option<u16>) {
        lock(&self.log).push(GitRequest { status: code, ..note(request) });
    }

    fn answer(self: Arc<Self>, request: Request<Incoming>) -> BoxFuture<'static, Response<Body>> {
        async move { self.handle(request).await }.boxed()
    }
}

fn unauthorized(text: &str) -> Response<Body> {
    let mut response = plain(StatusCode::UNAUTHORIZED, text);
    let challenge = header::HeaderValue::from_static("Basic realm=\"sandbox\"");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    response
}

fn credentials(request: &Request<Incoming>) -> Option<(String, String)> {
    let encoded = loopback::header(request, "authorization")?.strip_prefix("Basic ")?;
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (username, password) = decoded.split_once(':')?;
    Some((username.to_owned(), password.to_owned()))
}

fn note(request: &Request<Incoming>) -> GitRequest {
    GitRequest {
        method: request.method().to_string(),
        path: loopback::path(request),
        user: credentials(request).map(|(username, _)| username),
        user_agent: loopback::header(request, "user-agent").unwrap_or_default().to_owned(),
        sent: 0,
        status: None,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock()
}
