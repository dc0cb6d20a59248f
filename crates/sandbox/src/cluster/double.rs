//! The double: an API server in this process, on a thread of its own, so that it answers also while a test blocks.

use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::cluster::access::certs::{Identity, Validity};
use crate::cluster::error::ClusterError;
use crate::cluster::http::serve::{Shared, serve};
use crate::cluster::http::shared;
use crate::cluster::http::target::Target;
use crate::cluster::objects::internal;
use crate::cluster::objects::kinds;
use crate::cluster::objects::store::Key;
use crate::cluster::world::World;

/// A running double.
pub(super) struct Double {
    pub shared: Arc<Shared>,
    port: u16,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Double {
    /// Starts it on a free port.
    pub(super) async fn start() -> Result<Self, ClusterError> {
        let stop = CancellationToken::new();
        let shared = Arc::new(Shared::new(World::new(stop.child_token())?, stop));
        let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(ClusterError::io("listen on loopback"))?;
        let port = listener.local_addr().map_err(ClusterError::io("learn the port"))?.port();
        listener.set_nonblocking(true).map_err(ClusterError::io("listen without blocking"))?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(ClusterError::io("start a runtime"))?;
        let serving = shared.clone();
        let thread = std::thread::Builder::new()
            .name("cluster".to_owned())
            .spawn(move || {
                runtime.block_on(async move {
                    if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
                        serve(listener, serving).await;
                    }
                });
            })
            .map_err(ClusterError::io("start a thread"))?;
        let double = Self { shared, port, thread: Mutex::new(Some(thread)) };
        double.furnished().await;
        Ok(double)
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// A new cluster at the same address.
    pub(super) async fn recreate(&self) -> Result<(), ClusterError> {
        self.shared.replace(World::new(self.shared.stop.child_token())?);
        self.furnished().await;
        Ok(())
    }

    /// Waits until the controllers have furnished the first namespace, as the real one is waited for.
    async fn furnished(&self) {
        let there = || {
            self.object("/api/v1/namespaces/default/configmaps/kube-root-ca.crt").is_some()
                && self.object("/api/v1/namespaces/default/serviceaccounts/default").is_some()
        };
        let since = Instant::now();
        while !there() && since.elapsed() < Duration::from_secs(20) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub(super) fn ca_pem(&self) -> String {
        self.shared.world().authority.pem()
    }

    pub(super) fn admin_token(&self) -> String {
        self.shared.world().admin_token.clone()
    }

    pub(super) fn client(
        &self,
        user: &str,
        group: Option<&str>,
        validity: &Validity,
    ) -> Result<Identity, ClusterError> {
        self.shared.world().authority.client(user, group, validity)
    }

    pub(super) fn object(&self, path: &str) -> Option<Value> {
        let target = Target::parse(path)?;
        shared::get(&self.shared.world().store(), &target)
    }

    pub(super) fn objects(&self) -> Vec<Value> {
        self.shared.world().store().all().map(|(_, object)| object.clone()).collect()
    }

    pub(super) fn put(&self, object: &Value, manager: &str) -> Result<Value, ClusterError> {
        let world = self.shared.world();
        let what = format!("{} {}", object["apiVersion"], object["kind"]);
        let written = internal::put(&mut world.store(), object, manager);
        let written = written.ok_or_else(|| ClusterError::UnknownKind { what: what.clone() })?;
        written.map_err(|failure| ClusterError::Refused {
            what: format!("put {what}"),
            code: failure.code,
            message: failure.message,
        })
    }

    /// Whether the kinds that `definition` makes are known.
    pub(super) fn serves(&self, definition: &Value) -> bool {
        let world = self.shared.world();
        let store = world.store();
        kinds::of_definition(definition).iter().all(|kind| store.kinds().contains(kind))
    }

    /// Whether it was there.
    pub(super) fn delete(&self, path: &str) -> bool {
        let world = self.shared.world();
        let Some(target) = Target::parse(path) else { return false };
        crate::cluster::objects::keep::delete_object(&mut world.store(), &key(&target)).is_some()
    }
}

fn key(target: &Target) -> Key {
    Key::new(&target.group, &target.plural, &target.namespace, &target.name)
}

impl Drop for Double {
    fn drop(&mut self) {
        self.shared.stop.cancel();
        if let Some(thread) = self.thread.lock().take() {
            // A panic over there has been reported there.
            let _ = thread.join();
        }
    }
}
