//! Gathers the files of a bundle. They are packed as they lie there; only the plan reads from the cluster.

use advice::Diagnostic as _;
use diagnostics::Failures;
use std::path::Path;

use bootstrap_core::Planned;
use cluster_spec::ClusterFolder;
use serde_json::Value;
use trace::{History, ReadError, Record, Run, Trace};

use super::file::{Bundle, Member, Missing};
use super::manifest::manifest;
use super::versions::Versions;
use crate::show::{self, Plan};

/// Input of a bundle, known before its files are read.
pub struct Asked<'a> {
    /// Folder of the files.
    pub folder: &'a ClusterFolder,
    /// The run that is named; else the newest.
    pub run: Option<Run>,
    /// The plan, or what stands in its way and the document that says so.
    pub plan: Result<Planned, (Failures, Value)>,
    /// Of this machine.
    pub versions: Versions,
}

/// All that is packed.
pub fn gather(asked: Asked<'_>) -> Bundle {
    let mut bundle = Bundle::default();
    let trace = of_the_run(&mut bundle, asked.folder, asked.run);
    plan(&mut bundle, asked.plan);
    bundle.add_file("cluster.yaml", &asked.folder.yaml());
    bundle.members.push(Member::json("versions.json", &asked.versions.with(trace.as_ref())));
    let manifest = manifest(&bundle);
    bundle.members.push(Member::made("MANIFEST", manifest));
    bundle
}

/// Trace and log of the run; the trace as this program understands it, where it does.
fn of_the_run(bundle: &mut Bundle, folder: &ClusterFolder, named: Option<Run>) -> Option<Trace> {
    let asked_for = named.is_some();
    let run = match named.map_or_else(|| newest(folder), |run| Ok(Some(run))) {
        Ok(Some(run)) => run,
        Ok(None) => return of_no_run(bundle, folder, "no run is remembered"),
        Err(error) => {
            let hint = error
                .hint()
                .map(|hint| format!("; {}", hint.to_string().replace('\n', " ")))
                .unwrap_or_default();
            return of_no_run(bundle, folder, &format!("the runs can't be read: {error}{hint}"));
        }
    };
    bundle.run_id = Some(run.id.to_string());
    bundle.add_file("trace.json", &run.trace());
    match fs_err::symlink_metadata(run.log()) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            bundle.missing.push(Missing::new("bootstrap.log", "that run started no script"));
        }
        _ => bundle.add_file("bootstrap.log", &run.log()),
    }
    if !asked_for {
        of_the_last_that_wrote(bundle, folder);
    }
    understood(&run.trace())
}

fn newest(folder: &ClusterFolder) -> Result<Option<Run>, ReadError> {
    Ok(History::new(folder.runs()).list()?.into_iter().next())
}

/// The script before this program left but the trace.
fn of_no_run(bundle: &mut Bundle, folder: &ClusterFolder, why: &str) -> Option<Trace> {
    let trace = folder.trace();
    match fs_err::symlink_metadata(&trace) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            bundle.missing.push(Missing::new("trace.json", why));
        }
        _ => bundle.add_file("trace.json", &trace),
    }
    bundle.missing.push(Missing::new("bootstrap.log", why));
    understood(&trace)
}

/// Adds the last run that wrote. If the newest run was refused, or was one step alone, the objects in the cluster come
/// from an earlier one.
fn of_the_last_that_wrote(bundle: &mut Bundle, folder: &ClusterFolder) {
    let file = folder.trace();
    let latest = understood(&file);
    let another = latest.as_ref().is_none_or(|trace| bundle.run_id.as_deref() != Some(trace.run_id.as_str()));
    if another && file.exists() {
        bundle.add_file("gitops-bootstrap.json", &file);
        let log = latest.map(|trace| History::new(folder.runs()).run(&trace.run_id).log());
        if let Some(log) = log.filter(|log| fs_err::symlink_metadata(log).is_ok()) {
            bundle.add_file("gitops-bootstrap.log", &log);
        }
    }
}

fn understood(file: &Path) -> Option<Trace> {
    match trace::read(file).ok()? {
        Record::New(trace) => Some(*trace),
        Record::Old(_) => None,
    }
}

/// The plan as `plan -o json` prints it, or the document of what stands in its way.
fn plan(bundle: &mut Bundle, plan: Result<Planned, (Failures, Value)>) {
    match plan {
        Ok(planned) => {
            bundle.members.push(Member::json("plan.json", &show::value(&Plan::new(&planned, None))))
        }
        Err((failures, document)) => {
            let why = failures.first().map_or_else(String::new, |failure| failure.message.clone());
            let more = match failures.len() {
                0 | 1 => String::new(),
                count => format!(" (and {} more)", count - 1),
            };
            bundle.missing.push(Missing::new("plan.json", format!("{why}{more}: see plan-failure.json")));
            bundle.members.push(Member::json("plan-failure.json", &document));
        }
    }
}

#[cfg(test)]
mod tests {
    use cluster_spec::Repository;

    use super::*;

    #[test]
    fn runs_that_can_not_be_listed_are_not_told_as_none() {
        let root = tempfile::tempdir().unwrap();
        let folder = Repository::at(root.path()).folder("demo").unwrap();
        fs_err::create_dir_all(folder.work()).unwrap();
        let why = || {
            let mut bundle = Bundle::default();
            assert!(of_the_run(&mut bundle, &folder, None).is_none());
            bundle.missing.into_iter().map(|missing| missing.why).collect::<Vec<_>>()
        };
        assert_eq!(why(), ["no run is remembered"; 2]);
        fs_err::write(folder.runs(), "").unwrap();
        for why in why() {
            assert!(why.starts_with("the runs can't be read: a file lies where"), "{why}");
            assert!(why.contains("; move the file away: mv "), "{why}");
        }
    }
}
