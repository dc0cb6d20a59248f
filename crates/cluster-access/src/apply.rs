use kube::api::{DeleteParams, Patch, PatchParams, PostParams, Preconditions};
use kube::core::Request;
use serde_json::{Value, json};

use crate::plan::{FIELD_MANAGER, OwnedAction, OwnedPlan, ours_alone, plan_owned, present};
use crate::{AccessError, Cluster, ObjectRef, get};

/// How often a write that someone else's write crossed is planned and tried again.
const ATTEMPTS: usize = 6;

/// What an object of ours shall be, and how that differs from what was read. Holds values: it has no `Debug`.
#[derive(Clone)]
pub struct OwnedWrite {
    /// The object.
    pub desired: Value,
    /// The difference.
    pub plan: OwnedPlan,
}

/// [`apply_replanned`] for an object whose `desired` does not depend on what is there.
///
/// # Errors
/// [`AccessError::Ownership`] where another manager took a field in between; else what the server says.
pub async fn apply_owned(
    cluster: &Cluster,
    object: &ObjectRef,
    desired: &Value,
    plan: &OwnedPlan,
) -> Result<Value, AccessError> {
    let pointers: Vec<&str> = plan.unwanted.iter().map(String::as_str).collect();
    let anew = |live: Option<&Value>| match plan_owned(desired, live, &pointers, plan.force) {
        Ok(plan) => Ok(OwnedWrite { desired: desired.clone(), plan }),
        Err(conflict) => Err(AccessError::Ownership { doing: format!("write {object}"), conflict }),
    };
    apply_replanned(cluster, object, OwnedWrite { desired: desired.clone(), plan: plan.clone() }, anew).await
}

/// Writes the object as `first` decided. An object that was not there is created by a request that fails where it is
/// there by now. One that was there is applied with its resourceVersion, then what must go is taken away by a merge
/// patch. Where someone else's write crossed it, `anew` decides again, from what is live.
///
/// # Errors
/// What the server says; what `anew` refuses.
pub async fn apply_replanned<E: From<AccessError>>(
    cluster: &Cluster,
    object: &ObjectRef,
    first: OwnedWrite,
    mut anew: impl FnMut(Option<&Value>) -> Result<OwnedWrite, E>,
) -> Result<Value, E> {
    let mut write = first;
    for _ in 1..ATTEMPTS {
        match once(cluster, object, &write).await {
            Err(
                AccessError::Conflict { .. }
                | AccessError::AlreadyExists { .. }
                | AccessError::NotFound { .. },
            ) => {}
            other => return Ok(other?),
        }
        write = anew(get(cluster, object).await?.as_ref())?;
    }
    Ok(once(cluster, object, &write).await?)
}

async fn once(cluster: &Cluster, object: &ObjectRef, write: &OwnedWrite) -> Result<Value, AccessError> {
    let plan = &write.plan;
    let live = match plan.action {
        OwnedAction::Create => {
            return make(cluster, object, &write.desired, &format!("write {object}")).await;
        }
        OwnedAction::Update => server_side_apply(cluster, object, write).await?,
        OwnedAction::Unchanged => get(cluster, object)
            .await?
            .ok_or(AccessError::NotFound { doing: format!("read {object}"), message: String::new() })?,
    };
    let mut gone = present(&live, &plan.unwanted);
    // An apply drops what was applied, not what the create wrote.
    gone.extend(ours_alone(&live, &plan.dropped_pointers));
    if gone.is_empty() {
        return Ok(live);
    }
    let mut patch = nulls(&gone);
    patch["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"].clone();
    merge_patch(cluster, object, &patch).await
}

/// Forced: whether that is right has been decided by the plan, and resourceVersion and uid make sure that it still is.
async fn server_side_apply(
    cluster: &Cluster,
    object: &ObjectRef,
    write: &OwnedWrite,
) -> Result<Value, AccessError> {
    let mut body = write.desired.clone();
    let seen = write.plan.seen.as_deref();
    if let Some(seen) = seen {
        body["metadata"]["resourceVersion"] = Value::from(seen.resource_version.as_str());
    }
    if let Some(uid) = seen.and_then(|seen| seen.uid.as_deref()) {
        body["metadata"]["uid"] = Value::from(uid);
    }
    let force = seen.is_some();
    let params = PatchParams { force, ..PatchParams::apply(FIELD_MANAGER) };
    let request = Request::new(object.collection_path()).patch(&object.name, &params, &Patch::Apply(body));
    cluster.ask(&format!("write {object}"), request).await
}

