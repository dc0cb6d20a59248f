//! The nearest known name to one that is not known.

/// The nearest of `among` to `name`, where one is near enough to be a slip: of the same letters but case, `-` and
/// `_`; a few letters off; or the last part of a nested name.
pub fn nearest<'a>(name: &str, among: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = plain(name);
    let allowed = (wanted.chars().count() / 3).clamp(1, 4);
    let distance = |candidate: &str| {
        let whole = strsim::osa_distance(&wanted, &plain(candidate));
        let part =
            candidate.rsplit('/').next().map_or(whole, |part| strsim::osa_distance(&wanted, &plain(part)));
        whole.min(part)
    };
    let measured = among.into_iter().map(|candidate| (distance(candidate), candidate));
    measured
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, near)| near)
}

/// The most similar of `among`, however far.
pub(crate) fn closest(name: &str, among: &[&'static str]) -> Option<&'static str> {
    let wanted = plain(name);
    let likeness = |candidate: &str| {
        let candidate = plain(candidate);
        let part = !wanted.is_empty() && (candidate.contains(&wanted) || wanted.contains(&candidate));
        strsim::normalized_damerau_levenshtein(&wanted, &candidate) + f64::from(u8::from(part))
    };
    among.iter().copied().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
}

/// Letters and digits alone, in lower case: `baseDomain`, `base-domain` and `base_domain` are one.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '-' | '_')).flat_map(char::to_lowercase).take(200).collect()
}
