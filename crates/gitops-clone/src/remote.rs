use std::path::PathBuf;
use std::time::Duration;

use cluster_spec::RepoUrl;
use secret::RepoLogin;

use crate::GitConfig;
use crate::traffic::Traffic;

/// How long a Git host may send nothing unless told otherwise.
pub const DEFAULT_LIMIT: Duration = Duration::from_secs(120);

/// A repository, and how to get at it.
#[derive(Clone, Debug)]
pub struct Remote {
    /// The repository, as written in cluster.yaml.
    pub url: RepoUrl,
    /// The login, if there is one. HTTP Basic counts for http(s) alone, a key for ssh alone.
    pub login: Option<RepoLogin>,
    /// What counts of the user's Git configuration.
    pub config: GitConfig,
    /// Whether a login may go over plain http to another machine.
    pub allow_insecure_http: bool,
    /// A folder outside `.work/`: an ssh key from Vault lies there, readable by its owner alone, while ssh runs.
    pub temp_dir: PathBuf,
    /// How long the host may send nothing; zero: for ever. How long all of it takes does not matter.
    pub limit: Duration,
    /// How often a busy host is asked.
    pub retry: Retry,
    /// Counts what comes from the host.
    pub traffic: Traffic,
}

impl Remote {
    /// The proxy on the way to the repository, without its login, and where it came from.
    pub fn proxy(&self) -> Option<String> {
        self.config.proxy(self.url.as_str()).map(|proxy| proxy.to_string())
    }

    /// A repository that is read without a login, with [`DEFAULT_LIMIT`].
    pub fn new(url: RepoUrl, config: GitConfig, temp_dir: impl Into<PathBuf>) -> Self {
        Self {
            url,
            login: None,
            config,
            allow_insecure_http: false,
            temp_dir: temp_dir.into(),
            limit: DEFAULT_LIMIT,
            retry: Retry::default(),
            traffic: Traffic::default(),
        }
    }
}

/// How often a host that can't answer now (HTTP 429, 502, 503, 504) is asked.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// So many times.
    pub tries: u32,
    /// The first pause; each one after it is twice as long, unless the host names its own.
    pub pause: Duration,
    /// All pauses together are no longer.
    pub within: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self { tries: 4, pause: Duration::from_secs(1), within: Duration::from_secs(60) }
    }
}
