//! Resolution: which ClusterServiceVersion a Subscription means, or why none can be found, in OLM's words.

use serde_json::Value;

use super::catalogs::is_ready;
use super::packages;
use crate::openshift::context::{Context, place, text};
use crate::openshift::options::Options;
use crate::openshift::world::MARKETPLACE;

/// Why nothing can be installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unresolved {
    pub reason: &'static str,
    pub message: String,
}

/// The heads of the channels of all these Subscriptions of one namespace; one that can't be had keeps back all.
pub(super) fn resolve(
    subscriptions: &[&Value],
    catalogs: &[Value],
    options: &Options,
) -> Result<Vec<&'static str>, Unresolved> {
    if let Some(silent) = unreachable(subscriptions, catalogs) {
        return Err(silent);
    }
    let mut found = Vec::new();
    let mut wrong = Vec::new();
    for subscription in subscriptions {
        match head(subscription, catalogs, options) {
            Ok(csv) => found.push(csv),
            Err(why) => {
                let name = place(subscription).1;
                wrong.push(format!("{why} referenced by subscription {name}, subscription {name} exists"));
            }
        }
    }
    if wrong.is_empty() {
        return Ok(found);
    }
    let message = format!("constraints not satisfiable: {}", wrong.join(", "));
    Err(Unresolved { reason: "ConstraintsNotSatisfiable", message })
}

/// One catalog that does not answer keeps back whatever could come from another.
fn unreachable(subscriptions: &[&Value], catalogs: &[Value]) -> Option<Unresolved> {
    let namespace = subscriptions.first().map_or("", |subscription| place(subscription).0);
    let seen = |catalog: &&Value| [MARKETPLACE, namespace].contains(&place(catalog).0);
    let silent = catalogs.iter().filter(seen).find(|catalog| !is_ready(catalog))?;
    let (namespace, name) = place(silent);
    let message = format!(
        "failed to populate resolver cache from source {name}/{namespace}: failed to list bundles: rpc error: code = \
         Unavailable desc = connection error: desc = \"transport: Error while dialing: dial tcp 172.30.114.9:50051: \
         connect: connection refused\""
    );
    Some(Unresolved { reason: "ErrorPreventedResolution", message })
}

fn head(subscription: &Value, catalogs: &[Value], options: &Options) -> Result<&'static str, String> {
    let spec = &subscription["spec"];
    let (source, namespace) = (text(&spec["source"]), text(&spec["sourceNamespace"]));
    if !catalogs.iter().any(|catalog| place(catalog) == (namespace, source)) {
        return Err(format!("no operators found from catalog {source} in namespace {namespace}"));
    }
    let (name, channel) = (text(&spec["name"]), text(&spec["channel"]));
    let package = packages::find(name).filter(|package| package.catalog == source);
    let package = package.ok_or_else(|| format!("no operators found in package {name} in the catalog"))?;
    let lacks = options.missing_channels.iter().any(|(one, other)| one == name && other == channel);
    let head = package.head(channel).filter(|_| !lacks);
    let head = head
        .ok_or_else(|| format!("no operators found in channel {channel} of package {name} in the catalog"))?;
    let starting = text(&spec["startingCSV"]);
    let installed = !subscription["status"]["installedCSV"].is_null();
    if !installed && !starting.is_empty() && starting != head {
        return Err(format!(
            "no operators found with name {starting} in channel {channel} of package {name} in the catalog"
        ));
    }
    Ok(head)
}

/// As [`resolve`], with the options in force.
pub(super) fn now(
    context: &Context,
    subscriptions: &[&Value],
    catalogs: &[Value],
) -> Result<Vec<&'static str>, Unresolved> {
    resolve(subscriptions, catalogs, &context.options())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::catalogs::{Health, status};
    use super::resolve;
    use crate::openshift::Options;

    fn catalog(name: &str, health: Health) -> Value {
        json!({
            "metadata": {"name": name, "namespace": "openshift-marketplace"}, "status": status(name, health),
        })
    }

    fn subscription(source: &str, name: &str, channel: &str) -> Value {
        json!({
            "metadata": {"name": "gitops", "namespace": "openshift-operators"},
            "spec": {
                "source": source, "sourceNamespace": "openshift-marketplace", "name": name, "channel": channel,
            },
        })
    }

    fn check(subscription: &Value, expect: &str) {
        let catalogs = [catalog("redhat-operators", Health::Ready)];
        let options = Options {
            missing_channels: vec![("rhods-operator".into(), "fast-3.x".into())],
            ..Options::default()
        };
        let found = resolve(&[subscription], &catalogs, &options);
        let said =
            found.map_or_else(|why| format!("{}: {}", why.reason, why.message), |found| found.join(" "));
        assert_eq!(said, expect);
    }

    const GITOPS: &str = "openshift-gitops-operator";

    #[test]
    fn a_channel_means_its_head() {
        check(&subscription("redhat-operators", GITOPS, "gitops-1.17"), "openshift-gitops-operator.v1.17.2");
    }

    #[test]
    fn no_channel_is_the_default() {
        check(&subscription("redhat-operators", GITOPS, ""), "openshift-gitops-operator.v1.18.1");
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
        let catalogs =
            [catalog("redhat-operators", Health::Ready), catalog("community-operators", Health::Connecting)];
        let wanted = subscription("redhat-operators", GITOPS, "latest");
        let why = resolve(&[&wanted], &catalogs, &Options::default()).unwrap_err();
        assert_eq!(why.reason, "ErrorPreventedResolution");
        let begin =
            "failed to populate resolver cache from source community-operators/openshift-marketplace:";
        assert!(why.message.starts_with(begin), "{}", why.message);
    }
}
