//! The used entries of Git's configuration.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;

/// The used settings of the user's Git configuration, from the files that a clone of the URL includes: `http.proxy`,
/// `http.sslCAInfo`, `http.sslVerify`, `http.extraHeader` (each also under `http.<url>.`), `url.<base>.insteadOf`,
/// `credential.*`, `core.sshCommand`, `ssh.variant`, and Git's environment variables for the same settings.
#[derive(Clone, Default)]
pub struct GitConfig {
    pub(super) entries: Vec<Entry>,
    /// The environment of `ssh` and `git upload-pack`, without credentials of other programs.
    pub(super) env: BTreeMap<OsString, OsString>,
    /// The machines in `~/.netrc`.
    pub(super) machines: Vec<String>,
}

/// A setting `section.subsection.key = value`. The value can be a secret.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) section: String,
    pub(super) subsection: Option<String>,
    /// The key in lower case, as Git compares it.
    pub(super) key: String,
    pub(super) value: String,
}

impl Entry {
    /// Returns the full name of the setting, without credentials: `http.https://git.example.com/.proxy`.
    pub(super) fn name(&self) -> String {
        match &self.subsection {
            Some(subsection) => format!("{}.{}.{}", self.section, without_userinfo(subsection), self.key),
            None => format!("{}.{}", self.section, self.key),
        }
    }
}

/// True if Git reads the value as false.
pub(super) fn is_off(value: &str) -> bool {
    value.is_empty() || ["false", "no", "off", "0"].contains(&value.to_ascii_lowercase().as_str())
}

/// Returns `url` without the user and password before its host.
pub(super) fn without_userinfo(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let authority_end = rest.find('/').unwrap_or(rest.len());
    match rest[..authority_end].rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
        None => url.to_owned(),
    }
}

/// Shows names only: values can be secrets.
impl fmt::Debug for GitConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.entries.iter().map(Entry::name)).finish()
    }
}
