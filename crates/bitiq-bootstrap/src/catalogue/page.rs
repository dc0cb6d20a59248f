//! docs/errors.md.

use advice::Entry;

use super::{SETTINGS, exit, expected, sections};

const HEAD: &str = "# Errors

Every error, with its cause and its fix. Made from the code by `bitiq-bootstrap reference errors`; a test fails where it is stale.

Search for the words that the terminal shows. `<field>` stands for what differs from case to case. Before a message that begins with
what was being done the terminal says `failed to`, and further causes follow it as `because …`.
The exit code is 3 where nothing was written yet, 1 after the first write and 130 or 143 after a signal, unless it is named here
([all of them](reference.md#exit-codes)).
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
        types.into_iter().flatten().filter(|entry| !entry.hands_on).for_each(|it| text.push_str(&row(it)));
        if title == "cluster.yaml" {
            text.push_str("\nWhat is expected of a value:\n\n");
            text.extend(expected().iter().map(|it| format!("- {}\n", escaped(it))));
        }
    }
    text
}

fn row(entry: &Entry) -> String {
    let exit = exit(entry).map(|code| format!(" (exit {code})")).unwrap_or_default();
    let mut text = format!("\n**{}**{exit}\n\n", code(entry.message));
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
