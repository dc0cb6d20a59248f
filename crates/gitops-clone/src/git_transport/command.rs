use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;

use child_process::{Dialogue, Program};
use cluster_spec::UrlKind;
use gix::protocol::transport::Protocol;
use gix::protocol::transport::client::git::ConnectMode;
use gix::protocol::transport::client::git::blocking_io::Connection;
use secret::{ExposeSecret as _, RepoLogin, SecretString};
use tempfile::NamedTempFile;

use super::endpoint::Endpoint;
use super::session_facts::BoxedTransport;
use super::ssh_error;
use crate::blocking::CancelHandle;
use crate::{GitError, Remote};

/// The started program, and the file of its key.
pub(super) struct Started {
    dialogue: Dialogue,
    kind: UrlKind,
    _key: Option<NamedTempFile>,
}

impl Started {
    pub(super) fn explain(&self, url: &str, gix_detail: &str) -> GitError {
        ssh_error::explain(self.kind, url, &self.dialogue.said(), gix_detail)
    }
}

/// Makes a transport over the pipes of `ssh` or `git upload-pack`. A cancelled run ends the program.
pub(super) fn transport(
    remote: &Remote,
    endpoint: &Endpoint,
    cancel: &CancelHandle,
) -> Result<(Started, BoxedTransport), GitError> {
    let key = match endpoint.login() {
        Some(RepoLogin::SshKey { private_key }) => Some(write_key(remote, private_key)?),
        _ => None,
    };
    let mut program = match endpoint.kind() {
        UrlKind::File => Program::new("git", ["upload-pack", endpoint.url().path()]),
        _ => super::ssh::program(remote, endpoint.url(), key.as_ref().map(|key| key.path()), cancel)?,
    };
    program.env = super::ssh::environment(remote);
    let failed = |source| GitError::Program { url: endpoint.shown().to_owned(), source };
    let (dialogue, stdin, stdout) = child_process::dialogue(&program).map_err(failed)?;
    let (ender, stop) = (dialogue.ender(), cancel.stop.clone());
    cancel.runtime.spawn(async move {
        stop.cancelled().await;
        ender.end();
    });
    remote.traffic.hear(dialogue.words());
    let stdout = remote.traffic.counting(stdout);
    let path = endpoint.url().path().to_owned();
    let connection =
        Connection::new(stdout, stdin, Protocol::V2, path, None::<(String, _)>, ConnectMode::Process, false);
    Ok((Started { dialogue, kind: endpoint.kind(), _key: key }, Box::new(connection)))
}

/// Writes the key to a file that only its owner can read. The file is deleted with the connection. ssh needs a line
/// break at its end.
fn write_key(remote: &Remote, key: &SecretString) -> Result<NamedTempFile, GitError> {
    let write = || {
        let owner_only = std::fs::Permissions::from_mode(0o600);
        let mut file = tempfile::Builder::new()
            .prefix("bitiq-key-")
            .permissions(owner_only)
            .tempfile_in(&remote.temp_dir)?;
        file.write_all(key.expose_secret().trim_end().as_bytes())?;
        file.write_all(b"\n")?;
        file.flush()?;
        Ok(file)
    };
    write().map_err(GitError::io("write the ssh key to a temporary file"))
}
