//! Failures in place of a command's result.

use cluster_spec::{Problem, SpecProblems};
use diagnostics::{Failure, Subject};
use schemars::JsonSchema;
use serde::Serialize;
use trace::ErrorRecord;

use super::document::{Document, TextView, VERSION};
use super::failure::{Lines, failure, problems, retry};
use crate::error::CommandError;

/// Of any command that failed before it had a document of its own.
#[derive(Serialize, JsonSchema)]
pub struct Failed<'a> {
    /// The version of this document: 1.
    schema_version: u32,
    /// Always `failed`.
    status: &'a str,
    /// The exit code of the program.
    pub exit_code: u8,
    /// What failed; several were found at the same time.
    errors: Vec<FailedAt<'a>>,
    /// The same as they were found.
    #[serde(skip)]
    pub failures: &'a [Failure],
    /// Problems of cluster.yaml, which the text shows in place of the failures.
    #[serde(skip)]
    problems: Option<&'a SpecProblems>,
    #[serde(skip)]
    retry: Option<String>,
}

/// One failure.
#[derive(Serialize, JsonSchema)]
struct FailedAt<'a> {
    /// What was being done, to what, and what went wrong.
    #[serde(flatten)]
    error: ErrorRecord,
    /// The cluster.yaml that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    /// What is wrong with it, each with its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    problems: Option<&'a [Problem]>,
}

impl<'a> Failed<'a> {
    /// Of failures; `problems` are those of cluster.yaml, `retry` is the command to type once all is fixed.
    pub fn new(
        failures: &'a [Failure],
        exit_code: u8,
        problems: Option<&'a SpecProblems>,
        retry: Option<String>,
    ) -> Self {
        let plain = |failure: &Failure| FailedAt { error: failure.record(), file: None, problems: None };
        let mut errors: Vec<FailedAt<'_>> = failures.iter().map(plain).collect();
        if let (Some(error), Some(problems)) = (errors.first_mut(), problems) {
            error.file = Some(&problems.file);
            error.problems = Some(&problems.problems);
        }
        let (schema_version, status) = (VERSION, "failed");
        Self { schema_version, status, exit_code, errors, failures, problems, retry }
    }
}

impl Document for Failed<'_> {
    fn text(&self, _: &TextView<'_>) -> String {
        let mut shown: Vec<String> = match self.problems {
            Some(found) => vec![problems(found)],
            None => self.failures.iter().map(|it| failure(it, Lines::All)).collect(),
        };
        shown.extend(self.retry.as_deref().map(retry));
        format!("{}\n", shown.join("\n"))
    }
}

/// Makes the failure of a command line that can't be understood.
pub fn usage_failure(message: &str) -> Failure {
    CommandError::CommandLine { message: message.into() }.usage(Subject::Arguments)
}
