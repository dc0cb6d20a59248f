//! `#[derive(Diagnostic)]` for error enums: all that is known of an error stands at its variant.
//!
//! - The doc comment says its cause.
//! - `#[error("…")]` (of thiserror) says what went wrong.
//! - `#[code("VAULT-007")]` gives it a code: never used before, never changed.
//! - `#[hint(…)]` says what to do. Its parts, in order: a text or `say("…", values)`; `run("…", values)`, a command on
//!   a line of its own; `inline("…", values)`, a command in the sentence; `paste("…", values)`; `change(VARIABLE)`, a
//!   setting that needs another value; `then(value, "…")`, another advice and what the catalogue shows of it; `of(error)`, the hint of another error; `by(value)`,
//!   an `Option<Advice>` that code makes; `disk(error)`, the hint of an error of a file system.
//!   Of several ones the first counts whose first part `when(condition)` holds, or that has none.
//! - `#[fix("…")]` says what the catalogue shows in place of what `by` makes; without `by`, in place of the hint, or of
//!   one that only the caller can give.
//!
//! An error whose text begins with `expected` says what to do by that: it needs no hint.
//!
//! A variant with `#[error(transparent)]` has the hint and the entry of the error in it.

mod case;
mod hint;
mod template;
mod variant;

use proc_macro::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Result, parse_macro_input};

use crate::variant::Variant;

/// Derives `Diagnostic` and `Catalogue`.
#[proc_macro_derive(Diagnostic, attributes(code, hint, fix))]
pub fn diagnostic(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    derive(&input).unwrap_or_else(Error::into_compile_error).into()
}

fn derive(input: &DeriveInput) -> Result<proc_macro2::TokenStream> {
    let name = &input.ident;
    let (impls, types, wheres) = input.generics.split_for_impl();
    let variants = variants(input)?;
    let entries = variants.iter().filter_map(Variant::entry);
    let found = variants.iter().enumerate().map(|(at, variant)| variant.found(index(&variants, at)));
    let hints = variants.iter().map(Variant::advice);
    Ok(quote! {
        impl #impls ::advice::Catalogue for #name #types #wheres {
            const ENTRIES: &'static [::advice::Entry] = &[#(#entries),*];
        }
        impl #impls ::advice::Diagnostic for #name #types #wheres {
            fn entry(&self) -> &'static ::advice::Entry {
                match self { #(#found),* }
            }
            fn hint(&self) -> ::std::option::Option<::advice::Advice> {
                match self { #(#hints),* }
            }
        }
    })
}

/// The place of an entry: variants that hand on another error have none.
fn index(variants: &[Variant<'_>], at: usize) -> usize {
    variants[..at].iter().filter(|variant| !variant.is_transparent()).count()
}

fn variants(input: &DeriveInput) -> Result<Vec<Variant<'_>>> {
    match &input.data {
        Data::Enum(data) => data
            .variants
            .iter()
            .map(|it| Variant::of(&input.ident, Some(&it.ident), &it.attrs, &it.fields))
            .collect(),
        Data::Struct(data) => Ok(vec![Variant::of(&input.ident, None, &input.attrs, &data.fields)?]),
        Data::Union(_) => Err(Error::new_spanned(input, "an error is an enum or a struct")),
    }
}
