//! Vault's auth mount: it points at this cluster, and believes this cluster's authority.

use diagnostics::{Check, CheckId};
use vault_access::ConfigLookup;
use vault_auth::{Desired, State, same_server, shares_authority};

/// Why there is nothing to compare with.
pub(super) const NO_AUTHORITY: &str = "no ConfigMap kube-root-ca.crt with a certificate was found";

pub(super) const ID: CheckId = CheckId::AuthMountInForce;

pub(super) fn judge(desired: &Desired, state: &State) -> Check {
    let mount = &desired.mount;
    let config = match &state.config {
        ConfigLookup::Found(config) => config,
        ConfigLookup::Denied => {
            return Check::skipped(ID, format!("the Vault token may not read auth/{mount}/config"));
        }
        ConfigLookup::Unset => {
            return Check::failed(ID, vec![format!("auth/{mount}/config is not set")]);
        }
        ConfigLookup::NoMount => return Check::failed(ID, vec!["there is no such mount".into()]),
        ConfigLookup::OtherType => {
            return Check::failed(ID, vec!["the mount is not of type kubernetes".into()]);
        }
    };
    let (mut against, mut unseen) = (Vec::new(), Vec::new());
    if !same_server(&config.host, &desired.host) {
        against.push(format!("kubernetes_host is {}", config.host));
    }
    match &state.authority {
        // One that was renewed since still lets the API server in: the proof shows it.
        Some(authority) if shares_authority(&config.ca_cert, &authority.pem) => {}
        Some(authority) => against.push(format!("kubernetes_ca_cert is not that of {}", authority.origin)),
        None => unseen.push(format!("kubernetes_ca_cert was not compared: {NO_AUTHORITY}")),
    }
    if config.reviewer_set == Some(false) {
        against.push("token_reviewer_jwt is not set".into());
    }
    if against.is_empty() {
        return Check::warned_by(ID, format!("auth/{mount} uses {}", desired.host), unseen);
    }
    against.append(&mut unseen);
    Check::failed(ID, against)
}

#[cfg(test)]
mod tests {
    use vault_access::{KubernetesConfig, MountLookup};
    use vault_auth::{Authority, Reviewer};

    use super::*;
    use diagnostics::CheckStatus;

    const OURS: &str = "-----BEGIN CERTIFICATE-----\nb3Vycw==\n-----END CERTIFICATE-----\n";
    const THEIRS: &str = "-----BEGIN CERTIFICATE-----\ndGhlaXJz\n-----END CERTIFICATE-----\n";

    fn desired() -> Desired {
        Desired {
            cluster: "demo".into(),
            cluster_id: "id".into(),
            previous_cluster_id: None,
            mount: "kubernetes".into(),
            reviewer: Reviewer::default(),
            make_namespace: false,
            host: "https://api.demo:6443".into(),
            ca_override: None,
            replace_host: false,
            force: false,
            force_conflicts: false,
            labels: Default::default(),
            previous_fingerprint: None,
            network: Default::default(),
            way: None,
        }
    }

    fn state(config: ConfigLookup) -> State {
        State {
            namespace_exists: true,
            service_account: None,
            secret: None,
            binding: None,
            authority: Some(Authority { pem: OURS.into(), origin: "ConfigMap a/kube-root-ca.crt".into() }),
            issuer: None,
            mount: MountLookup::Unknown,
            config,
            capabilities: None,
            other_host_answers: None,
            vault_address: "https://vault".into(),
            vault_namespace: None,
        }
    }

    fn holding(host: &str, ca: &str) -> ConfigLookup {
        let fields = serde_json::Map::new();
        ConfigLookup::Found(KubernetesConfig {
            host: host.into(),
            ca_cert: ca.into(),
            reviewer_set: None,
            fields,
        })
    }

    #[track_caller]
    fn check(config: ConfigLookup, status: CheckStatus, details: &[&str]) {
        let check = judge(&desired(), &state(config));
        assert_eq!(
            (check.status(), check.details().iter().map(String::as_str).collect::<Vec<_>>()),
            (status, details.into())
        );
    }

    #[test]
    fn this_cluster_is_well_however_its_address_is_written() {
        check(holding("https://API.demo:6443/", OURS), CheckStatus::Ok, &[]);
    }

    #[test]
    fn another_host_and_another_authority_are_named() {
        let why = [
            "kubernetes_host is https://api.other:6443",
            "kubernetes_ca_cert is not that of ConfigMap a/kube-root-ca.crt",
        ];
        check(holding("https://api.other:6443", THEIRS), CheckStatus::Failed, &why);
    }

    #[test]
    fn an_authority_that_shares_a_certificate_was_renewed_and_one_that_is_empty_is_not_ours() {
        check(holding("https://api.demo:6443", &format!("{THEIRS}{OURS}")), CheckStatus::Ok, &[]);
        let why = "kubernetes_ca_cert is not that of ConfigMap a/kube-root-ca.crt";
        check(holding("https://api.demo:6443", ""), CheckStatus::Failed, &[why]);
    }

    #[test]
    fn an_authority_that_could_not_be_compared_is_a_warning() {
        let state = State { authority: None, ..state(holding("https://api.demo:6443", OURS)) };
        let check = judge(&desired(), &state);
        assert_eq!(check.status(), CheckStatus::Warning);
        assert!(check.details()[0].starts_with("kubernetes_ca_cert was not compared"), "{check:?}");
    }

    #[test]
    fn a_mount_without_a_reviewer_is_named() {
        let ConfigLookup::Found(config) = holding("https://api.demo:6443", OURS) else {
            panic!("it is found")
        };
        let config = KubernetesConfig { reviewer_set: Some(false), ..config };
        check(ConfigLookup::Found(config), CheckStatus::Failed, &["token_reviewer_jwt is not set"]);
    }

    #[test]
    fn a_mount_that_is_not_there_or_not_set_is_a_failure() {
        check(ConfigLookup::NoMount, CheckStatus::Failed, &["there is no such mount"]);
        check(ConfigLookup::Unset, CheckStatus::Failed, &["auth/kubernetes/config is not set"]);
        check(ConfigLookup::OtherType, CheckStatus::Failed, &["the mount is not of type kubernetes"]);
    }

    #[test]
    fn one_that_may_not_be_read_is_skipped_with_the_reason() {
        check(
            ConfigLookup::Denied,
            CheckStatus::Skipped,
            &["the Vault token may not read auth/kubernetes/config"],
        );
    }
}
