//! Whether Argo CD can read the repository, as its Applications report it.

mod judge;

use std::time::Duration;

use cluster_access::{AccessError, Cluster, ObjectRef, Right, Wait, await_objects, list};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::ArgoCdError;
use judge::{Verdict, judge};

/// What Argo CD's Applications say about the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// These have compared it with the cluster: it is readable.
    Readable {
        /// Their names.
        applications: Vec<String>,
    },
    /// Nothing definite within the limit.
    Silent {
        /// The Applications of this URL; empty where there is none.
        applications: Vec<String>,
        /// The last thing one of them said.
        last: Option<String>,
    },
    /// The cluster has no Applications: Argo CD is not there (yet).
    NoCrd,
}

/// What the wait is at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// What is waited for.
    pub waiting_for: String,
    /// The last thing an Application of this URL said.
    pub last: Option<String>,
}

/// Watches the Applications in `namespace` that read from `url`, up to `limit` (0: looks once). `on_progress` is
/// told what is waited for, and again whenever that changes.
///
/// # Errors
/// [`ArgoCdError::CannotRead`] as soon as one of them says that it can't read the repository.
pub async fn watch_access(
    cluster: &Cluster,
    namespace: &str,
    url: &str,
    limit: Duration,
    stop: &CancellationToken,
    on_progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Access, ArgoCdError> {
    let kind = applications(namespace);
    let mut seen = Seen { url, on_progress, told: None, applications: Vec::new(), last: None };
    let found = if limit.is_zero() {
        list(cluster, &kind, None).await.map(|all| seen.judge(&all))
    } else {
        let waiting_for = format!("an Application of {url} to be compared");
        let wait = Wait { waiting_for: &waiting_for, limit, stop };
        await_objects(cluster, &kind, |all| seen.judge(all), &wait).await.map(Some)
    };
    match found {
        Ok(Some(found)) => found,
        Ok(None) | Err(AccessError::WaitedTooLong { .. }) => {
            Ok(Access::Silent { applications: seen.applications, last: seen.last })
        }
        Err(AccessError::NoSuchKind { .. }) => Ok(Access::NoCrd),
        Err(error) => Err(error.into()),
    }
}

/// What must be allowed for this part.
pub fn required_rights(namespace: &str) -> Vec<Right> {
    ["list", "watch"].map(|verb| Right::on(verb, &applications(namespace))).into()
}

fn applications(namespace: &str) -> ObjectRef {
    ObjectRef::namespaced("argoproj.io/v1alpha1", "Application", "applications", namespace, "")
}

struct Seen<'a> {
    url: &'a str,
    on_progress: &'a mut (dyn FnMut(Progress) + Send),
    told: Option<Progress>,
    applications: Vec<String>,
    last: Option<String>,
}

impl Seen<'_> {
    fn judge(&mut self, all: &[Value]) -> Option<Result<Access, ArgoCdError>> {
        match judge(all, self.url) {
            Verdict::CannotRead { application, condition, message } => {
                let url = self.url.to_owned();
                Some(Err(ArgoCdError::CannotRead { url, application, condition, message }))
            }
            Verdict::Readable { applications } => Some(Ok(Access::Readable { applications })),
            Verdict::Undecided { applications, last } => {
                self.tell(&applications, last.as_deref());
                self.applications = applications;
                self.last = last.or(self.last.take());
                None
            }
        }
    }

    fn tell(&mut self, applications: &[String], last: Option<&str>) {
        let waiting_for = match applications {
            [] => format!("an Application of {}", self.url),
            [one] => format!("Application {one} to be compared"),
            [one, rest @ ..] => format!("Application {one} or {} more to be compared", rest.len()),
        };
        let progress = Progress { waiting_for, last: last.map(Into::into) };
        if self.told.as_ref() != Some(&progress) {
            (self.on_progress)(progress.clone());
            self.told = Some(progress);
        }
    }
}
