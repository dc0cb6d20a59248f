//! What no sandbox can play: the script this program took the place of, and the repository that it hands over to. They
//! are not part of this project: each test says by name what it lacks where it leaves itself out.

mod differences;
mod objects;
mod old_script;
mod repository;

use std::path::{Path, PathBuf};

/// The folder that a variable names, and every tool on PATH; else said, and `None`.
#[expect(clippy::disallowed_methods, reason = "how the tests as a whole were started")]
fn given(test: &str, variable: &str, tools: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let there = |tool: &&&str| std::env::split_paths(&path).any(|folder| folder.join(tool).is_file());
    let lacking: Vec<&str> = tools.iter().filter(|tool| !there(tool)).copied().collect();
    let folder = std::env::var_os(variable).map(PathBuf::from).filter(|folder| folder.is_dir());
    if folder.is_none() || !lacking.is_empty() {
        eprintln!("left out, needs {variable} and {} on PATH: {test}", tools.join(", "));
        return None;
    }
    folder
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
