//! The processes of a control plane and the files they need.

use std::ffi::OsString;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rcgen::KeyPair;
use serde_json::json;
use tempfile::TempDir;

use super::api::Api;
use crate::cluster::access::certs::{Authority, Validity};
use crate::cluster::access::tokens::ISSUER;
use crate::cluster::error::ClusterError;
use crate::cluster::kubeconfig::{Login, kubeconfig};
use crate::cluster::random;
use crate::guarded::{Guard, Guarded};

/// How long the programs have to come up, in seconds.
const LIMIT: u64 = 90;

/// What their work is worth once we stop: nothing, so they need not say goodbye.
const GRACE: Duration = Duration::ZERO;

/// Running programs; they end, and their folder goes, when this is dropped.
pub(super) struct Plane {
    pub authority: Authority,
    pub admin_token: String,
    running: Mutex<Vec<(&'static str, Guard)>>,
    folder: TempDir,
}

/// A free port of 127.0.0.1: free a moment ago.
pub(super) fn free_port() -> Result<u16, ClusterError> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(ClusterError::io("find a free port"))?;
    Ok(listener.local_addr().map_err(ClusterError::io("find a free port"))?.port())
}

impl Plane {
    /// Writes certificates and configuration into a folder of its own, and starts the server with them.
    pub(super) fn start(assets: &Path, port: u16) -> Result<Self, ClusterError> {
        let folder = tempfile::Builder::new().prefix("cluster-").tempdir();
        let folder = folder.map_err(ClusterError::io("make a temporary folder"))?;
        let authority = Authority::new("kubernetes-ca")?;
        let plane = Self { authority, admin_token: random::token(), running: Mutex::default(), folder };
        plane.write_files(port)?;
        let (client, peer) = (free_port()?, free_port()?);
        plane.run("etcd", &program(assets, "etcd")?, &plane.etcd(client, peer))?;
        plane.run("kube-apiserver", &program(assets, "kube-apiserver")?, &plane.apiserver(client, port))?;
        Ok(plane)
    }

    /// Ends the programs.
    pub(super) fn stop(&self) {
        self.running.lock().clear();
    }

    /// Where the server notes each request.
    pub(super) fn audit_log(&self) -> PathBuf {
        self.file("audit.log")
    }

    /// Waits until the server is ready (before that it refuses the controllers), starts them, and waits until they have
    /// furnished the first namespace.
    pub(super) async fn furnish(&self, assets: &Path, api: &Api) -> Result<(), ClusterError> {
        self.wait_for("kube-apiserver", || api.is_ready()).await?;
        let controllers = program(assets, "kube-controller-manager")?;
        self.run("kube-controller-manager", &controllers, &self.controllers(free_port()?))?;
        let furnished = || async {
            let bundle = api.get("/api/v1/namespaces/default/configmaps/kube-root-ca.crt").await;
            let account = api.get("/api/v1/namespaces/default/serviceaccounts/default").await;
            matches!((bundle, account), (Ok(Some(_)), Ok(Some(_))))
        };
        self.wait_for("kube-controller-manager", furnished).await
    }

