//! docs/checks.md.

use diagnostics::{CheckId, Subject};

const HEAD: &str = "# Checks

All checks of `check`, `run` and `verify`. Made from the code by `bitiq-bootstrap reference checks`; a test fails if it is stale.

A row of `-o json` has the code in `code` and the name in `id`. Neither changes its meaning. `bitiq-bootstrap explain CODE` shows a
check in the terminal. If an error fails the check, the row shows the code of that error too ([errors](errors.md)).
";

/// The whole page.
pub fn page() -> String {
    let mut subjects: Vec<Subject> = CheckId::ALL.iter().map(|id| id.subject()).collect();
    subjects.dedup();
    let mut text = HEAD.to_owned();
    for subject in subjects {
        text.push_str(&format!("\n## {subject}\n\n| code | check | name | passes if |\n|---|---|---|---|\n"));
        CheckId::ALL.iter().filter(|id| id.subject() == subject).for_each(|id| text.push_str(&row(*id)));
    }
    text
}

fn row(id: CheckId) -> String {
    let (code, anchor) = (id.code(), super::topic::anchor(id.code()));
    let (title, name, claim) = (id.title(), id.name(), id.claim());
    format!("| <a id=\"{anchor}\"></a>{code} | {title} | <a id=\"{name}\"></a>`{name}` | {claim} |\n")
}
