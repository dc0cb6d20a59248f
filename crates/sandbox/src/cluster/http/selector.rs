//! Label and field selectors: which objects of a collection a request is about.

use serde_json::Value;

use crate::cluster::http::query::Query;

/// What `labelSelector` and `fieldSelector` ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Selector {
    labels: Vec<Requirement>,
    fields: Vec<(String, String, bool)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Requirement {
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Exists(String),
    Absent(String),
}

impl Selector {
    /// Reads both selectors.
    pub(crate) fn parse(query: &Query) -> Self {
        let terms = |name| split(query.get(name).unwrap_or_default());
        Self {
            labels: terms("labelSelector").iter().map(|term| Requirement::parse(term)).collect(),
            fields: terms("fieldSelector").iter().filter_map(|term| field(term)).collect(),
        }
    }

    /// Whether `object` is meant.
    pub(crate) fn selects(&self, object: &Value) -> bool {
        self.labels.iter().all(|requirement| requirement.holds(&object["metadata"]["labels"]))
            && self.fields.iter().all(|(path, value, equal)| (at(object, path) == *value) == *equal)
    }

    /// The one name a field selector asks for, which authorization looks at too.
    pub(crate) fn name(&self) -> Option<&str> {
        let mut names = self.fields.iter().filter(|(path, _, equal)| path == "metadata.name" && *equal);
        names.next().map(|(_, name, _)| name.as_str())
    }
}

impl Requirement {
    fn parse(term: &str) -> Self {
        let values = |list: &str| {
            let inner = list.trim().trim_start_matches('(').trim_end_matches(')');
            inner.split(',').map(|value| value.trim().to_owned()).collect()
        };
        let owned = |text: &str| text.trim().to_owned();
        if let Some((label, list)) = term.split_once(" notin ") {
            Self::NotIn(owned(label), values(list))
        } else if let Some((label, list)) = term.split_once(" in ") {
            Self::In(owned(label), values(list))
        } else if let Some((label, value)) = term.split_once("!=") {
            Self::NotIn(owned(label), vec![owned(value)])
        } else if let Some((label, value)) = term.split_once('=') {
            Self::In(owned(label), vec![owned(value.trim_start_matches('='))])
        } else if let Some(label) = term.strip_prefix('!') {
            Self::Absent(owned(label))
        } else {
            Self::Exists(owned(term))
        }
    }

    fn holds(&self, labels: &Value) -> bool {
        let value = |label: &str| labels[label].as_str();
        match self {
            Self::In(label, values) => {
                value(label).is_some_and(|value| values.iter().any(|one| one == value))
            }
            Self::NotIn(label, values) => {
                value(label).is_none_or(|value| values.iter().all(|one| one != value))
            }
            Self::Exists(label) => value(label).is_some(),
            Self::Absent(label) => value(label).is_none(),
        }
    }
}

/// Splits at commas that are not inside brackets.
fn split(text: &str) -> Vec<String> {
    let (mut terms, mut depth) = (vec![String::new()], 0);
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        match (c, terms.last_mut()) {
            (',', _) if depth == 0 => terms.push(String::new()),
            (_, Some(term)) => term.push(c),
            _ => {}
        }
    }
    terms.retain(|term| !term.trim().is_empty());
    terms
}

fn field(term: &str) -> Option<(String, String, bool)> {
    let (path, value, equal) = match term.split_once("!=") {
        Some((path, value)) => (path, value, false),
        None => term.split_once('=').map(|(path, value)| (path, value.trim_start_matches('='), true))?,
    };
    Some((path.trim().to_owned(), value.trim().to_owned(), equal))
}

fn at(object: &Value, path: &str) -> String {
    let value = object.pointer(&format!("/{}", path.replace('.', "/"))).unwrap_or(&Value::Null);
    value
        .as_str()
        .map_or_else(|| if value.is_null() { String::new() } else { value.to_string() }, str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Query, Selector};

    fn check(query: &str, expect: bool) {
        let object =
            json!({"metadata": {"name": "a", "labels": {"app": "web", "tier": "x"}}, "type": "Opaque"});
        assert_eq!(Selector::parse(&Query::parse(query)).selects(&object), expect, "{query}");
    }

    #[test]
    fn equal_labels_select() {
        check("labelSelector=app%3Dweb,tier%3D%3Dx", true);
    }

    #[test]
    fn another_value_does_not_select() {
        check("labelSelector=app%3Ddb", false);
    }

    #[test]
    fn an_absent_label_is_unequal() {
        check("labelSelector=zone!%3Da", true);
    }

    #[test]
    fn a_set_holds_its_values() {
        check("labelSelector=app+in+(db,web),!zone", true);
    }

    #[test]
    fn a_set_can_exclude() {
        check("labelSelector=app+notin+(db,web)", false);
    }

    #[test]
    fn fields_select_too() {
        check("fieldSelector=metadata.name%3Da,type%3DOpaque", true);
    }

    #[test]
    fn another_field_value_does_not_select() {
        check("fieldSelector=type!%3DOpaque", false);
    }
}
