use std::borrow::Cow;

use secret::{Mask, MaskStream};

use crate::pipes::Output;

/// Makes masked lines of one output stream. The mask comes first: a secret may be split over writes, reads and pieces.
pub(crate) struct Lines {
    masked: MaskStream,
    line: Vec<u8>,
    /// The beginning of this line was shown already, while the stream was still.
    begun: bool,
}

impl Lines {
    pub(crate) fn new(mask: &Mask) -> Self {
        Self { masked: mask.stream(), line: Vec::new(), begun: false }
    }

    /// Takes the next output, and gives the lines, or pieces of one, that can be shown: those that came together at once,
    /// with line breaks between them.
    pub(crate) fn take(&mut self, output: Output<'_>, show: &mut dyn FnMut(&str)) {
        match output {
            Output::Bytes(bytes) => {
                let bytes = self.masked.push(bytes);
                self.split(&bytes, show);
            }
            Output::Still => self.show_begun(whole_characters(&self.line), show),
            Output::End => {
                let rest = self.masked.finish();
                self.split(&rest, show);
                self.show_begun(self.line.len(), show);
            }
        }
    }

    fn split(&mut self, bytes: &[u8], show: &mut dyn FnMut(&str)) {
        let rest = match bytes.iter().rposition(|&byte| byte == b'\n') {
            Some(end) => {
                self.show_lines(&bytes[..end], show);
                &bytes[end + 1..]
            }
            None => bytes,
        };
        for slice in rest.chunks(LONGEST_PIECE) {
            self.line.extend_from_slice(slice);
            if self.line.len() >= LONGEST_PIECE {
                self.show_begun(whole_characters(&self.line), show);
            }
        }
    }

    /// What is held of a line, and whole ones.
    fn show_lines(&mut self, rest: &[u8], show: &mut dyn FnMut(&str)) {
        self.line.extend_from_slice(rest);
        let text = lossy(&self.line);
        let mut shown = Shown::default();
        let mut lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
        let first = lines.next().unwrap_or_default();
        // The rest of a line whose beginning was shown is no empty line.
        if !(first.is_empty() && self.begun) {
            shown.pieces(first);
        }
        lines.for_each(|line| shown.pieces(line));
        if let Some(text) = shown.text {
            show(&text);
        }
        self.line.clear();
        self.begun = false;
    }

    fn show_begun(&mut self, upto: usize, show: &mut dyn FnMut(&str)) {
        if upto == 0 {
            return;
        }
        let mut shown = Shown::default();
        shown.pieces(&lossy(&self.line[..upto]));
        if let Some(text) = shown.text {
            show(&text);
        }
        self.line.drain(..upto);
        self.begun = true;
    }
}

fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// Lines with a line break between each two.
#[derive(Default)]
struct Shown {
    text: Option<String>,
}

impl Shown {
    /// A line; one that is too long in pieces. What is no text is replaced by now, which makes it longer.
    fn pieces(&mut self, mut line: &str) {
        while line.len() > LONGEST_PIECE {
            let (piece, more) = line.split_at(line.floor_char_boundary(LONGEST_PIECE));
            self.push(piece);
            line = more;
        }
        self.push(line);
    }

    fn push(&mut self, line: &str) {
        match &mut self.text {
            None => self.text = Some(line.to_owned()),
            Some(text) => {
                text.push('\n');
                text.push_str(line);
            }
        }
    }
}

/// How many of `bytes` do not end within a character.
fn whole_characters(bytes: &[u8]) -> usize {
    let from = bytes.len().saturating_sub(4);
    match bytes[from..].utf8_chunks().last() {
        Some(last) if std::str::from_utf8(last.invalid()).is_err_and(|error| error.error_len().is_none()) => {
            bytes.len() - last.invalid().len()
        }
        _ => bytes.len(),
    }
}

/// A line longer than so many bytes is given in pieces.
pub const LONGEST_PIECE: usize = 8 * 1024;
