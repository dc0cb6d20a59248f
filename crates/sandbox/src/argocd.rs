//! Argo CD's part: its kinds in the cluster, and a controller that really reads each Application's repository with
//! the login in the Secrets beside it, and reports as Argo CD does.
//!
//! It deploys nothing: an Application whose revision can be read is Synced and Healthy.

mod controller;
pub(crate) mod definitions;
mod login;
mod refs;
mod status;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::SandboxError;
use crate::api::Api;
use crate::git::Git;
use crate::programs::Programs;
use controller::Controller;
use refs::Reader;

/// How its requests to the cluster show in the log.
pub const USER_AGENT: &str = "argocd-application-controller";

/// How the controller works.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The CA that its Git trusts, as a file.
    pub ca_file: Option<PathBuf>,
    /// Installs its kinds itself; else it waits until somebody does.
    pub kinds: bool,
    /// How often an Application is looked at again without being asked to (Argo CD: three minutes).
    pub resync: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { ca_file: None, kinds: true, resync: Duration::from_secs(3) }
    }
}

/// A running controller; it ends when this is dropped.
#[derive(Debug)]
pub struct ArgoCd {
    problem: Arc<Mutex<Option<String>>>,
    _stop: DropGuard,
}

impl ArgoCd {
    /// Installs the kinds, where it is to, and starts the controller, as whom this kubeconfig (text) logs in.
    ///
    /// # Errors
    /// The kubeconfig can't be used, the cluster refuses the kinds, or there is no `git`.
    pub async fn start(
        kubeconfig: &str,
        programs: &Programs,
        settings: Settings,
    ) -> Result<Self, SandboxError> {
        let api = Api::new(kubeconfig, USER_AGENT)?;
        if settings.kinds {
            definitions::install(&api).await?;
        }
        let problem = Arc::default();
        let reader = Reader::new(Git::find(programs)?, settings.ca_file);
        let controller = Controller::new(api, reader, settings.resync, Arc::clone(&problem));
        let stop = CancellationToken::new();
        tokio::spawn(stop.clone().run_until_cancelled_owned(controller.run()));
        Ok(Self { problem, _stop: stop.drop_guard() })
    }

    /// What keeps the controller itself from working, if anything does just now.
    pub fn problem(&self) -> Option<String> {
        self.problem.lock().clone()
    }
}

/// Installs Argo CD's kinds without a controller.
///
/// # Errors
/// The kubeconfig can't be used, or the cluster refuses.
pub async fn install_kinds(kubeconfig: &str) -> Result<(), SandboxError> {
    definitions::install(&Api::new(kubeconfig, USER_AGENT)?).await
}
