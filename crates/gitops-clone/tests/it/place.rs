//! A Git host, a home, and a folder for a working copy.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use cluster_spec::{RepoRef, RepoUrl};
use gitops_clone::{Changes, Commit, GitConfig, GitError, Remote, Retry, Tip, WorkingCopy};
use sandbox::git_host::{File, GitHost, PRIVATE};
use sandbox::programs::Programs;
use secret::RepoLogin;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

pub struct Place {
    pub host: GitHost,
    dir: TempDir,
    pub env: BTreeMap<OsString, OsString>,
}

impl Place {
    pub async fn new() -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let host = GitHost::start(&Programs::default()).await.unwrap();
        let dir = tempfile::tempdir().unwrap();
        let env = BTreeMap::from([
            ("HOME".into(), dir.path().into()),
            ("PATH".into(), Programs::default().search_path()),
            ("GIT_CONFIG_NOSYSTEM".into(), "1".into()),
            ("GIT_SSL_CAINFO".into(), host.ca_file().into()),
        ]);
        Self { host, dir, env }
    }

    pub fn home(&self) -> &Path {
        self.dir.path()
    }

    /// The folder of the working copy.
    pub fn copy(&self) -> PathBuf {
        self.home().join("gitops-src")
    }

    pub fn cache(&self) -> PathBuf {
        self.home().join("cache")
    }

    pub fn config(&self) -> GitConfig {
        self.config_for(&RepoUrl::parse(&self.host.url(PRIVATE)).unwrap())
    }

    fn config_for(&self, url: &RepoUrl) -> GitConfig {
        GitConfig::read(&self.env, &self.copy(), url).unwrap()
    }

    /// Writes the user's `~/.gitconfig`.
    pub fn gitconfig(&self, text: &str) {
        fs_err::write(self.home().join(".gitconfig"), text).unwrap();
    }

    pub fn remote_at(&self, url: &str) -> Remote {
        let url = RepoUrl::parse(url).unwrap();
        let config = self.config_for(&url);
        let retry = Retry { pause: Duration::from_millis(10), ..Retry::default() };
        Remote { retry, ..Remote::new(url, config, self.home()) }
    }

    /// Returns a repository of the host, with the host's credentials.
    pub fn remote(&self, repository: &str) -> Remote {
        let (username, password) = self.host.login();
        let login = Some(RepoLogin::Basic { username, password: password.into() });
        Remote { login, ..self.remote_at(&self.host.url(repository)) }
    }

    pub fn without_login(&self, repository: &str) -> Remote {
        Remote { login: None, ..self.remote(repository) }
    }

    pub async fn commit(&self, repository: &str, files: &[File]) -> String {
        self.host.commit(repository, files, "a change").await.unwrap()
    }

    pub async fn look_up(&self, remote: &Remote, wanted: &str) -> Result<Tip, GitError> {
        gitops_clone::look_up(remote, &RepoRef::parse(wanted).unwrap(), &CancellationToken::new()).await
    }

    pub async fn fetch(&self, remote: &Remote, wanted: &str) -> Result<Commit, GitError> {
        let tip = self.look_up(remote, wanted).await?;
        gitops_clone::fetch(remote, &tip, &self.cache(), &CancellationToken::new()).await
    }

    pub async fn observe(&self, known: &[String]) -> Result<WorkingCopy, GitError> {
        gitops_clone::observe(&self.copy(), known, &self.config(), &CancellationToken::new()).await
    }

    /// Brings the working copy to `wanted`.
    pub async fn bring(&self, remote: &Remote, wanted: &str) -> Result<Changes, GitError> {
        let commit = self.fetch(remote, wanted).await?;
        let url = remote.url.as_str();
        let changes = gitops_clone::plan(&self.observe(&[]).await?, &self.copy(), &commit.id(), url)?;
        gitops_clone::apply(&commit, &changes, url, &CancellationToken::new()).await?;
        Ok(changes)
    }

    pub fn read(&self, path: &str) -> Option<String> {
        fs_err::read_to_string(self.copy().join(path)).ok()
    }

    pub fn write(&self, path: &str, text: &str) {
        fs_err::write(self.copy().join(path), text).unwrap();
    }

    /// Runs plain Git in the working copy, and returns its output.
    pub fn git(&self, args: &[&str]) -> String {
        self.git_in(&self.copy(), args)
    }

    #[expect(clippy::disallowed_methods, reason = "plain Git judges the result")]
    pub fn git_in(&self, dir: &Path, args: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=Tester", "-c", "user.email=tester@localhost"]).args(args);
        let output = command.current_dir(dir).env_clear().envs(&self.env).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "git {args:?}: {errors}");
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// True if any file below `dir` contains `text`.
    pub fn holds(&self, dir: &Path, text: &str) -> bool {
        let mut folders = vec![dir.to_path_buf()];
        while let Some(folder) = folders.pop() {
            for path in fs_err::read_dir(&folder).unwrap().flatten().map(|entry| entry.path()) {
                if path.is_dir() {
                    folders.push(path);
                } else if fs_err::read(&path)
                    .is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(text))
                {
                    return true;
                }
            }
        }
        false
    }
}
