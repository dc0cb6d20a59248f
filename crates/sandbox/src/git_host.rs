//! A Git host: smart HTTP over TLS before `git http-backend`, with a log of requests and faults.
//!
//! It answers as GitHub does: `private` without a login, or with a wrong one, is a 401 with a reason in plain text;
//! any commit that a branch or tag reaches may be fetched by its id.

mod backend;
mod file;
mod repositories;
mod service;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use file::File;
pub use service::GitRequest;

use crate::SandboxError;
use crate::authority::Authority;
use crate::error::Attempt as _;
use crate::faults::Faults;
use crate::folder::Folder;
use crate::git::Git;
use crate::loopback::{Server, Service as _};
use crate::programs::Programs;
use backend::Backend;
use service::{Host, Login};

/// The repository that needs a login.
pub const PRIVATE: &str = "private";
/// The repository that needs none.
pub const PUBLIC: &str = "public";
/// The branch that [`GitHost::commit`] commits to, and that a plain `git clone` checks out.
pub const MAIN: &str = "main";

/// A running Git host; it ends when this is dropped.
#[derive(Debug)]
pub struct GitHost {
    server: Server,
    host: Arc<Host>,
    git: Git,
    turn: tokio::sync::Mutex<()>,
    projects: PathBuf,
    ca_pem: String,
    ca_file: PathBuf,
    folder: Folder,
}

impl GitHost {
    /// Starts one that holds [`PRIVATE`] and [`PUBLIC`], both without a commit.
    ///
    /// # Errors
    /// There is no `git`, or no port to listen on.
    pub async fn start(programs: &Programs) -> Result<Self, SandboxError> {
        Self::start_under(programs, &Authority::new()?).await
    }

    pub(crate) async fn start_under(
        programs: &Programs,
        authority: &Authority,
    ) -> Result<Self, SandboxError> {
        let git = Git::find(programs)?;
        let folder = Folder::new(programs)?;
        let projects = folder.path().join("projects");
        fs_err::create_dir(&projects).attempt("make the folder of repositories")?;
        let ca_file = folder.path().join("ca.pem");
        fs_err::write(&ca_file, authority.pem()).attempt("write the sandbox's CA")?;
        let backend = Backend::new(git.clone(), git.exec_path().await?, projects.clone());
        let host = Arc::new(Host::new(backend, Login::new()));
        let server = Server::start(Arc::clone(&host), Some(authority.server()?)).await?;
        let (turn, ca_pem) = (tokio::sync::Mutex::default(), authority.pem().to_owned());
        let made = Self { server, host, git, turn, projects, ca_pem, ca_file, folder };
        made.create(PRIVATE, true).await?;
        made.create(PUBLIC, false).await?;
        Ok(made)
    }

    /// Where a repository is cloned from.
    pub fn url(&self, repository: &str) -> String {
        format!("https://127.0.0.1:{}/{repository}.git", self.server.port())
    }

    /// The user name and the password of the private repositories.
    pub fn login(&self) -> (String, String) {
        let login = self.host.login();
        (login.username, login.password)
    }

    /// A token that is taken with any user name, as a host takes a personal access token.
    pub fn token(&self) -> String {
        self.host.login().token
    }

    /// Gives the login another password; the old one, and the token, are refused from now on.
    pub fn change_login(&self) -> (String, String) {
        self.host.change_login(Login::new());
        self.login()
    }

    /// From now on whoever logs in is told when the login ends: `2031-02-03 04:05:06 UTC`, in GitHub's header.
    ///
    /// # Errors
    /// No header can hold the text.
    pub fn tell_login_end(&self, end: &str) -> Result<(), SandboxError> {
        let value = axum::http::HeaderValue::from_str(end);
        let value = value.map_err(|why| SandboxError::failed("make a header of the login's end", why))?;
        self.host.tell_login_end(value);
        Ok(())
    }

    /// The CA that vouches for this host, as PEM.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The same as a file, for `http.sslCAInfo`.
    pub fn ca_file(&self) -> &Path {
        &self.ca_file
    }

    /// The faults that strike requests.
    pub fn faults(&self) -> &Faults {
        self.host.faults()
    }

    /// The requests so far.
    pub fn log(&self) -> Vec<GitRequest> {
        self.host.log()
    }

    /// Forgets the requests so far.
    pub fn clear_log(&self) {
        self.host.clear_log();
    }

    /// The folder of a bare repository, for what the helpers here have no name for.
    pub fn folder(&self, repository: &str) -> PathBuf {
        self.projects.join(format!("{repository}.git"))
    }

    /// Ends it, and removes its repositories.
    ///
    /// # Errors
    /// They can't be removed.
    pub async fn stop(self) -> Result<(), SandboxError> {
        self.server.stop().await;
        self.folder.remove()
    }
}
