//! What makes the cluster an OpenShift: its kinds and first objects, and controllers that do what OLM, the GitOps
//! operator, the router and Argo CD's ApplicationSet controller do.
//!
//! All of it goes through the cluster's API, so that it is the same on the double and on a real API server.

mod applicationset;
mod clusters;
mod condition;
mod context;
mod gitops;
mod kinds;
mod olm;
mod options;
mod paths;
mod rounds;
mod timers;
mod watches;
mod workloads;
mod world;

use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};
use serde_json::json;
use tokio::sync::Notify;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::SandboxError;
use crate::api::Api;
use crate::definition;
use context::Context;

pub use clusters::Identity;
pub use options::{FailingCsv, FailingPlan, Options, Unmet, Unpacking};

/// How the requests of its controllers show in the log.
pub const USER_AGENT: &str = "openshift-controllers";

/// A running OpenShift; its controllers end when this is dropped.
#[derive(Debug)]
pub struct OpenShift {
    identity: Identity,
    kubeconfig: String,
    options: Arc<Mutex<Options>>,
    problem: Arc<Mutex<Option<String>>>,
    bell: Arc<Notify>,
    _stop: DropGuard,
}

impl OpenShift {
    /// Installs kinds and objects, and starts the controllers, as whom this kubeconfig (text) logs in. `real` says
    /// whether the cluster has controllers of its own for Deployments.
    ///
    /// # Errors
    /// The kubeconfig can't be used, or the cluster refuses an object.
    pub async fn start(
        kubeconfig: &str,
        real: bool,
        identity: Identity,
        options: Options,
    ) -> Result<Self, SandboxError> {
        let api = Arc::new(Api::new(kubeconfig, USER_AGENT)?);
        definition::install(&api, kinds::OPENSHIFT, &json!({})).await?;
        world::furnish(&api, &identity, &options).await?;
        let (options, problem) = (Arc::new(Mutex::new(options)), Arc::default());
        let (bell, stop) = (Arc::new(Notify::new()), CancellationToken::new());
        watches::start(&api, real, &bell, &stop);
        let context = Context::new(api, real, identity.clone(), Arc::clone(&options));
        let rounds = rounds::run(context, Arc::clone(&bell), Arc::clone(&problem));
        tokio::spawn(stop.clone().run_until_cancelled_owned(rounds));
        let kubeconfig = kubeconfig.to_owned();
        Ok(Self { identity, kubeconfig, options, problem, bell, _stop: stop.drop_guard() })
    }

    /// Which cluster this is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Changes how the controllers behave from here on.
    pub fn change(&self, change: impl FnOnce(&mut Options)) {
        change(&mut self.options());
        self.bell.notify_one();
    }

    /// Installs the kinds that an operator brings, without the operator.
    ///
    /// # Errors
    /// Nobody knows such a package, or the cluster refuses.
    pub async fn install_kinds(&self, package: &str) -> Result<(), SandboxError> {
        let Some(found) = olm::packages::find(package) else {
            return Err(SandboxError::failed(format!("install the kinds of {package}"), "no such package"));
        };
        definition::install(&Api::new(&self.kubeconfig, USER_AGENT)?, found.definitions, &json!({})).await
    }

    /// What keeps a controller from working, if anything does just now.
    pub fn problem(&self) -> Option<String> {
        self.problem.lock().clone()
    }

    fn options(&self) -> MutexGuard<'_, Options> {
        self.options.lock()
    }
}
