//! Where each cluster stands: from the trace on this machine, and from the record in the cluster where it answers
//! quickly. Reads only; what goes wrong with one cluster is told in its row.

mod later_runs;
mod observe;

use advice::{Advice, CommandContext};
use schemars::JsonSchema;
use secret::one_line;
use serde::Serialize;

use argocd::record::Record as ClusterRecord;
use trace::{Record, RunStatus, Trace};

pub use later_runs::{LaterRuns, Refused, Release, later};
pub use observe::{ClusterAnswer, observe, on_this_machine};

/// One cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClusterStatus {
    /// The cluster, as its folder is named below `clusters/`.
    pub cluster: String,
    /// `gitops.env`.
    pub env: String,
    /// How the latest run ended, `released` where what it wrote was given back since, `never` where there was none, `elsewhere` where only the record tells of one, `unknown`
    /// where it can't be said.
    pub status: String,
    /// Where and why it failed; none where it did not, or nothing is known of it.
    pub failed: Option<FailedAt>,
    /// The newest run since that was refused before its first write; none where there was none.
    pub refused: Option<Refused>,
    /// The commit it stood at.
    pub git_sha: String,
    /// `gitops.repo_ref`.
    pub repo_ref: String,
    /// When it began, RFC 3339.
    pub timestamp: String,
    /// When the newest success began, RFC 3339.
    pub last_success: Option<String>,
    /// The installer's infraID.
    pub infra_id: Option<String>,
    /// How many warnings the latest run had; none where its trace does not say.
    pub warnings: Option<usize>,
    /// Whether the cluster answered; none where it was not asked.
    pub answers: Option<bool>,
    /// What is odd, or went wrong.
    #[serde(serialize_with = "as_texts")]
    #[schemars(with = "Vec<String>")]
    pub notes: Vec<Advice>,
    /// Whether its cluster.yaml can't be used; that is a note too.
    #[serde(skip)]
    pub is_broken: bool,
}

/// Where and why a run failed, in a few words; the trace has the rest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FailedAt {
    /// The step.
    pub step: String,
    /// The first line of what went wrong.
    pub message: String,
}

impl FailedAt {
    /// Of a run; none where it says nothing of a failure.
    fn from_trace(trace: &Trace) -> Option<Self> {
        let error = trace.error.as_ref()?;
        let message = error.message.lines().next().unwrap_or_default();
        Some(Self { step: one_line(&error.step), message: one_line(message) })
    }
}

/// What is known of one cluster.
#[derive(Debug, Default)]
pub struct Known {
    /// As its folder is named.
    pub cluster: String,
    /// `name` of cluster.yaml, where that can be read.
    pub name: Option<String>,
    /// `gitops.env` of cluster.yaml, likewise.
    pub env: Option<String>,
    /// The trace of the latest run.
    pub trace: Option<Record>,
    /// What came after the latest run.
    pub since: LaterRuns,
    /// The run at work on this machine.
    pub at_work: Option<String>,
    /// The answer of the cluster; none where it was not asked.
    pub record: Option<ClusterAnswer>,
    /// What went wrong on this machine.
    pub notes: Vec<Advice>,
    /// Whether cluster.yaml can't be used.
    pub is_broken: bool,
    /// Whether there is a trace that can't be read.
    pub is_unreadable: bool,
}

/// Notes as documents show them.
fn as_texts<S: serde::Serializer>(notes: &[Advice], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(notes.iter().map(ToString::to_string))
}

impl ClusterStatus {
    /// The same with its commands as they are typed here for this cluster.
    #[must_use]
    pub fn filled(mut self, commands: &CommandContext) -> Self {
        let commands = commands.for_cluster(&self.cluster);
        self.notes.iter_mut().for_each(|note| *note = note.filled(&commands));
        self
    }

