//! Waits for what others do: by watches on the very objects that the judgement is made of.

use std::time::Duration;

use advice::{Advice, CommandLine};
use cluster_access::{AccessError, Cluster, ObjectRef, await_change, get, list};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use trace::Change;

use crate::ArgoCdError;

/// Pause between two judgements of the same objects, since time itself may make a difference.
const TICK: Duration = Duration::from_secs(1);

/// Pause after a look that failed for the moment.
const PAUSE: Duration = Duration::from_millis(500);

/// Everything is read again after this time: lists and objects that appear beside the watched ones have no watch.
const READ_AGAIN: Duration = Duration::from_secs(10);

/// Time limits of each wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Until the operator's ClusterServiceVersion has succeeded.
    pub csv: Duration,
    /// Until the kind ArgoCD is established.
    pub crd: Duration,
    /// Until the operator's Deployment carries, or no longer carries, the variable.
    pub variable: Duration,
    /// Until a Deployment is rolled out.
    pub rollout: Duration,
}

impl Limits {
    /// 20, 20, 15 and 10 minutes, or `instead` for each.
    pub fn new(instead: Option<Duration>) -> Self {
        let minutes = |minutes: u64| instead.unwrap_or(Duration::from_secs(60 * minutes));
        Self { csv: minutes(20), crd: minutes(20), variable: minutes(15), rollout: minutes(10) }
    }
}

/// Limits and listeners of a wait.
pub struct WaitBudget<'a> {
    /// Time limits.
    pub limits: Limits,
    /// Ends it from outside.
    pub stop: &'a CancellationToken,
    /// A clock that only goes forward.
    pub clock: &'a (dyn Fn() -> Duration + Send + Sync),
    /// Is told what is waited for, and again whenever what was last seen changes.
    pub told: &'a mut (dyn FnMut(Waiting) + Send),
    /// Is told each write right after it.
    pub wrote: &'a mut (dyn FnMut(Change) + Send),
}

/// State of a wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Condition that ends the wait.
    pub waiting_for: String,
    /// The last condition seen, with the command that ends it where there is one.
    pub last: Advice,
    /// Longest time it may take.
    pub limit: Duration,
}

/// Judgement on the objects seen.
#[derive(Debug)]
pub(crate) enum Verdict<T> {
    /// It has come.
    Done(T),
    /// It will not come.
    Failed(ArgoCdError),
    /// Not yet, and why.
    Waiting(Reason),
}

/// Why a wait goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reason {
    /// For people.
    pub words: String,
    /// The command that approves what the wait is for.
    pub approval: Option<CommandLine>,
    /// The hint if the wait ends on this.
    pub cure: Option<Advice>,
}

impl Reason {
    /// The same with a hint.
    pub(crate) fn cured_by(mut self, cure: Advice) -> Self {
        self.cure = Some(cure);
        self
    }

    /// The words, with the command below them.
    pub(crate) fn advice(&self) -> Advice {
        match &self.approval {
            Some(command) => Advice::say(format!("{}:", self.words)).run(command.clone()),
            None => Advice::say(&self.words),
        }
    }
}

impl<T: Into<String>> From<T> for Reason {
    fn from(words: T) -> Self {
        Self { words: words.into(), ..Self::default() }
    }
}

/// Objects that were looked at side by side, there or not.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    objects: Vec<(ObjectRef, Option<Value>)>,
    lists: Vec<(ObjectRef, Vec<Value>)>,
}

impl Seen {
    /// Reads these.
    pub(crate) async fn read(
        cluster: &Cluster,
        objects: impl IntoIterator<Item = ObjectRef>,
    ) -> Result<Self, AccessError> {
        let mut seen = Self::default();
        for object in objects {
            seen.look(cluster, object).await?;
        }
        Ok(seen)
    }

    /// Reads one more, and returns it.
    pub(crate) async fn look(
        &mut self,
        cluster: &Cluster,
        object: ObjectRef,
    ) -> Result<Option<Value>, AccessError> {
        let found = get(cluster, &object).await?;
        self.objects.push((object, found.clone()));
        Ok(found)
    }

    /// Reads all objects of a kind in a namespace.
    pub(crate) async fn look_at_all(
        &mut self,
        cluster: &Cluster,
        kind: ObjectRef,
    ) -> Result<(), AccessError> {
        let found = list(cluster, &kind, None).await?;
        self.lists.push((kind, found));
        Ok(())
    }

