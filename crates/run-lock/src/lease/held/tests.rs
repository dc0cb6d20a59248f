//! Against a cluster, with times short enough to wait for.

use diagnostics::{Failure, FailureKind};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use cluster_access::{Cluster, Kubeconfig, Network};
use sandbox::cluster::{Cluster as Server, Options, User};
use serde_json::{Value, json};

use super::{HeldLease, News};
use crate::holder::Holder;
use crate::lease::{Claim, LeaseStore, Terms};
use child_process::Shutdown;

const PATH: &str = "/apis/coordination.k8s.io/v1/namespaces/default/leases/bitiq-bootstrap";
const LONG: Duration = Duration::from_secs(20);
const SHORT: Terms = Terms {
    duration: Duration::from_millis(600),
    renew_interval: Duration::from_millis(100),
    poll_interval: Duration::from_millis(20),
};

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

    fn store(&self, terms: Terms) -> LeaseStore {
        LeaseStore::new(&self.access, "default", terms)
    }

    async fn take(&self, machine: &str, wait: Duration) -> (Result<HeldLease, Failure>, Vec<News>) {
        let told = Mutex::new(Vec::new());
        let hear = |news| told.lock().unwrap().push(news);
        let (claim, stop) = (claim(machine), Shutdown::default());
        let taken = HeldLease::take(self.store(SHORT), &claim, wait, &stop, hear);
        let taken = tokio::time::timeout(LONG * 2, taken).await.expect("it goes on");
        (taken, told.into_inner().unwrap())
    }

    async fn lease(&self) -> Value {
        self.server.object(PATH).await.unwrap().unwrap()
    }

    /// Another run's name stands on the Lease from now on.
    async fn give_to(&self, run: &str) {
        let mut lease = self.lease().await;
        lease["spec"]["holderIdentity"] = json!(run);
        self.server.put(&lease).await.unwrap();
    }
}

fn claim(machine: &str) -> Claim {
    let holder = Holder {
        run_id: format!("run-on-{machine}"),
        who: format!("ops@{machine}"),
        pid: 7,
        since: "2026-11-23T19:33:00Z".into(),
    };
    Claim { holder, machine: machine.into(), folder: "/srv/prod/.work".into() }
}

#[tokio::test]
async fn a_lease_that_is_renewed_is_never_taken_over() {
    let world = World::new().await;
    let first = world.take("bastion", Duration::ZERO).await.0.ok().unwrap();
    let (second, told) = world.take("laptop", SHORT.duration * 3).await;
    let failure = second.err().unwrap();
    assert_eq!(failure.kind, FailureKind::Locked);
    let by = "run-on-bastion by ops@bastion in bastion:/srv/prod/.work since 2026-11-23T19:33:00Z";
    assert_eq!(failure.message, format!("another run holds this cluster: {by}"));
    assert_eq!(told, [News::WaitingFor(format!("the Lease held by {by}"))]);
    first.still_ours().await.unwrap();
}

#[tokio::test]
async fn a_lease_that_is_not_renewed_is_taken_over_once_it_expired_by_our_clock() {
    let world = World::new().await;
    let first = world.take("bastion", Duration::ZERO).await.0.ok().unwrap();
    first.renewal.abort();
    let began = Instant::now();
    let (second, told) = world.take("laptop", LONG).await;
    second.ok().unwrap().still_ours().await.unwrap();
    assert!(began.elapsed() > SHORT.duration);
    assert!(matches!(&told[1], News::TookOver(why) if why.ends_with("not renewed for 0.6s")), "{told:?}");
    // A clock that is wrong on either machine has no say: only a change that is seen counts.
    assert_eq!(first.still_ours().await.unwrap_err().kind, FailureKind::Step);
}

#[tokio::test]
async fn a_lease_that_was_let_go_is_free_at_once() {
    let world = World::new().await;
    world.take("bastion", Duration::ZERO).await.0.ok().unwrap().release().await;
    assert_eq!(world.lease().await["spec"]["holderIdentity"], Value::Null);
    let (second, told) = world.take("laptop", Duration::ZERO).await;
    second.ok().unwrap();
    assert_eq!(told, Vec::<News>::new());
}

#[tokio::test]
async fn a_lost_lease_is_noticed_before_the_next_write_and_not_released() {
    let world = World::new().await;
    let first = world.take("bastion", Duration::ZERO).await.0.ok().unwrap();
    first.renewal.abort();
    world.give_to("run-elsewhere").await;
    let failure = first.still_ours().await.unwrap_err();
    assert!(failure.message.starts_with("lost the Lease"), "{}", failure.message);
    first.release().await;
    assert_eq!(world.lease().await["spec"]["holderIdentity"], "run-elsewhere");
}

#[tokio::test]
async fn a_wait_hears_of_a_lost_lease_and_not_before() {
    let world = World::new().await;
    let first = world.take("bastion", Duration::ZERO).await.0.ok().unwrap();
    let kept = tokio::time::timeout(SHORT.duration * 2, first.lost()).await;
    assert!(kept.is_err(), "{:?}", kept.unwrap().message);
    world.give_to("run-elsewhere").await;
    let failure = tokio::time::timeout(LONG, first.lost()).await.expect("nobody tells of it");
    assert!(failure.message.starts_with("lost the Lease"), "{}", failure.message);
    assert_eq!(failure.kind, FailureKind::Step);
}

