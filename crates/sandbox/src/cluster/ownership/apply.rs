//! Server-side apply: every field has managers, a foreign field that would change is a conflict, and what a manager no
//! longer applies goes.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::cluster::http::failure::{Cause, Failure};
use crate::cluster::ownership::compare::{Difference, comparable, ownable};
use crate::cluster::ownership::fields::{FieldSet, Path, display};
use crate::cluster::ownership::managers::{self, Entry, Writer};
use crate::cluster::ownership::merge;
use crate::cluster::ownership::prune::remove;
use crate::cluster::ownership::shape::Shape;

/// `live` (or a bare new object) after `writer` applied `patch`.
pub(crate) fn applied(
    live: &Value,
    patch: &Value,
    writer: &Writer,
    force: bool,
    shape: &Shape<'_>,
) -> Result<Value, Failure> {
    let mut object = live.clone();
    merge::apply(&mut object, patch, shape);
    let mut entries = managers::read(live);
    let wanted = FieldSet::applied(&ownable(patch), shape);
    let after = ownable(&object);
    let written = Difference::between(&comparable(Some(live), &after, shape), &after, shape).written();
    take_over(&mut entries, writer, &written, force)?;
    drop_unapplied(&mut object, &entries, writer, &wanted, shape);
    managers::give(&mut entries, writer, "Apply", wanted, true);
    managers::write(&mut object, entries);
    Ok(object)
}

/// Takes `written` from the other managers; a refusal unless `force`.
fn take_over(entries: &mut [Entry], writer: &Writer, written: &FieldSet, force: bool) -> Result<(), Failure> {
    let mut conflicts: Vec<(String, Path)> = Vec::new();
    for entry in entries.iter_mut().filter(|entry| !entry.is(writer, "Apply")) {
        let taken: Vec<_> = entry.fields.iter().filter(|path| written.contains(path)).cloned().collect();
        conflicts.extend(taken.into_iter().map(|path| (entry.display(), path)));
        entry.fields.take_away(written);
    }
    if conflicts.is_empty() || force { Ok(()) } else { Err(conflict(&conflicts)) }
}

/// What this manager applied before, does not apply now, and nobody else holds.
fn drop_unapplied(
    object: &mut Value,
    entries: &[Entry],
    writer: &Writer,
    wanted: &FieldSet,
    shape: &Shape<'_>,
) {
    let Some(earlier) = entries.iter().find(|entry| entry.is(writer, "Apply")) else { return };
    let held = |path: &Path| {
        let others = entries.iter().filter(|entry| !entry.is(writer, "Apply"));
        others.map(|entry| &entry.fields).chain([wanted]).any(|set| set.contains(path) || set.has_below(path))
    };
    // An item before what is inside it: without its keys it could not be found any more.
    for path in earlier.fields.iter().filter(|path| !held(path)) {
        remove(object, path, shape);
    }
}

/// The server's own wording, down to the line breaks.
fn conflict(conflicts: &[(String, Path)]) -> Failure {
    let causes: Vec<_> = conflicts
        .iter()
        .map(|(manager, path)| Cause {
            reason: "FieldManagerConflict",
            message: format!("conflict with {manager}"),
            field: display(path),
        })
        .collect();
    let message = match conflicts {
        [(manager, path)] => {
            format!("Apply failed with 1 conflict: conflict with {manager}: {}", display(path))
        }
        many => format!("Apply failed with {} conflicts: {}", many.len(), listed(many)),
    };
    Failure::apply_conflict(message, &causes)
}

fn listed(conflicts: &[(String, Path)]) -> String {
    let mut by_manager: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (manager, path) in conflicts {
        by_manager.entry(manager).or_default().push(format!("- {}", display(path)));
    }
    let parts =
        by_manager.iter().map(|(manager, paths)| format!("conflicts with {manager}:\n{}", paths.join("\n")));
    parts.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Failure, Shape, Writer, applied};
    use crate::cluster::ownership::managers::record_update;

    fn writer(manager: &str) -> Writer {
        Writer { manager: manager.to_owned(), api_version: "v1".to_owned(), subresource: String::new() }
    }

    fn apply(live: &Value, manager: &str, data: Value, force: bool) -> Result<Value, Failure> {
        applied(
            live,
            &json!({"metadata": {"name": "s"}, "data": data}),
            &writer(manager),
            force,
            &Shape::built_in(),
        )
    }

    fn written_by_kubectl() -> Value {
        let mut object = json!({"metadata": {"name": "s"}, "data": {"a": "1", "b": "2"}});
        record_update(None, &mut object, &writer("kubectl-client-side-apply"), &Shape::built_in());
        object
    }

    fn check_conflict(data: Value, expect: &str) {
        let failure = apply(&written_by_kubectl(), "me", data, false).expect_err("a conflict");
        assert_eq!((failure.code, failure.message.as_str()), (409, expect));
    }

    #[test]
    fn one_foreign_field_is_named() {
        check_conflict(
            json!({"a": "x"}),
            r#"Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using v1: .data.a"#,
        );
    }

    #[test]
    fn several_foreign_fields_are_listed() {
        check_conflict(
            json!({"a": "x", "b": "y"}),
            "Apply failed with 2 conflicts: conflicts with \"kubectl-client-side-apply\" using v1:\n- .data.a\n- .data.b",
        );
    }

    #[test]
    fn the_same_value_is_no_conflict() {
        let object = apply(&written_by_kubectl(), "me", json!({"a": "1"}), false).expect("shared");
        assert_eq!(object["metadata"]["managedFields"].as_array().map(Vec::len), Some(2));
    }

    #[test]
    fn force_takes_the_field_over() {
        let object = apply(&written_by_kubectl(), "me", json!({"a": "x"}), true).expect("forced");
        let theirs = &object["metadata"]["managedFields"][1]["fieldsV1"]["f:data"];
        assert_eq!((&object["data"]["a"], theirs), (&json!("x"), &json!({".": {}, "f:b": {}})));
    }

    #[test]
    fn a_field_no_longer_applied_goes() {
        let first = apply(&json!({"metadata": {"name": "s"}}), "me", json!({"a": "1", "b": "2"}), false)
            .expect("new");
        let second = apply(&first, "me", json!({"a": "1"}), false).expect("fewer");
        assert_eq!(second["data"], json!({"a": "1"}));
    }

    #[test]
    fn the_same_again_changes_nothing() {
        let first = apply(&json!({"metadata": {"name": "s"}}), "me", json!({"a": "1"}), false).expect("new");
        assert_eq!(apply(&first, "me", json!({"a": "1"}), false).expect("same"), first);
    }
}
