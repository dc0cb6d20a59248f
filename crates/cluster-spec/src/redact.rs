//! What of a line may be shown: keys, and the values of our own keys. All else could be a login.

use std::ops::Range;

/// Characters that carry structure and are shown wherever they stand.
const STRUCTURE: &str = " \t{}[]:,\"'-#&*|>?";

/// The line around `span`, as it may be shown.
pub(crate) struct Line {
    /// Counted from 1.
    pub number: usize,
    /// In characters, counted from 1.
    pub column: usize,
    pub shown: String,
    /// The bytes of `shown` that `span` became.
    pub mark: Range<usize>,
}

/// The line of `text` that `span` begins in. What is in none of the `safe` ranges is blanked, and left out where
/// nothing safe follows it.
pub(crate) fn line(text: &str, span: &Range<usize>, safe: &[Range<usize>]) -> Line {
    let start = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let start = if start == 0 && text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { start };
    let end = text[span.start..].find(['\n', '\r']).map_or(text.len(), |at| span.start + at);
    let start = start.min(span.start);
    let is_safe = |at: usize| safe.iter().any(|range| range.contains(&at));
    let last = safe.iter().map(|range| range.end.min(end)).filter(|at| *at > start).max().unwrap_or(start);
    let last = last.max(span.end.min(end));

    let mut shown = String::new();
    let mut mark = None;
    let mut mark_end = None;
    for (at, c) in text[start..end].char_indices().map(|(at, c)| (start + at, c)) {
        if at >= span.start {
            mark.get_or_insert(shown.len());
        }
        if at >= span.end {
            mark_end.get_or_insert(shown.len());
        }
        let rest_is_blank = at >= last && !text[at..end].trim().is_empty();
        if rest_is_blank && !is_safe(at) {
            shown.push_str(" …");
            break;
        }
        shown.push(if is_safe(at) || STRUCTURE.contains(c) { c } else { '*' });
    }
    let from = mark.unwrap_or(shown.len());
    Line {
        number: text[..span.start].matches('\n').count() + 1,
        column: text[start..span.start].chars().count() + 1,
        mark: from..mark_end.unwrap_or(shown.len()).max(from),
        shown,
    }
}

/// Where the text is no YAML: the keys that can be made out on the line of `at`, and the values of our own.
pub(crate) fn safe_by_sight(text: &str, at: usize) -> Vec<Range<usize>> {
    let start = text[..at].rfind('\n').map_or(0, |at| at + 1);
    let end = text[start..].find('\n').map_or(text.len(), |length| start + length);
    let line = &text[start..end];
    let indent = line.len() - line.trim_start_matches([' ', '\t', '-', '\u{feff}']).len();
    let Some((key, value)) = line[indent..].split_once(':') else { return Vec::new() };
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if key.is_empty() || key.len() > 40 || !key.trim_end().chars().all(is_word) {
        return Vec::new();
    }
    let key_at = start + indent;
    let ours = matches!(key.trim_end(), "name" | "base_domain" | "env" | "repo_ref" | "repo_url");
    let harmless = ours && !value.contains(['@', '?']);
    vec![key_at..if harmless { end } else { key_at + key.len() }]
}

/// The parts of a written URL that may be shown: all but what stands where a login does.
pub(crate) fn safe_in_url(text: &str, span: &Range<usize>) -> Vec<Range<usize>> {
    let raw = &text[span.clone()];
    if !raw.contains(['@', '?', '\\', '%']) {
        return vec![span.clone()];
    }
    let login = raw.find("://").map_or(0, |at| at + "://".len());
    let after = raw.rfind('@').unwrap_or(raw.len());
    let query = raw[after..].find('?').map_or(raw.len(), |at| after + at);
    let at = |offset: usize| span.start + offset;
    vec![at(0)..at(login), at(after)..at(query)]
}
