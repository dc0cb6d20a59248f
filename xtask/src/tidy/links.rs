use std::collections::{BTreeMap, BTreeSet};

use crate::tidy::tracked::Tracked;

/// A relative link in a page leads to a file or folder that is there, and its `#part` to a heading.
pub(crate) fn check(files: &[Tracked]) -> Vec<String> {
    let texts: BTreeMap<&str, &str> =
        files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let folders: BTreeSet<&str> =
        texts.keys().flat_map(|path| path.match_indices('/').map(|(at, _)| &path[..at])).collect();
    let mut problems = Vec::new();
    for (page, text) in texts.iter().filter(|(path, _)| path.ends_with(".md")) {
        for (line, link) in links(text) {
            let (file, part) = link.split_once('#').unwrap_or((link, ""));
            let target = resolve(page, file);
            let there = match texts.get(target.as_str()) {
                Some(text) => part.is_empty() || headings(text).any(|heading| heading == part),
                None => part.is_empty() && folders.contains(target.as_str()),
            };
            if !there {
                problems.push(format!("{page}:{line}: the link to {link} leads nowhere"));
            }
        }
    }
    problems
}

/// Targets of links that stay in the tree, each with its line.
fn links(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().flat_map(|(index, line)| {
        line.split("](")
            .skip(1)
            .filter_map(|rest| rest.split_once(')'))
            .map(move |(link, _)| (index + 1, link))
            .filter(|(_, link)| !link.contains(':'))
    })
}

/// The path from the root that `link` on `page` means.
fn resolve(page: &str, link: &str) -> String {
    if link.is_empty() {
        return page.to_owned();
    }
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in link.split('/').filter(|part| !part.is_empty()) {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// The names by which headings can be linked to.
fn headings(text: &str) -> impl Iterator<Item = String> {
    text.lines().filter(|line| line.starts_with('#')).map(|line| {
        let words = line.trim_start_matches('#').trim().to_lowercase();
        let kept = words.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(link: &str) -> Vec<String> {
        let file = |path: &str, text: String| (path.to_owned(), text);
        check(&[
            file("README.md", "# The top".to_owned()),
            file("docs/a.md", format!("# Exit codes, and `more`\nSee [it]({link}).")),
            file("docs/deep/b.md", String::new()),
        ])
    }

    #[test]
    fn links_that_lead_somewhere_are_fine() {
        for link in ["../README.md", "deep/b.md", "./deep", "#exit-codes-and-more", "../README.md#the-top"] {
            assert!(with(link).is_empty(), "{link}");
        }
        assert!(with("https://example.com/nowhere").is_empty());
    }

    #[test]
    fn links_that_lead_nowhere_are_named_with_their_line() {
        assert_eq!(with("b.md"), ["docs/a.md:2: the link to b.md leads nowhere"]);
        for link in ["../docs/c.md", "#exit", "../README.md#top", "deep#top"] {
            assert_eq!(with(link).len(), 1, "{link}");
        }
    }
}
