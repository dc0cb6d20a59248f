//! What the user asked for beside cluster.yaml: read from the list of variables by one pure function, so that the
//! binary (flags over environment) and the xtask share it.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::str::FromStr as _;
use std::time::Duration;

use credentials::{EnvLogin, Source};
use secret::SecretString;

use crate::duration;
use crate::failure::{Failure, FailureKind};
use crate::vars::{self, VARS};

/// Everything a run takes from flags and environment.
pub struct Settings {
    /// The cluster's API.
    pub cluster: ClusterSettings,
    /// The repository login.
    pub repository: RepositorySettings,
    /// Vault, where both its address and a token are there.
    pub vault: VaultChoice,
    /// The hand-over script.
    pub script: ScriptSettings,
    /// How long to wait for another run to end.
    pub wait_lock: Duration,
    /// Every warning is a failure.
    pub strict: bool,
    /// The environment of this process: what the script, git and ssh get of it is decided where they are started.
    pub environment: BTreeMap<OsString, OsString>,
    /// What looked odd.
    pub warnings: Vec<String>,
}

/// Settings of the way to the cluster.
pub struct ClusterSettings {
    /// `--kubeconfig`.
    pub kubeconfig: Option<PathBuf>,
    /// Namespace of Argo CD.
    pub argocd_namespace: String,
    /// Take over fields of other managers.
    pub force_conflicts: bool,
    /// Proxies of this machine.
    pub network: cluster_access::Network,
}

/// Settings of the repository and its login.
pub struct RepositorySettings {
    /// `--credentials-from`.
    pub from: Option<Source>,
    /// What the environment holds.
    pub login: EnvLogin,
    /// KV path of the login.
    pub vault_path: String,
    /// Name of the repository Secret.
    pub secret_name: String,
    /// How long Argo CD may take to read the repository.
    pub access_timeout: Duration,
    /// Logins over plain http.
    pub allow_insecure_http: bool,
    /// `--commit`.
    pub commit: Option<String>,
}

/// Whether there is a Vault to configure.
pub enum VaultChoice {
    /// Neither address nor token, or one without the other.
    Absent,
    /// Both.
    Present(Box<VaultSettings>),
}

/// Settings of Vault and the auth mount.
pub struct VaultSettings {
    /// The way to Vault.
    pub access: vault_access::VaultSettings,
    /// Leave the mount alone, use Vault for the login alone.
    pub skip_auth: bool,
    /// The mount.
    pub mount: String,
    /// API address for Vault.
    pub kubernetes_host: Option<String>,
    /// File with the CA for Vault.
    pub kubernetes_ca_file: Option<PathBuf>,
    /// Take over another API server's mount.
    pub replace_host: bool,
    /// The reviewer's names.
    pub reviewer: vault_auth::Reviewer,
    /// Proof by login: role and (namespace, name) of the ServiceAccount.
    pub login_proof: Option<vault_auth::LoginProof>,
    /// Write whatever the fingerprint says.
    pub force: bool,
}

/// Settings of the script.
pub struct ScriptSettings {
    /// Leave it out.
    pub skip: bool,
    /// Its time limit; `None`: no limit.
    pub limit: Option<Duration>,
    /// Logins it may see.
    pub pass_env: Vec<String>,
    /// Tools it needs on PATH.
    pub tools: Vec<String>,
}

/// Reads one variable after the other and keeps what is wrong with them.
struct Reader<'a> {
    lookup: &'a dyn Fn(&str) -> Option<OsString>,
    problems: Vec<String>,
}

