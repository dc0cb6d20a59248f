//! A failure as the user meets it: what was being done, what went wrong, why, and what to do next.

use std::error::Error;
use std::io;
use std::path::Path;

use crate::Subject;
use advice::{Advice, CommandContext, Diagnostic, Entry};
use disk::DiskError;
use secret::Mask;
use trace::{Cause, ErrorRecord};

/// What a failure means for the caller. The binary alone makes exit codes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The command line or cluster.yaml is wrong.
    Usage,
    /// Something the run needs is missing or refused, and nothing was written.
    Refused,
    /// A step failed after the first write.
    Step,
    /// Another run holds the cluster.
    Locked,
    /// Ctrl-C.
    Interrupted,
    /// Asked to end (SIGTERM, SIGHUP).
    Terminated,
}

/// One failure.
#[derive(Debug, Clone)]
pub struct Failure {
    /// What the catalogue says of its error.
    pub entry: &'static Entry,
    /// What it means for the caller.
    pub kind: FailureKind,
    /// The step, or the system that was being looked at.
    pub subject: Subject,
    /// What was being done, to what, and what went wrong.
    pub message: String,
    /// Why, outermost first, nothing twice.
    pub causes: Vec<Cause>,
    /// What to do next.
    pub hint: Option<Advice>,
    /// What to do next, to be pasted: a manifest, a policy. `check` shows it.
    pub command: Option<Box<Advice>>,
    /// Whether the step did not even begin: a script that could not be started.
    pub never_began: bool,
}

impl Failure {
    /// Makes a failure without causes.
    fn new(
        entry: &'static Entry,
        kind: FailureKind,
        subject: impl Into<Subject>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            entry,
            kind,
            subject: subject.into(),
            message: message.into(),
            causes: Vec::new(),
            hint: None,
            command: None,
            never_began: false,
        }
    }

    /// From an error whose text stands for itself: its sources, its hint.
    pub fn stating<E: Diagnostic + 'static>(
        kind: FailureKind,
        subject: impl Into<Subject>,
        error: &E,
    ) -> Self {
        let message = error.to_string();
        let causes = causes(&message, error);
        Self { causes, hint: error.hint(), ..Self::new(error.entry(), kind, subject, message) }
    }

    /// From an error whose text says what was being done: its sources, its hint.
    pub fn of<E: Diagnostic + 'static>(kind: FailureKind, subject: impl Into<Subject>, error: &E) -> Self {
        Self::doing(error.entry(), kind, subject, error, error.hint())
    }

    /// From an error of the file system, whose text says what was being done.
    pub fn of_io(kind: FailureKind, subject: impl Into<Subject>, error: &io::Error) -> Self {
        Self::of_disk(kind, subject, error, &disk::explain_io(error))
    }

    /// From an error of the file system that was met at `path`.
    pub fn of_io_at(kind: FailureKind, subject: impl Into<Subject>, error: &io::Error, path: &Path) -> Self {
        Self::of_disk(kind, subject, error, &disk::explain(error, path))
    }

    fn of_disk(
        kind: FailureKind,
        subject: impl Into<Subject>,
        error: &io::Error,
        explained: &DiskError,
    ) -> Self {
        Self::doing(explained.entry(), kind, subject, error, explained.hint())
    }

    fn doing(
        entry: &'static Entry,
        kind: FailureKind,
        subject: impl Into<Subject>,
        error: &(dyn Error + 'static),
        hint: Option<Advice>,
    ) -> Self {
        let said = retold(error);
        // What the file system says begins so already.
        let message = if said.starts_with("failed to ") { said } else { format!("failed to {said}") };
        let causes = causes(&message, error);
        let hint = hint.or_else(|| hint_of_disk(error));
        Self { causes, hint, ..Self::new(entry, kind, subject, message) }
    }

    /// From an error whose text says what is wrong, and leaves out what was being done: `doing`, as in "ask Vault".
    pub fn during<E: Diagnostic + 'static>(
        kind: FailureKind,
        subject: impl Into<Subject>,
        doing: &str,
        error: &E,
    ) -> Self {
        let message = format!("failed to {doing}: {error}");
        let causes = causes(&message, error);
        Self { causes, hint: error.hint(), ..Self::new(error.entry(), kind, subject, message) }
    }

    /// Makes one that stands for any, as tests need it.
    pub fn example(subject: impl Into<Subject>, message: impl Into<String>) -> Self {
        const EXAMPLE: &Entry = &Entry {
            code: "EXAMPLE-000",
            name: "Example",
            message: "<message>",
            hands_on: true,
            cause: "",
            fixes: &[],
        };
        Self::new(EXAMPLE, FailureKind::Refused, subject, message)
    }

    /// The code of its error: `VAULT-007`.
    pub fn code(&self) -> &'static str {
        self.entry.code
    }

    /// What to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Advice>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What to do next, to be pasted.
    #[must_use]
    pub fn command(mut self, command: impl Into<Advice>) -> Self {
        self.command = Some(Box::new(command.into()));
        self
    }

    /// Whether a signal ended it.
    pub fn is_of_signal(&self) -> bool {
        matches!(self.kind, FailureKind::Interrupted | FailureKind::Terminated)
    }

    /// The same after the first write.
    #[must_use]
    pub fn after_a_write(mut self) -> Self {
        if self.kind == FailureKind::Refused {
            self.kind = FailureKind::Step;
        }
        self
    }

    /// The same with every known secret hidden: the last net before it is shown.
    #[must_use]
    pub fn masked(self, mask: &Mask) -> Self {
        let text = |text: &str| mask.text(text);
        Self {
            message: text(&self.message),
            causes: self.causes.iter().map(|cause| cause.map(text)).collect(),
            hint: self.hint.map(|hint| hint.masked(mask)),
            command: self.command.map(|command| Box::new(command.masked(mask))),
            ..self
        }
    }

    /// Returns the same with its commands filled in.
    #[must_use]
    pub fn filled(mut self, context: &CommandContext) -> Self {
        self.hint = self.hint.map(|hint| hint.filled(context));
        self.command = self.command.map(|command| Box::new(command.filled(context)));
        self
    }

    /// For the trace.
    pub fn record(&self) -> ErrorRecord {
        ErrorRecord {
            id: Some(self.code().into()),
            step: self.subject.name().into(),
            message: self.message.clone(),
            causes: self.causes.clone(),
            hint: self.hint.as_ref().map(ToString::to_string),
            also: Vec::new(),
        }
    }
}

