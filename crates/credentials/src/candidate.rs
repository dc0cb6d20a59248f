use cluster_spec::RepoUrl;
use secret::RepoLogin;

use crate::login::{Parts, Unfit, fit};

/// What one source answered.
#[derive(Debug)]
pub struct Candidate {
    /// Where exactly: the variables, the path, the Secret.
    pub origin: String,
    /// The login, or why there is none.
    pub answer: Result<RepoLogin, String>,
    /// What is odd there, for the user.
    pub warnings: Vec<String>,
    /// What was stored there as a login, and is none.
    pub mistakes: Vec<Mistake>,
    /// Paths in Vault that a policy of the token would have to let it read.
    pub denied: Vec<String>,
}

/// Something that was stored as a login, and can't be used as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where exactly.
    pub origin: String,
    /// What is wrong with it.
    pub why: Unfit,
}

impl Candidate {
    /// A source that gives none.
    pub fn nothing(origin: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            origin: origin.into(),
            answer: Err(why.into()),
            warnings: Vec::new(),
            mistakes: Vec::new(),
            denied: Vec::new(),
        }
    }

    /// A source that was not asked.
    pub(crate) fn not_asked(title: &str, why: &str) -> Self {
        Self::nothing(title, format!("not asked: {why}"))
    }

    /// A source that holds `parts`, which may or may not make a login for `url`.
    pub fn of(origin: impl Into<String>, parts: Parts, url: &RepoUrl) -> Self {
        let origin = origin.into();
        let unfit = match fit(parts, url) {
            Ok(login) => return Self { answer: Ok(login), ..Self::nothing(origin, "") },
            Err(unfit) => unfit,
        };
        let nothing = Self::nothing(origin.clone(), unfit.to_string());
        if !unfit.is_mistake() {
            return nothing;
        }
        let warnings = vec![format!("{origin} gives no login: {unfit}")];
        Self { warnings, mistakes: vec![Mistake { origin, why: unfit }], ..nothing }
    }
}
