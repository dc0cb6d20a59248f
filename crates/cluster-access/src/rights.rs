use std::fmt;

use futures::future::try_join_all;
use http::Request;
use serde_json::{Value, json};

use crate::{AccessError, Cluster, ObjectRef, get};

/// Something we want to be allowed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Right {
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `bind`
    pub verb: String,
    /// API group; empty for the core one.
    pub group: String,
    /// `secrets`
    pub resource: String,
    /// `token` of `serviceaccounts/token`
    pub subresource: Option<String>,
    /// None: everywhere, or a kind outside of namespaces.
    pub namespace: Option<String>,
    /// None: whatever its name.
    pub name: Option<String>,
}

impl Right {
    /// The right to do `verb` to this one object (`create` and `list` know no names, and are asked without).
    pub fn on(verb: &str, object: &ObjectRef) -> Self {
        let named = !object.name.is_empty() && !matches!(verb, "create" | "list" | "watch");
        Self {
            verb: verb.into(),
            group: object.group().into(),
            resource: object.plural.clone(),
            subresource: None,
            namespace: object.namespace.clone(),
            name: named.then(|| object.name.clone()),
        }
    }

    fn review(&self) -> Value {
        json!({
            "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
            "spec": { "resourceAttributes": {
                "verb": self.verb, "group": self.group, "resource": self.resource,
                "subresource": self.subresource, "namespace": self.namespace, "name": self.name,
            } }
        })
    }
}

/// `create secrets in openshift-gitops`, `patch clusterrolebindings.rbac.authorization.k8s.io NAME`
impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, self.resource)?;
        if let Some(subresource) = &self.subresource {
            write!(f, "/{subresource}")?;
        }
        if !self.group.is_empty() {
            write!(f, ".{}", self.group)?;
        }
        if let Some(name) = &self.name {
            write!(f, " {name}")?;
        }
        if let Some(namespace) = &self.namespace {
            write!(f, " in {namespace}")?;
        }
        Ok(())
    }
}

/// What the cluster says to a [`Right`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What was asked.
    pub right: Right,
    /// Whether we have it.
    pub allowed: bool,
    /// The cluster's reason, where it gives one.
    pub reason: Option<String>,
}

/// Asks for all `rights` side by side (SelfSubjectAccessReview); the answers come in the same order.
///
/// # Errors
/// Where the cluster does not answer. "No" is an answer.
pub async fn may(cluster: &Cluster, rights: &[Right]) -> Result<Vec<Answer>, AccessError> {
    try_join_all(rights.iter().map(|right| ask(cluster, right))).await
}

async fn ask(cluster: &Cluster, right: &Right) -> Result<Answer, AccessError> {
    let request = Request::post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")
        .header(http::header::CONTENT_TYPE, "application/json")
        .body(right.review().to_string().into_bytes())
        .map_err(kube::core::request::Error::BuildRequest);
    let answer: Value = cluster.ask(&format!("ask whether we may {right}"), request).await?;
    let status = &answer["status"];
    let reason = status["reason"].as_str().filter(|reason| !reason.is_empty()).map(Into::into);
    Ok(Answer { right: right.clone(), allowed: status["allowed"] == Value::Bool(true), reason })
}

/// Whether a binding to ClusterRole `role` may be written: RBAC wants `bind` on the role, or every right in it held
/// by ourselves, cluster-wide.
///
/// # Errors
/// Where the cluster does not answer.
pub async fn may_bind(cluster: &Cluster, role: &str) -> Result<Answer, AccessError> {
    let bind = ask(cluster, &Right::on("bind", &ObjectRef::cluster_role(role))).await?;
    if bind.allowed {
        return Ok(bind);
    }
    let rights = match get(cluster, &ObjectRef::cluster_role(role)).await {
        Ok(Some(found)) => rights_in(&found),
        // Not readable, or (a fresh cluster) not there yet: what Kubernetes itself puts into this one is known.
        Ok(None) | Err(AccessError::Forbidden { .. }) if role == "system:auth-delegator" => {
            Some(auth_delegator())
        }
        Ok(None) | Err(AccessError::Forbidden { .. }) => None,
        Err(error) => return Err(error),
    };
    let Some(rights) = rights else { return Ok(bind) };
    let lacking: Vec<String> = may(cluster, &rights)
        .await?
        .into_iter()
        .filter(|answer| !answer.allowed)
        .map(|answer| answer.right.to_string())
        .collect();
    Ok(if lacking.is_empty() {
        Answer { allowed: true, reason: Some(format!("every right in ClusterRole {role} is held")), ..bind }
    } else {
        Answer {
            reason: Some(format!("neither this nor all that it grants: {}", lacking.join(", "))),
            ..bind
        }
    })
}

/// Every right the role grants; None where it grants something that can't be asked for one by one.
fn rights_in(role: &Value) -> Option<Vec<Right>> {
    let words = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(|word| word.as_str().map(Into::into)).collect()
    };
    let mut rights = Vec::new();
    for rule in role["rules"].as_array().into_iter().flatten() {
        if !words(&rule["nonResourceURLs"]).is_empty() {
            return None;
        }
        let names = words(&rule["resourceNames"]);
        let names = if names.is_empty() { vec![None] } else { names.into_iter().map(Some).collect() };
        for group in words(&rule["apiGroups"]) {
            for resource in words(&rule["resources"]) {
                for verb in words(&rule["verbs"]) {
                    rights.extend(names.iter().map(|name| granted(&verb, &group, &resource, name.clone())));
                }
            }
        }
    }
    (!rights.is_empty()).then_some(rights)
}

fn granted(verb: &str, group: &str, resource: &str, name: Option<String>) -> Right {
    let (resource, subresource) = match resource.split_once('/') {
        Some((resource, subresource)) => (resource, Some(subresource.to_owned())),
        None => (resource, None),
    };
    Right {
        verb: verb.into(),
        group: group.into(),
        resource: resource.into(),
        subresource,
        namespace: None,
        name,
    }
}

fn auth_delegator() -> Vec<Right> {
    vec![
        granted("create", "authentication.k8s.io", "tokenreviews", None),
        granted("create", "authorization.k8s.io", "subjectaccessreviews", None),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(role: Value) -> Option<Vec<String>> {
        rights_in(&role).map(|rights| rights.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_roles_rules_are_spelled_out_one_by_one() {
        let rule = json!({"apiGroups": ["", "apps"], "resources": ["pods/log"], "verbs": ["get", "list"]});
        assert_eq!(
            said(json!({"rules": [rule]})).unwrap_or_default(),
            ["get pods/log", "list pods/log", "get pods/log.apps", "list pods/log.apps"]
        );
    }

    #[test]
    fn a_role_that_grants_urls_or_nothing_proves_nothing() {
        assert_eq!(said(json!({"rules": [{"nonResourceURLs": ["/metrics"], "verbs": ["get"]}]})), None);
        assert_eq!(said(json!({"rules": []})), None);
    }

    #[test]
    fn create_is_asked_without_a_name() {
        let secret = ObjectRef::secret("ns", "it");
        assert_eq!(Right::on("create", &secret).to_string(), "create secrets in ns");
        assert_eq!(Right::on("patch", &secret).to_string(), "patch secrets it in ns");
        let binding = ObjectRef::cluster_role_binding("it");
        assert_eq!(
            Right::on("get", &binding).to_string(),
            "get clusterrolebindings.rbac.authorization.k8s.io it"
        );
    }
}
