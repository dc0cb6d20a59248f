use std::path::{Display, Path, PathBuf};

use trace::Change;

use crate::GitError;

/// The observed state of the working copy's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkingCopy {
    /// No folder, or an empty folder.
    Absent,
    /// A working copy without changes.
    Clean {
        /// The commit of HEAD.
        commit: String,
        /// The URL of remote `origin`.
        origin: Option<String>,
        /// The names of other settings in `.git/config` that hold credentials.
        logins: Vec<String>,
    },
    /// A working copy of this program. An earlier run was interrupted during a change to another commit.
    Unfinished {
        /// The target commit of the interrupted change.
        to: String,
        /// The URL of remote `origin`.
        origin: Option<String>,
        /// The names of other settings in `.git/config` that hold credentials.
        logins: Vec<String>,
    },
    /// A working copy with changes.
    Dirty {
        /// The paths of `git status --porcelain`.
        paths: Vec<String>,
    },
    /// A file, or a folder without a Git repository.
    NotARepository,
    /// A working copy at a commit that neither this program nor a fetch checked out.
    ForeignCommit {
        /// The commit of HEAD.
        commit: String,
    },
}

/// The planned change of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// The working copy is at the wanted commit.
    Nothing,
    /// The working copy is created.
    Clone,
    /// The working copy changes to another commit.
    Switch {
        /// The present commit; `None` after an interrupted change.
        from: Option<String>,
        /// The wanted commit.
        to: String,
    },
}

/// The changes that [`plan`] returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The working copy.
    pub dir: PathBuf,
    /// The change of the files.
    pub moves: Move,
    /// The old and the new URL of remote `origin`, if they differ.
    pub origin_changed: Option<(Option<String>, String)>,
    /// The names of settings in `.git/config` that lose their credentials.
    pub logins: Vec<String>,
}

impl Changes {
    /// True if no change is planned.
    pub fn is_empty(&self) -> bool {
        self.moves == Move::Nothing && self.origin_changed.is_none() && self.logins.is_empty()
    }

    /// Returns the changes for plan and trace.
    pub fn describe(&self) -> Vec<Change> {
        let object = format!("working copy {}", self.dir.display());
        let moved = match &self.moves {
            Move::Nothing => None,
            Move::Clone => Some(Change::create(&object)),
            Move::Switch { from: Some(from), to } => {
                Some(Change::update(&object).fields([format!("commit {} -> {}", short(from), short(to))]))
            }
            Move::Switch { from: None, to } => Some(
                Change::update(&object)
                    .fields([format!("commit -> {} (an earlier run was interrupted)", short(to))]),
            ),
        };
        let origin = self.origin_changed.as_ref().map(|(from, to)| {
            let from = from.as_deref().unwrap_or("none");
            Change::update(&object).fields([format!("origin {} -> {to}", without_login(from))])
        });
        let logins = self
            .logins
            .iter()
            .map(|name| Change::update(&object).fields([format!("{name}: credentials removed")]));
        moved.into_iter().chain(origin).chain(logins).collect()
    }

    /// Returns the warnings about the changes.
    pub fn warnings(&self) -> Vec<String> {
        let dir = self.dir.display();
        let mut warnings = Vec::new();
        if let Some((Some(from), to)) = &self.origin_changed {
            let shown = without_login(from);
            warnings.push(format!("remote origin of {dir} changes from {shown} to {to}"));
            if shown != *from {
                warnings.push(removed(&dir, "remote.origin.url"));
            }
        }
        warnings.extend(self.logins.iter().map(|name| removed(&dir, name)));
        warnings
    }
}

fn removed(dir: &Display<'_>, setting: &str) -> String {
    format!("credentials removed from {setting} in {dir}/.git/config: rotate them")
}

/// Plans the changes after which `dir` is at `commit` and its `origin` is `repo_url`.
///
/// # Errors
/// `dir` has work of a user. The work is kept.
pub fn plan(copy: &WorkingCopy, dir: &Path, commit: &str, repo_url: &str) -> Result<Changes, GitError> {
    let dir = dir.to_path_buf();
    let changes = |moves, origin: Option<&Option<String>>, logins: &[String]| Changes {
        dir: dir.clone(),
        moves,
        origin_changed: origin
            .filter(|origin| origin.as_deref() != Some(repo_url))
            .map(|origin| (origin.clone(), repo_url.to_owned())),
        logins: logins.to_vec(),
    };
    match copy {
        WorkingCopy::Absent => Ok(changes(Move::Clone, None, &[])),
        WorkingCopy::Clean { commit: at, origin, logins } if at == commit => {
            Ok(changes(Move::Nothing, Some(origin), logins))
        }
        WorkingCopy::Clean { commit: at, origin, logins } => {
            Ok(changes(Move::Switch { from: Some(at.clone()), to: commit.to_owned() }, Some(origin), logins))
        }
        WorkingCopy::Unfinished { origin, logins, .. } => {
            Ok(changes(Move::Switch { from: None, to: commit.to_owned() }, Some(origin), logins))
        }
        WorkingCopy::Dirty { paths } => Err(GitError::Dirty { dir, paths: paths.clone() }),
        WorkingCopy::NotARepository => Err(GitError::NotARepository { dir }),
        WorkingCopy::ForeignCommit { commit } => Err(GitError::ForeignCommit { dir, commit: commit.clone() }),
    }
}

fn short(commit: &str) -> &str {
    commit.get(..12).unwrap_or(commit)
}

/// Hides the credentials in a URL: an origin that a user wrote can hold some.
pub(crate) fn without_login(url: &str) -> String {
    let Some(rest_at) = url.find("://").map(|scheme| scheme + 3) else { return url.to_owned() };
    let (head, rest) = url.split_at(rest_at);
    let Some(at) = end_of_login(rest) else { return url.to_owned() };
    let (login, rest) = (&rest[..at], &rest[at..]);
    let is_secret = login.contains(':') || head.starts_with("http");
    let shown = if is_secret { "***" } else { login };
    format!("{head}{shown}{rest}")
}

/// Returns the place of the `@` that ends the credentials. A password can hold an unencoded `@` or `/`.
pub(crate) fn end_of_login(rest: &str) -> Option<usize> {
    let authority = rest.split('/').next().unwrap_or_default();
    let has_no_port = || authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_err());
    if authority.contains('@') || has_no_port() { rest.rfind('@') } else { None }
}
