//! Argo CD's access to the repository, as its Applications and ApplicationSets report it after a refresh.

mod application_sets;
mod applications;
mod apply;
mod cause;
mod judge;
mod question;
mod refresh_state;
mod words;

use cluster_access::{AccessError, Cluster, OptionalRight, Right, list};

use crate::ArgoCdError;
use application_sets::ApplicationSets;
use applications::{Applications, Decided};
pub use apply::applications;
pub use cause::Cause;
use judge::{Undecided, Verdict, judge_unasked};
pub use question::{Access, Found, Progress, Question, Trouble};

/// Asks the Applications that read from the URL to compare anew, and waits for the first answer that says whether they
/// could read it. `on_progress` is told what is waited for, and again whenever that changes.
///
/// # Errors
/// [`ArgoCdError::CannotRead`] as soon as one says since then that it can't read the repository, and at the limit where
/// what may pass (no connection, no answer) did not.
pub async fn watch_access(
    cluster: &Cluster,
    question: &Question<'_>,
    on_progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Found, ArgoCdError> {
    if question.limit.is_zero() {
        return look_once(cluster, question).await;
    }
    let mut applications = Applications::new(question, on_progress);
    let mut sets = ApplicationSets::default();
    let decided = tokio::select! {
        biased;
        () = question.stop.cancelled() => return Err(stopped(question).into()),
        decided = applications.watch(cluster) => Some(decided?),
        trouble = sets.watch(cluster, question) => Some(Decided::CannotRead(trouble)),
        () = tokio::time::sleep(question.limit) => None,
    };
    let Undecided { applications: names, last, standing, .. } = applications.known;
    let access = match decided {
        Some(Decided::CannotRead(trouble)) => return Err(cannot_read(question, trouble)),
        Some(Decided::Access(access)) => access,
        None => match standing.or(sets.standing) {
            Some(trouble) => return Err(cannot_read(question, trouble)),
            None => Access::Silent { applications: names, last },
        },
    };
    let mut warnings: Vec<String> =
        applications.may_not_ask.iter().map(|why| not_asked(question, why)).collect();
    if let (Access::Silent { .. }, Some(why)) = (&access, &applications.failed_to_ask) {
        warnings.push(asked_in_vain(question, why));
    }
    warnings.append(&mut applications.notes);
    warnings.extend(sets_say(cluster, question).await);
    Ok(Found { access, warnings })
}

/// True if Argo CD compared an Application of the URL in its last look at it: no proof, but a sign.
///
/// # Errors
/// What keeps the cluster from answering; no such kind is no such sign.
pub async fn seems_readable(cluster: &Cluster, namespace: &str, url: &str) -> Result<bool, AccessError> {
    match list(cluster, &apply::applications(namespace), None).await {
        Err(AccessError::NoSuchKind { .. }) => Ok(false),
        all => Ok(judge::of_url(&all?, url).any(judge::is_compared)),
    }
}

/// Without a question: an error counts, however old, but no comparison is known to be newer than the run.
async fn look_once(cluster: &Cluster, question: &Question<'_>) -> Result<Found, ArgoCdError> {
    let all = match list(cluster, &apply::applications(question.namespace), None).await {
        Err(AccessError::NoSuchKind { .. }) => {
            return Ok(Found { access: Access::NoCrd, warnings: Vec::new() });
        }
        all => all?,
    };
    let (mut warnings, trouble) = match application_sets::look(cluster, question).await {
        Err(error) => (vec![unseen_sets(&error)], None),
        Ok(found) => found,
    };
    let known = match judge_unasked(&all, question.url) {
        Verdict::CannotRead(trouble) => return Err(cannot_read(question, trouble)),
        Verdict::Readable { applications, .. } => Undecided { applications, ..Undecided::default() },
        Verdict::Undecided(known) => known,
    };
    if let Some(trouble) = trouble.filter(|trouble| !trouble.cause.passes()) {
        return Err(cannot_read(question, trouble));
    }
    warnings
        .extend(known.standing.map(|it| format!("{} reports {}: {}", it.reporter, it.condition, it.message)));
    let Undecided { applications, last, .. } = known;
    Ok(Found { access: Access::Silent { applications, last }, warnings })
}

async fn sets_say(cluster: &Cluster, question: &Question<'_>) -> Vec<String> {
    tokio::select! {
        found = application_sets::look(cluster, question) => match found {
            Ok((said, _)) => said,
            Err(error) => vec![unseen_sets(&error)],
        },
        () = question.stop.cancelled() => Vec::new(),
    }
}

fn unseen_sets(error: &AccessError) -> String {
    format!("the ApplicationSets were not looked at: failed to {error}")
}

fn not_asked(question: &Question<'_>, why: &str) -> String {
    format!(
        "the Applications in {} could not be asked to look anew (failed to {why}): only what they say by themselves \
         was waited for; allow `patch` on applications.argoproj.io there",
        question.namespace
    )
}

fn asked_in_vain(question: &Question<'_>, why: &str) -> String {
    format!(
        "the Applications in {} could not all be asked to look again (failed to {why}): this was tried until the limit",
        question.namespace
    )
}

fn cannot_read(question: &Question<'_>, trouble: Trouble) -> ArgoCdError {
    ArgoCdError::CannotRead {
        url: question.url.into(),
        namespace: question.namespace.into(),
        trouble: Box::new(trouble),
    }
}

fn stopped(question: &Question<'_>) -> AccessError {
    AccessError::Stopped { waiting_for: format!("an Application of {} to be compared", question.url) }
}

/// Rights without which this part fails.
pub fn required_rights(namespace: &str) -> Vec<Right> {
    ["list", "watch"].map(|verb| Right::on(verb, &apply::applications(namespace))).into()
}

/// Rights that make the answer surer.
pub fn optional_rights(namespace: &str) -> Vec<OptionalRight> {
    let asking = OptionalRight {
        right: Right::on("patch", &apply::applications(namespace)),
        without: "Argo CD is not asked to look again, and its next look is waited for",
    };
    let sets = ["list", "watch", "patch"].map(|verb| OptionalRight {
        right: Right::on(verb, &apply::sets(namespace)),
        without: "an ApplicationSet that fails is not seen, or not asked again",
    });
    std::iter::once(asking).chain(sets).collect()
}
