use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// A token of a source file that holds no others, and its line.
pub(crate) struct Leaf {
    pub line: usize,
    pub token: TokenTree,
}

impl Leaf {
    /// Whether this is the name `name`.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        matches!(&self.token, TokenTree::Ident(ident) if ident == name)
    }

    /// Whether this is the name `name`, or one that begins with `name_`.
    pub(crate) fn is_or_begins(&self, name: &str) -> bool {
        let begins = |ident: &proc_macro2::Ident| {
            ident.to_string().strip_prefix(name).is_some_and(|rest| rest.starts_with('_'))
        };
        self.is_named(name) || matches!(&self.token, TokenTree::Ident(ident) if begins(ident))
    }

    /// The text of a string literal, as it is written.
    pub(crate) fn text(&self) -> Option<String> {
        let TokenTree::Literal(literal) = &self.token else { return None };
        Some(literal.to_string().strip_prefix('"')?.strip_suffix('"')?.to_owned())
    }
}

/// Whether a source file holds tests and nothing else.
pub(crate) fn is_of_tests(path: &str) -> bool {
    path.split('/').any(|part| part == "tests" || part == "tests.rs")
}

/// All tokens of a source file but those of its tests.
pub(crate) fn code(text: &str) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    if let Ok(stream) = text.parse::<TokenStream>() {
        collect(stream, &mut leaves);
    }
    leaves
}

fn collect(stream: TokenStream, leaves: &mut Vec<Leaf>) {
    let mut tokens = stream.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let attribute = matches!(&token, TokenTree::Punct(it) if it.as_char() == '#');
        match (token, tokens.peek()) {
            (_, Some(TokenTree::Group(group))) if attribute && group.stream().to_string() == "cfg (test)" => {
                // To the end of the item below it.
                tokens.by_ref().skip(1).find(ends_an_item);
            }
            (TokenTree::Group(group), _) => collect(group.stream(), leaves),
            (token, _) => leaves.push(Leaf { line: token.span().start().line, token }),
        }
    }
}

fn ends_an_item(token: &TokenTree) -> bool {
    match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';' && punct.spacing() == Spacing::Alone,
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<(usize, String)> {
        code(text).iter().filter_map(|leaf| Some((leaf.line, leaf.text()?))).collect()
    }

    #[test]
    fn strings_are_found_in_groups_and_macros() {
        let text = "fn f() {\n    vec![\"a\", g(\"b\")];\n}\n";
        assert_eq!(texts(text), [(2, "a".to_owned()), (2, "b".to_owned())]);
    }

    #[test]
    fn items_of_tests_are_left_out_and_what_follows_is_not() {
        let text = "#[cfg(test)]\nuse a;\n#[cfg(test)]\n#[rustfmt::skip]\nmod tests { const A: &str = \"a\"; }\nconst B: &str = \"b\";";
        assert_eq!(texts(text), [(6, "b".to_owned())]);
    }

    #[test]
    fn files_of_tests_are_known_by_their_place() {
        assert!(is_of_tests("crates/a/tests/it/b.rs") && is_of_tests("crates/a/src/b/tests.rs"));
        assert!(!is_of_tests("crates/a/src/b.rs") && !is_of_tests("crates/a/src/tests_of.rs"));
    }
}
