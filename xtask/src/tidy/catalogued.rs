use syn::{Attribute, Item};

use crate::tidy::code::is_of_tests;
use crate::tidy::tracked::Tracked;

/// Each type that derives `Diagnostic` is in the catalogue: its `ENTRIES` are named in another file, or in its own.
pub(crate) fn check(files: &[Tracked]) -> Vec<String> {
    let sources: Vec<&Tracked> =
        files.iter().filter(|(path, _)| path.ends_with(".rs") && !is_of_tests(path)).collect();
    let is_listed = |name: &str| sources.iter().any(|(_, text)| names_entries(text, name));
    let of_file = |(path, text): &&Tracked| {
        let names = diagnostics(text).into_iter().filter(|name| !is_listed(name));
        names
            .map(|name| {
                format!("{path}: {name}::ENTRIES is in no list of crates/bitiq-bootstrap/src/catalogue")
            })
            .collect::<Vec<_>>()
    };
    sources.iter().flat_map(of_file).collect()
}

/// Whether the text has `Name::ENTRIES`, and not only the end of a longer name.
fn names_entries(text: &str, name: &str) -> bool {
    let wanted = format!("{name}::ENTRIES");
    let begins = |at: usize| !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    text.match_indices(&wanted).any(|(at, _)| begins(at))
}

/// The types that derive it.
fn diagnostics(text: &str) -> Vec<String> {
    let Ok(syntax) = syn::parse_file(text) else { return Vec::new() };
    let name = |item: &Item| match item {
        Item::Enum(it) => derives(&it.attrs).then(|| it.ident.to_string()),
        Item::Struct(it) => derives(&it.attrs).then(|| it.ident.to_string()),
        _ => None,
    };
    syntax.items.iter().filter_map(name).collect()
}

fn derives(attributes: &[Attribute]) -> bool {
    let lists = attributes.iter().filter(|it| it.path().is_ident("derive"));
    let words = lists.filter_map(|it| it.meta.require_list().ok()).map(|it| it.tokens.to_string());
    words.into_iter().any(|words| words.split([',', ':']).any(|word| word.trim() == "Diagnostic"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> Tracked {
        (path.into(), text.into())
    }

    #[test]
    fn an_error_that_no_list_names_is_refused() {
        let error = file("crates/a/src/error.rs", "#[derive(Debug, Diagnostic)] pub enum MyError { A }");
        let one = |list: &str| check(&[error.clone(), file("crates/b/src/catalogue.rs", list)]);
        assert_eq!(one("fn f() { [MyError::ENTRIES] }"), Vec::<String>::new());
        let problems = one("fn f() { [NotMyError::ENTRIES] }");
        assert!(
            problems[0].starts_with("crates/a/src/error.rs: MyError::ENTRIES is in no list"),
            "{problems:?}"
        );
        assert!(check(&[file("crates/a/src/x.rs", "#[derive(Debug)] enum Other { A }")]).is_empty());
    }
}
