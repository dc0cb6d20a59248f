//! From what was heard while it was looked to the rows of the report: pure.

use diagnostics::{Event, EventKind, Failure, Listener, Row, RowStatus, Subject};
use parking_lot::Mutex;
use std::sync::Arc;

const MORE: Subject = Subject::More;

/// What the looks told.
#[derive(Clone, Default)]
pub(super) struct Heard {
    told: Arc<Mutex<Told>>,
}

#[derive(Default)]
struct Told {
    rows: Vec<Row>,
    warnings: Vec<String>,
    /// Systems where nothing stands in the way, in a few words.
    fine: Vec<(Subject, String)>,
}

impl Listener for Heard {
    fn hear(&mut self, event: &Event) {
        let mut told = self.told.lock();
        match &event.kind {
            EventKind::Row(row) => told.rows.push(Row::clone(row)),
            EventKind::Warning { text } => told.warnings.push(text.clone()),
            // Without a word: the command has no business with it.
            EventKind::Checked { system, ok: true, detail, .. } if !detail.is_empty() => {
                told.fine.push((*system, detail.clone()));
            }
            _ => {}
        }
    }
}

impl Heard {
    /// All rows, system by system. Nothing that was heard is lost: a failure, a warning or a whole system that has no
    /// row gets one. Under `strict` what looks odd has failed.
    pub(super) fn report(&self, failures: &[Failure], strict: bool) -> Vec<Row> {
        let told = self.told.lock();
        let mut rows = told.rows.clone();
        for (system, detail) in &told.fine {
            if rows.iter().all(|row| row.group != *system) {
                rows.push(Row::ok(*system, detail.clone()));
            }
        }
        for failure in failures.iter().filter(|failure| !told.rows.iter().any(|row| tells(row, failure))) {
            let row = Row::of_failure(MORE, format!("{} is as a run needs it", failure.subject), failure);
            rows.push(Row { command: failure.command.as_deref().map(str::to_owned), ..row });
        }
        let is_new = |text: &&String| !told.rows.iter().any(|row| row.details.contains(text));
        let mut warnings: Vec<String> = told.warnings.iter().filter(is_new).cloned().collect();
        warnings.dedup();
        if !warnings.is_empty() {
            rows.push(Row::warning(MORE, "nothing else looks odd", warnings));
        }
        rows.sort_by_key(|row| row.group);
        if strict {
            let odd = rows.iter_mut().filter(|row| row.status == RowStatus::Warning);
            odd.for_each(|row| row.status = RowStatus::Failed);
        }
        rows
    }
}

/// Whether the row is of this failure: one failure may have several rows, each with a part of what it says.
fn tells(row: &Row, failure: &Failure) -> bool {
    let says = |detail: &String| !detail.is_empty() && failure.message.contains(detail.as_str());
    row.status == RowStatus::Failed && row.details.iter().any(says)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn heard(all: &[EventKind]) -> Heard {
        let (heard, events) = (Heard::default(), diagnostics::Events::default());
        events.add(Box::new(heard.clone()));
        all.iter().for_each(|kind| events.emit(kind.clone()));
        heard
    }

    fn row(row: Row) -> EventKind {
        EventKind::Row(Box::new(row))
    }

    fn warning(text: &str) -> EventKind {
        EventKind::Warning { text: text.into() }
    }

    fn shown(rows: &[Row]) -> Vec<(&str, &str, &str)> {
        rows.iter().map(|row| (row.group.name(), row.sentence.as_str(), row.status.as_str())).collect()
    }

    #[test]
    fn systems_stand_in_one_order_whichever_answered_first() {
        use Subject::{Cluster, ClusterYaml, Lock, More, Readiness, Repository};
        let events = [Readiness, More, Repository, ClusterYaml, Lock, Cluster]
            .map(|group| row(Row::ok(group, "well")));
        let rows = heard(&events).report(&[], false);
        let groups: Vec<&str> = rows.iter().map(|row| row.group.name()).collect();
        assert_eq!(groups, ["cluster.yaml", "cluster", "repository", "more", "lock", "readiness"]);
    }

    #[test]
    fn what_has_no_row_of_its_own_gets_one_and_the_rest_none_twice() {
        let told = Failure::refused(Subject::Cluster, "dev may not get secrets, nor patch secrets");
        let events = [
            row(Row::failed(Subject::Cluster, "we may", vec!["patch secrets".into()])),
            row(Row::warning(Subject::Vault, "fine", vec!["odd".into()])),
            warning("odd"),
            warning("odder"),
            EventKind::Checked {
                system: Subject::Operator,
                ok: true,
                detail: "there".into(),
                took: Duration::ZERO,
            },
            EventKind::Checked {
                system: Subject::Command("init"),
                ok: true,
                detail: String::new(),
                took: Duration::ZERO,
            },
        ];
        let rows =
            heard(&events).report(&[told, Failure::refused(Subject::Command("infra-id"), "stale")], false);
        let expect = [
            ("cluster", "we may", "failed"),
            ("Vault", "fine", "warning"),
            ("operator", "there", "ok"),
            ("more", "infra-id is as a run needs it", "failed"),
            ("more", "nothing else looks odd", "warning"),
        ];
        assert_eq!(shown(&rows), expect);
    }

    #[test]
    fn under_strict_what_looks_odd_has_failed() {
        let rows = heard(&[warning("odd")]).report(&[], true);
        assert_eq!(shown(&rows), [("more", "nothing else looks odd", "failed")]);
    }
}
