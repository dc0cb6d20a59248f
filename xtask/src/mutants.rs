//! `cargo xtask mutants [CRATE…]`: cargo-mutants changes a crate line by line, and the crate's own tests have to notice.
//! Takes minutes to hours; no part of continuous integration.

mod count;

use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;

use sandbox::programs::Programs;

use crate::command::{command, root};
use crate::report::{Outcome, failed};
use count::Count;

/// The crates that are measured where none is named.
const MEASURED: [&str; 6] = ["diagnostics", "vault-auth", "argocd", "run-lock", "preflight", "healthcheck"];

/// The folder of builds and results, from the root.
const FOLDER: &str = "target/mutants";

/// The mutants that are asked for.
#[derive(Debug, Default)]
pub struct Asked {
    /// The crates. None means those that CONTRIBUTING.md has figures of.
    pub crates: Vec<String>,
    /// Every how many mutants one is tried.
    pub sample: Option<u32>,
    /// The files to change, as globs from the root; none means all of the crate.
    pub files: Vec<String>,
}

/// Tries the mutants of each crate and counts them.
///
/// # Errors
/// cargo-mutants is missing or fails. A mutant that no test notices is none.
pub fn run(asked: &Asked) -> Outcome {
    installed()?;
    let named: Vec<&str> = asked.crates.iter().map(String::as_str).collect();
    let crates = if named.is_empty() { MEASURED.to_vec() } else { named };
    let counts: Result<Vec<String>, Vec<String>> =
        crates.into_iter().map(|name| Ok(tried(name, asked)?.said(name))).collect();
    Ok(counts?.join("\n"))
}

fn installed() -> Result<(), Vec<String>> {
    let mut asked = command("cargo");
    let silent = asked.args(["mutants", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    match silent {
        Ok(status) if status.success() => Ok(()),
        _ => Err(failed("cargo-mutants is missing: run `cargo install cargo-mutants --locked`")),
    }
}

fn tried(name: &str, asked: &Asked) -> Result<Count, Vec<String>> {
    let results = root().join(FOLDER).join(name);
    fs_err::create_dir_all(&results).map_err(failed)?;
    let mut cargo = command("cargo");
    cargo.args(arguments(name, asked)).arg("--output").arg(&results);
    // The copies that are built differ in their path alone: dependencies are built once for all of them.
    cargo.env("CARGO_TARGET_DIR", root().join(FOLDER).join("build"));
    // The copies have no `.tools/`.
    match path_to_vault(&Programs::default()) {
        Some(path) => cargo.env("PATH", path),
        None => cargo.env("BITIQ_SANDBOX_VAULT", "none"),
    };
    let status = cargo.status().map_err(failed)?;
    // 2: a mutant was missed. 3: the tests of one did not end.
    match status.code() {
        Some(0 | 2 | 3) => read(&results.join("mutants.out/outcomes.json")),
        _ => Err(failed(format!("cargo mutants ended with {status}"))),
    }
}

/// `PATH` with the Vault server of this checkout first. None where there is no server: the tests that need one are left out.
fn path_to_vault(programs: &Programs) -> Option<OsString> {
    let server = programs.find_vault().ok()?;
    let path = programs.search_path();
    let folders = server.parent().map(Path::to_owned).into_iter().chain(std::env::split_paths(&path));
    std::env::join_paths(folders).ok()
}

/// The tests of no other crate run: that is what cargo-mutants does unless it is told otherwise.
fn arguments(name: &str, asked: &Asked) -> Vec<String> {
    let mut arguments: Vec<String> = ["mutants", "--package", name, "--no-shuffle"].map(String::from).into();
    if let Some(every) = asked.sample {
        arguments.extend(["--sharding".into(), "round-robin".into(), "--shard".into(), format!("0/{every}")]);
    }
    arguments.extend(asked.files.iter().flat_map(|glob| ["--file".to_owned(), glob.clone()]));
    arguments
}

fn read(results: &Path) -> Result<Count, Vec<String>> {
    let text = match fs_err::read_to_string(results) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Count::default()),
        text => text.map_err(failed)?,
    };
    Count::of(&serde_json::from_str(&text).map_err(failed)?).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_every_nth_mutant_and_the_same_one_each_time() {
        let asked = Asked { sample: Some(8), ..Asked::default() };
        let expect = "mutants --package argocd --no-shuffle --sharding round-robin --shard 0/8";
        assert_eq!(arguments("argocd", &asked).join(" "), expect);
        let asked = Asked { files: vec!["a/**".into(), "b.rs".into()], ..Asked::default() };
        let expect = "mutants --package argocd --no-shuffle --file a/** --file b.rs";
        assert_eq!(arguments("argocd", &asked).join(" "), expect);
    }
}
