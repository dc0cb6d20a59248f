//! `gitops.repo_url`: where the GitOps repository is, without a password by construction.

use std::fmt;
use std::net::IpAddr;

use url::Url;

use crate::ValueError;

/// How a repository is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UrlKind {
    /// `https://`
    Https,
    /// `http://`
    Http,
    /// `ssh://` or `git@host:path`
    Ssh,
    /// `file://`
    File,
}

/// Where a repository is, exactly as written. Holds no password: a URL with one is not made.
#[derive(Clone, PartialEq, Eq)]
pub struct RepoUrl {
    text: String,
    kind: UrlKind,
    user: Option<String>,
    host: Option<String>,
    port: Option<u16>,
    path: String,
}

impl RepoUrl {
    /// Reads a URL as it was written.
    ///
    /// # Errors
    /// What is expected instead. Nothing of the text is repeated: it may hold a password.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        if text.chars().any(is_unseen) {
            return Err(ValueError::UrlWithUnseen);
        }
        let parsed = match text.split_once("://") {
            Some(("https", rest)) => from_web(text, rest, UrlKind::Https),
            Some(("http", rest)) => from_web(text, rest, UrlKind::Http),
            Some(("ssh", rest)) => from_ssh(text, rest),
            Some(("file", rest)) => from_file(text, rest),
            Some(_) => Err(ValueError::Url),
            None => from_scp(text),
        };
        parsed.and_then(no_shell)
    }

    /// The URL as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// How the repository is reached.
    pub fn kind(&self) -> UrlKind {
        self.kind
    }

    /// The host, in lower case for http(s), without the brackets of IPv6; none for `file://`.
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// The port, where one is written that is not the scheme's own.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The user, percent-decoded, where one is written.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// The path as written: `/org/repo.git`; of `git@host:org/repo.git` it is `org/repo.git`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether a login that is stored for `other` may be sent here: to the same host and port, and over plain http
    /// only where it was stored for plain http.
    pub fn may_take_login_of(&self, other: &Self) -> bool {
        let host = |url: &Self| url.host.as_deref().map(str::to_ascii_lowercase);
        let plain = self.kind == UrlKind::Http && other.kind != UrlKind::Http;
        host(self) == host(other) && self.port == other.port && !plain
    }

    /// Whether the host is this machine, so that nothing sent there crosses a network.
    pub fn is_loopback(&self) -> bool {
        let Some(host) = self.host() else { return self.kind == UrlKind::File };
        match host.parse::<IpAddr>() {
            Ok(address) => address.to_canonical().is_loopback(),
            Err(_) => host.eq_ignore_ascii_case("localhost"),
        }
    }
}

fn from_web(text: &str, rest: &str, kind: UrlKind) -> Result<RepoUrl, ValueError> {
    // A query or a fragment is where tokens hide, and Git can't ask such a URL for its refs.
    if rest.contains(['?', '#', '\\']) {
        return Err(ValueError::UrlWithQuery);
    }
    let user = login(rest.split('/').next().unwrap_or_default())?;
    let url = Url::parse(text).map_err(|_| ValueError::Url)?;
    let path = url.path().to_owned();
    if path.len() < 2 {
        return Err(ValueError::UrlWithoutPath);
    }
    let host = url.host_str().ok_or(ValueError::Url)?.trim_matches(['[', ']']).to_owned();
    Ok(RepoUrl { text: text.to_owned(), kind, user, host: Some(host), port: url.port(), path })
}

fn from_ssh(text: &str, rest: &str) -> Result<RepoUrl, ValueError> {
    let (authority, path) = rest.split_once('/').ok_or(ValueError::UrlWithoutPath)?;
    let user = login(authority)?;
    let url = Url::parse(text).map_err(|_| ValueError::Url)?;
    let host = url.host_str().ok_or(ValueError::Url)?.trim_matches(['[', ']']).to_owned();
    let url = RepoUrl {
        text: text.to_owned(),
        kind: UrlKind::Ssh,
        user,
        host: Some(host),
        port: url.port(),
        path: format!("/{path}"),
    };
    no_option(url)
}

/// `git@host:path`, as `scp` writes it.
fn from_scp(text: &str) -> Result<RepoUrl, ValueError> {
    let (user, rest) = text.split_once('@').ok_or(ValueError::Url)?;
    if user.contains(':') {
        return Err(ValueError::UrlWithPassword);
    }
    let (host, path) = match rest.strip_prefix('[') {
        Some(rest) => rest.split_once("]:").ok_or(ValueError::Url)?,
        None => rest.split_once(':').ok_or(ValueError::Url)?,
    };
    let plain = |part: &str| !part.is_empty() && !part.contains(['/', '@', '\\']);
    if !plain(user) || !plain(host) || path.is_empty() {
        return Err(ValueError::Url);
    }
    no_option(RepoUrl {
        text: text.to_owned(),
        kind: UrlKind::Ssh,
        user: Some(not_a_token(user.to_owned())?),
        host: Some(host.to_owned()),
        port: None,
        path: path.to_owned(),
    })
}

fn from_file(text: &str, rest: &str) -> Result<RepoUrl, ValueError> {
    if !rest.starts_with('/') || rest.len() < 2 {
        return Err(ValueError::FileUrl);
    }
    let path = rest.to_owned();
    Ok(RepoUrl { text: text.to_owned(), kind: UrlKind::File, user: None, host: None, port: None, path })
}

/// The user before `@`; refuses a password and what can be taken for one.
fn login(authority: &str) -> Result<Option<String>, ValueError> {
    let Some((user, _host)) = authority.rsplit_once('@') else { return Ok(None) };
    if user.contains([':', '@']) {
        return Err(ValueError::UrlWithPassword);
    }
    let user = percent_decode(user).ok_or(ValueError::Url)?;
    if user.contains(':') {
        return Err(ValueError::UrlWithPassword);
    }
    Ok(Some(not_a_token(user)?).filter(|user| !user.is_empty()))
}

/// Whether a token stands in the text, or the beginning of one. As a user name it is a password in the wrong place.
pub(crate) fn holds_token(text: &str) -> bool {
    secret::may_hold_token(text) || secret::is_token(text)
}

fn not_a_token(user: String) -> Result<String, ValueError> {
    match holds_token(&user) {
        true => Err(ValueError::UrlWithToken),
        false => Ok(user),
    }
}

/// A host or path that ssh would take for an option is refused.
fn no_option(url: RepoUrl) -> Result<RepoUrl, ValueError> {
    let parts = [url.host(), url.user(), Some(url.path().trim_start_matches('/'))];
    let option = parts.into_iter().flatten().any(|part| part.starts_with('-'));
    match option {
        true => Err(ValueError::UrlIsOption),
        false => Ok(url),
    }
}

/// What can't be seen, and what turns the direction of writing: the URL would not be the one that is read.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || c.is_whitespace()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// No Git host needs what means something to a shell.
fn no_shell(url: RepoUrl) -> Result<RepoUrl, ValueError> {
    match url.as_str().contains(['$', '`', ';', '|', '&', '(', ')', '\'', '"', '<', '>', '\\']) {
        true => Err(ValueError::UrlForShell),
        false => Ok(url),
    }
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if first != b'%' {
            bytes.push(first);
            continue;
        }
        let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = &rest[2..];
    }
    let decoded = String::from_utf8(bytes).ok()?;
    (!decoded.chars().any(char::is_control)).then_some(decoded)
}

impl fmt::Display for RepoUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for RepoUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RepoUrl({:?})", self.text)
    }
}
