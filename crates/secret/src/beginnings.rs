//! Tells if the end of the bytes so far may be the beginning of a secret. Every piece of a script's output is tested,
//! so the common answer "no" has to be quick.

use zeroize::Zeroizing;

/// The encodings of all secrets, by how they begin.
pub(crate) struct Beginnings {
    /// Sorted: those that begin alike stand together.
    encodings: Vec<Zeroizing<Vec<u8>>>,
    longest: usize,
    /// A bit for each pair of bytes that some encoding begins with.
    pairs: Vec<u64>,
}

impl Beginnings {
    pub(crate) fn of(encodings: &[Zeroizing<Vec<u8>>]) -> Self {
        let mut encodings = encodings.to_vec();
        encodings.sort_unstable_by(|one, other| one.as_slice().cmp(other.as_slice()));
        let mut pairs = vec![0; (1 << 16) / 64];
        for encoding in &encodings {
            if let [first, second, ..] = encoding[..] {
                let (word, bit) = place(first, second);
                pairs[word] |= bit;
            }
        }
        Self { longest: encodings.iter().map(|encoding| encoding.len()).max().unwrap_or(0), encodings, pairs }
    }

    /// Returns the first place in `held` where something begins that the next bytes may turn into a secret.
    pub(crate) fn undecided(&self, held: &[u8]) -> usize {
        let from = held.len().saturating_sub(self.longest.saturating_sub(1));
        (from..held.len()).find(|&start| self.begin_with(&held[start..])).unwrap_or(held.len())
    }

    fn begin_with(&self, end: &[u8]) -> bool {
        if let [first, second, ..] = *end {
            let (word, bit) = place(first, second);
            if self.pairs[word] & bit == 0 {
                return false;
            }
        }
        let next = self.encodings.partition_point(|encoding| encoding.as_slice() < end);
        self.encodings.get(next).is_some_and(|encoding| encoding.starts_with(end))
    }
}

fn place(first: u8, second: u8) -> (usize, u64) {
    let pair = usize::from(u16::from_be_bytes([first, second]));
    (pair / 64, 1 << (pair % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(held: &str, expect: usize) {
        let encodings = ["secret-one", "secret-two", "another", "xy", "another-longer"];
        let encodings: Vec<_> =
            encodings.iter().map(|encoding| Zeroizing::new(encoding.as_bytes().to_vec())).collect();
        assert_eq!(Beginnings::of(&encodings).undecided(held.as_bytes()), expect, "{held}");
    }

    #[test]
    fn the_longest_end_that_a_secret_begins_with_is_undecided() {
        check("", 0);
        check("nothing of it", 13);
        check("a s", 2);
        check("a secret-t", 2);
        check("a secret-q", 10);
        check("so another", 3);
        check("so another-", 3);
        check("secret-secret-o", 7);
        check("x", 0);
        check("the end of one is a", 18);
    }
}
