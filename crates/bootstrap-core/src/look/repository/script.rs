//! The script of the commit: there, executable, and one that this machine can start.

use child_process::startable;
use diagnostics::Failure;
use gitops_clone::{CheckedOut, Commit, Mode};

use super::login::{SYSTEM, git};
use crate::checks::Rows;
use crate::request::Request;
use crate::script::PATH;

/// Judges the script as the checkout will write it.
pub(super) fn look(request: &Request, commit: &Commit, rows: Rows<'_>) -> Result<(), Failure> {
    let executable = format!("{PATH} is in that commit and executable");
    if request.settings.script.skip {
        rows.skipped(executable, "--skip-script");
        return Ok(());
    }
    let see = format!("git ls-tree {} {PATH}", secret::quoted(request.spec.repo_ref.as_str()));
    let script = rows.told(find(commit), &executable, &see)?;
    let see =
        format!("git show {}:{} | head -1", secret::quoted(request.spec.repo_ref.as_str()), script.path);
    rows.told(check_start(request, commit, &script), &format!("{PATH} can be started on this machine"), &see)
}

fn find(commit: &Commit) -> Result<CheckedOut, Failure> {
    let at = short(commit);
    let mode = commit.mode(PATH).map_err(|error| git(&error))?;
    let script = commit.checked_out(PATH).map_err(|error| git(&error))?;
    match (mode, script) {
        (Some(mode), Some(script)) if mode.is_executable() => Ok(script),
        (_, Some(script)) => Err(Failure::refused(
            SYSTEM,
            format!("{PATH} is not executable in commit {at}"),
        )
        .hint(format!("in the repository: git update-index --chmod=+x {}", secret::quoted(script.path)))),
        (None, None) => Err(Failure::refused(SYSTEM, format!("{PATH} is not in commit {at}"))
            .hint("is gitops.repo_ref the branch that holds it?")),
        (Some(mode), None) => {
            let what = if mode == Mode::Submodule { "submodule" } else { "folder" };
            Err(Failure::refused(SYSTEM, format!("{PATH} is a {what} in commit {at}, not a file"))
                .hint("is gitops.repo_ref the branch that holds the script?"))
        }
    }
}

fn check_start(request: &Request, commit: &Commit, script: &CheckedOut) -> Result<(), Failure> {
    startable(&script.content, request.settings.path()).map_err(|problem| {
        let message = format!("{PATH} of commit {} can't be started: {problem}", short(commit));
        Failure::refused(SYSTEM, message).hint(problem.hint(&script.path))
    })
}

fn short(commit: &Commit) -> String {
    commit.id().get(..10).unwrap_or_default().to_owned()
}
