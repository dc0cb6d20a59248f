//! When the way to the cluster ends: the kubeconfig's client certificate, and the certificate that the API server shows.

use std::time::Duration;

use cluster_access::{Kubeconfig, Network, Served, served_certificate};

use super::{Expiry, Keeper, keeper_of_api_certificate};

/// Time limit of the handshake.
const LIMIT: Duration = Duration::from_secs(10);

/// When the way to the cluster ends.
pub(crate) struct Way {
    /// The kubeconfig's client certificate; none where it logs in otherwise.
    pub client: Option<Expiry>,
    /// The API server's certificate, or why it was not seen.
    pub api: Result<Expiry, String>,
}

impl Way {
    /// All that is known.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Expiry> {
        self.client.iter().chain(self.api.as_ref().ok())
    }
}

/// Asks the API server for its certificate, and looks into the kubeconfig.
pub(crate) async fn of_way(kubeconfig: &Kubeconfig, network: &Network, is_openshift: bool) -> Way {
    let client = kubeconfig.client_certificate_valid_until().map(|end| Expiry {
        what: "the kubeconfig's client certificate".into(),
        end,
        keeper: Keeper::People,
        renew: "take a fresh kubeconfig: --kubeconfig FILE".into(),
    });
    let api = match served_certificate(kubeconfig, network, LIMIT).await {
        Ok(Served::Certificate(certificate)) => {
            let keeper = keeper_of_api_certificate(&certificate.issuer, is_openshift);
            Ok(Expiry {
                what: format!("the API server's certificate, signed by {},", signer(&certificate.issuer)),
                end: certificate.valid_until,
                keeper,
                renew: renew(keeper).into(),
            })
        }
        Ok(Served::NotSeen(why)) => Err(why),
        Err(error) => Err(format!("failed to {error}")),
    };
    Way { client, api }
}

fn signer(issuer: &str) -> &str {
    if issuer.is_empty() { "one without a name" } else { issuer }
}

fn renew(keeper: Keeper) -> &'static str {
    match keeper {
        Keeper::People => {
            "renew it where it was made (on OpenShift: the Secret that APIServer/cluster names in spec.servingCerts)"
        }
        Keeper::Operators => {
            "see why its operator does not renew it:\noc --kubeconfig <kubeconfig> get clusteroperator kube-apiserver"
        }
    }
}
