//! From the text of a cluster.yaml to a [`ClusterSpec`], or to everything that is wrong with it.

use std::collections::HashSet;
use std::ops::Range;

use crate::nearest::closest;
use crate::problem::{Problem, SpecProblems};
use crate::redact::{self, safe_by_sight, safe_in_url};
use crate::schema::{Key as SchemaKey, Objection, RepositorySchema};
use crate::tree::{self, Key, Node, Value};
use crate::{ClusterSpec, RepoRef, RepoUrl, nearest, rules};

/// The longest file that is read, in bytes. The longest real one has less than two thousand.
pub(crate) const LONGEST: usize = 1024 * 1024;

const GITOPS: [&str; 3] = ["repo_url", "repo_ref", "env"];
const TOP: [&str; 3] = ["name", "dns", "gitops"];
/// Sections of the installer: never a slip of one of ours.
const INSTALLERS: [&str; 5] = ["env", "platform", "openshift", "credentials", "hosted_zone_id"];

/// A cluster.yaml that is as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// What it asks for.
    pub spec: ClusterSpec,
    /// What should be looked at all the same, each with its place.
    pub warnings: Vec<String>,
}

/// Understands the bytes of a cluster.yaml that is called `file` in messages, and holds it against the repository's
/// `schema` where there is one.
///
/// # Errors
/// Everything that is wrong with it; a text that is no YAML is the only problem then.
pub fn parse(file: &str, bytes: &[u8], schema: Option<&RepositorySchema>) -> Result<Parsed, SpecProblems> {
    let one = |problem| SpecProblems { file: file.to_owned(), problems: vec![problem] };
    let text = decode(bytes).map_err(one)?;
    let root = tree::parse(text).map_err(|error| {
        let span = error.at..error.at;
        let safe = safe_by_sight(text, error.at);
        one(place(text, &safe, Found { path: String::new(), span, ..error.found }))
    })?;
    let mut check = Check::new(file, text, &root);
    let spec = check.root(&root);
    if let Some(schema) = schema {
        check.held_against(schema, &root);
    }
    check.finish(spec)
}

/// The text, where the bytes are one and not too many.
fn decode(bytes: &[u8]) -> Result<&str, Problem> {
    if bytes.len() > LONGEST {
        let expected = format!("expected at most {LONGEST} bytes");
        return Err(place("", &[], Found::new("", 0..0, "the file is too long", expected)));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        // All before the spot is text; what the spot itself holds can't be shown.
        let before = std::str::from_utf8(&bytes[..at]).unwrap_or_default();
        let safe = safe_by_sight(before, at);
        let found = Found::new("", at..at, "the file is not UTF-8", "expected UTF-8 text".to_owned());
        place(before, &safe, found)
    })
}

/// A problem on its way: what and where, not yet how it looks.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub path: String,
    pub span: Range<usize>,
    pub message: String,
    pub expected: String,
    pub help: Option<String>,
}

