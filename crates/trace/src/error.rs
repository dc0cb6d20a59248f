//! What can go wrong with a trace on disk.

use std::io;
use std::path::PathBuf;

use advice::Diagnostic;

/// A trace could not be read.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum ReadError {
    /// The file or folder can't be read; the cause names the path.
    #[error("{}", disk::explain_io(_0))]
    #[code("TRACE-002")]
    #[hint(disk(&disk::explain_io(_0)))]
    Io(io::Error),
    /// The file is no trace of any version.
    #[error("{} is not a trace", path.display())]
    #[code("TRACE-003")]
    #[hint(say("move {} away; the next run writes a new one", path.display()))]
    NotATrace {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A folder, a pipe or a device.
    #[error("{} is not a trace: it is not a regular file", path.display())]
    #[code("TRACE-004")]
    #[hint(say("move {} away; the next run writes a new one", path.display()))]
    NotAFile {
        /// What lies there.
        path: PathBuf,
    },
    /// The file is longer than any trace.
    #[error("{} is not a trace: it has {length} bytes", path.display())]
    #[code("TRACE-005")]
    #[hint(say("move {} away; the next run writes a new one", path.display()))]
    TooLong {
        /// The file.
        path: PathBuf,
        /// Its length.
        length: u64,
    },
}

/// A trace could not be written. Nothing half written is left where the trace belongs.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum WriteError {
    /// A folder lies where the trace belongs.
    #[error("failed to write the trace {}: it is a folder", path.display())]
    #[code("TRACE-006")]
    #[hint(say("move {} away", path.display()))]
    IsFolder {
        /// Where the trace belongs.
        path: PathBuf,
    },
    /// What lies there is neither a file nor a link to one.
    #[error("failed to write the trace {}: it is not a regular file", path.display())]
    #[code("TRACE-007")]
    #[hint(say("move {} away", path.display()))]
    NotAFile {
        /// Where the trace belongs.
        path: PathBuf,
    },
    /// The path leads out of the work folder.
    #[error("failed to write the trace {}: it leads outside {}, to {}", path.display(), work.display(), target.display())]
    #[code("TRACE-008")]
    #[hint(say("remove the symbolic link on the way to {}", path.display()))]
    LeadsOutside {
        /// Where the trace belongs.
        path: PathBuf,
        /// The folder it must stay in.
        work: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// The disk said no.
    #[error("failed to write the trace {}: {}", path.display(), disk::explain(source, path))]
    #[code("TRACE-009")]
    #[hint(disk(&disk::explain(source, path)))]
    Io {
        /// Where the trace belongs.
        path: PathBuf,
        /// What the disk said.
        source: io::Error,
    },
}
