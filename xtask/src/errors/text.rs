//! The texts in an expression, as a person sees them: `format!("{name} is {}", of.len())` is `<name> is <of>`.

use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Expr, Token};

use super::source::Room;

/// Methods whose arguments are no texts for people.
const NOT_TOLD: [&str; 16] = [
    "join",
    "contains",
    "replace",
    "replacen",
    "starts_with",
    "ends_with",
    "strip_prefix",
    "strip_suffix",
    "split",
    "split_once",
    "rsplit",
    "find",
    "filter",
    "expect",
    "is_some_and",
    "push",
];
/// Functions that call functions.
const DEPTH: usize = 3;

/// What an expression says.
#[derive(Default)]
pub struct Said {
    /// Its texts, in order.
    pub texts: Vec<String>,
    /// Whether it hands on what another error's hint says.
    pub of_another: bool,
}

/// The texts of `expression`; those of the room's own functions that it calls are among them.
pub fn said(room: &Room, expression: &Expr) -> Said {
    let mut reader = Reader { room, said: Said::default(), depth: 0 };
    reader.visit_expr(expression);
    reader.said
}

/// The same for the whole of a function.
pub fn said_in(room: &Room, block: &syn::Block) -> Said {
    let mut reader = Reader { room, said: Said::default(), depth: 0 };
    reader.visit_block(block);
    reader.said
}

struct Reader<'r> {
    room: &'r Room,
    said: Said,
    depth: usize,
}

impl Reader<'_> {
    fn take(&mut self, text: String) {
        // Single words are names, keys, separators.
        let told = text.trim().contains(' ') || text.contains("://");
        if told && !self.said.texts.contains(&text) {
            self.said.texts.push(text);
        }
    }
}

impl Reader<'_> {
    /// With what a constant holds in the place of its name.
    fn with_constants(&self, text: String) -> String {
        let names =
            text.split('<').skip(1).filter_map(|part| part.split_once('>')).map(|(name, _)| name.to_owned());
        let upper =
            |name: &String| name.len() > 1 && name.chars().all(|c| c.is_ascii_uppercase() || c == '-');
        let constants: Vec<String> = names.filter(upper).collect();
        constants.iter().fold(text, |text, name| match self.room.constant(&name.replace('-', "_")) {
            Some(value) if !value.is_empty() => text.replace(&format!("<{name}>"), &value),
            _ => text,
        })
    }

    /// What a function of the room that is called here says, where that is one text.
    fn only_text(&self, argument: &Expr) -> Option<String> {
        let Expr::Call(_) = argument else { return None };
        let mut reader = Reader { room: self.room, said: Said::default(), depth: self.depth + 1 };
        reader.visit_expr(argument);
        match reader.said.texts.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        }
    }
}

/// What the hints of the crate `disk` come to: it has one for each error of a file system.
const BY_THE_FILE_SYSTEM: &str = "make room, mount it for reading, writing and programs, or take the files back: \
                                  the terminal says which, with the command (`df -h`, `mount -o remount`, `sudo chown -R`)";

/// `disk::hint`, `disk::hint_of`, and what is made of a mount.
fn is_of_the_file_system(function: &Expr) -> bool {
    let Expr::Path(path) = function else { return false };
    let names: Vec<String> = path.path.segments.iter().map(|it| it.ident.to_string()).collect();
    match names.as_slice() {
        [.., room, name] if room == "disk" => name.starts_with("hint"),
        [name] => name == "noexec_hint",
        _ => false,
    }
}

