//! The support of these tests, under test itself.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::binary::whole;
use crate::support::other_host::Elsewhere;
use crate::support::sandbox::World;
use crate::support::schemas::wrong;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_to_the_other_host_is_counted() {
    let elsewhere = Elsewhere::listen().await;
    let address = elsewhere.url.trim_start_matches("http://").to_owned();
    tokio::net::TcpStream::connect(address).await.unwrap();
    let counted = async {
        while elsewhere.visitors() == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), counted).await.expect("it is counted");
}

#[test]
fn a_relative_path_is_meant_from_the_workspace_too() {
    let found = whole(Path::new("crates/bitiq-bootstrap/Cargo.toml")).unwrap();
    assert!(
        found.is_absolute() && found.ends_with("crates/bitiq-bootstrap/Cargo.toml"),
        "{}",
        found.display()
    );
    assert_eq!(whole(Path::new("no/such/binary")), None);
}

/// With a foreign key in each of its objects, one after the other; those whose keys are free are left out by name.
fn with_a_foreign_key(document: &Value, free: &[&str]) -> Vec<(String, Value)> {
    let mut made = Vec::new();
    let mut places = vec![String::new()];
    while let Some(place) = places.pop() {
        let here = document.pointer(&place).unwrap();
        let below: Vec<String> = match here {
            Value::Object(map) => map.keys().filter(|key| !free.contains(&key.as_str())).cloned().collect(),
            Value::Array(all) => (0..all.len()).map(|at| at.to_string()).collect(),
            _ => Vec::new(),
        };
        places.extend(below.into_iter().map(|key| format!("{place}/{key}")));
        if here.is_object() {
            let mut more = document.clone();
            more.pointer_mut(&place).unwrap()["surprise"] = 1.into();
            made.push((place, more));
        }
    }
    made
}

#[test]
fn a_document_with_a_key_that_no_schema_has_is_found_out() {
    let good = json!({ "schema_version": 1, "clusters": [] });
    assert_eq!(wrong("status", &good), None);
    let more = json!({ "schema_version": 1, "clusters": [], "surprise": 1 });
    assert!(wrong("status", &more).is_some());
    let less = json!({ "clusters": [] });
    assert!(wrong("status", &less).is_some());
    assert!(wrong("event", &json!({ "schema_version": 1, "time": "t", "event": "nothing" })).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_key_is_found_out_wherever_it_stands() {
    let world = World::without_vault().await;
    let plan = world.run(&["plan", "demo", "-o", "json"]).await.exits(0).json();
    let ran = world.run(&["run", "demo", "-o", "jsonl"]).await.exits(0);
    let events = ran.stdout.lines().map(|line| ("event", serde_json::from_str(line).unwrap()));
    let report = world.run(&["check", "demo", "-o", "json"]).await.json();
    let documents = events.chain([("plan", plan), ("trace", world.trace()), ("report", report)]);
    let mut places = 0;
    for (name, document) in documents {
        for (place, more) in with_a_foreign_key(&document, &["counts"]) {
            places += 1;
            assert!(wrong(name, &more).is_some(), "{name} takes a foreign key at {place:?} of {document:#}");
        }
    }
    assert!(places > 100, "{places}");
}
