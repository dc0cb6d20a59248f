//! Ears on the cluster: every change of a kind that a controller cares for rings the bell.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::paths::{
    APPLICATION_SETS, ARGOCDS, CATALOGS, CSVS, DEPLOYMENTS, INSTALL_PLANS, NAMESPACES, OPERATOR_GROUPS, PODS,
    SUBSCRIPTIONS,
};
use crate::SandboxError;
use crate::api::Api;

/// How long before a kind that nobody has defined yet is looked for again.
const UNKNOWN: Duration = Duration::from_millis(100);

/// How long one watch lasts.
const WATCH: Duration = Duration::from_secs(60);

const ALL: [&str; 9] = [
    SUBSCRIPTIONS,
    INSTALL_PLANS,
    CSVS,
    CATALOGS,
    OPERATOR_GROUPS,
    NAMESPACES,
    DEPLOYMENTS,
    ARGOCDS,
    APPLICATION_SETS,
];

/// Starts one for each kind; `stop` ends them.
pub(super) fn start(api: &Arc<Api>, real: bool, bell: &Arc<Notify>, stop: &CancellationToken) {
    let pods = real.then_some(PODS);
    for path in ALL.into_iter().chain(pods) {
        let (api, bell) = (Arc::clone(api), Arc::clone(bell));
        tokio::spawn(stop.clone().run_until_cancelled_owned(listen(api, path, bell)));
    }
}

async fn listen(api: Arc<Api>, path: &'static str, bell: Arc<Notify>) {
    loop {
        if !matches!(watch(&api, path, &bell).await, Ok(true)) {
            tokio::time::sleep(UNKNOWN).await;
        }
    }
}

/// One watch; false where nobody knows the kind. What changed before it began rings too.
async fn watch(api: &Api, path: &str, bell: &Notify) -> Result<bool, SandboxError> {
    let Some(list) = api.find(&format!("{path}?limit=1")).await? else { return Ok(false) };
    bell.notify_one();
    let version = list["metadata"]["resourceVersion"].as_str().unwrap_or_default();
    api.listen(path, version, WATCH, || bell.notify_one()).await?;
    Ok(true)
}
