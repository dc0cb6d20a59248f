//! Making repositories, and writing their commits, branches and tags.

use std::io::Write as _;

use super::file::{File, data};
use super::{GitHost, MAIN};
use crate::SandboxError;
use crate::error::Attempt as _;

/// What GitHub lets a client fetch: any commit that is there, by its id. And no housekeeping behind our back.
const SETTINGS: &str = "\
[uploadpack]
\tallowReachableSHA1InWant = true
\tallowAnySHA1InWant = true
\tallowFilter = true
[gc]
\tauto = 0
";

impl GitHost {
    /// Makes an empty repository; `private` needs the login.
    ///
    /// # Errors
    /// Git refuses, for example because it is there already.
    pub async fn create(&self, repository: &str, private: bool) -> Result<(), SandboxError> {
        let folder = self.folder(repository);
        let path = folder.to_string_lossy();
        let args = ["init", "--quiet", "--bare", "--template=", "--initial-branch", MAIN, &path];
        self.git.run(&self.projects, &args, b"").await?;
        let config = fs_err::OpenOptions::new().append(true).open(folder.join("config"));
        let written = config.and_then(|mut config| config.write_all(SETTINGS.as_bytes()));
        written.attempt("configure a repository")?;
        self.host.set_private(repository, private);
        Ok(())
    }

    /// Commits to [`MAIN`], and returns the commit's id.
    ///
    /// # Errors
    /// There is no such repository, or a path is none.
    pub async fn commit(
        &self,
        repository: &str,
        files: &[File],
        message: &str,
    ) -> Result<String, SandboxError> {
        self.commit_to(repository, MAIN, files, message).await
    }

    /// Commits to a branch, and returns the commit's id; a branch that is not there begins with this commit.
    ///
    /// # Errors
    /// There is no such repository, or a path is none.
    pub async fn commit_to(
        &self,
        repository: &str,
        branch: &str,
        files: &[File],
        message: &str,
    ) -> Result<String, SandboxError> {
        let _turn = self.turn.lock().await;
        let full_name = format!("refs/heads/{branch}");
        let now = jiff::Timestamp::now().as_second();
        let mut stream =
            format!("commit {full_name}\ncommitter Sandbox <sandbox@localhost> {now} +0000\n").into_bytes();
        stream.extend(data(message.as_bytes()));
        if self.tip(repository, &full_name).await.is_ok() {
            stream.extend(format!("\nfrom {full_name}^0").bytes());
        }
        stream.push(b'\n');
        files.iter().for_each(|file| stream.extend(file.command()));
        self.git.run(&self.folder(repository), &["fast-import", "--quiet", "--force"], &stream).await?;
        self.tip(repository, &full_name).await
    }

    /// The commit that a branch names, read from its file where it has one of its own.
    async fn tip(&self, repository: &str, full_name: &str) -> Result<String, SandboxError> {
        match fs_err::read_to_string(self.folder(repository).join(full_name)) {
            Ok(id) => Ok(id.trim_end().to_owned()),
            Err(_) => self.resolve(repository, full_name).await,
        }
    }

    /// The commit that a branch, tag or id names.
    ///
    /// # Errors
    /// It names none.
    pub async fn resolve(&self, repository: &str, name: &str) -> Result<String, SandboxError> {
        let commit = format!("{name}^{{commit}}");
        self.git.run(&self.folder(repository), &["rev-parse", "--verify", "--quiet", &commit], b"").await
    }

    /// Makes or moves a branch.
    ///
    /// # Errors
    /// `at` names no commit.
    pub async fn branch(&self, repository: &str, name: &str, at: &str) -> Result<(), SandboxError> {
        self.update(repository, &["branch", "--force", name, at]).await
    }

    /// Makes or moves an annotated tag.
    ///
    /// # Errors
    /// `at` names no commit.
    pub async fn tag(&self, repository: &str, name: &str, at: &str) -> Result<(), SandboxError> {
        self.update(repository, &["tag", "--force", "--annotate", "--message", name, name, at]).await
    }

    /// Makes or moves a tag without an object of its own.
    ///
    /// # Errors
    /// `at` names no commit.
    pub async fn light_tag(&self, repository: &str, name: &str, at: &str) -> Result<(), SandboxError> {
        self.update(repository, &["tag", "--force", name, at]).await
    }

    /// Removes `refs/heads/…` or `refs/tags/…`.
    ///
    /// # Errors
    /// There is no such repository.
    pub async fn delete(&self, repository: &str, full_name: &str) -> Result<(), SandboxError> {
        self.update(repository, &["update-ref", "-d", full_name]).await
    }

    async fn update(&self, repository: &str, args: &[&str]) -> Result<(), SandboxError> {
        let _turn = self.turn.lock().await;
        self.git.run(&self.folder(repository), args, b"").await.map(drop)
    }
}
