//! Waiting for what the controllers make of an object.

use std::time::{Duration, Instant};

use sandbox::Sandbox;
use serde_json::Value;

/// No controller takes longer.
const LONGEST: Duration = Duration::from_secs(60);

/// The object at `path`, null while there is none, once it is as wanted.
pub async fn object(sandbox: &Sandbox, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let since = Instant::now();
    loop {
        let object = sandbox.cluster.object(path).await.unwrap().unwrap_or_default();
        if wanted(&object) {
            return object;
        }
        let problem = sandbox.openshift.as_ref().and_then(sandbox::openshift::OpenShift::problem);
        assert!(since.elapsed() < LONGEST, "{path} stays {object:#}; {problem:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The object, once it is there.
pub async fn there(sandbox: &Sandbox, path: &str) -> Value {
    object(sandbox, path, Value::is_object).await
}

/// The condition of this type, or null.
pub fn condition(object: &Value, kind: &str) -> Value {
    let conditions = object["status"]["conditions"].as_array().cloned().unwrap_or_default();
    conditions.into_iter().find(|one| one["type"] == kind).unwrap_or_default()
}

/// The first object of a kind in `namespace` that is as wanted.
pub async fn any(sandbox: &Sandbox, kind: &str, namespace: &str) -> Value {
    let since = Instant::now();
    loop {
        let objects = sandbox.cluster.objects().await.unwrap();
        let found =
            objects.into_iter().find(|one| one["kind"] == kind && one["metadata"]["namespace"] == namespace);
        if let Some(found) = found {
            return found;
        }
        assert!(since.elapsed() < LONGEST, "there is no {kind} in {namespace}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
