//! A sandbox of a test's own, what is asked of it, and its hand-over.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::time::Duration;

use cluster_spec::Repository;
use diagnostics::Check;
use healthcheck::{Verified, verify};
use preflight::observe::repository::login::desired_secret;
use preflight::systems::observe;
use preflight::{Context, Reporter, Request, Scope};
use sandbox::{Options, Sandbox};
use serde_json::{Value, json};
use settings::Settings;
use tokio_util::sync::CancellationToken;
use trace::{ErrorRecord, Kubernetes, RunId, StartedBy, Timestamp, Tool, Trace};

pub const RECORD: &str = "/api/v1/namespaces/openshift-gitops/configmaps/bitiq-bootstrap";
pub const SECRET: &str = "/api/v1/namespaces/openshift-gitops/secrets/gitops-repo";

/// So long a look may take on a slow machine.
const LIMIT: Duration = Duration::from_secs(60);

/// Runs a test on a stack of a program's size: all systems at once need more than a test thread has.
pub fn on_a_large_stack(test: impl Future<Output = ()> + Send + 'static) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let large = std::thread::Builder::new().stack_size(16 << 20);
    let ended = large.spawn(move || runtime.block_on(test)).unwrap().join();
    ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

pub struct World {
    pub sandbox: Sandbox,
    environment: BTreeMap<OsString, OsString>,
}

impl World {
    pub async fn new(options: Options) -> Self {
        let sandbox = Sandbox::start(options).await.unwrap();
        let environment = sandbox.env().into_iter().map(|(name, value)| (name.into(), value.into()));
        Self { environment: environment.collect(), sandbox }
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
            scope: Scope::Run,
            spec: loaded.spec,
            folder: loaded.folder,
            spec_warnings: loaded.warnings,
            settings: Settings::from_vars(&lookup, self.environment.clone()).ok().unwrap(),
            started_by: StartedBy { user: "ops".into(), host: "bastion".into(), pid: 7 },
            tool: Tool { name, version, command: "run".into() },
            temporary: self.sandbox.home(),
        }
    }

    /// Hands the cluster over, without operator and script.
    pub async fn hand_over(&self) {
        self.put(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "openshift-gitops"}}))
            .await;
        let (request, context) = (self.request(), Context::default());
        let (inputs, session) = (request.inputs(), context.session());
        let mut state = Box::pin(observe(&inputs, &session, &Reporter::silent())).await.ok().unwrap();
        let access = state.cluster.access.clone();
        if let Some((vault, auth)) = state.vault.as_mut().and_then(|it| Some((&it.vault, it.auth.as_mut()?)))
        {
            let (desired, changes, stop) = (&auth.desired, &auth.changes, CancellationToken::new());
            let wrote = vault_auth::apply(&access, vault, desired, changes, &stop, |_| (), |_| ()).await;
            auth.fingerprint = Some(wrote.unwrap().fingerprint);
        }
        let repository = state.repository.as_ref().unwrap();
        let desired = desired_secret(&inputs.repository, &state.cluster, &repository.found);
        argocd::secret::apply(&access, &desired, &state.cluster.secrets, &repository.secret).await.unwrap();
        let record = preflight::desired::record::desired(&request.spec, &state);
        let changes = preflight::plan::plan_record(&request.settings.cluster, &state, &record).unwrap();
        argocd::record::apply(&access, &changes).await.unwrap();
    }

    pub async fn put(&self, object: Value) {
        self.sandbox.cluster.put(&object).await.unwrap();
    }

    pub async fn delete(&self, path: &str) {
        assert!(self.sandbox.cluster.delete(path).await.unwrap(), "{path}");
    }

    pub async fn change(&self, path: &str, change: impl FnOnce(&mut Value)) {
        let mut object =
            self.sandbox.cluster.object(path).await.unwrap().unwrap_or_else(|| panic!("no {path}"));
        change(&mut object);
        self.put(object).await;
    }

    /// The kinds of Argo CD and of the Vault Secrets Operator.
    pub async fn install_kinds(&self) {
        let openshift = self.sandbox.openshift.as_ref().unwrap();
        for operator in ["openshift-gitops-operator", "vault-secrets-operator"] {
            openshift.install_kinds(operator).await.unwrap();
        }
    }

    pub fn application(&self, url: &str, sync: &str) -> Value {
        json!({
            "apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
            "metadata": {"name": "apps", "namespace": "openshift-gitops"},
            "spec": {"project": "default", "source": {"repoURL": url, "targetRevision": "main"},
                "destination": {"server": "https://kubernetes.default.svc"}},
            "status": {"sync": {"status": sync}, "health": {"status": "Healthy"}},
        })
    }

    pub async fn account(&self, name: &str) {
        let metadata = json!({"name": name, "namespace": "openshift-gitops"});
        self.put(json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})).await;
    }

    fn trace(&self, command: &str, status: &str) -> Trace {
        let id = match command {
            "run" => 1,
            _ => 2,
        };
        let id = RunId::parse(&format!("19700101T000000Z-00000{id}")).unwrap();
        let mut trace = Trace::begin(id, Timestamp::UNIX_EPOCH, &[], None);
        trace.tool.command = command.into();
        trace.status = serde_json::from_value(json!(status)).unwrap();
        trace
    }

    /// The trace of the latest run, of a cluster with this id; one that failed says why.
    pub fn write_trace(&self, command: &str, status: &str, cluster_id: &str) {
        let mut trace = self.trace(command, status);
        trace.kubernetes = Some(Kubernetes { cluster_id: cluster_id.into(), ..Kubernetes::default() });
        let why = ErrorRecord { step: "script".into(), message: "it broke".into(), ..ErrorRecord::default() };
        trace.error = (status == "failed").then_some(why);
        let file = self.sandbox.work().join("gitops-bootstrap.json");
        fs_err::write(file, serde_json::to_string(&trace).unwrap()).unwrap();
    }

    /// A later run, remembered beside the latest trace.
    pub fn write_run(&self, command: &str, status: &str) {
        let trace = self.trace(command, status);
        let folder = self.sandbox.work().join("runs").join(trace.run_id.to_string());
        fs_err::create_dir_all(&folder).unwrap();
        fs_err::write(folder.join("trace.json"), serde_json::to_string(&trace).unwrap()).unwrap();
    }

    pub async fn verify(&self) -> Verified {
        let (request, context) = (self.request(), Context::default());
        let verified = Box::pin(verify(&request, &context, Duration::ZERO));
        tokio::time::timeout(LIMIT, verified).await.expect("it goes on").ok().unwrap()
    }
}

/// Each check and its status.
pub fn lines(checks: &[Check]) -> Vec<String> {
    checks.iter().map(|check| format!("{} {}", check.id.name(), check.status().as_str())).collect()
}

#[track_caller]
pub fn one<'a>(checks: &'a [Check], id: &str) -> &'a Check {
    checks.iter().find(|check| check.id.name() == id).unwrap_or_else(|| panic!("no {id} in {checks:?}"))
}

/// Whether a check comes with this command.
pub fn advises(check: &Check, command: &str) -> bool {
    check.hint.iter().chain(&check.command).any(|advice| advice.to_string().contains(command))
}
