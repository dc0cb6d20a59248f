use std::path::PathBuf;
use std::time::Duration;

use cluster_spec::RepoUrl;
use secret::RepoLogin;

use crate::GitConfig;

/// How long one talk with a Git host may take unless told otherwise.
pub const DEFAULT_LIMIT: Duration = Duration::from_secs(300);

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
    /// How long one talk (a listing, a fetch) may take.
    pub limit: Duration,
}

impl Remote {
    /// The proxy on the way to the repository, without its login, and where it came from.
    pub fn proxy(&self) -> Option<String> {
        self.config.proxy(self.url.as_str()).map(|proxy| proxy.to_string())
    }

    /// A repository that is read without a login, with [`DEFAULT_LIMIT`].
    pub fn new(url: RepoUrl, config: GitConfig, temp_dir: impl Into<PathBuf>) -> Self {
        let temp_dir = temp_dir.into();
        Self { url, login: None, config, allow_insecure_http: false, temp_dir, limit: DEFAULT_LIMIT }
    }
}
