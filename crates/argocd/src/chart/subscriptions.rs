use serde_json::Value;

use super::values::{Values, is_on, text};
use super::{ChartError, MARKETPLACE, OPERATORS_VALUES};

/// Where the templates subscribe while nothing else is said.
const INSTALL_NAMESPACE: &str = "openshift-operators";

/// Operators for whose namespace the templates make an OperatorGroup.
const WITH_GROUP: [&str; 2] = ["vso", "vco"];

/// A Subscription that `charts/bootstrap-operators` makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartSubscription {
    /// Its place in the values, `operators.gitops`.
    pub key: String,
    /// Package, and name of the Subscription.
    pub name: String,
    /// The package's channel; None: its default.
    pub channel: Option<String>,
    /// The CatalogSource.
    pub source: String,
    /// Its namespace.
    pub source_namespace: String,
    /// Where the Subscription lives.
    pub install_namespace: String,
    /// The version to begin with.
    pub starting_csv: Option<String>,
    /// The chart makes an OperatorGroup of this name for it.
    pub makes_group: Option<String>,
}

/// Every Subscription that `charts/bootstrap-operators/values.yaml` asks for. One without a name or a source is left
/// out: the templates make none of it, or the chart does not render.
///
/// # Errors
/// It is no YAML, or `operators` is no map.
pub fn subscriptions(values: &[u8]) -> Result<Vec<ChartSubscription>, ChartError> {
    let mut values = Values::parse(OPERATORS_VALUES, values)?;
    let operators = values.map("operators");
    let found = operators.iter().filter(|(key, operator)| is_on(key, operator));
    let found = found.filter_map(|(key, operator)| subscription(key, operator)).collect();
    values.end(found)
}

fn subscription(key: &str, operator: &Value) -> Option<ChartSubscription> {
    let word = |of: &str| text(of, operator.get(of)).ok().flatten().map(str::to_owned);
    let install_namespace = word("installNamespace").unwrap_or_else(|| INSTALL_NAMESPACE.into());
    let own = WITH_GROUP.contains(&key) && install_namespace != INSTALL_NAMESPACE;
    Some(ChartSubscription {
        key: format!("operators.{key}"),
        name: word("name")?,
        channel: word("channel"),
        source: word("source")?,
        source_namespace: word("sourceNamespace").unwrap_or_else(|| MARKETPLACE.into()),
        starting_csv: word("startingCSV"),
        makes_group: own.then(|| format!("{install_namespace}-og")),
        install_namespace,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(values: &str, expect: &[&str]) {
        let found = subscriptions(values.as_bytes()).unwrap();
        let said = |it: &ChartSubscription| {
            let channel = it.channel.as_deref().unwrap_or("default");
            let group = it.makes_group.as_deref().map(|group| format!(" with {group}")).unwrap_or_default();
            let from = format!("{}/{}", it.source_namespace, it.source);
            format!("{} {}/{} {channel} of {from}{group}", it.key, it.install_namespace, it.name)
        };
        assert_eq!(found.iter().map(said).collect::<Vec<_>>(), expect, "{values}");
    }

    #[test]
    fn every_operator_of_the_chart_is_read_as_its_template_reads_it() {
        check(
            "operators:
               pipelines: {channel: p-1, name: pipes, source: red}
               vso: {name: vso, channel: stable, source: cert, sourceNamespace: m, installNamespace: own}
               vco: {name: vco, channel: alpha, source: comm}",
            &[
                "operators.pipelines openshift-operators/pipes p-1 of openshift-marketplace/red",
                "operators.vco openshift-operators/vco alpha of openshift-marketplace/comm",
                "operators.vso own/vso stable of m/cert with own-og",
            ],
        );
    }

    #[test]
    fn what_is_switched_off_or_has_no_name_is_left_out() {
        check(
            "operators:
               openshiftAI: {name: ai, source: red}
               cao: {enabled: true, name: '', source: ''}
               pipelines: {enabled: false, name: pipes, source: red}",
            &[],
        );
        check(
            "operators: {openshiftAI: {enabled: 'True', name: ai, channel: '', source: red}}",
            &["operators.openshiftAI openshift-operators/ai default of openshift-marketplace/red"],
        );
        check("{}", &[]);
    }
}
