//! Random values, the same in each run.

pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }

    pub fn of(&mut self, letters: &[char], length: usize) -> String {
        (0..length).map(|_| letters[self.below(letters.len())]).collect()
    }
}
