//! What a shell is offered to complete: the names of clusters and runs. Only files below `clusters/` are read for that.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use cluster_spec::Repository;
use secret::quoted;
use settings::variables;
use trace::History;

/// Completes the names of clusters.
pub fn clusters() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| candidates(all_clusters(), typed))
}

/// Completes the runs of the cluster that was typed, the newest first.
pub fn runs() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| candidates(all_runs(), typed))
}

/// Completes the codes of errors, checks and exits.
pub fn codes() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| {
        candidates(crate::catalogue::all().map(crate::catalogue::Topic::code).collect(), typed)
    })
}

fn candidates(names: Vec<String>, typed: &OsStr) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    // A shell would run what stands in another name: it is not offered.
    let is_plain = |name: &String| quoted(name) == *name;
    let fits = names.into_iter().filter(is_plain).filter(|name| name.starts_with(&*typed));
    fits.map(CompletionCandidate::new).collect()
}

fn all_clusters() -> Vec<String> {
    repository().map(|repository| repository.clusters()).unwrap_or_default()
}

fn all_runs() -> Vec<String> {
    let words: Vec<OsString> = std::env::args_os().collect();
    let folder = repository().and_then(|repository| {
        let named = |word: &OsString| repository.clusters().into_iter().find(|name| OsStr::new(name) == word);
        repository.folder(&words.iter().find_map(named)?).ok()
    });
    let runs = folder.and_then(|folder| History::new(folder.runs()).list().ok()).unwrap_or_default();
    runs.iter().map(|run| run.id.to_string()).collect()
}

/// By `--root` as typed, by its variable, or the nearest one.
#[expect(clippy::disallowed_methods, reason = "the binary is where the environment is read")]
fn repository() -> Option<Repository> {
    let words: Vec<OsString> = std::env::args_os().collect();
    let apart = words.windows(2).find(|pair| pair[0] == "--root").map(|pair| pair[1].clone());
    let joined = || words.iter().find_map(|word| Some(word.to_str()?.strip_prefix("--root=")?.into()));
    let variable = || std::env::var_os(variables::BITIQ_BOOTSTRAP_ROOT).filter(|root| !root.is_empty());
    crate::request::repository(apart.or_else(joined).or_else(variable).map(PathBuf::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_a_shell_would_read_otherwise_is_not_offered() {
        let names = ["prod", "prod$(touch x)", "prod a", "prod`id`", "staging/prod"].map(String::from);
        let offered = candidates(names.to_vec(), OsStr::new("prod"));
        let offered: Vec<_> = offered.iter().map(|it| it.get_value().to_owned()).collect();
        assert_eq!(offered, ["prod"]);
    }
}
