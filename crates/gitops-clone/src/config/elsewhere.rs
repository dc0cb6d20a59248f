//! The credentials that Git finds, and that neither this program nor Argo CD uses.

use std::path::Path;

use cluster_spec::{RepoUrl, UrlKind};

use super::entries::GitConfig;

/// Returns the machines in the user's `~/.netrc`; `default` for all others.
pub(super) fn machines(home: Option<&Path>) -> Vec<String> {
    let Some(text) = home.and_then(|home| fs_err::read_to_string(home.join(".netrc")).ok()) else {
        return Vec::new();
    };
    let mut words = text.split_whitespace();
    let mut machines = Vec::new();
    while let Some(word) = words.next() {
        match word {
            "machine" => machines.extend(words.next().map(str::to_owned)),
            "default" => machines.push(word.to_owned()),
            // The next word is a value, even if it equals a keyword.
            "login" | "password" | "account" => drop(words.next()),
            _ => {}
        }
    }
    machines
}

impl GitConfig {
    /// Returns the names of settings in which Git finds credentials for `url`. The values are not read.
    pub(crate) fn logins_elsewhere(&self, url: &RepoUrl) -> Vec<String> {
        if !matches!(url.kind(), UrlKind::Https | UrlKind::Http) {
            return Vec::new();
        }
        let host = url.host().unwrap_or_default();
        let netrc = self.machines.iter().find(|name| name.eq_ignore_ascii_case(host) || *name == "default");
        let mut places: Vec<String> = netrc.map(|name| format!("~/.netrc ({name})")).into_iter().collect();
        let variables = ["GIT_ASKPASS", "GIT_SSL_CERT"];
        places.extend(variables.into_iter().filter(|name| self.env(name).is_some()).map(str::to_owned));
        for key in ["cookiefile", "sslcert"] {
            places.extend(self.http_entries(url.as_str(), key).pop().map(|entry| entry.name()));
        }
        let asks = self.entries.iter().rfind(|entry| entry.section == "core" && entry.key == "askpass");
        places.extend(asks.map(|entry| entry.name()));
        places
    }
}
