use serde_json::Value;

use crate::{AccessError, Cluster, ObjectRef, get};

/// The DNS domains by which an OpenShift cluster knows itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domains {
    /// `DNS/cluster` `.spec.baseDomain`: `<name>.<base domain>`.
    pub cluster: Domain,
    /// `Ingress/cluster` `.spec.domain`: `apps.<name>.<base domain>`.
    pub ingress: Domain,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Domain {
    /// In lower case, without a dot at the end.
    Known(String),
    /// The cluster does not say.
    Absent,
    /// We may not read it.
    Denied,
}

/// Reads the domains of an OpenShift cluster (`identify` knows whether it is one).
///
/// # Errors
/// Whatever keeps the cluster from answering; not the lack of a right or of the object.
pub async fn domains(cluster: &Cluster) -> Result<Domains, AccessError> {
    let dns = ObjectRef::cluster("config.openshift.io/v1", "DNS", "dnses", "cluster");
    let ingress = ObjectRef::cluster("config.openshift.io/v1", "Ingress", "ingresses", "cluster");
    let (cluster, ingress) =
        tokio::try_join!(domain(cluster, &dns, "baseDomain"), domain(cluster, &ingress, "domain"))?;
    Ok(Domains { cluster, ingress })
}

async fn domain(cluster: &Cluster, object: &ObjectRef, key: &str) -> Result<Domain, AccessError> {
    match get(cluster, object).await {
        Ok(found) => Ok(found.as_ref().map_or(Domain::Absent, |found| in_spec(found, key))),
        Err(AccessError::Forbidden { .. }) => Ok(Domain::Denied),
        Err(error) => Err(error),
    }
}

fn in_spec(found: &Value, key: &str) -> Domain {
    let domain = found["spec"][key].as_str().map(normal).unwrap_or_default();
    if domain.is_empty() { Domain::Absent } else { Domain::Known(domain) }
}

/// A DNS name as it is compared: in lower case, without a dot at the end.
pub fn normal(domain: &str) -> String {
    domain.trim().trim_end_matches('.').to_ascii_lowercase()
}
