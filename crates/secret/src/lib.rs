//! Secrets: the one secret type, the repository login made of it, and the mask that hides known secrets in text and
//! byte streams.
//!
//! Knows what a secret is and how it may look once written down (raw, with colours in it, base64, hexadecimal, percent-encoded, as JSON or HTML), and where a
//! login stands in a URL, and what an unknown secret looks like. Never reads one from anywhere, and never prints one: `Debug` of everything here is redacted by hand.
//!
//! And how what others wrote gets into a text for people without being taken for a command (`quoted`, `one_line`).

mod beginnings;
mod dump;
mod encodings;
mod line;
mod login;
mod mask;
mod masked;
mod named_value;
mod quoting;
mod secret_pattern;
mod shell;
mod token;
mod url;
mod view;
mod visible_text;

pub use line::secret_patterns;
pub use login::{LoginRule, RepoLogin};
pub use mask::{AddOutcome, Mask, MaskStream};
pub use masked::{MASKED, SHORTEST_MASKED};
pub use secrecy::{ExposeSecret, SecretString};
pub use secret_pattern::{SecretPattern, is_token};
pub use shell::{one_line, quoted, quoted_path};
pub use token::may_hold_token;
pub use url::secrets_in;
pub use visible_text::is_printable;
