//! The loop: looks at each Application that is new, changed, asked to be refreshed, or due again.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use parking_lot::Mutex;
use serde_json::Value;

use super::definitions::GROUP;
use super::login;
use super::refs::Reader;
use super::status::{self, REFRESH};
use crate::SandboxError;
use crate::api::Api;

/// How long a controller that the cluster refused waits before it tries again.
const PAUSE: Duration = Duration::from_millis(500);

/// How long it waits before it looks again for a kind that nobody has defined yet.
const UNKNOWN: Duration = Duration::from_millis(100);

/// The Secrets that hold logins.
const LOGINS: &str = "labelSelector=argocd.argoproj.io%2Fsecret-type%20in%20%28repository%2Crepo-creds%29";

pub(super) struct Controller {
    api: Api,
    reader: Reader,
    resync: Duration,
    seen: HashMap<String, Seen>,
    problem: Arc<Mutex<Option<String>>>,
}

/// An Application when it was last looked at.
struct Seen {
    spec: Value,
    at: Instant,
}

impl Controller {
    pub(super) fn new(
        api: Api,
        reader: Reader,
        resync: Duration,
        problem: Arc<Mutex<Option<String>>>,
    ) -> Self {
        Self { api, reader, resync, seen: HashMap::new(), problem }
    }

    pub(super) async fn run(mut self) {
        loop {
            let problem = self.round().await.err().map(|why| why.to_string());
            let pause = problem.is_some();
            *self.problem.lock() = problem;
            if pause {
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// Looks at all that are due, then waits for the next change.
    async fn round(&mut self) -> Result<(), SandboxError> {
        let path = format!("{GROUP}/applications");
        let Some(list) = self.api.find(&path).await? else {
            tokio::time::sleep(UNKNOWN).await;
            return Ok(());
        };
        let applications = list["items"].as_array().cloned().unwrap_or_default();
        for application in &applications {
            if !self.is_due(application) {
                continue;
            }
            self.reconcile(application).await?;
            let seen = Seen { spec: application["spec"].clone(), at: Instant::now() };
            self.seen.insert(key(application), seen);
        }
        self.seen.retain(|name, _| applications.iter().any(|application| key(application) == *name));
        let version = list["metadata"]["resourceVersion"].as_str().unwrap_or_default();
        self.api.wait_for_change(&path, version, self.until_next()).await
    }

    fn is_due(&self, application: &Value) -> bool {
        let Some(seen) = self.seen.get(&key(application)) else { return true };
        seen.spec != application["spec"]
            || seen.at.elapsed() >= self.resync
            || application["status"]["reconciledAt"].is_null()
            || !application["metadata"]["annotations"][REFRESH].is_null()
    }

    fn until_next(&self) -> Duration {
        let next = self.seen.values().map(|seen| self.resync.saturating_sub(seen.at.elapsed())).min();
        next.unwrap_or(Duration::from_secs(60)).max(Duration::from_millis(50))
    }

    async fn reconcile(&self, application: &Value) -> Result<(), SandboxError> {
        let began = Timestamp::now();
        let namespace = text(&application["metadata"]["namespace"]);
        let secrets = self.api.get(&format!("/api/v1/namespaces/{namespace}/secrets?{LOGINS}")).await?;
        let secrets = secrets["items"].as_array().cloned().unwrap_or_default();
        let mut read = Vec::new();
        for (url, revision) in status::sources(application) {
            let login = login::choose(&secrets, &url);
            read.push(self.reader.commit(&url, &revision, &login).await);
        }
        let name = text(&application["metadata"]["name"]);
        let path = format!("{GROUP}/namespaces/{namespace}/applications/{name}");
        let path = format!("{path}?fieldManager=argocd-application-controller");
        match self.api.merge(&path, &status::patch(application, &read, began)).await {
            // gone since it was listed
            Err(SandboxError::Failed { why, .. }) if why.starts_with("404") => Ok(()),
            done => done,
        }
    }
}

fn key(application: &Value) -> String {
    format!("{}/{}", application["metadata"]["namespace"], application["metadata"]["name"])
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
