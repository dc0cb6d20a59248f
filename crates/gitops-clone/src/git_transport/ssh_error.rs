use cluster_spec::UrlKind;

use crate::GitError;

/// Tells apart what `ssh` and `git upload-pack` say on standard error.
pub(super) fn explain(kind: UrlKind, url: &str, said: &str, gix_said: &str) -> GitError {
    let url = url.to_owned();
    let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
    let line = || telling_line(said).unwrap_or(gix_said).to_owned();
    if has(&["Host key verification failed", "REMOTE HOST IDENTIFICATION HAS CHANGED"]) {
        return GitError::HostKey { url, said: line() };
    }
    if has(&["Permission denied", "Too many authentication failures"]) && kind == UrlKind::Ssh {
        return GitError::SshRefused { url, said: line() };
    }
    if has(&[
        "Repository not found",
        "does not appear to be a git repository",
        "No such file or directory",
        "not be found",
    ]) {
        return GitError::NotFound { url, with_login: kind == UrlKind::Ssh, said: None };
    }
    if has(&["Could not resolve hostname", "Name or service not known"]) {
        return GitError::Dns { host: host(&url) };
    }
    if has(&["Connection refused"]) {
        return GitError::Refused { host: host(&url) };
    }
    if has(&["Connection timed out", "Operation timed out", "Network is unreachable", "No route to host"]) {
        return GitError::Unreachable { host: host(&url), said: line() };
    }
    GitError::Remote { url, said: line() }
}

/// The line that says most: the first one of `fatal`, `ERROR`, or of ssh, else the last.
fn telling_line(said: &str) -> Option<&str> {
    let mut lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let telling = |line: &&str| {
        ["fatal:", "ERROR:", "Permission denied", "Host key"].iter().any(|word| line.contains(word))
    };
    lines.clone().find(telling).or_else(|| lines.next_back())
}

fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    rest.split(['/', ':']).next().unwrap_or_default().to_owned()
}
