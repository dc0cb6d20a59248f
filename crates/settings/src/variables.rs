//! The one list of environment variables: what each means, its flag, its default. The flags of the binary, the
//! reference page and the filter of the script's environment are made of it.

/// What kind of value a variable takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// `1`, `t`, `true`, `y`, `yes` or `on` turn it on; `0`, `f`, `false`, `n`, `no`, `off` and empty leave it off. Its flag
    /// takes no value.
    Switch,
    /// Whole seconds, or a duration such as `90s`, `5m`, `3h`.
    Duration,
    /// A path.
    File,
    /// Several values: a flag given repeatedly, or a variable with commas between them.
    List,
}

/// Under which heading a variable's flag stands in the help, and which commands take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// The cluster's API and what we write there.
    Cluster,
    /// Where the repository login comes from.
    Repository,
    /// The external Vault.
    Vault,
    /// The GitOps operator and Argo CD's own resources.
    Operator,
    /// The hand-over script.
    Script,
    /// How the run itself behaves.
    Run,
}

/// One variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Var {
    /// Its name in the environment.
    pub name: &'static str,
    /// The flag of the same meaning, without `--`; secrets have none.
    pub flag: Option<&'static str>,
    /// What it takes.
    pub kind: Kind,
    /// Its heading.
    pub group: Group,
    /// The values it takes, where they are few.
    values: &'static [&'static str],
    /// What stands for it where it is unset.
    pub default: Option<&'static str>,
    /// Whether its value must never be seen.
    pub secret: bool,
    /// Whether programs that are started (the script, exec plugins, git) must not see it: it is a part of a login.
    pub withheld: bool,
    /// Whether it is an address that a login may stand in.
    pub may_hold_login: bool,
    /// Whether its value may have several lines; of the others a line break is told.
    pub may_have_lines: bool,
    /// Whether `-h` shows it; `--help` shows all.
    pub everyday: bool,
    /// Whether a command that is told to be typed repeats it: it says where things are, is short, and holds no login.
    pub in_commands: bool,
    /// One line for people, without the values.
    meaning: &'static str,
}

const fn var(name: &'static str, flag: &'static str, kind: Kind, group: Group, meaning: &'static str) -> Var {
    Var {
        name,
        flag: Some(flag),
        kind,
        group,
        values: &[],
        default: None,
        secret: false,
        withheld: false,
        may_hold_login: false,
        may_have_lines: matches!(kind, Kind::List),
        everyday: false,
        in_commands: matches!(kind, Kind::Text | Kind::File),
        meaning,
    }
}

const fn secret(name: &'static str, group: Group, meaning: &'static str) -> Var {
    let var = var(name, "", Kind::Text, group, meaning);
    Var { flag: None, secret: true, withheld: true, may_have_lines: true, in_commands: false, ..var }
}

impl Var {
    /// One line for people.
    pub fn meaning(&self) -> String {
        if self.values.is_empty() {
            self.meaning.into()
        } else {
            format!("{}: {}", self.meaning, self.choice())
        }
    }

    /// The values in a sentence: `a, b or c`.
    pub fn choice(&self) -> String {
        let (last, others) = self.values.split_last().unwrap_or((&"", &[]));
        format!("{} or {last}", others.join(", "))
    }

    const fn one_of(mut self, values: &'static [&'static str]) -> Self {
        self.values = values;
        self
    }

    const fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    const fn withheld(mut self) -> Self {
        self.withheld = true;
        self
    }

    const fn may_hold_login(mut self) -> Self {
        self.may_hold_login = true;
        self
    }

    const fn may_have_lines(mut self) -> Self {
        self.may_have_lines = true;
        self
    }

    const fn everyday(mut self) -> Self {
        self.everyday = true;
        self
    }

    const fn not_in_commands(mut self) -> Self {
        self.in_commands = false;
        self
    }
}

use Group::{Cluster, Operator, Repository, Run, Script, Vault};
use Kind::{Duration, File, List, Switch, Text};

