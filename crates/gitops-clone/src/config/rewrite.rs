use super::entries::Entry;

/// `url` with the longest `url.<base>.insteadOf` that begins it replaced by its base; the first of equal ones.
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
