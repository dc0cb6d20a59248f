//! The check of one file: every key that is ours, every one of them that stands twice, every key that is a slip.

use std::collections::HashSet;
use std::ops::Range;

use advice::Diagnostic as _;

use crate::key::{is_plain, join, shown};
use crate::problem::Found;
use crate::redact::{self, safe_in_url, safe_in_value};
use crate::repository_schema::{RepositorySchema, locate};
use crate::spec_error::SpecError;
use crate::suggestion::closest;
use crate::yaml::{Entries, Key, Node, Value, get};
use crate::{BaseDomain, ClusterSpec, RepoRef, RepoUrl, SpecProblems, ValueError, nearest, rules};

const GITOPS: [&str; 3] = ["repo_url", "repo_ref", "env"];
const TOP: [&str; 3] = ["name", "dns", "gitops"];
/// Sections of the installer: never a slip of one of ours.
const INSTALLERS: [&str; 5] = ["env", "platform", "openshift", "credentials", "hosted_zone_id"];

/// More warnings say nothing new.
const WARNINGS: usize = 20;

/// The check of one file: what was found so far.
pub(crate) struct TreeValidator<'a> {
    file: &'a str,
    text: &'a str,
    found: Vec<Found>,
    warnings: Vec<String>,
    /// Parts of the text that may be shown.
    safe: Vec<Range<usize>>,
}

/// Places of keys met before. An anchor's keys are met once for each use.
#[derive(Default)]
struct Seen {
    keys: HashSet<usize>,
    refused: HashSet<usize>,
}

impl<'a> TreeValidator<'a> {
    pub(crate) fn new(file: &'a str, text: &'a str, root: &Node) -> Self {
        let mut validator = Self { file, text, found: Vec::new(), warnings: Vec::new(), safe: Vec::new() };
        validator.walk(root, "", true, &mut Seen::default());
        validator
    }

    /// Every key of the file: it may be shown. One of ours must not stand twice in a mapping; what is in a section of the
    /// installer is not ours to judge. An anchor's keys are met again wherever it is used.
    fn walk(&mut self, node: &Node, path: &str, is_ours: bool, seen: &mut Seen) {
        match &node.value {
            Value::List(items) => items.iter().for_each(|item| self.walk(item, path, is_ours, seen)),
            Value::Map(entries) => {
                let mut keys = HashSet::new();
                for (key, value) in entries {
                    let above = path;
                    let path = join(above, &key.text);
                    if seen.keys.insert(key.span.start) && is_plain(&key.text) {
                        self.safe.push(key.span.clone());
                    }
                    let again = !keys.insert(key.text.as_str());
                    if again && is_ours && seen.refused.insert(key.span.start) {
                        let error = SpecError::Duplicate { path: shown(&path) };
                        self.found.push(Found::new(&path, key.span.clone(), &error));
                    }
                    let is_ours = is_ours && (!above.is_empty() || TOP.contains(&key.text.as_str()));
                    self.walk(value, &path, is_ours, seen);
                }
            }
            _ => {}
        }
    }

    pub(crate) fn root(&mut self, root: &Node) -> Option<ClusterSpec> {
        if matches!(root.value, Value::Null) {
            self.found.push(Found::new("", 0..0, &SpecError::Empty));
            return None;
        }
        let entries = self.mapping("", root, root.span.clone())?;
        self.slips("", entries, &TOP);
        let name = self.text_of(entries, "", "name", root.span.clone(), rules::name);
        let base_domain = self.section(entries, "dns", &root.span).and_then(|(entries, place)| {
            self.slips("dns", entries, &["base_domain"]);
            let (text, span) = self.text_of(entries, "dns", "base_domain", place, rules::base_domain)?;
            Some((BaseDomain::parse(&text).ok()?, span))
        });
        let gitops = self.section(entries, "gitops", &root.span).and_then(|(entries, place)| {
            self.unknown(entries);
            let mut of = |key, rule: fn(&str) -> Result<(), ValueError>| {
                self.text_of(entries, "gitops", key, place.clone(), rule)
            };
            let url = of("repo_url", |text| RepoUrl::parse(text).map(|_| ()));
            let reference = of("repo_ref", |text| RepoRef::parse(text).map(|_| ()));
            let env = of("env", rules::env);
            Some((RepoUrl::parse(&url?.0).ok()?, RepoRef::parse(&reference?.0).ok()?, env?.0))
        });
        let ((name, _), (base_domain, span)) = (name?, base_domain?);
        if !rules::has_apps_domain(&name, base_domain.as_str()) {
            self.found.push(Found::new("dns.base_domain", span, &SpecError::LongDomain));
        }
        let (repo_url, repo_ref, env) = gitops?;
        Some(ClusterSpec { name, base_domain, env, repo_url, repo_ref })
    }