    /// All objects of a kind, where they were looked at.
    pub(crate) fn listed(&self, kind: &str) -> Option<&[Value]> {
        self.lists.iter().find(|(object, _)| object.kind == kind).map(|(_, found)| found.as_slice())
    }

    /// The first object of a kind, where it is there.
    pub(crate) fn of(&self, kind: &str) -> Option<&Value> {
        self.all(kind).next()
    }

    /// Returns the objects of a kind that exist.
    pub(crate) fn all(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.objects
            .iter()
            .filter(move |(object, _)| object.kind == kind)
            .filter_map(|(_, found)| found.as_ref())
    }

    /// The name of the first object of a kind that was looked at, there or not.
    pub(crate) fn named(&self, kind: &str) -> Option<&ObjectRef> {
        self.objects.iter().map(|(object, _)| object).find(|object| object.kind == kind)
    }

    /// Names the objects that do not exist.
    pub(crate) fn missing(&self) -> impl Iterator<Item = &ObjectRef> {
        self.objects.iter().filter(|(_, found)| found.is_none()).map(|(object, _)| object)
    }

    fn versions(&self) -> Vec<(ObjectRef, Option<String>)> {
        let version = |found: &Value| found["metadata"]["resourceVersion"].as_str().map(str::to_owned);
        self.objects
            .iter()
            .map(|(object, found)| (object.clone(), found.as_ref().and_then(version)))
            .collect()
    }

    #[cfg(test)]
    pub(crate) fn with(mut self, object: ObjectRef, found: Option<Value>) -> Self {
        self.objects.push((object, found));
        self
    }

    #[cfg(test)]
    pub(crate) fn with_all(mut self, kind: ObjectRef, found: Vec<Value>) -> Self {
        self.lists.push((kind, found));
        self
    }
}

/// Looks, and judges, until something is decided: again after each change of what was seen, and as time passes.
///
/// # Errors
/// What `judge` says; [`ArgoCdError::WaitedTooLong`] with the last condition seen; at once where we may not look, and
/// when stopped.
pub(crate) async fn until<T>(
    cluster: &Cluster,
    budget: &mut WaitBudget<'_>,
    waiting_for: &str,
    limit: Duration,
    mut look: impl AsyncFnMut() -> Result<Seen, AccessError>,
    mut judge: impl FnMut(&Seen, Duration) -> Verdict<T>,
) -> Result<T, ArgoCdError> {
    let (stop, clock) = (budget.stop, budget.clock);
    let mut said = Reason::default();
    let told = &mut *budget.told;
    let mut tell = |last: Reason| {
        if last.words != said.words {
            told(Waiting { waiting_for: waiting_for.into(), last: last.advice(), limit });
        }
        said = last;
    };
    let decided = async {
        loop {
            let seen = match look().await {
                Ok(seen) => seen,
                Err(error) if error.is_lasting() => return Err(error.into()),
                Err(error) => {
                    tell(secret::one_line(&error.to_string()).into());
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            let versions = seen.versions();
            let mut change = std::pin::pin!(await_change(cluster, &versions, 2 * READ_AGAIN, stop));
            let mut again = std::pin::pin!(tokio::time::sleep(READ_AGAIN));
            loop {
                match judge(&seen, clock()) {
                    Verdict::Done(found) => return Ok(found),
                    Verdict::Failed(error) => return Err(error),
                    Verdict::Waiting(last) => tell(last),
                }
                tokio::select! {
                    changed = &mut change => { changed?; break }
                    () = &mut again => break,
                    () = tokio::time::sleep(TICK) => {}
                }
            }
        }
    };
    let decided = tokio::select! {
        biased;
        () = stop.cancelled() => return Err(AccessError::Stopped { waiting_for: waiting_for.into() }.into()),
        decided = tokio::time::timeout(limit, decided) => decided,
    };
    decided.unwrap_or_else(|_| {
        let Reason { words, approval, cure } = said;
        let last = if words.is_empty() { "nothing yet".into() } else { words };
        Err(ArgoCdError::WaitedTooLong { waiting_for: waiting_for.into(), limit, last, approval, cure })
    })
}
