use cluster_access::Identity;
use serde_json::{Map, Value};

use crate::ArgoCdError;

pub(crate) const CLUSTER: &str = "bitiq.io/cluster";
const CLUSTER_ID: &str = "bitiq.io/cluster-id";
const INFRA_ID: &str = "bitiq.io/infra-id";

/// Whose an object is: the mark it carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// `name` of cluster.yaml.
    pub cluster: String,
    /// The cluster's own id.
    pub cluster_id: String,
    /// The installer's id, where there is one.
    pub infra_id: Option<String>,
}

impl Owner {
    /// The cluster of that name, as it says itself who it is.
    pub fn of(cluster: &str, identity: &Identity) -> Self {
        Self {
            cluster: cluster.into(),
            cluster_id: identity.cluster_id.clone(),
            infra_id: identity.infra_id.clone(),
        }
    }

    pub(crate) fn annotations(&self) -> Value {
        let mut marks = Map::new();
        marks.insert(CLUSTER.into(), self.cluster.clone().into());
        marks.insert(CLUSTER_ID.into(), self.cluster_id.clone().into());
        if let Some(infra_id) = &self.infra_id {
            marks.insert(INFRA_ID.into(), infra_id.clone().into());
        }
        Value::Object(marks)
    }

    /// Refuses an object that carries another cluster's name. The same name with another id is a recreate.
    pub(crate) fn check_mark(&self, object: &str, live: &Value) -> Result<(), ArgoCdError> {
        self.check_name(object, live["metadata"]["annotations"][CLUSTER].as_str())
    }

    pub(crate) fn check_name(&self, object: &str, theirs: Option<&str>) -> Result<(), ArgoCdError> {
        match theirs {
            Some(theirs) if theirs != self.cluster => Err(ArgoCdError::AnotherCluster {
                object: object.into(),
                theirs: secret::one_line(theirs),
                ours: self.cluster.clone(),
            }),
            _ => Ok(()),
        }
    }
}
