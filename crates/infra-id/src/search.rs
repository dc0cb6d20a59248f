use std::collections::BTreeSet;
use std::ops::Range;

use schemars::JsonSchema;
use serde::Serialize;

use crate::context::is_placeholder;
use crate::evidence::{Evidence, marked};
use crate::file::{LARGEST, counts, is_binary};
use crate::shape::{RANDOM, base, is_random, of_base, parts};
use crate::token::{Cursor, tokens};

/// The owner of an infraID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Whose {
    /// This cluster. The infraID is not the live one.
    ThisCluster,
    /// Possibly this cluster: the word has the form of an infraID, but the repository has no evidence for it.
    Possible,
    /// Another cluster.
    AnotherCluster,
}

/// An infraID in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// The path in the repository.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The infraID.
    pub id: String,
    /// The owner of the infraID.
    pub whose: Whose,
}

/// A search for the old infraIDs of one cluster.
#[derive(Debug, Clone)]
pub struct Search {
    base: String,
    live: Option<String>,
    earlier: BTreeSet<String>,
    /// The evidence of other files of the repository.
    evidence: Evidence,
}

/// The place of an infraID in a text.
pub(crate) struct Spot<'t> {
    pub range: Range<usize>,
    pub id: &'t str,
    pub whose: Whose,
}

impl Search {
    /// Makes a search for the infraIDs of `cluster` that are not `live`. `earlier` are the infraIDs that it had before.
    pub fn new<'a>(cluster: &str, live: Option<&str>, earlier: impl IntoIterator<Item = &'a str>) -> Self {
        let earlier = earlier.into_iter().map(str::trim).filter(|id| parts(id).is_some());
        Self {
            base: base(cluster),
            live: live.map(str::to_owned),
            earlier: earlier.filter(|id| Some(*id) != live).map(str::to_owned).collect(),
            evidence: Evidence::default(),
        }
    }

    /// Returns the live infraID, if it is known. Else the search finds all infraIDs of this cluster.
    pub fn live(&self) -> Option<&str> {
        self.live.as_deref()
    }

    /// Adds the evidence of a file. The evidence for an infraID can be in another file than the infraID.
    pub fn learn(&mut self, file: &str, content: &[u8]) {
        if is_searched(file, content) {
            self.evidence.add(Evidence::of(&self.base, content));
        }
    }

    /// Returns all infraIDs in a file that are not the live one, in order. A file that is not searched has none.
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
        let marked = marked(&self.base, content);
        let mut evidence = self.evidence.clone();
        evidence.add(Evidence::of(&self.base, content));
        tokens(content)
            .filter(|(range, _)| !is_placeholder(content, range))
            .filter_map(|(range, token)| {
                let (id, whose) = self.judge(token, &marked, &evidence)?;
                Some(Spot { range: range.start..range.start + id.len(), id, whose })
            })
            .collect()
    }

    fn judge<'t>(
        &self,
        token: &'t str,
        marked: &BTreeSet<&str>,
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
        let own =
            known.or(alike).map(|id| (id, if is_sure(id) { Whose::ThisCluster } else { Whose::Possible }));
        let others = beginnings(token).filter(|id| marked.contains(id)).map(|id| (id, Whose::AnotherCluster));
        // The infraID `prod-bcdfg-7hjkl` is of the cluster `prod-bcdfg`, not of `prod`.
        others.chain(own).max_by_key(|(id, _)| id.len())
    }
}

fn is_searched(file: &str, content: &[u8]) -> bool {
    content.len() as u64 <= LARGEST && counts(file) && !is_binary(content)
}

/// True if a part of a word has the length of an infraID's random end. This quick check rejects most words.
fn may_be(token: &str) -> bool {
    token.split('-').skip(1).any(|part| part.len() == RANDOM)
}

/// Returns a word, and its beginnings before each dash: the texts for which [`begins_with`] is true.
fn beginnings(token: &str) -> impl Iterator<Item = &str> {
    token.match_indices('-').map(|(at, _)| &token[..at]).chain([token])
}

fn drawn_by_chance(id: &str) -> bool {
    parts(id).is_some_and(|(_, random)| is_random(random))
}

/// True if a word is `id`, or `id` with a dash and more text.
fn begins_with(token: &str, id: &str) -> bool {
    token.strip_prefix(id).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}
