//! The cluster that was handed over under this name, where it still answers: the kubeconfig is then another cluster's, and
//! nothing was recreated.

use crate::error::PreflightError;
use std::time::Duration;

use cluster_access::{Kubeconfig, identify};
use diagnostics::{Failure, Subject};
use trace::{Kubernetes, Record};

use crate::inputs::ClusterInputs;
use crate::observe::machine::Machine;
use crate::session::Session;
use crate::state::ClusterState;
use settings::variables;

/// Time limit for the earlier cluster: one that is gone is often silent.
const LIMIT: Duration = Duration::from_secs(5);

/// Asks the cluster of the newest trace, where that has another id and another address.
///
/// # Errors
/// It answers, and `--allow-identity-mismatch` is not set.
pub async fn check(
    inputs: &ClusterInputs<'_>,
    session: &Session,
    machine: &Machine,
    now: &ClusterState,
) -> Result<(), Failure> {
    let Some(before) = machine.newest().and_then(Record::kubernetes) else { return Ok(()) };
    let is_same = before.cluster_id == now.identity.cluster_id || before.server == now.access.server;
    if is_same || before.cluster_id.is_empty() || inputs.settings.allow_identity_mismatch {
        return Ok(());
    }
    let answers = tokio::select! {
        answers = answers(inputs, session, before) => answers,
        () = session.stop.token.cancelled() => return Err(session.stop.failure(Subject::Cluster)),
    };
    match answers {
        false => Ok(()),
        true => Err(another(inputs, before, now)),
    }
}

/// Whether that cluster still answers, by a kubeconfig that an earlier run left.
async fn answers(inputs: &ClusterInputs<'_>, session: &Session, before: &Kubernetes) -> bool {
    for file in [inputs.folder.kubeconfig(), inputs.folder.kubeconfig_backup()] {
        let Ok(kubeconfig) = Kubeconfig::read(&file) else { continue };
        if kubeconfig.server() != before.server {
            continue;
        }
        for secret in kubeconfig.secrets() {
            session.mask.add(&secret);
        }
        let network = &inputs.settings.network;
        let withheld = variables::withheld_names();
        let connected = cluster_access::connect(&kubeconfig, network, LIMIT, &withheld).await;
        let Ok(cluster) = connected else { continue };
        if identify(&cluster).await.is_ok_and(|identity| identity.cluster_id == before.cluster_id) {
            return true;
        }
    }
    false
}

fn another(inputs: &ClusterInputs<'_>, before: &Kubernetes, now: &ClusterState) -> Failure {
    PreflightError::PreviousClusterAnswers {
        server: now.access.server.to_string(),
        id: now.identity.cluster_id.to_string(),
        cluster: inputs.spec.name.to_string(),
        before: before.cluster_id.to_string(),
        address: before.server.to_string(),
    }
    .refused(Subject::Cluster)
}
