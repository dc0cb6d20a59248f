//! Secrets that nobody has used before.

use ring::rand::{SecureRandom as _, SystemRandom};

/// 32 hex digits that nobody can guess.
pub(crate) fn random_text() -> String {
    let mut bytes = [0_u8; 16];
    SystemRandom::new().fill(&mut bytes).expect("the operating system has randomness");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
