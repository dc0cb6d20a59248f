//! When the way to the cluster ends: the kubeconfig's client certificate, and the certificate that the API server shows.

use advice::{Advice, shell};
use std::time::Duration;

use cluster_access::{Kubeconfig, Network, ServerCertificate, server_certificate};

use jiff::Timestamp;

use crate::expiry::{Expiry, Keeper, check, keeper_of_api_certificate, login_expiry};
use crate::inputs::ClusterInputs;
use crate::session::Session;
use crate::state::{ClusterState, RepositoryState};
use diagnostics::{Check, CheckId};

/// Time limit of the handshake.
const LIMIT: Duration = Duration::from_secs(10);

/// When the way to the cluster ends.
pub struct ConnectionExpiry {
    /// The kubeconfig's client certificate; none where it logs in otherwise.
    pub client: Option<Expiry>,
    /// The API server's certificate, or why it was not seen.
    pub api: Result<Expiry, String>,
}

impl ConnectionExpiry {
    /// The checks of both certificates.
    pub fn judge(&self, now: Timestamp) -> Vec<Check> {
        let (of_client, of_api) = (CheckId::ClientCertificate, CheckId::ApiCertificate);
        vec![
            match &self.client {
                Some(expiry) => check(of_client, expiry, now),
                None => Check::skipped(of_client, "it logs in without one"),
            },
            match &self.api {
                Ok(expiry) => check(of_api, expiry, now),
                Err(why) => Check::skipped(of_api, why.as_str()),
            },
        ]
    }
}

/// What a run meets and what ends: the certificates of the connection, the repository login.
pub async fn observe(
    inputs: &ClusterInputs<'_>,
    session: &Session,
    cluster: &ClusterState,
    repository: Option<&RepositoryState>,
) -> Vec<Check> {
    let network = &inputs.settings.network;
    let certificates = tokio::select! {
        certificates = read_certificates(&cluster.kubeconfig.kubeconfig, network, cluster.identity.is_openshift) => certificates,
        () = session.stop.token.cancelled() => return Vec::new(),
    };
    let now = Timestamp::now();
    let mut checks = certificates.judge(now);
    let login = repository.and_then(|it| login_expiry(&it.found.origin, it.tip.login_ends));
    let id = CheckId::RepositoryLoginExpiry;
    checks.extend(login.map(|expiry| check(id, &expiry, now)));
    checks
}

/// Asks the API server for its certificate, and looks into the kubeconfig.
pub async fn read_certificates(
    kubeconfig: &Kubeconfig,
    network: &Network,
    is_openshift: bool,
) -> ConnectionExpiry {
    let client = kubeconfig.client_certificate_valid_until().map(|end| Expiry {
        what: "the kubeconfig's client certificate".into(),
        end,
        keeper: Keeper::People,
        renew: "take a fresh kubeconfig: --kubeconfig FILE".into(),
    });
    let api = match server_certificate(kubeconfig, network, LIMIT).await {
        Ok(ServerCertificate::Certificate(certificate)) => {
            let keeper = keeper_of_api_certificate(&certificate.issuer, is_openshift);
            Ok(Expiry {
                what: format!("the API server's certificate, signed by {},", signer(&certificate.issuer)),
                end: certificate.valid_until,
                keeper,
                renew: renew(keeper),
            })
        }
        Ok(ServerCertificate::NotSeen(why)) => Err(why),
        Err(error) => Err(format!("failed to {error}")),
    };
    ConnectionExpiry { client, api }
}

fn signer(issuer: &str) -> &str {
    if issuer.is_empty() { "one without a name" } else { issuer }
}

fn renew(keeper: Keeper) -> Advice {
    match keeper {
        Keeper::People => {
            "renew it where it was made (on OpenShift: the Secret that APIServer/cluster names in spec.servingCerts)".into()
        }
        Keeper::Operators => {
            Advice::say("see why its operator does not renew it:")
                .run(shell!("oc --kubeconfig <kubeconfig> get clusteroperator kube-apiserver"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::CheckStatus;

    fn expiry(end: &str, keeper: Keeper) -> Expiry {
        Expiry { what: "it".into(), end: end.parse().unwrap(), keeper, renew: "renew it".into() }
    }

    fn judged(
        client: Option<Expiry>,
        api: Result<Expiry, String>,
    ) -> Vec<(CheckStatus, String, Vec<String>)> {
        let checks = ConnectionExpiry { client, api }.judge("2026-11-25T12:00:00Z".parse().unwrap());
        checks
            .iter()
            .map(|check| (check.status(), check.finding().to_owned(), check.details().to_vec()))
            .collect()
    }

    #[test]
    fn far_ends_are_well() {
        let checks = judged(
            Some(expiry("2027-11-25T12:00:00Z", Keeper::People)),
            Ok(expiry("2026-11-28T12:00:00Z", Keeper::Operators)),
        );
        assert_eq!(checks[0], (CheckStatus::Ok, "valid until 2027-11-25T12:00:00Z".into(), vec![]));
        assert_eq!(checks[1], (CheckStatus::Ok, "valid until 2026-11-28T12:00:00Z".into(), vec![]));
    }

    #[test]
    fn a_near_end_is_a_warning() {
        let checks = judged(None, Ok(expiry("2026-11-28T12:00:00Z", Keeper::People)));
        assert_eq!(
            (checks[0].0, checks[0].2.as_slice()),
            (CheckStatus::Skipped, &["it logs in without one".into()][..])
        );
        assert_eq!(checks[1].0, CheckStatus::Warning);
        assert_eq!(checks[1].2, ["it expires in 3 days (2026-11-28T12:00:00Z)"]);
    }

    #[test]
    fn one_that_was_not_seen_is_skipped_with_the_reason() {
        let checks = judged(None, Err("a proxy stands between".into()));
        assert_eq!(
            (checks[1].0, checks[1].2.as_slice()),
            (CheckStatus::Skipped, &["a proxy stands between".into()][..])
        );
    }

    #[test]
    fn a_signer_without_a_name_and_who_renews_a_certificate_are_said() {
        assert_eq!([signer(""), signer("R11")], ["one without a name", "R11"]);
        assert!(renew(Keeper::People).to_string().contains("spec.servingCerts"));
        assert!(renew(Keeper::Operators).to_string().contains("kube-apiserver"));
    }
}
