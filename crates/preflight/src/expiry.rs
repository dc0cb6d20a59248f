//! What ends one day: certificates, the Git token, the Vault token. How long before its end each is told of.
//!
//! What people renew is told of 30 days before. What operators of the cluster renew by themselves is told of only once
//! they should have done so long ago: 48 hours before its end.

use advice::{Advice, CommandLine, shell};
use diagnostics::{Check, CheckId};
use jiff::{SignedDuration, Timestamp};

/// For what people renew.
const SOON: SignedDuration = SignedDuration::from_hours(30 * 24);
/// For what operators renew.
const OVERDUE: SignedDuration = SignedDuration::from_hours(48);

/// Seconds that a Vault token has to last from the look until the last write of a run to Vault.
pub const VAULT_WRITES: u64 = 5 * 60;
/// The same where operators may have to be waited for before that.
pub const VAULT_WRITES_AFTER_OPERATORS: u64 = 65 * 60;

/// Who renews it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeper {
    /// A person, or a machine of theirs.
    People,
    /// An operator of the cluster.
    Operators,
}

/// One thing that ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expiry {
    /// "the kubeconfig's client certificate"
    pub what: String,
    /// Its last moment.
    pub end: Timestamp,
    /// Who renews it.
    pub keeper: Keeper,
    /// How it is renewed.
    pub renew: Advice,
}

impl Expiry {
    /// Returns the warning at `now`; none while its end is far.
    pub fn warning(&self, now: Timestamp) -> Option<String> {
        let (left, what, end) = (self.end.duration_since(now), &self.what, self.end);
        let limit = match self.keeper {
            Keeper::People => SOON,
            Keeper::Operators => OVERDUE,
        };
        if left >= limit {
            return None;
        }
        Some(match left.is_positive() {
            true => format!("{what} expires in {} ({end})", in_words(left.as_secs().unsigned_abs())),
            false => format!("{what} has expired ({end})"),
        })
    }
}

/// The check of one thing that ends.
pub fn check(id: CheckId, expiry: &Expiry, now: Timestamp) -> Check {
    let fact = format!("valid until {}", expiry.end);
    Check::warned_by(id, fact, expiry.warning(now).into_iter().collect()).hint(expiry.renew.clone())
}

/// The repository login, where the Git host says when it ends.
pub fn login_expiry(origin: &str, ends: Option<Timestamp>) -> Option<Expiry> {
    let what = format!("the repository login (from {origin})");
    let renew = "make a fresh token at the Git host, and put it where this one comes from".into();
    Some(Expiry { what, end: ends?, keeper: Keeper::People, renew })
}

/// `12 days`, `7 hours`, `3 minutes`, `40 s`
pub fn in_words(seconds: u64) -> String {
    let counted = |count: u64, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => counted(seconds / 60, "minute"),
        7200..172_800 => counted(seconds / 3600, "hour"),
        _ => counted(seconds / 86_400, "day"),
    }
}

/// Who renews an API server's certificate signed by `issuer`. On OpenShift the kube-apiserver operator does, where its
/// own signers signed it: those that the installer made (`kube-apiserver-lb-signer` and its like), or their successors
/// (`openshift-kube-apiserver-operator_loadbalancer-serving-signer@…`). Everything else is somebody's own, as is
/// every one of a plain Kubernetes, where nothing is known to renew it.
pub fn keeper_of_api_certificate(issuer: &str, is_openshift: bool) -> Keeper {
    let of_installer = issuer.starts_with("kube-apiserver-") && issuer.ends_with("-signer");
    let of_operator = issuer.starts_with("openshift-kube-apiserver-operator_");
    if is_openshift && (of_installer || of_operator) { Keeper::Operators } else { Keeper::People }
}

/// What a Vault token with so many seconds left (none: it never ends) means for a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenLife {
    /// It lasts.
    Enough,
    /// It may end before the run has written to Vault, if operators keep it waiting.
    MayEnd(String),
    /// It ends before the run has written to Vault.
    TooShort(String),
}

