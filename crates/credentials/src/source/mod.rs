mod about;
mod cluster;
mod environment;
mod git;
mod vault;

use std::fmt;

use secret::LoginRule;
use tokio_util::sync::CancellationToken;

use crate::candidate::Candidate;
use crate::error::CredentialsError;
use crate::query::Query;
use about::About;

pub use cluster::from_secrets;
pub use environment::from_environment;
pub use git::{from_helper_output, helper_request};
pub use vault::from_kv;

/// Makes the enum of its lines, each with the module that says all of it: `ABOUT` and `ask`.
macro_rules! sources {
    ($($(#[doc = $doc:literal])+ $source:ident $module:ident)+) => {
        /// A place a repository login may come from.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Source {
            $($(#[doc = $doc])+ $source,)+
            /// No login: the repository is read anonymously.
            None,
        }

        impl Source {
            /// The sources that are asked, in order.
            pub const ORDER: &[Self] = &[$(Self::$source,)+];

            /// Every name `--credentials-from` takes, in order.
            pub const NAMES: &[&str] = &[$($module::ABOUT.name,)+ NONE.name];

            fn about(self) -> &'static About {
                match self {
                    $(Self::$source => &$module::ABOUT,)+
                    Self::None => &NONE,
                }
            }

            pub(crate) async fn ask(
                self,
                query: &Query<'_>,
                stop: &CancellationToken,
            ) -> Result<Candidate, CredentialsError> {
                match self {
                    $(Self::$source => $module::ask(query, stop).await,)+
                    Self::None => Ok(Candidate::not_asked(NONE.title, "anonymous")),
                }
            }
        }
    };
}

// In the order in which they are asked.
sources! {
    /// Variables of the environment.
    Env environment
    /// The key-value store of Vault.
    Vault vault
    /// The Argo CD Secret for this repository that is already in the cluster.
    Cluster cluster
    /// The user's own git credential helper.
    Git git
}

const NONE: About = About {
    name: "none",
    title: "none (anonymous)",
    variables: &[],
    rule: LoginRule::Keep,
    needs: "make the repository readable without a login",
    needs_for_ssh: None,
};

impl Source {
    /// The name on the command line and in the trace.
    pub fn name(self) -> &'static str {
        self.about().name
    }

    /// The name in a sentence.
    pub fn title(self) -> &'static str {
        self.about().title
    }

    /// The source of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ORDER.iter().copied().chain([Self::None]).find(|source| source.name() == name)
    }

    /// The variables of the environment that sources read.
    pub fn variables() -> impl Iterator<Item = &'static str> {
        Self::ORDER.iter().flat_map(|source| source.about().variables).copied()
    }

    /// The effect of its login on the one that an existing Secret of the cluster holds.
    pub fn rule(self) -> LoginRule {
        self.about().rule
    }

    /// The steps that let it give a login; none if it can't hold a key for ssh.
    pub(crate) fn needs(self, ssh: bool) -> Option<&'static str> {
        if ssh { self.about().needs_for_ssh } else { Some(self.about().needs) }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