    /// From what is known. Pure.
    pub fn from_known(known: Known) -> Self {
        let Known { cluster, name, env, trace, since, at_work, record, mut notes, is_broken, is_unreadable } =
            known;
        let (record, answers, silence) = match record {
            None => (None, None, None),
            Some(ClusterAnswer::Answered(record)) => (record.map(|record| *record), Some(true), None),
            Some(ClusterAnswer::Silent(why)) => (None, Some(false), Some(why)),
        };
        let is_another = |record: &ClusterRecord| {
            let theirs = &record.owner.cluster;
            !theirs.is_empty() && name.as_ref().is_some_and(|name| name != theirs)
        };
        let record = match record {
            Some(record) if is_another(&record) => {
                let theirs = &record.owner.cluster;
                notes.push(format!("its kubeconfig is of cluster {theirs}, as the record there says").into());
                None
            }
            record => record,
        };
        let refused = since.refused;
        let mut status = Self { cluster, refused, answers, notes, is_broken, ..Self::default() };
        status.notes.extend(silence.map(Advice::from));
        match &trace {
            Some(trace) => status.fill_from_trace(trace, at_work.as_deref()),
            None if is_unreadable => status.status = "unknown".into(),
            None if record.is_some() => status.status = "elsewhere".into(),
            None if status.notes.is_empty() || answers == Some(false) => status.status = "never".into(),
            None => status.status = "unknown".into(),
        }
        // A record that is there was written after it, from whatever machine.
        let release = since.release.filter(|release| !release.is_whole() || record.is_none());
        if let Some(release) = release {
            status.status = if release.is_whole() { "released" } else { "partly-released" }.into();
            if release.status == RunStatus::Succeeded {
                status.failed = None;
            }
            status.notes.push(release.describe().into());
        }
        if status.status == RunStatus::Running.as_str() {
            // What was refused meanwhile is no news: it waits for this one.
            status.refused = None;
        }
        if let Some(record) = record {
            status.fill_from_record(record, trace.is_some());
        }
        if let Some(env) = env {
            status.env = env;
        }
        status
    }

    fn fill_from_trace(&mut self, trace: &Record, at_work: Option<&str>) {
        self.last_success = trace.last_success().map(|success| success.timestamp);
        self.git_sha = trace.git_sha().into();
        match trace {
            Record::New(trace) => {
                self.status = trace.stands(at_work).to_string();
                (self.env, self.repo_ref) = (trace.env.clone(), trace.repo_ref.clone());
                self.timestamp = trace.timestamp.to_string();
                self.infra_id = trace.kubernetes.as_ref().and_then(|cluster| cluster.infra_id.clone());
                self.warnings = Some(trace.warnings.len());
                self.failed = FailedAt::from_trace(trace);
            }
            Record::Old(old) => {
                // The old script wrote its trace only after a success.
                let succeeded = || RunStatus::Succeeded.as_str().to_owned();
                self.status = old.status.clone().unwrap_or_else(succeeded);
                (self.env, self.repo_ref) = (old.env.clone(), old.repo_ref.clone());
                self.timestamp = old.timestamp.clone();
            }
        }
    }

    /// What the cluster itself says fills what the trace leaves open; where they differ, it was handed over elsewhere.
    fn fill_from_record(&mut self, record: ClusterRecord, has_trace: bool) {
        if has_trace && !record.git_sha.is_empty() && record.git_sha != self.git_sha {
            let short = record.git_sha.get(..10).unwrap_or(&record.git_sha);
            self.notes.push(format!("its record names commit {short}: it was handed over from another machine, or a run did not get there").into());
        }
        if !has_trace {
            (self.env, self.repo_ref, self.git_sha) = (record.env, record.repo_ref, record.git_sha);
        }
        self.infra_id = record.owner.infra_id.or(self.infra_id.take());
    }
}

#[cfg(test)]
mod tests {
    use argocd::Owner;
    use trace::{OldTrace, RunId, Timestamp, Trace};

    use super::*;

    const RUN: &str = "19700101T000000Z-000001";

    fn trace(status: RunStatus) -> Record {
        let now = Timestamp::UNIX_EPOCH;
        let mut trace = Trace::begin(RunId::parse(RUN).unwrap(), now, &[], None);
        (trace.env, trace.git_sha, trace.repo_ref) = ("prod".into(), "a".repeat(40), "main".into());
        trace.warnings = vec!["odd".into()];
        trace.status = status;
        Record::New(Box::new(trace))
    }

    fn record(git_sha: &str) -> ClusterRecord {
        ClusterRecord {
            owner: Owner {
                cluster: "demo".into(),
                cluster_id: "id".into(),
                infra_id: Some("demo-x7k2p".into()),
            },
            env: "prod".into(),
            apps_domain: cluster_spec::AppsDomain::from_text("apps.demo.example.com"),
            repo_url: "https://git.example.com/x".into(),
            repo_ref: "main".into(),
            git_sha: git_sha.into(),
            vault: None,
        }
    }

