//! The ssh program, and its arguments as Git gives them.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use child_process::Program;
use cluster_spec::RepoUrl;

use crate::blocking::CancelHandle;
use crate::config::Ssh;
use crate::{GitError, Remote};

/// The options of OpenSSH: no prompt, and limits on silence.
const SSH_OPTIONS: [&str; 4] =
    ["BatchMode=yes", "ConnectTimeout=20", "ServerAliveInterval=15", "ServerAliveCountMax=4"];

/// The time limit of the test for OpenSSH options.
const TRIAL: Duration = Duration::from_secs(10);

/// The syntax of a program's arguments (`GIT_SSH_VARIANT`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Variant {
    OpenSsh,
    Plink,
    TortoisePlink,
    /// Only host and command.
    Simple,
}

/// Returns the program with its options, the host, and the remote command.
pub(super) fn program(
    remote: &Remote,
    url: &RepoUrl,
    key: Option<&Path>,
    cancel: &CancelHandle,
) -> Result<Program, GitError> {
    let ssh = remote.config.ssh();
    let variant = match named(remote.config.ssh_variant(), ssh) {
        Some(variant) => variant,
        None => tried(remote, url, ssh, cancel),
    };
    let mut args = options(variant, url, key).map_err(|what| GitError::SshVariant {
        url: url.as_str().to_owned(),
        program: shown(ssh),
        what,
    })?;
    args.push(host(url).into());
    args.push(format!("git-upload-pack {}", quoted(shell_path(url.path()))).into());
    Ok(start(ssh, args))
}

/// Returns the whole environment of the program.
pub(super) fn environment(remote: &Remote) -> BTreeMap<OsString, OsString> {
    let mut env = remote.config.environment().clone();
    env.insert("GIT_PROTOCOL".into(), "version=2".into());
    env.insert("GIT_TERMINAL_PROMPT".into(), "0".into());
    env
}

/// Starts a command in a shell, and a program without one.
fn start(ssh: Ssh<'_>, args: Vec<OsString>) -> Program {
    match ssh {
        Ssh::Command(command) => {
            let shell: [OsString; 3] = ["-c".into(), format!("{command} \"$@\"").into(), "ssh".into()];
            Program::new("/bin/sh", shell.into_iter().chain(args))
        }
        Ssh::Program(program) => Program::new(program, args),
    }
}

fn shown(ssh: Ssh<'_>) -> String {
    let (Ssh::Command(text) | Ssh::Program(text)) = ssh;
    text.split(' ').next().unwrap_or(text).to_owned()
}

/// Returns the variant from the setting, else from the program's name, or `None` if a test must decide.
fn named(variant: Option<&str>, ssh: Ssh<'_>) -> Option<Variant> {
    match variant {
        Some("plink" | "putty") => return Some(Variant::Plink),
        Some("tortoiseplink") => return Some(Variant::TortoisePlink),
        Some("simple") => return Some(Variant::Simple),
        None | Some("auto") => {}
        Some(_) => return Some(Variant::OpenSsh),
    }
    let path = match ssh {
        Ssh::Command(command) => command.split(' ').next().unwrap_or(command).trim_matches(['\'', '"']),
        Ssh::Program(program) => program,
    };
    match path.rsplit('/').next().unwrap_or(path).trim_end_matches(".exe") {
        "ssh" => Some(Variant::OpenSsh),
        "plink" => Some(Variant::Plink),
        "tortoiseplink" => Some(Variant::TortoisePlink),
        // A shell command counts as OpenSSH.
        _ => matches!(ssh, Ssh::Command(_)).then_some(Variant::OpenSsh),
    }
}

/// Tests the program as Git does: OpenSSH accepts `-G`, and prints its settings for the host.
fn tried(remote: &Remote, url: &RepoUrl, ssh: Ssh<'_>, cancel: &CancelHandle) -> Variant {
    let mut args: Vec<OsString> = vec!["-G".into()];
    args.extend(options(Variant::OpenSsh, url, None).unwrap_or_default());
    args.push(host(url).into());
    let trial = Program { env: environment(remote), limit: Some(TRIAL), ..start(ssh, args) };
    let captured = cancel.runtime.block_on(child_process::capture(&trial, &cancel.stop));
    match captured.is_ok_and(|captured| captured.ended.success()) {
        true => Variant::OpenSsh,
        false => Variant::Simple,
    }
}

/// # Errors
/// The option that the variant can't be given.
fn options(variant: Variant, url: &RepoUrl, key: Option<&Path>) -> Result<Vec<OsString>, &'static str> {
    let mut args: Vec<OsString> = Vec::new();
    match variant {
        Variant::OpenSsh => {
            for option in SSH_OPTIONS.into_iter().chain(["SendEnv=GIT_PROTOCOL"]) {
                args.extend(["-o".into(), option.into()]);
            }
            if let Some(key) = key {
                args.extend(["-i".into(), key.into(), "-o".into(), "IdentitiesOnly=yes".into()]);
            }
        }
        Variant::Plink | Variant::TortoisePlink => {
            args.push("-batch".into());
            args.extend(key.into_iter().flat_map(|key| ["-i".into(), key.into()]));
        }
        Variant::Simple if key.is_some() => return Err("a key"),
        Variant::Simple if url.port().is_some() => return Err("a port"),
        Variant::Simple => {}
    }
    if let Some(port) = url.port() {
        let flag = if variant == Variant::OpenSsh { "-p" } else { "-P" };
        args.extend([flag.into(), port.to_string().into()]);
    }
    Ok(args)
}

fn host(url: &RepoUrl) -> String {
    let host = url.host().unwrap_or_default();
    url.user().map_or_else(|| host.to_owned(), |user| format!("{user}@{host}"))
}

/// Returns the path for the remote shell: `ssh://host/~user/path` is in the home folder of the user.
fn shell_path(path: &str) -> &str {
    if path.starts_with("/~") { &path[1..] } else { path }
}

/// Quotes a word for the shell on the other side.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''").replace('!', r"'\!'"))
}
