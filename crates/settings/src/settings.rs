//! What the user asked for beside cluster.yaml: read from the list of variables by one pure function, so that the
//! binary (flags over environment) and the xtask share it.

use advice::Advice;
use diagnostics::{Failure, FailureKind, Subject};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::time::Duration;

use secret::SecretString;

use crate::cluster::{ClusterSettings, blanks_in_no_proxy, with_proxies};
use crate::operator::OperatorSettings;
use crate::reader::Reader;
use crate::repository::RepositorySettings;
use crate::script::ScriptSettings;
use crate::setting_error::SettingError;
use crate::variables::{self, VARS};
use crate::vault::{VaultChoice, VaultSettings, reviewer, vault};

/// Where a setting that makes no sense is said to have happened.
pub const SETTINGS: Subject = Subject::Settings;

/// Everything a run takes from flags and environment.
pub struct Settings {
    /// The cluster's API.
    pub cluster: ClusterSettings,
    /// The repository login.
    pub repository: RepositorySettings,
    /// Vault, where both its address and a token are there.
    pub vault: VaultChoice,
    /// The reviewer's names, for those who look for it without a Vault.
    pub reviewer: vault_auth::Reviewer,
    /// The GitOps operator and Argo CD's own resources.
    pub operator: OperatorSettings,
    /// The hand-over script.
    pub script: ScriptSettings,
    /// How long to wait for another run to end.
    pub wait_lock: Duration,
    /// How long to wait until the cluster is ready for the hand-over.
    pub wait_ready: Duration,
    /// Every warning is a failure.
    pub strict: bool,
    /// The environment of this process: what the script, git and ssh get of it is decided where they are started.
    pub environment: BTreeMap<OsString, OsString>,
    /// What looked odd.
    pub warnings: Vec<String>,
    /// All that must not be seen, with its variable.
    secrets: Vec<(&'static str, SecretString)>,
}

impl Settings {
    /// Settings from `lookup` (a flag's value, else the environment's) and the whole environment of this process.
    /// An empty variable counts as unset.
    ///
    /// # Errors
    /// Every value that can't be understood, at once.
    pub fn from_vars(
        lookup: &dyn Fn(&str) -> Option<OsString>,
        environment: BTreeMap<OsString, OsString>,
    ) -> Result<Self, Vec<Failure>> {
        let mut reader = Reader { lookup, problems: Vec::new() };
        let mut warnings = unknown_variables(&environment);
        let cluster = ClusterSettings::read(&mut reader);
        warnings.extend(blanks_in_no_proxy(cluster.network.no_proxy.as_deref()));
        let repository = RepositorySettings::read(&mut reader);
        let reviewer = reviewer(&mut reader);
        let vault = vault(&mut reader, &cluster, &mut warnings);
        let operator = OperatorSettings::read(&mut reader);
        let script = ScriptSettings::read(&mut reader);
        let wait_lock = reader.duration(variables::BITIQ_BOOTSTRAP_WAIT_LOCK);
        let wait_ready = reader.duration(variables::BITIQ_BOOTSTRAP_WAIT_READY);
        let strict = reader.switch(variables::BITIQ_BOOTSTRAP_STRICT);
        if !reader.problems.is_empty() {
            return Err(not_understood(&reader.problems));
        }
        let secrets = secrets(lookup, &environment);
        let environment = with_proxies(environment, &cluster.network);
        Ok(Self {
            cluster,
            repository,
            vault,
            reviewer,
            operator,
            script,
            wait_lock,
            wait_ready,
            strict,
            environment,
            warnings,
            secrets,
        })
    }

    /// Vault, where it is to be used.
    pub fn vault(&self) -> Option<&VaultSettings> {
        match &self.vault {
            VaultChoice::Absent => None,
            VaultChoice::Present(vault) => Some(vault),
        }
    }

    /// `PATH` of this process.
    pub fn path(&self) -> Option<&OsStr> {
        self.environment.get(OsStr::new("PATH")).map(OsString::as_os_str)
    }

    /// All secrets that settings hold with their variables, for the mask.
    pub fn secrets(&self) -> &[(&'static str, SecretString)] {
        &self.secrets
    }
}

/// All secrets that settings hold, with their variables: those of the environment, and the logins in addresses.
pub fn secrets(
    lookup: &dyn Fn(&str) -> Option<OsString>,
    environment: &BTreeMap<OsString, OsString>,
) -> Vec<(&'static str, SecretString)> {
    let set = |name: &str| environment.get(OsStr::new(name))?.to_str().map(str::to_owned);
    let known = VARS.iter().filter(|var| var.secret).filter_map(|var| Some((var.name, set(var.name)?)));
    let in_address = |name: &'static str| {
        let asked = lookup(name).and_then(|value| value.into_string().ok());
        let all = [asked, set(name), set(&name.to_ascii_lowercase())].into_iter().flatten();
        all.flat_map(move |address| secret::secrets_in(&address).into_iter().map(move |it| (name, it)))
    };
    known
        .chain(VARS.iter().filter(|var| var.may_hold_login).flat_map(|var| in_address(var.name)))
        .filter(|(_, value)| !value.trim().is_empty())
        // As it is used: line ends around a value are taken away.
        .map(|(name, value)| (name, SecretString::from(value.trim())))
        .collect()
}

/// One failure each. The last one has the hint for all of them.
fn not_understood(problems: &[SettingError]) -> Vec<Failure> {
    let usage = |problem| Failure::stating(FailureKind::Usage, SETTINGS, problem);
    let mut failures: Vec<Failure> = problems.iter().map(usage).collect();
    let before = failures.len().saturating_sub(1);
    let asked = failures.iter_mut().take(before).filter_map(|failure| failure.hint.take());
    let settings: Vec<&str> = asked.flat_map(|hint| hint.settings()).collect();
    if let Some(hint) = failures.last_mut().and_then(|failure| failure.hint.as_mut()) {
        *hint = settings.into_iter().fold(std::mem::take(hint), Advice::change);
    }
    failures
}

/// A `VAULT_*` or `BITIQ_BOOTSTRAP_*` variable that we don't know is one the user believes to have an effect.
fn unknown_variables(environment: &BTreeMap<OsString, OsString>) -> Vec<String> {
    let ours = ["VAULT_", "BITIQ_BOOTSTRAP_"];
    let known = |name: &str| {
        variables::named(name).is_some() || variables::OTHER_VARS.iter().any(|(other, _)| *other == name)
    };
    environment
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .filter_map(|(name, _)| name.to_str())
        .filter(|name| ours.iter().any(|prefix| name.starts_with(prefix)) && !known(name))
        .filter(|name| !is_of_a_service(name))
        .map(|name| format!("{name} is set, but has no effect here"))
        .collect()
}

/// Whether Kubernetes set it, in each Pod beside a Service called `vault` or `vault-…`: `VAULT_SERVICE_HOST`,
/// `VAULT_PORT_8200_TCP_ADDR`. Nobody believes it to have an effect.
fn is_of_a_service(name: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let of_port = |rest: &str| {
        let mut parts = rest.split('_');
        parts.next().is_some_and(digits)
            && matches!(parts.next(), Some("TCP" | "UDP" | "SCTP"))
            && matches!((parts.next(), parts.next()), (None | Some("PROTO" | "PORT" | "ADDR"), None))
    };
    name.starts_with("VAULT_")
        && (name.ends_with("_SERVICE_HOST")
            || name.ends_with("_PORT")
            || name.contains("_SERVICE_PORT_")
            || name.match_indices("_PORT_").any(|(at, port)| of_port(&name[at + port.len()..])))
}
