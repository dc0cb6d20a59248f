//! The text of a template as the catalogue shows it: `<field>` for what differs.

use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, Lit, Token};

/// The arguments of `format!`, or of a command.
pub type Arguments = Punctuated<Expr, Token![,]>;

/// The text that an expression is.
pub fn literal(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

/// `{name}` and `{}` of `text` as `<name>`. In a command `{}` alone is a place.
pub fn shown(text: &str, values: &[&Expr], is_command: bool) -> String {
    let mut made = String::new();
    let mut values = values.iter().filter(|it| !matches!(it, Expr::Assign(_)));
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        made.push_str(&rest[..at]);
        rest = &rest[at..];
        let escaped = !is_command && (rest.starts_with("{{") || rest.starts_with("}}"));
        let place = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
        match place {
            Some((inside, after)) if !escaped && (!is_command || inside.is_empty()) => {
                let name = inside.split(':').next().unwrap_or_default();
                let name =
                    if name.is_empty() { values.next().and_then(|it| field(it)) } else { Some(name.into()) };
                made.push_str(&angled(&name.unwrap_or_else(|| "…".into())));
                rest = after;
            }
            _ => {
                made.push_str(&rest[..1]);
                rest = &rest[if escaped { 2 } else { 1 }..];
            }
        }
    }
    made + rest
}

fn angled(name: &str) -> String {
    let name = name.trim_start_matches('_').replace('_', "-");
    let is_position = name.chars().all(|c| c.is_ascii_digit());
    if is_position { "<…>".into() } else { format!("<{name}>") }
}

/// The field that an expression shows.
fn field(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        Expr::Field(field) => match &field.member {
            syn::Member::Named(name) => Some(name.to_string()),
            syn::Member::Unnamed(_) => None,
        },
        Expr::MethodCall(call) => field(&call.receiver),
        Expr::Call(call) => call.args.first().and_then(field),
        Expr::Reference(inner) => field(&inner.expr),
        Expr::Unary(inner) => field(&inner.expr),
        Expr::Paren(inner) => field(&inner.expr),
        _ => None,
    }
}

/// The names that a text takes from around it: `{name}`.
pub fn captured(text: &str) -> Vec<String> {
    let inside = text.split('{').skip(1).filter_map(|part| part.split_once('}'));
    inside.map(|(name, _)| name.split(':').next().unwrap_or_default().to_owned()).collect()
}
