//! This machine: tools on PATH, the `.work` folder, the traces of earlier runs.

use crate::error::PreflightError;
use advice::{CommandLine, shell};
use std::cmp::Reverse;
use std::path::Path;

use child_process::find_on_path;
use cluster_access::Identity;
use diagnostics::{Check, CheckId, Checks, Failure, Step};
use trace::{History, Record, StepStatus};

use super::observation::Observed;
use crate::infra_id_sources;
use crate::inputs::{MachineInputs, ScriptRole};
use crate::programs;
use crate::recreated::PreviousCluster;

/// The state of this machine.
pub struct Machine {
    /// The trace of the run before.
    pub previous: Option<Record>,
    /// The traces that are kept, single steps included, whose cluster's id is known; the newest first.
    pub known: Vec<Record>,
    /// The content of `.work/infraID`.
    pub infra_id: Option<String>,
    /// All infraIDs in `.work/`.
    pub infra_ids: Vec<String>,
}

impl Machine {
    /// The cluster that bore this name before. `steps`: those that are to renew what it left; one of them that is not
    /// done yet since the recreate leaves it open.
    pub fn earlier(&self, now: &Identity, steps: &[Step]) -> PreviousCluster {
        PreviousCluster::find(&self.known, self.infra_id.as_deref(), now, steps)
    }

    /// The newest of the traces.
    pub fn newest(&self) -> Option<&Record> {
        self.known.first()
    }
}

/// Observes this machine.
pub fn observe(inputs: &MachineInputs<'_>) -> Observed<Machine> {
    let MachineInputs { cluster, folder, path, script, tools } = *inputs;
    let previous = trace::read_optional(&folder.trace()).ok().flatten();
    let missing: Vec<&str> =
        tools.iter().filter(|tool| find_on_path(tool, path).is_none()).map(String::as_str).collect();
    let mount = (script == ScriptRole::Runs).then(|| programs::check_mount(folder));
    let mut checks = Checks::default();
    let tried = judge(tools, &missing, &mut checks);
    let started = match mount {
        Some(mount) => checks.result(
            CheckId::WorkFolderPrograms,
            "can be started",
            shell!("findmnt --target {}", folder.dir()),
            mount,
        ),
        None => Ok(()),
    };
    checks.extend(unfinished_script(script, previous.as_ref()));
    let machine = tried.and(started).map(|()| Machine {
        known: known_runs(previous.clone(), &folder.runs(), cluster),
        previous,
        infra_id: disk::read_to_string(&folder.infra_id_file()).ok(),
        infra_ids: infra_id_sources::observe(folder).into_iter().filter_map(|source| source.id).collect(),
    });
    Observed::of(machine, checks, |_| match tools {
        [] => "work folder writable".into(),
        tools => format!("{} on PATH", tools.join(", ")),
    })
}

/// The tools that the script needs.
fn judge(tools: &[String], missing: &[&str], checks: &mut Checks) -> Result<(), diagnostics::Blocked> {
    if tools.is_empty() {
        return Ok(());
    }
    let result = if missing.is_empty() { Ok(()) } else { Err(missing_tools(missing)) };
    checks.result(CheckId::RequiredTools, on_path(tools), CommandLine::of_words("command -v", tools), result)
}

/// `oc and helm on PATH`
fn on_path(tools: &[String]) -> String {
    format!("{} on PATH", tools.join(" and "))
}

fn missing_tools(missing: &[&str]) -> Failure {
    PreflightError::MissingTools { tools: missing.join(", ") }.refused(Step::Preflight)
}

/// A run that leaves the script out warns where the script of the run before did not come to its end.
fn unfinished_script(script: ScriptRole, previous: Option<&Record>) -> Option<Check> {
    let (ScriptRole::Skipped, Some(Record::New(before))) = (script, previous) else { return None };
    let step = before.steps.iter().find(|step| step.name == Step::Script)?;
    matches!(step.status, StepStatus::Running | StepStatus::Failed).then(|| {
        let told = format!(
            "the script did not end well in the run before ({}), and this run leaves it out: what it did may be there in part",
            before.run_id
        );
        Check::warning(CheckId::ScriptBefore, vec![told])
    })
}

/// A trace that can't be read is no reason not to run. One of another name is of a cluster that was never this one.
fn known_runs(latest: Option<Record>, runs: &Path, name: &str) -> Vec<Record> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::CheckStatus;

    fn tools(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.into()).collect()
    }

    #[test]
    fn a_tool_that_is_missing_is_named_and_blocks() {
        let mut checks = Checks::default();
        assert!(judge(&tools(&["oc", "helm"]), &["helm"], &mut checks).is_err());
        let check = &checks.into_vec()[0];
        assert_eq!(check.code(), "PREFLIGHT-009");
        assert_eq!(check.details(), ["helm not found on PATH"]);
        assert_eq!(check.command.as_ref().map(ToString::to_string).as_deref(), Some("command -v oc helm"));
    }

    #[test]
    fn tools_that_are_there_pass_and_where_none_is_needed_there_is_no_check() {
        let mut checks = Checks::default();
        assert!(judge(&tools(&["oc"]), &[], &mut checks).is_ok());
        assert!(judge(&[], &[], &mut checks).is_ok());
        let all = checks.into_vec();
        assert_eq!((all.len(), all[0].status(), all[0].finding()), (1, CheckStatus::Ok, "oc on PATH"));
    }
}
