//! The old script and this program, with the same inputs, on two equal clusters: what they leave differs only where
//! `docs/differences.md` says so.

use std::collections::BTreeMap;

use sandbox::{Options, Sandbox};
use serde_json::Value;

use super::{given, objects, old_script};
use crate::support::sandbox::World;

#[tokio::test(flavor = "multi_thread")]
async fn what_the_old_script_left_differs_only_where_the_docs_say_so() {
    let test = "what_the_old_script_left_differs_only_where_the_docs_say_so";
    let Some(checkout) = given(test, old_script::CHECKOUT, &old_script::TOOLS) else { return };
    let options = Options::openshift();
    let old = World { sandbox: Sandbox::start(options.clone()).await.unwrap() };
    let new = World { sandbox: Sandbox::start(options).await.unwrap() };
    // Where the operator has not made the ApplicationSet controller's Deployment yet, it fails: its users ran it again.
    let mut said = String::new();
    for _ in 0..3 {
        let (succeeded, text) = old_script::run(&old, &checkout).await;
        said = if succeeded { String::new() } else { text };
        if succeeded {
            break;
        }
    }
    assert_eq!(said, "");
    let (username, password) = new.sandbox.git.login();
    let run = new.command(&["run", "demo"]).env("SKIP_APP_WAIT", "true");
    let run = run.env("GITOPS_REPO_USERNAME", &username).env("GITOPS_REPO_PASSWORD", &password);
    run.ran().await.exits(0);
    let (left_by_old, left_by_new) = (objects::leaves(&old).await, objects::leaves(&new).await);
    let found = different(&left_by_old, &left_by_new);
    let expected: Vec<&str> = EXPECTED.iter().map(|(difference, _)| *difference).collect();
    assert_eq!(found.join("\n"), expected.join("\n"));
    let (old_trace, new_trace) = (trace(&old), trace(&new));
    for (key, value) in old_trace.as_object().unwrap() {
        if !["timestamp", "git_sha", "repo_url"].contains(&key.as_str()) {
            assert_eq!(&new_trace[key], value, "{key} of the trace");
        }
    }
}

fn trace(world: &World) -> Value {
    world.trace()
}

/// Every leaf that only one has, or that differs; of an object that only one has, its name alone.
fn different(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Vec<String> {
    let mut found = Vec::new();
    let whole = |leaf: &str, other: &BTreeMap<String, String>| {
        let mut words = leaf.splitn(3, ' ');
        let object = [words.next().unwrap_or_default(), words.next().unwrap_or_default()].join(" ");
        words.next().is_some() && !other.contains_key(&object)
    };
    let all: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for leaf in all {
        match (old.get(leaf), new.get(leaf)) {
            (Some(before), Some(after)) if before != after => {
                found.push(format!("{leaf}: {before} -> {after}"))
            }
            (Some(before), None) if !whole(leaf, new) => found.push(format!("old only: {leaf}: {before}")),
            (None, Some(after)) if !whole(leaf, old) => found.push(format!("new only: {leaf}: {after}")),
            _ => {}
        }
    }
    found
}

#[test]
fn each_of_them_is_in_the_docs() {
    let docs = include_str!("../../../../../docs/differences.md");
    for (difference, row) in EXPECTED {
        assert!(docs.contains(row), "{difference}: `{row}` is not in docs/differences.md");
    }
}

const APPLIED: &str = "`oc apply` of the Secret";
const INFRA_ID: &str = "handed the script no `INFRA_ID`";
const NOTHING_TO_REMOVE: &str = "an empty `spec.config.env`";
const MARKS: &str = "marks of our own";

/// A difference, and words of the row of `docs/differences.md` that says why.
const EXPECTED: &[(&str, &str)] = &[
    (
        "new only: Application openshift-gitops/bitiq-umbrella-sno spec source helm parameters [infraID] name: infraID",
        INFRA_ID,
    ),
    (
        "new only: Application openshift-gitops/bitiq-umbrella-sno spec source helm parameters [infraID] value: INFRA-ID",
        INFRA_ID,
    ),
    (
        "new only: ApplicationSet openshift-gitops/bitiq-umbrella-by-env spec template spec source helm parameters [infraID] name: infraID",
        INFRA_ID,
    ),
    (
        "new only: ApplicationSet openshift-gitops/bitiq-umbrella-by-env spec template spec source helm parameters [infraID] value: INFRA-ID",
        INFRA_ID,
    ),
    (
        "old only: ClusterRoleBinding vault-token-reviewer-auth-delegator metadata annotations kubectl.kubernetes.io/last-applied-configuration: what was applied, no login",
        APPLIED,
    ),
    ("new only: ConfigMap openshift-gitops/bitiq-bootstrap: is there", MARKS),
    ("new only: Lease openshift-gitops/bitiq-bootstrap: is there", "two runs at once raced each other"),
    ("new only: Secret openshift-gitops/gitops-repo data type: git", MARKS),
    ("new only: Secret openshift-gitops/gitops-repo metadata annotations bitiq.io/cluster: demo", MARKS),
    (
        "new only: Secret openshift-gitops/gitops-repo metadata annotations bitiq.io/cluster-id: CLUSTER-ID",
        MARKS,
    ),
    ("new only: Secret openshift-gitops/gitops-repo metadata annotations bitiq.io/infra-id: INFRA-ID", MARKS),
    (
        "old only: Secret openshift-gitops/gitops-repo metadata annotations kubectl.kubernetes.io/last-applied-configuration: what was applied, the login too",
        APPLIED,
    ),
    (
        "old only: Secret openshift-gitops/vault-token-reviewer metadata annotations kubectl.kubernetes.io/last-applied-configuration: what was applied, no login",
        APPLIED,
    ),
    (
        "old only: ServiceAccount openshift-gitops/vault-token-reviewer metadata annotations kubectl.kubernetes.io/last-applied-configuration: what was applied, no login",
        APPLIED,
    ),
    (
        "old only: Subscription openshift-operators/openshift-gitops-operator metadata annotations kubectl.kubernetes.io/last-applied-configuration: what was applied, no login",
        APPLIED,
    ),
    (
        "old only: Subscription openshift-operators/openshift-gitops-operator spec config env: []",
        NOTHING_TO_REMOVE,
    ),
];
