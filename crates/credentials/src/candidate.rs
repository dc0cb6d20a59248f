use cluster_spec::RepoUrl;
use secret::RepoLogin;

use crate::login::{Parts, fit};
use crate::source::Source;

/// What one source answered.
#[derive(Debug)]
pub struct Candidate {
    /// Who was asked.
    pub source: Source,
    /// Where exactly: the variables, the path, the Secret.
    pub origin: String,
    /// The login, or why there is none.
    pub answer: Result<RepoLogin, String>,
    /// What is odd there, for the user.
    pub warnings: Vec<String>,
    /// Paths in Vault that a policy of the token would have to let it read.
    pub denied: Vec<String>,
}

/// A source that was asked, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// Who was asked.
    pub source: Source,
    /// A fragment for people, without a secret: `GITOPS_REPO_PAT: user name "git" and a password`.
    pub outcome: String,
    /// Paths in Vault that a policy of the token would have to let it read.
    pub denied: Vec<String>,
}

/// The login that was chosen, and how.
#[derive(Debug)]
pub struct Found {
    /// `None`: the repository is read anonymously.
    pub login: Option<RepoLogin>,
    /// Where it came from; [`Source::None`] where nobody gave one.
    pub source: Source,
    /// Where exactly: `environment GITOPS_REPO_USERNAME/GITOPS_REPO_PAT`, `Vault KV gitops/github/gitops-repo
    /// (version 2)`, `Secret openshift-gitops/gitops-repo`, `git credential helper`, `none (anonymous)`.
    pub origin: String,
    /// Every source that was asked, in order, the one that gave the login last.
    pub tried: Vec<Tried>,
    /// What is odd, for the user.
    pub warnings: Vec<String>,
}

impl Candidate {
    /// A source that gives none.
    pub fn nothing(source: Source, origin: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            source,
            origin: origin.into(),
            answer: Err(why.into()),
            warnings: Vec::new(),
            denied: Vec::new(),
        }
    }

    /// A source that holds `parts`, which may or may not make a login for `url`.
    pub fn of(source: Source, origin: impl Into<String>, parts: Parts, url: &RepoUrl) -> Self {
        let origin = origin.into();
        let (answer, warnings) = match fit(parts, url) {
            Ok(login) => (Ok(login), Vec::new()),
            Err(unfit) if unfit.is_mistake() => {
                (Err(unfit.to_string()), vec![format!("{origin} gives no login: {unfit}")])
            }
            Err(unfit) => (Err(unfit.to_string()), Vec::new()),
        };
        Self { source, origin, answer, warnings, denied: Vec::new() }
    }
}

/// The first of `candidates` that gives a login. Those behind it are not asked for.
pub fn choose(candidates: impl IntoIterator<Item = Candidate>) -> Found {
    let mut search = Search::default();
    for candidate in candidates {
        if search.hear(candidate) {
            break;
        }
    }
    search.finish()
}

/// The answers heard so far.
#[derive(Default)]
pub(crate) struct Search {
    won: Option<(RepoLogin, Source, String)>,
    tried: Vec<Tried>,
    warnings: Vec<String>,
}

impl Search {
    /// Takes the next answer; whether it ends the search.
    pub(crate) fn hear(&mut self, candidate: Candidate) -> bool {
        let Candidate { source, origin, answer, warnings, denied } = candidate;
        self.warnings.extend(warnings);
        let said = match &answer {
            Ok(login) => describe(login),
            Err(why) => why.clone(),
        };
        self.tried.push(Tried { source, outcome: format!("{origin}: {said}"), denied });
        self.won = answer.ok().map(|login| (login, source, origin));
        self.won.is_some()
    }

    pub(crate) fn finish(self) -> Found {
        let Self { won, tried, warnings } = self;
        match won {
            Some((login, source, origin)) => Found { login: Some(login), source, origin, tried, warnings },
            None => {
                let source = Source::None;
                Found { login: None, source, origin: source.title().to_owned(), tried, warnings }
            }
        }
    }
}

fn describe(login: &RepoLogin) -> String {
    match login {
        RepoLogin::Basic { username, .. } => format!("user name `{username}` and a password or token"),
        RepoLogin::SshKey { .. } => "an SSH key".to_owned(),
    }
}
