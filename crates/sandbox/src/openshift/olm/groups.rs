//! OperatorGroups: which namespaces the operators of a namespace serve.

use serde_json::Value;

use super::packages::Package;
use crate::openshift::context::{items, place};

/// Why a ClusterServiceVersion can't be installed beside the OperatorGroups of its namespace.
pub(super) fn refusal(package: &Package, groups: &[Value]) -> Option<(&'static str, String)> {
    let [group] = groups else {
        return Some(if groups.is_empty() {
            ("NoOperatorGroup", "csv in namespace with no operatorgroups".to_owned())
        } else {
            let said = "csv created in namespace with multiple operatorgroups, can't pick one automatically";
            ("TooManyOperatorGroups", said.to_owned())
        });
    };
    if is_global(group) || package.own_namespace {
        return None;
    }
    let own = items(&group["spec"]["targetNamespaces"]).any(|name| *name == place(group).0);
    let (mode, watch) =
        if own { ("OwnNamespace", "own namespace") } else { ("SingleNamespace", "one namespace") };
    Some((
        "UnsupportedOperatorGroup",
        format!("{mode} InstallModeType not supported, cannot configure to watch {watch}"),
    ))
}

/// Whether a group serves every namespace.
pub(super) fn is_global(group: &Value) -> bool {
    items(&group["spec"]["targetNamespaces"]).next().is_none() && group["spec"]["selector"].is_null()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::packages::find;
    use super::refusal;

    fn group(targets: &[&str]) -> Value {
        json!({"metadata": {"name": "g", "namespace": "a"}, "spec": {"targetNamespaces": targets}})
    }

    fn check(groups: &[Value], expect: &str) {
        let package = find("openshift-gitops-operator").unwrap();
        assert_eq!(refusal(package, groups).map_or("", |(reason, _)| reason), expect);
    }

    #[test]
    fn a_global_group_is_good() {
        check(&[json!({"metadata": {"namespace": "a"}, "spec": {}})], "");
    }

    #[test]
    fn no_group() {
        check(&[], "NoOperatorGroup");
    }

    #[test]
    fn two_groups() {
        check(&[group(&[]), group(&[])], "TooManyOperatorGroups");
    }

    #[test]
    fn a_group_of_its_own_namespace_is_too_small() {
        check(&[group(&["a"])], "UnsupportedOperatorGroup");
    }
}
