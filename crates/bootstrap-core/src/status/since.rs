//! What came after the latest run that wrote, and left its trace alone.

use cluster_spec::ClusterFolder;
use schemars::JsonSchema;
use serde::Serialize;
use trace::{History, Record, RunStatus, Trace};

use super::FailedAt;

/// What came since. Nothing, where the latest run is the newest one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Since {
    /// When the newest `release` that came to its end began.
    pub released: Option<String>,
    /// The newest run that was refused before its first write; what was released later makes it history.
    pub refused: Option<Refused>,
}

/// A run that ended before its first write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Refused {
    /// Its name.
    pub run_id: String,
    /// When it began, RFC 3339.
    pub timestamp: String,
    /// Where and why.
    #[serde(flatten)]
    pub at: FailedAt,
}

impl Since {
    /// From the runs after the latest, the newest first.
    pub fn of(later: &[Trace]) -> Self {
        let is_release =
            |trace: &&Trace| trace.tool.command == "release" && trace.status == RunStatus::Succeeded;
        let refused = |trace: &Trace| {
            let is_run = trace.tool.command == "run" && trace.status != RunStatus::Succeeded;
            is_run.then(|| Refused {
                run_id: trace.run_id.to_string(),
                timestamp: trace.timestamp.to_string(),
                at: FailedAt::of(trace).unwrap_or_default(),
            })
        };
        Self {
            released: later.iter().find(is_release).map(|trace| trace.timestamp.to_string()),
            refused: later.iter().take_while(|trace| !is_release(trace)).find_map(refused),
        }
    }
}

/// The runs after `latest` (all, where there is none) that came to an end, the newest first. One that left its trace
/// `running` and is not `at_work` was interrupted.
pub fn later(folder: &ClusterFolder, latest: Option<&Record>, at_work: Option<&str>) -> Vec<Trace> {
    let latest = match latest {
        Some(Record::New(latest)) => Some(&latest.run_id),
        // It has no name to be later than.
        Some(Record::Old(_)) => return Vec::new(),
        None => None,
    };
    let ended = |run: trace::Run| match trace::read(&run.trace()).ok()? {
        Record::New(mut trace) => {
            trace.status = trace.stands(at_work);
            (trace.status != RunStatus::Running).then_some(*trace)
        }
        Record::Old(_) => None,
    };
    let runs = History::new(folder.runs()).list().unwrap_or_default();
    runs.into_iter()
        .take_while(|run| latest.is_none_or(|latest| run.id > *latest))
        .filter_map(ended)
        .collect()
}

#[cfg(test)]
mod tests {
    use trace::{ErrorRecord, RunId, Timestamp};

    use super::*;

    fn run(number: u8, command: &str, status: RunStatus) -> Trace {
        let id = RunId::parse(&format!("19700101T000000Z-00000{number}")).unwrap();
        let mut trace = Trace::begin(id, Timestamp::UNIX_EPOCH, &[], None);
        trace.tool.command = command.into();
        trace.status = status;
        let message = format!("why {number}\nat length");
        trace.error = Some(ErrorRecord { step: "preflight".into(), message, ..ErrorRecord::default() });
        trace
    }

    #[test]
    fn the_newest_refused_run_is_told_and_a_release_makes_those_before_it_history() {
        let (one, two) = (run(1, "run", RunStatus::Failed), run(2, "run", RunStatus::Interrupted));
        let told = |later: &[Trace]| Since::of(later).refused.map(|it| (it.run_id, it.at.message));
        assert_eq!(told(&[two, one.clone()]), Some(("19700101T000000Z-000002".into(), "why 2".into())));
        let release = run(3, "release", RunStatus::Succeeded);
        let since = Since::of(&[release, one.clone()]);
        assert_eq!((since.released.as_deref(), since.refused), (Some("1970-01-01T00:00:00Z"), None));
        let refused_release = run(4, "release", RunStatus::Failed);
        assert_eq!(Since::of(&[refused_release, one.clone()]).released, None);
        assert_eq!(Since::of(&[run(5, "vault-auth", RunStatus::Failed)]), Since::default());
    }
}
