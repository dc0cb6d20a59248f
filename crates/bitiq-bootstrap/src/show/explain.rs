//! The document of `explain`.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::catalogue::Topic;

/// Of `explain`.
#[derive(Serialize, JsonSchema)]
pub struct ExplainDocument<'a> {
    /// The version of this document: 1.
    schema_version: u32,
    /// The codes that were asked for.
    codes: Vec<Explained<'a>>,
}

/// What a code stands for.
#[derive(Serialize, JsonSchema)]
struct Explained<'a> {
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

/// Makes the document.
pub fn document(topics: &[Topic]) -> Value {
    let codes = topics.iter().map(|topic| explained(*topic)).collect();
    serde_json::to_value(ExplainDocument { schema_version: 1, codes }).unwrap_or_default()
}

fn explained(topic: Topic) -> Explained<'static> {
    let (kind, cause, fixes): (_, _, &[&str]) = match topic {
        Topic::Error(entry) => ("error", Some(entry.cause), entry.fixes),
        Topic::Check(id) => ("check", Some(id.claim()), &[]),
        Topic::Exit(..) => ("exit", None, &[]),
    };
    Explained { code: topic.code(), kind, title: topic.title(), cause, fixes, docs: topic.page() }
}