impl Reader<'_> {
    fn text(&mut self, name: &'static str) -> Option<String> {
        debug_assert!(vars::named(name).is_some(), "{name} is missing in the list of variables");
        let value = (self.lookup)(name)?;
        match value.into_string() {
            Ok(text) if text.trim().is_empty() => None,
            Ok(text) => Some(text),
            Err(_) => {
                self.problems.push(format!("{name} is not UTF-8"));
                None
            }
        }
    }

    fn text_or_default(&mut self, name: &'static str) -> String {
        self.text(name)
            .unwrap_or_else(|| vars::named(name).and_then(|var| var.default).unwrap_or_default().into())
    }

    fn secret(&mut self, name: &'static str) -> Option<SecretString> {
        self.text(name).map(SecretString::from)
    }

    fn file(&self, name: &'static str) -> Option<PathBuf> {
        (self.lookup)(name).filter(|value| !value.is_empty()).map(PathBuf::from)
    }

    fn switch(&mut self, name: &'static str) -> bool {
        let Some(text) = self.text(name) else { return false };
        match text.trim().to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" | "on" => true,
            "0" | "false" | "no" | "off" => false,
            _ => {
                self.problems.push(format!("{name} is `{text}`: expected 1 or true, 0 or false"));
                false
            }
        }
    }

    fn duration(&mut self, name: &'static str) -> Duration {
        let text = self.text_or_default(name);
        duration::parse(&text).unwrap_or_else(|| {
            self.problems
                .push(format!("{name} is `{text}`: expected seconds (180) or a duration (90s, 5m, 3h)"));
            Duration::ZERO
        })
    }

    fn list(&mut self, name: &'static str) -> Vec<String> {
        let text = self.text(name).unwrap_or_default();
        text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(String::from).collect()
    }
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
        let mut warnings = unknown_vault_variables(&environment);
        let cluster = cluster(&mut reader);
        let repository = repository(&mut reader);
        let vault = vault(&mut reader, &cluster, &mut warnings);
        let script = script(&mut reader);
        let wait_lock = reader.duration("BITIQ_BOOTSTRAP_WAIT_LOCK");
        let strict = reader.switch("BITIQ_BOOTSTRAP_STRICT");
        if !reader.problems.is_empty() {
            let usage = |problem| Failure::new(FailureKind::Usage, "settings", problem);
            return Err(reader.problems.into_iter().map(usage).collect());
        }
        let environment = with_proxies(environment, &cluster.network);
        Ok(Self { cluster, repository, vault, script, wait_lock, strict, environment, warnings })
    }

    /// `PATH` of this process.
    pub fn path(&self) -> Option<&OsStr> {
        self.environment.get(OsStr::new("PATH")).map(OsString::as_os_str)
    }

    /// All secrets that the environment holds, for the mask.
    pub fn secrets(&self) -> Vec<SecretString> {
        VARS.iter()
            .filter(|var| var.secret)
            .filter_map(|var| self.environment.get(OsStr::new(var.name)))
            .filter_map(|value| value.to_str())
            .filter(|value| !value.trim().is_empty())
            .map(SecretString::from)
            .collect()
    }
}

fn cluster(reader: &mut Reader<'_>) -> ClusterSettings {
    ClusterSettings {
        kubeconfig: reader.file("BITIQ_BOOTSTRAP_KUBECONFIG"),
        argocd_namespace: reader.text_or_default("ARGOCD_NAMESPACE"),
        force_conflicts: reader.switch("BITIQ_BOOTSTRAP_FORCE_CONFLICTS"),
        network: cluster_access::Network {
            https_proxy: proxy(reader, "HTTPS_PROXY"),
            http_proxy: proxy(reader, "HTTP_PROXY"),
            no_proxy: proxy(reader, "NO_PROXY"),
        },
    }
}

/// Proxies go by both spellings everywhere; the lower-case one is the older.
fn proxy(reader: &mut Reader<'_>, name: &'static str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    reader.text(name).or_else(|| (reader.lookup)(&lower)?.into_string().ok().filter(|text| !text.is_empty()))
}

/// A proxy given as a flag counts for git and the script too, under both spellings.
fn with_proxies(
    mut environment: BTreeMap<OsString, OsString>,
    network: &cluster_access::Network,
) -> BTreeMap<OsString, OsString> {
    let proxies = [
        ("HTTPS_PROXY", &network.https_proxy),
        ("HTTP_PROXY", &network.http_proxy),
        ("NO_PROXY", &network.no_proxy),
    ];
    for (name, value) in proxies {
        if let Some(value) = value {
            environment.insert(name.into(), value.into());
            environment.insert(name.to_ascii_lowercase().into(), value.into());
        }
    }
    environment
}

fn repository(reader: &mut Reader<'_>) -> RepositorySettings {
    let from =
        reader.text("BITIQ_BOOTSTRAP_CREDENTIALS_FROM").and_then(|text| match Source::from_str(&text) {
            Ok(source) => Some(source),
            Err(_) => {
                reader.problems.push(format!(
                    "--credentials-from is `{text}`: expected env, vault, cluster, git or none"
                ));
                None
            }
        });
    RepositorySettings {
        from,
        login: EnvLogin {
            username: reader.text("GITOPS_REPO_USERNAME"),
            password: reader.secret("GITOPS_REPO_PASSWORD"),
            pat: reader.secret("GITOPS_REPO_PAT"),
        },
        vault_path: reader.text_or_default("GITOPS_REPO_VAULT_PATH"),
        secret_name: reader.text_or_default("GITOPS_REPO_SECRET_NAME"),
        access_timeout: reader.duration("GITOPS_REPO_ACCESS_TIMEOUT"),
        allow_insecure_http: reader.switch("BITIQ_BOOTSTRAP_ALLOW_INSECURE_HTTP"),
        commit: reader.text("BITIQ_BOOTSTRAP_COMMIT"),
    }
}

