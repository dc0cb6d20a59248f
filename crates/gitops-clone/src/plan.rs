use std::path::{Path, PathBuf};

use trace::Change;

use crate::GitError;

/// What is there where the working copy should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkingCopy {
    /// Nothing, or an empty folder.
    Absent,
    /// A working copy without changes.
    Clean {
        /// Where its HEAD is.
        commit: String,
        /// The URL of its remote `origin`.
        origin: Option<String>,
        /// Other settings in its `.git/config` that hold a login: their names.
        logins: Vec<String>,
    },
    /// A working copy of ours whose change to another commit was cut off half-way.
    Unfinished {
        /// Where it was to go.
        to: String,
        /// The URL of its remote `origin`.
        origin: Option<String>,
        /// Other settings in its `.git/config` that hold a login: their names.
        logins: Vec<String>,
    },
    /// A working copy with changes.
    Dirty {
        /// What `git status --porcelain` names.
        paths: Vec<String>,
    },
    /// Something else.
    NotARepository,
    /// A working copy at a commit that neither we nor a remote-tracking reference put there.
    ForeignCommit {
        /// Where its HEAD is.
        commit: String,
    },
}

/// What has to be done to the working copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// It stands where it should.
    Nothing,
    /// It is made.
    Clone,
    /// It goes to another commit.
    Switch {
        /// Where it stands; none where an earlier change was cut off half-way.
        from: Option<String>,
        /// Where it goes.
        to: String,
    },
}

/// What has to be done, as decided by [`plan`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The working copy.
    pub dir: PathBuf,
    /// The files.
    pub moves: Move,
    /// Remote `origin` is another one: from, to.
    pub origin_changed: Option<(Option<String>, String)>,
    /// Settings in `.git/config` that a login is taken out of: their names.
    pub logins: Vec<String>,
}

impl Changes {
    /// Whether nothing has to be done.
    pub fn is_empty(&self) -> bool {
        self.moves == Move::Nothing && self.origin_changed.is_none() && self.logins.is_empty()
    }

    /// The changes for plan and trace.
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
                    .fields([format!("commit -> {} (an earlier change was cut off)", short(to))]),
            ),
        };
        let origin = self.origin_changed.as_ref().map(|(from, to)| {
            let from = from.as_deref().unwrap_or("none");
            Change::update(&object).fields([format!("origin {} -> {to}", without_login(from))])
        });
        let logins = self
            .logins
            .iter()
            .map(|name| Change::update(&object).fields([format!("{name}: without the login")]));
        moved.into_iter().chain(origin).chain(logins).collect()
    }

    /// What the user should know beside the changes.
    pub fn warnings(&self) -> Vec<String> {
        let dir = self.dir.display();
        let mut warnings = Vec::new();
        if let Some((Some(from), to)) = &self.origin_changed {
            let shown = without_login(from);
            warnings.push(format!("{dir}: its origin was {shown}, and is {to} from now on"));
            if shown != *from {
                warnings.push(format!("{dir}: a login stood in its .git/config; it is taken out, rotate it"));
            }
        }
        warnings.extend(self.logins.iter().map(|name| {
            format!("{dir}: a login stood in its .git/config as {name}; it is taken out, rotate it")
        }));
        warnings
    }
}

/// Decides what has to be done so that `dir` holds `commit` and its `origin` is `repo_url`.
///
/// # Errors
/// What is in `dir` is somebody's work: it is refused, untouched.
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

/// An origin that somebody else wrote may hold a login.
pub(crate) fn without_login(url: &str) -> String {
    let Some(rest_at) = url.find("://").map(|scheme| scheme + 3) else { return url.to_owned() };
    let (head, rest) = url.split_at(rest_at);
    let Some(at) = end_of_login(rest) else { return url.to_owned() };
    let (login, rest) = (&rest[..at], &rest[at..]);
    let is_secret = login.contains(':') || head.starts_with("http");
    let shown = if is_secret { "***" } else { login };
    format!("{head}{shown}{rest}")
}

/// Where the `@` is that ends a login. The password may hold an `@` or a `/` that nobody encoded.
pub(crate) fn end_of_login(rest: &str) -> Option<usize> {
    let authority = rest.split('/').next().unwrap_or_default();
    let has_odd_port = || authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_err());
    if authority.contains('@') || has_odd_port() { rest.rfind('@') } else { None }
}
