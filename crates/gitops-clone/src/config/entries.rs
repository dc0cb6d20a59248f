//! The entries of Git's configuration that count here.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;

/// What counts of the user's Git configuration: `http.proxy`, `http.sslCAInfo`, `http.sslVerify`, `http.extraHeader`
/// (each also under `http.<url>.`), `url.<base>.insteadOf`, `credential.*`, `core.sshCommand`, `ssh.variant`, and the environment
/// variables of Git that stand beside them, of the files that a clone of the URL would include.
#[derive(Clone, Default)]
pub struct GitConfig {
    pub(super) entries: Vec<Entry>,
    /// What `ssh` and `git upload-pack` get: the environment that was handed in, without logins of others.
    pub(super) env: BTreeMap<OsString, OsString>,
    /// The machines in `~/.netrc`.
    pub(super) machines: Vec<String>,
}

/// One `section.subsection.key = value`, in the order of the files. The value may hold a secret.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) section: String,
    pub(super) subsection: Option<String>,
    /// In lower case, as Git compares it.
    pub(super) key: String,
    pub(super) value: String,
}

impl Entry {
    /// The name as people write it.
    pub(super) fn name(&self) -> String {
        match &self.subsection {
            Some(subsection) => format!("{}.{}.{}", self.section, without_userinfo(subsection), self.key),
            None => format!("{}.{}", self.section, self.key),
        }
    }
}

/// How Git spells false.
pub(super) fn is_off(value: &str) -> bool {
    value.is_empty() || ["false", "no", "off", "0"].contains(&value.to_ascii_lowercase().as_str())
}

/// `url` without what stands before an `@` in its host part.
pub(super) fn without_userinfo(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let authority_end = rest.find('/').unwrap_or(rest.len());
    match rest[..authority_end].rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
        None => url.to_owned(),
    }
}

/// Names alone: values may hold secrets.
impl fmt::Debug for GitConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.entries.iter().map(Entry::name)).finish()
    }
}
