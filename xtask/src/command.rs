//! The programs an errand runs, always in the workspace's root.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The folder of the workspace.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// A program to be run in the root.
#[expect(
    clippy::disallowed_methods,
    reason = "errands of developers, with their own environment and terminal"
)]
pub fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// What a program writes to stdout.
///
/// # Errors
/// It can't be started, or fails; with what it wrote to stderr.
pub fn output(program: &str, args: &[&str]) -> Result<Vec<u8>, String> {
    let failed = |why: String| format!("failed to run {program} {}: {why}", args.join(" "));
    let Output { status, stdout, stderr } =
        command(program).args(args).output().map_err(|error| failed(error.to_string()))?;
    if status.success() {
        Ok(stdout)
    } else {
        Err(failed(format!("{status}\n{}", String::from_utf8_lossy(&stderr))))
    }
}
