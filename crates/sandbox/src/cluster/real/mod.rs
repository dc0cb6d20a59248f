//! The real programs: etcd, kube-apiserver and kube-controller-manager, as children of this process.
//!
//! Slower to start than the double, and it can neither be struck by faults nor made to forget.

mod api;
mod audit;
mod plane;

use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::RwLock;
use serde_json::Value;

use self::api::Api;
use self::plane::Plane;
use crate::cluster::access::certs::{Identity, Validity};
use crate::cluster::error::ClusterError;
use crate::cluster::options::Request;

/// A running control plane.
pub(super) struct Real {
    assets: PathBuf,
    port: u16,
    current: RwLock<Arc<Life>>,
}

/// One life of it, between two recreates.
struct Life {
    plane: Plane,
    api: Api,
}

impl Real {
    /// Starts the programs in `assets` and waits until they answer.
    pub(super) async fn start(assets: PathBuf) -> Result<Self, ClusterError> {
        let port = plane::free_port()?;
        let life = Life::start(&assets, port).await?;
        Ok(Self { assets, port, current: RwLock::new(Arc::new(life)) })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Ends all of it, and starts anew at the same address.
    pub(super) async fn recreate(&self) -> Result<(), ClusterError> {
        self.life().plane.stop();
        let life = Life::start(&self.assets, self.port).await?;
        *self.current.write() = Arc::new(life);
        Ok(())
    }

    pub(super) fn ca_pem(&self) -> String {
        self.life().plane.authority.pem()
    }

    pub(super) fn admin_token(&self) -> String {
        self.life().plane.admin_token.clone()
    }

    pub(super) fn client(
        &self,
        user: &str,
        group: Option<&str>,
        validity: &Validity,
    ) -> Result<Identity, ClusterError> {
        self.life().plane.authority.client(user, group, validity)
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        audit::read(&self.life().plane.audit_log())
    }

    pub(super) async fn object(&self, path: &str) -> Result<Option<Value>, ClusterError> {
        self.life().api.get(path).await
    }

    pub(super) async fn objects(&self) -> Result<Vec<Value>, ClusterError> {
        self.life().api.everything().await
    }

    pub(super) async fn put(&self, object: &Value, manager: &str) -> Result<Value, ClusterError> {
        self.life().api.put(object, manager).await
    }

    pub(super) async fn serves(&self, definition: &Value) -> bool {
        self.life().api.serves(definition).await
    }

    pub(super) async fn delete(&self, path: &str) -> Result<bool, ClusterError> {
        self.life().api.delete(path).await
    }

    fn life(&self) -> Arc<Life> {
        self.current.read().clone()
    }
}

impl Life {
    async fn start(assets: &std::path::Path, port: u16) -> Result<Self, ClusterError> {
        let plane = Plane::start(assets, port)?;
        let admin = plane.authority.client("sandbox-helper", Some("system:masters"), &Validity::Years)?;
        let api = Api::new(&format!("https://127.0.0.1:{port}"), &plane.authority.pem(), &admin)?;
        plane.furnish(assets, &api).await?;
        Ok(Self { plane, api })
    }
}
