//! Tells the events of the observations: the beginning and the end of each, its checks, its warnings.

use std::collections::BTreeSet;
use std::time::Instant;

use diagnostics::{Check, EventKind, Subject, WaitProgress, failures, warnings};
use parking_lot::Mutex;

use crate::observe::observation::Observed;
use crate::request::Context;

/// Tells each warning once, however often it is found.
pub struct Reporter<'a> {
    /// None where nothing is reported.
    context: Option<&'a Context>,
    warned: Mutex<BTreeSet<String>>,
}

impl<'a> Reporter<'a> {
    /// Tells the listeners of `context`.
    pub fn new(context: &'a Context) -> Self {
        Self { context: Some(context), warned: Mutex::default() }
    }

    /// Tells nothing.
    pub fn silent() -> Self {
        Self { context: None, warned: Mutex::default() }
    }

    /// Tells the beginning and the end of one observation: each that begins ends, also where there was nothing to
    /// observe.
    pub async fn observe<T>(&self, system: Subject, work: impl Future<Output = Observed<T>>) -> Observed<T> {
        let work = Box::pin(work);
        self.with(system, async { ((), work.await) }).await.1
    }

    /// The same of an observation that gives something beside its state.
    pub async fn with<A, T>(
        &self,
        system: Subject,
        work: impl Future<Output = (A, Observed<T>)>,
    ) -> (A, Observed<T>) {
        let began = Instant::now();
        self.emit(EventKind::Checking { system });
        // Observations side by side are large: each lives on the heap.
        let (beside, observed) = Box::pin(work).await;
        self.checks(&observed.checks);
        let ok = !observed.state.is_blocked();
        let detail = match ok {
            true => observed.summary.clone(),
            // Empty where a check of another system says what stands in the way.
            false => failures(&observed.checks).first().map(|it| it.message.clone()).unwrap_or_default(),
        };
        self.emit(EventKind::Checked { system, ok, detail, took: began.elapsed() });
        (beside, observed)
    }

    /// Tells checks, and the warnings in them.
    pub fn checks(&self, checks: &[Check]) {
        for check in checks {
            self.emit(EventKind::Check(Box::new(check.clone())));
        }
        for text in warnings(checks) {
            if self.warned.lock().insert(text.to_string()) {
                self.emit(EventKind::Warning { text });
            }
        }
    }

    /// Tells how far a long fetch is.
    pub fn counting(&self, wait: &WaitProgress<'_>) {
        if let Some(context) = self.context {
            context.counting(wait);
        }
    }

    fn emit(&self, kind: EventKind) {
        if let Some(context) = self.context {
            context.events.emit(kind);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use diagnostics::{Blocked, CheckId, Checks, Event, Failure, Listener};

    use super::*;

    #[derive(Clone, Default)]
    struct Reported(Arc<Mutex<Vec<String>>>);

    impl Listener for Reported {
        fn hear(&mut self, event: &Event) {
            self.0.lock().push(match &event.kind {
                EventKind::Checking { system } => format!("{system} begins"),
                EventKind::Checked { system, ok, detail, .. } => format!("{system} ends {ok} {detail}"),
                EventKind::Check(check) => format!("{}: {}", check.id.name(), check.status().as_str()),
                EventKind::Warning { text } => format!("warning {text}"),
                other => format!("{other:?}"),
            });
        }
    }

    fn context() -> (Context, Reported) {
        let (context, reported) = (Context::default(), Reported::default());
        context.events.add(Box::new(reported.clone()));
        (context, reported)
    }

    fn odd() -> Vec<Check> {
        vec![Check::warning(CheckId::Kubeconfig, vec!["odd".into()])]
    }

    #[tokio::test]
    async fn an_observation_is_told_with_its_checks_and_its_end() {
        let (context, reported) = context();
        let reporter = Reporter::new(&context);
        let mut checks = Checks::default();
        checks.extend(odd());
        let fine = Observed::of(Ok(1), checks, |_| "well".into());
        reporter.observe(Subject::Cluster, async { fine }).await;
        let mut checks = Checks::default();
        let failure = Failure::example(Subject::Vault, "it is sealed");
        let blocked = checks.failed(CheckId::VaultAnswers, "", failure);
        reporter
            .observe(Subject::Vault, async { Observed::<()>::of(Err(blocked), checks, |()| String::new()) })
            .await;
        let silent = Observed::<()>::of(Err(Blocked), Checks::default(), |()| String::new());
        reporter.observe(Subject::AuthMount, async { silent }).await;
        assert_eq!(
            *reported.0.lock(),
            [
                "cluster begins",
                "kubeconfig: warning",
                "warning odd",
                "cluster ends true well",
                "Vault begins",
                "vault-answers: failed",
                "Vault ends false it is sealed",
                "Vault auth mount begins",
                "Vault auth mount ends false ",
            ]
        );
    }

    #[test]
    fn what_is_found_twice_is_warned_of_once() {
        let (context, reported) = context();
        let reporter = Reporter::new(&context);
        reporter.checks(&odd());
        reporter.checks(&odd());
        let warned = reported.0.lock().iter().filter(|it| *it == "warning odd").count();
        assert_eq!(warned, 1);
        let before = reported.0.lock().len();
        Reporter::silent().checks(&odd());
        assert_eq!(reported.0.lock().len(), before);
    }

    #[test]
    fn a_count_is_told_as_a_wait_whose_last_sight_counts() {
        struct Counts(std::sync::mpsc::Sender<bool>);
        impl Listener for Counts {
            fn hear(&mut self, event: &Event) {
                if let EventKind::Waiting(wait) = &event.kind {
                    self.0.send(wait.counts).ok();
                }
            }
        }
        let context = Context::default();
        let (told, heard) = std::sync::mpsc::channel();
        context.events.add(Box::new(Counts(told)));
        let wait = WaitProgress { subject: Subject::Repository, what: "a fetch", last: None, limit: None };
        Reporter::new(&context).counting(&wait);
        context.waiting(&wait);
        Reporter::silent().counting(&wait);
        assert_eq!(heard.try_iter().collect::<Vec<_>>(), [true, false]);
    }
}
