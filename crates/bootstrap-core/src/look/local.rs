//! This machine: tools on PATH, the trace of the run before.

use diagnostics::{Failure, Step, Subject};
use std::cmp::Reverse;
use std::path::Path;

use child_process::find_on_path;
use cluster_access::Identity;
use trace::{History, Record};

use super::observation::Look;
use crate::checks::Rows;
use crate::earlier::Earlier;
use crate::infra_id_places;
use crate::programs;
use crate::request::{Context, Request, Scope};

pub(super) const SYSTEM: Subject = Subject::Machine;

/// What this machine holds.
pub(crate) struct Local {
    /// The trace of the run before.
    pub previous: Option<Record>,
    /// The traces that are kept, single steps included, whose cluster's id is known; the newest first.
    pub known: Vec<Record>,
    /// What `.work/infraID` holds.
    pub infra_id: Option<String>,
    /// All infraIDs that `.work/` knows of.
    pub infra_ids: Vec<String>,
}

impl Local {
    /// What is remembered here of the cluster that bore this name before. `steps`: those that are to renew what it
    /// left; one of them that is not done yet since the recreate leaves it open.
    pub(crate) fn earlier(&self, now: &Identity, steps: &[Step]) -> Earlier {
        Earlier::find(&self.known, self.infra_id.as_deref(), now, steps)
    }

    /// The newest of the traces.
    pub(crate) fn newest(&self) -> Option<&Record> {
        self.known.first()
    }
}

pub(crate) async fn look(request: &Request, context: &Context) -> Look<Local> {
    let rows = Rows::of(context, SYSTEM);
    let script_runs = request.scope == Scope::Run && !request.settings.script.skip;
    let tools = if script_runs { request.settings.script.tools.as_slice() } else { &[] };
    let missing: Vec<&str> = tools
        .iter()
        .filter(|tool| find_on_path(tool, request.settings.path()).is_none())
        .map(String::as_str)
        .collect();
    let outcome = if missing.is_empty() { Ok(()) } else { Err(missing_tools(&missing)) };
    let outcome = match tools {
        [] => outcome,
        tools => rows.told(outcome, &on_path(tools), &format!("command -v {}", tools.join(" "))),
    };
    let mount = if script_runs { programs::check_mount(&request.folder) } else { Ok(()) };
    let mount = match script_runs {
        true => rows.told(mount, "programs can be started in the .work folder", &see_mount(&request.folder)),
        false => mount,
    };
    let failures: Vec<Failure> = outcome.err().into_iter().chain(mount.err()).collect();
    if !failures.is_empty() {
        return Look::Failed(failures);
    }
    let detail = if tools.is_empty() {
        "work folder writable".into()
    } else {
        format!("{} on PATH", tools.join(", "))
    };
    let folder = &request.folder;
    let previous = trace::read_optional(&folder.trace()).ok().flatten();
    let known = known(previous.clone(), &folder.runs(), &request.spec.name);
    let infra_id = disk::read_to_string(&folder.infra_id_file()).ok();
    let infra_ids = infra_id_places::places(folder).into_iter().filter_map(|place| place.id).collect();
    let local = Local { previous, known, infra_id, infra_ids };
    Look::Fine(local, detail)
}

fn see_mount(folder: &cluster_spec::ClusterFolder) -> String {
    format!("findmnt --target {}", secret::quoted_path(folder.dir()))
}

/// `oc and helm are on PATH`
fn on_path(tools: &[String]) -> String {
    match tools {
        [one] => format!("{one} is on PATH"),
        tools => format!("{} are on PATH", tools.join(" and ")),
    }
}

fn missing_tools(missing: &[&str]) -> Failure {
    let message = format!("not found on PATH: {}", missing.join(", "));
    let hint = "install what scripts/bootstrap.sh needs, or name its tools yourself: --require-tool NAME";
    Failure::refused(Step::Preflight, message).hint(hint)
}

/// One that can't be read is no reason not to run. One of another name is of a cluster that was never this one.
fn known(latest: Option<Record>, runs: &Path, name: &str) -> Vec<Record> {
    let runs = History::new(runs).list().unwrap_or_default();
    let runs = runs.into_iter().filter_map(|run| trace::read(&run.trace()).ok());
    let ours = latest.into_iter().chain(runs).filter(|record| record.cluster() == name);
    let mut known: Vec<Record> = ours.filter(|record| record.cluster_id().is_some()).collect();
    known.sort_by_key(|record| match record {
        Record::New(trace) => Reverse(Some(trace.timestamp)),
        Record::Old(_) => Reverse(None),
    });
    known
}
