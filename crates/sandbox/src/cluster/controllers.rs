//! What a cluster does by itself: fill token Secrets, give every namespace its CA and its default account, establish
//! new kinds, and clear up after what was deleted.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use crate::cluster::access::tokens::Account;
use crate::cluster::clock;
use crate::cluster::objects::internal;
use crate::cluster::objects::keep::delete_object;
use crate::cluster::objects::kinds::{items, text};
use crate::cluster::objects::rules::{TOKEN_OWNER, TOKEN_OWNER_UID, TOKEN_SECRET};
use crate::cluster::objects::store::{Key, Store, is_true};
use crate::cluster::world::World;

const MANAGER: &str = "kube-controller-manager";

/// What holds a CustomResourceDefinition while there are objects of its kind.
const KIND_HOLDER: &str = "customresourcecleanup.apiextensions.k8s.io";

/// How long the controllers take to notice: long enough that nobody can rely on things being there at once.
const PACE: Duration = Duration::from_millis(30);

/// Acts on every change until the world ends.
pub(super) async fn run(world: Arc<World>) {
    let (mut news, mut paused) = (world.store().news(), world.paused.subscribe());
    loop {
        if !*paused.borrow_and_update() {
            reconcile(&world, &mut world.store());
        }
        tokio::select! {
            () = world.stop.cancelled() => return,
            _ = paused.changed() => {}
            change = news.recv() => if matches!(change, Err(RecvError::Closed)) { return },
        }
        tokio::time::sleep(PACE).await;
    }
}

/// One look at everything.
fn reconcile(world: &World, store: &mut Store) {
    establish_kinds(store);
    furnish_namespaces(world, store);
    fill_token_secrets(world, store);
    retire_kinds(store);
    remove_orphans(store);
    empty_namespaces(store);
}

fn establish_kinds(store: &mut Store) {
    let new: Vec<Value> = store
        .list("apiextensions.k8s.io", "customresourcedefinitions", "")
        .filter(|(_, definition)| !is_true(definition, "Established"))
        .map(|(_, definition)| definition.clone())
        .collect();
    for mut definition in new {
        let condition = |kind: &str, reason: &str, message: &str| {
            json!({
                "type": kind, "status": "True", "reason": reason, "message": message,
                "lastTransitionTime": clock::now(),
            })
        };
        let stored = items(&definition["spec"]["versions"]).find(|version| version["storage"] == true);
        definition["status"] = json!({
            "conditions": [
                condition("NamesAccepted", "NoConflicts", "no conflicts found"),
                condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
            ],
            "acceptedNames": definition["spec"]["names"],
            "storedVersions": stored.map(|version| vec![version["name"].clone()]).unwrap_or_default(),
        });
        definition["metadata"]["finalizers"] = json!([KIND_HOLDER]);
        internal::put(store, &definition, "kube-apiserver");
    }
}

/// A deleted definition goes once the last object of its kind is gone.
fn retire_kinds(store: &mut Store) {
    let going: Vec<(Key, Value)> = store
        .list("apiextensions.k8s.io", "customresourcedefinitions", "")
        .filter(|(_, definition)| !definition["metadata"]["deletionTimestamp"].is_null())
        .map(|(key, definition)| (key.clone(), definition["spec"].clone()))
        .collect();
    for (definition, spec) in going {
        let (group, plural) = (text(&spec["group"]), text(&spec["names"]["plural"]));
        let objects: Vec<Key> = store.list(&group, &plural, "").map(|(key, _)| key.clone()).collect();
        for key in &objects {
            delete_object(store, key);
        }
        if store.list(&group, &plural, "").next().is_none() {
            store.remove(&definition);
        }
    }
}

fn furnish_namespaces(world: &World, store: &mut Store) {
    let active: Vec<String> = store
        .list("", "namespaces", "")
        .filter(|(_, namespace)| namespace["metadata"]["deletionTimestamp"].is_null())
        .map(|(key, _)| key.name.clone())
        .collect();
    for namespace in active {
        let about = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such \
                     as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across \
                     distributions of Kubernetes clusters.";
        let bundle = json!({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {
                "name": "kube-root-ca.crt", "namespace": namespace,
                "annotations": {"kubernetes.io/description": about},
            },
            "data": {"ca.crt": world.authority.pem()},
        });
        let there = store.get(&Key::core("configmaps", &namespace, "kube-root-ca.crt"));
        if there.is_none_or(|there| there["data"] != bundle["data"]) {
            internal::put(store, &bundle, MANAGER);
        }
        if store.get(&Key::core("serviceaccounts", &namespace, "default")).is_none() {
            let account = json!({
                "apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": namespace},
            });
            internal::put(store, &account, MANAGER);
        }
    }
}

fn fill_token_secrets(world: &World, store: &mut Store) {
    let secrets: Vec<(Key, Value)> = store
        .list("", "secrets", "")
        .filter(|(_, secret)| {
            secret["type"] == TOKEN_SECRET && secret["metadata"]["deletionTimestamp"].is_null()
        })
        .map(|(key, secret)| (key.clone(), secret.clone()))
        .collect();
    for (key, mut secret) in secrets {
        let owner = text(&secret["metadata"]["annotations"][TOKEN_OWNER]);
        let account = store.get(&Key::core("serviceaccounts", &key.namespace, &owner));
        let uid = account.map(|account| text(&account["metadata"]["uid"]));
        let meant = secret["metadata"]["annotations"][TOKEN_OWNER_UID].as_str();
        let Some(uid) = uid.filter(|uid| meant.is_none_or(|meant| meant == uid)) else {
            delete_object(store, &key);
            continue;
        };
        if secret["data"]["token"].is_string() && secret["data"]["ca.crt"].is_string() {
            continue;
        }
        secret["metadata"]["annotations"][TOKEN_OWNER_UID] = json!(uid);
        let account = Account { namespace: key.namespace.clone(), name: owner, uid };
        let token = world.signer.for_secret(&account, &key.name);
        for (name, value) in
            [("token", token), ("ca.crt", world.authority.pem()), ("namespace", key.namespace.clone())]
        {
            secret["data"][name] = json!(STANDARD.encode(value));
        }
        internal::put(store, &secret, MANAGER);
    }
}

/// Objects whose owners are gone.
fn remove_orphans(store: &mut Store) {
    let living: BTreeSet<String> = store.all().map(|(_, object)| text(&object["metadata"]["uid"])).collect();
    let orphans: Vec<Key> = store
        .all()
        .filter(|(_, object)| {
            let mut owners = items(&object["metadata"]["ownerReferences"]).peekable();
            let owned = owners.peek().is_some();
            owned && !owners.any(|owner| living.contains(owner["uid"].as_str().unwrap_or_default()))
        })
        .map(|(key, _)| key.clone())
        .collect();
    for key in orphans {
        delete_object(store, &key);
    }
}

fn empty_namespaces(store: &mut Store) {
    let going: Vec<Key> = store
        .list("", "namespaces", "")
        .filter(|(_, namespace)| !namespace["metadata"]["deletionTimestamp"].is_null())
        .map(|(key, _)| key.clone())
        .collect();
    for namespace in going {
        let content: Vec<Key> = store
            .all()
            .filter(|(key, _)| key.namespace == namespace.name)
            .map(|(key, _)| key.clone())
            .collect();
        for key in &content {
            delete_object(store, key);
        }
        if !store.all().any(|(key, _)| key.namespace == namespace.name) {
            store.remove(&namespace);
        }
    }
}
