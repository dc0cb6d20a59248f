use cluster_spec::{RepoUrl, UrlKind};
use secret::{ExposeSecret as _, RepoLogin, SecretString};

use crate::{GitError, Remote};

/// A repository URL without credentials, and the credentials for it.
#[derive(Clone)]
pub(crate) struct Endpoint {
    url: RepoUrl,
    login: Option<RepoLogin>,
    /// True if credentials of the user's `http.extraHeader` are sent.
    extra_logins: bool,
}

impl Endpoint {
    /// Returns the repository with its URL as written.
    pub(crate) fn as_written(remote: &Remote) -> Self {
        let login = remote.login.clone().filter(|login| fits(login, remote.url.kind()));
        Self { url: remote.url.clone(), login, extra_logins: true }
    }

    /// Returns the repository as Argo CD reads it: the URL as written, without credentials of the user's configuration.
    pub(crate) fn of_argo_cd(remote: &Remote) -> Self {
        Self { extra_logins: false, ..Self::as_written(remote) }
    }

    /// Returns the target of the user's `insteadOf`, if it leads elsewhere.
    pub(crate) fn rewritten(remote: &Remote) -> Result<Option<Self>, GitError> {
        let Some(text) = remote.config.rewritten(remote.url.as_str()) else { return Ok(None) };
        if text == remote.url.as_str() {
            return Ok(None);
        }
        let (text, own) = take_login(&text);
        let url = RepoUrl::parse(&text).map_err(|reason| GitError::BadUrl {
            what: "url.<base>.insteadOf for gitops.repo_url".to_owned(),
            reason: reason.to_string(),
        })?;
        let login = own.or_else(|| remote.login.clone().filter(|login| belongs(login, remote, &url)));
        Ok(Some(Self { url, login, extra_logins: true }))
    }

    /// Returns the URL that objects are fetched from.
    pub(crate) fn for_cloning(remote: &Remote) -> Result<Self, GitError> {
        Ok(Self::rewritten(remote)?.unwrap_or_else(|| Self::as_written(remote)))
    }

    pub(crate) fn kind(&self) -> UrlKind {
        self.url.kind()
    }

    pub(crate) fn url(&self) -> &RepoUrl {
        &self.url
    }

    pub(crate) fn shown(&self) -> &str {
        self.url.as_str()
    }

    pub(crate) fn login(&self) -> Option<&RepoLogin> {
        self.login.as_ref()
    }

    pub(super) fn extra_logins(&self) -> bool {
        self.extra_logins
    }

    /// Returns the host, with its port if the URL has one.
    pub(crate) fn host(&self) -> String {
        let host = self.url.host().unwrap_or_default();
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        match self.url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host,
        }
    }
}

fn fits(login: &RepoLogin, kind: UrlKind) -> bool {
    match login {
        RepoLogin::Basic { .. } => matches!(kind, UrlKind::Https | UrlKind::Http),
        RepoLogin::SshKey { .. } => kind == UrlKind::Ssh,
    }
}

/// True if the credentials are for `url`: never for another host, and never from https to http.
fn belongs(login: &RepoLogin, remote: &Remote, url: &RepoUrl) -> bool {
    fits(login, url.kind()) && url.may_take_login_of(&remote.url)
}

/// Separates a URL from its credentials. Users write tokens into the base of an `insteadOf`, and no token is shown.
fn take_login(text: &str) -> (String, Option<RepoLogin>) {
    if text.starts_with('/') {
        return (format!("file://{text}"), None);
    }
    let Ok(mut url) = url::Url::parse(text) else { return (text.to_owned(), None) };
    if !matches!(url.scheme(), "http" | "https") || url.username().is_empty() && url.password().is_none() {
        return (text.to_owned(), None);
    }
    let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    let username = decoded(url.username());
    // A user name without a password can be a token too.
    let password = SecretString::from(url.password().map(decoded).unwrap_or_default());
    let login = RepoLogin::Basic { username, password };
    let cleared = url.set_username("").and_then(|()| url.set_password(None));
    match cleared {
        Ok(()) => (url.to_string(), Some(login)),
        Err(()) => (text.to_owned(), None),
    }
}

/// True if a request has a secret.
pub(super) fn sends_a_secret(endpoint: &Endpoint) -> bool {
    endpoint.login().is_some_and(|login| !login.secret().expose_secret().is_empty())
}
