use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use parking_lot::RwLock;
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::beginnings::Beginnings;
use crate::dump::{self, Reading};
use crate::encodings::encodings;
use crate::masked::{MASKED, SHORTEST_MASKED};
use crate::url::without_passwords;
use crate::view::View;
use crate::visible_text::visible_text;

/// Most bytes that are held back while escape sequences hide whether a secret begins.
const MOST_HELD: usize = 64 * 1024;

/// Result of [`Mask::add`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddOutcome {
    /// It is hidden from now on.
    Hidden,
    /// It has fewer than [`SHORTEST_MASKED`] bytes and can't be hidden; the user is to be warned.
    TooShort,
}

/// The known secrets of this process, shared by everything that writes. Secrets join while the run goes on; every
/// clone sees them.
#[derive(Clone, Default)]
pub struct Mask {
    known: Arc<RwLock<Known>>,
}

#[derive(Default)]
struct Known {
    encodings: Vec<Zeroizing<Vec<u8>>>,
    /// Made when it is needed: secrets join many at a time.
    finder: OnceLock<Option<Arc<Finder>>>,
}

struct Finder {
    whole: AhoCorasick,
    beginnings: Beginnings,
}

impl Finder {
    /// Returns the first place in `held` where something begins that the next bytes may turn into a secret.
    fn undecided(&self, held: &[u8]) -> usize {
        self.beginnings.undecided(held)
    }

    /// The same, where a secret may also show in what else `held` can be read as.
    fn undecided_in(&self, held: &[u8], views: &[View]) -> usize {
        let of_view = |view: &View| view.begin(self.undecided(&view.bytes));
        let through = views.iter().filter_map(of_view).min();
        let through = through.map(|at| at.max(held.len().saturating_sub(MOST_HELD)));
        self.undecided(held).min(through.unwrap_or(held.len()))
    }

    /// All of `bytes`, masked.
    fn masked(&self, bytes: &[u8]) -> Vec<u8> {
        replace(&self.found(bytes, &views(bytes, false)), bytes, bytes.len()).0
    }

    /// Returns the places of secrets in `held`, sorted, without overlaps.
    fn found(&self, held: &[u8], views: &[View]) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = self.whole.find_iter(held).map(|it| it.range()).collect();
        for view in views {
            found.extend(self.whole.find_iter(&**view.bytes).map(|it| view.place(it.range())));
        }
        if views.is_empty() {
            return found;
        }
        found.sort_unstable_by_key(|range| range.start);
        found.dedup_by(|next, last| {
            let touch = next.start < last.end;
            if touch {
                last.end = last.end.max(next.end);
            }
            touch
        });
        found
    }
}

/// All that a text can be read as besides. `more`: its last line may go on.
fn views(text: &[u8], more: bool) -> Vec<View> {
    let dumps = Reading::ALL.into_iter().filter_map(|reading| reading.of(text, more));
    visible_text(text).into_iter().chain(dumps).chain(dump::unbroken(text)).collect()
}

impl Mask {
    /// A mask that knows nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Hides `secret` from now on, in each encoding it is likely to be written in.
    pub fn add(&self, secret: &SecretString) -> AddOutcome {
        let value = secret.expose_secret().trim();
        if value.len() < SHORTEST_MASKED {
            return AddOutcome::TooShort;
        }
        let mut known = self.known.write();
        let fresh: Vec<_> =
            encodings(value).into_iter().filter(|encoding| !known.encodings.contains(encoding)).collect();
        if !fresh.is_empty() {
            known.encodings.extend(fresh);
            known.finder = OnceLock::new();
        }
        AddOutcome::Hidden
    }

    /// `text` with every known secret replaced by [`MASKED`], and with every password that stands in a URL.
    pub fn text(&self, text: &str) -> String {
        let masked = String::from_utf8_lossy(&self.bytes(text.as_bytes())).into_owned();
        let masked = without_passwords(&masked).into_owned();
        seen_through(&masked).unwrap_or(masked)
    }

