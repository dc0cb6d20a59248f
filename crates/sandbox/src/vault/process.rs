//! The server program: its folder, its configuration, its start and its end.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::api::Socket;
use crate::SandboxError;
use crate::error::Attempt as _;
use crate::folder::temporary;
use crate::guarded::{Guard, Guarded};
use crate::programs::Programs;

/// How long the server may take until it answers.
const START_LIMIT: Duration = Duration::from_secs(30);

/// The running server and its folder.
#[derive(Debug)]
pub(super) struct Process {
    guard: Guard,
    folder: TempDir,
}

impl Process {
    pub(super) async fn start(programs: &Programs) -> Result<Self, SandboxError> {
        let program = programs.find_vault()?;
        let folder = temporary()?;
        let config = folder.path().join("vault.hcl");
        fs_err::write(&config, configuration(&socket_in(folder.path())))
            .attempt("write Vault's configuration")?;
        let args = ["server".as_ref(), "-config".as_ref(), config.as_os_str()];
        let mut guarded = Guarded::new(program, args, &folder.path().join("vault.log"));
        guarded.env.push(("PATH".into(), programs.search_path()));
        guarded.env.push(("HOME".into(), folder.path().into()));
        guarded.remove = Some(folder.path().to_path_buf());
        let guard = guarded.start().attempt("start Vault")?;
        let mut process = Self { guard, folder };
        process.wait_until_up().await?;
        Ok(process)
    }

    async fn wait_until_up(&mut self) -> Result<(), SandboxError> {
        let socket = Socket::new(self.socket());
        let since = Instant::now();
        while socket.ask(None, "GET", "sys/health", None).await.is_err() {
            if self.guard.ended() {
                return Err(SandboxError::failed("start Vault", self.log()));
            }
            if since.elapsed() > START_LIMIT {
                let why = format!("it did not answer within {START_LIMIT:?}: {}", self.log());
                return Err(SandboxError::failed("start Vault", why));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    pub(super) fn socket(&self) -> PathBuf {
        socket_in(self.folder.path())
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn log(&self) -> String {
        self.guard.last_lines(20)
    }

    pub(super) fn stop(&mut self) {
        self.guard.stop();
    }
}

fn socket_in(folder: &Path) -> PathBuf {
    folder.join("vault.sock")
}

/// Without a TCP listener OpenBao finds no cluster address and stays sealed: that one is for nobody. `disable_mlock` is
/// for Vault, which else needs a right that a container has not; OpenBao warns that it is unknown.
fn configuration(socket: &Path) -> String {
    let socket = socket.display();
    format!(
        "storage \"inmem\" {{}}\n\
         listener \"unix\" {{\n  address = \"{socket}\"\n}}\n\
         listener \"tcp\" {{\n  address = \"127.0.0.1:0\"\n  cluster_address = \"127.0.0.1:0\"\n  tls_disable = true\n}}\n\
         api_addr = \"http://127.0.0.1:8200\"\n\
         disable_mlock = true\n\
         log_level = \"warn\"\n"
    )
}
