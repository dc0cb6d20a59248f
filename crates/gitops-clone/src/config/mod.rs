//! What counts of the user's Git configuration.

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

/// What stands for ssh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ssh<'a> {
    /// A command that a shell reads: `GIT_SSH_COMMAND`, `core.sshCommand`.
    Command(&'a str),
    /// A program: `GIT_SSH`, else `ssh` itself.
    Program(&'a str),
}

/// Variables of Git that change how it reaches a host, and do not count here.
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
    /// What should be known about it: settings and variables that count for Git and not here, and checks that are off.
    pub fn warnings(&self) -> Vec<String> {
        let counted = ["proxy", "sslcainfo", "sslverify", "extraheader"];
        let http = self.entries.iter().filter(|entry| entry.section == "http");
        let mut warnings: Vec<String> = http
            .filter(|entry| !counted.contains(&entry.key.as_str()))
            .map(|entry| format!("Git configuration: {} is set, and does not count here", entry.name()))
            .collect();
        warnings.dedup();
        let variables = VARIABLES.iter().filter(|name| self.env(name).is_some());
        warnings.extend(variables.map(|name| format!("{name} is set, and does not count here")));
        let never = |entry: &&Entry| {
            entry.section == "protocol" && entry.key == "allow" && entry.value.eq_ignore_ascii_case("never")
        };
        let forbidden = self.entries.iter().filter(never).map(Entry::name);
        warnings.extend(
            forbidden.map(|name| format!("Git configuration: {name} is never, and does not count here")),
        );
        let off =
            |entry: &&Entry| entry.section == "http" && entry.key == "sslverify" && is_off(&entry.value);
        let unchecked = self.entries.iter().filter(off).map(Entry::name);
        let unchecked =
            unchecked.chain(self.is_set("GIT_SSL_NO_VERIFY").then(|| "GIT_SSL_NO_VERIFY".to_owned()));
        warnings.extend(unchecked.map(|name| format!("{name}: certificates of Git hosts are not checked")));
        warnings
    }

    /// The names of the `credential.*` settings, such as `credential.helper`; their values stay where they are.
    pub fn credential_settings(&self) -> Vec<String> {
        let mut names: Vec<_> =
            self.entries.iter().filter(|entry| entry.section == "credential").map(Entry::name).collect();
        names.dedup();
        names
    }

    /// What must never be shown of it: values of `http.extraHeader`, and logins within URLs.
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

    /// Where a URL is really fetched from: `insteadOf` applied.
    pub(crate) fn rewritten(&self, url: &str) -> Option<String> {
        rewrite::rewrite(&self.entries, url)
    }

    /// Values of `http.<key>` that count for `url`, the more special ones later.
    fn http(&self, url: &str, key: &str) -> Vec<&str> {
        self.http_entries(url, key).into_iter().map(|entry| entry.value.as_str()).collect()
    }

    fn http_entries(&self, url: &str, key: &str) -> Vec<&Entry> {
        scope::fitting(&self.entries, "http", url, key)
    }

    /// The setting by which a login for `url` is sent in a header; `authorized`: another one takes the place of
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

    /// The file with the certificate authorities for `url`, and the setting it comes from. It replaces the system's.
    pub(crate) fn ca_file(&self, url: &str) -> Option<(&'static str, PathBuf)> {
        if let Some(file) = self.env("GIT_SSL_CAINFO") {
            return Some(("GIT_SSL_CAINFO", file.into()));
        }
        let file = self.http(url, "sslcainfo").pop().filter(|file| !file.is_empty())?;
        Some(("http.sslCAInfo", self.expand_home(file)))
    }

    /// Whether the host's certificate is checked.
    pub(crate) fn verify(&self, url: &str) -> bool {
        let configured = self.http(url, "sslverify").pop();
        !self.is_set("GIT_SSL_NO_VERIFY") && !configured.is_some_and(is_off)
    }

    /// Header lines that are sent with each request to `url`. An empty value clears those before it.
    pub(crate) fn extra_headers(&self, url: &str) -> Vec<&str> {
        let mut headers = Vec::new();
        for value in self.http(url, "extraheader") {
            if value.is_empty() { headers.clear() } else { headers.push(value) }
        }
        headers
    }

    /// The proxy on the way to `url`.
    pub(crate) fn proxy(&self, url: &str) -> Option<Proxy> {
        proxy::proxy(self, url)
    }

    /// What stands for ssh, in Git's own order.
    pub(crate) fn ssh(&self) -> Ssh<'_> {
        let command = self.env("GIT_SSH_COMMAND").or_else(|| self.last("core", "sshcommand"));
        command.map_or_else(|| Ssh::Program(self.env("GIT_SSH").unwrap_or("ssh")), Ssh::Command)
    }

    /// How that program takes its arguments: `GIT_SSH_VARIANT`, `ssh.variant`.
    pub(crate) fn ssh_variant(&self) -> Option<&str> {
        self.env("GIT_SSH_VARIANT").or_else(|| self.last("ssh", "variant"))
    }

    fn last(&self, section: &str, key: &str) -> Option<&str> {
        let counts =
            |entry: &&Entry| entry.section == section && entry.subsection.is_none() && entry.key == key;
        self.entries.iter().rfind(counts).map(|entry| entry.value.as_str())
    }

    /// What the user ignores in every repository.
    pub(crate) fn excludes_file(&self) -> Option<PathBuf> {
        self.core_file("excludesfile").or_else(|| self.in_config_home("ignore"))
    }

    /// The attributes the user gives to files of every repository.
    pub(crate) fn attributes_file(&self) -> Option<PathBuf> {
        self.core_file("attributesfile").or_else(|| self.in_config_home("attributes"))
    }

    /// How line ends are to be, which changes what counts as changed: `core.autocrlf` and `core.eol`.
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

    /// The environment for `ssh` and `git upload-pack`.
    pub(crate) fn environment(&self) -> &BTreeMap<OsString, OsString> {
        &self.env
    }

    /// Whether a variable is there, whatever it says.
    fn is_set(&self, name: &str) -> bool {
        self.env.contains_key(&OsString::from(name))
    }

    /// A variable; an empty one counts as unset.
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
