//! What can be wrong with a cluster.yaml that is read.

use advice::Diagnostic;

use crate::ValueError;

/// Something that is wrong with a cluster.yaml. Its hint says what is expected at the marked spot.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub(crate) enum SpecError {
    /// The file is longer than any cluster.yaml.
    #[error("the file is too long")]
    #[code("YAML-013")]
    #[hint("expected at most 1048576 bytes")]
    TooLong,
    /// The file holds bytes that are no text.
    #[error("the file is not UTF-8")]
    #[code("YAML-014")]
    #[hint("expected UTF-8 text")]
    NotUtf8,
    /// YAML allows no tab at the beginning of a line.
    #[error("the file is not YAML: a tab indents this line")]
    #[code("YAML-015")]
    #[hint("expected spaces")]
    Tab,
    /// A line `---` begins another document.
    #[error("the file holds a second YAML document")]
    #[code("YAML-016")]
    #[hint("expected one document")]
    SecondDocument,
    /// The file would take too much memory.
    #[error("the file is too large once its aliases are expanded, or too deeply nested")]
    #[code("YAML-017")]
    #[hint("expected at most 50000 values, 64 levels deep")]
    TooLarge,
    /// An alias (`*name`) refers to no anchor (`&name`).
    #[error("the file is not YAML")]
    #[code("YAML-018")]
    #[hint("expected the name of an anchor above")]
    UnknownAnchor,
    /// The file has no content but comments.
    #[error("the file is empty")]
    #[code("YAML-019")]
    #[hint("expected the keys name, dns and gitops")]
    Empty,
    /// The file, or a section of it, is something else than keys and values.
    #[error("{} is {kind}", place(path))]
    #[code("YAML-020")]
    #[hint("expected a mapping: lines of `key: value`")]
    NotMapping { path: String, kind: &'static str },
    /// A section has the same key twice, and only one of them could count.
    #[error("`{path}` stands here a second time")]
    #[code("YAML-021")]
    #[hint("expected every key once")]
    Duplicate { path: String },
    /// A key is not in the file, or not in its section.
    #[error("`{path}` is missing")]
    #[code("YAML-022")]
    #[hint(when(path == name), "expected the key `{name}` in this file")]
    #[hint("expected the key `{name}` in this section")]
    Missing { path: String, name: &'static str },
    /// A key has another spelling.
    #[error("`{path}` is missing")]
    #[code("YAML-023")]
    #[hint("expected `{name}`")]
    Misspelt { path: String, name: &'static str },
    /// Inside `gitops` every key has to be known.
    #[error("`gitops.{key}` is not a known key")]
    #[code("YAML-024")]
    #[hint(when(*is_missing), "the nearest known one is `{nearest}`, which is missing")]
    #[hint("the nearest known one is `{nearest}`")]
    UnknownKey { key: String, nearest: &'static str, is_missing: bool },
    /// A key has no value.
    #[error("`{path}` has no value")]
    #[code("YAML-025")]
    #[hint("expected a text")]
    NoValue { path: String },
    /// A value is a number, a boolean, a list or a mapping.
    #[error("`{path}` is {kind}")]
    #[code("YAML-026")]
    #[hint("expected a text")]
    NotText { path: String, kind: &'static str },
    /// A value is an empty text.
    #[error("`{path}` is empty")]
    #[code("YAML-027")]
    #[hint("{expected}")]
    #[fix("write the value that the line below the mark expects")]
    EmptyValue { path: String, expected: ValueError },
    /// A value breaks a rule.
    #[error("`{path}` is not as it must be")]
    #[code("YAML-028")]
    #[hint("{expected}")]
    #[fix("write the value that the line below the mark expects")]
    BadValue { path: String, expected: ValueError },
    /// The domain of the cluster's routes would be longer than DNS allows.
    #[error("`dns.base_domain` is too long")]
    #[code("YAML-029")]
    #[hint("expected apps.<name>.<dns.base_domain> of at most 253 characters")]
    LongDomain,
    /// The schema in the repository of clusters wants the key.
    #[error("`{path}` is missing")]
    #[code("YAML-030")]
    #[hint("required by the repository's schema")]
    SchemaRequires { path: String },
    /// The schema in the repository of clusters does not know the key.
    #[error("`{path}` is not allowed")]
    #[code("YAML-031")]
    #[hint("not a key of the repository's schema")]
    SchemaForbids { path: String },
    /// A value breaks a rule of the schema in the repository of clusters.
    #[error("{} does not fit the repository's schema", place(path))]
    #[code("YAML-032")]
    #[hint("{expected}")]
    #[fix("the rule is shown below the mark")]
    SchemaRefuses { path: String, expected: String },
}

fn place(path: &str) -> String {
    if path.is_empty() { "the file".to_owned() } else { format!("`{path}`") }
}
