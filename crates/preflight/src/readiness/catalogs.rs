//! Catalogs that OLM can install from: pure.

use std::collections::BTreeSet;

use argocd::chart::Catalog;
use serde_json::Value;

use super::Verdict;

/// `wanted`: those that are needed; none where that is not known: every one that is there, then.
pub(super) fn judge(found: &[Value], wanted: Option<&BTreeSet<Catalog>>) -> Verdict {
    let there = |catalog: &Catalog| found.iter().find(|found| identity(found) == *catalog);
    let against: Vec<String> = match wanted {
        Some(wanted) => wanted.iter().filter_map(|catalog| against(catalog, there(catalog))).collect(),
        None if found.is_empty() => vec!["there are no CatalogSources".into()],
        None => found.iter().filter_map(|found| against(&identity(found), Some(found))).collect(),
    };
    if !against.is_empty() {
        return Verdict::NotYet(against);
    }
    let names: Vec<String> = match wanted {
        Some(wanted) => wanted.iter().map(|catalog| catalog.name.clone()).collect(),
        None => found.iter().map(|found| identity(found).name).collect(),
    };
    Verdict::Ready(names.join(", "))
}

fn identity(found: &Value) -> Catalog {
    let word = |key: &str| found["metadata"][key].as_str().unwrap_or("?").to_owned();
    Catalog { namespace: word("namespace"), name: word("name") }
}

fn against(catalog: &Catalog, found: Option<&Value>) -> Option<String> {
    let Catalog { namespace, name } = catalog;
    let Some(found) = found else {
        return Some(format!("CatalogSource {namespace}/{name} is not there"));
    };
    match found["status"]["connectionState"]["lastObservedState"].as_str() {
        Some("READY") => None,
        Some(state) => Some(format!("CatalogSource {namespace}/{name} is {}", secret::one_line(state))),
        None => Some(format!("CatalogSource {namespace}/{name} was not connected to yet")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn source(name: &str, state: Option<&str>) -> Value {
        let status = state.map(|state| json!({"connectionState": {"lastObservedState": state}}));
        json!({"metadata": {"name": name, "namespace": "m"}, "status": status})
    }

    fn wanted(names: &[&str]) -> BTreeSet<Catalog> {
        names.iter().map(|name| Catalog { namespace: "m".into(), name: (*name).into() }).collect()
    }

    #[test]
    fn only_those_that_are_needed_count() {
        let found = [source("red", Some("READY")), source("blue", Some("TRANSIENT_FAILURE"))];
        assert_eq!(judge(&found, Some(&wanted(&["red"]))), Verdict::Ready("red".into()));
        let said = Verdict::NotYet(vec!["CatalogSource m/blue is TRANSIENT_FAILURE".into()]);
        assert_eq!(judge(&found, Some(&wanted(&["red", "blue"]))), said);
        assert_eq!(judge(&found, None), said);
    }

    #[test]
    fn one_that_is_not_there_or_new_is_not_ready() {
        let expect = [
            "CatalogSource m/green is not there".to_owned(),
            "CatalogSource m/new was not connected to yet".to_owned(),
        ];
        let found = [source("new", None)];
        assert_eq!(judge(&found, Some(&wanted(&["new", "green"]))), Verdict::NotYet(expect.into()));
        assert_eq!(judge(&[], None), Verdict::NotYet(vec!["there are no CatalogSources".into()]));
    }
}
