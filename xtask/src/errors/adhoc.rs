//! The failures that the run and the binary make by themselves: `Failure::refused("preflight", message).hint(…)`.

use std::collections::HashSet;

use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Expr, ExprCall};

use super::calls::{Call, calls};
use super::source::{File, Room};
use super::text::{Said, literal, said};
use super::told::Told;

/// Files whose failures say what is told elsewhere.
const ELSEWHERE: [&str; 2] = [
    // Each problem of a setting is told by itself.
    "settings/src/settings.rs",
    // What clap says of the command line.
    "bitiq-bootstrap/src/show/json.rs",
];
/// The message says the cause itself.
pub const SAYS_ITSELF: &str = "what the message says";

/// All of one room.
///
/// # Errors
/// A text that can't be read from the source.
pub fn told(room: &Room) -> Result<Vec<Told>, Vec<String>> {
    let mut told = Vec::new();
    let mut problems = Vec::new();
    for file in &room.files {
        let mut reader = Reader {
            room,
            file,
            functions: Vec::new(),
            done: HashSet::new(),
            told: &mut told,
            problems: &mut problems,
        };
        reader.visit_file(&file.syntax);
    }
    if problems.is_empty() { Ok(told) } else { Err(problems) }
}

struct Reader<'r, 'a> {
    room: &'r Room,
    file: &'r File,
    /// The functions around, the innermost last.
    functions: Vec<(syn::Signature, &'a syn::Block)>,
    /// Where a failure stands that was read with its hint.
    done: HashSet<(usize, usize)>,
    told: &'r mut Vec<Told>,
    problems: &'r mut Vec<String>,
}

impl<'a> Reader<'_, 'a> {
    fn take(&mut self, call: &ExprCall, made: &Made<'_>, hint: Option<&Expr>) {
        let at = call.span().start();
        if !self.done.insert((at.line, at.column)) {
            return;
        }
        let place = format!("{}:{}", self.file.path, at.line);
        let elsewhere = ELSEWHERE.iter().any(|path| self.file.path.ends_with(path));
        if elsewhere || self.hands_on(made.message) {
            return;
        }
        let (messages, hints) = match self.parameter(made.message) {
            Some(index) => {
                let calls = self.calls(index, hint.or(made.hint).and_then(|hint| self.parameter(hint)));
                (calls.0, if calls.1.is_empty() { self.hints(hint.or(made.hint)) } else { calls.1 })
            }
            None => (self.resolved(made.message).texts, self.hints(hint.or(made.hint))),
        };
        if messages.is_empty() {
            self.problems.push(format!(
                "{place}: the message of this failure can't be read: let it be a literal, or `format!` of one"
            ));
        }
        for message in messages {
            let cause = SAYS_ITSELF.to_owned();
            self.told.push(Told {
                place: place.clone(),
                message,
                cause,
                cures: hints.clone(),
                exit: made.exit,
                section: None,
            });
        }
    }

    /// Whether it is the text of another error, which is told where that is defined.
    fn hands_on(&self, message: &Expr) -> bool {
        match message {
            Expr::MethodCall(call) => call.method == "to_string" || call.method == "clone",
            Expr::Call(call) => matches!(&*call.func, Expr::Path(path) if path.path.is_ident("said")),
            _ => false,
        }
    }

    /// Which parameter of the function around it is.
    fn parameter(&self, expression: &Expr) -> Option<usize> {
        let Expr::Path(path) = expression else { return None };
        let name = path.path.get_ident()?;
        let (signature, _) = self.functions.last()?;
        let named = |input: &syn::FnArg| match input {
            syn::FnArg::Typed(typed) => matches!(&*typed.pat, syn::Pat::Ident(it) if it.ident == *name),
            syn::FnArg::Receiver(_) => false,
        };
        signature.inputs.iter().position(named)
    }

