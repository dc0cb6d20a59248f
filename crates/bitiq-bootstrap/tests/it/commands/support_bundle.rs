//! `support-bundle`: one archive for whoever helps, and no secret in it.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::support::process::Ran;
use crate::support::sandbox::World;

/// A token as Vault makes them; no Vault ever made this one.
const TOKEN: &str = "hvs.4kQz81LmWx0Tb6Vd2RsYc7Np";

/// The members of an archive by their names below its one folder, and the mode each gets when it is unpacked.
fn members(file: &Path) -> BTreeMap<String, (Vec<u8>, u32)> {
    let bytes = fs_err::read(file).unwrap();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes.as_slice()));
    let mut members = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().into_owned();
        let mut parts = path.components();
        let folder = parts.next().unwrap().as_os_str().to_str().unwrap().to_owned();
        assert!(folder.starts_with("bitiq-bootstrap-demo-"), "{folder}");
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        let mode = entry.header().mode().unwrap();
        members.insert(parts.as_path().to_str().unwrap().to_owned(), (bytes, mode));
    }
    members
}

fn document(members: &BTreeMap<String, (Vec<u8>, u32)>, name: &str) -> Value {
    serde_json::from_slice(&members[name].0).unwrap()
}

fn names(members: &BTreeMap<String, (Vec<u8>, u32)>) -> Vec<&str> {
    members.keys().map(String::as_str).collect()
}

/// All archives below the folder that the commands run in, whole or in the making.
fn archives(world: &World) -> Vec<PathBuf> {
    let entries = fs_err::read_dir(world.sandbox.root()).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.to_string_lossy().contains(".tar.gz")).collect()
}

fn newest_run(world: &World) -> PathBuf {
    let runs = fs_err::read_dir(world.sandbox.work().join("runs")).unwrap();
    runs.map(|entry| entry.unwrap().path()).max().unwrap()
}

