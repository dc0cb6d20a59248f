//! The text before a word that marks the word as an infraID.

use std::ops::Range;

/// The tags that assign cloud resources to a cluster (AWS, its Cluster API provider, Azure).
const TAGS: [&str; 3] =
    ["kubernetes.io/cluster/", "sigs.k8s.io/cluster-api-provider-aws/cluster/", "kubernetes.io_cluster."];

/// The keys with an infraID as value, in lower case, without `_` and `-`: of charts, of `Infrastructure/cluster`, of
/// the installer's metadata.json, and the label of a MachineSet.
const KEYS: [&str; 4] = ["infraid", "infrastructurename", "clusterapicluster", "openshiftclusterid"];

/// The most bytes before a word that are searched for its key.
const NEAR: usize = 256;

/// True if the text on the line before the word at `range` marks the word as an infraID.
pub(crate) fn marks_infra_id(text: &[u8], range: &Range<usize>) -> bool {
    // A file can be one long line, so only the nearest bytes are searched.
    let line = &text[range.start.saturating_sub(NEAR)..range.start];
    let begins = line.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    let before = &line[begins..];
    TAGS.iter().any(|tag| before.ends_with(tag.as_bytes())) || key_of(before).is_some_and(is_key)
}

/// True if the word is in angle brackets: `<prod-nkqd9>` is a placeholder for the reader.
pub(crate) fn is_placeholder(text: &[u8], range: &Range<usize>) -> bool {
    text[..range.start].last() == Some(&b'<') && text.get(range.end) == Some(&b'>')
}

/// Returns `key` of `key: "` or `key=`.
fn key_of(before: &[u8]) -> Option<&[u8]> {
    let value = trimmed(before);
    let key = trimmed(value.strip_suffix(b":").or_else(|| value.strip_suffix(b"="))?);
    let belongs = |b: &u8| b.is_ascii_alphanumeric() || b"_-./".contains(b);
    let begins = key.iter().rposition(|b| !belongs(b)).map_or(0, |at| at + 1);
    Some(&key[begins..])
}

/// Removes blanks and quotes at the end.
fn trimmed(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|b| !b" \t\"'".contains(b)).map_or(0, |at| at + 1);
    &text[..end]
}

fn is_key(key: &[u8]) -> bool {
    let key: String =
        key.iter().filter(|b| !b"_-".contains(b)).map(|b| char::from(b.to_ascii_lowercase())).collect();
    KEYS.iter().any(|known| key.ends_with(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expect: bool) {
        let start = line.find("some-x7k2q").unwrap();
        assert_eq!(marks_infra_id(line.as_bytes(), &(start..start + 10)), expect, "{line}");
    }

    #[test]
    fn keys_labels_and_tags_mark_an_infra_id() {
        for line in [
            "infraID: some-x7k2q",
            "  \"infraID\": \"some-x7k2q\",",
            "INFRA_ID=some-x7k2q",
            "helm template . --set global.infraID='some-x7k2q'",
            "status: {infrastructureName: some-x7k2q}",
            "  machine.openshift.io/cluster-api-cluster: some-x7k2q",
            "- name: kubernetes.io/cluster/some-x7k2q",
            "\"sigs.k8s.io/cluster-api-provider-aws/cluster/some-x7k2q\": owned",
        ] {
            check(line, true);
        }
    }

    #[test]
    fn other_lines_do_not() {
        for line in
            ["name: some-x7k2q", "some-x7k2q", "# the infraID is some-x7k2q", "infraID:\n  - some-x7k2q"]
        {
            check(line, false);
        }
    }
}
