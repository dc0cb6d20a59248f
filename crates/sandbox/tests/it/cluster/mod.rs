//! The cluster, asked over HTTPS: the same questions to the double and, with `KUBEBUILDER_ASSETS`, to the real programs.

mod access;
mod apply;
mod ask;
mod controllers;
mod door;
mod faults;
mod kubectl;
mod objects;
mod reviews;
mod watch;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use sandbox::cluster::{Cluster, Options};
use serde_json::json;
use tokio::sync::OnceCell;

pub use ask::{Answer, Ask};

/// The cluster all these tests share: a real one takes seconds to start.
pub async fn cluster() -> Cluster {
    static SHARED: OnceCell<Cluster> = OnceCell::const_new();
    rustls::crypto::ring::default_provider().install_default().ok();
    SHARED.get_or_init(|| async { Cluster::start(options()).await.expect("a cluster") }).await.clone()
}

/// The double, or the real programs where the environment names their folder.
#[expect(
    clippy::disallowed_methods,
    reason = "the one setting of these tests, and it is named so everywhere"
)]
pub fn options() -> Options {
    let assets = std::env::var_os("KUBEBUILDER_ASSETS").map(PathBuf::from);
    Options { assets }
}

/// A namespace of this test alone.
pub async fn namespace(ask: &Ask) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("test-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let made = ask.post("/api/v1/namespaces", json!({"metadata": {"name": name}})).await;
    assert_eq!(made.code, 201, "{}", made.body);
    name
}
