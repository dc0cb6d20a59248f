use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use gix::config::Source;
use gix::config::file::Metadata;
use gix::config::file::{includes, init};
use gix::config::path::interpolate;

use super::{Entry, GitConfig};
use crate::GitError;

/// Where the system's configuration is, beside what `GIT_CONFIG_SYSTEM` says.
const SYSTEM_FILES: [&str; 3] = ["/etc/gitconfig", "/opt/homebrew/etc/gitconfig", "/usr/local/etc/gitconfig"];

/// What counts here.
const SECTIONS: [&str; 4] = ["http", "url", "credential", "core"];

/// Variables that `ssh` and `git upload-pack` have no business with: logins of others, and another repository's.
const KEPT_BACK: [&str; 10] = [
    "VAULT_TOKEN",
    "GITOPS_REPO_PASSWORD",
    "GITOPS_REPO_PAT",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
];

impl GitConfig {
    /// Reads the user's and the system's configuration, included files too. `env` is the whole environment: it says
    /// where the files are (`HOME`, `XDG_CONFIG_HOME`, `GIT_CONFIG_GLOBAL`, `GIT_CONFIG_SYSTEM`, `GIT_CONFIG_NOSYSTEM`,
    /// `GIT_CONFIG_COUNT`), holds settings of its own (`GIT_SSH_COMMAND`, `GIT_SSL_CAINFO`, proxies), and is what ssh
    /// gets. `near` is the working copy's folder, for `includeIf "gitdir:…"`.
    ///
    /// # Errors
    /// A file that can't be read or parsed.
    pub fn read(env: &BTreeMap<OsString, OsString>, near: &Path) -> Result<Self, GitError> {
        let var = |name: &str| env.get(OsStr::new(name)).filter(|value| !value.is_empty());
        let home = var("HOME").map(PathBuf::from);
        let git_dir = near.join(".git");
        let options = init::Options {
            includes: includes::Options::follow(
                interpolate::Context { home_dir: home.as_deref(), ..Default::default() },
                includes::conditional::Context { git_dir: Some(&git_dir), branch_name: None },
            ),
            lossy: true,
            ignore_io_errors: false,
        };
        let mut entries = Vec::new();
        for (path, source) in files(&var, home.as_deref()) {
            if path.is_file() {
                entries.extend(read_file(&path, source, options)?);
            }
        }
        entries.extend(from_count(env));
        let env = env.iter().filter(|(name, _)| !KEPT_BACK.iter().any(|kept| name.as_os_str() == *kept));
        Ok(Self { entries, env: env.map(|(name, value)| (name.clone(), value.clone())).collect() })
    }
}

fn files<'a>(var: &dyn Fn(&str) -> Option<&'a OsString>, home: Option<&Path>) -> Vec<(PathBuf, Source)> {
    let mut files = Vec::new();
    match (var("GIT_CONFIG_NOSYSTEM").is_some_and(|value| value != "0"), var("GIT_CONFIG_SYSTEM")) {
        (true, _) => {}
        (false, Some(file)) => files.push((file.into(), Source::System)),
        (false, None) => files.extend(SYSTEM_FILES.map(|file| (file.into(), Source::System))),
    }
    if let Some(file) = var("GIT_CONFIG_GLOBAL") {
        files.push((file.into(), Source::User));
        return files;
    }
    let xdg = var("XDG_CONFIG_HOME").map(PathBuf::from).or_else(|| Some(home?.join(".config")));
    files.extend(xdg.map(|folder| (folder.join("git/config"), Source::Git)));
    files.extend(home.map(|home| (home.join(".gitconfig"), Source::User)));
    files
}

fn read_file(path: &Path, source: Source, options: init::Options<'_>) -> Result<Vec<Entry>, GitError> {
    // What the parser says may repeat a piece of a secret line: the place alone is told.
    let error = |_| GitError::Config {
        said: format!("{} (or a file it includes) can't be read or parsed", path.display()),
    };
    let metadata = Metadata::from(source).at(path);
    let file = gix::config::File::from_paths_metadata([metadata], options).map_err(error)?;
    Ok(file.iter().flat_map(|file| file.sections()).flat_map(|section| section_entries(&section)).collect())
}

fn section_entries(section: &gix::config::file::SectionRef<'_>) -> Vec<Entry> {
    let name = section.header().name().to_string().to_ascii_lowercase();
    if !SECTIONS.contains(&name.as_str()) {
        return Vec::new();
    }
    let subsection = section.header().subsection_name().map(|name| name.to_string());
    let mut keys: Vec<String> = section.value_names().map(|key| key.to_ascii_lowercase()).collect();
    keys.sort();
    keys.dedup();
    let entry = |key: &String, value: String| Entry {
        section: name.clone(),
        subsection: subsection.clone(),
        key: key.clone(),
        value,
    };
    let mut entries = Vec::new();
    for key in &keys {
        let values = section.values(key);
        if values.is_empty() {
            // `key` without `=` means true.
            entries.push(entry(key, "true".to_owned()));
        }
        entries.extend(values.into_iter().map(|value| entry(key, value.to_string())));
    }
    entries
}

/// `GIT_CONFIG_COUNT`, `GIT_CONFIG_KEY_<n>`, `GIT_CONFIG_VALUE_<n>`.
fn from_count(env: &BTreeMap<OsString, OsString>) -> Vec<Entry> {
    let var = |name: &str| env.get(OsStr::new(name)).and_then(|value| value.to_str());
    let count: usize = var("GIT_CONFIG_COUNT").and_then(|count| count.parse().ok()).unwrap_or(0);
    let entry = |index: usize| {
        let name = var(&format!("GIT_CONFIG_KEY_{index}"))?;
        let (section, rest) = name.split_once('.')?;
        let (subsection, key) = match rest.rsplit_once('.') {
            Some((subsection, key)) => (Some(subsection.to_owned()), key),
            None => (None, rest),
        };
        let value = var(&format!("GIT_CONFIG_VALUE_{index}"))?.to_owned();
        Some(Entry {
            section: section.to_ascii_lowercase(),
            subsection,
            key: key.to_ascii_lowercase(),
            value,
        })
    };
    (0..count.min(10_000))
        .filter_map(entry)
        .filter(|entry| SECTIONS.contains(&entry.section.as_str()))
        .collect()
}
