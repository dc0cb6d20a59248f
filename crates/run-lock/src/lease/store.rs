//! The Lease in the cluster: read, made, replaced.

use cluster_access::k8s_openapi::api::coordination::v1::Lease;
use cluster_access::{AccessError, Cluster, ObjectRef};
use serde_json::Value;

use super::claim::{Claim, claimed_by};
use super::{NAME, Terms};

/// Where the Lease is, and its times.
#[derive(Clone)]
pub struct LeaseStore {
    cluster: Cluster,
    object: ObjectRef,
    pub(super) terms: Terms,
}

impl LeaseStore {
    /// The Lease in Argo CD's namespace.
    pub fn new(cluster: &Cluster, namespace: &str, terms: Terms) -> Self {
        Self { cluster: cluster.clone(), object: ObjectRef::lease(namespace, NAME), terms }
    }

    pub(super) async fn read(&self) -> Result<Option<Lease>, AccessError> {
        let there = cluster_access::get(&self.cluster, &self.object).await?;
        Ok(there.and_then(|lease| serde_json::from_value(lease).ok()))
    }

    /// Only over the version that was read: the resourceVersion is in `lease`.
    pub(super) async fn replace(&self, lease: &Lease) -> Result<(), AccessError> {
        cluster_access::replace(&self.cluster, &self.object, &body(lease)).await.map(|_| ())
    }

    /// Deletes the Lease as long as `run_id` holds it.
    pub(super) async fn remove(&self, run_id: &str) -> Result<(), AccessError> {
        let ours = |lease: &Value| lease["spec"]["holderIdentity"] == run_id;
        cluster_access::delete_while(&self.cluster, &self.object, ours).await.map(drop)
    }

    /// Writes `claim` on the Lease that was read, or makes one.
    pub(super) async fn claim(&self, there: Option<&Lease>, claim: &Claim) -> Result<(), AccessError> {
        let lease = claimed_by(there, claim, self.terms.duration);
        match there {
            None => cluster_access::create(&self.cluster, &self.object, &body(&lease)).await.map(|_| ()),
            Some(_) => self.replace(&lease).await,
        }
    }
}

fn body(lease: &Lease) -> Value {
    let mut lease = lease.clone();
    lease.metadata.managed_fields = None;
    serde_json::to_value(lease).unwrap_or_default()
}