fn vault(reader: &mut Reader<'_>, cluster: &ClusterSettings, warnings: &mut Vec<String>) -> VaultChoice {
    // Not trimmed here: what is wrong with a value is said by the room that uses it.
    let (address, token) = (reader.text("VAULT_ADDR"), reader.secret("VAULT_TOKEN"));
    let (address, token) = match (address, token) {
        (Some(address), Some(token)) => (address, token),
        (Some(_), None) => {
            warnings.push("VAULT_ADDR is set without VAULT_TOKEN: Vault is left alone".into());
            return VaultChoice::Absent;
        }
        (None, Some(_)) => {
            warnings.push("VAULT_TOKEN is set without VAULT_ADDR: Vault is left alone".into());
            return VaultChoice::Absent;
        }
        (None, None) => return VaultChoice::Absent,
    };
    let access = vault_access::VaultSettings {
        address,
        token,
        namespace: reader.text("VAULT_NAMESPACE"),
        cacert_file: reader.file("VAULT_CACERT"),
        cacert_bytes: reader.text("VAULT_CACERT_BYTES").map(String::into_bytes),
        capath: reader.file("VAULT_CAPATH"),
        client_cert: reader.file("VAULT_CLIENT_CERT"),
        client_key: reader.file("VAULT_CLIENT_KEY"),
        tls_server_name: reader.text("VAULT_TLS_SERVER_NAME"),
        skip_verify: reader.switch("VAULT_SKIP_VERIFY"),
        timeout: reader.duration("VAULT_CLIENT_TIMEOUT"),
        proxy: reader.text("VAULT_PROXY_ADDR"),
        https_proxy: cluster.network.https_proxy.clone(),
        http_proxy: cluster.network.http_proxy.clone(),
        no_proxy: cluster.network.no_proxy.clone(),
    };
    VaultChoice::Present(Box::new(VaultSettings {
        access,
        skip_auth: reader.switch("SKIP_VAULT_K8S_AUTH_CONFIG"),
        mount: mount(&reader.text_or_default("VAULT_K8S_AUTH_MOUNT")),
        kubernetes_host: reader.text("VAULT_KUBERNETES_HOST"),
        kubernetes_ca_file: reader.file("VAULT_KUBERNETES_CA_CERT"),
        replace_host: reader.switch("VAULT_REPLACE_HOST"),
        reviewer: vault_auth::Reviewer {
            namespace: reader.text_or_default("VAULT_REVIEWER_NAMESPACE"),
            service_account: reader.text_or_default("VAULT_REVIEWER_SERVICEACCOUNT"),
            secret: reader.text_or_default("VAULT_REVIEWER_SECRET"),
            binding: reader.text_or_default("VAULT_REVIEWER_CLUSTERROLEBINDING"),
        },
        login_proof: login_proof(reader, &cluster.argocd_namespace),
        force: reader.switch("BITIQ_BOOTSTRAP_FORCE"),
    }))
}

/// `kubernetes`, `auth/kubernetes` and `kubernetes/` are one mount.
fn mount(text: &str) -> String {
    let text = text.trim().trim_matches('/');
    text.strip_prefix("auth/").unwrap_or(text).to_string()
}

fn login_proof(reader: &mut Reader<'_>, argocd_namespace: &str) -> Option<vault_auth::LoginProof> {
    let account = reader.text("BITIQ_BOOTSTRAP_VAULT_SERVICE_ACCOUNT");
    let role = reader.text("BITIQ_BOOTSTRAP_VAULT_ROLE")?;
    let (namespace, service_account) = match account.as_deref().map(|account| account.split_once('/')) {
        None => (argocd_namespace.to_string(), "default".to_string()),
        Some(Some((namespace, name))) if !namespace.is_empty() && !name.is_empty() => {
            (namespace.into(), name.into())
        }
        Some(_) => {
            let account = account.unwrap_or_default();
            reader.problems.push(format!("--vault-service-account is `{account}`: expected NAMESPACE/NAME"));
            return None;
        }
    };
    Some(vault_auth::LoginProof { role, namespace, service_account })
}

fn script(reader: &mut Reader<'_>) -> ScriptSettings {
    let tools = reader.list("BITIQ_BOOTSTRAP_REQUIRE_TOOL");
    let limit = reader.duration("BITIQ_BOOTSTRAP_SCRIPT_TIMEOUT");
    ScriptSettings {
        skip: reader.switch("BITIQ_BOOTSTRAP_SKIP_SCRIPT"),
        limit: (!limit.is_zero()).then_some(limit),
        pass_env: reader.list("BITIQ_BOOTSTRAP_PASS_ENV"),
        tools: if tools.is_empty() { vec!["oc".into(), "helm".into()] } else { tools },
    }
}

/// A `VAULT_*` variable that we don't know is one the user believes to have an effect.
fn unknown_vault_variables(environment: &BTreeMap<OsString, OsString>) -> Vec<String> {
    environment
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .filter_map(|(name, _)| name.to_str())
        .filter(|name| name.starts_with("VAULT_") && vars::named(name).is_none())
        .map(|name| format!("{name} is set, but has no effect here"))
        .collect()
}
