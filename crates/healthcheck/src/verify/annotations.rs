//! Annotations of Secrets: no login lies open in one. `kubectl apply` keeps the whole Secret in one, and annotations are
//! shown where contents are not.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diagnostics::{Check, CheckId};
use serde_json::Value;

use cluster_access::conditions::path;

pub(super) const ID: CheckId = CheckId::SecretAnnotations;
/// Where `kubectl apply` keeps its copy.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
/// A shorter value is found in too many texts.
const SHORTEST: usize = 8;

pub(super) fn judge(secrets: &[Value]) -> Check {
    let against = secrets.iter().flat_map(against).collect();
    Check::failed_by(ID, format!("no credentials in {} Secrets", secrets.len()), against)
        .hint("a run takes it out of the repository Secret; rotate a login that lay open, then take the annotation away")
}

fn against(secret: &Value) -> Vec<String> {
    let values = values(secret);
    let annotations = secret["metadata"]["annotations"].as_object().into_iter().flatten();
    annotations
        .filter_map(|(key, text)| Some((key, text.as_str()?)))
        .filter(|(key, text)| {
            *key == LAST_APPLIED && is_copy_with_content(text)
                || values.iter().any(|value| text.contains(value.as_str()))
        })
        .map(|(key, _)| format!("{}: {key}", path(secret)))
        .collect()
}

/// Every value of the Secret that is secret, as it is and as it is stored.
fn values(secret: &Value) -> Vec<String> {
    let data = secret["data"].as_object().into_iter().flatten();
    let stored = data.filter(|(key, _)| is_secret(key)).filter_map(|(_, value)| value.as_str());
    let decoded = |stored: &str| String::from_utf8(STANDARD.decode(stored).ok()?).ok();
    stored
        .flat_map(|stored| [Some(stored.to_owned()), decoded(stored)])
        .flatten()
        .map(|value| value.trim().to_owned())
        .filter(|value| value.len() >= SHORTEST)
        .collect()
}

/// These stand in the open anyway.
fn is_secret(key: &str) -> bool {
    const OPEN: [&str; 14] = [
        "url",
        "type",
        "name",
        "server",
        "project",
        "username",
        "proxy",
        "noProxy",
        "ca.crt",
        "tls.crt",
        "namespace",
        "enableLfs",
        "insecure",
        "service-ca.crt",
    ];
    !OPEN.contains(&key)
}

/// Whether the copy that `kubectl apply` keeps has something in it.
fn is_copy_with_content(text: &str) -> bool {
    let Ok(copy) = serde_json::from_str::<Value>(text) else { return false };
    let open = |key: &str| {
        copy[key]
            .as_object()
            .into_iter()
            .flatten()
            .any(|(key, value)| is_secret(key) && value.as_str().is_some_and(|value| !value.is_empty()))
    };
    open("data") || open("stringData")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use diagnostics::CheckStatus;

    const PASSWORD: &str = "hunter2-hunter2";

    fn secret(annotation: (&str, &str)) -> Value {
        json!({"metadata": {"namespace": "argo", "name": "repo", "annotations": {annotation.0: annotation.1}},
            "data": {"password": STANDARD.encode(PASSWORD), "url": STANDARD.encode("https://git.example.com/x")}})
    }

    #[track_caller]
    fn check(annotation: (&str, &str), expect: Option<&str>) {
        let check = judge(&[secret(annotation)]);
        assert_eq!(check.status() == CheckStatus::Failed, expect.is_some());
        assert_eq!(check.details().first().map(String::as_str), expect);
        assert!(!format!("{check:?}").contains(PASSWORD));
    }

    #[test]
    fn the_copy_of_kubectl_apply_is_found_whatever_the_secret_holds_now() {
        let found = Some("argo/repo: kubectl.kubernetes.io/last-applied-configuration");
        check((LAST_APPLIED, r#"{"stringData":{"password":"an older one"}}"#), found);
        check((LAST_APPLIED, r#"{"data":{"sshPrivateKey":"eA=="}}"#), found);
    }

    #[test]
    fn a_copy_without_a_login_is_fine() {
        check((LAST_APPLIED, r#"{"stringData":{"url":"https://git.example.com/x","type":"git"}}"#), None);
        check((LAST_APPLIED, r#"{"data":{"password":""}}"#), None);
        check((LAST_APPLIED, "no JSON"), None);
    }

    #[test]
    fn the_login_is_found_in_any_other_annotation_as_it_is_and_as_it_is_stored() {
        check(("note", &format!("the password is {PASSWORD}")), Some("argo/repo: note"));
        check(("note", &STANDARD.encode(PASSWORD)), Some("argo/repo: note"));
    }

    #[test]
    fn what_is_open_anyway_may_stand_there() {
        check(("note", "see https://git.example.com/x"), None);
    }
}
