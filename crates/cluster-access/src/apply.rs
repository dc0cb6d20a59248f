use kube::api::{DeleteParams, Patch, PatchParams, PostParams, Preconditions};
use kube::core::Request;
use serde_json::{Value, json};

use crate::plan::{FIELD_MANAGER, OwnedAction, OwnedPlan, plan_owned, present};
use crate::{AccessError, Cluster, ObjectRef, get};

/// How often a write that someone else's write crossed is planned and tried again.
const ATTEMPTS: usize = 6;

/// Brings the object to `desired` as `plan` decided: server-side apply of our fields, then a merge patch that takes
/// away what must go. Where the object moved since the plan, it is read and planned again.
///
/// # Errors
/// [`AccessError::Ownership`] where another manager took a field in between; else what the server says.
pub async fn apply_owned(
    cluster: &Cluster,
    object: &ObjectRef,
    desired: &Value,
    plan: &OwnedPlan,
) -> Result<Value, AccessError> {
    let doing = format!("write {object}");
    let mut plan = plan.clone();
    for _ in 1..ATTEMPTS {
        match once(cluster, object, desired, &plan).await {
            Err(
                AccessError::Conflict { .. }
                | AccessError::AlreadyExists { .. }
                | AccessError::NotFound { .. },
            ) => {}
            other => return other,
        }
        let live = get(cluster, object).await?;
        let pointers: Vec<&str> = plan.unwanted.iter().map(String::as_str).collect();
        plan = plan_owned(desired, live.as_ref(), &pointers, plan.force)
            .map_err(|conflict| AccessError::Ownership { doing: doing.clone(), conflict })?;
    }
    once(cluster, object, desired, &plan).await
}

async fn once(
    cluster: &Cluster,
    object: &ObjectRef,
    desired: &Value,
    plan: &OwnedPlan,
) -> Result<Value, AccessError> {
    let live = match plan.action {
        OwnedAction::Create | OwnedAction::Update => {
            server_side_apply(cluster, object, desired, plan).await?
        }
        OwnedAction::Unchanged => get(cluster, object)
            .await?
            .ok_or(AccessError::NotFound { doing: format!("read {object}"), message: String::new() })?,
    };
    let gone = present(&live, &plan.unwanted);
    if gone.is_empty() {
        return Ok(live);
    }
    let mut patch = nulls(&gone);
    patch["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"].clone();
    merge_patch(cluster, object, &patch).await
}

/// Forced: whether that is right has been decided by the plan, and the resourceVersion makes sure that it still is.
async fn server_side_apply(
    cluster: &Cluster,
    object: &ObjectRef,
    desired: &Value,
    plan: &OwnedPlan,
) -> Result<Value, AccessError> {
    let mut body = desired.clone();
    if let Some(version) = &plan.resource_version {
        body["metadata"]["resourceVersion"] = Value::from(version.as_str());
    }
    let params = PatchParams { force: true, ..PatchParams::apply(FIELD_MANAGER) };
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
    let request = Request::new(object.collection_path()).create(&post(), body.to_string().into_bytes());
    cluster.ask(&format!("create {object}"), request).await
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
