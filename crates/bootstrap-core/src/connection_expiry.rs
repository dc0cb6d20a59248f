//! When the way to the cluster ends: the kubeconfig's client certificate, and the certificate that the API server shows.

use std::time::Duration;

use cluster_access::{Kubeconfig, Network, Served, served_certificate};

use jiff::Timestamp;

use crate::expiry::{Expiry, Keeper, keeper_of_api_certificate, of_login};
use crate::request::{Context, Request};
use crate::world::World;

/// Time limit of the handshake.
const LIMIT: Duration = Duration::from_secs(10);

/// When the way to the cluster ends.
pub(crate) struct ConnectionExpiry {
    /// The kubeconfig's client certificate; none where it logs in otherwise.
    pub client: Option<Expiry>,
    /// The API server's certificate, or why it was not seen.
    pub api: Result<Expiry, String>,
}

impl ConnectionExpiry {
    /// All that is known.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Expiry> {
        self.client.iter().chain(self.api.as_ref().ok())
    }
}

/// Asks the API server for its certificate, and looks into the kubeconfig.
pub(crate) async fn of_connection(
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
    ConnectionExpiry { client, api }
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

/// Warns of all that a run meets and that ends soon.
pub(crate) async fn warn(request: &Request, context: &Context, world: &World) {
    let (network, cluster) = (&request.settings.cluster.network, &world.cluster);
    let way = tokio::select! {
        way = of_connection(&cluster.kubeconfig.kubeconfig, network, cluster.identity.is_openshift) => way,
        () = context.stop.token.cancelled() => return,
    };
    let token = world.repository.as_ref().and_then(|it| of_login(&it.found.origin, it.tip.login_ends));
    for expiry in way.all().chain(&token) {
        if let Some(told) = expiry.told(Timestamp::now()) {
            context.events.warn(format!("{told}: {}", expiry.renew));
        }
    }
}
