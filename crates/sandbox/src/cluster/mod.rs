//! A Kubernetes API server on this machine: either a double in this process, or the real programs.
//!
//! The double knows what our programs, their tests and `kubectl` use, and words its answers as the real server does.
//! It never leaves loopback, and nothing of it is left once the last [`Cluster`] is dropped.

mod access;
mod backing;
mod clock;
mod controllers;
mod double;
mod error;
mod http;
mod kubeconfig;
mod objects;
mod options;
mod ownership;
mod random;
mod real;
mod rights;
mod seed;
mod world;

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

pub use error::ClusterError;
pub use options::{Options, Request, Rule, User};

use crate::faults::Faults;
use access::certs::Validity;
use backing::Backing;
use double::Double;
use kubeconfig::Login;
use real::Real;

/// The field manager of what tests put into the store.
const MANAGER: &str = "sandbox";

/// How long a new kind may take to be there.
const KIND_LIMIT: Duration = Duration::from_secs(10);

/// A running cluster. Every clone is the same one; it ends with the last of them.
#[derive(Clone)]
pub struct Cluster {
    backing: Arc<Backing>,
}

impl Cluster {
    /// Starts a cluster.
    ///
    /// # Errors
    /// A certificate, a port or a process can't be had.
    pub async fn start(options: Options) -> Result<Self, ClusterError> {
        let backing = match options.assets {
            Some(assets) => Backing::Real(Box::new(Real::start(assets).await?)),
            None => Backing::Double(Double::start().await?),
        };
        Ok(Self { backing: Arc::new(backing) })
    }

    /// Whether these are the real programs.
    pub fn is_real(&self) -> bool {
        matches!(*self.backing, Backing::Real(_))
    }

    /// Its address, `https://127.0.0.1:<port>`.
    pub fn server(&self) -> String {
        format!("https://127.0.0.1:{}", self.backing.port())
    }

    /// The certificate of its CA.
    pub fn ca_pem(&self) -> String {
        self.backing.ca_pem()
    }

    /// The bearer token of `token-admin`, who is in `system:masters`.
    pub fn admin_token(&self) -> String {
        self.backing.admin_token()
    }

    /// A kubeconfig that logs `user` in, with everything inlined.
    ///
    /// # Errors
    /// The certificate can't be made.
    pub fn kubeconfig(&self, user: &User) -> Result<String, ClusterError> {
        let masters = Some("system:masters");
        let (name, login) = match user {
            User::Admin => {
                let identity = self.backing.client("kubernetes-admin", masters, &Validity::Years)?;
                ("kubernetes-admin", Login::Certificate(identity))
            }
            User::Expiring => {
                let identity = self.backing.client("kubernetes-admin", masters, &Validity::TenDays)?;
                ("kubernetes-admin", Login::Certificate(identity))
            }
            User::Expired => {
                let identity =
                    self.backing.client("kubernetes-admin", masters, &Validity::OverSinceYesterday)?;
                ("kubernetes-admin", Login::Certificate(identity))
            }
            User::Named(name) => {
                (name.as_str(), Login::Certificate(self.backing.client(name, None, &Validity::Years)?))
            }
            User::AdminToken => ("token-admin", Login::Token(self.admin_token())),
            User::Token(token) => ("token", Login::Token(token.clone())),
        };
        Ok(kubeconfig::kubeconfig(&self.server(), &self.ca_pem(), name, &login))
    }

    /// Gives `user` more rights, by roles and bindings named `sandbox:<user>:<something>`.
    /// The real server heeds them a moment later.
    ///
    /// # Errors
    /// As [`Cluster::put`].
    pub async fn allow(&self, user: &str, rules: &[Rule]) -> Result<(), ClusterError> {
        for rule in rules {
            let name = format!("sandbox:{user}:{}", random::suffix());
            for object in rule.objects(user, &name) {
                self.put(&object).await?;
            }
        }
        Ok(())
    }

    /// The object at an API path (`/api/v1/namespaces/a/secrets/b`).
    ///
    /// # Errors
    /// The cluster can't be asked.
    pub async fn object(&self, path: &str) -> Result<Option<Value>, ClusterError> {
        self.backing.object(path).await
    }

    /// Every object there is.
    ///
    /// # Errors
    /// The cluster can't be asked.
    pub async fn objects(&self) -> Result<Vec<Value>, ClusterError> {
        self.backing.objects().await
    }

    /// Creates an object, or replaces it whatever its revision; its status counts too.
    ///
    /// # Errors
    /// The kind is unknown, or the cluster refuses the object.
    pub async fn put(&self, object: &Value) -> Result<Value, ClusterError> {
        self.put_as(object, MANAGER).await
    }

    /// As [`Cluster::put`], with a field manager of one's own.
    ///
    /// # Errors
    /// As [`Cluster::put`].
    pub async fn put_as(&self, object: &Value, manager: &str) -> Result<Value, ClusterError> {
        let written = self.backing.put(object, manager).await?;
        if object["kind"] == "CustomResourceDefinition" {
            self.await_kind(object).await;
        }
        Ok(written)
    }

    /// Deletes the object at an API path, and says whether it was there.
    ///
    /// # Errors
    /// The cluster can't be asked.
    pub async fn delete(&self, path: &str) -> Result<bool, ClusterError> {
        self.backing.delete(path).await
    }

    /// The requests so far. The real server does not tell of refused logins, nor of requests before a recreate.
    pub fn requests(&self) -> Vec<Request> {
        self.backing.requests()
    }

    /// The faults its requests meet; nothing where there can be none.
    pub fn faults(&self) -> Option<&Faults> {
        self.backing.double().map(|double| &double.shared.faults)
    }

    /// Lets the controllers rest, or work again: a token that never comes. False where they can't be stopped.
    pub fn rest(&self, rest: bool) -> bool {
        let Some(double) = self.backing.double() else { return false };
        double.shared.world().paused.send_replace(rest);
        true
    }

    /// Forgets all history, so that a watch from an older revision is told `410 Gone`. False where that can't be done.
    pub fn forget_history(&self) -> bool {
        let Some(double) = self.backing.double() else { return false };
        double.shared.world().store().forget();
        true
    }

    /// Destroys the cluster and makes a new one at the same address: new CA, new uids, nothing kept.
    ///
    /// # Errors
    /// As [`Cluster::start`].
    pub async fn recreate(&self) -> Result<(), ClusterError> {
        self.backing.recreate().await
    }

    /// Waits until objects of a new kind can be written; while the controllers rest, that is never.
    async fn await_kind(&self, definition: &Value) {
        let since = Instant::now();
        while since.elapsed() < KIND_LIMIT && !self.backing.serves(definition).await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}
