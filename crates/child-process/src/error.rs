use std::io;
use std::path::PathBuf;

use disk::Mount;
use thiserror::Error;

use crate::StartProblem;

/// Why a program could not be started or listened to. How it ended is no error: see [`crate::Ended`].
#[derive(Debug, Error)]
pub enum ProcessError {
    /// There is no such file, or no such name on PATH.
    #[error("start `{program}`: no such program{}", searched.as_ref().map(|path| format!(" on PATH ({path})")).unwrap_or_default())]
    NotFound {
        /// What was asked for.
        program: String,
        /// The PATH that was searched, where a bare name was asked for.
        searched: Option<String>,
    },
    /// The file is there, but may not be executed.
    #[error("start `{path}`: it is not executable", path = path.display())]
    NotExecutable {
        /// The file.
        path: PathBuf,
    },
    /// The file is there and executable, but the kernel can't start it.
    #[error("start `{path}`: {problem}", path = path.display())]
    Unstartable {
        /// The file.
        path: PathBuf,
        /// Why.
        problem: StartProblem,
    },
    /// The file system that the file lies on is mounted so that no program on it may be started.
    #[error("start `{path}`: the file system at {mount} is mounted with noexec", path = path.display())]
    NoExec {
        /// The file.
        path: PathBuf,
        /// What is mounted there.
        mount: Mount,
    },
    /// The folder to run in is not there.
    #[error("start `{program}` in {dir}: no such folder", dir = dir.display())]
    NoSuchFolder {
        /// What was asked for.
        program: String,
        /// The folder.
        dir: PathBuf,
    },
    /// Anything else that the system says on starting.
    #[error("start `{path}`", path = path.display())]
    Start {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The end of the program could not be learnt.
    #[error("wait for `{program}`")]
    Wait {
        /// What was asked for.
        program: String,
        /// What the system says.
        source: io::Error,
    },
    /// More output than is kept; the program was killed.
    #[error("read the output of `{program}`: more than {limit} bytes")]
    TooMuchOutput {
        /// What was asked for.
        program: String,
        /// How many bytes are kept.
        limit: usize,
    },
}

impl ProcessError {
    /// Whether the program was never started.
    pub fn is_of_start(&self) -> bool {
        match self {
            Self::NotFound { .. }
            | Self::NotExecutable { .. }
            | Self::Unstartable { .. }
            | Self::NoExec { .. }
            | Self::NoSuchFolder { .. }
            | Self::Start { .. } => true,
            Self::Wait { .. } | Self::TooMuchOutput { .. } => false,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotFound { searched: Some(_), program } => {
                Some(format!("install `{program}`, or put its folder on PATH"))
            }
            Self::NotExecutable { path } => Some(format!("chmod +x {}", secret::quoted_path(path))),
            Self::Unstartable { path, problem } => Some(problem.hint(&path.to_string_lossy())),
            Self::NoExec { mount, .. } => Some(noexec_hint(mount)),
            Self::NotFound { searched: None, program } => {
                Some(format!("check that this file is there: {}", secret::quoted(program)))
            }
            Self::NoSuchFolder { dir, .. } => {
                Some(format!("create that folder, then run again:\nmkdir -p {}", secret::quoted_path(dir)))
            }
            Self::Start { source, .. } => Some(disk::hint_of(source).to_string()),
            Self::Wait { .. } => Some(
                "run the same command again; if it fails again, another program on this machine collects ended processes"
                    .to_owned(),
            ),
            Self::TooMuchOutput { program, .. } => {
                Some(format!("run `{program}` by hand, and see why it prints so much"))
            }
        }
    }
}

/// How programs may be started on a mount that forbids it.
pub fn noexec_hint(mount: &Mount) -> String {
    format!(
        "allow programs on it, or put the repository of clusters on another file system:\nsudo mount -o remount,exec {}",
        secret::quoted_path(&mount.point)
    )
}
