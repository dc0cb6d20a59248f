//! Keys of cluster.yaml as a message shows them.

use crate::repo_url::holds_token;

/// Whether a key can be shown: it holds nothing that could be a login.
pub(crate) fn is_plain(key: &str) -> bool {
    !key.contains(['@', ':']) && !holds_token(key)
}

pub(crate) fn join(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}

/// A key as it may stand in a message: on one line, not too long, and not where it is a URL that a missing space
/// made part of a key.
pub(crate) fn shown(key: &str) -> String {
    if !is_plain(key) {
        return "…".to_owned();
    }
    let cut: String = key.chars().take(80).collect();
    let cut = cut.escape_debug().to_string();
    if key.chars().count() > 80 { format!("{cut}…") } else { cut }
}
