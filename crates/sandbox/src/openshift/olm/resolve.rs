//! Resolution: which ClusterServiceVersion a Subscription means next, or why none can be found, in OLM's words.

use std::collections::BTreeSet;

use serde_json::Value;

use super::copies::is_copy;
use super::packages::{Package, find, of_csv};
use crate::openshift::context::{place, text};
use crate::openshift::options::Options;

/// Why nothing can be installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unresolved {
    pub reason: &'static str,
    /// Each of these says it.
    pub texts: Vec<String>,
}

/// What a resolution goes by.
pub(super) struct Scene<'a> {
    pub namespace: &'a str,
    pub subscriptions: &'a [&'a Value],
    /// Those that OLM looks at for the namespace.
    pub catalogs: &'a [&'a Value],
    /// Those of them that OLM does not know.
    pub silent: Vec<&'a Value>,
    pub csvs: &'a [Value],
}

impl Scene<'_> {
    /// Whether it is there, be it a copy.
    pub(super) fn has(&self, csv: &str) -> bool {
        self.csvs.iter().any(|one| place(one).1 == csv)
    }

    /// The ClusterServiceVersion that a Subscription has brought; a copy was brought by another.
    fn installed(&self, subscription: &Value) -> Option<&str> {
        let names = brought(subscription).collect::<Vec<_>>();
        let mut own = names.iter().filter_map(|name| {
            self.csvs.iter().map(|csv| (place(csv).1, is_copy(csv))).find(|(one, _)| one == name)
        });
        own.find(|(_, copy)| !copy).map(|(name, _)| name)
    }
}

/// What a Subscription is about to have, and what it has.
fn brought(subscription: &Value) -> impl Iterator<Item = &str> {
    let status = &subscription["status"];
    [&status["currentCSV"], &status["installedCSV"]].into_iter().filter_map(Value::as_str)
}

