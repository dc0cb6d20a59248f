//! docs/errors.md.

use advice::Entry;

use super::{SETTINGS, exit, sections};

const HEAD: &str = "# Errors

All errors, with cause and fix. Made from the code by `bitiq-bootstrap reference errors`; a test fails if it is stale.

Each error has a code. The terminal shows it in the last line of the error, JSON and the trace in `id`. A code never changes its
meaning. `bitiq-bootstrap explain CODE` shows the same text offline. `<field>` is a value that differs from case to case.

The exit code is 3 before the first write, 1 after the first write, 130 or 143 after a signal. An error with another exit code says so
([exit codes](reference.md#exit-codes)).
";

/// What is no error of ours.
const CLAP: &str = "
A command line that can't be understood (`unexpected argument`, `invalid value`, `required arguments were not provided`) is told with its
usage; `bitiq-bootstrap <COMMAND> --help` tells more (exit 2).
";

/// The whole page.
pub fn page() -> String {
    let mut text = HEAD.to_owned();
    for (title, types) in sections() {
        text.push_str(&format!("\n## {title}\n"));
        text.push_str(if title == SETTINGS { CLAP } else { "" });
        types.into_iter().flatten().for_each(|it| text.push_str(&row(it)));
    }
    text
}

fn row(entry: &Entry) -> String {
    let exit = exit(entry).map(|code| format!(" (exit {code})")).unwrap_or_default();
    let anchor = super::topic::anchor(entry.code);
    let mut text =
        format!("\n### <a id=\"{anchor}\"></a>{}\n\n{}{exit}\n\n", entry.code, code(entry.message));
    text.push_str(&format!("- Cause: {}\n", escaped(entry.cause.trim_end_matches('.'))));
    match entry.fixes {
        [] => {}
        [only] => text.push_str(&format!("- Fix: {}\n", fix(only))),
        many => {
            text.push_str("- Fix, one of:\n");
            text.extend(many.iter().map(|it| format!("  - {}\n", fix(it))));
        }
    }
    text
}

/// As code, whatever backticks are in it.
fn code(text: &str) -> String {
    let text = text.replace('\n', " ");
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// Words as they are, but for what Markdown would take for a tag; lines that follow are commands.
fn fix(text: &str) -> String {
    let mut lines = text.trim().lines();
    let first = lines.next().unwrap_or_default();
    let mut shown = escaped(first);
    for line in lines {
        shown.push_str(&format!("<br>{}", code(line.trim())));
    }
    shown
}

/// `<` outside of code.
fn escaped(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let shown: Vec<String> = parts
        .map(
            |(at, part)| {
                if at % 2 == 0 { part.replace('<', "\\<").replace('*', "\\*") } else { part.to_owned() }
            },
        )
        .collect();
    shown.join("`")
}
