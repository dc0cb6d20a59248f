//! This machine: tools on PATH, the trace of the run before.

use std::path::Path;

use child_process::find_on_path;
use trace::Record;

use super::Look;
use crate::failure::Failure;
use crate::request::{Request, Scope};

/// What this machine holds.
pub(crate) struct Local {
    /// The trace of the run before.
    pub previous: Option<Record>,
}

pub(crate) async fn look(request: &Request) -> Look<Local> {
    let mut failures = Vec::new();
    let script_runs = request.scope == Scope::Run && !request.settings.script.skip;
    let tools = if script_runs { request.settings.script.tools.as_slice() } else { &[] };
    let missing: Vec<&str> = tools
        .iter()
        .filter(|tool| find_on_path(tool, request.settings.path()).is_none())
        .map(String::as_str)
        .collect();
    if !missing.is_empty() {
        failures.push(missing_tools(&missing));
    }
    if !failures.is_empty() {
        return Look::Failed(failures);
    }
    let detail = if tools.is_empty() {
        "work folder writable".into()
    } else {
        format!("{} on PATH", tools.join(", "))
    };
    Look::Fine(Local { previous: previous(&request.folder.trace(), &request.folder.runs()) }, detail)
}

fn missing_tools(missing: &[&str]) -> Failure {
    let message = format!("not found on PATH: {}", missing.join(", "));
    let hint = "install what scripts/bootstrap.sh needs, or name its tools yourself: --require-tool NAME";
    Failure::refused("preflight", message).hint(hint)
}

/// The newest run that wrote: the latest trace, else the newest of the history that reached a write. One that can't
/// be read is no reason not to run.
fn previous(latest: &Path, runs: &Path) -> Option<Record> {
    if let Ok(Some(record)) = trace::read_optional(latest) {
        return Some(record);
    }
    let history = trace::History::new(runs);
    history.list().ok()?.into_iter().find_map(|run| trace::read(&run.trace()).ok())
}
