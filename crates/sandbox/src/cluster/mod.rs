//! A Kubernetes API server on this machine: either a double in this process, or the real programs.
//!
//! The double knows what our programs, their tests and `kubectl` use, and words its answers as the real server does.
//! It never leaves loopback, and nothing of it is left once the last [`Cluster`] is dropped.

mod apply;
mod authn;
mod authz;
mod certs;
mod clock;
mod compare;
mod controllers;
mod discovery;
mod double;
mod error;
mod escalation;
mod failure;
mod fields;
mod internal;
mod kinds;
mod kubeconfig;
mod managers;
mod merge;
mod options;
mod patch;
mod prune;
mod query;
mod random;
mod reply;
mod request;
mod reviews;
mod route;
mod rules;
mod seed;
mod selector;
mod serve;
mod shape;
mod store;
mod target;
mod tokens;
mod watch;
mod world;
mod write;

use std::sync::Arc;

use serde_json::{Value, json};

pub use error::ClusterError;
pub use options::{Options, Request, Rule, User};

use crate::faults::Faults;
use certs::Validity;
use double::Double;
use kubeconfig::Login;

/// The field manager of what tests put into the store.
const MANAGER: &str = "sandbox";

/// A running cluster. Every clone is the same one; it ends with the last of them.
#[derive(Clone)]
pub struct Cluster {
    double: Arc<Double>,
}

impl Cluster {
    /// Starts a cluster.
    ///
    /// # Errors
    /// A certificate, a port or a process can't be had.
    pub async fn start(_options: Options) -> Result<Self, ClusterError> {
        Ok(Self { double: Arc::new(Double::start()?) })
    }

    /// Its address, `https://127.0.0.1:<port>`.
    pub fn server(&self) -> String {
        format!("https://127.0.0.1:{}", self.double.port())
    }

    /// The certificate of its CA.
    pub fn ca_pem(&self) -> String {
        self.double.ca_pem()
    }

    /// The bearer token of `token-admin`, who is in `system:masters`.
    pub fn admin_token(&self) -> String {
        self.double.admin_token()
    }

    /// A kubeconfig that logs `user` in, with everything inlined.
    ///
    /// # Errors
    /// The certificate can't be made.
    pub fn kubeconfig(&self, user: &User) -> Result<String, ClusterError> {
        let masters = Some("system:masters");
        let (name, login) = match user {
            User::Admin => {
                let identity = self.double.client("kubernetes-admin", masters, &Validity::Years)?;
                ("kubernetes-admin", Login::Certificate(identity))
            }
            User::Expired => {
                let identity =
                    self.double.client("kubernetes-admin", masters, &Validity::OverSinceYesterday)?;
                ("kubernetes-admin", Login::Certificate(identity))
            }
            User::Named(name) => {
                (name.as_str(), Login::Certificate(self.double.client(name, None, &Validity::Years)?))
            }
            User::AdminToken => ("token-admin", Login::Token(self.admin_token())),
            User::Token(token) => ("token", Login::Token(token.clone())),
        };
        Ok(kubeconfig::kubeconfig(&self.server(), &self.ca_pem(), name, &login))
    }

    /// Gives `user` rights, by roles and bindings named `sandbox:<user>:<n>`.
    ///
    /// # Errors
    /// As [`Cluster::put`].
    pub async fn allow(&self, user: &str, rules: &[Rule]) -> Result<(), ClusterError> {
        for (number, rule) in rules.iter().enumerate() {
            for object in rule.objects(user, number) {
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
        Ok(self.double.object(path))
    }

    /// Every object there is.
    ///
    /// # Errors
    /// The cluster can't be asked.
    pub async fn objects(&self) -> Result<Vec<Value>, ClusterError> {
        Ok(self.double.objects())
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
        self.double.put(object, manager)
    }

    /// Deletes the object at an API path, and says whether it was there.
    ///
    /// # Errors
    /// The cluster can't be asked.
    pub async fn delete(&self, path: &str) -> Result<bool, ClusterError> {
        Ok(self.double.delete(path))
    }

    /// The requests so far; nothing where the cluster does not tell.
    pub fn requests(&self) -> Option<Vec<Request>> {
        Some(self.double.shared.log().clone())
    }

    /// The faults its requests meet; nothing where there can be none.
    pub fn faults(&self) -> Option<&Faults> {
        Some(&self.double.shared.faults)
    }

    /// Lets the controllers rest, or work again: a token that never comes. False where they can't be stopped.
    pub fn rest(&self, rest: bool) -> bool {
        self.double.shared.world().paused.send_replace(rest);
        true
    }

    /// Forgets all history, so that a watch from an older revision is told `410 Gone`. False where that can't be done.
    pub fn forget_history(&self) -> bool {
        self.double.shared.world().store().forget();
        true
    }

    /// Destroys the cluster and makes a new one at the same address: new CA, new uids, nothing kept.
    ///
    /// # Errors
    /// As [`Cluster::start`].
    pub async fn recreate(&self) -> Result<(), ClusterError> {
        self.double.recreate()
    }
}

impl Rule {
    fn objects(&self, user: &str, number: usize) -> [Value; 2] {
        let name = format!("sandbox:{user}:{number}");
        let prefix = if self.namespace.is_some() { "" } else { "Cluster" };
        let mut rule = json!({"verbs": self.verbs, "apiGroups": self.groups, "resources": self.resources});
        if !self.names.is_empty() {
            rule["resourceNames"] = json!(self.names);
        }
        let mut metadata = json!({"name": name});
        if let Some(namespace) = &self.namespace {
            metadata["namespace"] = json!(namespace);
        }
        let version = "rbac.authorization.k8s.io/v1";
        [
            json!({"apiVersion": version, "kind": format!("{prefix}Role"), "metadata": metadata, "rules": [rule]}),
            json!({
                "apiVersion": version, "kind": format!("{prefix}RoleBinding"), "metadata": metadata,
                "subjects": [{"kind": "User", "name": user}],
                "roleRef": {"kind": format!("{prefix}Role"), "name": name},
            }),
        ]
    }
}