    /// What the function around is called with in this file.
    fn calls(&self, message: usize, hint: Option<usize>) -> (Vec<String>, Vec<String>) {
        let Some((signature, _)) = self.functions.last() else { return Default::default() };
        let is_it = |call: &Call<'_>| match &*call.call.func {
            Expr::Path(path) => path.path.segments.last().is_some_and(|it| it.ident == signature.ident),
            _ => false,
        };
        let mut messages = Vec::new();
        let mut hints = Vec::new();
        for Call { call, around } in calls(&self.file.syntax).into_iter().filter(is_it) {
            let texts = |index: usize| {
                call.args.iter().nth(index).map(|it| resolved_in(self.room, self.file, around, it).texts)
            };
            messages.extend(texts(message).unwrap_or_default());
            hints.extend(hint.and_then(texts).unwrap_or_default());
        }
        (messages, hints)
    }

    fn resolved(&self, expression: &Expr) -> Said {
        resolved_in(self.room, self.file, self.functions.last().map(|(_, block)| *block), expression)
    }

    /// The hint that was given with it, else one that the function around puts on it later.
    fn hints(&self, given: Option<&Expr>) -> Vec<String> {
        if let Some(given) = given {
            let said = self.resolved(given);
            return if said.texts.is_empty() && said.of_another {
                vec!["as its cause says".to_owned()]
            } else {
                said.texts
            };
        }
        let Some((_, block)) = self.functions.last() else { return Vec::new() };
        let mut later = Later(Vec::new());
        later.visit_block(block);
        later.0.iter().flat_map(|hint| self.resolved(hint).texts).collect()
    }
}

/// The texts of an expression; a variable's are those it was made of.
pub fn resolved_in(room: &Room, file: &File, around: Option<&syn::Block>, expression: &Expr) -> Said {
    let found = said(room, expression);
    let Expr::Path(path) = inner(expression) else { return found };
    let Some(name) = path.path.segments.last().map(|last| last.ident.to_string()) else { return found };
    let mut values = Values { name, before: expression.span().start().line, found: Vec::new() };
    around.into_iter().for_each(|block| values.visit_block(block));
    values.visit_file_consts(&file.syntax);
    let mut all = Said::default();
    // The nearest one above is meant.
    if let Some(value) = values.found.last() {
        let said = said(room, value);
        // One word is a text too where it is all there is.
        all.texts.extend(literal(value).into_iter().chain(said.texts).filter(|text| text.contains(' ')));
    }
    all.texts.dedup();
    all
}

/// Without `&`, `.clone()`, `.into()`.
fn inner(expression: &Expr) -> &Expr {
    match expression {
        Expr::Reference(it) => inner(&it.expr),
        Expr::MethodCall(call) if call.args.is_empty() && call.method != "hint" => inner(&call.receiver),
        other => other,
    }
}

/// The parts of a call that makes a failure.
struct Made<'a> {
    message: &'a Expr,
    hint: Option<&'a Expr>,
    exit: Option<u8>,
}

fn made(call: &ExprCall) -> Option<Made<'_>> {
    let Expr::Path(path) = &*call.func else { return None };
    let names: Vec<String> = path.path.segments.iter().map(|it| it.ident.to_string()).collect();
    let [.., of, name] = names.as_slice() else { return None };
    let argument = |index: usize| call.args.iter().nth(index);
    match (of.as_str(), name.as_str()) {
        ("Failure", "new") => Some(Made { message: argument(2)?, hint: None, exit: exit(argument(0)?) }),
        ("Failure", "verbatim") => {
            Some(Made { message: argument(2)?, hint: argument(3), exit: exit(argument(0)?) })
        }
        ("Failure", "refused") => Some(Made { message: argument(1)?, hint: None, exit: Some(3) }),
        _ => None,
    }
}

fn exit(kind: &Expr) -> Option<u8> {
    let Expr::Path(path) = kind else { return None };
    match path.path.segments.last()?.ident.to_string().as_str() {
        "Usage" => Some(2),
        "Refused" => Some(3),
        "Step" => Some(1),
        "Locked" => Some(4),
        _ => None,
    }
}

