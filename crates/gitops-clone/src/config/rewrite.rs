use super::entries::Entry;

/// Replaces the longest `url.<base>.insteadOf` that begins `url` with its base. Of equal ones the first is used.
pub(super) fn rewrite(entries: &[Entry], url: &str) -> Option<String> {
    let mut longest: Option<(&str, &str)> = None;
    for entry in entries.iter().filter(|entry| entry.section == "url" && entry.key == "insteadof") {
        let Some(base) = &entry.subsection else { continue };
        let fits = !entry.value.is_empty() && url.starts_with(&entry.value);
        if fits && longest.is_none_or(|(prefix, _)| entry.value.len() > prefix.len()) {
            longest = Some((&entry.value, base));
        }
    }
    longest.map(|(prefix, base)| format!("{base}{}", &url[prefix.len()..]))
}
