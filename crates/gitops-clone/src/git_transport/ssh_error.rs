use cluster_spec::UrlKind;

use crate::GitError;

/// Returns the error for a message of `ssh` or `git upload-pack` on standard error.
pub(super) fn explain(kind: UrlKind, url: &str, detail: &str, gix_detail: &str) -> GitError {
    let url = url.to_owned();
    let has = |words: &[&str]| words.iter().any(|word| detail.contains(word));
    let line = || main_line(detail).unwrap_or(gix_detail).to_owned();
    if has(&["Host key verification failed", "REMOTE HOST IDENTIFICATION HAS CHANGED"]) {
        return GitError::HostKey { url, detail: line() };
    }
    if has(&["Permission denied", "Too many authentication failures"]) && kind == UrlKind::Ssh {
        return GitError::SshRefused { url, detail: line() };
    }
    if has(&[
        "Repository not found",
        "does not appear to be a git repository",
        "No such file or directory",
        "not be found",
    ]) {
        return GitError::NotFound { url, with_login: kind == UrlKind::Ssh, detail: None };
    }
    if has(&["Could not resolve hostname", "Name or service not known"]) {
        return GitError::Dns { host: host(&url) };
    }
    if has(&["Connection refused"]) {
        return GitError::Refused { host: host(&url) };
    }
    if has(&["Connection timed out", "Operation timed out", "Network is unreachable", "No route to host"]) {
        return GitError::Unreachable { host: host(&url), detail: line() };
    }
    GitError::Remote { url, detail: line() }
}

/// Returns the most useful line: the first one of `fatal`, `ERROR`, or of ssh, else the last.
fn main_line(detail: &str) -> Option<&str> {
    let mut lines = detail.lines().map(str::trim).filter(|line| !line.is_empty());
    let is_error = |line: &&str| {
        ["fatal:", "ERROR:", "Permission denied", "Host key"].iter().any(|word| line.contains(word))
    };
    lines.clone().find(is_error).or_else(|| lines.next_back())
}

fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    rest.split(['/', ':']).next().unwrap_or_default().to_owned()
}
