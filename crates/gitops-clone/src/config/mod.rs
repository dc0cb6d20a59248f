//! The used settings of the user's Git configuration.

mod elsewhere;
mod entries;
mod header;
mod include;
mod parameters;
mod proxy;
mod read;
mod rewrite;
mod scope;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use secret::{SecretString, secrets_in};
use transport::Proxy;

pub use entries::GitConfig;
use entries::{Entry, is_off};
pub(crate) use header::is_login;

/// The ssh program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ssh<'a> {
    /// A shell command: `GIT_SSH_COMMAND`, `core.sshCommand`.
    Command(&'a str),
    /// A program: `GIT_SSH`, else `ssh` itself.
    Program(&'a str),
}

/// Variables of Git for its connection to a host that this program ignores.
const VARIABLES: [&str; 12] = [
    "GIT_SSL_CAPATH",
    "GIT_SSL_CERT",
    "GIT_SSL_KEY",
    "GIT_SSL_VERSION",
    "GIT_SSL_CIPHER_LIST",
    "GIT_PROXY_SSL_CAINFO",
    "GIT_PROXY_SSL_CERT",
    "GIT_PROXY_SSL_KEY",
    "GIT_HTTP_PROXY_AUTHMETHOD",
    "GIT_HTTP_LOW_SPEED_LIMIT",
    "GIT_HTTP_LOW_SPEED_TIME",
    "GIT_ALLOW_PROTOCOL",
];

impl GitConfig {
    /// Returns the warnings: settings and variables that only Git uses, and certificate checks that are off.
    pub fn warnings(&self) -> Vec<String> {
        let counted = ["proxy", "sslcainfo", "sslverify", "extraheader"];
        let http = self.entries.iter().filter(|entry| entry.section == "http");
        let mut warnings: Vec<String> = http
            .filter(|entry| !counted.contains(&entry.key.as_str()))
            .map(|entry| format!("{} is set, but only Git uses it", entry.name()))
            .collect();
        warnings.dedup();
        let variables = VARIABLES.iter().filter(|name| self.env(name).is_some());
        warnings.extend(variables.map(|name| format!("{name} is set, but only Git uses it")));
        let never = |entry: &&Entry| {
            entry.section == "protocol" && entry.key == "allow" && entry.value.eq_ignore_ascii_case("never")
        };
        let forbidden = self.entries.iter().filter(never).map(Entry::name);
        warnings.extend(forbidden.map(|name| format!("{name} is `never`, but only Git uses it")));
        let off =
            |entry: &&Entry| entry.section == "http" && entry.key == "sslverify" && is_off(&entry.value);
        let unchecked = self.entries.iter().filter(off).map(Entry::name);
        let unchecked =
            unchecked.chain(self.is_set("GIT_SSL_NO_VERIFY").then(|| "GIT_SSL_NO_VERIFY".to_owned()));
        warnings.extend(unchecked.map(|name| format!("{name}: certificates of Git hosts are not checked")));
        warnings
    }

    /// Returns the names of the `credential.*` settings (`credential.helper`) without their values.
    pub fn credential_settings(&self) -> Vec<String> {
        let mut names: Vec<_> =
            self.entries.iter().filter(|entry| entry.section == "credential").map(Entry::name).collect();
        names.dedup();
        names
    }

    /// Returns the secrets: values of `http.extraHeader`, and credentials within URLs.
    pub fn secrets(&self) -> Vec<SecretString> {
        let mut secrets = Vec::new();
        for entry in &self.entries {
            if entry.key == "extraheader" {
                secrets.extend(header::secrets(&entry.value));
            }
            secrets.extend(
                [Some(&entry.value), entry.subsection.as_ref()]
                    .into_iter()
                    .flatten()
                    .flat_map(|url| secrets_in(url)),
            );
        }
        let spellings =
            proxy::ADDRESSES.iter().flat_map(|name| [name.to_ascii_lowercase(), (*name).to_owned()]);
        secrets.extend(spellings.flat_map(|name| self.env(&name).map(secrets_in).unwrap_or_default()));
        secrets.into_iter().filter(|secret| !secret.is_empty()).map(SecretString::from).collect()
    }

    /// Returns the URL of the fetch, with `insteadOf` applied.
    pub(crate) fn rewritten(&self, url: &str) -> Option<String> {
        rewrite::rewrite(&self.entries, url)
    }

    /// Returns the values of `http.<key>` for `url`, the more specific ones later.
    fn http(&self, url: &str, key: &str) -> Vec<&str> {
        self.http_entries(url, key).into_iter().map(|entry| entry.value.as_str()).collect()
    }

    fn http_entries(&self, url: &str, key: &str) -> Vec<&Entry> {
        scope::fitting(&self.entries, "http", url, key)
    }

    /// Returns the setting that sends credentials for `url` in a header. With `authorized`, other credentials replace
    /// `Authorization`.
    pub(crate) fn login_header(&self, url: &str, authorized: bool) -> Option<String> {
        let mut found = None;
        for entry in self.http_entries(url, "extraheader") {
            let authorization = entry.value.to_ascii_lowercase().starts_with("authorization");
            if entry.value.is_empty() {
                found = None;
            } else if is_login(&entry.value) && !(authorized && authorization) {
                found = Some(entry.name());
            }
        }
        found
    }

    /// Returns the file with the CA certificates for `url`, and its setting. The file replaces the system's
    /// certificates.
    pub(crate) fn ca_file(&self, url: &str) -> Option<(&'static str, PathBuf)> {
        if let Some(file) = self.env("GIT_SSL_CAINFO") {
            return Some(("GIT_SSL_CAINFO", file.into()));
        }
        let file = self.http(url, "sslcainfo").pop().filter(|file| !file.is_empty())?;
        Some(("http.sslCAInfo", self.expand_home(file)))
    }

    /// True if the host's certificate is checked.
    pub(crate) fn verify(&self, url: &str) -> bool {
        let configured = self.http(url, "sslverify").pop();
        !self.is_set("GIT_SSL_NO_VERIFY") && !configured.is_some_and(is_off)
    }

    /// Returns the header lines of each request to `url`. An empty value clears the lines before it.
    pub(crate) fn extra_headers(&self, url: &str) -> Vec<&str> {
        let mut headers = Vec::new();
        for value in self.http(url, "extraheader") {
            if value.is_empty() { headers.clear() } else { headers.push(value) }
        }
        headers
    }

    /// Returns the proxy to `url`.
    pub(crate) fn proxy(&self, url: &str) -> Option<Proxy> {
        proxy::proxy(self, url)
    }

    /// Returns the ssh program, in Git's own order.
    pub(crate) fn ssh(&self) -> Ssh<'_> {
        let command = self.env("GIT_SSH_COMMAND").or_else(|| self.last("core", "sshcommand"));
        command.map_or_else(|| Ssh::Program(self.env("GIT_SSH").unwrap_or("ssh")), Ssh::Command)
    }

    /// Returns the argument syntax of the ssh program: `GIT_SSH_VARIANT`, `ssh.variant`.
    pub(crate) fn ssh_variant(&self) -> Option<&str> {
        self.env("GIT_SSH_VARIANT").or_else(|| self.last("ssh", "variant"))
    }

    fn last(&self, section: &str, key: &str) -> Option<&str> {
        let counts =
            |entry: &&Entry| entry.section == section && entry.subsection.is_none() && entry.key == key;
        self.entries.iter().rfind(counts).map(|entry| entry.value.as_str())
    }

    /// Returns the user's ignore file for every repository.
    pub(crate) fn excludes_file(&self) -> Option<PathBuf> {
        self.core_file("excludesfile").or_else(|| self.in_config_home("ignore"))
    }

    /// Returns the user's attributes file for every repository.
    pub(crate) fn attributes_file(&self) -> Option<PathBuf> {
        self.core_file("attributesfile").or_else(|| self.in_config_home("attributes"))
    }

    /// Returns the settings for line ends, `core.autocrlf` and `core.eol`. They decide if a file is changed.
    pub(crate) fn line_ends(&self) -> Vec<String> {
        let counts =
            |entry: &&Entry| entry.section == "core" && matches!(entry.key.as_str(), "autocrlf" | "eol");
        self.entries
            .iter()
            .filter(counts)
            .map(|entry| format!("core.{}={}", entry.key, entry.value))
            .collect()
    }

    fn core_file(&self, key: &str) -> Option<PathBuf> {
        let entry = self.entries.iter().rev().find(|entry| entry.section == "core" && entry.key == key)?;
        Some(self.expand_home(&entry.value))
    }

    fn in_config_home(&self, name: &str) -> Option<PathBuf> {
        let home = || self.env("HOME").map(|home| Path::new(home).join(".config"));
        let folder = self.env("XDG_CONFIG_HOME").map(PathBuf::from).or_else(home)?;
        Some(folder.join("git").join(name)).filter(|file| file.is_file())
    }

    /// Returns the environment for `ssh` and `git upload-pack`.
    pub(crate) fn environment(&self) -> &BTreeMap<OsString, OsString> {
        &self.env
    }

    /// True if a variable is set, also to an empty value.
    fn is_set(&self, name: &str) -> bool {
        self.env.contains_key(&OsString::from(name))
    }

    /// Returns a variable. An empty one counts as unset.
    fn env(&self, name: &str) -> Option<&str> {
        self.env.get(&OsString::from(name))?.to_str().filter(|value| !value.is_empty())
    }

    fn expand_home(&self, path: &str) -> PathBuf {
        match (path.strip_prefix("~/"), self.env("HOME")) {
            (Some(rest), Some(home)) => Path::new(home).join(rest),
            _ => path.into(),
        }
    }
}