/// The failure that a chain of methods begins with.
fn beginning(expression: &Expr) -> Option<&ExprCall> {
    match expression {
        Expr::Call(call) => made(call).map(|_| call),
        Expr::MethodCall(call) => beginning(&call.receiver),
        _ => None,
    }
}

impl<'a> Visit<'a> for Reader<'_, 'a> {
    fn visit_item_fn(&mut self, function: &'a syn::ItemFn) {
        self.functions.push((function.sig.clone(), &function.block));
        visit::visit_item_fn(self, function);
        self.functions.pop();
    }

    fn visit_impl_item_fn(&mut self, function: &'a syn::ImplItemFn) {
        // Failure's own constructors.
        let of_failure = self.file.path.ends_with("bootstrap-core/src/failure.rs");
        if !of_failure {
            self.functions.push((function.sig.clone(), &function.block));
            visit::visit_impl_item_fn(self, function);
            self.functions.pop();
        }
    }

    fn visit_expr_method_call(&mut self, call: &'a syn::ExprMethodCall) {
        if call.method == "hint"
            && let Some(failure) = beginning(&call.receiver)
            && let Some(made) = made(failure)
        {
            self.take(failure, &made, call.args.first());
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'a ExprCall) {
        if let Some(made) = made(call) {
            self.take(call, &made, None);
        }
        visit::visit_expr_call(self, call);
    }
}

/// What a variable, a closure or a constant is made of.
struct Values {
    name: String,
    /// The line where it is used.
    before: usize,
    found: Vec<Expr>,
}

impl Values {
    fn visit_file_consts(&mut self, file: &syn::File) {
        for item in &file.items {
            if let syn::Item::Const(found) = item
                && found.ident == self.name.as_str()
            {
                self.found.push((*found.expr).clone());
            }
        }
    }
}

impl<'a> Visit<'a> for Values {
    fn visit_expr_let(&mut self, found: &'a syn::ExprLet) {
        if found.let_token.span.start().line <= self.before && binds(&found.pat, &self.name) {
            self.found.push((*found.expr).clone());
        }
        visit::visit_expr_let(self, found);
    }

    fn visit_expr_match(&mut self, found: &'a syn::ExprMatch) {
        if found.arms.iter().any(|arm| binds(&arm.pat, &self.name)) {
            self.found.push((*found.expr).clone());
        }
        visit::visit_expr_match(self, found);
    }

    fn visit_local(&mut self, local: &'a syn::Local) {
        let pattern = match &local.pat {
            syn::Pat::Type(typed) => &typed.pat,
            pattern => pattern,
        };
        let of_tuple =
            matches!(pattern, syn::Pat::Tuple(tuple) if tuple.elems.iter().any(|it| binds(it, &self.name)));
        if local.span().start().line > self.before {
            return;
        }
        if let (true, Some(init)) = (of_tuple, &local.init) {
            self.found.push((*init.expr).clone());
        }
        if let (syn::Pat::Ident(name), Some(init)) = (pattern, &local.init)
            && name.ident == self.name.as_str()
        {
            self.found.push((*init.expr).clone());
        }
        visit::visit_local(self, local);
    }
}

/// Whether a pattern gives something this name.
fn binds(pattern: &syn::Pat, name: &str) -> bool {
    match pattern {
        syn::Pat::Ident(it) => it.ident == name,
        syn::Pat::TupleStruct(it) => it.elems.iter().any(|it| binds(it, name)),
        _ => false,
    }
}

/// `failure.hint(…)` on a variable.
struct Later(Vec<Expr>);

impl<'a> Visit<'a> for Later {
    fn visit_expr_method_call(&mut self, call: &'a syn::ExprMethodCall) {
        if call.method == "hint" && matches!(&*call.receiver, Expr::Path(_)) {
            self.0.extend(call.args.first().cloned());
        }
        visit::visit_expr_method_call(self, call);
    }
}
