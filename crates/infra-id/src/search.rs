use std::collections::BTreeSet;
use std::ops::Range;

use schemars::JsonSchema;
use serde::Serialize;

use crate::context::is_placeholder;
use crate::evidence::{Evidence, said};
use crate::file::{LARGEST, counts, is_binary};
use crate::shape::{RANDOM, base, is_random, of_base, parts};
use crate::token::{Cursor, tokens};

/// Whose an infraID is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Whose {
    /// This cluster's, and not the live one.
    ThisCluster,
    /// Perhaps this cluster's: it looks like one, and nothing in the repository shows that it is no name.
    Possible,
    /// Another cluster's.
    AnotherCluster,
}

/// An infraID in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// The path in the repository.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// The infraID.
    pub id: String,
    /// Whose it is.
    pub whose: Whose,
}

/// What is looked for.
#[derive(Debug, Clone)]
pub struct Search {
    base: String,
    live: Option<String>,
    earlier: BTreeSet<String>,
    /// What other files of the repository say.
    evidence: Evidence,
}

/// Where an infraID stands in a text.
pub(crate) struct Spot<'t> {
    pub range: Range<usize>,
    pub id: &'t str,
    pub whose: Whose,
}

impl Search {
    /// The infraIDs of `cluster` that are not `live`; `earlier` are those it is known to have had.
    pub fn new<'a>(cluster: &str, live: Option<&str>, earlier: impl IntoIterator<Item = &'a str>) -> Self {
        let earlier = earlier.into_iter().map(str::trim).filter(|id| parts(id).is_some());
        Self {
            base: base(cluster),
            live: live.map(str::to_owned),
            earlier: earlier.filter(|id| Some(*id) != live).map(str::to_owned).collect(),
            evidence: Evidence::default(),
        }
    }

    /// The live infraID, where it is known. Where it is not, whatever is this cluster's is found.
    pub fn live(&self) -> Option<&str> {
        self.live.as_deref()
    }

    /// Takes in what a file says: whether a word is an infraID may show in another file than the one it stands in.
    pub fn learn(&mut self, file: &str, content: &[u8]) {
        if is_searched(file, content) {
            self.evidence.add(Evidence::of(&self.base, content));
        }
    }

    /// All infraIDs in a file that are not the live one, in order. Files that do not count hold none.
    pub fn find(&self, file: &str, content: &[u8]) -> Vec<Finding> {
        let mut cursor = Cursor::new(content);
        let found = |spot: Spot<'_>| {
            let (line, column) = cursor.place(spot.range.start);
            Finding { file: file.to_owned(), line, column, id: spot.id.to_owned(), whose: spot.whose }
        };
        self.spots(file, content).into_iter().map(found).collect()
    }

    pub(crate) fn spots<'t>(&self, file: &str, content: &'t [u8]) -> Vec<Spot<'t>> {
        if !is_searched(file, content) {
            return Vec::new();
        }
        let said = said(&self.base, content);
        let mut evidence = self.evidence.clone();
        evidence.add(Evidence::of(&self.base, content));
        tokens(content)
            .filter(|(range, _)| !is_placeholder(content, range))
            .filter_map(|(range, token)| {
                let (id, whose) = self.judge(token, &said, &evidence)?;
                Some(Spot { range: range.start..range.start + id.len(), id, whose })
            })
            .collect()
    }

    fn judge<'t>(
        &self,
        token: &'t str,
        said: &BTreeSet<&str>,
        evidence: &Evidence,
    ) -> Option<(&'t str, Whose)> {
        let begin = |id: &str| begins_with(token, id).then(|| &token[..id.len()]);
        if self.live().and_then(begin).is_some() {
            return None;
        }
        if !may_be(token) {
            return None;
        }
        let known = self.earlier.iter().find_map(|id| begin(id));
        let alike = of_base(token, &self.base).filter(|id| evidence.is_enough_for(id) || drawn_by_chance(id));
        let is_sure = |id: &str| known == Some(id) || evidence.is_enough_for(id);
        let ours =
            known.or(alike).map(|id| (id, if is_sure(id) { Whose::ThisCluster } else { Whose::Possible }));
        let others = beginnings(token).filter(|id| said.contains(id)).map(|id| (id, Whose::AnotherCluster));
        // Of a cluster `prod-bcdfg` the infraID `prod-bcdfg-7hjkl` is not one of `prod`.
        others.chain(ours).max_by_key(|(id, _)| id.len())
    }
}

fn is_searched(file: &str, content: &[u8]) -> bool {
    content.len() as u64 <= LARGEST && counts(file) && !is_binary(content)
}

/// Whether some part of a word has the length of an infraID's random end: most words have none.
fn may_be(token: &str) -> bool {
    token.split('-').skip(1).any(|part| part.len() == RANDOM)
}

/// A word, and what stands before each of its dashes: what [`begins_with`] could be asked for.
fn beginnings(token: &str) -> impl Iterator<Item = &str> {
    token.match_indices('-').map(|(at, _)| &token[..at]).chain([token])
}

fn drawn_by_chance(id: &str) -> bool {
    parts(id).is_some_and(|(_, random)| is_random(random))
}

/// Whether a word is `id`, or `id` and a dash and more.
fn begins_with(token: &str, id: &str) -> bool {
    token.strip_prefix(id).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}