#[tokio::test]
async fn renewal_never_takes_back_what_another_took() {
    let world = World::new().await;
    let first = world.take("bastion", Duration::ZERO).await.0.ok().unwrap();
    world.give_to("run-elsewhere").await;
    tokio::time::timeout(LONG, async {
        while !first.renewal.is_finished() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .expect("the renewal goes on");
    assert_eq!(world.lease().await["spec"]["holderIdentity"], "run-elsewhere");
}

#[tokio::test]
async fn a_silent_api_is_borne_for_as_long_as_the_lease_lasts() {
    let world = World::new().await;
    let first = world.take("bastion", Duration::ZERO).await.0.ok().unwrap();
    world.server.faults().unwrap().add(sandbox::faults::Fault::drop());
    first.still_ours().await.unwrap();
    tokio::time::sleep(SHORT.duration).await;
    assert_eq!(first.still_ours().await.unwrap_err().kind, FailureKind::Step);
}

#[tokio::test]
async fn a_signal_ends_the_wait_for_a_lease() {
    let world = World::new().await;
    let _first = world.take("bastion", Duration::ZERO).await.0.ok().unwrap();
    let stop = Shutdown::default();
    let told = |_| stop.by_signal(2);
    let taken = HeldLease::take(world.store(SHORT), &claim("laptop"), LONG, &stop, told).await;
    assert_eq!(taken.err().unwrap().kind, FailureKind::Interrupted);
}

#[tokio::test]
async fn someone_who_was_quicker_is_looked_at_again_five_times() {
    let world = World::new().await;
    let conflict = json!({
        "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 409,
        "reason": "AlreadyExists", "message": "leases.coordination.k8s.io \"bitiq-bootstrap\" already exists",
    });
    let quicker = |times| {
        let fault = sandbox::faults::Fault::status(409, conflict.to_string()).method("POST").times(times);
        world.server.faults().unwrap().add(fault);
    };
    quicker(6);
    let failure = world.take("bastion", Duration::ZERO).await.0.err().unwrap();
    assert_eq!(failure.kind, FailureKind::Refused);
    assert!(failure.message.contains("exists already (409)"), "{}", failure.message);
    quicker(5);
    world.take("bastion", Duration::ZERO).await.0.ok().unwrap();
}

#[tokio::test]
async fn a_lease_that_is_removed_is_gone_unless_another_run_has_it() {
    let world = World::new().await;
    world.take("bastion", Duration::ZERO).await.0.ok().unwrap().remove().await.unwrap();
    assert_eq!(world.server.object(PATH).await.unwrap(), None);
    let second = world.take("bastion", Duration::ZERO).await.0.ok().unwrap();
    world.give_to("run-elsewhere").await;
    second.remove().await.unwrap();
    assert_eq!(world.lease().await["spec"]["holderIdentity"], "run-elsewhere");
}

#[tokio::test]
async fn a_look_finds_the_holder_and_takes_nothing() {
    let world = World::new().await;
    let (ours, theirs) = (claim("bastion"), claim("laptop"));
    world.store(SHORT).free_for(&theirs).await.unwrap();
    let first = world.take("bastion", Duration::ZERO).await.0.ok().unwrap();
    world.store(SHORT).free_for(&ours).await.unwrap();
    let failure = world.store(SHORT).free_for(&theirs).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Locked);
    first.release().await;
    world.store(SHORT).free_for(&theirs).await.unwrap();
    world.server.faults().unwrap().add(sandbox::faults::Fault::status(500, "{}"));
    assert_eq!(world.store(SHORT).free_for(&theirs).await.unwrap_err().kind, FailureKind::Refused);
}

#[tokio::test]
async fn a_renewal_moves_the_time_and_nothing_else() {
    let world = World::new().await;
    let first = world.take("bastion", Duration::ZERO).await.0.ok().unwrap();
    let before = world.lease().await["spec"].clone();
    tokio::time::sleep(SHORT.renew_interval * 3).await;
    let mut after = world.lease().await["spec"].clone();
    assert_ne!(after["renewTime"], before["renewTime"]);
    after["renewTime"] = before["renewTime"].clone();
    assert_eq!(after, before);
    first.still_ours().await.unwrap();
}

#[tokio::test]
async fn a_renewal_that_ended_keeps_nothing() {
    let world = World::new().await;
    let first = world.take("bastion", Duration::ZERO).await.0.ok().unwrap();
    first.still_ours().await.unwrap();
    first.renewal.abort();
    let failure = tokio::time::timeout(LONG, first.lost()).await.expect("nobody tells of it");
    assert_eq!(failure.kind, FailureKind::Step);
    assert_eq!(first.still_ours().await.unwrap_err().kind, FailureKind::Step);
}
