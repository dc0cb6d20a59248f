//! What can be wrong with flags and variables: `reader.wrong(name, text, expected)`.

use syn::visit::{self, Visit};
use syn::{Expr, ExprMethodCall};

use super::source::{File, Room};
use super::text::said;
use super::told::Told;

const FOLDER: &str = "crates/settings/src/";
const CAUSE: &str = "the value makes no sense for this setting";
const CURE: &str = "give such a value, or leave the flag and its variable out";

/// All of the room, where it is that of the settings.
pub fn told(room: &Room) -> Vec<Told> {
    let mut told = Vec::new();
    for file in room.files.iter().filter(|file| file.path.contains(FOLDER)) {
        Wrong { room, file, told: &mut told }.visit_file(&file.syntax);
    }
    told
}

struct Wrong<'r> {
    room: &'r Room,
    file: &'r File,
    told: &'r mut Vec<Told>,
}

impl Wrong<'_> {
    fn take(&mut self, line: usize, message: String) {
        let place = format!("{}:{line}", self.file.path);
        let (cause, cures) = (CAUSE.to_owned(), vec![CURE.to_owned()]);
        self.told.push(Told { place, message, cause, cures, exit: Some(2), section: None });
    }
}

impl<'a> Visit<'a> for Wrong<'_> {
    fn visit_expr_method_call(&mut self, call: &'a ExprMethodCall) {
        visit::visit_expr_method_call(self, call);
        let line = call.method.span().start().line;
        let of_problems = |it: &Expr| matches!(it, Expr::Field(field) if matches!(&field.member, syn::Member::Named(name) if name == "problems"));
        if call.method == "wrong" {
            let expected = call.args.iter().nth(2).map(|it| said(self.room, it).texts).unwrap_or_default();
            for text in expected {
                self.take(line, format!("<flag> (<variable>) is `<value>`: expected {text}"));
            }
        } else if call.method == "push" && of_problems(&call.receiver) {
            let texts = call.args.first().map(|it| said(self.room, it).texts).unwrap_or_default();
            // What `wrong` itself pushes is told where it is called.
            texts
                .into_iter()
                .filter(|text| !text.ends_with("expected <expected>"))
                .for_each(|text| self.take(line, text));
        }
    }
}
