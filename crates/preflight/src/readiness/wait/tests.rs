//! What is waited for, and against a cluster: how the wait ends.

use diagnostics::FailureKind;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use cluster_access::{Kubeconfig, Network};
use cluster_spec::AppsDomain;
use sandbox::cluster::{Cluster as Server, Options, User};
use serde_json::json;

use super::*;

const LONG: Duration = Duration::from_secs(60);

struct World {
    server: Server,
    access: Cluster,
    _folder: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let server = Server::start(Options::default()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("kubeconfig");
        fs_err::write(&file, server.kubeconfig(&User::Admin).unwrap()).unwrap();
        let kubeconfig = Kubeconfig::read(&file).unwrap();
        let access = cluster_access::connect(&kubeconfig, &Network::default(), LONG, &[]).await.unwrap();
        Self { server, access, _folder: folder }
    }

    async fn put_node(&self) {
        let status = json!({"conditions": [{"type": "Ready", "status": "True"}]});
        let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "sno"}, "status": status});
        self.server.put(&node).await.unwrap();
    }

    async fn put_class(&self) {
        let annotations = json!({"storageclass.kubernetes.io/is-default-class": "true"});
        let class = json!({
            "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "provisioner": "example.test/none",
            "metadata": {"name": "standard", "annotations": annotations},
        });
        self.server.put(&class).await.unwrap();
    }

    /// Waits, with names that have an address from the second look on.
    async fn wait(
        &self,
        limit: Duration,
        stop: &Shutdown,
        told: impl FnMut(String),
    ) -> Result<bool, Failure> {
        let asked = AtomicUsize::new(0);
        let resolve = async |_: String| match asked.fetch_add(1, Ordering::SeqCst) {
            0 | 1 => Err("not known".to_owned()),
            _ => Ok(vec![IpAddr::from([192, 0, 2, 1])]),
        };
        let wanted = Wanted { apps_domain: AppsDomain::from_text("apps.demo.example.test"), catalogs: None };
        wait(&self.access, &wanted, resolve, limit, stop, told).await
    }
}

#[tokio::test]
async fn it_ends_once_everything_is_there_and_says_what_it_waits_for() {
    let world = World::new().await;
    world.put_node().await;
    world.put_class().await;
    let mut told = Vec::new();
    assert!(world.wait(LONG, &Shutdown::default(), |text| told.push(text)).await.unwrap(), "it had to wait");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("an address of *.apps (console-openshift-console.apps."), "{told:?}");
}

#[tokio::test]
async fn when_the_time_is_up_it_is_refused_with_what_was_seen_last() {
    let world = World::new().await;
    let limit = Duration::from_millis(2500);
    let failure = world.wait(limit, &Shutdown::default(), drop).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Refused);
    assert!(failure.message.contains("nodes that take Pods (there are no nodes)"), "{}", failure.message);
}

#[tokio::test]
async fn a_signal_ends_it_at_once() {
    let world = World::new().await;
    let stop = Shutdown::default();
    stop.by_signal(2);
    let failure = world.wait(LONG, &stop, drop).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Interrupted);
}

fn not_yet(need: Need) -> (Need, Verdict) {
    (need, Verdict::NotYet(vec!["a".into(), "b".into()]))
}

#[test]
fn what_is_waited_for_is_said_with_what_was_seen() {
    let ready = (Need::Dns, Verdict::Ready(String::new()));
    let looks = [not_yet(Need::Workers), not_yet(Need::Storage), ready.clone()];
    let said = "nodes that take Pods (a, b); a default StorageClass (a, b)";
    assert_eq!(judge(&looks).unwrap().as_deref(), Some(said));
    let plain = [ready, (Need::Catalogs, Verdict::NotHere("no OLM".into()))];
    assert_eq!(judge(&plain).unwrap(), None);
}

#[test]
fn what_may_not_be_seen_can_t_be_waited_for() {
    let looks = [not_yet(Need::Workers), (Need::Storage, Verdict::MayNot("403".into()))];
    let failure = judge(&looks).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Refused);
    assert_eq!(failure.message, "failed to wait for a default StorageClass: 403");
}

#[test]
fn when_the_time_is_up_the_last_look_is_told() {
    let failure = too_long(Duration::from_secs(90), Some("READY catalogs (m/red is CONNECTING)"));
    assert_eq!(failure.message, "waited 1m30s for READY catalogs (m/red is CONNECTING)");
}
