use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use cluster_spec::RepoUrl;
use gix::config::Source;

use super::entries::{Entry, GitConfig, is_off};
use super::include::ForClone;
use crate::GitError;

/// The files of the system's configuration, if `GIT_CONFIG_SYSTEM` names no other.
const SYSTEM_FILES: [&str; 3] = ["/etc/gitconfig", "/opt/homebrew/etc/gitconfig", "/usr/local/etc/gitconfig"];

/// The used sections.
const SECTIONS: [&str; 6] = ["http", "url", "credential", "core", "ssh", "protocol"];

/// Git's own limit on files that include files.
const DEEPEST: usize = 10;

/// Variables of Git for another repository, which `ssh` and `git upload-pack` must not get.
const KEPT_BACK: [&str; 7] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
];

impl GitConfig {
    /// Reads the user's and the system's configuration for a `git clone` of `url` into the folder `copy`, with the
    /// files included for that URL or folder.
    ///
    /// `env` is the environment without credentials of other programs. It names the files (`HOME`, `XDG_CONFIG_HOME`,
    /// `GIT_CONFIG_GLOBAL`, `GIT_CONFIG_SYSTEM`, `GIT_CONFIG_NOSYSTEM`) and has further settings (`GIT_CONFIG_COUNT`,
    /// `GIT_CONFIG_PARAMETERS`, `GIT_SSH_COMMAND`, `GIT_SSL_CAINFO`, proxies). ssh gets the same environment.
    ///
    /// # Errors
    /// A file can't be read or parsed.
    pub fn read(env: &BTreeMap<OsString, OsString>, copy: &Path, url: &RepoUrl) -> Result<Self, GitError> {
        let var = |name: &str| env.get(OsStr::new(name)).filter(|value| !value.is_empty());
        let home = var("HOME").map(PathBuf::from);
        let clone = ForClone { url: url.as_str(), git_dir: copy.join(".git"), home: home.as_deref() };
        let mut entries = Vec::new();
        for (path, source) in files(&var, home.as_deref()) {
            entries.extend(read_file(&path, source, 0, &clone)?);
        }
        for entry in super::parameters::read(env)? {
            let included = included(&entry.section, entry.subsection.as_deref(), None, &clone);
            match entry.key == "path" && included {
                true => entries.extend(read_included(&entry.value, None, Source::Cli, 0, &clone)?),
                false => entries.extend(Some(entry).filter(counts)),
            }
        }
        let machines = super::elsewhere::machines(home.as_deref());
        let env = env.iter().filter(|(name, _)| !KEPT_BACK.iter().any(|kept| name.as_os_str() == *kept));
        let env = env.map(|(name, value)| (name.clone(), value.clone())).collect();
        Ok(Self { entries, env, machines })
    }
}

fn counts(entry: &Entry) -> bool {
    SECTIONS.contains(&entry.section.as_str())
}

fn files<'a>(var: &dyn Fn(&str) -> Option<&'a OsString>, home: Option<&Path>) -> Vec<(PathBuf, Source)> {
    let mut files = Vec::new();
    match (
        var("GIT_CONFIG_NOSYSTEM").is_some_and(|value| !value.to_str().is_some_and(is_off)),
        var("GIT_CONFIG_SYSTEM"),
    ) {
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

/// Returns the entries of a file, with the entries of included files at the place of the `include`. A missing file has
/// no entries.
fn read_file(
    path: &Path,
    source: Source,
    depth: usize,
    clone: &ForClone<'_>,
) -> Result<Vec<Entry>, GitError> {
    if !path.is_file() {
        return Ok(Vec::new());
    }
    if depth > DEEPEST {
        let detail = format!("{}: more than {DEEPEST} levels of included files", path.display());
        return Err(GitError::Config { detail });
    }
    // The parser's message can repeat a part of a secret line, so the error only names the file.
    let error = |_| GitError::Config { detail: format!("{} can't be read or parsed", path.display()) };
    let file = gix::config::File::from_path_no_includes(path.to_path_buf(), source).map_err(error)?;
    let mut entries = Vec::new();
    for section in file.sections() {
        let name = section.header().name().to_string();
        let subsection = section.header().subsection_name().map(|name| name.to_string());
        if included(&name, subsection.as_deref(), Some(path), clone) {
            for included in section.values("path") {
                entries.extend(read_included(&included.to_string(), Some(path), source, depth, clone)?);
            }
        }
        entries.extend(section_entries(&section));
    }
    Ok(entries)
}

/// True if a section is an `include`, or an `includeIf` with a met condition.
fn included(section: &str, subsection: Option<&str>, file: Option<&Path>, clone: &ForClone<'_>) -> bool {
    match subsection {
        None => section.eq_ignore_ascii_case("include"),
        Some(condition) => section.eq_ignore_ascii_case("includeIf") && clone.meets(condition, file),
    }
}

fn read_included(
    path: &str,
    file: Option<&Path>,
    source: Source,
    depth: usize,
    clone: &ForClone<'_>,
) -> Result<Vec<Entry>, GitError> {
    clone.path(path, file).map_or_else(|| Ok(Vec::new()), |path| read_file(&path, source, depth + 1, clone))
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
            // A `key` without `=` means true.
            entries.push(entry(key, "true".to_owned()));
        }
        entries.extend(values.into_iter().map(|value| entry(key, value.to_string())));
    }
    entries
}
