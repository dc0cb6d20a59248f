//! One `#[hint(…)]`: what to do, and in which case.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::{Attribute, Expr, Result};

use crate::hint::{Part, collect};
use crate::template::Arguments;

/// What to do in one case.
pub struct Case {
    /// The condition; none where it holds always.
    when: Option<Expr>,
    parts: Vec<Part>,
}

impl Case {
    /// Reads the attribute.
    pub fn of(attribute: &Attribute) -> Result<Self> {
        let all = attribute.parse_args_with(Arguments::parse_terminated)?;
        let when = all.first().and_then(condition);
        let parts = all.iter().skip(usize::from(when.is_some())).map(Part::of).collect::<Result<_>>()?;
        Ok(Self { when, parts })
    }

    /// Whether code makes a part of it.
    pub fn is_of_code(&self) -> bool {
        self.parts.iter().any(Part::is_of_code)
    }

    /// All names that it uses.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.parts.iter().flat_map(Part::names).collect();
        collect(self.when.to_token_stream(), &mut names);
        names
    }

    /// The parts as one text.
    pub fn page(&self) -> String {
        let mut page = String::new();
        let mut line = false;
        for part in &self.parts {
            let apart = (line || part.is_line()) && !page.is_empty();
            page.push_str(if apart { " " } else { "" });
            page.push_str(&part.page());
            line = part.is_line();
        }
        page.trim_end().to_owned()
    }

    /// The advice of this case, with that of the cases behind it.
    pub fn or(&self, rest: &TokenStream) -> TokenStream {
        let added: std::result::Result<Vec<_>, _> = self.parts.iter().map(Part::added).collect();
        let advice = match added {
            Ok(added) => quote! { ::std::option::Option::Some(::advice::Advice::default()#(#added)*) },
            Err(whole) => whole,
        };
        match &self.when {
            Some(when) => quote! { if #when { #advice } else { #rest } },
            None => advice,
        }
    }
}

/// The condition in `when(…)`.
fn condition(expression: &Expr) -> Option<Expr> {
    match expression {
        Expr::Call(call) if call.func.to_token_stream().to_string() == "when" => call.args.first().cloned(),
        _ => None,
    }
}
