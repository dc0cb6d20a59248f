//! The parts of `#[hint(…)]`.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::{Error, Expr, ExprCall, Result};

use crate::template::{Arguments, captured, literal, shown};

/// What the hints of the crate `disk` come to: it has one for each error of a file system.
const BY_THE_FILE_SYSTEM: &str =
    "the terminal shows the fix for the error of the file system (DISK-001 to DISK-021)";

/// A part.
pub enum Part {
    /// Words.
    Say(Arguments),
    /// A command on a line of its own.
    Run(Arguments),
    /// A command in the sentence.
    Inline(Arguments),
    /// Lines to be pasted.
    Paste(Arguments),
    /// A setting that needs another value.
    Change(Expr),
    /// Another advice, and what the catalogue shows of it.
    Then(Expr, Option<String>),
    /// The hint of another error.
    Of(Expr),
    /// Code that makes the hint.
    By(Expr),
    /// The hint of an error of a file system, in the middle of a sentence.
    Disk(Expr),
}

impl Part {
    /// Reads a part.
    pub fn of(expression: &Expr) -> Result<Self> {
        if literal(expression).is_some() {
            return Ok(Self::Say([expression.clone()].into_iter().collect()));
        }
        let wrong = || {
            Error::new_spanned(
                expression,
                "expected a text, say, run, inline, paste, change, then, of, by or disk",
            )
        };
        let Expr::Call(ExprCall { func, args, .. }) = expression else { return Err(wrong()) };
        let first = args.first().cloned().ok_or_else(wrong)?;
        match func.to_token_stream().to_string().as_str() {
            "say" => Ok(Self::Say(args.clone())),
            "run" => Ok(Self::Run(args.clone())),
            "inline" => Ok(Self::Inline(args.clone())),
            "paste" => Ok(Self::Paste(args.clone())),
            "change" => Ok(Self::Change(first)),
            "then" => Ok(Self::Then(first, args.get(1).and_then(literal))),
            "of" => Ok(Self::Of(first)),
            "by" => Ok(Self::By(first)),
            "disk" => Ok(Self::Disk(first)),
            _ => Err(wrong()),
        }
    }

    /// What the part adds to an advice; `Err` where it is the whole hint.
    pub fn added(&self) -> std::result::Result<TokenStream, TokenStream> {
        match self {
            Self::Say(arguments) => Ok(quote! { .and(::std::format!(#arguments)) }),
            Self::Run(arguments) => Ok(quote! { .run(::advice::shell!(#arguments)) }),
            Self::Inline(arguments) => Ok(quote! { .inline(::advice::shell!(#arguments)) }),
            Self::Paste(arguments) => Ok(quote! { .paste(::std::format!(#arguments)) }),
            Self::Change(variable) => Ok(quote! { .change(#variable) }),
            Self::Then(advice, _) => Ok(quote! { .then(#advice) }),
            Self::Disk(error) => {
                Ok(quote! { .then(::advice::Diagnostic::hint(&*#error).unwrap_or_default()) })
            }
            Self::Of(error) => Err(quote! { ::advice::Diagnostic::hint(&*#error) }),
            Self::By(advice) => Err(quote! { #advice }),
        }
    }

    /// What the catalogue shows of it.
    pub fn page(&self) -> String {
        let text = |arguments: &Arguments, is_command| {
            let values: Vec<&Expr> = arguments.iter().skip(1).collect();
            arguments
                .first()
                .and_then(literal)
                .map(|text| shown(&text, &values, is_command))
                .unwrap_or_default()
        };
        match self {
            Self::Say(arguments) => text(arguments, false),
            Self::Run(arguments) | Self::Inline(arguments) => format!("`{}`", text(arguments, true)),
            Self::Paste(arguments) => format!("`{}`", text(arguments, false)),
            Self::Change(_) => String::new(),
            Self::Then(_, Some(shown)) => shown.clone(),
            Self::Then(_, None) | Self::Of(_) | Self::By(_) => "as its cause says".into(),
            Self::Disk(_) => BY_THE_FILE_SYSTEM.into(),
        }
    }

    /// Whether its text says by itself what the catalogue shows.
    pub fn is_of_code(&self) -> bool {
        matches!(self, Self::Then(_, None) | Self::By(_))
    }

    /// Whether it begins a line, and the next part too.
    pub fn is_line(&self) -> bool {
        matches!(self, Self::Run(_) | Self::Paste(_) | Self::Then(_, Some(_)))
    }

    /// All names that it uses.
    pub fn names(&self) -> Vec<String> {
        let tokens = match self {
            Self::Say(all) | Self::Run(all) | Self::Inline(all) | Self::Paste(all) => all.to_token_stream(),
            Self::Change(one) | Self::Then(one, _) | Self::Of(one) | Self::By(one) | Self::Disk(one) => {
                one.to_token_stream()
            }
        };
        let mut names = Vec::new();
        collect(tokens, &mut names);
        names
    }
}

/// Adds all names in `tokens`.
pub fn collect(tokens: TokenStream, names: &mut Vec<String>) {
    for token in tokens {
        match token {
            proc_macro2::TokenTree::Ident(name) => names.push(name.to_string()),
            proc_macro2::TokenTree::Group(group) => collect(group.stream(), names),
            proc_macro2::TokenTree::Literal(text) => names.extend(captured(&text.to_string())),
            proc_macro2::TokenTree::Punct(_) => {}
        }
    }
}
