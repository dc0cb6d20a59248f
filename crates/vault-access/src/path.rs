use crate::error::VaultError;

/// A path inside Vault, without slashes around it. Refuses what could end up at another path than the one written.
pub(crate) fn clean(what: &'static str, path: &str) -> Result<String, VaultError> {
    let wrong = |problem| VaultError::Path { what, path: path.escape_debug().to_string(), problem };
    let trimmed = path.trim_matches(' ').trim_matches('/');
    if trimmed.is_empty() {
        return Err(wrong("it is empty"));
    }
    if trimmed.chars().any(char::is_control) {
        return Err(wrong("it has a line break or another control character in it"));
    }
    if trimmed.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err(wrong("it may not hold . or .. as a part"));
    }
    if trimmed.split('/').any(str::is_empty) {
        return Err(wrong("it has an empty part"));
    }
    Ok(trimmed.to_owned())
}