/// A merge patch that sets each pointer to null.
fn nulls(pointers: &[String]) -> Value {
    let mut patch = json!({});
    for pointer in pointers {
        let mut at = &mut patch;
        for key in pointer.split('/').skip(1) {
            at = &mut at[key.replace("~1", "/").replace("~0", "~")];
        }
    }
    patch
}

/// Creates an object.
///
/// # Errors
/// [`AccessError::AlreadyExists`] where it is there already.
pub async fn create(cluster: &Cluster, object: &ObjectRef, body: &Value) -> Result<Value, AccessError> {
    make(cluster, object, body, &format!("create {object}")).await
}

async fn make(
    cluster: &Cluster,
    object: &ObjectRef,
    body: &Value,
    doing: &str,
) -> Result<Value, AccessError> {
    let request = Request::new(object.collection_path()).create(&post(), body.to_string().into_bytes());
    cluster.ask(doing, request).await
}

/// Replaces an object as a whole; with `metadata.resourceVersion` in `body` only the one that was read. A Lease that is
/// gone is made anew by a real server, whatever the resourceVersion, unless `metadata.uid` stands in `body` too.
///
/// # Errors
/// [`AccessError::Conflict`] where someone else changed it since, [`AccessError::NotFound`] where it is gone.
pub async fn replace(cluster: &Cluster, object: &ObjectRef, body: &Value) -> Result<Value, AccessError> {
    let request =
        Request::new(object.collection_path()).replace(&object.name, &post(), body.to_string().into_bytes());
    cluster.ask(&format!("replace {object}"), request).await
}

/// Merges `patch` into an object; with `metadata.resourceVersion` in it only into the one that was read.
///
/// # Errors
/// [`AccessError::Conflict`] where someone else changed it since, [`AccessError::NotFound`] where it is gone.
pub async fn merge_patch(cluster: &Cluster, object: &ObjectRef, patch: &Value) -> Result<Value, AccessError> {
    let params = PatchParams { field_manager: Some(FIELD_MANAGER.into()), ..PatchParams::default() };
    let request = Request::new(object.collection_path()).patch(&object.name, &params, &Patch::Merge(patch));
    cluster.ask(&format!("patch {object}"), request).await
}

/// Deletes an object; with a resourceVersion only the one that was read. False where it was gone already.
///
/// # Errors
/// [`AccessError::Conflict`] where someone else changed it since.
pub async fn delete(
    cluster: &Cluster,
    object: &ObjectRef,
    resource_version: Option<&str>,
) -> Result<bool, AccessError> {
    let preconditions =
        resource_version.map(|version| Preconditions { resource_version: Some(version.into()), uid: None });
    let params = DeleteParams { preconditions, ..DeleteParams::default() };
    let request = Request::new(object.collection_path()).delete(&object.name, &params);
    match cluster.ask::<Value>(&format!("delete {object}"), request).await {
        Ok(_) => Ok(true),
        Err(AccessError::NotFound { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Deletes an object as long as `condition` holds of it: where someone else's write crosses, it is read and asked
/// again. False where it was gone already, or the condition does not hold.
///
/// # Errors
/// [`AccessError::Conflict`] where others write to it again and again; what the server says.
pub async fn delete_while(
    cluster: &Cluster,
    object: &ObjectRef,
    condition: impl Fn(&Value) -> bool,
) -> Result<bool, AccessError> {
    let mut attempts = 1..ATTEMPTS;
    loop {
        let Some(live) = get(cluster, object).await?.filter(&condition) else { return Ok(false) };
        match delete(cluster, object, live["metadata"]["resourceVersion"].as_str()).await {
            Err(AccessError::Conflict { .. }) if attempts.next().is_some() => {}
            result => return result,
        }
    }
}

fn post() -> PostParams {
    PostParams { field_manager: Some(FIELD_MANAGER.into()), ..PostParams::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removal_is_a_merge_patch_of_nulls_with_unescaped_keys() {
        let patch = nulls(&["/data/username".into(), "/metadata/annotations/a.io~1b~0c".into()]);
        assert_eq!(
            patch,
            json!({"data": {"username": null}, "metadata": {"annotations": {"a.io/b~c": null}}})
        );
    }
}
