//! What of a line may be shown: keys, and the values of our own keys. All else could be a login.

use std::ops::Range;

use crate::repo_url::holds_token;

/// Characters that carry structure and are shown wherever they stand.
const STRUCTURE: &str = " \t{}[]:,\"'-#&*|>?";

/// How many characters of a long line are shown before the spot, and from it on.
const BEFORE: usize = 120;
const AFTER: usize = 200;

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
    let begin = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let mark_of_order = if begin == 0 && text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let begin = (begin + mark_of_order).min(span.start);
    let end = text[span.start..].find(['\n', '\r']).map_or(text.len(), |at| span.start + at);
    let (from, to) = (back(text, begin, span.start), ahead(text, span.start, end));
    let span = span.start..span.end.min(to);
    let mut safe: Vec<&Range<usize>> =
        safe.iter().filter(|part| part.start < to && part.end > from).collect();
    safe.sort_by_key(|part| part.start);
    let last = safe.iter().map(|part| part.end).max().unwrap_or(from).max(span.end).min(to);

    let mut safe = safe.into_iter().peekable();
    let mut shown = String::from(if from > begin { "…" } else { "" });
    let (mut mark, mut mark_end) = (None, None);
    for (at, c) in text[from..to].char_indices().map(|(at, c)| (from + at, c)) {
        if at >= span.start {
            mark.get_or_insert(shown.len());
        }
        if at >= span.end {
            mark_end.get_or_insert(shown.len());
        }
        while safe.next_if(|part| part.end <= at).is_some() {}
        if safe.peek().is_some_and(|part| part.contains(&at)) || STRUCTURE.contains(c) {
            shown.push(c);
        } else if at >= last {
            shown.push('…');
            break;
        } else {
            shown.push('*');
        }
    }
    let mark = mark.unwrap_or(shown.len());
    let mark = mark..mark_end.unwrap_or(shown.len()).max(mark);
    if to < end && !shown.ends_with('…') {
        shown.push('…');
    }
    let number = text[..begin].matches('\n').count() + 1;
    Line { number, column: text[begin..span.start].chars().count() + 1, shown, mark }
}

/// Where to begin showing: at the line's beginning, or a little before the spot where that is far.
fn back(text: &str, begin: usize, spot: usize) -> usize {
    let far = text[begin..spot].char_indices().rev().nth(BEFORE).map(|(at, _)| begin + at);
    far.unwrap_or(begin)
}

/// Where to stop showing: at the line's end, or a little after the spot.
fn ahead(text: &str, spot: usize, end: usize) -> usize {
    text[spot..end].char_indices().nth(AFTER).map_or(end, |(at, _)| spot + at)
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
    let value_at = key_at + key.len() + 1;
    let comment = value.find(" #").unwrap_or(value.len());
    let key_span = key_at..key_at + key.len();
    let mut safe = vec![key_span];
    match key.trim_end() {
        "name" | "base_domain" | "env" | "repo_ref" => {
            safe.extend(safe_in_value(text, &(value_at..value_at + comment), value));
        }
        "repo_url" => safe.extend(safe_in_url(text, &(value_at..value_at + comment))),
        _ => {}
    }
    safe
}

/// The parts of a written value of ours that may be shown, which is `meant` so: all, unless somebody pasted a URL or a
/// login there.
pub(crate) fn safe_in_value(text: &str, span: &Range<usize>, meant: &str) -> Vec<Range<usize>> {
    let before_host = meant.rfind('@').map_or("", |at| &meant[..at]);
    let raw = &text[span.clone()];
    let is_url = [meant, raw].iter().any(|text| text.contains("://") || holds_token(text));
    if is_url || before_host.contains(':') { safe_in_url(text, span) } else { vec![span.clone()] }
}

/// The parts of a written URL that may be shown: all but what stands where a login does, or could be one.
pub(crate) fn safe_in_url(text: &str, span: &Range<usize>) -> Vec<Range<usize>> {
    let raw = &text[span.clone()];
    if raw.contains(['\\', '%']) || holds_token(raw) {
        return Vec::new();
    }
    let login = raw.find("://").map_or(0, |at| at + "://".len());
    let query = raw.find('?').unwrap_or(raw.len());
    let (before, after) = match raw.rfind('@') {
        Some(at) => (login, at),
        None => (raw[login..].find(':').map_or(query, |at| login + at), query),
    };
    let at = |offset: usize| span.start + offset;
    vec![at(0)..at(before.min(query)), at(after)..at(query.max(after))]
}
