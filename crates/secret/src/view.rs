//! The same text as it can be read otherwise: a secret that only shows there is a secret still.

use std::ops::Range;

use zeroize::Zeroizing;

/// Stands where two bytes that follow each other are no neighbours. No secret has it: secrets are UTF-8.
pub(crate) const GAP: u8 = 0xff;

/// A text read otherwise, and where each byte of it stands in the text.
#[derive(Default)]
pub(crate) struct View {
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    places: Vec<Range<usize>>,
}

impl View {
    pub(crate) fn push(&mut self, byte: u8, place: Range<usize>) {
        self.bytes.push(byte);
        self.places.push(place);
    }

    /// What comes next does not belong to what came before.
    pub(crate) fn end(&mut self, at: usize) {
        if self.bytes.last().is_some_and(|last| *last != GAP) {
            self.push(GAP, at..at);
        }
    }

    /// Where in the text the byte at `index` begins.
    pub(crate) fn begin(&self, index: usize) -> Option<usize> {
        self.places.get(index).map(|place| place.start)
    }

    /// What `range` of it takes in the text.
    pub(crate) fn place(&self, range: Range<usize>) -> Range<usize> {
        self.places[range.start].start..self.places[range.end - 1].end
    }
}

/// The lines of `text` with where they begin, and whether each has its end.
pub(crate) fn lines(text: &[u8]) -> impl Iterator<Item = (usize, &[u8], bool)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = text.get(from..).filter(|rest| !rest.is_empty())?;
        let end = rest.iter().position(|byte| *byte == b'\n');
        let line = (from, &rest[..end.unwrap_or(rest.len())], end.is_some());
        from += end.map_or(rest.len(), |end| end + 1);
        Some(line)
    })
}
