//! A sandbox of a test's own, and what is asked of it.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

use cluster_spec::Repository;
use diagnostics::{Check, Failure};
use preflight::state::ObservedState;
use preflight::systems::observe;
use preflight::{Context, Reporter, Request, Scope, check};
use sandbox::cluster::User;
use sandbox::git_host::{File, PRIVATE};
use sandbox::{Options, Sandbox};
use serde_json::{Value, json};
use settings::Settings;
use trace::{Kubernetes, RunId, RunStatus, StartedBy, Timestamp, Tool, Trace};

pub const NAMESPACE: &str = "openshift-gitops";

/// Runs a test on a stack of a program's size: all systems at once need more than a test thread has.
pub fn on_a_large_stack(test: impl Future<Output = ()> + Send + 'static) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let large = std::thread::Builder::new().stack_size(16 << 20);
    let ended = large.spawn(move || runtime.block_on(test)).unwrap().join();
    ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

pub struct World {
    pub sandbox: Sandbox,
    pub scope: Scope,
    environment: BTreeMap<OsString, OsString>,
}

impl World {
    pub async fn new(options: Options) -> Self {
        let sandbox = Sandbox::start(options).await.unwrap();
        let environment = sandbox.env().into_iter().map(|(name, value)| (name.into(), value.into()));
        Self { environment: environment.collect(), sandbox, scope: Scope::Run }
    }

    /// A plain cluster without a Vault.
    pub async fn plain() -> Self {
        Self::new(Options::bare()).await
    }

    /// An OpenShift without a Vault.
    pub async fn openshift() -> Self {
        Self::new(Options { vault: false, argocd: false, ..Options::openshift() }).await
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.insert(name.into(), value.into());
    }

    pub fn unset(&mut self, name: &str) {
        self.environment.remove(OsStr::new(name));
    }

    pub fn request(&self) -> Request {
        let loaded = cluster_spec::load(&Repository::at(self.sandbox.root()), "demo").unwrap();
        let lookup = |name: &str| self.environment.get(OsStr::new(name)).cloned();
        let (name, version) = ("bitiq-bootstrap".to_owned(), "1.0.0".to_owned());
        Request {
            scope: self.scope,
            spec: loaded.spec,
            folder: loaded.folder,
            spec_warnings: loaded.warnings,
            settings: Settings::from_vars(&lookup, self.environment.clone()).ok().unwrap(),
            started_by: StartedBy { user: "ops".into(), host: "bastion".into(), pid: 7 },
            tool: Tool { name, version, command: self.scope.name().into() },
            temporary: self.sandbox.home(),
        }
    }

    pub async fn check(&self) -> Vec<Check> {
        let (request, context) = (self.request(), Context::default());
        Box::pin(check(&request, &context)).await.ok().unwrap()
    }

    pub async fn observe(&self) -> Result<ObservedState, Vec<Failure>> {
        let (request, context) = (self.request(), Context::default());
        Box::pin(observe(&request.inputs(), &context.session(), &Reporter::silent())).await.map_err(|it| it.0)
    }

    pub async fn put(&self, object: Value) {
        self.sandbox.cluster.put(&object).await.unwrap();
    }

    pub async fn make_namespace(&self) {
        self.put(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})).await;
    }

    pub async fn commit(&self, files: &[File]) {
        self.sandbox.git.commit(PRIVATE, files, "a change").await.unwrap();
    }

    /// Changes cluster.yaml.
    pub fn rewrite(&self, from: &str, to: &str) {
        let text = fs_err::read_to_string(self.sandbox.cluster_yaml()).unwrap();
        assert!(text.contains(from), "{text}");
        fs_err::write(self.sandbox.cluster_yaml(), text.replace(from, to)).unwrap();
    }

    pub fn use_kubeconfig(&self, user: &User) {
        let kubeconfig = self.sandbox.cluster.kubeconfig(user).unwrap();
        fs_err::write(self.sandbox.kubeconfig(), kubeconfig).unwrap();
    }

    /// The trace of a run that met this cluster.
    pub fn write_trace(&self, cluster_id: &str, server: &str, change: impl FnOnce(&mut Trace)) {
        let mut trace = run("19700101T000000Z-000001", cluster_id, server);
        change(&mut trace);
        let file = self.sandbox.work().join("gitops-bootstrap.json");
        fs_err::write(file, serde_json::to_string(&trace).unwrap()).unwrap();
    }

    /// The trace of another run, remembered beside the latest one.
    pub fn write_run(&self, id: &str, cluster_id: &str) {
        let mut trace = run(id, cluster_id, "https://before:6443");
        trace.timestamp = Timestamp::from_second(86_400).unwrap();
        let folder = self.sandbox.work().join("runs").join(id);
        fs_err::create_dir_all(&folder).unwrap();
        fs_err::write(folder.join("trace.json"), serde_json::to_string(&trace).unwrap()).unwrap();
    }
}

fn run(id: &str, cluster_id: &str, server: &str) -> Trace {
    let mut trace = Trace::begin(RunId::parse(id).unwrap(), Timestamp::UNIX_EPOCH, &["script"], None);
    (trace.cluster, trace.status) = ("demo".into(), RunStatus::Succeeded);
    let (cluster_id, server) = (cluster_id.into(), server.into());
    trace.kubernetes = Some(Kubernetes { cluster_id, server, ..Kubernetes::default() });
    trace
}

/// Each check and its status.
pub fn lines(checks: &[Check]) -> Vec<String> {
    checks.iter().map(|check| format!("{} {}", check.id.name(), check.status().as_str())).collect()
}

/// The same of those that did not pass.
pub fn amiss(checks: &[Check]) -> Vec<String> {
    lines(checks).into_iter().filter(|line| !line.ends_with(" ok") && !line.ends_with(" skipped")).collect()
}

#[track_caller]
pub fn one<'a>(checks: &'a [Check], id: &str) -> &'a Check {
    checks.iter().find(|check| check.id.name() == id).unwrap_or_else(|| panic!("no {id} in {checks:?}"))
}

/// What a check advises, as it is shown.
pub fn advice(check: &Check) -> String {
    check.hint.iter().chain(&check.command).map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
