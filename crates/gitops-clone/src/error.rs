use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use advice::Diagnostic;
use thiserror::Error;
use transport::{ProxyProblem, TlsProblem};

use crate::Leads;
use crate::error_words::{
    after, asks_to_wait, attempts, busy, host_detail, of_user, or_hidden, refs, settings, so_far, some,
    titled,
};
use crate::traffic::Received;
use crate::words::chain;

/// A failure to read a repository, or to update its working copy. Every text is safe to show: it holds no password, no
/// key, and no URL with a password.
#[derive(Debug, Error, Diagnostic)]
pub enum GitError {
    /// The run is cancelled.
    #[error("{doing}: interrupted")]
    #[code("GIT-001")]
    #[hint("run the same command again: it continues where it ended")]
    Stopped {
        /// The interrupted work, from a verb on: `fetch … of …`.
        doing: String,
    },
    /// Work on the local file system exceeds its time limit.
    #[error("{doing}: not finished within {} s", limit.as_secs())]
    #[code("GIT-002")]
    #[hint("check that the file system of the working copy answers, then run the same command again")]
    TimedOut {
        /// The unfinished work, from a verb on: `update …`.
        doing: String,
        /// The time limit.
        limit: Duration,
    },
    /// The Git host sends nothing for as long as `--fetch-timeout` allows.
    #[error(
        "{doing}: no data received for {} s{}{}",
        limit.as_secs_f32(),
        so_far(received),
        host_detail(detail)
    )]
    #[code("GIT-003")]
    #[hint("check the network and the Git host, or allow a longer silence with --fetch-timeout")]
    Silent {
        /// The unfinished work, from a verb on: `fetch … of …`.
        doing: String,
        /// The limit on silence.
        limit: Duration,
        /// The data received before the silence.
        received: Received,
        /// The last line of the connecting program (`ssh`) on standard error.
        detail: Option<String>,
    },

    /// A URL of the Git configuration (`insteadOf`) is invalid.
    #[error("use {what}: {reason}")]
    #[code("GIT-004")]
    #[hint(
        "correct that URL in the Git configuration or in gitops.repo_url; this command shows its file:",
        run("git config --show-origin --get-regexp 'url|proxy'")
    )]
    BadUrl {
        /// The setting, or the URL itself.
        what: String,
        /// The fault of the URL.
        reason: String,
    },
    /// The credentials would cross the network in clear text.
    #[error("send credentials to {url}: plain http does not encrypt them")]
    #[code("GIT-005")]
    #[hint("use an https URL, or allow plain http with --allow-insecure-http")]
    InsecureLogin {
        /// The URL with `http://`.
        url: String,
    },
    /// A Git configuration file can't be read.
    #[error("read the Git configuration: {detail}")]
    #[code("GIT-006")]
    #[hint(
        "correct the named file or variable; this command fails for the same reason:",
        run("git config --list --show-origin")
    )]
    Config {
        /// The file or variable, and its fault.
        detail: String,
    },
    /// The file with the CA certificates can't be used.
    #[error("read the CA certificates of `{setting}` from {path}: {detail}", path = path.display())]
    #[code("GIT-007")]
    #[hint("set {setting} to a file of PEM certificates")]
    CaFile {
        /// The setting that names the file: `http.sslCAInfo`, `GIT_SSL_CAINFO`.
        setting: String,
        /// The file.
        path: PathBuf,
        /// The fault of the file.
        detail: String,
    },

    /// The name of the Git host does not resolve.
    #[error("reach {host}: the host name does not resolve")]
    #[code("GIT-008")]
    #[hint("check the host name, DNS, and HTTPS_PROXY/NO_PROXY or Git's http.proxy")]
    Dns {
        /// The host, with its port if the URL has one.
        host: String,
    },
    /// No program listens on the port of the Git host.
    #[error("reach {host}: connection refused")]
    #[code("GIT-009")]
    #[hint("check host and port, and that the Git host is up")]
    Refused {
        /// The host, with its port if the URL has one.
        host: String,
    },
    /// `gitops.repo_url` begins with `http://`, and the port does not answer in HTTP.
    #[error("reach {host}: the answer is not HTTP; the port seems to speak TLS")]
    #[code("GIT-010")]
    #[hint("if that port speaks TLS, write gitops.repo_url with https:// in cluster.yaml")]
    WantsTls {
        /// The host, with its port if the URL has one.
        host: String,
    },
    /// The network fails in another manner.
    #[error("reach {host}: {detail}")]
    #[code("GIT-011")]
    #[hint("check the network, and HTTPS_PROXY/NO_PROXY or Git's http.proxy")]
    Unreachable {
        /// The host, with its port if the URL has one.
        host: String,
        /// The error of the network.
        detail: String,
    },
    /// The proxy does not connect to the Git host.
    #[error("reach {host}: the proxy {proxy} failed: {problem}")]
    #[code("GIT-012")]
    #[hint(then(problem.advice(origin, &settings(host))))]
    #[fix("follow the fix of the proxy problem in the message (PROXY-001 to PROXY-010)")]
    Proxy {
        /// The host, with its port if the URL has one.
        host: String,
        /// The proxy without its credentials, and its setting.
        proxy: String,
        /// The setting that names the proxy.
        origin: String,
        /// The problem of the proxy.
        problem: ProxyProblem,
    },
    /// The TLS handshake fails: the certificate is not trusted, or both sides have no protocol in common.
    #[error("connect to {host} over TLS: {problem}")]
    #[code("GIT-013")]
    #[hint(then(problem.advice(&settings(host))))]
    #[fix("follow the fix of the TLS problem in the message (TLS-001 to TLS-022)")]
    Tls {
        /// The host, with its port if the URL has one.
        host: String,
        /// The problem of the handshake.
        problem: TlsProblem,
    },

    /// The Git host requires credentials, and no source has any.
    #[error("read {url}: the Git host requires credentials, and none were found{}", host_detail(detail))]
    #[code("GIT-014")]
    #[hint(say(
        "set GITOPS_REPO_USERNAME and GITOPS_REPO_PASSWORD, or use Vault or a git credential helper{}",
        after(elsewhere, "; this program ignores")
    ))]
    NoLogin {
        /// The repository.
        url: String,
        /// The host's own message.
        detail: Option<String>,
        /// The credentials that Git finds, and that neither this program nor Argo CD uses, by their names.
        elsewhere: Vec<String>,
    },
    /// The only credentials are in `http.extraHeader`, which Argo CD does not read.
    #[error(
        "read {url} as Argo CD does: the Git host requires credentials; only {setting} has them, \
         which Argo CD does not read{}",
        host_detail(detail)
    )]
    #[code("GIT-015")]
    #[hint(
        "set GITOPS_REPO_USERNAME and GITOPS_REPO_PASSWORD, or use Vault: Argo CD gets these credentials too"
    )]
    LoginInHeader {
        /// The repository.
        url: String,
        /// The name of the setting.
        setting: String,
        /// The host's answer to a request without the header.
        detail: Option<String>,
    },
    /// The Git host rejects the credentials.
    #[error(
        "read {url}: {host} rejects the credentials{} (HTTP {status}){}",
        of_user(user.as_deref()),
        host_detail(detail)
    )]
    #[code("GIT-016")]
    #[hint(
        when(*status == 403),
        "give these credentials permission to read the repository: check their scopes, and single sign-on \
         approval"
    )]
    #[hint("renew the password or token at its source")]
    LoginRefused {
        /// The repository.
        url: String,
        /// The host.
        host: String,
        /// The user name, if the credentials have one. It is no secret.
        user: Option<String>,
        /// The HTTP status: 401 or 403.
        status: u16,
        /// The host's own message.
        detail: Option<String>,
    },
    /// The SSH server rejects every key.
    #[error("read {url}: SSH authentication failed: {detail}")]
    #[code("GIT-017")]
    #[hint("check that the key has permission to read {url}, and that an ssh agent or Vault has the key")]
    SshRefused {
        /// The repository.
        url: String,
        /// The line of ssh on standard error.
        detail: String,
    },
    /// `GIT_SSH` names a program that does not accept OpenSSH options.
    #[error("read {url}: {program} (as ssh) does not accept OpenSSH options, and can't be given {what}")]
    #[code("GIT-018")]
    #[hint("set GIT_SSH_VARIANT=ssh if that program accepts OpenSSH options, else use GIT_SSH_COMMAND")]
    SshVariant {
        /// The repository.
        url: String,
        /// The program.
        program: String,
        /// The refused option: `a port`, `a key`.
        what: &'static str,
    },
    /// The SSH host key differs from the known key, or no key of the host is known.
    #[error("read {url}: the SSH host key is not verified: {detail}")]
    #[code("GIT-019")]
    #[hint("verify the host key, then add it to known_hosts: `ssh-keyscan HOST` prints it")]
    HostKey {
        /// The repository.
        url: String,
        /// The line of ssh on standard error.
        detail: String,
    },
    /// The repository does not exist, or the credentials have no permission to see it.
    #[error("read {url}: repository not found{}{}", or_hidden(*with_login), host_detail(detail))]
    #[code("GIT-020")]
    #[hint(
        when(*with_login),
        "check the URL, and that the credentials have permission to read this repository"
    )]
    #[hint("check the URL; a private repository gives the same answer if no credentials are sent")]
    NotFound {
        /// The repository.
        url: String,
        /// True if credentials were sent.
        with_login: bool,
        /// The host's own message.
        detail: Option<String>,
    },
    /// The Git host redirects to another URL. The credentials are not sent there.
    #[error("read {url}: the host redirects to {to}; credentials never follow a redirect")]
    #[code("GIT-021")]
    #[hint(when(*moved), "if the repository moved there, set gitops.repo_url to {to}")]
    #[hint(
        "{to} is no repository, but a page of a sign-in or a proxy; check the URL, the credentials and \
         HTTPS_PROXY/NO_PROXY:",
        run("curl -sSi {} | head -40", refs(url))
    )]
    Redirected {
        /// The repository.
        url: String,
        /// The target of the redirect: only scheme, host and path.
        to: String,
        /// True if the target is a Git repository, false if it is a page, for example a sign-in.
        moved: bool,
    },
    /// The Git host, or a gateway in front of it, is overloaded or down.
    #[error(
        "read {url}: {} (HTTP {status}) after {} in {} s{}{}",
        busy(*status),
        attempts(*asked),
        took.as_secs(),
        asks_to_wait(*wait),
        host_detail(detail)
    )]
    #[code("GIT-022")]
    #[hint(
        when(matches!(status, 429 | 403)),
        say(
            "run the same command again in {} s; most hosts allow more requests with credentials",
            wait.map_or(60, |wait| wait.as_secs())
        )
    )]
    #[hint("run the same command again when the Git host is up; a proxy in between can give this answer too")]
    Busy {
        /// The repository.
        url: String,
        /// The HTTP status.
        status: u16,
        /// The host's own message.
        detail: Option<String>,
        /// The number of attempts.
        asked: u32,
        /// The time of all attempts.
        took: Duration,
        /// The wait that the host requests (`Retry-After`).
        wait: Option<Duration>,
    },
    /// A web page answers: of a sign-in, a firewall or a proxy. The page is no verdict on the credentials.
    #[error("read {url}: a web page answers in place of the Git host (HTTP {status}{})", titled(title))]
    #[code("GIT-023")]
    #[hint(
        "find the server that sends the page:",
        run("curl -sSi {} | head -40", refs(url)),
        "sign-in page: give credentials (GITOPS_REPO_USERNAME and GITOPS_REPO_PASSWORD, or Vault). \
         Page of a firewall or proxy: check HTTPS_PROXY/NO_PROXY. Else check the URL"
    )]
    Page {
        /// The repository.
        url: String,
        /// The host.
        host: String,
        /// The HTTP status.
        status: u16,
        /// The title of the page.
        title: Option<String>,
    },
    /// The Git host answers with another HTTP status.
    #[error("read {url}: the host answers HTTP {status}{}", host_detail(detail))]
    #[code("GIT-024")]
    #[hint(
        when(matches!(status, 500..=599)),
        "wait until the Git host serves requests again, then run the same command again"
    )]
    #[hint(
        when(*status == 400 && url.starts_with("http://")),
        "if that port speaks TLS, write gitops.repo_url with https:// in cluster.yaml; else read the host's \
         answer:",
        run("curl -sSi {} | head -40", refs(url))
    )]
    #[hint("read the host's answer:", run("curl -sSi {} | head -40", refs(url)))]
    Http {
        /// The repository.
        url: String,
        /// The HTTP status.
        status: u16,
        /// The host's own message.
        detail: Option<String>,
    },
    /// The server behind the URL is no Git host.
    #[error("read {url}: the answer is not from a Git repository (smart HTTP): {because}")]
    #[code("GIT-025")]
    #[hint("check the URL: `git clone` must accept it")]
    NotGit {
        /// The URL.
        url: String,
        /// The sign that the answer is not from Git.
        because: String,
    },
    /// The repository uses an object format that this program does not support.
    #[error("read {url}: the repository uses the object format {format}, which is not supported")]
    #[code("GIT-026")]
    #[hint(
        "push the branch to a repository with SHA-1 objects (`git init --object-format=sha1`), and use it"
    )]
    ObjectFormat {
        /// The repository.
        url: String,
        /// The object format: `sha256`.
        format: String,
    },
    /// The Git host, or the Git protocol, fails in another manner.
    #[error("read {url}: {detail}")]
    #[code("GIT-027")]
    #[hint("try the same with Git, and run again if this command succeeds:", run("git ls-remote {}", url))]
    Remote {
        /// The repository.
        url: String,
        /// The error of the host or of the Git library.
        detail: String,
    },
    /// The program that connects to the repository (`ssh`, `git`) can't be started.
    #[error("read {url}")]
    #[code("GIT-028")]
    #[hint(of(source))]
    Program {
        /// The repository.
        url: String,
        /// The error of the program.
        source: child_process::ProcessError,
    },

    /// The repository has no branch, tag or ref of this name.
    #[error("find `{reference}` in {url}: no branch, tag or ref of this name")]
    #[code("GIT-029")]
    #[hint(say(
        "push that ref, or correct gitops.repo_ref in cluster.yaml{}",
        after(nearest, "; closest names")
    ))]
    NoSuchRef {
        /// The wanted ref.
        reference: String,
        /// The repository.
        url: String,
        /// The refs of the repository with the most similar names.
        nearest: Vec<String>,
    },
    /// The repository does not serve this commit.
    #[error("find commit {commit} in {url}: not in the repository, or the host does not serve commits by id")]
    #[code("GIT-030")]
    #[hint("push that commit, or set gitops.repo_ref to a branch or tag that contains it")]
    NoSuchCommit {
        /// The full commit id.
        commit: String,
        /// The repository.
        url: String,
    },
    /// The ref does not point to a commit.
    #[error("find `{reference}` in {url}: the ref points to a {kind}, not to a commit")]
    #[code("GIT-031")]
    #[hint("set gitops.repo_ref to a branch, or to a tag of a commit")]
    NotACommit {
        /// The wanted ref.
        reference: String,
        /// The repository.
        url: String,
        /// The kind of object: `tree` or `blob`.
        kind: String,
    },

    /// The path of a file leads through a symbolic link that can't be followed inside the repository.
    #[error("read {path} of commit {commit}: {link} is a symbolic link to `{target}`, {leads}")]
    #[code("GIT-032")]
    #[hint(
        "point {link} to a relative path inside the repository, or replace the link with a copy; then commit \
         and push"
    )]
    Link {
        /// The wanted path.
        path: String,
        /// The first characters of the commit id.
        commit: String,
        /// The path of the link.
        link: String,
        /// The target of the link.
        target: String,
        /// The destination of the link.
        leads: Leads,
    },
    /// The file is in a submodule, which is another repository.
    #[error("read {path} of commit {commit}: {submodule} is a submodule, which is not cloned")]
    #[code("GIT-033")]
    #[hint("move the files of {submodule} into the repository itself, then commit and push them")]
    InSubmodule {
        /// The wanted path.
        path: String,
        /// The first characters of the commit id.
        commit: String,
        /// The path of the submodule.
        submodule: String,
    },

    /// The commit has a path that no checkout writes: `.git` in any spelling, `..`, or an empty name.
    #[error("check out commit {commit}: path `{path}` can't be written: {why}")]
    #[code("GIT-034")]
    #[hint(
        "push a commit without that path; this command in a clone also reports an invalid name:",
        run("git fsck --full")
    )]
    UnusablePath {
        /// The first characters of the commit id.
        commit: String,
        /// The path.
        path: String,
        /// The fault of the path.
        why: String,
    },

    /// The cache of fetched objects can't be used.
    #[error("use the Git cache {path}: {detail}", path = path.display())]
    #[code("GIT-035")]
    #[hint("delete the cache; the next run fills a new one:", run("rm -r {}", path))]
    Cache {
        /// The cache.
        path: PathBuf,
        /// The error of the Git library.
        detail: String,
    },
    /// The working copy has changes of a user. They are kept.
    #[error("update {dir}: uncommitted changes in {}", some(paths), dir = dir.display())]
    #[code("GIT-036")]
    #[hint(
        "commit and push the changes, delete ",
        inline("{}", dir),
        ", or stash the changes:",
        run("git -C {} stash --include-untracked", dir)
    )]
    Dirty {
        /// The working copy.
        dir: PathBuf,
        /// The changed paths.
        paths: Vec<String>,
    },
    /// The folder exists, but is no Git working copy. The folder is kept.
    #[error("update {dir}: the path exists and is not a Git working copy", dir = dir.display())]
    #[code("GIT-037")]
    #[hint("rename that path:", run("mv {} {}.old", dir, dir))]
    NotARepository {
        /// The folder.
        dir: PathBuf,
    },
    /// The working copy is at a commit that neither this program nor a fetch checked out. The commit is kept.
    #[error(
        "update {dir}: HEAD is at commit {commit}, which is on no remote branch and from no earlier run",
        dir = dir.display()
    )]
    #[code("GIT-038")]
    #[hint("push that commit, or rename the folder:", run("mv {} {}.old", dir, dir))]
    ForeignCommit {
        /// The working copy.
        dir: PathBuf,
        /// The commit of HEAD.
        commit: String,
    },
    /// The folder of the working copy is a symbolic link.
    #[error("use {dir}: the folder is a symbolic link to {to}", dir = dir.display(), to = to.display())]
    #[code("GIT-039")]
    #[hint("remove the link:", run("rm {}", dir))]
    Symlink {
        /// The folder.
        dir: PathBuf,
        /// The target of the link.
        to: PathBuf,
    },
    /// The working copy can't be read or written.
    #[error("{doing} {path}: {detail}", path = path.display())]
    #[code("GIT-040")]
    #[hint(
        "check that path; if it is the working copy, rename it, and the next run creates a new one:",
        run("ls -la {}", path)
    )]
    WorkingCopy {
        /// The failed work, a verb: `update`.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The error of the Git library.
        detail: String,
    },
    /// The file system refuses: it is full, read-only or broken, or this user has no permission.
    #[error("{doing} {}: {}", path.display(), disk::explain(source, path))]
    #[code("GIT-041")]
    #[hint(disk(&disk::explain(source, path)))]
    Disk {
        /// The failed work, a verb: `update`.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The error of the file system.
        source: io::Error,
    },
    /// The Git cache can't be locked. The usual cause is a file system without locks.
    #[error("lock the Git cache {}: {}", path.display(), disk::explain_lock(source, path))]
    #[code("GIT-042")]
    #[hint(disk(&disk::explain_lock(source, path)))]
    Lock {
        /// The lock file.
        path: PathBuf,
        /// The error of the file system.
        source: io::Error,
    },
    /// The file system refuses. The error of the file system names the path.
    #[error("{doing}")]
    #[code("GIT-043")]
    #[hint(disk(&disk::explain_io(source)))]
    Io {
        /// The failed work, from a verb on: `write the working copy`.
        doing: &'static str,
        /// The error of the file system.
        source: io::Error,
    },
}

impl GitError {
    /// Makes an error of the file system into an error of this crate.
    pub(crate) fn io(doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { doing, source }
    }

    /// Makes an error of gix about a working copy into an error of this crate.
    pub(crate) fn working_copy(doing: &'static str, path: &Path, error: &gix::Error) -> Self {
        Self::disk(doing, path, error).unwrap_or_else(|| Self::WorkingCopy {
            doing,
            path: path.to_owned(),
            detail: chain(error),
        })
    }

    /// Returns the error of a file system that `error` wraps, if any.
    pub(crate) fn disk(
        doing: &'static str,
        path: &Path,
        error: &(dyn std::error::Error + 'static),
    ) -> Option<Self> {
        Some(Self::Disk { doing, path: path.to_owned(), source: disk::copied(error)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_any_name_is_one_word_of_its_command() {
        let hint = GitError::NotARepository { dir: "/it's $(id)".into() }.hint().unwrap().to_string();
        assert_eq!(hint, "rename that path:\nmv '/it'\\''s $(id)' '/it'\\''s $(id)'.old");
        let hint = GitError::NotARepository { dir: "/a".into() }.hint().unwrap().to_string();
        assert_eq!(hint, "rename that path:\nmv /a /a.old");
    }
}
