use std::io;
use std::path::PathBuf;

use advice::Diagnostic;
use disk::Mount;
use thiserror::Error;

use crate::StartProblem;

/// Why a program could not be started or listened to. How it ended is no error: see [`crate::Ended`].
#[derive(Debug, Error, Diagnostic)]
pub enum ProcessError {
    /// No folder of PATH has a program of this name.
    #[error("start `{program}`: no such program on PATH ({searched})")]
    #[code("PROCESS-001")]
    #[hint("install `{program}`, or put its folder on PATH")]
    NotOnPath {
        /// What was asked for.
        program: String,
        /// The PATH that was searched.
        searched: String,
    },
    /// There is no such file.
    #[error("start `{program}`: no such program")]
    #[code("PROCESS-002")]
    #[hint("check that this file is there: ", inline("{}", program))]
    NoSuchFile {
        /// The file.
        program: String,
    },
    /// The file is there, but may not be executed.
    #[error("start `{path}`: it is not executable", path = path.display())]
    #[code("PROCESS-003")]
    #[hint(run("chmod +x {}", path))]
    NotExecutable {
        /// The file.
        path: PathBuf,
    },
    /// The file is there and executable, but the kernel can't start it.
    #[error("start `{path}`: {problem}", path = path.display())]
    #[code("PROCESS-004")]
    #[hint(of(problem))]
    Unstartable {
        /// The file.
        path: PathBuf,
        /// Why.
        problem: StartProblem,
    },
    /// The file system that the file lies on is mounted so that no program on it may be started.
    #[error("start `{path}`: the file system at {mount} is mounted with noexec", path = path.display())]
    #[code("PROCESS-005")]
    #[hint(
        "allow programs on it, or put the repository of clusters on another file system:",
        run("sudo mount -o remount,exec {}", mount.point)
    )]
    NoExec {
        /// The file.
        path: PathBuf,
        /// What is mounted there.
        mount: Mount,
    },
    /// The folder to run in is not there.
    #[error("start `{program}` in {dir}: no such folder", dir = dir.display())]
    #[code("PROCESS-006")]
    #[hint("create that folder, then run again:", run("mkdir -p {}", dir))]
    NoSuchFolder {
        /// What was asked for.
        program: String,
        /// The folder.
        dir: PathBuf,
    },
    /// Anything else that the system says on starting.
    #[error("start `{path}`", path = path.display())]
    #[code("PROCESS-007")]
    #[hint(disk(&disk::explain_io(source)))]
    Start {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The end of the program could not be learnt.
    #[error("wait for `{program}`")]
    #[code("PROCESS-008")]
    #[hint(
        "run the same command again; if it fails again, another program on this machine collects ended processes"
    )]
    Wait {
        /// What was asked for.
        program: String,
        /// What the system says.
        source: io::Error,
    },
    /// More output than is kept; the program was killed.
    #[error("read the output of `{program}`: more than {limit} bytes")]
    #[code("PROCESS-009")]
    #[hint("run `{program}` by hand, and see why it prints so much")]
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
        !matches!(self, Self::Wait { .. } | Self::TooMuchOutput { .. })
    }
}