    #[track_caller]
    fn check(known: Known, expect: &str) -> ClusterStatus {
        let status = ClusterStatus::from_known(known);
        assert_eq!(status.status, expect);
        status
    }

    #[test]
    fn the_trace_tells_how_the_latest_run_ended() {
        let known = Known { trace: Some(trace(RunStatus::Succeeded)), ..Known::default() };
        let status = check(known, "succeeded");
        assert_eq!(
            (status.env.as_str(), status.repo_ref.as_str(), status.warnings),
            ("prod", "main", Some(1))
        );
        assert_eq!(status.last_success.as_deref(), Some("1970-01-01T00:00:00Z"));
        check(Known { trace: Some(trace(RunStatus::Failed)), ..Known::default() }, "failed");
    }

    #[test]
    fn a_failed_run_is_told_with_its_step_and_the_first_line_of_why() {
        let Record::New(mut failed) = trace(RunStatus::Failed) else { panic!("it is of this program") };
        failed.error = Some(trace::ErrorRecord {
            step: "script".into(),
            message: "it broke\nat line 3".into(),
            ..trace::ErrorRecord::default()
        });
        let failed = Record::New(failed);
        let status = check(Known { trace: Some(failed.clone()), ..Known::default() }, "failed");
        let expect = FailedAt { step: "script".into(), message: "it broke".into() };
        assert_eq!(status.failed, Some(expect));
        let (run_id, timestamp) = (RUN.into(), "now".into());
        let release =
            later_runs::Release { run_id, timestamp, status: RunStatus::Succeeded, vault_left: None };
        let since = LaterRuns { release: Some(release), refused: None };
        let given_back = Known { trace: Some(failed), since, ..Known::default() };
        assert_eq!(check(given_back, "released").failed, None);
    }

    #[test]
    fn a_running_trace_whose_run_is_not_at_work_was_interrupted() {
        let running = || Known { trace: Some(trace(RunStatus::Running)), ..Known::default() };
        check(running(), "interrupted");
        check(Known { at_work: Some(RUN.into()), ..running() }, "running");
        check(Known { at_work: Some("another".into()), ..running() }, "interrupted");
    }

    #[test]
    fn a_trace_of_the_old_script_is_a_success() {
        let old = OldTrace {
            cluster: "demo".into(),
            env: "prod".into(),
            apps_domain: String::new(),
            repo_url: String::new(),
            repo_ref: "main".into(),
            git_sha: "b".repeat(40),
            timestamp: "2024-01-02T03:04:05Z".into(),
            status: None,
        };
        let status = check(Known { trace: Some(Record::Old(old)), ..Known::default() }, "succeeded");
        assert_eq!(status.last_success.as_deref(), Some("2024-01-02T03:04:05Z"));
        assert_eq!(status.warnings, None);
    }

    #[test]
    fn a_cluster_that_was_handed_over_from_another_machine_tells_so_itself() {
        let known = Known {
            record: Some(ClusterAnswer::Answered(Some(Box::new(record("c0ffee"))))),
            ..Known::default()
        };
        let status = check(known, "elsewhere");
        assert_eq!((status.git_sha.as_str(), status.infra_id.as_deref()), ("c0ffee", Some("demo-x7k2p")));
        let known = Known {
            trace: Some(trace(RunStatus::Succeeded)),
            record: Some(ClusterAnswer::Answered(Some(Box::new(record("c0ffee"))))),
            ..Known::default()
        };
        let status = check(known, "succeeded");
        assert!(
            status.notes[0].to_string().starts_with("its record names commit c0ffee"),
            "{:?}",
            status.notes
        );
    }

    #[test]
    fn the_record_of_another_cluster_says_nothing_of_this_one() {
        let known = Known {
            name: Some("prod".into()),
            record: Some(ClusterAnswer::Answered(Some(Box::new(record("c0ffee"))))),
            ..Known::default()
        };
        let status = check(known, "unknown");
        assert_eq!((status.git_sha.as_str(), status.infra_id), ("", None));
        assert_eq!(status.notes, ["its kubeconfig is of cluster demo, as the record there says".into()]);
    }

    #[test]
    fn without_trace_and_record_it_was_never_handed_over() {
        check(Known::default(), "never");
        check(Known { record: Some(ClusterAnswer::Answered(None)), ..Known::default() }, "never");
        let silent = Known { record: Some(ClusterAnswer::Silent("no answer".into())), ..Known::default() };
        let status = check(silent, "never");
        assert_eq!((status.answers, status.notes), (Some(false), vec!["no answer".into()]));
    }

