//! The script of the commit: there, executable, and one that this machine can start.

use crate::error::PreflightError;
use advice::shell;
use child_process::startable;
use diagnostics::{Blocked, CheckId, Checks, Failure, Subject};
use gitops_clone::{CheckedOut, Commit, Mode};

use super::login::git;
use crate::commit_id::short;
use crate::inputs::RepositoryInputs;
use diagnostics::SCRIPT;

/// Judges the script as the checkout will write it.
pub(super) fn observe(
    inputs: &RepositoryInputs<'_>,
    commit: &Commit,
    checks: &mut Checks,
) -> Result<(), Blocked> {
    if inputs.script.skip {
        checks.skipped(CheckId::Script, "--skip-script");
        return Ok(());
    }
    let name = inputs.spec.repo_ref.as_str();
    let see = shell!("git ls-tree {} {}", name, SCRIPT);
    let script = checks.result(CheckId::Script, format!("{SCRIPT} is executable"), see, find(commit))?;
    let see = shell!("git show {} | head -1", format!("{name}:{}", script.path));
    checks.result(
        CheckId::ScriptStart,
        "can be started on this machine",
        see,
        check_start(inputs, commit, &script),
    )
}

fn find(commit: &Commit) -> Result<CheckedOut, Failure> {
    let at = short(&commit.id()).to_owned();
    let mode = commit.mode(SCRIPT).map_err(|error| git(&error))?;
    let script = commit.checked_out(SCRIPT).map_err(|error| git(&error))?;
    match (mode, script) {
        (Some(mode), Some(script)) if mode.is_executable() => Ok(script),
        (_, Some(script)) => Err(PreflightError::ScriptNotExecutable { commit: at, path: script.path }),
        (None, None) => Err(PreflightError::NoScript { commit: at }),
        (Some(mode), None) => {
            let what = if mode == Mode::Submodule { "submodule" } else { "folder" };
            Err(PreflightError::ScriptIsNoFile { what, commit: at })
        }
    }
    .map_err(|error| error.refused(Subject::Repository))
}

fn check_start(inputs: &RepositoryInputs<'_>, commit: &Commit, script: &CheckedOut) -> Result<(), Failure> {
    startable(&script.path, &script.content, inputs.path).map_err(|problem| {
        let commit = short(&commit.id()).to_owned();
        PreflightError::ScriptNotStartable { commit, problem }.refused(Subject::Repository)
    })
}