impl Found {
    pub(crate) fn new(path: &str, span: Range<usize>, message: impl Into<String>, expected: String) -> Self {
        Self { path: path.to_owned(), span, message: message.into(), expected, help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

fn place(text: &str, safe: &[Range<usize>], found: Found) -> Problem {
    let line = redact::line(text, &found.span, safe);
    Problem {
        path: found.path,
        message: found.message,
        expected: found.expected,
        help: found.help,
        line: line.number,
        column: line.column,
        span: found.span,
        shown: line.shown,
        mark: line.mark,
    }
}

/// The check of one file: what was found so far.
struct Check<'a> {
    file: &'a str,
    text: &'a str,
    found: Vec<Found>,
    warnings: Vec<String>,
    /// What may be shown of the text.
    safe: Vec<Range<usize>>,
}

impl<'a> Check<'a> {
    fn new(file: &'a str, text: &'a str, root: &Node) -> Self {
        let mut check = Self { file, text, found: Vec::new(), warnings: Vec::new(), safe: Vec::new() };
        let mut seen = HashSet::new();
        check.walk(root, "", &mut seen);
        check
    }

    /// Every key of the file: it may be shown, and must not stand twice in one mapping. An anchor's keys are met
    /// again wherever it is used.
    fn walk(&mut self, node: &Node, path: &str, seen: &mut HashSet<usize>) {
        match &node.value {
            Value::List(items) => items.iter().for_each(|item| self.walk(item, path, seen)),
            Value::Map(entries) => {
                let mut keys = HashSet::new();
                for (key, value) in entries {
                    let path = join(path, &key.text);
                    let first_look = seen.insert(key.span.start);
                    if first_look {
                        self.safe.push(key.span.clone());
                    }
                    if !keys.insert(key.text.as_str()) && first_look {
                        let message = format!("`{}` stands here a second time", shown(&path));
                        let expected = "expected every key once".to_owned();
                        self.found.push(Found::new(&path, key.span.clone(), message, expected));
                    }
                    self.walk(value, &path, seen);
                }
            }
            _ => {}
        }
    }

    fn root(&mut self, root: &Node) -> Option<ClusterSpec> {
        if matches!(root.value, Value::Null) {
            let expected = "expected the keys name, dns and gitops".to_owned();
            self.found.push(Found::new("", 0..0, "the file is empty", expected));
            return None;
        }
        let entries = self.mapping("", root, root.span.clone())?;
        self.slips("", entries, &TOP);
        let name = self.text_of(entries, "", "name", root.span.clone(), rules::name);
        let base_domain = self.section(entries, "dns", &root.span).and_then(|(entries, place)| {
            self.slips("dns", entries, &["base_domain"]);
            self.text_of(entries, "dns", "base_domain", place, rules::base_domain)
        });
        let gitops = self.section(entries, "gitops", &root.span).and_then(|(entries, place)| {
            self.unknown(entries);
            let mut of = |key, rule: fn(&str) -> Result<(), String>| {
                self.text_of(entries, "gitops", key, place.clone(), rule)
            };
            let url = of("repo_url", |text| RepoUrl::parse(text).map(|_| ()));
            let reference = of("repo_ref", |text| RepoRef::parse(text).map(|_| ()));
            let env = of("env", rules::env);
            Some((RepoUrl::parse(&url?.0).ok()?, RepoRef::parse(&reference?.0).ok()?, env?.0))
        });
        let ((name, _), (base_domain, span)) = (name?, base_domain?);
        if let Err(expected) = rules::apps_domain(&name, &base_domain) {
            self.found.push(Found::new("dns.base_domain", span, "`dns.base_domain` is too long", expected));
        }
        let (repo_url, repo_ref, env) = gitops?;
        Some(ClusterSpec { name, base_domain, env, repo_url, repo_ref })
    }

    /// The entries of a section that has to be there, and the place to point at for what is missing in it.
    fn section<'n>(
        &mut self,
        entries: &'n Entries,
        name: &str,
        above: &Range<usize>,
    ) -> Option<(&'n Entries, Range<usize>)> {
        match get(entries, name) {
            Some((key, node)) => Some((self.mapping(name, node, key.span.clone())?, key.span.clone())),
            None => {
                self.missing(entries, "", name, above);
                None
            }
        }
    }

    fn mapping<'n>(&mut self, path: &str, node: &'n Node, key: Range<usize>) -> Option<&'n Entries> {
        if let Value::Map(entries) = &node.value {
            return Some(entries);
        }
        let what = if path.is_empty() { "the file".to_owned() } else { format!("`{path}`") };
        let span = if matches!(node.value, Value::Null) { key } else { node.span.clone() };
        let message = format!("{what} is {}", node.value.kind());
        self.found.push(Found::new(
            path,
            span,
            message,
            "expected a mapping: lines of `key: value`".to_owned(),
        ));
        None
    }

    /// The text of a key that has to be there, and where it stands.
    fn text_of(
        &mut self,
        entries: &Entries,
        section: &str,
        name: &str,
        above: Range<usize>,
        rule: impl Fn(&str) -> Result<(), String>,
    ) -> Option<(String, Range<usize>)> {
        let Some((key, node)) = get(entries, name) else {
            self.missing(entries, section, name, &above);
            return None;
        };
        let path = join(section, name);
        let Value::Text(text) = &node.value else {
            self.not_a_text(&path, key, node, &rule);
            return None;
        };
        match rule(text) {
            Ok(()) => {
                self.safe.push(node.span.clone());
                Some((text.clone(), node.span.clone()))
            }
            Err(expected) => {
                let safe = if name == "repo_url" {
                    safe_in_url(self.text, &node.span)
                } else {
                    vec![node.span.clone()]
                };
                self.safe.extend(safe);
                let what = if text.is_empty() { "is empty" } else { "is not as it must be" };
                self.found.push(Found::new(&path, node.span.clone(), format!("`{path}` {what}"), expected));
                None
            }
        }
    }

    fn not_a_text(&mut self, path: &str, key: &Key, node: &Node, rule: &impl Fn(&str) -> Result<(), String>) {
        let scalar = matches!(node.value, Value::Bool(_) | Value::Number(_));
        let message = match node.value {
            Value::Null => format!("`{path}` has no value"),
            _ => format!("`{path}` is {}", node.value.kind()),
        };
        let span = if node.span.is_empty() { key.span.clone() } else { node.span.clone() };
        let written = self.text.get(node.span.clone()).unwrap_or_default();
        let found = Found::new(path, span, message, "expected a text".to_owned());
        let quote = scalar && !written.starts_with('*') && rule(written).is_ok();
        if scalar {
            self.safe.push(node.span.clone());
        }
        self.found.push(match quote {
            true => found.help(format!("quote it: {}: \"{written}\"", key.text)),
            false => found,
        });
    }

    /// A key that has to be there is not; where one is there that looks like it, that one is pointed at.
    fn missing(&mut self, entries: &Entries, section: &str, name: &str, above: &Range<usize>) {
        let path = join(section, name);
        let strangers = entries.iter().filter(|(key, _)| !is_known(section, &key.text));
        let slip = strangers.into_iter().find(|(key, _)| nearest(&key.text, [name]).is_some());
        let (span, help) = match slip {
            Some((key, _)) => (key.span.clone(), Some(format!("`{}` looks like it", shown(&key.text)))),
            None => (above.clone(), None),
        };
        let expected = match help {
            Some(_) => format!("expected `{name}`"),
            None if section.is_empty() => format!("expected the key `{name}` in this file"),
            None => format!("expected the key `{name}` in this section"),
        };
        let found = Found { help, ..Found::new(&path, span, format!("`{path}` is missing"), expected) };
        self.found.push(found);
    }

    /// Inside `gitops` every key has to be known.
    fn unknown(&mut self, entries: &Entries) {
        for (key, _) in entries.iter().filter(|(key, _)| !GITOPS.contains(&key.text.as_str())) {
            let near = closest(&key.text, &GITOPS).unwrap_or_default();
            let message = format!("`gitops.{}` is not a known key", shown(&key.text));
            let expected = format!("the nearest known one is `{near}`");
            let found = Found::new(&join("gitops", &key.text), key.span.clone(), message, expected);
            self.found
                .push(found.help(format!("known are {}", GITOPS.map(|key| format!("`{key}`")).join(", "))));
        }
    }

    /// Elsewhere any key may stand; one that looks like a key of ours that is there as well is worth a word.
    fn slips(&mut self, section: &str, entries: &Entries, ours: &[&'static str]) {
        for (key, _) in entries.iter().filter(|(key, _)| !is_known(section, &key.text)) {
            let near = nearest(&key.text, ours.iter().copied()).filter(|near| get(entries, near).is_some());
            if let Some(near) = near {
                let place = redact::line(self.text, &key.span, &[]);
                let (slip, near) = (shown(&join(section, &key.text)), join(section, near));
                let at = format!("{}:{}:{}", self.file, place.number, place.column);
                self.warnings.push(format!("{at}: `{slip}` is not read; it looks like `{near}`"));
            }
        }
    }

    fn held_against(&mut self, schema: &RepositorySchema, root: &Node) {
        for objection in schema.objections(&root.value.to_json()) {
            if let Some(found) = locate(root, objection).filter(|found| !self.is_told(&found.path)) {
                self.found.push(found);
            }
        }
    }

    /// Whether something was found about that key, or about a section it is in.
    fn is_told(&self, path: &str) -> bool {
        self.found.iter().any(|found| {
            path == found.path || path.strip_prefix(&found.path).is_some_and(|rest| rest.starts_with('.'))
        })
    }

    fn finish(self, spec: Option<ClusterSpec>) -> Result<Parsed, SpecProblems> {
        let Self { file, text, mut found, warnings, safe } = self;
        match spec {
            Some(spec) if found.is_empty() => return Ok(Parsed { spec, warnings }),
            _ => found.sort_by_key(|found| (found.span.start, found.path.clone())),
        }
        let problems = found.into_iter().map(|found| place(text, &safe, found)).collect();
        Err(SpecProblems { file: file.to_owned(), problems })
    }
}

