//! What each observation takes of the request: the request is taken apart here alone.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;

use cluster_spec::{ClusterFolder, ClusterSpec};
use diagnostics::Step;

use crate::request::{Request, Scope};
use settings::{
    ClusterSettings, OperatorSettings, RepositorySettings, ScriptSettings, VaultChoice, VaultSettings,
};

/// The inputs of every observation.
#[derive(Clone)]
pub struct Inputs<'a> {
    /// This machine.
    pub machine: MachineInputs<'a>,
    /// The cluster.
    pub cluster: ClusterInputs<'a>,
    /// Vault itself.
    pub vault: VaultInputs<'a>,
    /// The auth mount.
    pub mount: MountInputs<'a>,
    /// The repository.
    pub repository: RepositoryInputs<'a>,
    /// The GitOps operator.
    pub operator: OperatorInputs<'a>,
}

/// This machine.
#[derive(Clone, Copy)]
pub struct MachineInputs<'a> {
    /// The cluster's name.
    pub cluster: &'a str,
    /// The cluster's folder.
    pub folder: &'a ClusterFolder,
    /// `PATH`.
    pub path: Option<&'a OsStr>,
    /// The part that the script has.
    pub script: ScriptRole,
    /// The tools that the script needs.
    pub tools: &'a [String],
}

/// The part that the script has in the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScriptRole {
    /// The command runs it.
    Runs,
    /// The command would run it, and `--skip-script` leaves it out.
    Skipped,
    /// The command has no business with it.
    NotPartOfCommand,
}

/// The cluster.
#[derive(Clone, Copy)]
pub struct ClusterInputs<'a> {
    /// The command.
    pub scope: Scope,
    /// cluster.yaml.
    pub spec: &'a ClusterSpec,
    /// The cluster's folder.
    pub folder: &'a ClusterFolder,
    /// The settings of the cluster.
    pub settings: &'a ClusterSettings,
    /// The name of Argo CD's repository Secret.
    pub secret_name: &'a str,
    /// `--create-cluster-secret`.
    pub create_cluster_secret: bool,
    /// `--wait-ready`.
    pub waits_until_ready: bool,
    /// The auth mount, where the command writes it.
    pub mount: Option<&'a VaultSettings>,
}

/// Vault itself.
#[derive(Clone, Copy)]
pub struct VaultInputs<'a> {
    /// None where address and token are not both set.
    pub settings: Option<&'a VaultSettings>,
    /// The command can't do without Vault.
    pub is_required: bool,
}

/// Vault's auth mount.
#[derive(Clone, Copy)]
pub struct MountInputs<'a> {
    /// cluster.yaml.
    pub spec: &'a ClusterSpec,
    /// The settings of the cluster.
    pub cluster: &'a ClusterSettings,
    /// None where address and token are not both set.
    pub vault: Option<&'a VaultSettings>,
    /// The command writes the mount.
    pub is_written: bool,
    /// The run may wait for operators before it writes the mount.
    pub awaits_operators: bool,
}

/// The repository and its login.
#[derive(Clone, Copy)]
pub struct RepositoryInputs<'a> {
    /// The command.
    pub scope: Scope,
    /// cluster.yaml.
    pub spec: &'a ClusterSpec,
    /// The cluster's folder.
    pub folder: &'a ClusterFolder,
    /// The settings of the repository.
    pub settings: &'a RepositorySettings,
    /// The settings of the cluster.
    pub cluster: &'a ClusterSettings,
    /// The settings of the script.
    pub script: &'a ScriptSettings,
    /// Vault is used for the login alone: it may fail.
    pub vault_may_fail: bool,
    /// The environment of this process.
    pub environment: &'a BTreeMap<OsString, OsString>,
    /// `PATH`.
    pub path: Option<&'a OsStr>,
    /// A folder for short-lived secret files.
    pub temporary: &'a Path,
}

/// The GitOps operator and Argo CD's own resource.
#[derive(Clone, Copy)]
pub struct OperatorInputs<'a> {
    /// The command has business with the operator.
    pub is_part: bool,
    /// The settings of the cluster.
    pub cluster: &'a ClusterSettings,
    /// The settings of the operator.
    pub settings: &'a OperatorSettings,
    /// `--skip-script`.
    pub skips_script: bool,
    /// `--wait-ready`: catalogs may come.
    pub awaits_catalogs: bool,
    /// The environment of this process.
    pub environment: &'a BTreeMap<OsString, OsString>,
}

impl Request {
    /// The inputs of every observation.
    pub fn inputs(&self) -> Inputs<'_> {
        let Self { scope, spec, folder, spec_warnings: _, settings, started_by: _, tool: _, temporary } =
            self;
        let scope = *scope;
        let (vault, path) = (settings.vault(), settings.path());
        let skips_script = settings.script.skip;
        let script = match (scope, skips_script) {
            (Scope::Run, false) => ScriptRole::Runs,
            (Scope::Run, true) => ScriptRole::Skipped,
            (Scope::VaultAuth | Scope::RepoCreds | Scope::Release, _) => ScriptRole::NotPartOfCommand,
        };
        let tools: &[String] = if script == ScriptRole::Runs { &settings.script.tools } else { &[] };
        let waits_until_ready = !settings.wait_ready.is_zero();
        Inputs {
            machine: MachineInputs { cluster: &spec.name, folder, path, script, tools },
            cluster: ClusterInputs {
                scope,
                spec,
                folder,
                settings: &settings.cluster,
                secret_name: &settings.repository.secret_name,
                create_cluster_secret: settings.operator.create_cluster_secret,
                waits_until_ready: waits_until_ready && scope == Scope::Run,
                mount: vault.filter(|_| self.configures_vault()),
            },
            vault: VaultInputs { settings: vault, is_required: scope == Scope::VaultAuth },
            mount: MountInputs {
                spec,
                cluster: &settings.cluster,
                vault,
                is_written: self.configures_vault(),
                awaits_operators: scope == Scope::Run,
            },
            repository: RepositoryInputs {
                scope,
                spec,
                folder,
                settings: &settings.repository,
                cluster: &settings.cluster,
                script: &settings.script,
                vault_may_fail: matches!(&settings.vault, VaultChoice::Present(vault) if vault.skip_auth),
                environment: &settings.environment,
                path,
                temporary,
            },
            operator: OperatorInputs {
                is_part: scope.has(Step::Operator),
                cluster: &settings.cluster,
                settings: &settings.operator,
                skips_script,
                awaits_catalogs: waits_until_ready,
                environment: &settings.environment,
            },
        }
    }
}
