use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

use crate::Step;

/// What a check or a failure is about. The order is that of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// The file that describes the cluster.
    ClusterYaml,
    /// Programs, folders and settings of this machine.
    Machine,
    /// The cluster.
    Cluster,
    /// Vault itself.
    Vault,
    /// The token for Vault.
    VaultToken,
    /// The auth mount of the cluster in Vault.
    AuthMount,
    /// The GitOps repository.
    Repository,
    /// The login to the GitOps repository.
    RepositoryLogin,
    /// The Secret of Argo CD that holds the login.
    RepositorySecret,
    /// The Secret of Argo CD that describes the cluster.
    ClusterSecret,
    /// The GitOps operator and Argo CD.
    Operator,
    /// The state of what was handed over.
    GitOps,
    /// The plan of the next run.
    Plan,
    /// The record of the hand-over in the cluster.
    Record,
    /// Whatever belongs to no other subject.
    More,
    /// The lock file and the Lease.
    Lock,
    /// Whether the cluster can take what is installed.
    Readiness,
    /// The command line.
    Arguments,
    /// Flags and environment variables.
    Settings,
    /// The warnings of a run with `--strict`.
    Strict,
    /// The standard output.
    Stdout,
    /// The trace of a run, and the command `trace`.
    Trace,
    /// A command, by its name.
    Command(&'static str),
    /// A step of a run.
    Step(Step),
}

impl Subject {
    /// The name in documents and on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::ClusterYaml => "cluster.yaml",
            Self::Machine => "this machine",
            Self::Cluster => "cluster",
            Self::Vault => "Vault",
            Self::VaultToken => "Vault token",
            Self::AuthMount => "Vault auth mount",
            Self::Repository => "repository",
            Self::RepositoryLogin => "repository login",
            Self::RepositorySecret => "repository Secret",
            Self::ClusterSecret => "cluster Secret",
            Self::Operator => "operator",
            Self::GitOps => "GitOps",
            Self::Plan => "plan",
            Self::Record => "record",
            Self::More => "more",
            Self::Lock => "lock",
            Self::Readiness => "readiness",
            Self::Arguments => "arguments",
            Self::Settings => "settings",
            Self::Strict => "strict",
            Self::Stdout => "stdout",
            Self::Trace => "trace",
            Self::Command(name) => name,
            Self::Step(step) => step.name(),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl From<Step> for Subject {
    fn from(step: Step) -> Self {
        Self::Step(step)
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        subject.name().to_owned()
    }
}

impl Serialize for Subject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A text: documents of a later version may name subjects that are not known yet.
impl JsonSchema for Subject {
    fn schema_name() -> Cow<'static, str> {
        "Subject".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_called_the_same_in_a_document_in_a_text_and_on_the_screen() {
        for (subject, name) in [
            (Subject::VaultToken, "Vault token"),
            (Subject::Command("trace"), "trace"),
            (Subject::from(Step::Record), "record"),
        ] {
            assert_eq!((String::from(subject).as_str(), subject.to_string().as_str()), (name, name));
            assert_eq!(serde_json::to_value(subject).unwrap(), name);
        }
        assert_eq!(format!("{:<6}|", Subject::Vault), "Vault |");
    }
}
