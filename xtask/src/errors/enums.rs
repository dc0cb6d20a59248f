//! The enums of the rooms: `#[error]` is the message, the doc comment the cause, `hint()` or a paragraph `Cure:` the cure.

use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Ident, Item, Token};

use super::cures::{AS_THE_CAUSE, Cures};
use super::source::{File, Room};
use super::text::{literal, with_fields};
use super::told::Told;

/// All of one room.
pub fn told(room: &Room) -> Vec<Told> {
    let cures = Cures::of(room);
    room.files.iter().flat_map(|file| of_file(file, &cures)).collect()
}

fn of_file(file: &File, cures: &Cures) -> Vec<Told> {
    let mut told = Vec::new();
    for item in &file.syntax.items {
        match item {
            Item::Enum(found) if is_typed(&found.attrs) => {}
            Item::Struct(found) if is_typed(&found.attrs) => {}
            Item::Enum(found) => {
                for variant in &found.variants {
                    let (name, by_hand) = (&variant.ident, cures.message(&found.ident, &variant.ident));
                    told.extend(one(file, name, &variant.attrs, by_hand, &|| cures.cure(&found.ident, name)));
                }
            }
            Item::Struct(found) => {
                let cure = || cures.whole(&found.ident);
                told.extend(one(file, &found.ident, &found.attrs, None, &cure));
            }
            _ => {}
        }
    }
    told
}

/// Whether the catalogue has it.
fn is_typed(attributes: &[Attribute]) -> bool {
    let derives = attributes.iter().filter(|it| it.path().is_ident("derive"));
    derives
        .filter_map(|it| it.meta.require_list().ok())
        .any(|it| it.tokens.to_string().contains("Diagnostic"))
}

fn one(
    file: &File,
    name: &Ident,
    attributes: &[Attribute],
    by_hand: Option<String>,
    cure: &dyn Fn() -> Vec<String>,
) -> Option<Told> {
    let message = attributes.iter().find_map(message).or(by_hand)?;
    // It says what another error says.
    if message == "<…>" {
        return None;
    }
    let (cause, own_cure) = documented(attributes);
    let hints = cure().into_iter().filter(|hint| own_cure.is_none() || hint != AS_THE_CAUSE);
    let cures = own_cure.clone().into_iter().chain(hints).collect();
    Some(Told {
        place: format!("{}:{}", file.path, name.span().start().line),
        message,
        cause,
        cures,
        exit: None,
        section: None,
    })
}

/// Of `#[error("…", …)]`; none where it is `transparent`.
fn message(attribute: &Attribute) -> Option<String> {
    if !attribute.path().is_ident("error") {
        return None;
    }
    let tokens = attribute.meta.require_list().ok()?.tokens.clone();
    let arguments: Vec<Expr> =
        Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens).ok()?.into_iter().collect();
    let (first, further) = arguments.split_first()?;
    Some(with_fields(&literal(first)?, further, &|_| None))
}

/// What the doc comment says: the cause, and the paragraph that begins with `Cure:`.
fn documented(attributes: &[Attribute]) -> (String, Option<String>) {
    let lines = attributes.iter().filter(|attribute| attribute.path().is_ident("doc"));
    let text: Vec<String> = lines
        .filter_map(|attribute| literal(&attribute.meta.require_name_value().ok()?.value))
        .map(|line| line.trim().to_owned())
        .collect();
    let text = text.join("\n");
    let mut cause = Vec::new();
    let mut cure = None;
    for paragraph in text.split("\n\n") {
        let paragraph = paragraph.replace('\n', " ").replace("[`", "`").replace("`]", "`");
        match paragraph.strip_prefix("Cure: ") {
            Some(text) => cure = Some(text.to_owned()),
            None => cause.push(paragraph),
        }
    }
    (cause.join(" "), cure)
}