/// What each Subscription of a namespace means next; one that can't be had keeps back all.
pub(super) fn resolve(scene: &Scene<'_>, options: &Options) -> Result<Vec<&'static str>, Unresolved> {
    if let Some(silent) = scene.silent.first() {
        return Err(unreachable(silent));
    }
    let (mut found, mut texts) = (Vec::new(), Vec::new());
    for subscription in scene.subscriptions {
        let said = match wanted(subscription, scene, options) {
            Err(why) => vec![why],
            Ok(csv) => {
                found.push(csv);
                orphaned(subscription, csv, scene)
            }
        };
        let name = place(subscription).1;
        let exists = format!("subscription {name} exists");
        texts.extend(said.iter().flat_map(|why| [format!("{why}, {exists}"), format!("{exists}, {why}")]));
    }
    if texts.is_empty() {
        return Ok(found);
    }
    // The texts that differ most come first.
    let (first, second): (Vec<_>, Vec<_>) = texts.into_iter().enumerate().partition(|(at, _)| at % 2 == 0);
    let said = |(_, why): (usize, String)| format!("constraints not satisfiable: {why}");
    let texts = first.into_iter().chain(second).map(said).collect();
    Err(Unresolved { reason: "ConstraintsNotSatisfiable", texts })
}

/// One catalog that does not answer keeps back whatever could come from another.
fn unreachable(catalog: &Value) -> Unresolved {
    let (namespace, name) = place(catalog);
    let message = format!(
        "error using catalogsource {namespace}/{name}: failed to list bundles: rpc error: code = Unavailable desc = \
         connection error: desc = \"transport: Error while dialing: dial tcp 172.30.114.9:50051: connect: connection \
         refused\""
    );
    Unresolved { reason: "ErrorPreventedResolution", texts: vec![message] }
}

/// The next in the channel after what is installed; what it is to start with, or the head, where nothing is.
fn wanted(subscription: &Value, scene: &Scene<'_>, options: &Options) -> Result<&'static str, String> {
    let spec = &subscription["spec"];
    let own = place(subscription).1;
    let (source, namespace) = (text(&spec["source"]), text(&spec["sourceNamespace"]));
    if !scene.catalogs.iter().any(|catalog| place(catalog) == (namespace, source)) {
        return Err(format!(
            "no operators found from catalog {source} in namespace {namespace} referenced by subscription {own}"
        ));
    }
    let (name, channel) = (text(&spec["name"]), text(&spec["channel"]));
    let referenced = format!("in the catalog referenced by subscription {own}");
    let package = find(name).filter(|package| package.catalog == source);
    let package = package.ok_or_else(|| format!("no operators found in package {name} {referenced}"))?;
    let lacks = options.missing_channels.iter().any(|(one, other)| one == name && other == channel);
    let entries = package.channel(channel).filter(|_| !lacks);
    let entries = entries
        .ok_or_else(|| format!("no operators found in channel {channel} of package {name} {referenced}"))?;
    let none = || format!("no operators found with name in channel {channel} of package {name} {referenced}");
    let head = entries.last().copied().ok_or_else(none)?;
    let starting = text(&spec["startingCSV"]);
    match scene.installed(subscription).and_then(of_csv_name) {
        Some(installed) => Ok(after(package, entries, installed)),
        None if starting.is_empty() => Ok(head),
        None => entries.iter().copied().find(|csv| *csv == starting).ok_or_else(|| {
            format!(
                "no operators found with name {starting} in channel {channel} of package {name} {referenced}"
            )
        }),
    }
}

/// The catalog's own word for what is installed.
fn of_csv_name(csv: &str) -> Option<&'static str> {
    let channels = of_csv(csv)?.channels.iter();
    channels.flat_map(|(_, entries)| entries.iter().copied()).find(|entry| *entry == csv)
}

/// The one that replaces what is installed; that itself where none does.
fn after(package: &Package, entries: &[&'static str], installed: &'static str) -> &'static str {
    if let Some(at) = entries.iter().position(|csv| *csv == installed) {
        return entries.get(at + 1).copied().unwrap_or(installed);
    }
    // The first of a channel replaces the last of the one before it.
    let mut channels = package.channels.iter().map(|(_, entries)| *entries);
    let first = entries.first().copied().unwrap_or(installed);
    let follows = channels.any(|other| other.windows(2).any(|two| two == [installed, first]));
    if follows { first } else { installed }
}

/// Why a ClusterServiceVersion that no Subscription has brought stands in the way of what is wanted.
fn orphaned(subscription: &Value, wanted: &str, scene: &Scene<'_>) -> Vec<String> {
    let known: BTreeSet<&str> = scene.subscriptions.iter().flat_map(|one| brought(one)).collect();
    let replaced = |name: &str| scene.csvs.iter().any(|csv| csv["spec"]["replaces"] == name);
    let Some(package) = of_csv(wanted) else { return Vec::new() };
    let mut names = scene.csvs.iter().filter(|csv| !is_copy(csv)).map(|csv| place(csv).1);
    let orphan = names.find(|name| {
        !known.contains(name) && !replaced(name) && of_csv(name).is_some_and(|one| one.name == package.name)
    });
    orphan.map_or_else(Vec::new, |orphan| collisions(subscription, package, orphan, wanted))
}

fn collisions(subscription: &Value, package: &Package, orphan: &str, wanted: &str) -> Vec<String> {
    let (namespace, own) = place(subscription);
    let spec = &subscription["spec"];
    let channel = package.channel_name(text(&spec["channel"]));
    let bundle = format!("{}/{}/{channel}/{wanted}", package.catalog, text(&spec["sourceNamespace"]));
    let provided =
        package.definitions.iter().map(|one| format!("provide {} ({}/{})", one.kind, one.group, one.version));
    let ways = provided.chain([format!("originate from package {}", package.name)]);
    let said = |way: String| {
        format!(
            "@existing/{namespace}//{orphan} and {bundle} {way}, clusterserviceversion {orphan} exists and is not \
             referenced by a subscription, subscription {own} requires {bundle}"
        )
    };
    ways.map(said).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Scene, resolve};
    use crate::openshift::Options;

    const GITOPS: &str = "openshift-gitops-operator";

    fn catalog(name: &str) -> Value {
        json!({"metadata": {"name": name, "namespace": "openshift-marketplace"}})
    }

    fn subscription(source: &str, name: &str, channel: &str) -> Value {
        json!({
            "metadata": {"name": "gitops", "namespace": "openshift-operators"},
            "spec": {
                "source": source, "sourceNamespace": "openshift-marketplace", "name": name, "channel": channel,
            },
        })
    }

    fn starting(csv: &str) -> Value {
        let mut own = subscription("redhat-operators", GITOPS, "latest");
        own["spec"]["startingCSV"] = json!(csv);
        own
    }

    fn has(csv: &str, channel: &str) -> Value {
        let mut own = subscription("redhat-operators", GITOPS, channel);
        own["status"] = json!({"currentCSV": csv, "installedCSV": csv});
        own
    }

    fn csv(name: &str, labels: Value) -> Value {
        json!({"metadata": {"name": name, "namespace": "openshift-operators", "labels": labels}})
    }

    fn check_with(subscription: &Value, csvs: &[Value], silent: &[&Value], expect: &str) {
        let known = catalog("redhat-operators");
        let options = Options {
            missing_channels: vec![("rhods-operator".into(), "fast-3.x".into())],
            ..Options::default()
        };
        let scene = Scene {
            namespace: "openshift-operators",
            subscriptions: &[subscription],
            catalogs: &[&known],
            silent: silent.to_vec(),
            csvs,
        };
        let said = resolve(&scene, &options)
            .map_or_else(|why| format!("{}: {}", why.reason, why.texts[0]), |found| found.join(" "));
        assert!(said.starts_with(expect), "{said}");
    }

    fn check(subscription: &Value, expect: &str) {
        check_with(subscription, &[], &[], expect);
    }

    #[test]
    fn a_channel_means_its_head() {
        check(&subscription("redhat-operators", GITOPS, "gitops-1.17"), "openshift-gitops-operator.v1.17.2");
    }

    #[test]
    fn no_channel_is_the_default() {
        check(&subscription("redhat-operators", GITOPS, ""), "openshift-gitops-operator.v1.18.1");
    }

    #[test]
    fn any_bundle_of_the_channel_can_be_the_first() {
        check(&starting("openshift-gitops-operator.v1.17.2"), "openshift-gitops-operator.v1.17.2");
    }

    #[test]
    fn one_that_the_channel_lacks_can_not() {
        check(
            &starting("openshift-gitops-operator.v0.1.0"),
            "ConstraintsNotSatisfiable: constraints not satisfiable: no operators found with name \
             openshift-gitops-operator.v0.1.0 in channel latest of package openshift-gitops-operator in the catalog \
             referenced by subscription gitops, subscription gitops exists",
        );
    }

    #[test]
    fn what_is_installed_goes_up_step_by_step() {
        let old = "openshift-gitops-operator.v1.17.2";
        let next = "openshift-gitops-operator.v1.18.0";
        check_with(&has(old, "latest"), &[csv(old, json!({}))], &[], next);
        check_with(&has(old, "gitops-1.18"), &[csv(old, json!({}))], &[], next);
        check_with(&has(old, "gitops-1.17"), &[csv(old, json!({}))], &[], old);
    }

    #[test]
    fn what_no_subscription_brought_stands_in_the_way() {
        let orphan = csv("openshift-gitops-operator.v1.17.2", json!({}));
        check_with(
            &subscription("redhat-operators", GITOPS, "latest"),
            &[orphan],
            &[],
            "ConstraintsNotSatisfiable: constraints not satisfiable: \
             @existing/openshift-operators//openshift-gitops-operator.v1.17.2 and \
             redhat-operators/openshift-marketplace/latest/openshift-gitops-operator.v1.18.1 provide",
        );
    }

    #[test]
    fn a_copy_does_not() {
        let copy = csv("openshift-gitops-operator.v1.17.2", json!({"olm.copiedFrom": "elsewhere"}));
        let own = subscription("redhat-operators", GITOPS, "latest");
        check_with(&own, &[copy], &[], "openshift-gitops-operator.v1.18.1");
    }

    #[test]
    fn an_unknown_catalog() {
        check(
            &subscription("mine", GITOPS, "latest"),
            "ConstraintsNotSatisfiable: constraints not satisfiable: no operators found from catalog mine in namespace \
             openshift-marketplace referenced by subscription gitops, subscription gitops exists",
        );
    }

    #[test]
    fn an_unknown_package() {
        check(
            &subscription("redhat-operators", "nope", "latest"),
            "ConstraintsNotSatisfiable: constraints not satisfiable: no operators found in package nope in the \
             catalog referenced by subscription gitops, subscription gitops exists",
        );
    }

    #[test]
    fn a_channel_that_the_catalog_lacks() {
        check(
            &subscription("redhat-operators", "rhods-operator", "fast-3.x"),
            "ConstraintsNotSatisfiable: constraints not satisfiable: no operators found in channel fast-3.x of \
             package rhods-operator in the catalog referenced by subscription gitops, subscription gitops exists",
        );
    }

    #[test]
    fn one_catalog_that_does_not_answer_keeps_back_all() {
        let silent = catalog("community-operators");
        check_with(
            &subscription("redhat-operators", GITOPS, "latest"),
            &[],
            &[&silent],
            "ErrorPreventedResolution: error using catalogsource openshift-marketplace/community-operators: failed to \
             list bundles: rpc error: code = Unavailable",
        );
    }
}
