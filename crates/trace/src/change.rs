//! One change that a plan holds, or that a step made: what is done, to what, and which fields.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is done to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It is not there and is made.
    Create,
    /// It is there and differs.
    Update,
    /// It is there and goes.
    Delete,
    /// A file or a mount is written whole.
    Write,
    /// A program is run.
    Run,
}

impl Action {
    /// The word in traces and plans.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Write => "write",
            Self::Run => "run",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One change: an action, its object, and what it touches there. Holds names and references, never a secret value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// What is done.
    pub action: Action,
    /// What it is done to, such as `Secret openshift-gitops/gitops-repo`.
    pub object: String,
    /// The fields touched, such as `url` or `password (from Vault gitops/github/gitops-repo)`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// The step whose writes this change waits for, where it can't be worked out before them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl Change {
    /// A change without fields that waits for nothing.
    pub fn new(action: Action, object: impl Into<String>) -> Self {
        Self { action, object: object.into(), fields: Vec::new(), after: None }
    }

    /// `object` is made.
    pub fn create(object: impl Into<String>) -> Self {
        Self::new(Action::Create, object)
    }

    /// `object` is changed.
    pub fn update(object: impl Into<String>) -> Self {
        Self::new(Action::Update, object)
    }

    /// `object` goes.
    pub fn delete(object: impl Into<String>) -> Self {
        Self::new(Action::Delete, object)
    }

    /// `object` is written whole.
    pub fn write(object: impl Into<String>) -> Self {
        Self::new(Action::Write, object)
    }

    /// `object`, a program, is run.
    pub fn run(object: impl Into<String>) -> Self {
        Self::new(Action::Run, object)
    }

    /// Names the fields that are touched.
    #[must_use]
    pub fn fields<S: Into<String>>(mut self, fields: impl IntoIterator<Item = S>) -> Self {
        self.fields.extend(fields.into_iter().map(Into::into));
        self
    }

    /// The same with each of its texts changed.
    #[must_use]
    pub fn map(self, change: impl Fn(&str) -> String) -> Self {
        Self {
            object: change(&self.object),
            fields: self.fields.iter().map(|field| change(field)).collect(),
            ..self
        }
    }

    /// Says which step has to write first.
    #[must_use]
    pub fn after(mut self, step: impl Into<String>) -> Self {
        self.after = Some(step.into());
        self
    }
}

/// `update Secret openshift-gitops/gitops-repo: url, password (after operator)`
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.action, self.object)?;
        if !self.fields.is_empty() {
            write!(f, ": {}", self.fields.join(", "))?;
        }
        match &self.after {
            Some(step) => write!(f, " (after {step})"),
            None => Ok(()),
        }
    }
}
