//! What `hint()` says for each variant, and the messages of the enums that word them by hand (`impl Display`).

use std::collections::BTreeMap;

use syn::visit::{self, Visit};
use syn::{Expr, ExprMatch, Ident, ImplItem, Item, Pat, Type};

use super::source::Room;
use super::text::{Said, said, said_in};

/// Another error has the hint.
pub const AS_THE_CAUSE: &str = "as the error below it says";

/// By type, then by variant.
#[derive(Default)]
pub struct Cures {
    hints: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    of_types: BTreeMap<String, Vec<String>>,
    messages: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

impl Cures {
    /// Of one room.
    pub fn of(room: &Room) -> Self {
        let mut cures = Self::default();
        for item in room.files.iter().flat_map(|file| &file.syntax.items) {
            if let Item::Impl(found) = item
                && let Type::Path(path) = &*found.self_ty
                && let Some(of) = path.path.segments.last()
            {
                found.items.iter().for_each(|item| cures.take(room, &of.ident.to_string(), item));
            }
        }
        cures
    }

    fn take(&mut self, room: &Room, of: &str, item: &ImplItem) {
        let ImplItem::Fn(function) = item else { return };
        let all = match function.sig.ident.to_string().as_str() {
            "hint" => &mut self.hints,
            "fmt" => &mut self.messages,
            _ => return,
        };
        let mut arms = Arms { room, by_variant: BTreeMap::new() };
        arms.visit_block(&function.block);
        if arms.by_variant.is_empty() && function.sig.ident == "hint" {
            self.of_types.insert(of.to_owned(), texts(said_in(room, &function.block)));
        }
        all.entry(of.to_owned()).or_default().extend(arms.by_variant);
    }

    /// What to do about one variant.
    pub fn cure(&self, of: &Ident, variant: &Ident) -> Vec<String> {
        let found = self.hints.get(&of.to_string()).and_then(|all| all.get(&variant.to_string()));
        found.cloned().unwrap_or_default()
    }

    /// What to do about a type that is one error.
    pub fn whole(&self, of: &Ident) -> Vec<String> {
        self.of_types.get(&of.to_string()).cloned().unwrap_or_default()
    }

    /// How a variant is worded by hand; only where the type has hints, and so is an error.
    pub fn message(&self, of: &Ident, variant: &Ident) -> Option<String> {
        self.hints.get(&of.to_string())?;
        let texts = self.messages.get(&of.to_string())?.get(&variant.to_string())?;
        (!texts.is_empty()).then(|| texts.join(" / "))
    }
}

/// The arms of `match self`, by the variants they are for.
struct Arms<'r> {
    room: &'r Room,
    by_variant: BTreeMap<String, Vec<String>>,
}

impl<'a> Visit<'a> for Arms<'_> {
    fn visit_expr_match(&mut self, found: &'a ExprMatch) {
        let of_self = matches!(&*found.expr, Expr::Path(path) if path.path.is_ident("self"));
        if !of_self {
            return visit::visit_expr_match(self, found);
        }
        for arm in &found.arms {
            let texts = texts(said(self.room, &arm.body));
            for variant in variants(&arm.pat) {
                let all = self.by_variant.entry(variant).or_default();
                let fresh: Vec<String> = texts.iter().filter(|text| !all.contains(text)).cloned().collect();
                all.extend(fresh);
            }
        }
    }
}

fn texts(said: Said) -> Vec<String> {
    match said.texts.is_empty() && said.of_another {
        true => vec![AS_THE_CAUSE.to_owned()],
        false => said.texts,
    }
}

fn variants(pattern: &Pat) -> Vec<String> {
    let last = |path: &syn::Path| path.segments.last().map(|last| last.ident.to_string());
    match pattern {
        Pat::Or(any) => any.cases.iter().flat_map(variants).collect(),
        Pat::Struct(it) => last(&it.path).into_iter().collect(),
        Pat::TupleStruct(it) => last(&it.path).into_iter().collect(),
        Pat::Path(it) => last(&it.path).into_iter().collect(),
        _ => Vec::new(),
    }
}
