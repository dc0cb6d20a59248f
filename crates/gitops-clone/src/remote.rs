use std::path::PathBuf;
use std::time::Duration;

use cluster_spec::RepoUrl;
use secret::RepoLogin;

use crate::GitConfig;
use crate::traffic::Traffic;

/// The default limit on the silence of a Git host.
pub const DEFAULT_LIMIT: Duration = Duration::from_secs(120);

/// A repository, and the settings of the connection to it.
#[derive(Clone, Debug)]
pub struct Remote {
    /// The repository, as written in cluster.yaml.
    pub url: RepoUrl,
    /// The credentials, if any. HTTP Basic is used only for http(s), a key only for ssh.
    pub login: Option<RepoLogin>,
    /// The used settings of the user's Git configuration.
    pub config: GitConfig,
    /// True if credentials are allowed over plain http to another machine.
    pub allow_insecure_http: bool,
    /// A folder outside `.work/`. It holds an ssh key from Vault while ssh runs, readable only by its owner.
    pub temp_dir: PathBuf,
    /// The limit on the silence of the host; zero for no limit. The total time has no limit.
    pub limit: Duration,
    /// The attempts at a busy host.
    pub retry: Retry,
    /// The count of data received from the host.
    pub traffic: Traffic,
}

impl Remote {
    /// Returns the proxy to the repository without its credentials, and the setting that names the proxy.
    pub fn proxy(&self) -> Option<String> {
        self.config.proxy(self.url.as_str()).map(|proxy| proxy.to_string())
    }

    /// Returns a repository without credentials, with [`DEFAULT_LIMIT`].
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

/// The attempts at a busy host (HTTP 429, 502, 503, 504).
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// The number of attempts.
    pub tries: u32,
    /// The first pause. Each further pause is twice as long, unless the host requests its own.
    pub pause: Duration,
    /// The limit on all pauses together.
    pub within: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self { tries: 4, pause: Duration::from_secs(1), within: Duration::from_secs(60) }
    }
}
