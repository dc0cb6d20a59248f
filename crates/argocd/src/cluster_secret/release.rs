//! The way back, for the teardown: the Secret that we made goes, somebody else's loses our annotations.

use cluster_access::{AccessError, Cluster, ObjectRef, Right, delete_while, get, merge_patch};
use serde_json::{Map, Value, json};
use trace::Change;

use super::observe::{State, name};
use super::plan::is_ours;
use crate::owner::CLUSTER;
use crate::{ArgoCdError, Owner};

const OURS: &str = "bitiq.io/";
/// How often a write that someone else's write crossed is tried again.
const ATTEMPTS: usize = 6;

/// What becomes of the cluster Secrets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClusterSecretRelease {
    /// Ours.
    goes: Vec<ObjectRef>,
    /// Somebody else's, with the annotations that go from each.
    unmarked: Vec<(ObjectRef, Vec<String>)>,
}

impl ClusterSecretRelease {
    /// In the words of the trace.
    pub fn describe(&self) -> Vec<Change> {
        let goes = self.goes.iter().map(|object| Change::delete(object.to_string()));
        let unmarked = self.unmarked.iter().map(|(object, marks)| {
            let fields = marks.iter().map(|mark| format!("annotation {mark} (removed)"));
            Change::update(object.to_string()).fields(fields)
        });
        goes.chain(unmarked).collect()
    }

    /// What has to be allowed for it.
    pub fn rights(&self) -> Vec<Right> {
        let goes = self.goes.iter().map(|object| Right::on("delete", object));
        goes.chain(self.unmarked.iter().map(|(object, _)| Right::on("patch", object))).collect()
    }
}

/// Decides which go, and which lose our annotations: those with this cluster's mark. Pure.
///
/// # Errors
/// One carries another cluster's mark.
pub fn plan_release(
    namespace: &str,
    owner: &Owner,
    state: &State,
) -> Result<ClusterSecretRelease, ArgoCdError> {
    let mut release = ClusterSecretRelease::default();
    for live in &state.local {
        let object = ObjectRef::secret(namespace, name(live));
        owner.check_mark(&object.to_string(), live)?;
        match marks(live, owner) {
            marks if marks.is_empty() => {}
            _ if is_ours(live) => release.goes.push(object),
            marks => release.unmarked.push((object, marks)),
        }
    }
    Ok(release)
}

/// Our annotations, where the mark is this cluster's.
fn marks(live: &Value, owner: &Owner) -> Vec<String> {
    let annotations = &live["metadata"]["annotations"];
    if annotations[CLUSTER] != owner.cluster.as_str() {
        return Vec::new();
    }
    let names = annotations.as_object().into_iter().flatten().map(|(name, _)| name);
    names.filter(|name| name.starts_with(OURS)).cloned().collect()
}

/// Does as planned. What became another's since stays as it is.
///
/// # Errors
/// What the cluster says.
pub async fn apply_release(
    cluster: &Cluster,
    owner: &Owner,
    release: &ClusterSecretRelease,
) -> Result<(), ArgoCdError> {
    for object in &release.goes {
        delete_while(cluster, object, |live| is_ours(live) && !marks(live, owner).is_empty()).await?;
    }
    for (object, _) in &release.unmarked {
        unmark(cluster, owner, object).await?;
    }
    Ok(())
}

async fn unmark(cluster: &Cluster, owner: &Owner, object: &ObjectRef) -> Result<(), ArgoCdError> {
    let mut attempts = 1..ATTEMPTS;
    loop {
        let Some(live) = get(cluster, object).await? else { return Ok(()) };
        let nulls: Map<String, Value> =
            marks(&live, owner).into_iter().map(|mark| (mark, Value::Null)).collect();
        if nulls.is_empty() {
            return Ok(());
        }
        let version = &live["metadata"]["resourceVersion"];
        let patch = json!({ "metadata": { "resourceVersion": version, "annotations": nulls } });
        match merge_patch(cluster, object, &patch).await {
            Err(AccessError::Conflict { .. }) if attempts.next().is_some() => {}
            result => return Ok(result.map(drop)?),
        }
    }
}
