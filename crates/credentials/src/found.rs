use cluster_spec::{RepoUrl, UrlKind};
use secret::RepoLogin;

use crate::candidate::{Candidate, Mistake};
use crate::error::CredentialsError;
use crate::source::Source;

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
    /// What was stored as a login, and is none, in the order of the sources.
    pub mistakes: Vec<Mistake>,
}

impl Found {
    /// The ssh key that can't be used, where no other source gave a login: without it the user's own ssh is asked.
    pub fn unusable_key(&self) -> Option<&Mistake> {
        self.mistakes.iter().find(|mistake| self.login.is_none() && mistake.why.is_of_a_key())
    }
}

/// The first of `candidates` that gives a login. Those behind it are not asked for.
pub fn choose(candidates: impl IntoIterator<Item = (Source, Candidate)>) -> Found {
    let mut search = Search::default();
    for (source, candidate) in candidates {
        if search.hear(source, candidate) {
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
    mistakes: Vec<Mistake>,
}

impl Search {
    /// Takes the next answer. True if it ends the search.
    pub(crate) fn hear(&mut self, source: Source, candidate: Candidate) -> bool {
        let Candidate { origin, answer, warnings, mistakes, denied } = candidate;
        self.warnings.extend(warnings);
        self.mistakes.extend(mistakes);
        let said = match &answer {
            Ok(login) => describe(login),
            Err(why) => why.clone(),
        };
        self.tried.push(Tried { source, outcome: format!("{origin}: {said}"), denied });
        self.won = answer.ok().map(|login| (login, source, origin));
        self.won.is_some()
    }

    pub(crate) fn finish(self) -> Found {
        let Self { won, tried, warnings, mistakes } = self;
        let (login, source, origin) = match won {
            Some((login, source, origin)) => (Some(login), source, origin),
            None => (None, Source::None, Source::None.title().to_owned()),
        };
        Found { login, source, origin, tried, warnings, mistakes }
    }
}

fn describe(login: &RepoLogin) -> String {
    match login {
        RepoLogin::Basic { username, .. } => format!("user name `{username}` and a password or token"),
        RepoLogin::SshKey { .. } => "an SSH key".to_owned(),
    }
}

/// The error for a repository that does not answer without a login, where `found` holds none.
pub fn none_found(found: &Found, url: &RepoUrl) -> CredentialsError {
    let ssh = url.kind() == UrlKind::Ssh;
    let needs = |tried: &Tried| Some(format!("{}: {}", tried.source.title(), tried.source.needs(ssh)?));
    CredentialsError::NoneFound {
        url: url.to_string(),
        tried: found.tried.iter().map(|tried| tried.outcome.clone()).collect(),
        needs: found.tried.iter().filter_map(needs).collect(),
        denied: found.tried.iter().flat_map(|tried| tried.denied.clone()).collect(),
    }
}
