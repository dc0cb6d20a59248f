//! A request, as a plan takes it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use cluster_access::Network;
use cluster_spec::{BaseDomain, ClusterFolder, ClusterSpec, RepoRef, RepoUrl, Repository};
use settings::{ClusterSettings, OperatorSettings, RepositorySettings, ScriptSettings, VaultSettings};

use crate::inputs::{
    ClusterInputs, Inputs, MachineInputs, MountInputs, OperatorInputs, RepositoryInputs, ScriptRole,
    VaultInputs,
};
use crate::request::Scope;

/// The values that the inputs of a plan borrow.
pub(super) struct TestRequest {
    pub(super) scope: Scope,
    pub(super) spec: ClusterSpec,
    pub(super) folder: ClusterFolder,
    pub(super) cluster: ClusterSettings,
    pub(super) repository: RepositorySettings,
    pub(super) operator: OperatorSettings,
    pub(super) script: ScriptSettings,
    pub(super) vault: Option<VaultSettings>,
    pub(super) environment: BTreeMap<OsString, OsString>,
}

pub(super) fn request(scope: Scope) -> TestRequest {
    let spec = ClusterSpec {
        name: "demo".into(),
        base_domain: BaseDomain::parse("example.test").unwrap(),
        env: "sno".into(),
        repo_url: RepoUrl::parse("https://git.example.test/gitops.git").unwrap(),
        repo_ref: RepoRef::parse("main").unwrap(),
    };
    TestRequest {
        scope,
        spec,
        folder: Repository::at("/nowhere").folder("demo").unwrap(),
        cluster: ClusterSettings {
            kubeconfig: None,
            argocd_namespace: "openshift-gitops".into(),
            force_conflicts: false,
            allow_identity_mismatch: false,
            network: Network::default(),
        },
        repository: RepositorySettings {
            from: None,
            login: Default::default(),
            vault_path: "gitops/repo".into(),
            secret_name: "gitops-repo".into(),
            access_timeout: Duration::ZERO,
            fetch_timeout: Duration::ZERO,
            allow_insecure_http: false,
            commit: None,
        },
        operator: OperatorSettings {
            timeout: None,
            approve_install_plan: false,
            allow_argocd_delete: false,
            create_cluster_secret: false,
        },
        script: ScriptSettings {
            skip: false,
            limit: None,
            watch_after: None,
            pass_env: Vec::new(),
            tools: Vec::new(),
        },
        vault: None,
        environment: BTreeMap::new(),
    }
}

impl TestRequest {
    pub(super) fn inputs(&self) -> Inputs<'_> {
        let Self { scope, spec, folder, cluster, repository, operator, script, vault, environment } = self;
        let (scope, vault) = (*scope, vault.as_ref());
        Inputs {
            machine: MachineInputs {
                cluster: &spec.name,
                folder,
                path: None,
                script: ScriptRole::Runs,
                tools: &[],
            },
            cluster: ClusterInputs {
                scope,
                spec,
                folder,
                settings: cluster,
                secret_name: &repository.secret_name,
                create_cluster_secret: operator.create_cluster_secret,
                waits_until_ready: false,
                mount: vault,
            },
            vault: VaultInputs { settings: vault, is_required: false },
            mount: MountInputs { spec, cluster, vault, is_written: vault.is_some(), awaits_operators: false },
            repository: RepositoryInputs {
                scope,
                spec,
                folder,
                settings: repository,
                cluster,
                script,
                vault_may_fail: false,
                environment,
                path: None,
                temporary: Path::new("/nowhere"),
            },
            operator: OperatorInputs {
                is_part: true,
                cluster,
                settings: operator,
                skips_script: script.skip,
                awaits_catalogs: false,
                environment,
            },
        }
    }
}
