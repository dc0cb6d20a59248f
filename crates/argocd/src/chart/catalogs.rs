use std::collections::BTreeSet;

use serde_json::Value;

use super::values::{Values, is_on, text};
use super::{ChartError, OPERATORS_VALUES};

/// A CatalogSource that a Subscription of the chart names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Catalog {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// Where OpenShift keeps its catalogs, and where the templates look while nothing else is said.
pub const MARKETPLACE: &str = "openshift-marketplace";

/// Every CatalogSource that `charts/bootstrap-operators/values.yaml` needs: those of `operators.*` that are not switched
/// off.
///
/// # Errors
/// It is no YAML, or `operators` is no map.
pub fn catalogs(values: &[u8]) -> Result<BTreeSet<Catalog>, ChartError> {
    let mut values = Values::parse(OPERATORS_VALUES, values)?;
    let operators = values.map("operators");
    let on = operators.iter().filter(|(key, operator)| is_on(key, operator));
    values.end(on.filter_map(|(_, operator)| catalog(operator)).collect())
}

fn catalog(operator: &Value) -> Option<Catalog> {
    let word = |key: &str| text(key, operator.get(key)).ok().flatten();
    let name = word("source")?;
    let namespace = word("sourceNamespace").unwrap_or(MARKETPLACE);
    Some(Catalog { namespace: namespace.into(), name: name.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(values: &str, expect: &[&str]) {
        let found = catalogs(values.as_bytes()).unwrap();
        let found: Vec<String> = found.iter().map(|it| format!("{}/{}", it.namespace, it.name)).collect();
        assert_eq!(found, expect, "{values}");
    }

    #[test]
    fn each_catalog_is_named_once() {
        check(
            "operators: {a: {source: red, sourceNamespace: m}, b: {source: red, sourceNamespace: m}, c: {source: blue}}",
            &["m/red", "openshift-marketplace/blue"],
        );
    }

    #[test]
    fn an_operator_that_is_off_or_names_none_needs_none() {
        check("operators: {a: {enabled: false, source: red}, b: {source: ''}, c: {}}", &[]);
        check("{}", &[]);
    }

    #[test]
    fn what_is_no_yaml_is_said() {
        assert!(catalogs(b"operators: [").is_err());
    }
}
