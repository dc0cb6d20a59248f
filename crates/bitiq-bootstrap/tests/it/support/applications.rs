//! Applications that no Argo CD compares, and their answers.

use sandbox::Options;
use sandbox::cluster::User;
use serde_json::{Value, json};

use super::objects::{NAMESPACE, make_namespace};
use super::sandbox::{World, options};

/// Argo CD's kinds without Argo CD: nobody looks at an Application.
pub async fn nobody_looks() -> World {
    let world = World::of(Options { vault: false, argocd: false, ..options() }).await;
    let kubeconfig = world.sandbox.cluster.kubeconfig(&User::Admin).unwrap();
    sandbox::argocd::install_kinds(&kubeconfig).await.unwrap();
    make_namespace(&world, NAMESPACE).await;
    world
}

pub async fn application(world: &World, name: &str, url: &str, status: Value) {
    let source = json!({"repoURL": url, "targetRevision": "main", "path": "."});
    let destination = json!({"server": "https://kubernetes.default.svc", "namespace": "default"});
    let application = json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"project": "default", "source": source, "destination": destination},
        "status": status,
    });
    world.sandbox.cluster.put(&application).await.unwrap();
}

/// Compared later than anything before.
pub fn compared(sync: &str, conditions: Value) -> Value {
    json!({"sync": {"status": sync}, "reconciledAt": "2999-01-01T00:00:00Z", "conditions": conditions})
}

/// Once the Application was asked for a hard refresh: writes this status and takes the question away, as Argo CD does.
pub async fn answers(world: &World, name: &str, status: Value) {
    let path = format!("/apis/argoproj.io/v1alpha1/namespaces/{NAMESPACE}/applications/{name}");
    let mut live = loop {
        match world.sandbox.cluster.object(&path).await.unwrap() {
            Some(live) if live["metadata"]["annotations"][REFRESH] == "hard" => break live,
            _ => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
        }
    };
    live["status"] = status;
    live["metadata"]["annotations"].as_object_mut().unwrap().remove(REFRESH);
    live["metadata"].as_object_mut().unwrap().remove("managedFields");
    world.sandbox.cluster.put(&live).await.unwrap();
}

const REFRESH: &str = "argocd.argoproj.io/refresh";