/// A run does not renew the token: that is its owner's.
pub fn token_life(ttl: Option<u64>, operators_awaited: bool) -> TokenLife {
    match ttl {
        Some(ttl) if ttl < VAULT_WRITES => TokenLife::TooShort(format!(
            "expires in {}: it has to outlive the writes to Vault ({})",
            in_words(ttl),
            in_words(VAULT_WRITES)
        )),
        Some(ttl) if operators_awaited && ttl < VAULT_WRITES_AFTER_OPERATORS => TokenLife::MayEnd(format!(
            "expires in {}, and operators may keep a run waiting longer before it writes to Vault",
            in_words(ttl)
        )),
        _ => TokenLife::Enough,
    }
}

/// How a Vault token is made to last.
pub fn renew_token(renewable: bool) -> CommandLine {
    match renewable {
        true => shell!("vault token renew"),
        false => shell!("export VAULT_TOKEN=<a fresh one, as from `vault login`>"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-25T12:00:00Z";

    #[track_caller]
    fn check(keeper: Keeper, end: &str, expect: Option<&str>) {
        let (what, renew) = ("it".to_owned(), Advice::default());
        let expiry = Expiry { what, end: end.parse().unwrap(), keeper, renew };
        assert_eq!(expiry.warning(NOW.parse().unwrap()).as_deref(), expect);
    }

    #[test]
    fn what_people_renew_is_told_of_thirty_days_before() {
        check(Keeper::People, "2026-12-25T12:00:00Z", None);
        check(Keeper::People, "2026-12-25T11:59:59Z", Some("it expires in 29 days (2026-12-25T11:59:59Z)"));
        check(Keeper::People, "2026-11-25T12:01:00Z", Some("it expires in 60 s (2026-11-25T12:01:00Z)"));
    }

    #[test]
    fn what_operators_renew_is_told_of_two_days_before() {
        check(Keeper::Operators, "2026-11-27T12:00:00Z", None);
        check(
            Keeper::Operators,
            "2026-11-27T11:59:00Z",
            Some("it expires in 47 hours (2026-11-27T11:59:00Z)"),
        );
    }

    #[test]
    fn what_has_ended_is_told_of_as_such() {
        for keeper in [Keeper::People, Keeper::Operators] {
            check(keeper, "2026-11-25T11:00:00Z", Some("it has expired (2026-11-25T11:00:00Z)"));
        }
    }

    #[test]
    fn the_signers_of_the_kube_apiserver_operator_are_known_by_name() {
        for issuer in [
            "kube-apiserver-lb-signer",
            "kube-apiserver-localhost-signer",
            "kube-apiserver-service-network-signer",
            "openshift-kube-apiserver-operator_loadbalancer-serving-signer@1764072000",
        ] {
            assert_eq!(keeper_of_api_certificate(issuer, true), Keeper::Operators, "{issuer}");
            assert_eq!(keeper_of_api_certificate(issuer, false), Keeper::People, "{issuer}");
        }
        for issuer in ["R11", "Example Corp Issuing CA", "ingress-operator@1764072000", ""] {
            assert_eq!(keeper_of_api_certificate(issuer, true), Keeper::People, "{issuer}");
        }
    }

    #[test]
    fn a_vault_token_has_to_outlive_the_writes() {
        assert_eq!(token_life(None, true), TokenLife::Enough);
        assert_eq!(token_life(Some(300), false), TokenLife::Enough);
        assert_eq!(token_life(Some(3900), true), TokenLife::Enough);
        let TokenLife::TooShort(why) = token_life(Some(299), false) else { panic!("it is too short") };
        assert_eq!(why, "expires in 4 minutes: it has to outlive the writes to Vault (5 minutes)");
        let TokenLife::MayEnd(why) = token_life(Some(1200), true) else { panic!("it may end") };
        assert!(why.starts_with("expires in 20 minutes, and operators may keep"), "{why}");
    }

    #[test]
    fn times_are_told_in_one_unit() {
        for (seconds, expect) in
            [(1, "1 s"), (119, "119 s"), (120, "2 minutes"), (7300, "2 hours"), (200_000, "2 days")]
        {
            assert_eq!(in_words(seconds), expect);
        }
    }

    #[test]
    fn how_a_token_is_renewed() {
        assert_eq!(renew_token(true).to_string(), "vault token renew");
        assert!(renew_token(false).to_string().contains("VAULT_TOKEN"));
        assert_eq!(login_expiry("env", None), None);
        let end = NOW.parse().unwrap();
        assert!(login_expiry("env", Some(end)).is_some_and(|it| it.end == end && it.what.contains("env")));
    }
}
