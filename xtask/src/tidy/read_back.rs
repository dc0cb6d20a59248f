use syn::visit::{self, Visit};
use syn::{Expr, ExprMethodCall, Item, Member};

use crate::tidy::code::is_of_tests;
use crate::tidy::test_items::is_test_item;
use crate::tidy::tracked::Tracked;

/// Fields and methods that hold text for a person.
const TEXTS: [&str; 5] = ["message", "claim", "hint", "details", "detail"];

/// Methods that look for something in a text.
const READ: [&str; 6] = ["starts_with", "ends_with", "contains", "strip_prefix", "split_once", "find"];

/// Text for a person is never read back: what is decided by is data.
pub(crate) fn check(files: &[Tracked]) -> Vec<String> {
    let sources = files.iter().filter(|(path, _)| path.ends_with(".rs") && !is_of_tests(path));
    let in_file = |(path, text): &Tracked| {
        let mut reads = Reads::default();
        if let Ok(syntax) = syn::parse_file(text) {
            reads.visit_file(&syntax);
        }
        let told = |(line, name)| format!("{path}:{line}: `{name}` is text for a person: decide by data");
        reads.found.into_iter().map(told).collect::<Vec<_>>()
    };
    sources.flat_map(in_file).collect()
}

#[derive(Default)]
struct Reads {
    found: Vec<(usize, String)>,
}

/// The text that a receiver comes from.
fn text(receiver: &Expr) -> Option<String> {
    let name = match receiver {
        Expr::Field(field) => match &field.member {
            Member::Named(name) => name.to_string(),
            Member::Unnamed(_) => return None,
        },
        Expr::MethodCall(call) if TEXTS.iter().any(|name| call.method == name) => call.method.to_string(),
        Expr::MethodCall(call) => return text(&call.receiver),
        Expr::Paren(inner) => return text(&inner.expr),
        Expr::Reference(inner) => return text(&inner.expr),
        _ => return None,
    };
    TEXTS.contains(&name.as_str()).then_some(name)
}

impl<'ast> Visit<'ast> for Reads {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test_item(item) {
            visit::visit_item(self, item);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        if READ.iter().any(|name| call.method == name)
            && let Some(name) = text(&call.receiver)
        {
            self.found.push((call.method.span().start().line, name));
        }
        visit::visit_expr_method_call(self, call);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        check(&[("crates/a/src/b.rs".to_owned(), text.to_owned())])
    }

    #[test]
    fn a_decision_by_text_is_refused() {
        let why = |name: &str| format!("crates/a/src/b.rs:1: `{name}` is text for a person: decide by data");
        assert_eq!(told("fn f() { if failure.message.starts_with(\"x\") {} }"), [why("message")]);
        assert_eq!(told("fn f() { check.hint.as_deref().contains(\"x\"); }"), [why("hint")]);
        assert_eq!(told("fn f() { check.details().contains(&text); }"), [why("details")]);
    }

    #[test]
    fn other_texts_and_tests_are_fine() {
        assert!(told("fn f() { path.starts_with(\"x\"); failure.message.push_str(\"x\"); }").is_empty());
        assert!(told("#[cfg(test)] mod tests { fn f() { it.message.contains(\"x\"); } }").is_empty());
    }
}