/// Refused with this text, and nothing is written, nor is the secret said.
async fn check_refused(world: &World, says: &[&str]) -> Ran {
    let run = world.command(&["support-bundle", "demo"]).secret(TOKEN);
    let ran = run.ran().await.exits(3).says(says).says(&["CLI-017"]);
    assert_eq!(archives(world), Vec::<PathBuf>::new());
    ran
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_run_it_holds_trace_log_plan_versions_and_cluster_yaml() {
    let test = "after_a_run_it_holds_trace_log_plan_versions_and_cluster_yaml";
    let Some(world) = World::with_vault(test).await else { return };
    world.run(&["run", "demo", "--vault-role", "gitops-sno"]).await.exits(0);
    let told = world.run(&["support-bundle", "demo", "-o", "json"]).await.exits(0).json();
    let file = world.sandbox.root().join(told["file"].as_str().unwrap());
    assert_eq!(archives(&world), std::slice::from_ref(&file));
    assert_eq!(fs_err::metadata(&file).unwrap().permissions().mode() & 0o7777, 0o600);
    let members = members(&file);
    assert_eq!(
        names(&members),
        ["MANIFEST", "bootstrap.log", "cluster.yaml", "plan.json", "trace.json", "versions.json"]
    );
    assert!(members.values().all(|(_, mode)| *mode == 0o600));
    assert_eq!((&told["missing"], &told["cluster"]), (&serde_json::json!([]), &serde_json::json!("demo")));

    let trace = document(&members, "trace.json");
    assert_eq!((&trace, &trace["run_id"]), (&world.trace(), &told["run_id"]));
    assert_eq!(members["cluster.yaml"].0, fs_err::read(world.sandbox.cluster_yaml()).unwrap());
    assert_eq!(members["bootstrap.log"].0, fs_err::read(newest_run(&world).join("bootstrap.log")).unwrap());
    let plan = document(&members, "plan.json");
    assert_eq!(crate::support::schemas::wrong("plan", &plan), None);
    assert_eq!(plan["pending"], false, "it was handed over: {plan:#}");
    let versions = document(&members, "versions.json");
    assert_eq!(versions["program"]["version"], env!("CARGO_PKG_VERSION"));
    assert!(versions["git"].as_str().unwrap().starts_with("git version "), "{versions:#}");
    assert!(!versions["os"].as_str().unwrap().is_empty(), "{versions:#}");
    for key in ["kubernetes", "vault"] {
        assert_eq!(versions[key], trace[key]);
    }
    assert!(world.secrets().iter().all(|secret| {
        members.values().all(|(bytes, _)| !String::from_utf8_lossy(bytes).contains(secret))
    }));
}

#[tokio::test(flavor = "multi_thread")]
async fn manifest_and_document_name_each_member_with_size_and_sum() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    let arguments = ["support-bundle", "--cluster", "demo", "--file", "x.tar.gz", "-o", "json"];
    let told = world.command(&arguments).without("CLUSTER").ran().await.exits(0).json();
    let members = members(&world.sandbox.root().join("x.tar.gz"));
    let rows = told["members"].as_array().unwrap();
    assert_eq!(rows.len(), members.len());
    let manifest = String::from_utf8(members["MANIFEST"].0.clone()).unwrap();
    for row in rows {
        let name = row["name"].as_str().unwrap();
        let bytes = &members[name].0;
        let sum: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!((&row["sha256"], &row["size"]), (&sum.as_str().into(), &bytes.len().into()));
        let line = format!("# {} bytes\n{sum}  {name}\n", bytes.len());
        assert_eq!(manifest.contains(&line), name != "MANIFEST", "{manifest}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_does_not_answer_is_no_obstacle_and_the_bundle_says_why() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    let text = fs_err::read_to_string(world.sandbox.kubeconfig()).unwrap();
    let text = text.replace(&world.sandbox.cluster.server(), "https://127.0.0.1:1");
    fs_err::write(world.sandbox.kubeconfig(), text).unwrap();
    let ran = world.run(&["support-bundle", "demo"]).await.exits(0);
    let ran = ran.says(&["is written", "without plan.json", "plan-failure.json"]);
    assert!(!ran.stdout.contains("  plan.json"), "{}", ran.stdout);
    let members = members(&archives(&world)[0]);
    assert_eq!(
        names(&members),
        ["MANIFEST", "bootstrap.log", "cluster.yaml", "plan-failure.json", "trace.json", "versions.json"]
    );
    let failure = document(&members, "plan-failure.json");
    assert_eq!(crate::support::schemas::wrong("failure", &failure), None);
    assert_eq!(failure["exit_code"], 3);
    assert!(String::from_utf8_lossy(&members["MANIFEST"].0).contains("# missing: plan.json: "));
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_first_run_and_with_a_broken_cluster_yaml_it_packs_what_there_is() {
    let world = World::without_vault().await;
    world.set("base_domain", "NO SUCH");
    let told = world.run(&["support-bundle", "demo", "-o", "json"]).await.exits(0).json();
    let missing: Vec<&str> =
        told["missing"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(missing, ["trace.json", "bootstrap.log", "plan.json"]);
    let members = members(&archives(&world)[0]);
    assert_eq!(names(&members), ["MANIFEST", "cluster.yaml", "plan-failure.json", "versions.json"]);
    let failure = document(&members, "plan-failure.json");
    assert!(!failure["errors"][0]["problems"].as_array().unwrap().is_empty(), "{failure:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_can_be_named_and_a_refused_one_brings_the_last_that_wrote() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    let first = newest_run(&world).file_name().unwrap().to_str().unwrap().to_owned();
    world.run(&["run", "demo", "--require-tool", "nonesuch"]).await.exits(3);
    let pack = async |arguments: &[&str]| {
        let arguments = [&["support-bundle", "demo", "--file", "x.tar.gz"], arguments].concat();
        world.run(&arguments).await.exits(0);
        members(&world.sandbox.root().join("x.tar.gz"))
    };
    let refused = pack(&[]).await;
    assert_eq!(document(&refused, "trace.json")["exit_code"], 3);
    assert_eq!(document(&refused, "gitops-bootstrap.json"), world.trace());
    assert!(!refused.contains_key("bootstrap.log"), "the script was not reached");
    let named = pack(&["--run", &first]).await;
    assert_eq!(document(&named, "trace.json")["run_id"], first.as_str());
    assert!(named.contains_key("bootstrap.log") && !named.contains_key("gitops-bootstrap.json"));
    world
        .run(&["support-bundle", "demo", "--run", "20200101T000000Z-000000"])
        .await
        .exits(3)
        .says(&["CLI-026", "--list"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_in_the_log_refuses_and_its_place_is_told() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    let log = newest_run(&world).join("bootstrap.log");
    let before = fs_err::read_to_string(&log).unwrap();
    let line = format!("line {}", before.lines().count() + 1);
    let (kind, known) = ("holds a token of Vault", "holds a secret that this program knows");
    fs_err::write(&log, format!("{before}login with {TOKEN}\n")).unwrap();
    let ran = check_refused(&world, &["bootstrap.log", &line, kind, "take it out of"]).await;
    ran.never_says(&[known]);
    // The login of this process's environment, base64 within other text.
    let secret = world.sandbox.git.login().1;
    let encoded = {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(format!("bob:{secret}"))
    };
    fs_err::write(&log, format!("{before}sent {encoded}\n")).unwrap();
    let run = world.command(&["support-bundle", "demo"]).env("GITOPS_REPO_PASSWORD", &secret);
    run.secret(&encoded).ran().await.exits(3).says(&["bootstrap.log", &line, known]);
    assert_eq!(archives(&world), Vec::<PathBuf>::new());
    fs_err::write(&log, before).unwrap();
    world.run(&["support-bundle", "demo"]).await.exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_in_cluster_yaml_or_in_a_trace_refuses_too() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    let yaml = world.sandbox.cluster_yaml();
    let before = fs_err::read_to_string(&yaml).unwrap();
    fs_err::write(&yaml, format!("{before}credentials:\n  vault_token: {TOKEN}\n")).unwrap();
    check_refused(&world, &["CLI-017", "cluster.yaml line"]).await;
    fs_err::write(&yaml, &before).unwrap();
    world.set("repo_url", "http://bob:swordfish@127.0.0.1/gitops.git");
    check_refused(&world, &["CLI-017", "CLI-018", "cluster.yaml line"]).await.never_says(&["swordfish"]);
    fs_err::write(&yaml, before).unwrap();
    let trace = newest_run(&world).join("trace.json");
    let mut document: Value = serde_json::from_str(&fs_err::read_to_string(&trace).unwrap()).unwrap();
    document["warnings"] = serde_json::json!([format!("seen {TOKEN}")]);
    fs_err::write(&trace, document.to_string()).unwrap();
    check_refused(&world, &["CLI-017", "trace.json line"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_a_document_too() {
    let world = World::without_vault().await;
    let yaml = world.sandbox.cluster_yaml();
    let before = fs_err::read_to_string(&yaml).unwrap();
    fs_err::write(&yaml, format!("{before}# password: swordfish\n")).unwrap();
    let told = world.run(&["support-bundle", "demo", "-o", "json"]).await.exits(3).json();
    assert_eq!((&told["status"], &told["exit_code"]), (&"failed".into(), &3.into()));
    assert!(!told.to_string().contains("swordfish"), "{told:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_never_written_through_a_link_and_replaces_only_a_file() {
    let world = World::without_vault().await;
    let root = world.sandbox.root();
    let elsewhere = root.join("elsewhere");
    fs_err::write(&elsewhere, "mine").unwrap();
    fs_err::os::unix::fs::symlink(&elsewhere, root.join("link.tar.gz")).unwrap();
    fs_err::create_dir(root.join("folder.tar.gz")).unwrap();
    let pack = async |file: &str| world.run(&["support-bundle", "demo", "--file", file]).await;
    pack("link.tar.gz").await.exits(3).says(&["CLI-008"]);
    pack("folder.tar.gz").await.exits(3).says(&["CLI-008"]);
    pack("no/such/folder.tar.gz").await.exits(3);
    assert_eq!(fs_err::read_to_string(&elsewhere).unwrap(), "mine");
    fs_err::write(root.join("old.tar.gz"), "old").unwrap();
    fs_err::set_permissions(root.join("old.tar.gz"), std::fs::Permissions::from_mode(0o644)).unwrap();
    pack("old.tar.gz").await.exits(0);
    assert_eq!(fs_err::metadata(root.join("old.tar.gz")).unwrap().permissions().mode() & 0o7777, 0o600);
    assert!(members(&root.join("old.tar.gz")).contains_key("plan.json"));
    let left: Vec<String> = archives(&world)
        .iter()
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .filter(|name| name.starts_with('.'))
        .collect();
    assert_eq!(left, Vec::<String>::new(), "nothing half made is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_link_in_a_log_s_place_leads_is_not_packed() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    let log = newest_run(&world).join("bootstrap.log");
    fs_err::remove_file(&log).unwrap();
    fs_err::os::unix::fs::symlink(world.sandbox.kubeconfig(), &log).unwrap();
    let ran = world.run(&["support-bundle", "demo"]).await.exits(0);
    ran.says(&["without bootstrap.log", "no regular file"]);
    assert!(!members(&archives(&world)[0]).contains_key("bootstrap.log"));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_changes_nothing_in_the_cluster() {
    let world = World::without_vault().await;
    let before = world.sandbox.cluster.objects().await.unwrap();
    world.run(&["support-bundle", "demo"]).await.exits(0);
    assert_eq!(world.sandbox.cluster.objects().await.unwrap(), before);
    assert!(!world.has_trace());
}
