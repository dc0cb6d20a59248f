//! A Kubernetes API server on this machine: either a double in this process, or the real programs.
//!
//! The double knows what our programs, their tests and `kubectl` use, and words its answers as the real server does.
//! It never leaves loopback, and nothing of it is left once the last [`Cluster`] is dropped.

mod admit;
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
mod keep;
mod kinds;
mod kubeconfig;
mod managers;
mod merge;
mod options;
mod patch;
mod prune;
mod query;
mod random;
mod real;
mod reply;
mod request;
mod reviews;
mod route;
mod rules;
mod schema;
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
use std::time::{Duration, Instant};

use serde_json::{Value, json};

pub use error::ClusterError;
pub use options::{Options, Request, Rule, User};

use crate::faults::Faults;
use certs::{Identity, Validity};
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

enum Backing {
    Double(Double),
    Real(Box<Real>),
}

impl Cluster {
    /// Starts a cluster.
    ///
    /// # Errors
    /// A certificate, a port or a process can't be had.
    pub async fn start(options: Options) -> Result<Self, ClusterError> {
        let backing = match options.assets {
            Some(assets) => Backing::Real(Box::new(Real::start(assets).await?)),
            None => Backing::Double(Double::start()?),
        };
        Ok(Self { backing: Arc::new(backing) })
    }

    /// Whether these are the real programs.
    pub fn is_real(&self) -> bool {
        matches!(*self.backing, Backing::Real(_))
    }

    /// Its address, `https://127.0.0.1:<port>`.
    pub fn server(&self) -> String {
        let port = match &*self.backing {
            Backing::Double(double) => double.port(),
            Backing::Real(real) => real.port(),
        };
        format!("https://127.0.0.1:{port}")
    }

    /// The certificate of its CA.
    pub fn ca_pem(&self) -> String {
        match &*self.backing {
            Backing::Double(double) => double.ca_pem(),
            Backing::Real(real) => real.ca_pem(),
        }
    }

    /// The bearer token of `token-admin`, who is in `system:masters`.
    pub fn admin_token(&self) -> String {
        match &*self.backing {
            Backing::Double(double) => double.admin_token(),
            Backing::Real(real) => real.admin_token(),
        }
    }

    /// A kubeconfig that logs `user` in, with everything inlined.
    ///
    /// # Errors
    /// The certificate can't be made.
    pub fn kubeconfig(&self, user: &User) -> Result<String, ClusterError> {
        let masters = Some("system:masters");
        let (name, login) = match user {
            User::Admin => {
                let identity = self.client("kubernetes-admin", masters, &Validity::Years)?;
                ("kubernetes-admin", Login::Certificate(identity))
            }
            User::Expired => {
                let identity = self.client("kubernetes-admin", masters, &Validity::OverSinceYesterday)?;
                ("kubernetes-admin", Login::Certificate(identity))
            }
            User::Named(name) => {
                (name.as_str(), Login::Certificate(self.client(name, None, &Validity::Years)?))
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
        match &*self.backing {
            Backing::Double(double) => Ok(double.object(path)),
            Backing::Real(real) => real.object(path).await,
        }
    }

    /// Every object there is.
    ///
    /// # Errors
    /// The cluster can't be asked.
    pub async fn objects(&self) -> Result<Vec<Value>, ClusterError> {
        match &*self.backing {
            Backing::Double(double) => Ok(double.objects()),
            Backing::Real(real) => real.objects().await,
        }
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
        let written = match &*self.backing {
            Backing::Double(double) => double.put(object, manager)?,
            Backing::Real(real) => real.put(object, manager).await?,
        };
        if object["kind"] == "CustomResourceDefinition" {
            self.await_kind(object).await?;
        }
        Ok(written)
    }

    /// Deletes the object at an API path, and says whether it was there.
    ///
    /// # Errors
    /// The cluster can't be asked.
    pub async fn delete(&self, path: &str) -> Result<bool, ClusterError> {
        match &*self.backing {
            Backing::Double(double) => Ok(double.delete(path)),
            Backing::Real(real) => real.delete(path).await,
        }
    }

    /// The requests so far. The real server does not tell of refused logins, nor of requests before a recreate.
    pub fn requests(&self) -> Vec<Request> {
        match &*self.backing {
            Backing::Double(double) => double.shared.log().clone(),
            Backing::Real(real) => real.requests(),
        }
    }

    /// The faults its requests meet; nothing where there can be none.
    pub fn faults(&self) -> Option<&Faults> {
        match &*self.backing {
            Backing::Double(double) => Some(&double.shared.faults),
            Backing::Real(_) => None,
        }
    }

    /// Lets the controllers rest, or work again: a token that never comes. False where they can't be stopped.
    pub fn rest(&self, rest: bool) -> bool {
        let Backing::Double(double) = &*self.backing else { return false };
        double.shared.world().paused.send_replace(rest);
        true
    }

    /// Forgets all history, so that a watch from an older revision is told `410 Gone`. False where that can't be done.
    pub fn forget_history(&self) -> bool {
        let Backing::Double(double) = &*self.backing else { return false };
        double.shared.world().store().forget();
        true
    }

    /// Destroys the cluster and makes a new one at the same address: new CA, new uids, nothing kept.
    ///
    /// # Errors
    /// As [`Cluster::start`].
    pub async fn recreate(&self) -> Result<(), ClusterError> {
        match &*self.backing {
            Backing::Double(double) => double.recreate(),
            Backing::Real(real) => real.recreate().await,
        }
    }

    fn client(&self, user: &str, group: Option<&str>, validity: &Validity) -> Result<Identity, ClusterError> {
        match &*self.backing {
            Backing::Double(double) => double.client(user, group, validity),
            Backing::Real(real) => real.client(user, group, validity),
        }
    }

    /// Waits until objects of a new kind can be written; while the controllers rest, that is never.
    async fn await_kind(&self, definition: &Value) -> Result<(), ClusterError> {
        let name = kinds::text(&definition["metadata"]["name"]);
        let path = format!("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}");
        let since = Instant::now();
        while since.elapsed() < KIND_LIMIT {
            if self.object(&path).await?.is_some_and(|definition| store::is_true(&definition, "Established"))
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
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