type Entries = Vec<(Key, Node)>;

fn get<'n>(entries: &'n Entries, name: &str) -> Option<(&'n Key, &'n Node)> {
    entries.iter().find(|(key, _)| key.text == name).map(|(key, node)| (key, node))
}

fn is_known(section: &str, key: &str) -> bool {
    match section {
        "" => TOP.contains(&key) || INSTALLERS.contains(&key),
        "dns" => key == "base_domain" || INSTALLERS.contains(&key),
        _ => GITOPS.contains(&key),
    }
}

fn join(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}

/// A key as it may stand in a message: on one line, not too long.
fn shown(key: &str) -> String {
    let cut: String = key.chars().take(80).collect();
    let cut = cut.escape_debug().to_string();
    if key.chars().count() > 80 { format!("{cut}…") } else { cut }
}

/// Where in the file an objection of the repository's schema belongs.
fn locate(root: &Node, objection: Objection) -> Option<Found> {
    let (mut node, mut span) = (root, root.span.clone());
    for part in &objection.path {
        (node, span) = match &node.value {
            Value::Map(entries) => get(entries, part).map(|(key, node)| (node, key.span.clone()))?,
            Value::List(items) => {
                items.get(part.parse::<usize>().ok()?).map(|node| (node, node.span.clone()))?
            }
            _ => return None,
        };
    }
    let path = objection.path.join(".");
    Some(match objection.key {
        Some(SchemaKey::Missing(key)) => {
            let path = join(&path, &key);
            Found::new(&path, span, format!("`{}` is missing", shown(&path)), objection.expected)
        }
        Some(SchemaKey::Unexpected(key)) => {
            let span = match &node.value {
                Value::Map(entries) => get(entries, &key).map_or(span, |(key, _)| key.span.clone()),
                _ => span,
            };
            let path = join(&path, &key);
            Found::new(&path, span, format!("`{}` is not allowed", shown(&path)), objection.expected)
        }
        None => {
            let what = if path.is_empty() { "the file".to_owned() } else { format!("`{}`", shown(&path)) };
            let message = format!("{what} does not fit the repository's schema");
            Found::new(&path, span, message, objection.expected)
        }
    })
}