/// Makes the table of rows `NAME = var(..)`, and a constant for each name: a name is written down in its row alone.
macro_rules! table {
    ($($name:ident = $make:ident($($given:expr),* $(,)?) $(.$more:ident($($with:tt)*))*;)*) => {
        $(#[doc = concat!("`", stringify!($name), "`: see [`VARS`].")] pub const $name: &str = stringify!($name);)*

        /// All of them, in the order of the help.
        pub const VARS: &[Var] = &[$($make(stringify!($name), $($given),*) $(.$more($($with)*))*),*];
    };
}

table! {
    BITIQ_BOOTSTRAP_KUBECONFIG = var(
        "kubeconfig",
        File,
        Cluster,
        "kubeconfig of the cluster, in place of .work/kubeconfig and the installer's; a run writes it to .work/kubeconfig",
    ).everyday();
    ARGOCD_NAMESPACE = var(
        "argocd-namespace",
        Text,
        Cluster,
        "where Argo CD lives; Lease, Secret, record and Applications follow it",
    )
    .or("openshift-gitops").everyday();
    BITIQ_BOOTSTRAP_FORCE_CONFLICTS = var(
        "force-conflicts",
        Switch,
        Cluster,
        "take over fields that another field manager holds",
    );
    BITIQ_BOOTSTRAP_ALLOW_IDENTITY_MISMATCH = var(
        "allow-identity-mismatch",
        Switch,
        Cluster,
        "go on although the cluster's DNS domain is not that of cluster.yaml",
    );
    HTTPS_PROXY = var("https-proxy", Text, Cluster, "proxy for https:// addresses").may_hold_login().not_in_commands();
    HTTP_PROXY = var("http-proxy", Text, Cluster, "proxy for http:// addresses").may_hold_login().not_in_commands();
    NO_PROXY = var(
        "no-proxy",
        Text,
        Cluster,
        "hosts, domains and networks that are reached without a proxy",
    ).may_have_lines();
    BITIQ_BOOTSTRAP_CREDENTIALS_FROM = var(
        "credentials-from",
        Text,
        Repository,
        "take the login from this source alone",
    ).one_of(credentials::Source::NAMES).everyday();
    GITOPS_REPO_USERNAME = var("repo-username", Text, Repository, "user name of the repository login").withheld();
    GITOPS_REPO_PASSWORD = secret(Repository, "password or token of the repository login");
    GITOPS_REPO_PAT = secret(Repository, "the same under another name; may come without a user name");
    GITOPS_REPO_VAULT_PATH = var(
        "repo-vault-path",
        Text,
        Repository,
        "Vault KV path of the repository login",
    )
    .or("gitops/github/gitops-repo");
    GITOPS_REPO_SECRET_NAME = var("repo-secret-name", Text, Repository, "Argo CD repository Secret")
        .or("gitops-repo");
    GITOPS_REPO_ACCESS_TIMEOUT = var(
        "repo-access-timeout",
        Duration,
        Repository,
        "how long to wait for Argo CD to read the repository; 0: look once",
    )
    .or("180");
    BITIQ_BOOTSTRAP_FETCH_TIMEOUT = var(
        "fetch-timeout",
        Duration,
        Repository,
        "how long the Git host may send nothing, however long all of it takes; 0: for ever",
    )
    .or("2m");
    BITIQ_BOOTSTRAP_ALLOW_INSECURE_HTTP = var(
        "allow-insecure-http",
        Switch,
        Repository,
        "let a login go over plain http:// to a host that is not loopback",
    );
    BITIQ_BOOTSTRAP_COMMIT = var("commit", Text, Repository, "refuse unless the ref is at this commit").everyday().not_in_commands();
    VAULT_ADDR = var("vault-addr", Text, Vault, "address of Vault, as in https://vault.example.com:8200").may_hold_login().may_have_lines().everyday();
    VAULT_TOKEN = secret(Vault, "token that may write auth/<mount>/config");
    VAULT_NAMESPACE = var("vault-namespace", Text, Vault, "Vault namespace").may_have_lines();
    VAULT_CACERT = var("vault-cacert", File, Vault, "PEM file with the CA of Vault");
    VAULT_CACERT_BYTES = var("vault-cacert-bytes", Text, Vault, "the CA of Vault itself, PEM").may_have_lines().not_in_commands();
    VAULT_CAPATH = var("vault-capath", File, Vault, "folder of PEM files with CAs of Vault");
    VAULT_CLIENT_CERT = var(
        "vault-client-cert",
        File,
        Vault,
        "PEM file with the client certificate for Vault",
    );
    VAULT_CLIENT_KEY = var(
        "vault-client-key",
        File,
        Vault,
        "PEM file with the key of the client certificate",
    );
    VAULT_TLS_SERVER_NAME = var(
        "vault-tls-server-name",
        Text,
        Vault,
        "name that Vault's certificate must carry",
    );
    VAULT_SKIP_VERIFY = var("vault-skip-verify", Switch, Vault, "do not check Vault's certificate");
    VAULT_CLIENT_TIMEOUT = var(
        "vault-client-timeout",
        Duration,
        Vault,
        "time limit of one request to Vault",
    )
    .or("60");
    VAULT_PROXY_ADDR = var("vault-proxy-addr", Text, Vault, "proxy for Vault alone").may_hold_login().not_in_commands();
    VAULT_HTTP_PROXY = var("vault-http-proxy", Text, Vault, "the same under its older name").may_hold_login().not_in_commands();
    VAULT_K8S_AUTH_MOUNT = var("vault-mount", Text, Vault, "kubernetes auth mount to configure")
        .or("kubernetes").everyday();
    VAULT_KUBERNETES_HOST = var("vault-kubernetes-host", Text, Vault, "API address that Vault shall use")
        .or("server of the kubeconfig");
    VAULT_KUBERNETES_CA_CERT = var(
        "vault-kubernetes-ca-cert",
        File,
        Vault,
        "CA that Vault shall use for the API",
    )
    .or("kube-root-ca.crt");
    VAULT_REPLACE_HOST = var(
        "vault-replace-host",
        Switch,
        Vault,
        "take over a mount that points at another API server",
    );
    SKIP_VAULT_K8S_AUTH_CONFIG = var("skip-vault-auth", Switch, Vault, "leave the mount alone").everyday();
    VAULT_REVIEWER_NAMESPACE = var(
        "vault-reviewer-namespace",
        Text,
        Vault,
        "namespace of the token reviewer",
    )
    .or("openshift-gitops");
    VAULT_REVIEWER_SERVICEACCOUNT = var(
        "vault-reviewer-serviceaccount",
        Text,
        Vault,
        "ServiceAccount of the token reviewer",
    )
    .or("vault-token-reviewer");
    VAULT_REVIEWER_SECRET = var("vault-reviewer-secret", Text, Vault, "token Secret of the token reviewer")
        .or("vault-token-reviewer");
    VAULT_REVIEWER_CLUSTERROLEBINDING = var(
        "vault-reviewer-clusterrolebinding",
        Text,
        Vault,
        "ClusterRoleBinding of the token reviewer",
    )
    .or("vault-token-reviewer-auth-delegator");
    BITIQ_BOOTSTRAP_VAULT_ROLE = var(
        "vault-role",
        Text,
        Vault,
        "prove the mount by a real login with this role",
    );
    BITIQ_BOOTSTRAP_VAULT_SERVICE_ACCOUNT = var(
        "vault-service-account",
        Text,
        Vault,
        "NAMESPACE/NAME that logs in for the proof",
    )
    .or("<ARGOCD_NAMESPACE>/default");
    BITIQ_BOOTSTRAP_FORCE = var("force", Switch, Vault, "write the mount even where nothing changed");
    BITIQ_BOOTSTRAP_OPERATOR_TIMEOUT = var(
        "operator-timeout",
        Duration,
        Operator,
        "how long each wait for the operator may take, in place of 20, 20, 15 and 10 minutes",
    );
    BITIQ_BOOTSTRAP_APPROVE_INSTALL_PLAN = var(
        "approve-install-plan",
        Switch,
        Operator,
        "approve the operator's InstallPlan where its approval is Manual",
    ).everyday();
    BITIQ_BOOTSTRAP_ALLOW_ARGOCD_DELETE = var(
        "allow-argocd-delete",
        Switch,
        Operator,
        "let disableDefaultInstance delete the ArgoCD openshift-gitops/openshift-gitops",
    );
    BITIQ_BOOTSTRAP_CREATE_CLUSTER_SECRET = var(
        "create-cluster-secret",
        Switch,
        Operator,
        "make Argo CD's cluster Secret in-cluster where there is none",
    );
    BITIQ_BOOTSTRAP_SKIP_SCRIPT = var("skip-script", Switch, Script, "do all but run scripts/bootstrap.sh").everyday();
    BITIQ_BOOTSTRAP_SCRIPT_TIMEOUT = var(
        "script-timeout",
        Duration,
        Script,
        "time limit of the script; 0: none",
    )
    .or("3h").everyday();
    BITIQ_BOOTSTRAP_WATCH_AFTER = var(
        "watch-after",
        Duration,
        Script,
        "after so much silence of the script, say what it may be waiting for; 0: never",
    )
    .or("10s");
    BITIQ_BOOTSTRAP_PASS_ENV = var(
        "pass-env",
        List,
        Script,
        "let this variable through to the script although it holds a login",
    );
    BITIQ_BOOTSTRAP_REQUIRE_TOOL = var(
        "require-tool",
        List,
        Script,
        "tools the script needs on PATH, in place of oc and helm",
    ).everyday();
    BITIQ_BOOTSTRAP_WAIT_LOCK = var("wait-lock", Duration, Run, "how long to wait for another run to end")
        .or("0").everyday();
    BITIQ_BOOTSTRAP_WAIT_READY = var(
        "wait-ready",
        Duration,
        Run,
        "how long to wait for workers, storage, catalogs and DNS before the first write",
    )
    .or("0").everyday();
    BITIQ_BOOTSTRAP_STRICT = var("strict", Switch, Run, "turn every warning into a failure").everyday();
}

/// The same for rows `NAME = "meaning"`.
macro_rules! others {
    ($($name:ident = $meaning:literal;)*) => {
        $(#[doc = $meaning] pub const $name: &str = stringify!($name);)*

        /// Read elsewhere: by the binary, before there are settings, or by our own log.
        pub const OTHER_VARS: &[(&str, &str)] = &[$(($name, $meaning)),*];
    };
}

others! {
    CLUSTER = "the cluster, where none is on the command line";
    BITIQ_BOOTSTRAP_ROOT = "the folder that holds clusters/ (--root)";
    BITIQ_BOOTSTRAP_OUTPUT = "text, json or jsonl (--output)";
    BITIQ_BOOTSTRAP_QUIET = "do not show the script's output (--quiet)";
    BITIQ_BOOTSTRAP_VERBOSE = "1: also what each step changes; 2: every event too (-v, -vv)";
    BITIQ_BOOTSTRAP_COLOR = "auto, always or never (--color)";
    BITIQ_BOOTSTRAP_EXIT_CODE = "`plan` ends with 10 when changes are pending (--exit-code)";
    BITIQ_BOOTSTRAP_DISABLE_MOUNT = "`release` removes a Vault mount of the cluster's own (--disable-mount)";
    BITIQ_BOOTSTRAP_DRY_RUN = "`run`, `vault-auth`, `repo-creds`, `release` and `init` show what they would change, and change nothing (--dry-run)";
    BITIQ_BOOTSTRAP_EXPORT = "`env` prints export lines (--export)";
    BITIQ_BOOTSTRAP_LIST = "`trace` lists the remembered runs (--list)";
    BITIQ_BOOTSTRAP_DIFF = "`trace` shows what differs between these two runs, with a comma between them (--diff)";
    BITIQ_BOOTSTRAP_HTML = "`trace` writes the run as one page into this file (--html)";
    BITIQ_BOOTSTRAP_OTLP_JSON = "`trace` prints the run as OpenTelemetry spans (--otlp-json)";
    BITIQ_BOOTSTRAP_PATCH = "`infra-id` prints the diff that mends the repository (--patch)";
    BITIQ_BOOTSTRAP_WAIT = "`verify` looks again until nothing fails, this long at most (--wait)";
    BITIQ_BOOTSTRAP_ALL = "`status` shows all clusters (--all)";
    BITIQ_BOOTSTRAP_BASE_DOMAIN = "`init`: dns.base_domain (--base-domain)";
    BITIQ_BOOTSTRAP_ENV = "`init`: gitops.env (--env)";
    BITIQ_BOOTSTRAP_REPO_URL = "`init`: gitops.repo_url (--repo-url)";
    BITIQ_BOOTSTRAP_REPO_REF = "`init`: gitops.repo_ref (--repo-ref)";
    BITIQ_BOOTSTRAP_RUN = "`support-bundle`: the run whose trace and log are packed (--run)";
    BITIQ_BOOTSTRAP_FILE = "`support-bundle`: the archive (--file)";
    BITIQ_BOOTSTRAP_DIR = "`man` writes the pages of all commands into this folder (--dir)";
    BITIQ_BOOTSTRAP_COMPLETE = "set by a shell that asks for completions";
    TRACEPARENT = "the distributed trace that a run is part of (W3C Trace Context); the script gets the span of its step";
    TRACESTATE = "what vendors add to it; goes to the script as it is";
    NO_COLOR = "no colours in the terminal";
    RUST_LOG = "debug: each event and each request, on stderr, masked; or by crate, such as kube=debug,reqwest=debug,info";
}

/// The variable of this name.
pub fn named(name: &str) -> Option<&'static Var> {
    VARS.iter().find(|var| var.name == name)
}

/// A variable as people set it: by its flag, or by its name.
pub fn called(name: &str) -> String {
    match named(name).and_then(|var| var.flag) {
        Some(flag) => format!("--{flag} ({name})"),
        None => name.to_owned(),
    }
}

/// The variables that a program that is started must not see.
pub fn withheld_names() -> Vec<&'static str> {
    VARS.iter().filter(|var| var.withheld).map(|var| var.name).collect()
}

/// Whether a program that is started must not see this variable unless it is let through.
pub fn withheld(name: &str) -> bool {
    named(name).is_some_and(|var| var.withheld)
}
