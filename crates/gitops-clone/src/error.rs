use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use advice::Diagnostic;
use thiserror::Error;
use transport::{ProxyProblem, TlsProblem};

use crate::Leads;
use crate::error_words::{
    after, asks_to_wait, busy, of_user, or_none, refs, said_by_host, settings, some, times, titled, what_came,
};
use crate::traffic::Received;
use crate::words::chain;

/// Why a repository could not be had. Every text here is safe to show: no login, no key, no URL with a password.
#[derive(Debug, Error, Diagnostic)]
pub enum GitError {
    /// The run was cancelled.
    #[error("{doing}: interrupted")]
    #[code("GIT-001")]
    #[hint("run the same command again: it continues where it ended")]
    Stopped {
        /// What was being done.
        doing: String,
    },
    /// It took too long.
    #[error("{doing}: no end within {} s", limit.as_secs())]
    #[code("GIT-002")]
    #[hint("check the host's name, the network, and HTTPS_PROXY/NO_PROXY or Git's http.proxy")]
    TimedOut {
        /// What was being done.
        doing: String,
        /// The limit.
        limit: Duration,
    },
    /// The other side sent nothing for as long as `--fetch-timeout` says.
    #[error("{doing}: nothing came for {} s{}{}", limit.as_secs_f32(), what_came(received), said_by_host(said))]
    #[code("GIT-003")]
    #[hint("check the network and the Git host, or wait longer for it with --fetch-timeout")]
    Silent {
        /// What was being done.
        doing: String,
        /// The limit on silence.
        limit: Duration,
        /// What came before.
        received: Received,
        /// What the program that talks to the host said on standard error.
        said: Option<String>,
    },

