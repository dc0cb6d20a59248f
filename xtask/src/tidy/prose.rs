use std::ops::Range;

use proc_macro2::{Span, TokenStream, TokenTree};

/// The words of a Rust file. Each text keeps the lines of the file and has blanks instead of all other characters.
pub(crate) struct Prose {
    /// Comments and doc comments, without the code in them.
    pub comments: String,
    /// String literals, without their escapes and the variables in braces.
    pub strings: String,
    /// The first line of each doc comment, with its number.
    pub docs: Vec<(usize, String)>,
}

impl Prose {
    /// Reads a Rust file; `None` if the text does not parse.
    pub(crate) fn of_rust(text: &str) -> Option<Self> {
        let mut spans = Vec::new();
        collect(text.parse().ok()?, &mut spans);
        let (docs, code): (Vec<_>, Vec<_>) = spans.iter().partition(|span| is_doc(&text[span.byte_range()]));
        let code: Vec<_> = code.iter().map(Span::byte_range).collect();
        let strings: Vec<_> = code.iter().filter(|it| is_string(&text[(*it).clone()])).cloned().collect();
        Some(Self {
            comments: without_code(&rebuilt(text, &code, blank, str::to_owned)),
            strings: rebuilt(text, &strings, |it| without_captures(&without_escapes(it)), blank),
            docs: beginnings(text, &docs),
        })
    }
}

fn collect(stream: TokenStream, spans: &mut Vec<Span>) {
    for token in stream {
        match token {
            TokenTree::Group(group) => collect(group.stream(), spans),
            other => spans.push(other.span()),
        }
    }
}

fn is_doc(token: &str) -> bool {
    token.starts_with("///") || token.starts_with("//!")
}

fn is_string(token: &str) -> bool {
    token.trim_start_matches(['b', 'c', 'r', '#']).starts_with('"')
}

/// Maps the parts of a text in `spans` and the parts between them.
fn rebuilt(
    text: &str,
    spans: &[Range<usize>],
    inside: fn(&str) -> String,
    outside: fn(&str) -> String,
) -> String {
    let mut end = 0;
    let mut rebuilt = String::with_capacity(text.len());
    for span in spans {
        rebuilt += &outside(&text[end..span.start]);
        rebuilt += &inside(&text[span.clone()]);
        end = span.end;
    }
    rebuilt + &outside(&text[end..])
}

fn blank(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { c } else { ' ' }).collect()
}

fn without_escapes(literal: &str) -> String {
    if literal.trim_start_matches(['b', 'c']).starts_with('r') {
        return literal.to_owned();
    }
    let mut escaped = false;
    let keep = |c: char| {
        let hidden = escaped || c == '\\';
        escaped = c == '\\' && !escaped;
        if hidden && c != '\n' { ' ' } else { c }
    };
    literal.chars().map(keep).collect()
}

/// Removes the names in `{name}` and `{name:?}`.
fn without_captures(literal: &str) -> String {
    let mut parts = literal.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let (name, rest) = part.split_at(part.find([':', '}']).unwrap_or(0));
        let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_');
        text + "{" + if is_name { "" } else { name } + rest
    })
}

fn beginnings(text: &str, docs: &[Span]) -> Vec<(usize, String)> {
    let mut last = None;
    let mut found = Vec::new();
    for doc in docs {
        let line = doc.start().line;
        if last.is_none_or(|last| line > last + 1) {
            let words = text[doc.byte_range()].trim_start_matches(['/', '!']).trim();
            found.push((line, words.to_owned()));
        }
        last = Some(line);
    }
    found
}

/// Removes fenced blocks and inline code from Markdown, or from comments with their marks. Lines keep their numbers.
pub(crate) fn without_code(text: &str) -> String {
    let mut fenced = false;
    let mut prose = String::with_capacity(text.len());
    let mut paragraph = String::new();
    for line in text.lines() {
        let words = line.trim_start_matches(['/', '!', ' ']);
        let fence = words.starts_with("```") || words.starts_with("~~~");
        if fence || !words.contains(char::is_alphanumeric) {
            prose += &without_spans(&std::mem::take(&mut paragraph));
        }
        if !fence && !fenced {
            paragraph += line;
        }
        fenced ^= fence;
        paragraph.push('\n');
    }
    prose + &without_spans(&paragraph)
}

/// Removes inline code. A backtick without its pair begins none.
fn without_spans(paragraph: &str) -> String {
    let parts: Vec<&str> = paragraph.split('`').collect();
    let is_code = |index: usize| index % 2 == 1 && index + 1 < parts.len();
    parts
        .iter()
        .enumerate()
        .map(|(index, part)| if is_code(index) { blank(part) } else { (*part).to_owned() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        text.split_whitespace().collect()
    }

    #[test]
    fn strings_lose_their_escapes_and_keep_their_lines() {
        let prose = Prose::of_rust("f(\"a\\nb \\\n  c\", b'\"', r\"d\\n\"); // e").unwrap();
        assert_eq!(
            prose.strings.lines().map(words).collect::<Vec<_>>(),
            [vec!["\"a", "b"], vec!["c\"", "r\"d\\n\""]]
        );
    }

    #[test]
    fn strings_lose_their_variables() {
        let prose = Prose::of_rust("f(\"{a} {{b} {c:?} {\\\"d\\\": e} {f g}\")").unwrap();
        assert_eq!(prose.strings.trim(), "\"{} {{} {:?} {  d  : e} {f g}\"");
    }

    #[test]
    fn comments_lose_their_code_and_keep_their_lines() {
        let prose =
            Prose::of_rust("/// a `b\n/// c` d\nfn f() {} // e \"f\"\n/// ```\n/// g\n/// ```\n/// h")
                .unwrap();
        assert_eq!(words(&prose.comments), ["///", "a", "d", "()", "{}", "//", "e", "\"f\"", "///", "h"]);
        assert_eq!(prose.comments.lines().position(|line| line.contains('h')), Some(6));
    }

    #[test]
    fn a_doc_comment_begins_where_the_line_above_has_none() {
        let text = "//! a\n//! b\n\n/// c\n/// d\nstruct S;\nconst A: &str = \"\n/// e\n\";";
        assert_eq!(Prose::of_rust(text).unwrap().docs, [(1, "a".to_owned()), (4, "c".to_owned())]);
    }

    #[test]
    fn markdown_loses_its_code() {
        assert_eq!(words(&without_code("a `b` c\n```sh\nd\n```\ne ` f\n\ng `h`")), ["a", "c", "e", "f", "g"]);
    }
}