    #[test]
    fn a_trace_that_can_t_be_read_leaves_it_unknown() {
        check(Known { notes: vec!["the trace is no JSON".into()], ..Known::default() }, "unknown");
        let silent = Some(ClusterAnswer::Silent("nobody answers".into()));
        check(Known { is_unreadable: true, record: silent, ..Known::default() }, "unknown");
    }

    #[test]
    fn cluster_yaml_says_the_env_of_now() {
        let known =
            Known { env: Some("staging".into()), trace: Some(trace(RunStatus::Failed)), ..Known::default() };
        assert_eq!(check(known, "failed").env, "staging");
    }

    fn release(status: RunStatus) -> LaterRuns {
        let (run_id, timestamp) = (RUN.into(), "now".into());
        let release = later_runs::Release { run_id, timestamp, status, vault_left: None };
        LaterRuns { release: Some(release), refused: None }
    }

    fn answered(git_sha: &str) -> Option<ClusterAnswer> {
        Some(ClusterAnswer::Answered(Some(Box::new(record(git_sha)))))
    }

    #[test]
    fn a_release_counts_unless_a_record_was_written_since_and_a_part_of_one_always_does() {
        let ran = |since, record| Known {
            trace: Some(trace(RunStatus::Succeeded)),
            since,
            record,
            ..Known::default()
        };
        let sha = "a".repeat(40);
        check(ran(release(RunStatus::Succeeded), None), "released");
        check(ran(release(RunStatus::Succeeded), answered(&sha)), "succeeded");
        check(ran(release(RunStatus::Failed), answered(&sha)), "partly-released");
        let failed = Known {
            trace: Some(trace(RunStatus::Failed)),
            since: release(RunStatus::Failed),
            ..Known::default()
        };
        check(failed, "partly-released");
    }

    #[test]
    fn a_record_of_the_same_commit_or_of_none_is_no_news() {
        let notes = |git_sha: &str, trace| {
            let known = Known { trace, record: answered(git_sha), ..Known::default() };
            ClusterStatus::from_known(known).notes.len()
        };
        let ran = || Some(trace(RunStatus::Succeeded));
        let same = "a".repeat(40);
        assert_eq!(
            [notes(&same, ran()), notes("", ran()), notes("c0ffee", ran()), notes("c0ffee", None)],
            [0, 0, 1, 0]
        );
    }

    #[test]
    fn what_was_refused_is_told_unless_a_run_is_at_work() {
        let at = FailedAt { step: "preflight".into(), message: "it is sealed".into() };
        let refused = Refused { run_id: RUN.into(), timestamp: "now".into(), at };
        let since = || LaterRuns { release: None, refused: Some(refused.clone()) };
        let known = |at_work| Known {
            trace: Some(trace(RunStatus::Running)),
            since: since(),
            at_work,
            ..Known::default()
        };
        assert_eq!(check(known(None), "interrupted").refused, Some(refused.clone()));
        assert_eq!(check(known(Some(RUN.into())), "running").refused, None);
    }

    #[test]
    fn a_cluster_without_a_trace_is_unknown_where_something_went_wrong_and_it_was_not_asked() {
        let known = |record, notes| Known { record, notes, ..Known::default() };
        check(known(None, vec!["cluster.yaml is broken".into()]), "unknown");
        check(
            known(Some(ClusterAnswer::Silent("no answer".into())), vec!["cluster.yaml is broken".into()]),
            "never",
        );
        check(known(Some(ClusterAnswer::Answered(None)), vec!["cluster.yaml is broken".into()]), "unknown");
        let broken =
            ClusterStatus::from_known(Known { cluster: "demo".into(), is_broken: true, ..Known::default() });
        assert!(broken.is_broken && broken.cluster == "demo");
    }

    #[test]
    fn notes_name_their_commands_as_they_are_typed_for_the_cluster() {
        let note = Advice::say("it is broken: ").inline(advice::CommandLine::own("validate"));
        let status = ClusterStatus { cluster: "demo".into(), notes: vec![note], ..ClusterStatus::default() };
        let filled = status.filled(&CommandContext::new("it".into(), "/".into()));
        assert!(filled.notes[0].to_string().ends_with(" it validate demo"), "{:?}", filled.notes);
        assert_eq!((filled.cluster.as_str(), filled.notes.len()), ("demo", 1));
    }
}