    /// A URL of the Git configuration (`insteadOf`, a proxy) that is none.
    #[error("use {what}: {reason}")]
    #[code("GIT-004")]
    #[hint(
        "correct that URL in the Git configuration or in gitops.repo_url; this shows where it is set:",
        run("git config --show-origin --get-regexp 'url|proxy'")
    )]
    BadUrl {
        /// Which one.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A login would go in clear text over the network.
    #[error("send a login to {url}: plain http shows it to everybody on the way")]
    #[code("GIT-005")]
    #[hint("use https, or accept it with --allow-insecure-http")]
    InsecureLogin {
        /// The URL.
        url: String,
    },
    /// A configuration file of Git that can't be read.
    #[error("read the Git configuration: {said}")]
    #[code("GIT-006")]
    #[hint(
        "correct the file that is named; Git fails at the same place:",
        run("git config --list --show-origin")
    )]
    Config {
        /// What is wrong, and where.
        said: String,
    },
    /// The file with the certificate authorities can't be used.
    #[error("read the certificate authorities of `{setting}` from {path}: {said}", path = path.display())]
    #[code("GIT-007")]
    #[hint("let it name a file of PEM certificates")]
    CaFile {
        /// The setting that names it.
        setting: String,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        said: String,
    },

    /// The host's name is unknown.
    #[error("reach {host}: its name is not known")]
    #[code("GIT-008")]
    #[hint("check the host's name, the network, and HTTPS_PROXY/NO_PROXY or Git's http.proxy")]
    Dns {
        /// Host, and port where it is given.
        host: String,
    },
    /// Nobody listens there.
    #[error("reach {host}: connection refused")]
    #[code("GIT-009")]
    #[hint("check host and port, and whether the Git host is up")]
    Refused {
        /// Host, and port where it is given.
        host: String,
    },
    /// `gitops.repo_url` begins with `http://`, and what answers is no HTTP.
    #[error("reach {host}: it does not answer in HTTP: it seems to speak TLS")]
    #[code("GIT-010")]
    #[hint("where that port speaks TLS, write gitops.repo_url with https:// in cluster.yaml")]
    WantsTls {
        /// Host, and port where it is given.
        host: String,
    },
    /// Any other network failure.
    #[error("reach {host}: {said}")]
    #[code("GIT-011")]
    #[hint("check the host's name, the network, and HTTPS_PROXY/NO_PROXY or Git's http.proxy")]
    Unreachable {
        /// Host, and port where it is given.
        host: String,
        /// What the network says.
        said: String,
    },
    /// The proxy does not do its part.
    #[error("reach {host}: the proxy {proxy} failed: {problem}")]
    #[code("GIT-012")]
    #[hint(then(problem.advice(origin, &settings(host))))]
    #[fix("as its cause says")]
    Proxy {
        /// Host, and port where it is given.
        host: String,
        /// The proxy, without its login, and where it came from.
        proxy: String,
        /// The setting that names it.
        origin: String,
        /// What went wrong.
        problem: ProxyProblem,
    },
    /// No TLS connection came about: the host's certificate is not trusted, or the two sides do not agree.
    #[error("connect to {host} securely: {problem}")]
    #[code("GIT-013")]
    #[hint(then(problem.advice(&settings(host))))]
    #[fix("as its cause says")]
    Tls {
        /// Host, and port where it is given.
        host: String,
        /// Why.
        problem: TlsProblem,
    },

    /// No login was given, and the host wants one.
    #[error("read {url}: the host wants a login, and there is none{}", said_by_host(said))]
    #[code("GIT-014")]
    #[hint(say(
        "give one: GITOPS_REPO_USERNAME and GITOPS_REPO_PASSWORD, Vault, or a git credential helper{}",
        after(elsewhere, "; not used here")
    ))]
    NoLogin {
        /// The repository.
        url: String,
        /// The host's own words.
        said: Option<String>,
        /// Where Git would find a login that neither this program nor Argo CD uses.
        elsewhere: Vec<String>,
    },
    /// The only login is in `http.extraHeader`, which Argo CD does not have.
    #[error(
        "read {url} as Argo CD does: the host wants a login, and the only one is in {setting}, which Argo CD does not have{}",
        said_by_host(said)
    )]
    #[code("GIT-015")]
    #[hint("give the login to Argo CD too: GITOPS_REPO_USERNAME and GITOPS_REPO_PASSWORD, or Vault")]
    LoginInHeader {
        /// The repository.
        url: String,
        /// The name of the setting.
        setting: String,
        /// What the host says to a request without it.
        said: Option<String>,
    },
    /// The host does not accept the login.
    #[error("read {url}: {host} refuses the login{} (HTTP {status}){}", of_user(user.as_deref()), said_by_host(said))]
    #[code("GIT-016")]
    #[hint(
        when(*status == 403),
        "the login is known but may not read this repository: check its scopes, and single sign-on approval"
    )]
    #[hint("renew the password or token where it comes from")]
    LoginRefused {
        /// The repository.
        url: String,
        /// The host.
        host: String,
        /// The user name, where the login has one: no secret.
        user: Option<String>,
        /// 401 or 403.
        status: u16,
        /// The host's own words.
        said: Option<String>,
    },
    /// ssh was refused.
    #[error("read {url}: ssh is refused: {said}")]
    #[code("GIT-017")]
    #[hint("check that the key may read {url}, and that an ssh agent or Vault has it")]
    SshRefused {
        /// The repository.
        url: String,
        /// What ssh says.
        said: String,
    },
    /// `GIT_SSH` names a program that does not take the options of OpenSSH.
    #[error("read {url}: {program} (as ssh) does not take the options of OpenSSH, and can't be given {what}")]
    #[code("GIT-018")]
    #[hint(
        "set GIT_SSH_VARIANT=ssh where that program takes the options of OpenSSH, else use GIT_SSH_COMMAND"
    )]
    SshVariant {
        /// The repository.
        url: String,
        /// The program.
        program: String,
        /// `a port`, `a key`
        what: &'static str,
    },
    /// The host's key is not the known one, or there is no known one.
    #[error("read {url}: the host's ssh key is not known to be its own: {said}")]
    #[code("GIT-019")]
    #[hint("add the host's key to known_hosts once it is checked: `ssh-keyscan HOST`")]
    HostKey {
        /// The repository.
        url: String,
        /// What ssh says.
        said: String,
    },
    /// No such repository, or none that may be seen with this login.
    #[error("read {url}: no such repository{}{}", or_none(*with_login), said_by_host(said))]
    #[code("GIT-020")]
    #[hint(when(*with_login), "check the URL, and that the login may read this repository")]
    #[hint("check the URL; a private repository answers like this where no login is sent")]
    NotFound {
        /// The repository.
        url: String,
        /// Whether a login was sent.
        with_login: bool,
        /// The host's own words.
        said: Option<String>,
    },
    /// The host points elsewhere. Nothing follows it: the login would go there.
    #[error("read {url}: the host redirects to {to}, and a login never follows a redirect")]
    #[code("GIT-021")]
    #[hint(when(*moved), "if it moved there, write that into gitops.repo_url: {to}")]
    #[hint(
        "no repository is there: a sign-in page, or a proxy's; check the URL, the login, and HTTPS_PROXY/NO_PROXY:",
        run("curl -sSi {} | head -40", refs(url))
    )]
    Redirected {
        /// The repository.
        url: String,
        /// Where to: no more than scheme, host and path.
        to: String,
        /// Whether a repository of Git is asked for there; else it is a page, as for signing in.
        moved: bool,
    },
    /// The host, or a gateway before it, can't answer now.
    #[error("read {url}: {} (HTTP {status}), asked {asked} {} in {} s{}{}", busy(*status), times(*asked), took.as_secs(), asks_to_wait(*wait), said_by_host(said))]
    #[code("GIT-022")]
    #[hint(
        when(matches!(status, 429 | 403)),
        say(
            "run the same command again in {} s; with a login most hosts allow more requests",
            wait.map_or(60, |wait| wait.as_secs())
        )
    )]
    #[hint("run the same command again once the Git host is well; a proxy on the way answers so too")]
    Busy {
        /// The repository.
        url: String,
        /// The status.
        status: u16,
        /// The host's own words.
        said: Option<String>,
        /// How often it was asked.
        asked: u32,
        /// For how long.
        took: Duration,
        /// How long it asks to wait (`Retry-After`).
        wait: Option<Duration>,
    },
    /// A web page came: a sign-in page, a firewall's, a proxy's. It says nothing about the login.
    #[error("read {url}: a web page answers in place of the Git host (HTTP {status}{})", titled(title))]
    #[code("GIT-023")]
    #[hint(
        "see whose page it is:",
        run("curl -sSi {} | head -40", refs(url)),
        "a sign-in page: give a login (GITOPS_REPO_USERNAME and GITOPS_REPO_PASSWORD, or Vault); a firewall's or proxy's: check HTTPS_PROXY/NO_PROXY; else check the URL"
    )]
    Page {
        /// The repository.
        url: String,
        /// The host.
        host: String,
        /// The status.
        status: u16,
        /// The title of the page.
        title: Option<String>,
    },
    /// Any other answer of the host.
    #[error("read {url}: the host answers HTTP {status}{}", said_by_host(said))]
    #[code("GIT-024")]
    #[hint(
        when(matches!(status, 500..=599)),
        "wait until the Git host serves requests again, then run again"
    )]
    #[hint(
        when(*status == 400 && url.starts_with("http://")),
        "that port may speak TLS: write gitops.repo_url with https:// in cluster.yaml; see what the host answers:",
        run("curl -sSi {} | head -40", refs(url))
    )]
    #[hint("see what the host answers:", run("curl -sSi {} | head -40", refs(url)))]
    Http {
        /// The repository.
        url: String,
        /// The status.
        status: u16,
        /// The host's own words.
        said: Option<String>,
    },
    /// What answers there is no Git host.
    #[error("read {url}: what answers there is no Git repository (smart HTTP): {because}")]
    #[code("GIT-025")]
    #[hint("check the URL: it must be the one that `git clone` takes")]
    NotGit {
        /// The URL.
        url: String,
        /// What shows it.
        because: String,
    },
    /// The repository names its objects in a way that is not supported here.
    #[error("read {url}: the repository uses the object format {format}, which is not supported")]
    #[code("GIT-026")]
    #[hint(
        "use a repository with SHA-1 objects (`git init --object-format=sha1`), and push the branch there"
    )]
    ObjectFormat {
        /// The repository.
        url: String,
        /// `sha256`
        format: String,
    },
    /// The other side, or the protocol, failed in another way.
    #[error("read {url}: {said}")]
    #[code("GIT-027")]
    #[hint("try the same by hand, and run again where it passes:", run("git ls-remote {}", url))]
    Remote {
        /// The repository.
        url: String,
        /// What went wrong.
        said: String,
    },
    /// A program that is needed to reach the repository can't be started.
    #[error("read {url}")]
    #[code("GIT-028")]
    #[hint(of(source))]
    Program {
        /// The repository.
        url: String,
        /// Why.
        source: child_process::ProcessError,
    },

    /// The repository has no such branch, tag or reference.
    #[error("find `{reference}` in {url}: no such branch, tag or reference")]
    #[code("GIT-029")]
    #[hint(say(
        "push it, or correct gitops.repo_ref in cluster.yaml{}",
        after(nearest, "; the nearest there are")
    ))]
    NoSuchRef {
        /// What was looked for.
        reference: String,
        /// The repository.
        url: String,
        /// What it has that is named most like it.
        nearest: Vec<String>,
    },
    /// The repository does not give this commit.
    #[error("find commit {commit} in {url}: the repository does not have it, or does not give it by its id")]
    #[code("GIT-030")]
    #[hint("push it, or name a branch or tag that holds it")]
    NoSuchCommit {
        /// The full id.
        commit: String,
        /// The repository.
        url: String,
    },
    /// The reference does not lead to a commit.
    #[error("find `{reference}` in {url}: it leads to a {kind}, not to a commit")]
    #[code("GIT-031")]
    #[hint("let gitops.repo_ref name a branch, or a tag of a commit")]
    NotACommit {
        /// What was looked for.
        reference: String,
        /// The repository.
        url: String,
        /// `tree` or `blob`.
        kind: String,
    },

    /// A file of the commit is reached through a symbolic link that can't be followed inside the repository.
    #[error("read {path} of commit {commit}: {link} is a symbolic link to `{target}`, {leads}")]
    #[code("GIT-032")]
    #[hint(
        "point {link} at a relative path inside the repository, or put a copy in its place; then commit and push it"
    )]
    Link {
        /// What was to be read.
        path: String,
        /// The commit, its first characters.
        commit: String,
        /// The link.
        link: String,
        /// What the link holds.
        target: String,
        /// Where it leads.
        leads: Leads,
    },
    /// A file of the commit lies in a submodule, which is another repository.
    #[error("read {path} of commit {commit}: {submodule} is a submodule, which is not cloned")]
    #[code("GIT-033")]
    #[hint("move the files of {submodule} into the repository itself, then commit and push them")]
    InSubmodule {
        /// What was to be read.
        path: String,
        /// The commit, its first characters.
        commit: String,
        /// The submodule.
        submodule: String,
    },

    /// The commit holds a path that no checkout writes: `.git` in some spelling, `..`, or an empty name.
    #[error("check out commit {commit}: its path `{path}` can't be written: {why}")]
    #[code("GIT-034")]
    #[hint(
        "push a commit without that path; where its name is at fault, this names it in a clone too:",
        run("git fsck --full")
    )]
    UnusablePath {
        /// The commit, its first characters.
        commit: String,
        /// The path.
        path: String,
        /// What is wrong with it.
        why: String,
    },

    /// The cache of fetched objects can't be used.
    #[error("use the Git cache {path}: {said}", path = path.display())]
    #[code("GIT-035")]
    #[hint("delete it, it is only a cache:", run("rm -r {}", path))]
    Cache {
        /// The cache.
        path: PathBuf,
        /// What is wrong.
        said: String,
    },
    /// The working copy has changes of somebody else: it is not touched.
    #[error("update {dir}: it has changes that are not committed: {}", some(paths), dir = dir.display())]
    #[code("GIT-036")]
    #[hint(
        "commit and push them, delete ",
        inline("{}", dir),
        ", or put them away:",
        run("git -C {} stash --include-untracked", dir)
    )]
    Dirty {
        /// The working copy.
        dir: PathBuf,
        /// The changed paths.
        paths: Vec<String>,
    },
    /// The folder is there, but is no repository: it is not touched.
    #[error("update {dir}: it is there, and is no Git working copy", dir = dir.display())]
    #[code("GIT-037")]
    #[hint("move it away:", run("mv {} {}.old", dir, dir))]
    NotARepository {
        /// The folder.
        dir: PathBuf,
    },
    /// The working copy stands at a commit that neither we nor a fetch put there: it is not touched.
    #[error("update {dir}: it stands at commit {commit}, which no remote branch holds and this program did not put there", dir = dir.display())]
    #[code("GIT-038")]
    #[hint("push that commit, or move the folder away:", run("mv {} {}.old", dir, dir))]
    ForeignCommit {
        /// The working copy.
        dir: PathBuf,
        /// Where its HEAD is.
        commit: String,
    },
    /// The folder is a symbolic link to another place.
    #[error("use {dir}: it is a symbolic link to {to}", dir = dir.display(), to = to.display())]
    #[code("GIT-039")]
    #[hint("remove the link:", run("rm {}", dir))]
    Symlink {
        /// The folder.
        dir: PathBuf,
        /// Where it leads.
        to: PathBuf,
    },
    /// The working copy can't be read or written.
    #[error("{doing} {path}: {said}", path = path.display())]
    #[code("GIT-040")]
    #[hint(
        "see what lies there; where it is the working copy, move it away, and the next run makes a new one:",
        run("ls -la {}", path)
    )]
    WorkingCopy {
        /// What was being done.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// What is wrong.
        said: String,
    },
    /// The file system refuses: it is full, read-only, closed to this user, or broken.
    #[error("{doing} {}: {}", path.display(), disk::explain(source, path))]
    #[code("GIT-041")]
    #[hint(disk(&disk::explain(source, path)))]
    Disk {
        /// What was being done.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The Git cache can't be locked: most often its file system has no locks.
    #[error("lock the Git cache {}: {}", path.display(), disk::explain_lock(source, path))]
    #[code("GIT-042")]
    #[hint(disk(&disk::explain_lock(source, path)))]
    Lock {
        /// The file that is locked.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file system refuses (the source names the path).
    #[error("{doing}")]
    #[code("GIT-043")]
    #[hint(disk(&disk::explain_io(source)))]
    Io {
        /// What was being done.
        doing: &'static str,
        /// What the system says.
        source: io::Error,
    },
}

impl GitError {
    /// Turns what the file system says into ours.
    pub(crate) fn io(doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { doing, source }
    }

    /// Turns what gix says of a working copy into ours.
    pub(crate) fn working_copy(doing: &'static str, path: &Path, error: &gix::Error) -> Self {
        Self::disk(doing, path, error).unwrap_or_else(|| Self::WorkingCopy {
            doing,
            path: path.to_owned(),
            said: chain(error),
        })
    }

    /// The error of a file system that others wrapped, where there is one.
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
        assert_eq!(hint, "move it away:\nmv '/it'\\''s $(id)' '/it'\\''s $(id)'.old");
        let hint = GitError::NotARepository { dir: "/a".into() }.hint().unwrap().to_string();
        assert_eq!(hint, "move it away:\nmv /a /a.old");
    }
}