    async fn wait_for<F: Future<Output = bool>>(
        &self,
        program: &'static str,
        ready: impl Fn() -> F,
    ) -> Result<(), ClusterError> {
        let since = Instant::now();
        while !ready().await {
            let dead = self.first_dead();
            if dead.is_some() || since.elapsed() > Duration::from_secs(LIMIT) {
                let program = dead.unwrap_or(program);
                return Err(ClusterError::NotReady {
                    program,
                    seconds: since.elapsed().as_secs(),
                    log: self.log(program),
                });
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }

    fn first_dead(&self) -> Option<&'static str> {
        let mut running = self.running.lock();
        running.iter_mut().find_map(|(program, guard)| guard.ended().then_some(*program))
    }

    fn log(&self, program: &str) -> String {
        let running = self.running.lock();
        running
            .iter()
            .find(|(one, _)| *one == program)
            .map(|(_, guard)| guard.last_lines(15))
            .unwrap_or_default()
    }

    fn run(&self, name: &'static str, program: &Path, args: &[String]) -> Result<(), ClusterError> {
        let mut guarded = Guarded::new(program, args, &self.file(&format!("{name}.log")));
        guarded.env = vec![(OsString::from("HOME"), self.folder.path().into())];
        guarded.remove = Some(self.folder.path().to_path_buf());
        guarded.grace = GRACE;
        let guard = guarded.start().map_err(ClusterError::io(format!("start {name}")))?;
        self.running.lock().push((name, guard));
        Ok(())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn path(&self, name: &str) -> String {
        self.file(name).display().to_string()
    }

    fn write(&self, name: &str, text: &str) -> Result<(), ClusterError> {
        fs_err::write(self.file(name), text).map_err(ClusterError::io(format!("write {name}")))
    }

    fn write_files(&self, port: u16) -> Result<(), ClusterError> {
        let ca = self.authority.pem();
        self.write("ca.crt", &ca)?;
        self.write("ca.key", &self.authority.key_pem())?;
        let server = self.authority.server()?;
        self.write("apiserver.crt", &server.certificate)?;
        self.write("apiserver.key", &server.key)?;
        let signer = KeyPair::generate().map_err(|_| ClusterError::Key)?;
        self.write("accounts.key", &signer.serialize_pem())?;
        self.write("accounts.pub", &signer.public_key_pem())?;
        self.write(
            "tokens.csv",
            &format!("{},token-admin,token-admin,\"system:masters\"\n", self.admin_token),
        )?;
        // The beginning of each request is enough, and is there before its answer.
        let policy = json!({
            "apiVersion": "audit.k8s.io/v1", "kind": "Policy",
            "omitStages": ["ResponseStarted", "ResponseComplete", "Panic"], "rules": [{"level": "Metadata"}],
        });
        self.write("audit.json", &policy.to_string())?;
        let user = "system:kube-controller-manager";
        let login = Login::Certificate(self.authority.client(user, None, &Validity::Years)?);
        self.write(
            "controllers.kubeconfig",
            &kubeconfig(&format!("https://127.0.0.1:{port}"), &ca, user, &login),
        )
    }

    fn etcd(&self, client: u16, peer: u16) -> Vec<String> {
        vec![
            "--name=default".to_owned(),
            format!("--data-dir={}", self.path("etcd")),
            "--unsafe-no-fsync".to_owned(),
            format!("--listen-client-urls=http://127.0.0.1:{client}"),
            format!("--advertise-client-urls=http://127.0.0.1:{client}"),
            format!("--listen-peer-urls=http://127.0.0.1:{peer}"),
            format!("--initial-advertise-peer-urls=http://127.0.0.1:{peer}"),
            format!("--initial-cluster=default=http://127.0.0.1:{peer}"),
            "--log-level=warn".to_owned(),
        ]
    }

    fn apiserver(&self, etcd: u16, port: u16) -> Vec<String> {
        vec![
            "--bind-address=127.0.0.1".to_owned(),
            "--advertise-address=127.0.0.1".to_owned(),
            format!("--secure-port={port}"),
            "--endpoint-reconciler-type=none".to_owned(),
            format!("--etcd-servers=http://127.0.0.1:{etcd}"),
            format!("--cert-dir={}", self.path("apiserver")),
            format!("--tls-cert-file={}", self.path("apiserver.crt")),
            format!("--tls-private-key-file={}", self.path("apiserver.key")),
            format!("--client-ca-file={}", self.path("ca.crt")),
            format!("--token-auth-file={}", self.path("tokens.csv")),
            "--authorization-mode=RBAC".to_owned(),
            format!("--service-account-issuer={ISSUER}"),
            format!("--service-account-key-file={}", self.path("accounts.pub")),
            format!("--service-account-signing-key-file={}", self.path("accounts.key")),
            "--service-cluster-ip-range=10.0.0.0/24".to_owned(),
            format!("--audit-policy-file={}", self.path("audit.json")),
            format!("--audit-log-path={}", self.path("audit.log")),
            "--profiling=false".to_owned(),
        ]
    }

    fn controllers(&self, port: u16) -> Vec<String> {
        let kubeconfig = self.path("controllers.kubeconfig");
        vec![
            "--bind-address=127.0.0.1".to_owned(),
            format!("--secure-port={port}"),
            format!("--cert-dir={}", self.path("controllers")),
            format!("--kubeconfig={kubeconfig}"),
            format!("--authentication-kubeconfig={kubeconfig}"),
            format!("--authorization-kubeconfig={kubeconfig}"),
            "--leader-elect=false".to_owned(),
            "--use-service-account-credentials=true".to_owned(),
            format!("--service-account-private-key-file={}", self.path("accounts.key")),
            format!("--root-ca-file={}", self.path("ca.crt")),
            format!("--cluster-signing-cert-file={}", self.path("ca.crt")),
            format!("--cluster-signing-key-file={}", self.path("ca.key")),
            "--service-cluster-ip-range=10.0.0.0/24".to_owned(),
            "--profiling=false".to_owned(),
        ]
    }
}

/// A program of the folder; etcd may carry its version in its name, then the newest counts.
fn program(assets: &Path, name: &'static str) -> Result<PathBuf, ClusterError> {
    let exact = assets.join(name);
    if exact.is_file() {
        return Ok(exact);
    }
    let missing = || ClusterError::NoProgram { program: name, folder: assets.to_path_buf() };
    let entries = fs_err::read_dir(assets).map_err(|_| missing())?;
    let mut versions: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    let prefix = format!("{name}-");
    versions.retain(|path| path.file_name().is_some_and(|file| file.to_string_lossy().starts_with(&prefix)));
    versions.sort();
    versions.pop().ok_or_else(missing)
}
