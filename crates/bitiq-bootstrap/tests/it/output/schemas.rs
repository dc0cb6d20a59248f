//! The published schemas describe the documents of the program.

use std::path::Path;

use serde_json::Value;

use crate::support::process::Run;
use crate::support::sandbox::World;
use crate::support::schemas::wrong;

#[tokio::test(flavor = "multi_thread")]
async fn each_trace_on_disk_is_as_its_schema_says_however_its_run_ended() {
    let world = World::without_vault().await;
    world.run(&["run", "demo", "--credentials-from", "vault"]).await.exits(3);
    world.command(&["run", "demo"]).env("SANDBOX_SCRIPT", "fail=1").ran().await.exits(1);
    world.run(&["repo-creds", "demo"]).await.exits(0);
    world.run(&["run", "demo"]).await.exits(0);
    world.run(&["release", "demo"]).await.exits(0);
    let runs = world.runs();
    assert_eq!(runs.len(), 5, "{runs:?}");
    let files = runs.iter().map(|run| run.join("trace.json"));
    for file in files.chain([world.sandbox.work().join("gitops-bootstrap.json")]) {
        let trace: Value = serde_json::from_str(&fs_err::read_to_string(&file).unwrap()).unwrap();
        assert_eq!(wrong("trace", &trace), None, "{}: {trace:#}", file.display());
    }
}

#[tokio::test]
async fn each_published_schema_is_called_as_no_other() {
    let listed = Run::bare(".", &["schema", "--list", "-o", "json"]).ran().await.exits(0).json();
    for name in listed["schemas"].as_object().unwrap().keys() {
        let schema = Run::bare(".", &["schema", name]).ran().await.exits(0).json();
        assert_eq!(schema["$id"], format!("urn:bitiq-bootstrap:schema:{name}:1"));
    }
}

#[tokio::test]
async fn every_published_schema_is_that_of_the_code() {
    let listed = Run::bare(".", &["schema", "--list", "-o", "json"]).ran().await.exits(0).json();
    assert_eq!(wrong("schema-list", &listed), None);
    for name in listed["schemas"].as_object().unwrap().keys() {
        let printed = Run::bare(".", &["schema", name]).ran().await.exits(0).stdout;
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../schemas/{name}.schema.json"));
        let published = fs_err::read_to_string(&file).unwrap_or_default();
        assert_eq!(published, printed, "schemas/{name}.schema.json is stale: run `cargo xtask schema`");
    }
}
