//! A cluster and a Vault of a test's own, and the way to both.

use std::time::Duration;

use cluster_access::{Cluster, Kubeconfig, Network, connect};
use sandbox::cluster::{self, Options, User};
use sandbox::programs::Programs;
use sandbox::vault::Vault as Server;
use secret::SecretString;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use vault_access::{Vault, VaultSettings};
use vault_auth::{Changes, Desired, Outcome, State, VaultAuthError, apply, observe, plan};

use crate::fixture::fresh;

pub struct World {
    pub api: cluster::Cluster,
    pub server: Server,
    pub cluster: Cluster,
    pub vault: Vault,
}

impl World {
    pub async fn start() -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let api = start_cluster().await;
        let server = Server::start(&Programs::default()).await.unwrap();
        let cluster = connected(&api, &User::AdminToken).await;
        let vault = vault(&server, server.root_token());
        Self { api, server, cluster, vault }
    }

    /// The same with a new cluster at the old address.
    pub async fn recreated(self) -> Self {
        self.api.recreate().await.unwrap();
        let cluster = connected(&self.api, &User::AdminToken).await;
        Self { cluster, ..self }
    }

    /// What a first run wants.
    pub fn desired(&self) -> Desired {
        Desired { host: self.api.server(), ..fresh() }
    }

    pub async fn look(&self, desired: &Desired) -> State {
        observe(&self.cluster, &self.vault, desired).await.unwrap()
    }

    pub async fn plan(&self, desired: &Desired) -> Result<Changes, VaultAuthError> {
        plan(desired, &self.look(desired).await)
    }

    pub async fn write(&self, desired: &Desired) -> Result<Outcome, VaultAuthError> {
        let changes = self.plan(desired).await?;
        apply(&self.cluster, &self.vault, desired, &changes, &CancellationToken::new(), |_| {}, |_| {}).await
    }

    /// The mount's configuration as Vault tells it.
    pub async fn config(&self, mount: &str) -> Value {
        self.server.api("GET", &format!("auth/{mount}/config"), None).await.unwrap()["data"].clone()
    }

    pub async fn object(&self, path: &str) -> Option<Value> {
        self.api.object(path).await.unwrap()
    }
}

/// The sandbox's cluster: the real programs where `KUBEBUILDER_ASSETS` names them, else the double.
#[expect(clippy::disallowed_methods, reason = "which cluster the tests run against is the tester's choice")]
async fn start_cluster() -> cluster::Cluster {
    let assets = std::env::var_os("KUBEBUILDER_ASSETS").map(Into::into);
    cluster::Cluster::start(Options { assets }).await.unwrap()
}

pub async fn connected(api: &cluster::Cluster, user: &User) -> Cluster {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kubeconfig");
    fs_err::write(&file, api.kubeconfig(user).unwrap()).unwrap();
    let kubeconfig = Kubeconfig::read(&file).unwrap();
    connect(&kubeconfig, &Network::default(), Duration::from_secs(20), &[]).await.unwrap()
}

pub fn vault(server: &Server, token: &str) -> Vault {
    let settings = VaultSettings::new(server.address(), SecretString::from(token));
    Vault::new(VaultSettings { timeout: Duration::from_secs(20), ..settings }).unwrap()
}
