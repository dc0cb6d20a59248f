//! One variant of an error, as its attributes describe it.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Attribute, Error, Expr, Fields, Meta, Result};

use crate::case::Case;
use crate::template::{Arguments, literal, shown};

/// One variant.
pub struct Variant<'a> {
    owner: &'a Ident,
    name: Option<&'a Ident>,
    fields: &'a Fields,
    code: String,
    cause: String,
    /// What `#[error]` says; none where it is transparent.
    message: Option<String>,
    cases: Vec<Case>,
    fixes: Vec<String>,
}

impl<'a> Variant<'a> {
    /// Reads the attributes.
    pub fn of(
        owner: &'a Ident,
        name: Option<&'a Ident>,
        all: &[Attribute],
        fields: &'a Fields,
    ) -> Result<Self> {
        let of = |name: &'static str| all.iter().filter(move |it| it.path().is_ident(name));
        let cases = of("hint").map(Case::of).collect::<Result<Vec<_>>>()?;
        let fix = |it: &Attribute| it.parse_args::<syn::LitStr>().map(|text| text.value());
        let fixes = of("fix").map(fix).collect::<Result<Vec<_>>>()?;
        let code = of("code").next().map(fix).transpose()?.unwrap_or_default();
        let message = of("error").next().map(message).transpose()?.flatten();
        let cause = of("doc").filter_map(doc).collect::<Vec<_>>().join(" ").trim().to_owned();
        let variant = Self { owner, name, fields, code, cause, message, cases, fixes };
        variant.check(name.unwrap_or(owner)).map(|()| variant)
    }

    fn check(&self, at: &Ident) -> Result<()> {
        let wrong = |what: &str| Err(Error::new_spanned(at, what));
        match self {
            _ if self.is_transparent() => Ok(()),
            Self { code, .. } if !is_code(code) => {
                wrong("give it `#[code(\"AREA-001\")]`: a code of its own")
            }
            Self { cause, .. } if cause.is_empty() => wrong("its doc comment says the cause: it is missing"),
            Self { cases, fixes, .. }
                if cases.is_empty() && fixes.is_empty() && self.expectation().is_none() =>
            {
                wrong("give it `#[hint(…)]`: what to do")
            }
            Self { fixes, .. } if fixes.is_empty() && self.has_code() => {
                wrong("give it `#[fix(\"…\")]`: the catalogue can't show what code makes")
            }
            _ => Ok(()),
        }
    }

    /// True if it hands on the error in it.
    pub fn is_transparent(&self) -> bool {
        self.message.is_none()
    }

    /// Whether code makes a hint.
    fn has_code(&self) -> bool {
        self.cases.iter().any(Case::is_of_code)
    }

    /// Its text, where that says what to do.
    fn expectation(&self) -> Option<&String> {
        self.message.as_ref().filter(|message| message.starts_with("expected "))
    }

    fn path(&self) -> TokenStream {
        self.name.map_or_else(|| quote! { Self }, |name| quote! { Self::#name })
    }

    /// The pattern that binds the fields which `used` names.
    fn pattern(&self, used: &[String]) -> TokenStream {
        let path = self.path();
        let names = names(self.fields);
        let is_used = |name: &Ident| {
            used.iter().any(|used| name == used || name.to_string().trim_start_matches('_') == used)
        };
        match self.fields {
            Fields::Named(_) => {
                let bound = names.iter().filter(|name| is_used(name));
                quote! { #path { #(#bound,)* .. } }
            }
            Fields::Unnamed(_) => {
                let bound = names.iter().map(|name| {
                    if is_used(name) {
                        quote! { #name }
                    } else {
                        quote! { _ }
                    }
                });
                quote! { #path(#(#bound),*) }
            }
            Fields::Unit => path,
        }
    }

    /// The arm of a transparent variant: `method` of the error in it.
    fn handed_on(&self, method: &TokenStream) -> TokenStream {
        let name = names(self.fields).into_iter().next();
        let used: Vec<String> = name.iter().map(ToString::to_string).collect();
        let pattern = self.pattern(&used);
        quote! { #pattern => ::advice::Diagnostic::#method(&*#name) }
    }

    /// Its entry in the catalogue.
    pub fn entry(&self) -> Option<TokenStream> {
        let (code, cause, message) = (&self.code, &self.cause, self.message.as_ref()?);
        let hands_on = message.starts_with('<') && message.find('>') == Some(message.len() - 1);
        let name = self.name.map_or_else(|| self.owner.to_string(), |name| format!("{}::{name}", self.owner));
        let fixes = self.shown_fixes();
        Some(quote! {
            ::advice::Entry { code: #code, name: #name, message: #message, hands_on: #hands_on, cause: #cause, fixes: &[#(#fixes),*] }
        })
    }

    /// What the catalogue shows as fixes.
    fn shown_fixes(&self) -> Vec<String> {
        let is_replaced = |case: &&Case| case.is_of_code() || !self.fixes.is_empty() && !self.has_code();
        let own = self.cases.iter().filter(|case| !is_replaced(case)).map(Case::page);
        let text = self.expectation().filter(|_| self.cases.is_empty()).cloned();
        own.chain(text).chain(self.fixes.iter().cloned()).collect()
    }

    /// The arm that finds its entry.
    pub fn found(&self, index: usize) -> TokenStream {
        if !self.is_transparent() {
            let pattern = self.pattern(&[]);
            return quote! { #pattern => &<Self as ::advice::Catalogue>::ENTRIES[#index] };
        }
        self.handed_on(&quote! { entry })
    }

    /// The arm that gives its advice.
    pub fn advice(&self) -> TokenStream {
        if self.is_transparent() && self.cases.is_empty() {
            return self.handed_on(&quote! { hint });
        }
        let used: Vec<String> = self.cases.iter().flat_map(Case::names).collect();
        let pattern = self.pattern(&used);
        let none = quote! { ::std::option::Option::None };
        let advice = self.cases.iter().rev().fold(none, |rest, case| case.or(&rest));
        quote! { #pattern => #advice }
    }
}

/// True for capital letters, a hyphen and three digits.
fn is_code(text: &str) -> bool {
    let is_number = |number: &str| number.len() == 3 && number.bytes().all(|it| it.is_ascii_digit());
    text.split_once('-').is_some_and(|(area, number)| {
        !area.is_empty() && area.bytes().all(|it| it.is_ascii_uppercase()) && is_number(number)
    })
}

/// What `#[error]` says, as the catalogue shows it; none where it is transparent.
fn message(attribute: &Attribute) -> Result<Option<String>> {
    let arguments = attribute.parse_args_with(Arguments::parse_terminated)?;
    let values: Vec<&Expr> = arguments.iter().skip(1).collect();
    Ok(arguments.first().and_then(literal).map(|text| shown(&text, &values, false)))
}

/// A line of a doc comment.
fn doc(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(pair) => literal(&pair.value).map(|line| line.trim().to_owned()),
        _ => None,
    }
}

/// The fields of a variant, as a pattern binds them: `a`, or `_0`.
fn names(fields: &Fields) -> Vec<proc_macro2::Ident> {
    let name = |(at, field): (usize, &syn::Field)| {
        field.ident.clone().unwrap_or_else(|| quote::format_ident!("_{at}"))
    };
    fields.iter().enumerate().map(name).collect()
}
