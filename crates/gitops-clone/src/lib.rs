//! A repository at the commit of a ref, in a working copy.
//!
//! Queries the Git host, reads the files of a commit, and moves a working copy from one commit to another. Never knows
//! the source of the credentials, never sends them after a redirect, never writes them into `.git`, never touches
//! changes of a user, and never prompts.

mod apply;
mod blocking;
mod cache;
mod checkout;
mod commit;
mod config;
mod contents;
mod dot_git;
mod error;
mod error_words;
mod fetch;
mod files;
mod git_transport;
mod leads;
mod logins;
mod look_up;
mod observe;
mod paths;
mod plan;
mod refs;
mod remote;
mod resolve;
mod tip;
mod traffic;
mod words;

pub use apply::apply;
pub use commit::Commit;
pub use config::GitConfig;
pub use contents::{CheckedOut, Mode};
pub use error::GitError;
pub use fetch::fetch;
pub use files::CommitFile;
pub use leads::Leads;
pub use look_up::look_up;
pub use observe::observe;
pub use plan::{Changes, Move, WorkingCopy, plan};
pub use remote::{DEFAULT_LIMIT, Remote, Retry};
pub use tip::{RefKind, Tip};
pub use traffic::{Received, Traffic};
