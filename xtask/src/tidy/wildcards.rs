use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Arm, ExprMatch, Item, ItemImpl, Pat, Path, Type};

use crate::tidy::code::is_of_tests;
use crate::tidy::test_items::is_test_item;
use crate::tidy::tracked::Tracked;

/// Enums that grow: the compiler names each place that a new variant needs, where no match has an arm for the rest.
const ENUMS: [&str; 5] = ["Step", "Subject", "Scope", "Output", "Source"];

/// A match on one of these enums names each variant.
pub(crate) fn check(files: &[Tracked]) -> Vec<String> {
    let sources = files.iter().filter(|(path, _)| path.ends_with(".rs") && !is_of_tests(path));
    let found: Vec<(&str, usize, String)> = sources
        .flat_map(|(path, text)| {
            Rests::of(text).into_iter().map(move |(line, name)| (path.as_str(), line, name))
        })
        .collect();
    let refused = found.iter().map(|(path, line, name)| {
        format!("{path}:{line}: a match on {name} has an arm for the rest: name each variant")
    });
    refused.collect()
}

/// The matches of a file on one of these enums that have an arm for the rest.
#[derive(Default)]
struct Rests {
    found: Vec<(usize, String)>,
    /// What `Self` is.
    here: Option<String>,
}

impl Rests {
    fn of(text: &str) -> Vec<(usize, String)> {
        let mut rests = Self::default();
        if let Ok(syntax) = syn::parse_file(text) {
            rests.visit_file(&syntax);
        }
        rests.found
    }

    /// The enum that a pattern names a variant of.
    fn named(&self, pattern: &Pat) -> Option<String> {
        match pattern {
            Pat::Path(it) => self.of_path(&it.path),
            Pat::TupleStruct(it) => {
                self.of_path(&it.path).or_else(|| it.elems.iter().find_map(|part| self.named(part)))
            }
            Pat::Struct(it) => self.of_path(&it.path),
            Pat::Or(it) => it.cases.iter().find_map(|case| self.named(case)),
            Pat::Tuple(it) => it.elems.iter().find_map(|part| self.named(part)),
            Pat::Reference(it) => self.named(&it.pat),
            Pat::Paren(it) => self.named(&it.pat),
            Pat::Ident(it) => self.named(&it.subpat.as_ref()?.1),
            _ => None,
        }
    }

    fn of_path(&self, path: &Path) -> Option<String> {
        let before = path.segments.iter().rev().nth(1)?.ident.to_string();
        let name = if before == "Self" { self.here.clone()? } else { before };
        ENUMS.contains(&name.as_str()).then_some(name)
    }
}

/// Whether an arm takes whatever the others left.
fn takes_the_rest(arm: &Arm) -> bool {
    arm.guard.is_none() && is_open(&arm.pat)
}

fn is_open(pattern: &Pat) -> bool {
    match pattern {
        Pat::Wild(_) => true,
        // `None` is a name too.
        Pat::Ident(it) => it.subpat.is_none() && it.ident.to_string().starts_with(char::is_lowercase),
        Pat::Tuple(it) => it.elems.iter().all(is_open),
        Pat::TupleStruct(it) => it.path.is_ident("Some") && it.elems.iter().all(is_open),
        Pat::Reference(it) => is_open(&it.pat),
        Pat::Paren(it) => is_open(&it.pat),
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Rests {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test_item(item) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        let name = match &*item.self_ty {
            Type::Path(it) => it.path.segments.last().map(|last| last.ident.to_string()),
            _ => None,
        };
        let outer = std::mem::replace(&mut self.here, name);
        visit::visit_item_impl(self, item);
        self.here = outer;
    }

    fn visit_expr_match(&mut self, expression: &'ast ExprMatch) {
        let named = expression.arms.iter().find_map(|arm| self.named(&arm.pat));
        if let (Some(name), Some(rest)) = (named, expression.arms.iter().find(|arm| takes_the_rest(arm))) {
            self.found.push((rest.span().start().line, name));
        }
        visit::visit_expr_match(self, expression);
    }
}

#[cfg(test)]
mod tests {
    const FILE: &str = "crates/a/src/b.rs";

    #[track_caller]
    fn check(text: &str, expect: &[(usize, &str)]) {
        let expect = expect.iter().map(|(line, name)| {
            format!("{FILE}:{line}: a match on {name} has an arm for the rest: name each variant")
        });
        assert_eq!(super::check(&[(FILE.into(), text.into())]), expect.collect::<Vec<_>>());
    }

    #[test]
    fn an_arm_for_the_rest_is_refused() {
        check(
            "fn f(s: Step) {\n    match s {\n        Step::Record => 1,\n        _ => 2,\n    }\n}",
            &[(4, "Step")],
        );
        check("fn f() { match s { Subject::Step(_) | Subject::Lock => 1, other => 2 } }", &[(1, "Subject")]);
        check("fn f() { match (a, s) { (1, diagnostics::Scope::All) => 1, (_, _) => 2 } }", &[(1, "Scope")]);
        check("fn f() { match s { Some(Step::Record) => 1, _ => 2 } }", &[(1, "Step")]);
        check("fn f() { match s { None => 0, Some(Step::Record) => 1, Some(s) => 2 } }", &[(1, "Step")]);
        check("impl Output { fn f(self) { match self { Self::Json => 1, _ => 2 } } }", &[(1, "Output")]);
        check("fn f() { match &s { all @ Source::Env => 1, _ => 2 } }", &[(1, "Source")]);
    }

    #[test]
    fn each_variant_named_other_enums_and_tests_are_fine() {
        check("fn f() { match s { Step::Record => 1, Step::Script => 2 } }", &[]);
        check("fn f() { match (a, s) { (None, _) => 1, (Some(_), Step::Record) => 2 } }", &[]);
        check("fn f() { match s { Kind::Text => 1, _ => 2 } }", &[]);
        check("impl Other { fn f(self) { match self { Self::Json => 1, _ => 2 } } }", &[]);
        check("fn f() { match (s, a) { (Step::Record, _) => 1, (Step::Script, _) => 2 } }", &[]);
        check("fn f() { match s { Step::Record => 1, s if s.is_last() => 2, Step::Script => 3 } }", &[]);
        check("#[cfg(test)] mod tests { fn f() { match s { Step::Record => 1, _ => 2 } } }", &[]);
    }
}
