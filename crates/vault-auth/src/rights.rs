use std::collections::BTreeMap;

use cluster_access::{ObjectRef, OptionalRight, Right};

use crate::desired::{LoginProof, Reviewer};

/// The ClusterRole that lets the reviewer review tokens.
pub const AUTH_DELEGATOR: &str = "system:auth-delegator";

/// What must be allowed in the cluster. Whether the binding may be written at all is another question:
/// `cluster_access::may_bind` with [`AUTH_DELEGATOR`].
pub fn required_rights(reviewer: &Reviewer, login: Option<&LoginProof>) -> Vec<Right> {
    let namespace = &reviewer.namespace;
    let mut rights = Vec::new();
    let mut need = |verbs: &[&str], object: ObjectRef| {
        rights.extend(verbs.iter().map(|verb| Right::on(verb, &object)));
    };
    need(&["get", "create", "patch"], ObjectRef::service_account(namespace, &reviewer.service_account));
    need(&["get", "create", "patch", "list", "watch"], ObjectRef::secret(namespace, &reviewer.secret));
    need(&["get", "create", "patch"], ObjectRef::cluster_role_binding(&reviewer.binding));
    need(&["get"], ObjectRef::config_map(namespace, "kube-root-ca.crt"));
    if let Some(login) = login {
        let account = ObjectRef::service_account(&login.namespace, &login.service_account);
        let create = Right { name: Some(account.name.clone()), ..Right::on("create", &account) };
        rights.push(Right { subresource: Some("token".to_owned()), ..create });
    }
    rights
}

/// What must be allowed beyond that where the reviewer's Namespace may have to be made: then the cluster's CA is awaited.
pub fn rights_to_await(reviewer: &Reviewer) -> Vec<Right> {
    let authority = ObjectRef::config_map(&reviewer.namespace, "kube-root-ca.crt");
    // A list of one by its name is allowed by that name.
    let named = |verb: &&str| Right { name: Some(authority.name.clone()), ..Right::on(verb, &authority) };
    ["list", "watch"].iter().map(named).collect()
}

/// What a write of the mount goes on without.
pub fn optional_rights() -> Vec<OptionalRight> {
    let authority = ObjectRef::config_map("default", "kube-root-ca.crt");
    let without = "in a Namespace that is not there yet, the cluster's CA is known only once it is made";
    vec![OptionalRight { right: Right::on("get", &authority), without }]
}

/// What a Vault token needs: paths, and the capabilities on each.
pub fn required_capabilities(mount: &str) -> BTreeMap<String, Vec<&'static str>> {
    BTreeMap::from([(config_path(mount), vec!["read", "update"])])
}

/// `auth/` before the mount is tolerated, as `vault-access` does.
pub(crate) fn config_path(mount: &str) -> String {
    format!("auth/{}/config", mount.strip_prefix("auth/").unwrap_or(mount))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::release::{ReviewerState, plan_reviewer, rights_to_look, rights_to_release};

    fn reviewer() -> Reviewer {
        Reviewer {
            namespace: "n".into(),
            service_account: "account".into(),
            secret: "secret".into(),
            binding: "binding".into(),
        }
    }

    fn said(rights: &[Right]) -> Vec<String> {
        rights.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_authority_is_awaited_by_its_name() {
        let rights = rights_to_await(&reviewer());
        let named: Vec<_> = rights.iter().map(|right| (right.verb.as_str(), right.name.as_deref())).collect();
        assert_eq!(named, [("list", Some("kube-root-ca.crt")), ("watch", Some("kube-root-ca.crt"))]);
    }

    #[test]
    fn the_rights_of_a_release_are_on_the_reviewers_own_names() {
        let (look, release) = (said(&rights_to_look(&reviewer())), said(&rights_to_release(&reviewer())));
        assert_eq!((look.len(), release.len()), (3, 4));
        for right in look.iter().chain(&release) {
            assert!(!right.contains("openshift-gitops"), "{right}");
        }
    }

    #[test]
    fn what_is_left_of_a_release_is_named_as_the_reviewer_is() {
        let theirs = json!({"metadata": {"name": "secret"}});
        let state = ReviewerState { secret: Some(theirs), ..ReviewerState::default() };
        let changes = plan_reviewer(&reviewer(), &state);
        assert_eq!(changes.left(), ["Secret n/secret stays: it is not this program's"]);
    }
}
