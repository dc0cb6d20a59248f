//! What came after the latest run that wrote, and left its trace alone.

use cluster_spec::ClusterFolder;
use schemars::JsonSchema;
use serde::Serialize;
use trace::{History, Record, RunStatus, Step, StepStatus, Trace};

use super::FailedAt;
use diagnostics::Step as Name;

/// The newest runs after the latest one that wrote; none where that is the newest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LaterRuns {
    /// The newest `release` that reached its first write.
    pub release: Option<Release>,
    /// The newest run that was refused before its first write; what was released later makes it history.
    pub refused: Option<Refused>,
}

/// A `release` that reached its first write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Release {
    /// Its name.
    pub run_id: String,
    /// When it began, RFC 3339.
    pub timestamp: String,
    /// How it ended.
    pub status: RunStatus,
    /// Why Vault's part of it was left out, where the run had configured Vault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vault_left: Option<String>,
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

impl Release {
    fn from_trace(trace: &Trace) -> Option<Self> {
        // Whose turn came after all looks wrote, or was about to.
        let wrote = |step: &Step| step.name != Name::Preflight && step.status != StepStatus::Pending;
        let reached = trace.status == RunStatus::Succeeded || trace.steps.iter().any(wrote);
        (trace.tool.command == "release" && reached).then(|| Self {
            run_id: trace.run_id.to_string(),
            timestamp: trace.timestamp.to_string(),
            status: trace.status,
            vault_left: trace.steps.iter().find_map(left_out),
        })
    }

    /// Whether all that the latest run wrote is gone.
    pub fn is_whole(&self) -> bool {
        self.status == RunStatus::Succeeded && self.vault_left.is_none()
    }

    /// Describes what the release left behind.
    pub fn describe(&self) -> String {
        let Self { timestamp, status, vault_left, .. } = self;
        match (self.is_whole(), vault_left) {
            (true, _) => {
                format!("what it wrote was given back at {timestamp}: the next run writes it again")
            }
            (false, Some(why)) if *status == RunStatus::Succeeded => format!(
                "what it wrote was given back at {timestamp}, but not in Vault ({}): Vault may still trust the cluster",
                secret::one_line(why)
            ),
            _ => {
                format!(
                    "a release since, at {timestamp}, is {status}: what the run wrote may be there in part"
                )
            }
        }
    }
}

/// Why a release left Vault as it was.
fn left_out(step: &Step) -> Option<String> {
    let is_it = step.name == Name::VaultAuth && step.status == StepStatus::Skipped;
    is_it.then(|| step.detail.first().cloned().unwrap_or_default())
}

impl LaterRuns {
    /// From the runs `later` than the latest, the newest first.
    pub fn after(latest: Option<&Record>, later: &[Trace]) -> Self {
        let mut since = Self::newest(later);
        // Where the latest run had nothing to do with Vault, nothing was left there.
        if let (Some(Record::New(latest)), Some(release)) = (latest, &mut since.release)
            && latest.vault.is_none()
        {
            release.vault_left = None;
        }
        since
    }

    fn newest(later: &[Trace]) -> Self {
        let refused = |trace: &Trace| {
            let is_run = trace.tool.command == "run" && trace.status != RunStatus::Succeeded;
            is_run.then(|| Refused {
                run_id: trace.run_id.to_string(),
                timestamp: trace.timestamp.to_string(),
                at: FailedAt::from_trace(trace).unwrap_or_default(),
            })
        };
        Self {
            release: later.iter().find_map(Release::from_trace),
            refused: later.iter().take_while(|trace| Release::from_trace(trace).is_none()).find_map(refused),
        }
    }
}

