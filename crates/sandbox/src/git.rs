//! The sandbox starts `git` here, and nowhere else.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::SandboxError;
use crate::error::Attempt as _;
use crate::programs::Programs;

/// Git without any configuration but that of the repository it works in.
#[derive(Debug, Clone)]
pub(crate) struct Git {
    program: PathBuf,
    path: OsString,
}

impl Git {
    pub(crate) fn find(programs: &Programs) -> Result<Self, SandboxError> {
        Ok(Self { program: programs.find("git")?, path: programs.search_path() })
    }

    /// `program` with a small environment; it ends when its future is dropped.
    #[expect(
        clippy::disallowed_methods,
        reason = "the sandbox's git is not a child of the program's own run"
    )]
    pub(crate) fn start(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", &self.path).env("LC_ALL", "C").env("HOME", "/nonexistent");
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
        command.env("GIT_TERMINAL_PROMPT", "0");
        for role in ["AUTHOR", "COMMITTER"] {
            command
                .env(format!("GIT_{role}_NAME"), "Sandbox")
                .env(format!("GIT_{role}_EMAIL"), "sandbox@localhost");
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }

    /// The `git` command itself.
    pub(crate) fn command(&self) -> Command {
        self.start(&self.program)
    }

    /// What a Git command prints, run in `dir` with `input`.
    pub(crate) async fn run(&self, dir: &Path, args: &[&str], input: &[u8]) -> Result<String, SandboxError> {
        let what = format!("run git {}", args.join(" "));
        let mut command = self.command();
        command.args(args).current_dir(dir);
        let output = feed(command, input).await.attempt(&what)?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned());
        }
        Err(SandboxError::failed(what, String::from_utf8_lossy(&output.stderr).trim()))
    }

    /// Git's own folder of programs, where `git-http-backend` is.
    pub(crate) async fn exec_path(&self) -> Result<PathBuf, SandboxError> {
        Ok(PathBuf::from(self.run(Path::new("/"), &["--exec-path"], b"").await?))
    }
}

/// Runs a command to its end, with `input` on its standard input.
pub(crate) async fn feed(mut command: Command, input: &[u8]) -> std::io::Result<Output> {
    let mut child = command.spawn()?;
    let pipe = child.stdin.take();
    let write = async {
        if let Some(mut pipe) = pipe {
            // a program that does not read all of it says why by its exit code
            pipe.write_all(input).await.ok();
        }
    };
    let ((), output) = tokio::join!(write, child.wait_with_output());
    output
}
