use secret::{Mask, MaskStream};

use crate::pipes::Output;
use crate::run::LONGEST_PIECE;

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

    /// Takes the next output, and gives each line, or piece of one, that can be shown.
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
        for part in bytes.split_inclusive(|&byte| byte == b'\n') {
            for slice in part.chunks(LONGEST_PIECE) {
                self.line.extend_from_slice(slice);
                if self.line.last() != Some(&b'\n') && self.line.len() >= LONGEST_PIECE {
                    self.show_begun(whole_characters(&self.line), show);
                }
            }
            if self.line.last() == Some(&b'\n') {
                self.show_line(show);
            }
        }
    }

    fn show_line(&mut self, show: &mut dyn FnMut(&str)) {
        self.line.pop();
        if self.line.last() == Some(&b'\r') {
            self.line.pop();
        }
        // The rest of a line whose beginning was shown is no empty line.
        if !(self.line.is_empty() && self.begun) {
            pieces(&self.line, show);
        }
        self.line.clear();
        self.begun = false;
    }

    fn show_begun(&mut self, upto: usize, show: &mut dyn FnMut(&str)) {
        if upto > 0 {
            pieces(&self.line[..upto], show);
            self.line.drain(..upto);
            self.begun = true;
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

/// What is no text is replaced, which makes it longer: it is cut only then.
fn pieces(bytes: &[u8], show: &mut dyn FnMut(&str)) {
    let text = String::from_utf8_lossy(bytes);
    let mut rest = text.as_ref();
    loop {
        let (piece, more) = rest.split_at(rest.floor_char_boundary(LONGEST_PIECE));
        show(piece);
        rest = more;
        if rest.is_empty() {
            break;
        }
    }
}
