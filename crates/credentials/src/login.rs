use advice::Diagnostic;
use cluster_spec::{RepoUrl, UrlKind};
use secret::{ExposeSecret as _, RepoLogin, SecretString};

use crate::ssh_key::{Unusable, mended};
use crate::username::expected_username;

/// What a source holds, before it is held against the URL. An empty value counts as absent.
#[derive(Default)]
pub struct Parts {
    /// The user name; no secret.
    pub username: Option<String>,
    /// The password or token.
    pub password: Option<SecretString>,
    /// The private key for SSH.
    pub private_key: Option<SecretString>,
    /// Whether keys of a GitHub App are there.
    pub github_app: bool,
}

/// Why what a source holds is no login for this URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Diagnostic)]
pub enum Unfit {
    /// Nothing of a login is there.
    #[error("no login there")]
    #[code("CREDS-005")]
    #[hint("put credentials there, or let another source give them")]
    Empty,
    /// Half a login.
    #[error("a user name without a password or token")]
    #[code("CREDS-006")]
    #[hint("add the password or token beside the user name")]
    NoPassword,
    /// A private key, where the URL wants a password.
    #[error("only an SSH key, which an http(s) URL can't use")]
    #[code("CREDS-007")]
    #[hint("store `username` and `password` there, or write gitops.repo_url as an ssh URL")]
    KeyForHttp,
    /// A password, where the URL wants a key.
    #[error("only a password or token, which an ssh URL can't use")]
    #[code("CREDS-008")]
    #[hint("store `sshPrivateKey` there, or write gitops.repo_url as an https URL")]
    PasswordForSsh,
    /// Only the keys of a GitHub App.
    #[error("a GitHub App, which is not supported yet")]
    #[code("CREDS-009")]
    #[hint("store a token (`username` and `password`) there instead of the app's keys")]
    GithubApp,
    /// A value that would break the request it is put into.
    #[error("a {0} with a line break or another control character in it")]
    #[code("CREDS-010")]
    #[hint("store it again without the line break: `printf %s \"$TOKEN\"` instead of `echo`")]
    ControlCharacter(&'static str),
    /// A user name that HTTP Basic can't carry.
    #[error("a user name with a colon in it")]
    #[code("CREDS-011")]
    #[hint("write the user name without what follows the colon; a password goes into its own key")]
    ColonInUsername,
    /// A private key with a passphrase: nobody is there to type it.
    #[error("an SSH key with a passphrase; store one without: ssh-keygen -p -N '' -f FILE")]
    #[code("CREDS-012")]
    #[hint("store the key without a passphrase:", run("ssh-keygen -p -N '' -f FILE"))]
    EncryptedKey,
    /// The public half of a key.
    #[error("a public SSH key; store the private one: the file without .pub")]
    #[code("CREDS-013")]
    #[hint("store the private key: the file without .pub")]
    PublicKey,
    /// A key in PuTTY's own format.
    #[error("an SSH key in PuTTY's format; convert it: puttygen FILE.ppk -O private-openssh -o FILE")]
    #[code("CREDS-014")]
    #[hint("store the key as OpenSSH has it:", run("puttygen FILE.ppk -O private-openssh -o FILE"))]
    PuttyKey,
    /// A text that is no key.
    #[error("a text that is no SSH key; store the key's file as it is, from -----BEGIN to the end")]
    #[code("CREDS-015")]
    #[hint("store the key's file as it is, from -----BEGIN to the end")]
    NoKey,
    /// A key of which a part is missing.
    #[error(
        "an SSH key of which a part is missing; store it again: ssh-keygen -y -f FILE shows whether it is whole"
    )]
    #[code("CREDS-016")]
    #[hint("store the whole file again; this shows whether it is whole:", run("ssh-keygen -y -f FILE"))]
    DamagedKey,
    /// A folder on this machine needs no login.
    #[error("not needed for file://")]
    #[code("CREDS-017")]
    #[hint("nothing: a folder on this machine is read without a login")]
    FileUrl,
}

impl Unfit {
    /// Whether somebody put something there that does not work: worth a warning, not only a line.
    pub fn is_mistake(self) -> bool {
        !matches!(self, Self::Empty | Self::FileUrl)
    }

    /// Whether it is a key for ssh that no program can use.
    pub fn is_of_a_key(self) -> bool {
        matches!(self, Self::EncryptedKey | Self::PublicKey | Self::PuttyKey | Self::NoKey | Self::DamagedKey)
    }
}

/// The login that `parts` make for `url`: the kind the URL wants, with the user name that the host expects where only
/// a token is there.
///
/// # Errors
/// Why they make none.
pub fn fit(parts: Parts, url: &RepoUrl) -> Result<RepoLogin, Unfit> {
    let parts = parts.without_empty();
    match url.kind() {
        UrlKind::Https | UrlKind::Http => basic(parts, url),
        UrlKind::Ssh => key(parts),
        UrlKind::File => Err(Unfit::FileUrl),
    }
}

fn basic(parts: Parts, url: &RepoUrl) -> Result<RepoLogin, Unfit> {
    let Some(password) = parts.password else {
        return Err(match parts {
            Parts { private_key: Some(_), .. } => Unfit::KeyForHttp,
            Parts { github_app: true, .. } => Unfit::GithubApp,
            Parts { username: Some(_), .. } => Unfit::NoPassword,
            _ => Unfit::Empty,
        });
    };
    let username = parts.username.unwrap_or_else(|| expected_username(url));
    refuse_control("user name", &username)?;
    if username.contains(':') {
        return Err(Unfit::ColonInUsername);
    }
    refuse_control("password", password.expose_secret())?;
    Ok(RepoLogin::Basic { username, password })
}

fn key(parts: Parts) -> Result<RepoLogin, Unfit> {
    match parts {
        Parts { private_key: Some(private_key), .. } => usable(&private_key),
        Parts { password: Some(_), .. } => Err(Unfit::PasswordForSsh),
        Parts { github_app: true, .. } => Err(Unfit::GithubApp),
        Parts { username: Some(_), .. } => Err(Unfit::NoPassword),
        _ => Err(Unfit::Empty),
    }
}

fn usable(private_key: &SecretString) -> Result<RepoLogin, Unfit> {
    match mended(private_key) {
        Ok(private_key) => Ok(RepoLogin::SshKey { private_key }),
        Err(Unusable::Encrypted) => Err(Unfit::EncryptedKey),
        Err(Unusable::Public) => Err(Unfit::PublicKey),
        Err(Unusable::Putty) => Err(Unfit::PuttyKey),
        Err(Unusable::NoKey) => Err(Unfit::NoKey),
        Err(Unusable::Damaged) => Err(Unfit::DamagedKey),
    }
}

fn refuse_control(what: &'static str, value: &str) -> Result<(), Unfit> {
    if value.chars().any(char::is_control) { Err(Unfit::ControlCharacter(what)) } else { Ok(()) }
}

impl Parts {
    fn without_empty(self) -> Self {
        Self {
            username: self.username.map(|name| one_line(&name).to_owned()).filter(|name| !name.is_empty()),
            password: self.password.map(trimmed).filter(filled),
            private_key: self.private_key.filter(filled),
            github_app: self.github_app,
        }
    }
}

/// A line break at the end came with the file the value was stored from (`vault kv put … password=@file`).
fn trimmed(password: SecretString) -> SecretString {
    SecretString::from(one_line(password.expose_secret()))
}

fn one_line(value: &str) -> &str {
    value.trim_end_matches(['\r', '\n'])
}

fn filled(value: &SecretString) -> bool {
    !value.expose_secret().trim().is_empty()
}
