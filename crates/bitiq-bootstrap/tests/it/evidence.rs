//! What a run left behind, what it asked for, and who else heard of it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sandbox::vault::Vault;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::world::{Ran, Run, World};

/// Where Argo CD and all of ours live.
pub const NAMESPACE: &str = "openshift-gitops";

/// Refused with exit code 3: it says this, and nothing was written anywhere.
pub async fn refused(world: &World, run: Run, says: &[&str]) -> Ran {
    let gitops_src = world.sandbox.work().join("gitops-src").exists();
    let ran = run.ran().await.exits(3).says(says);
    assert!(!world.has_trace(), "a refused run leaves no trace at the top");
    assert_eq!(world.sandbox.work().join("gitops-src").exists(), gitops_src, "gitops-src");
    assert_eq!(writes(world), Vec::<String>::new());
    ran
}

/// Every request of ours to the cluster or to Vault that could have changed something.
pub fn writes(world: &World) -> Vec<String> {
    let ours = world.sandbox.cluster.requests().into_iter();
    let ours = ours.filter(|request| request.user_agent.starts_with("bitiq-bootstrap/"));
    let cluster = ours.filter(|request| request.method != "GET" && !request.path.contains("/selfsubject"));
    let vault = world.sandbox.vault.iter().flat_map(Vault::requests);
    let vault =
        vault.filter(|request| request.method != "GET" && !request.path.ends_with("/sys/capabilities-self"));
    cluster
        .map(|request| format!("cluster: {} {}", request.method, request.path))
        .chain(vault.map(|request| format!("Vault: {} {}", request.method, request.path)))
        .collect()
}

/// The Vault of a world that has one.
pub fn vault(world: &World) -> &Vault {
    world.sandbox.vault.as_ref().expect("this world has a Vault")
}

/// A namespace, so that something can be put into it.
pub async fn make_namespace(world: &World, name: &str) {
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
    world.sandbox.cluster.put(&namespace).await.unwrap();
}

/// OpenShift's own configuration, as far as the infraID needs it.
pub async fn infrastructure(world: &World, infra_id: &str) {
    let cluster = &world.sandbox.cluster;
    let schema = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    let names = json!({"plural": "infrastructures", "singular": "infrastructure", "kind": "Infrastructure"});
    let version =
        json!({"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}});
    let spec =
        json!({"group": "config.openshift.io", "scope": "Cluster", "names": names, "versions": [version]});
    let approved = json!({"api-approved.kubernetes.io": "https://github.com/openshift/api/pull/470"});
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "infrastructures.config.openshift.io", "annotations": approved}, "spec": spec,
    });
    cluster.put(&definition).await.unwrap();
    let infrastructure = json!({
        "apiVersion": "config.openshift.io/v1", "kind": "Infrastructure", "metadata": {"name": "cluster"},
        "status": {
            "infrastructureName": infra_id,
            "platformStatus": {"type": "AWS", "aws": {"region": "us-west-2"}},
        },
    });
    cluster.put(&infrastructure).await.unwrap();
}

/// An object at its API path.
pub async fn object(world: &World, path: &str) -> Option<Value> {
    world.sandbox.cluster.object(path).await.unwrap()
}

/// What a Secret of Argo CD's namespace holds, decoded.
pub async fn secret(world: &World, name: &str) -> Option<BTreeMap<String, String>> {
    let secret = object(world, &format!("/api/v1/namespaces/{NAMESPACE}/secrets/{name}")).await?;
    let data = secret["data"].as_object().cloned().unwrap_or_default();
    Some(data.iter().map(|(key, value)| (key.clone(), decoded(value))).collect())
}

pub fn decoded(value: &Value) -> String {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(value.as_str().unwrap()).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// A Secret by which Argo CD logs in.
pub fn argocd_secret(name: &str, kind: &str, data: &[(&str, &str)]) -> Value {
    let data: BTreeMap<_, _> = data.iter().copied().collect();
    let labels = json!({"argocd.argoproj.io/secret-type": kind});
    let metadata = json!({"name": name, "namespace": NAMESPACE, "labels": labels});
    json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque", "stringData": data})
}

/// A program in the home of the one who runs ours; `text` is a shell script.
pub fn script(world: &World, name: &str, text: &str) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    let file = world.sandbox.home().join(name);
    fs_err::write(&file, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs_err::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    file.to_string_lossy().into_owned()
}

/// Adds to the Git configuration of the one who runs ours.
pub fn configure_git(world: &World, text: &str) {
    let file = world.sandbox.home().join(".gitconfig");
    let before = fs_err::read_to_string(&file).unwrap();
    fs_err::write(file, format!("{before}{text}\n")).unwrap();
}

/// What plain Git says in a folder, with the sandbox's own configuration.
#[expect(clippy::disallowed_methods, reason = "tests ask Git as a user does")]
pub fn git(world: &World, dir: &Path, arguments: &[&str]) -> String {
    let output = std::process::Command::new("git")
        .args(arguments)
        .current_dir(dir)
        .env_clear()
        .envs(world.sandbox.env())
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

/// Another host, to which nobody should come.
pub struct Elsewhere {
    pub url: String,
    visitors: Arc<AtomicUsize>,
}

impl Elsewhere {
    pub async fn listen() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let visitors = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&visitors);
        tokio::spawn(async move {
            while listener.accept().await.is_ok() {
                seen.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self { url, visitors }
    }

    /// How many connected: one who never connects sends nothing.
    pub fn visitors(&self) -> usize {
        self.visitors.load(Ordering::SeqCst)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_to_the_other_host_is_counted() {
    let elsewhere = Elsewhere::listen().await;
    let address = elsewhere.url.trim_start_matches("http://").to_owned();
    tokio::net::TcpStream::connect(address).await.unwrap();
    let counted = async {
        while elsewhere.visitors() == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), counted).await.expect("it is counted");
}