impl<'a> Visit<'a> for Reader<'_> {
    fn visit_lit_str(&mut self, literal: &'a syn::LitStr) {
        self.take(literal.value());
    }

    fn visit_macro(&mut self, called: &'a syn::Macro) {
        if let Some(text) = formatted(called, &|argument| self.only_text(argument)) {
            self.take(self.with_constants(text));
        }
    }

    fn visit_pat(&mut self, _: &'a syn::Pat) {}

    fn visit_expr_method_call(&mut self, call: &'a syn::ExprMethodCall) {
        let name = call.method.to_string();
        self.visit_expr(&call.receiver);
        if name == "hint" {
            self.said.of_another = true;
        } else if !NOT_TOLD.contains(&name.as_str()) {
            call.args.iter().for_each(|argument| self.visit_expr(argument));
        }
    }

    fn visit_expr_call(&mut self, call: &'a syn::ExprCall) {
        let name = match &*call.func {
            Expr::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
            _ => None,
        };
        if let Some(block) =
            name.and_then(|name| self.room.functions.get(&name)).filter(|_| self.depth < DEPTH)
        {
            self.depth += 1;
            self.visit_block(&block.clone());
            self.depth -= 1;
        }
        if is_of_the_file_system(&call.func) {
            self.take(BY_THE_FILE_SYSTEM.to_owned());
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_field(&mut self, field: &'a syn::ExprField) {
        // `disk::explain` gives words and hint together.
        if matches!(&field.member, syn::Member::Named(name) if name == "hint") {
            self.take(BY_THE_FILE_SYSTEM.to_owned());
        }
        visit::visit_expr_field(self, field);
    }
}

/// The text of `format!` and the like; `worded` may put a text in the place of an argument.
fn formatted(called: &syn::Macro, worded: &dyn Fn(&Expr) -> Option<String>) -> Option<String> {
    let name = called.path.segments.last()?.ident.to_string();
    if !["format", "write", "concat"].contains(&name.as_str()) {
        return None;
    }
    let arguments = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(called.tokens.clone()).ok()?;
    let mut arguments = arguments.into_iter().skip(usize::from(name == "write"));
    let text = literal(&arguments.next()?)?;
    let arguments: Vec<Expr> = arguments.collect();
    Some(with_fields(&text, &arguments, worded))
}

/// A text that stands there as it is.
pub fn literal(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

/// `text` with `<field>` for each of its placeholders.
pub fn with_fields(text: &str, arguments: &[Expr], worded: &dyn Fn(&Expr) -> Option<String>) -> String {
    let mut shown = String::new();
    let mut positional = arguments.iter().filter(|it| !matches!(it, Expr::Assign(_)));
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        shown.push_str(before);
        if from.starts_with("{{") || from.starts_with("}}") {
            shown.push_str(&from[..1]);
            rest = &from[2..];
            continue;
        }
        let (inside, after) = from[1..].split_once('}').unwrap_or((&from[1..], ""));
        let name = inside.split(':').next().unwrap_or_default();
        let given = if name.is_empty() { positional.next() } else { None };
        if let Some(text) = given.and_then(worded) {
            shown.push_str(&text);
            rest = after;
            continue;
        }
        let name = match name {
            "" => given.and_then(field).unwrap_or_else(|| "…".to_owned()),
            name if name.starts_with(|c: char| c.is_ascii_digit()) => "…".to_owned(),
            name => name.trim_end_matches(".display()").to_owned(),
        };
        shown.push_str(&format!("<{}>", name.replace('_', "-")));
        rest = after;
    }
    shown + rest
}

/// The field that an expression shows: the first one it names.
fn field(expression: &Expr) -> Option<String> {
    #[derive(Default)]
    struct First(Option<String>);
    impl<'a> Visit<'a> for First {
        fn visit_expr_field(&mut self, field: &'a syn::ExprField) {
            if let syn::Member::Named(name) = &field.member {
                self.0.get_or_insert(name.to_string());
            }
        }
        fn visit_expr_call(&mut self, call: &'a syn::ExprCall) {
            // What is shown is what the function is given.
            call.args.iter().for_each(|argument| self.visit_expr(argument));
        }
        fn visit_expr_path(&mut self, path: &'a syn::ExprPath) {
            let name = path.path.segments.last().map(|last| last.ident.to_string());
            if let Some(name) = name.filter(|name| name != "self") {
                self.0.get_or_insert(name);
            }
        }
    }
    let mut first = First::default();
    first.visit_expr(expression);
    first.0
}
