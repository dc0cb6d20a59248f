//! Patterns of secrets that nobody knows: text that is given away is searched for them.

use std::fmt;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use regex::Regex;

use crate::token::{FORMATS, Maker};

/// A kind of secret that is known by its looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretPattern {
    /// The private half of a key, in PEM or in the base64 of it.
    PrivateKey,
    /// A JSON Web Token, such as a ServiceAccount's, or the base64 of one.
    Jwt,
    /// A token as GitHub, GitLab, Bitbucket or Slack make them.
    HostToken,
    /// A token of Vault or OpenBao.
    VaultToken,
    /// A token of OpenShift's own login.
    OpenShiftToken,
    /// A URL with a password in it.
    UrlPassword,
    /// A login to a registry of images.
    RegistryLogin,
    /// The login in a header of HTTP.
    Header,
    /// A value whose name says that it is one: `password: …`, `TOKEN=…`.
    NamedValue,
}

impl SecretPattern {
    /// In words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PrivateKey => "a private key",
            Self::Jwt => "a JSON Web Token",
            Self::HostToken => "a token of a Git host",
            Self::VaultToken => "a token of Vault",
            Self::OpenShiftToken => "a token of OpenShift",
            Self::UrlPassword => "a URL with a password",
            Self::RegistryLogin => "a login to a registry",
            Self::Header => "a login in an HTTP header",
            Self::NamedValue => "a value that is named as a secret",
        }
    }
}

impl fmt::Display for SecretPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// True if `text` holds a token of a Git host, of Vault or of OpenShift, or is one of GitHub's oldest: forty digits of
/// hexadecimal.
pub fn is_token(text: &str) -> bool {
    let tokens = [
        SecretPattern::Jwt,
        SecretPattern::HostToken,
        SecretPattern::VaultToken,
        SecretPattern::OpenShiftToken,
    ];
    let oldest = text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    oldest || RULES.iter().any(|rule| tokens.contains(&rule.kind) && rule.holds(text))
}

/// A pattern, and what its first group has to be besides.
pub(crate) struct Rule {
    pub(crate) kind: SecretPattern,
    pattern: Regex,
    is: Is,
}

impl Rule {
    pub(crate) fn holds(&self, line: &str) -> bool {
        let fits = |found: regex::Captures<'_>| found.get(1).is_none_or(|group| (self.is)(group.as_str()));
        self.pattern.captures_iter(line).any(fits)
    }
}

/// Further test of the first group.
type Is = fn(&str) -> bool;

/// No letter or digit stands before it. A token may follow `_`, as in `TOKEN_ghp_…`, where `\b` sees no border.
const BORDER: &str = "(?:^|[^A-Za-z0-9])";

/// Further secret_patterns than the tokens of [`FORMATS`].
const PATTERNS: &[(SecretPattern, &str, Is)] = &[
    (SecretPattern::PrivateKey, r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----", anything),
    (SecretPattern::PrivateKey, r"PuTTY-User-Key-File-\d", anything),
    // "-----BEGIN " in base64, as a kubeconfig or a Secret holds it.
    (SecretPattern::PrivateKey, r"(LS0tLS1CRUdJTi[A-Za-z0-9+/]{16,})", is_private_key),
    (SecretPattern::Jwt, r"eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}", anything),
    // `{"` of a token's head in base64 twice, as a Secret holds it.
    (SecretPattern::Jwt, r"(ZXlK[A-Za-z0-9+/]{80,})", is_jwt),
    // Azure DevOps: its signature near the end of 84 letters and digits.
    (SecretPattern::HostToken, r"[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}", anything),
    (
        SecretPattern::VaultToken,
        r"(?:^|[^A-Za-z0-9_.-])[bsr]\.([A-Za-z0-9]{24,})(?:[^A-Za-z0-9_-]|$)",
        is_random,
    ),
    // kubeadm's bootstrap token looks like a file name: the word before it decides.
    (
        SecretPattern::NamedValue,
        r#"(?i)token[\s:="'\\]+[a-z0-9]{6}\.([a-z0-9]{16})(?:[^a-z0-9]|$)"#,
        is_random,
    ),
    (SecretPattern::RegistryLogin, r#"\bauth["'\\]*\s*:\s*["'\\]*([A-Za-z0-9+/]{8,}={0,2})"#, is_login),
    // `{"auths":` in base64.
    (SecretPattern::RegistryLogin, r"eyJhdXRocyI6[A-Za-z0-9+/=]{20,}", anything),
    (
        SecretPattern::Header,
        r#"(?i)\bauthorization["'\\]*\s*[:=]\s*["'\\]*(?:bearer|basic|token)\s+[a-z0-9._~+/=-]{8,}"#,
        anything,
    ),
    (SecretPattern::Header, r"(?i)\bbearer\s+([a-z0-9._~+/=-]{20,})", is_random),
];

pub(crate) static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let rule = |kind, pattern: &str, is| Rule {
        kind,
        pattern: Regex::new(pattern).expect("the patterns are constants, and the tests use each of them"),
        is,
    };
    let tokens = FORMATS.iter().map(|format| {
        let prefix = regex::escape(format.prefix);
        let pattern = format!("{BORDER}{prefix}([{}]{{{},}})", format.class, format.least);
        rule(of(format.maker), &pattern, is_random as Is)
    });
    tokens.chain(PATTERNS.iter().map(|(kind, pattern, is)| rule(*kind, pattern, *is))).collect()
});

fn of(maker: Maker) -> SecretPattern {
    match maker {
        Maker::GitHost => SecretPattern::HostToken,
        Maker::Vault => SecretPattern::VaultToken,
        Maker::OpenShift => SecretPattern::OpenShiftToken,
    }
}

fn anything(_: &str) -> bool {
    true
}

/// Letters of both cases or digits among them: no word, no name of DNS.
fn is_random(text: &str) -> bool {
    let has = |class: fn(&char) -> bool| text.chars().any(|it| class(&it));
    has(char::is_ascii_lowercase) && (has(char::is_ascii_uppercase) || has(char::is_ascii_digit))
}

fn is_private_key(base64: &str) -> bool {
    decoded(base64, 48).is_some_and(|text| text.contains("PRIVATE KEY"))
}

fn is_jwt(base64: &str) -> bool {
    decoded(base64, base64.len()).is_some_and(|text| text.contains(".eyJ"))
}

fn is_login(base64: &str) -> bool {
    decoded(base64, base64.len()).is_some_and(|text| text.contains(':'))
}

/// Base64 that may be cut off, or be padded: the whole bytes of it.
fn decoded(base64: &str, at_most: usize) -> Option<String> {
    const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let text = base64.trim_end_matches('=');
    let length = text.len().min(at_most);
    // A single letter more than whole groups stands for no byte.
    let length = if length % 4 == 1 { length - 1 } else { length };
    let bytes = GeneralPurpose::new(&STANDARD, CONFIG).decode(&text[..length]).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