/// The settings that need another value for `failures` not to come again, by their variables.
pub fn changed_settings(failures: &[Failure]) -> Vec<&'static str> {
    failures.iter().filter_map(|failure| failure.hint.as_ref()).flat_map(Advice::settings).collect()
}

/// What `error` says; an error of the file system in words of ours, after what was being done.
fn retold(error: &(dyn Error + 'static)) -> String {
    let said = error.to_string();
    let io = error.downcast_ref::<io::Error>();
    match (io.and_then(disk::explain_named), said.rsplit_once("`: ")) {
        (Some(explained), Some((doing, _))) => format!("{doing}`: {explained}"),
        _ => said,
    }
}

/// What to do about the error of a file system that `error` holds.
fn hint_of_disk(error: &(dyn Error + 'static)) -> Option<Advice> {
    let mut next = Some(error);
    while let Some(error) = next {
        let io = error.downcast_ref::<io::Error>();
        if let Some(explained) = io.and_then(disk::explain_named) {
            return explained.hint();
        }
        next = error.source();
    }
    None
}

/// The sources of `error`, without those that the text before already holds (kube's errors repeat themselves).
fn causes(message: &str, error: &(dyn Error + 'static)) -> Vec<Cause> {
    let mut said = message.to_string();
    let mut causes = Vec::new();
    let mut source = error.source();
    while let Some(error) = source {
        let io = error.downcast_ref::<io::Error>();
        let text = io.map_or_else(|| error.to_string(), |io| disk::explain_io(io).to_string());
        // What the system says of a file stands there in words already.
        let is_retold = io.is_some_and(|io| disk::copied(io).is_some() && io.get_ref().is_none());
        if !text.is_empty() && !said.contains(&text) && !is_retold {
            said.push_str(&text);
            causes.push(text.into());
        }
        source = error.source();
    }
    causes
}

#[cfg(test)]
mod tests {
    use advice::Catalogue as _;

    use crate::Step;

    use super::*;

    const ENTRY: &Entry = &Known::ENTRIES[0];

    #[derive(Debug, thiserror::Error)]
    #[error("read x: no such file")]
    struct Outer(#[source] Inner);
    #[derive(Debug, thiserror::Error)]
    #[error("no such file")]
    struct Inner(#[source] Innermost);
    /// It is known.
    #[derive(Debug, thiserror::Error, Diagnostic)]
    #[error("no such file")]
    #[code("EXAMPLE-001")]
    #[hint("look there")]
    struct Known(#[source] Innermost);
    #[derive(Debug, thiserror::Error)]
    #[error("os error 2")]
    struct Innermost;

    #[test]
    fn a_cause_that_its_parent_holds_is_not_said_twice() {
        let failure = Failure::doing(
            ENTRY,
            FailureKind::Step,
            Subject::Step(Step::Script),
            &Outer(Inner(Innermost)),
            None,
        );
        assert_eq!(failure.causes, ["os error 2".into()]);
    }

    #[test]
    fn what_was_being_done_stands_before_what_went_wrong_and_only_once() {
        let of = |error: &(dyn Error + 'static)| {
            Failure::doing(ENTRY, FailureKind::Step, Subject::More, error, None).message
        };
        assert_eq!(of(&Outer(Inner(Innermost))), "failed to read x: no such file");
        assert_eq!(of(&std::io::Error::other("failed to open file `y`")), "failed to open file `y`");
        let during = Failure::during(FailureKind::Step, Subject::More, "ask Vault", &Known(Innermost));
        assert_eq!(during.message, "failed to ask Vault: no such file");
    }

    #[test]
    fn what_was_refused_before_a_write_is_a_failed_step_after_one() {
        assert_eq!(Failure::example(Subject::More, "y").after_a_write().kind, FailureKind::Step);
        assert_eq!(
            Failure { kind: FailureKind::Locked, ..Failure::example(Subject::More, "y") }
                .after_a_write()
                .kind,
            FailureKind::Locked
        );
    }

    #[test]
    fn a_failure_keeps_the_hint_that_it_is_given_and_the_causes_of_its_error() {
        let hint = || Some(Advice::from("look there"));
        let all = [
            Failure::example(Subject::More, "no").hint("look there"),
            Failure::doing(ENTRY, FailureKind::Step, Subject::More, &Outer(Inner(Innermost)), hint()),
            Failure::during(FailureKind::Step, Subject::More, "read x", &Known(Innermost)),
        ];
        assert_eq!(all.each_ref().map(|failure| failure.hint.clone()), [hint(), hint(), hint()]);
        assert_eq!(all.map(|failure| failure.causes.len()), [0, 1, 1]);
    }

    /// What reading a folder as a file gives, as `fs-err` tells it.
    fn of_a_file() -> io::Error {
        fs_err::read_to_string(env!("CARGO_MANIFEST_DIR")).unwrap_err()
    }

    #[derive(Debug, thiserror::Error)]
    #[error("read the settings")]
    struct Read(#[source] io::Error);

    #[test]
    fn what_the_file_system_says_is_retold_with_its_hint_and_no_number() {
        let of = |error: &(dyn Error + 'static)| {
            Failure::doing(ENTRY, FailureKind::Step, Subject::More, error, None)
        };
        let (bare, wrapped) = (of(&of_a_file()), of(&Read(of_a_file())));
        assert!(bare.message.ends_with(" is a folder, not a file"), "{bare:?}");
        assert!(bare.causes.is_empty(), "{bare:?}");
        assert_eq!(wrapped.causes.len(), 1, "{wrapped:?}");
        for failure in [&bare, &wrapped] {
            assert!(!format!("{failure:?}").contains("os error"), "{failure:?}");
            assert!(
                failure.hint.as_ref().is_some_and(|hint| hint.to_string().contains("\nmv ")),
                "{failure:?}"
            );
        }
        assert_eq!(of(&Inner(Innermost)).hint, None::<Advice>);
    }

    #[test]
    fn the_trace_has_subject_message_causes_and_hint() {
        let mut failure = Failure::example(Subject::Vault, "sealed").hint("unseal it");
        failure.causes.push("503".into());
        let ErrorRecord { id, step, message, causes, hint, also } = failure.record();
        assert_eq!(
            (step.as_str(), message.as_str(), hint.as_deref()),
            ("Vault", "sealed", Some("unseal it"))
        );
        assert_eq!((id.as_deref(), causes, also.len()), (Some("EXAMPLE-000"), vec!["503".into()], 0));
    }

    #[test]
    fn its_commands_are_filled_in_and_its_message_is_left_as_it_is() {
        let context = CommandContext::new("it".into(), "/".into()).for_cluster("prod");
        let text = "bitiq-bootstrap check <cluster>";
        let own = || advice::CommandLine::own("check");
        let failure = Failure::example(Subject::More, text).hint(own()).command(own()).filled(&context);
        assert_eq!(failure.message, text);
        let commands =
            [failure.hint, failure.command.map(|it| *it)].map(|it| it.unwrap_or_default().to_string());
        assert_eq!(commands, ["it check prod"; 2]);
    }
}
