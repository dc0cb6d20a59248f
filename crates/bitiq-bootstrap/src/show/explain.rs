//! Result of `explain`.

use schemars::JsonSchema;
use serde::Serialize;

use super::document::{Document, TextView, VERSION};
use crate::catalogue::Topic;

/// Of `explain`.
#[derive(Serialize, JsonSchema)]
pub struct Explained<'a> {
    /// The version of this document: 1.
    schema_version: u32,
    /// The codes that were asked for.
    codes: Vec<Code<'a>>,
    /// The same for the text.
    #[serde(skip)]
    topics: Vec<Topic>,
}

/// What a code stands for.
#[derive(Serialize, JsonSchema)]
struct Code<'a> {
    /// The code.
    code: String,
    /// `error`, `check` or `exit`.
    kind: &'a str,
    /// The message of an error, the noun of a check, the meaning of an exit code.
    title: &'a str,
    /// The cause of an error; the state that lets a check pass.
    cause: Option<&'a str>,
    /// What to do about an error, in each case.
    fixes: &'a [&'a str],
    /// The place in the docs.
    docs: String,
}

impl Explained<'_> {
    /// Of these topics.
    pub fn new(topics: Vec<Topic>) -> Self {
        Self { schema_version: VERSION, codes: topics.iter().map(|topic| code(*topic)).collect(), topics }
    }
}

impl Document for Explained<'_> {
    fn text(&self, _: &TextView<'_>) -> String {
        match self.topics.as_slice() {
            [topic] => topic.to_string(),
            all => all.iter().map(|topic| format!("{:<16}{}\n", topic.code(), topic.title())).collect(),
        }
    }
}

fn code(topic: Topic) -> Code<'static> {
    let (kind, cause, fixes): (_, _, &[&str]) = match topic {
        Topic::Error(entry) => ("error", Some(entry.cause), entry.fixes),
        Topic::Check(id) => ("check", Some(id.claim()), &[]),
        Topic::Exit(..) => ("exit", None, &[]),
    };
    Code { code: topic.code(), kind, title: topic.title(), cause, fixes, docs: topic.page() }
}
