//! Certificates that operators of the cluster renew by themselves: each notes in its Secret when it ends.

use advice::Advice;
use diagnostics::{Check, CheckId};
use jiff::Timestamp;
use secret::one_line;
use serde_json::Value;

use cluster_access::conditions::path;
use preflight::expiry::{Expiry, Keeper};

pub(super) const ID: CheckId = CheckId::OperatorCertificates;
/// The Secrets that OpenShift's operators keep certificates in.
pub(super) const LABELS: &str = "auth.openshift.io/managed-certificate-type in (signer,target)";
const END: &str = "auth.openshift.io/certificate-not-after";

/// `secrets`: nothing but their metadata is looked at.
pub(super) fn judge(secrets: &[Value], now: Timestamp) -> Check {
    let dated: Vec<Expiry> = secrets.iter().filter_map(expiry).collect();
    let unread: Vec<String> = secrets.iter().filter_map(unread).collect();
    if dated.is_empty() && unread.is_empty() {
        return Check::skipped(ID, "no Secret of the cluster notes when its certificate ends");
    }
    let against = dated.iter().filter_map(|expiry| expiry.warning(now)).chain(unread).collect();
    Check::warned_by(ID, format!("{} valid for at least 48 hours", dated.len()), against)
}

/// One that notes an end that is no time.
fn unread(secret: &Value) -> Option<String> {
    let end = secret["metadata"]["annotations"][END].as_str()?;
    let unread = end.parse::<Timestamp>().is_err();
    unread.then(|| format!("Secret {} notes its end as {}, which is no time", path(secret), one_line(end)))
}

fn expiry(secret: &Value) -> Option<Expiry> {
    let end = secret["metadata"]["annotations"][END].as_str()?.parse().ok()?;
    let what = format!("Secret {}", path(secret));
    Some(Expiry { what, end, keeper: Keeper::Operators, renew: Advice::default() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use diagnostics::CheckStatus;

    fn secret(end: &str) -> Value {
        json!({"metadata": {"namespace": "openshift-etcd", "name": "peer", "annotations": {END: end}}})
    }

    #[track_caller]
    fn check(end: &str, details: &[&str]) {
        let check = judge(&[secret(end)], "2026-11-25T12:00:00Z".parse().unwrap());
        assert_eq!(check.status() == CheckStatus::Warning, !details.is_empty());
        assert_eq!(check.details(), details);
    }

    #[test]
    fn one_that_should_have_been_renewed_is_a_warning() {
        check("2026-11-27T13:00:00Z", &[]);
        let why = "Secret openshift-etcd/peer expires in 47 hours (2026-11-27T11:00:00Z)";
        check("2026-11-27T11:00:00Z", &[why]);
    }

    #[test]
    fn one_that_notes_no_end_does_not_count() {
        let without = json!({"metadata": {"namespace": "openshift-etcd", "name": "peer"}});
        let check = judge(&[without], Timestamp::UNIX_EPOCH);
        assert_eq!(check.status(), CheckStatus::Skipped);
    }

    #[test]
    fn one_whose_end_can_not_be_read_is_a_warning() {
        let check = judge(&[secret("soon")], Timestamp::UNIX_EPOCH);
        assert_eq!(check.status(), CheckStatus::Warning);
        assert_eq!(check.details(), ["Secret openshift-etcd/peer notes its end as soon, which is no time"]);
    }
}
