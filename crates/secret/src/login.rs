use std::fmt;

use secrecy::SecretString;

/// A login to a Git repository. Where it came from is not its business.
#[derive(Clone)]
pub enum RepoLogin {
    /// HTTP Basic: a user name (no secret) and a password or token.
    Basic {
        /// The user name; where a token came without one, the name the host expects.
        username: String,
        /// The password, personal access token or deploy token.
        password: SecretString,
    },
    /// A private key for SSH, in OpenSSH or PEM format.
    SshKey {
        /// The key, line breaks included.
        private_key: SecretString,
    },
}

/// The effect of a login on the one that an existing Secret of Argo CD holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginRule {
    /// It replaces the login in the Secret.
    Replace,
    /// It counts only where the Secret has no login.
    Fill,
    /// It came from a Secret in the cluster (this one or one that covers the URL): nothing to write.
    Keep,
}

impl RepoLogin {
    /// The user name, where this kind of login has one.
    pub fn username(&self) -> Option<&str> {
        match self {
            Self::Basic { username, .. } => Some(username),
            Self::SshKey { .. } => None,
        }
    }

    /// The part that must never be seen.
    pub fn secret(&self) -> &SecretString {
        match self {
            Self::Basic { password, .. } => password,
            Self::SshKey { private_key } => private_key,
        }
    }
}

impl fmt::Debug for RepoLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Basic { username, .. } => write!(f, "RepoLogin::Basic({username:?}, [redacted])"),
            Self::SshKey { .. } => f.write_str("RepoLogin::SshKey([redacted])"),
        }
    }
}
