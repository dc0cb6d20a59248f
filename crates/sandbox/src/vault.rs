//! A Vault: a real OpenBao (or Vault) server, behind a proxy that can be slow, fail, drop or redirect.
//!
//! The server listens on a socket in its own folder, so that nothing but the proxy and [`Vault::api`] reaches it. KV
//! version 1 is at `kv1/`, version 2 at `secret/` and `gitops/`, and auth method kubernetes at `kubernetes/`.

mod administration;
mod api;
mod process;
mod proxy;
mod setup;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

pub use api::Answer;
pub use proxy::VaultRequest;

use crate::SandboxError;
use crate::authority::Authority;
use crate::error::Attempt as _;
use crate::faults::Faults;
use crate::loopback::{Server, Service};
use crate::programs::Programs;
use api::Socket;
use process::Process;
use proxy::Proxy;

/// A running Vault; it ends when this is dropped.
#[derive(Debug)]
pub struct Vault {
    plain: Server,
    tls: Server,
    proxy: Arc<Proxy>,
    socket: Socket,
    keys: setup::Keys,
    names: AtomicU32,
    ca_pem: String,
    ca_file: PathBuf,
    process: Process,
}

impl Vault {
    /// Starts an unsealed one with its mounts.
    ///
    /// # Errors
    /// There is no such program, or it does not come up within 30 seconds.
    pub async fn start(programs: &Programs) -> Result<Self, SandboxError> {
        Self::start_under(programs, &Authority::new()?).await
    }

    pub(crate) async fn start_under(
        programs: &Programs,
        authority: &Authority,
    ) -> Result<Self, SandboxError> {
        let process = Process::start(programs).await?;
        let socket = Socket::new(process.socket());
        let keys = setup::set_up(&socket).await?;
        let ca_file = process.folder().join("ca.pem");
        fs_err::write(&ca_file, authority.pem()).attempt("write the sandbox's CA")?;
        let proxy = Arc::new(Proxy::new(socket.clone()));
        let plain = Server::start(Arc::clone(&proxy), None).await?;
        let tls = Server::start(Arc::clone(&proxy), Some(authority.server()?)).await?;
        let (names, ca_pem) = (AtomicU32::new(1), authority.pem().to_owned());
        Ok(Self { plain, tls, proxy, socket, keys, names, ca_pem, ca_file, process })
    }

    /// Its address in the clear, for `VAULT_ADDR`.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.plain.port())
    }

    /// Its address over TLS; [`Vault::ca_pem`] vouches for it.
    pub fn tls_address(&self) -> String {
        format!("https://127.0.0.1:{}", self.tls.port())
    }

    /// The CA of [`Vault::tls_address`], as PEM.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The CA of [`Vault::tls_address`] as a file, for `VAULT_CACERT`.
    pub fn ca_file(&self) -> &Path {
        &self.ca_file
    }

    /// A token that may do everything.
    pub fn root_token(&self) -> &str {
        &self.keys.root_token
    }

    /// The faults that strike what comes through the proxy; [`Vault::api`] does not.
    pub fn faults(&self) -> &Faults {
        Service::faults(self.proxy.as_ref())
    }

    /// What came through the proxy so far.
    pub fn requests(&self) -> Vec<VaultRequest> {
        self.proxy.requests()
    }

    /// Forgets what came through the proxy so far.
    pub fn clear_requests(&self) {
        self.proxy.clear();
    }

    /// Asks as root, past the proxy; `path` is what follows `/v1/`.
    ///
    /// # Errors
    /// Vault answers with an error, or not at all.
    pub async fn api(&self, method: &str, path: &str, body: Option<Value>) -> Result<Value, SandboxError> {
        self.socket.ask(Some(self.root_token()), method, path, body).await?.ok()
    }

    /// Asks with another token, or none, past the proxy; an error of Vault's is an answer.
    ///
    /// # Errors
    /// Vault does not answer.
    pub async fn api_as(
        &self,
        token: Option<&str>,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Result<Answer, SandboxError> {
        self.socket.ask(token, method, path, body).await
    }

    fn next_name(&self) -> u32 {
        self.names.fetch_add(1, Ordering::Relaxed)
    }

    /// The last lines of the server's log.
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// Ends it and waits until it is gone.
    pub async fn stop(mut self) {
        self.plain.stop().await;
        self.tls.stop().await;
        self.process.stop();
    }
}
