//! ClusterServiceVersions that a deleted Subscription left.

use serde_json::Value;

use crate::operator::plan::is_resolved;

/// Labels end after so many characters.
const LABEL: usize = 63;

/// The ClusterServiceVersions of a package that no Subscription refers to, `ns/name`.
pub(super) fn left_over(package: &str, csvs: &[Value], subscriptions: &[Value]) -> Vec<String> {
    let of_package = csvs.iter().filter(|csv| is_of(csv, package));
    let left = of_package.filter(|csv| !subscriptions.iter().any(|it| refers(it, csv, package)));
    left.map(|csv| secret::one_line(&format!("{}/{}", namespace(csv), name(csv)))).collect()
}

/// OLM labels what it installs, `operators.coreos.com/<package>.<namespace>`; most are called `<package>.v1.2.3`.
fn is_of(csv: &Value, package: &str) -> bool {
    let versioned = name(csv).strip_prefix(package).and_then(|rest| rest.strip_prefix('.'));
    let is_version = |rest: &str| rest.starts_with('v') || rest.starts_with(|it: char| it.is_ascii_digit());
    versioned.is_some_and(is_version)
        || csv["metadata"]["labels"].get(label(package, namespace(csv))).is_some()
}

fn label(package: &str, namespace: &str) -> String {
    let whole: String = format!("{package}.{namespace}").chars().take(LABEL).collect();
    format!("operators.coreos.com/{}", whole.trim_end_matches(['.', '_', '-']))
}

/// Whether the Subscription installed it; during an upgrade it names the new one, and the old one goes by itself.
fn refers(subscription: &Value, csv: &Value, package: &str) -> bool {
    let status = &subscription["status"];
    let named = [&status["installedCSV"], &status["currentCSV"]].into_iter().any(|it| it == name(csv));
    let upgrades = subscription["spec"]["name"] == package && is_resolved(subscription);
    namespace(subscription) == namespace(csv) && (named || upgrades)
}

fn namespace(object: &Value) -> &str {
    object["metadata"]["namespace"].as_str().unwrap_or_default()
}

fn name(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PACKAGE: &str = "openshift-cert-manager-operator";

    fn csv(namespace: &str, name: &str, labels: &Value) -> Value {
        json!({"metadata": {"namespace": namespace, "name": name, "labels": labels}})
    }

    fn subscription(namespace: &str, package: &str, installed: Option<&str>) -> Value {
        json!({
            "metadata": {"namespace": namespace, "name": "any"}, "spec": {"name": package},
            "status": {"installedCSV": installed, "currentCSV": installed},
        })
    }

    #[track_caller]
    fn check(csvs: &[Value], subscriptions: &[Value], expect: &[&str]) {
        assert_eq!(left_over(PACKAGE, csvs, subscriptions), expect);
    }

    #[test]
    fn one_of_the_package_without_a_subscription_is_left_over_in_whatever_namespace() {
        let labelled = json!({"operators.coreos.com/openshift-cert-manager-operator.a": ""});
        let csvs = [
            csv("a", "cert-manager-operator.v1.17.0", &labelled),
            csv("b", "openshift-cert-manager-operator.v1.17.0", &json!({})),
            csv("c", "openshift-cert-manager-operator-other.v1", &json!({})),
            csv("d", "cert-manager-operator.v1.17.0", &labelled),
        ];
        let expect = ["a/cert-manager-operator.v1.17.0", "b/openshift-cert-manager-operator.v1.17.0"];
        check(&csvs, &[], &expect);
    }

    #[test]
    fn a_subscription_that_made_nothing_of_its_own_does_not_refer_to_it() {
        let csvs = [csv("a", "openshift-cert-manager-operator.v1", &json!({}))];
        check(&csvs, &[subscription("a", PACKAGE, None)], &["a/openshift-cert-manager-operator.v1"]);
        check(
            &csvs,
            &[subscription("b", PACKAGE, Some("openshift-cert-manager-operator.v1"))],
            &["a/openshift-cert-manager-operator.v1"],
        );
        check(&csvs, &[subscription("a", PACKAGE, Some("openshift-cert-manager-operator.v1"))], &[]);
        check(&csvs, &[subscription("a", PACKAGE, Some("openshift-cert-manager-operator.v2"))], &[]);
    }

    #[test]
    fn a_label_that_olm_cut_off_is_found() {
        let namespace = "a-namespace-of-a-long-name-that-goes-on";
        let cut = label(PACKAGE, namespace);
        assert_eq!(cut.rsplit('/').next().unwrap().len(), 63);
        check(&[csv(namespace, "x.v1", &json!({cut: ""}))], &[], &[&format!("{namespace}/x.v1")]);
    }
}