    /// The entries of a section that has to be there, and the place to point at for what is missing in it.
    fn section<'n>(
        &mut self,
        entries: &'n Entries,
        name: &'static str,
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
        let span = if matches!(node.value, Value::Null) { key } else { node.span.clone() };
        let error = SpecError::NotMapping { path: path.to_owned(), kind: node.value.kind() };
        self.found.push(Found::new(path, span, &error));
        None
    }

    /// The text of a key that has to be there, and where it stands.
    fn text_of(
        &mut self,
        entries: &Entries,
        section: &str,
        name: &'static str,
        above: Range<usize>,
        rule: impl Fn(&str) -> Result<(), ValueError>,
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
                    safe_in_value(self.text, &node.span, text)
                };
                self.safe.extend(safe);
                let rule = expected.entry();
                let error = match text.is_empty() {
                    true => SpecError::EmptyValue { path: path.clone(), expected },
                    false => SpecError::BadValue { path: path.clone(), expected },
                };
                self.found.push(Found::new(&path, node.span.clone(), &error).of_rule(rule));
                None
            }
        }
    }

    fn not_a_text(
        &mut self,
        path: &str,
        key: &Key,
        node: &Node,
        rule: &impl Fn(&str) -> Result<(), ValueError>,
    ) {
        let scalar = matches!(node.value, Value::Bool(_) | Value::Number(_));
        let error = match node.value {
            Value::Null => SpecError::NoValue { path: path.to_owned() },
            _ => SpecError::NotText { path: path.to_owned(), kind: node.value.kind() },
        };
        let span = if node.span.is_empty() { key.span.clone() } else { node.span.clone() };
        let written = self.text.get(node.span.clone()).unwrap_or_default();
        let found = Found::new(path, span, &error);
        let quote = scalar && !written.starts_with('*') && rule(written).is_ok();
        if scalar {
            self.safe.push(node.span.clone());
        }
        self.found.push(match quote {
            true => found.help(format!("quote it: {}: \"{written}\"", key.text)),
            false => found,
        });
    }

    /// A key that has to be there is not; where one is there that looks like it, that one is pointed at. Inside `gitops` that
    /// one is told by itself, with this as the one it is nearest to.
    fn missing(&mut self, entries: &Entries, section: &str, name: &'static str, above: &Range<usize>) {
        let path = join(section, name);
        let strangers = entries.iter().filter(|(key, _)| !is_known(section, &key.text));
        let slip = strangers.into_iter().find(|(key, _)| nearest(&key.text, [name]).is_some());
        if section == "gitops" && slip.is_some_and(|(key, _)| closest(&key.text, &GITOPS) == Some(name)) {
            return;
        }
        self.found.push(match slip {
            Some((key, _)) => {
                let found =
                    Found::new(&path, key.span.clone(), &SpecError::Misspelt { path: path.clone(), name });
                found.help(format!("`{}` looks like it", shown(&key.text)))
            }
            None => Found::new(&path, above.clone(), &SpecError::Missing { path: path.clone(), name }),
        });
    }

    /// Inside `gitops` every key has to be known.
    fn unknown(&mut self, entries: &Entries) {
        for (key, _) in entries.iter().filter(|(key, _)| !GITOPS.contains(&key.text.as_str())) {
            let nearest = closest(&key.text, &GITOPS).unwrap_or_default();
            let is_missing = get(entries, nearest).is_none();
            let error = SpecError::UnknownKey { key: shown(&key.text), nearest, is_missing };
            let found = Found::new(&join("gitops", &key.text), key.span.clone(), &error);
            self.found
                .push(found.help(format!("known are {}", GITOPS.map(|key| format!("`{key}`")).join(", "))));
        }
    }

    /// Elsewhere any key may stand; one that looks like a key of ours that is there as well is worth a word.
    fn slips(&mut self, section: &str, entries: &Entries, ours: &[&'static str]) {
        for (key, _) in entries.iter().filter(|(key, _)| !is_known(section, &key.text)) {
            if self.warnings.len() == WARNINGS {
                return;
            }
            let near = nearest(&key.text, ours.iter().copied()).filter(|near| get(entries, near).is_some());
            if let Some(near) = near {
                let place = redact::line(self.text, &key.span, &[]);
                let (slip, near) = (shown(&join(section, &key.text)), join(section, near));
                let at = format!("{}:{}:{}", self.file, place.number, place.column);
                self.warnings.push(format!("{at}: `{slip}` is not read; it looks like `{near}`"));
            }
        }
    }

    /// Adds the objections of the repository's schema, except those about a key or section that already has a problem.
    pub(crate) fn add_objections(&mut self, schema: &RepositorySchema, root: &Node) {
        let told: HashSet<String> = self.found.iter().map(|found| found.path.clone()).collect();
        let is_told = |path: &str| {
            let above = path.match_indices('.').map(|(at, _)| &path[..at]);
            above.chain([path]).any(|path| told.contains(path))
        };
        let objections = schema.objections(&root.value.to_json());
        let located = objections.into_iter().filter_map(|objection| locate(root, objection));
        self.found.extend(located.filter(|found| !is_told(&found.path)));
    }

    pub(crate) fn finish(self, spec: Option<ClusterSpec>) -> Result<Parsed, SpecProblems> {
        let Self { file, text, mut found, warnings, safe } = self;
        match spec {
            Some(spec) if found.is_empty() => return Ok(Parsed { spec, warnings }),
            _ => found.sort_by(|a, b| (a.span.start, &a.path).cmp(&(b.span.start, &b.path))),
        }
        Err(SpecProblems::new(file, text, &safe, found))
    }
}

fn is_known(section: &str, key: &str) -> bool {
    match section {
        "" => TOP.contains(&key) || INSTALLERS.contains(&key),
        "dns" => key == "base_domain" || INSTALLERS.contains(&key),
        _ => GITOPS.contains(&key),
    }
}

/// A cluster.yaml that is as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// Content of the file.
    pub spec: ClusterSpec,
    /// Warnings, each with its place; they do not stop a run.
    pub warnings: Vec<String>,
}