/// The runs after `latest` (all, where there is none) that came to an end, the newest first. One that left its trace
/// `running` and is not `at_work` was interrupted.
pub fn later(folder: &ClusterFolder, latest: Option<&Record>, at_work: Option<&str>) -> Vec<Trace> {
    let latest = match latest {
        Some(Record::New(latest)) => Some(latest.run_id.to_string()),
        // It has no name; that of a run begins with its time.
        Some(Record::Old(old)) => Some(old.timestamp.replace(['-', ':'], "")),
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
        .take_while(|run| latest.as_ref().is_none_or(|latest| run.id.as_str() > latest.as_str()))
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
        let found = |later: &[Trace]| LaterRuns::newest(later).refused.map(|it| (it.run_id, it.at.message));
        assert_eq!(found(&[two, one.clone()]), Some(("19700101T000000Z-000002".into(), "why 2".into())));
        let release = run(3, "release", RunStatus::Succeeded);
        let since = LaterRuns::newest(&[release.clone(), one.clone()]);
        assert!(since.release.unwrap().is_whole() && since.refused.is_none());
        assert_eq!(LaterRuns::newest(&[run(5, "vault-auth", RunStatus::Failed)]), LaterRuns::default());
        // With Vault left out it gave back all but what Vault holds.
        let mut partly = release;
        let skipped = Step { status: StepStatus::Skipped, ..Step::pending(Name::VaultAuth) };
        partly.steps = vec![Step { detail: vec!["it was to be".into()], ..skipped }];
        let found = LaterRuns::newest(std::slice::from_ref(&partly)).release.unwrap();
        assert!(
            !found.is_whole() && found.describe().contains("but not in Vault (it was to be)"),
            "{}",
            found.describe()
        );
        let without_vault = Record::New(Box::new(one));
        assert!(LaterRuns::after(Some(&without_vault), &[partly]).release.unwrap().is_whole());
    }

    #[test]
    fn a_release_that_wrote_nothing_gave_nothing_back_and_one_that_did_is_told_however_it_ended() {
        let mut release = run(4, "release", RunStatus::Failed);
        assert_eq!(LaterRuns::newest(std::slice::from_ref(&release)).release, None);
        release.step_mut("vault-auth").begin(Timestamp::UNIX_EPOCH);
        let found = LaterRuns::newest(&[release]).release.unwrap();
        assert!(
            !found.is_whole()
                && found.describe().contains("is failed: what the run wrote may be there in part")
        );
    }

    #[test]
    fn a_step_that_waits_and_the_look_before_the_first_write_wrote_nothing() {
        let released = |steps: Vec<Step>| {
            let mut release = run(4, "release", RunStatus::Failed);
            release.steps = steps;
            LaterRuns::newest(&[release]).release.is_some()
        };
        let ended = |name, status| Step { status, ..Step::pending(name) };
        assert!(!released(vec![ended(Name::Preflight, StepStatus::Changed), Step::pending(Name::VaultAuth)]));
        assert!(released(vec![ended(Name::VaultAuth, StepStatus::Failed)]));
        assert!(released(vec![Step::pending(Name::VaultAuth), ended(Name::Record, StepStatus::Changed)]));
        assert_eq!(LaterRuns::newest(&[run(5, "run", RunStatus::Succeeded)]), LaterRuns::default());
    }

    #[test]
    fn only_vaults_step_that_was_left_out_leaves_something_in_vault() {
        let whole = |name, status| {
            let mut release = run(4, "release", RunStatus::Succeeded);
            release.steps = vec![Step { status, detail: vec!["why".into()], ..Step::pending(name) }];
            let release = LaterRuns::newest(&[release]).release.unwrap();
            (release.is_whole(), release.vault_left)
        };
        assert_eq!(whole(Name::VaultAuth, StepStatus::Skipped), (false, Some("why".into())));
        assert_eq!(whole(Name::VaultAuth, StepStatus::Changed), (true, None));
        assert_eq!(whole(Name::RepoCreds, StepStatus::Skipped), (true, None));
    }

    #[test]
    fn how_much_was_given_back_is_said_in_three_ways() {
        let said = |status, vault_left: Option<&str>| {
            let (run_id, timestamp) = (String::new(), "now".into());
            Release { run_id, timestamp, status, vault_left: vault_left.map(String::from) }.describe()
        };
        assert!(said(RunStatus::Succeeded, None).starts_with("what it wrote was given back at now: "));
        assert!(said(RunStatus::Succeeded, Some("why")).contains("but not in Vault (why)"));
        for vault_left in [None, Some("why")] {
            assert!(said(RunStatus::Failed, vault_left).starts_with("a release since, at now, is failed"));
        }
    }

    #[test]
    fn later_runs_are_those_after_the_latest_that_came_to_an_end() {
        let root = tempfile::tempdir().unwrap();
        let folder = cluster_spec::Repository::at(root.path()).folder("demo").unwrap();
        for (number, status) in [
            (1, RunStatus::Failed),
            (2, RunStatus::Succeeded),
            (3, RunStatus::Failed),
            (4, RunStatus::Running),
        ] {
            let trace = run(number, "run", status);
            let place = folder.runs().join(trace.run_id.to_string());
            fs_err::create_dir_all(&place).unwrap();
            fs_err::write(place.join("trace.json"), serde_json::to_string(&trace).unwrap()).unwrap();
        }
        let latest = Record::New(Box::new(run(2, "run", RunStatus::Succeeded)));
        let found = |latest: Option<&Record>, at_work| {
            later(&folder, latest, at_work)
                .iter()
                .map(|it| (it.run_id.to_string(), it.status))
                .collect::<Vec<_>>()
        };
        let id = |number: u8| format!("19700101T000000Z-00000{number}");
        let at_work = id(4);
        let (three, four) = ((id(3), RunStatus::Failed), (at_work.clone(), RunStatus::Interrupted));
        assert_eq!(found(Some(&latest), None), [four, three.clone()]);
        assert_eq!(found(Some(&latest), Some(at_work.as_str())), [three]);
        assert_eq!(found(None, Some(at_work.as_str())).len(), 3);
    }
}
