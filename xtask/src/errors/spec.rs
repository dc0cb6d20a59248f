//! What can be wrong with a cluster.yaml: `Found::new(path, span, message, expected)`.

use syn::{Expr, ExprCall};

use super::adhoc::{SAYS_ITSELF, resolved_in};
use super::calls::{Call, calls};
use super::source::{File, Room};
use super::text::{said, said_in};
use super::told::Told;

const ROOM: &str = "cluster-spec";
/// The files that hold what each value must be.
const RULES: [&str; 3] = ["rules.rs", "repo_url.rs", "repo_ref.rs"];
const AS_MARKED: &str =
    "what is expected stands below the mark; all of it is listed at the end of this section";

/// All of the room, where it is that of cluster.yaml.
pub fn told(room: &Room) -> Vec<Told> {
    let mut told = Vec::new();
    for file in room.files.iter().filter(|_| room.name == ROOM) {
        for Call { call, around } in calls(&file.syntax) {
            told.extend(Problem { room, file, around }.told(call));
        }
    }
    told
}

/// What the values of cluster.yaml must be.
pub fn expected(rooms: &[Room]) -> Vec<String> {
    let files = |room: &'_ Room| -> Vec<String> {
        let rules = room.files.iter().filter(|file| RULES.iter().any(|name| file.path.ends_with(name)));
        rules.flat_map(|file| of_rules(room, file)).collect()
    };
    let mut all: Vec<String> = rooms.iter().filter(|room| room.name == ROOM).flat_map(files).collect();
    all.sort();
    all.dedup();
    all
}

fn of_rules(room: &Room, file: &File) -> Vec<String> {
    let mut texts = Vec::new();
    for item in &file.syntax.items {
        match item {
            syn::Item::Fn(function) => texts.extend(said_in(room, &function.block).texts),
            syn::Item::Const(found) => texts.extend(said(room, &found.expr).texts),
            syn::Item::Impl(found) => {
                for item in &found.items {
                    if let syn::ImplItem::Fn(function) = item {
                        texts.extend(said_in(room, &function.block).texts);
                    }
                }
            }
            _ => {}
        }
    }
    texts
        .iter()
        .map(|text| text.strip_prefix("expected ").unwrap_or(text).to_owned())
        .filter(|it| it.contains(' ') && !it.starts_with("the file"))
        .collect()
}

/// Where a call stands.
struct Problem<'a> {
    room: &'a Room,
    file: &'a File,
    around: Option<&'a syn::Block>,
}

impl Problem<'_> {
    /// What a call says is wrong; nothing, where it is another call.
    fn told(&self, call: &ExprCall) -> Vec<Told> {
        let Expr::Path(path) = &*call.func else { return Vec::new() };
        let names: Vec<String> = path.path.segments.iter().map(|it| it.ident.to_string()).collect();
        let mut arguments = call.args.iter().skip(2);
        let (["Found", "new"], Some(message)) =
            (names.iter().map(String::as_str).collect::<Vec<_>>().as_slice(), arguments.next())
        else {
            return Vec::new();
        };
        let place = format!("{}:{}", self.file.path, syn::spanned::Spanned::span(call).start().line);
        let pairs = self.pairs(call, message, arguments.next());
        let told = |(message, cures): (String, Vec<String>)| {
            let cures = if cures.is_empty() { vec![AS_MARKED.to_owned()] } else { cures };
            Told {
                place: place.clone(),
                message,
                cause: SAYS_ITSELF.to_owned(),
                cures,
                exit: Some(2),
                section: None,
            }
        };
        pairs.into_iter().map(told).collect()
    }

    fn texts(&self, expression: &Expr) -> Vec<String> {
        resolved_in(self.room, self.file, self.around, expression).texts
    }

    /// Each message with what is expected instead. Both may come from one `let (message, expected, help) = match …`.
    fn pairs(&self, call: &ExprCall, message: &Expr, expected: Option<&Expr>) -> Vec<(String, Vec<String>)> {
        let rows = self.around.map(|block| rows(block, message)).unwrap_or_default();
        if !rows.is_empty() {
            let texts = |part: &Expr| said(self.room, part).texts;
            let pair = |(message, rest): (Expr, Vec<Expr>)| {
                let cures: Vec<String> = rest.iter().flat_map(&texts).collect();
                texts(&message).into_iter().map(move |message| (message, cures.clone())).collect::<Vec<_>>()
            };
            return rows.into_iter().flat_map(pair).collect();
        }
        let cures = expected.map(|it| self.texts(it)).unwrap_or_default();
        let messages = self.texts(message).into_iter().flat_map(|message| self.worded(call, message));
        messages.map(|message| (message, cures.clone())).collect()
    }

    /// A message with each text that its part `<what>` may be.
    fn worded(&self, call: &ExprCall, message: String) -> Vec<String> {
        if !message.contains("<what>") {
            return vec![message];
        }
        let what = syn::Ident::new("what", syn::spanned::Spanned::span(call));
        let path = syn::ExprPath { attrs: Vec::new(), qself: None, path: what.into() };
        let parts = self.texts(&Expr::Path(path));
        parts.iter().map(|part| message.replace("<what>", part)).collect()
    }
}

/// Of `let (message, …) = match … { … => (message, …) }`: the first part and the further ones of each arm.
fn rows(block: &syn::Block, message: &Expr) -> Vec<(Expr, Vec<Expr>)> {
    let Expr::Path(name) = message else { return Vec::new() };
    let of_message = |local: &&syn::Local| match &local.pat {
        syn::Pat::Tuple(tuple) => {
            matches!(tuple.elems.first(), Some(syn::Pat::Ident(it)) if name.path.is_ident(&it.ident))
        }
        _ => false,
    };
    let locals = block.stmts.iter().filter_map(|statement| match statement {
        syn::Stmt::Local(local) => Some(local),
        _ => None,
    });
    let init = locals.filter(of_message).filter_map(|local| local.init.as_ref()).map(|init| &*init.expr);
    let arms = init.filter_map(|init| match init {
        Expr::Match(found) => Some(found.arms.iter()),
        _ => None,
    });
    arms.flatten().filter_map(|arm| tuple(&arm.body)).collect()
}

fn tuple(body: &Expr) -> Option<(Expr, Vec<Expr>)> {
    match body {
        Expr::Tuple(tuple) => {
            let mut parts = tuple.elems.iter().cloned();
            Some((parts.next()?, parts.collect()))
        }
        Expr::Block(block) => match block.block.stmts.last()? {
            syn::Stmt::Expr(last, None) => self::tuple(last),
            _ => None,
        },
        _ => None,
    }
}