    /// `bytes` with every known secret replaced by [`MASKED`].
    pub fn bytes(&self, bytes: &[u8]) -> Vec<u8> {
        match self.finder() {
            Some(finder) => finder.masked(bytes),
            None => bytes.to_vec(),
        }
    }

    /// True if `bytes` hold a known secret.
    pub fn finds(&self, bytes: &[u8]) -> bool {
        !self.places(bytes).is_empty()
    }

    /// Returns the places in `bytes` where known secrets begin.
    pub fn places(&self, bytes: &[u8]) -> Vec<usize> {
        let Some(finder) = self.finder() else { return Vec::new() };
        let found = finder.found(bytes, &views(bytes, false));
        found.into_iter().map(|range| range.start).collect()
    }

    /// A mask over a byte stream: a secret split over two writes is hidden all the same.
    pub fn stream(&self) -> MaskStream {
        MaskStream { mask: self.clone(), held: Zeroizing::new(Vec::new()) }
    }

    fn finder(&self) -> Option<Arc<Finder>> {
        let known = self.known.read();
        known.finder.get_or_init(|| known.build()).clone()
    }
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mask([redacted])")
    }
}

impl Known {
    fn build(&self) -> Option<Arc<Finder>> {
        if self.encodings.is_empty() {
            return None;
        }
        // The whole table of a DFA takes a kilobyte for each byte of a secret: tens of megabytes for a private key.
        let whole = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(self.encodings.iter().map(|encoding| encoding.as_slice()))
            .ok()?;
        Some(Arc::new(Finder { whole, beginnings: Beginnings::of(&self.encodings) }))
    }
}

/// Bytes go in as they come, masked bytes come out; what could be the beginning of a secret is held back until more
/// is known.
pub struct MaskStream {
    mask: Mask,
    held: Zeroizing<Vec<u8>>,
}

impl MaskStream {
    /// Takes the next bytes, gives what can be shown of all that came so far.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.held.extend_from_slice(bytes);
        let Some(finder) = self.mask.finder() else {
            return std::mem::take(&mut *self.held);
        };
        let views = views(&self.held, true);
        let found = finder.found(&self.held, &views);
        let mut safe = finder.undecided_in(&self.held, &views);
        // The rest of a dump's line shows its bytes once more.
        if let Some(last) = found.last().filter(|last| last.end == self.held.len() && !views.is_empty()) {
            safe = safe.min(last.start);
        }
        let safe = dump::kept_whole(&self.held, safe);
        let (out, used) = replace(&found, &self.held, safe);
        self.held.drain(..used);
        out
    }

    /// Gives what was held back: no more bytes will come.
    pub fn finish(&mut self) -> Vec<u8> {
        let held = std::mem::take(&mut *self.held);
        match self.mask.finder() {
            Some(finder) => finder.masked(&held),
            None => held,
        }
    }

    /// True if nothing is held back.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }
}

/// `text` without what nobody sees, where only so a URL shows its password.
fn seen_through(text: &str) -> Option<String> {
    let view = visible_text(text.as_bytes())?;
    let visible = String::from_utf8_lossy(&view.bytes);
    match without_passwords(&visible) {
        hidden if hidden == visible => None,
        hidden => Some(hidden.into_owned()),
    }
}

/// Masks what starts before `safe`; returns the text and how many bytes of `held` it stands for.
fn replace(secrets: &[Range<usize>], held: &[u8], safe: usize) -> (Vec<u8>, usize) {
    let mut out = Vec::with_capacity(held.len());
    let mut used = 0;
    for secret in secrets.iter().take_while(|secret| secret.start < safe) {
        out.extend_from_slice(&held[used..secret.start]);
        out.extend_from_slice(MASKED.as_bytes());
        used = secret.end;
    }
    let upto = safe.max(used);
    out.extend_from_slice(&held[used..upto]);
    (out, upto)
}
