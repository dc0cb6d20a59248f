//! The infraIDs that an earlier cluster left: told before the first write, shown side by side, mended by a diff.

use std::path::PathBuf;

use sandbox::Options;
use sandbox::git_host::{File, PRIVATE};
use serde_json::json;

use crate::support::assert::refused;
use crate::support::home::git;
use crate::support::objects::infrastructure;
use crate::support::process::Ran;
use crate::support::sandbox::{World, left_out_on_a_real_cluster, options};

const LIVE: &str = "prod-x7k2q";
const VALUES: &str = "charts/cluster-capacity/values-prod.yaml";

/// The capacity chart of the real repository, in small: eleven places, and as many in words and tests that are none.
fn capacity() -> Vec<File> {
    let values = include_str!("../../../../infra-id/tests/capacity/values-prod.yaml");
    let test = include_str!("../../../../infra-id/tests/capacity/machinesets_test.yaml");
    vec![
        File::new(VALUES, values),
        File::new("charts/cluster-capacity/values-common.yaml", "enabled: false\ninfraID: \"\"\n"),
        File::new("charts/cluster-capacity/tests/machinesets_test.yaml", test),
        File::new("docs/CAPACITY.md", "infraID: \"<REPLACE_WITH_INFRA_ID>\"\n./scripts/prod-smoke.sh\n"),
        File::executable("scripts/prod-smoke.sh", "echo prod-smoke completed\n"),
    ]
}

/// A cluster `prod` with this infraID, and a repository that knows its predecessor's.
async fn prod(live: Option<&str>) -> World {
    let options = Options { vault: false, cluster_name: "prod".into(), ..options() };
    let world = World::of(options).await;
    world.sandbox.git.commit(PRIVATE, &capacity(), "machines").await.unwrap();
    if let Some(live) = live {
        infrastructure(&world, live).await;
    }
    world
}

/// Line and column of each infraID in the real values-prod.yaml, in small.
fn places() -> Vec<(usize, usize)> {
    let values = include_str!("../../../../infra-id/tests/capacity/values-prod.yaml");
    let found = values.lines().enumerate();
    let found: Vec<_> = found.filter_map(|(at, line)| Some((at + 1, line.find("prod-nkqd9")? + 1))).collect();
    assert_eq!(found.len(), 11);
    found
}

/// In one warning for the file.
#[track_caller]
fn warns_of_each_line(ran: &Ran) {
    let lines: Vec<String> = places().iter().map(|(line, _)| line.to_string()).collect();
    tells(ran, &[format!("{VALUES}:{}: infraID prod-nkqd9 is an earlier", lines.join(","))]);
}

#[track_caller]
fn tells_each_place(ran: &Ran) {
    let places = places();
    let places: Vec<_> = places.iter().map(|(line, column)| format!("{VALUES}:{line}:{column}")).collect();
    tells(ran, &places);
}

#[track_caller]
fn tells(ran: &Ran, places: &[String]) {
    let all = format!("{}{}", ran.stdout, ran.stderr);
    for place in places {
        assert!(all.contains(place), "{place} is not in:\n{all}");
    }
    for not in ["prod-smoke", "machinesets_test", "values-common", "REPLACE_WITH"] {
        assert!(!all.contains(not), "{not} is in:\n{all}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_warns_of_each_place_before_its_first_write_and_goes_on() {
    let world = prod(Some(LIVE)).await;
    let ran = world.run(&["run", "prod"]).await.exits(0);
    warns_of_each_line(&ran);
    let ran = ran.says(&["holds 11 infraIDs of an earlier cluster", "bitiq-bootstrap infra-id prod --patch"]);
    let warned = ran.stdout.find("infraID prod-nkqd9 is an earlier cluster's").unwrap();
    let written = ran.stdout.find("gitops-src").unwrap();
    assert!(warned < written, "{}", ran.stdout);
    let warnings: Vec<String> = serde_json::from_value(world.trace()["warnings"].clone()).unwrap();
    assert_eq!(warnings.iter().filter(|text| text.contains("prod-nkqd9 is an earlier")).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strict_run_is_refused_and_writes_nothing() {
    let world = prod(Some(LIVE)).await;
    let run = world.command(&["run", "prod", "--strict"]);
    let ran = refused(&world, run, &["2 warnings under --strict"]).await;
    warns_of_each_line(&ran);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_shows_them_too() {
    let world = prod(Some(LIVE)).await;
    let ran = world.run(&["plan", "prod"]).await.exits(0);
    warns_of_each_line(&ran);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_live_infra_id_is_no_warning_and_another_clusters_is_a_note() {
    let world = prod(Some("prod-nkqd9")).await;
    let other = File::new("values-stage.yaml", "infraID: stage-7hjkl\n");
    world.sandbox.git.commit(PRIVATE, &[other], "another cluster").await.unwrap();
    let json = world.run(&["plan", "prod", "-o", "json"]).await.exits(0).json();
    assert_eq!(json["warnings"], json!([]));
    let note =
        "the repository holds infraIDs of other clusters too: stage-7hjkl (first in values-stage.yaml:1)";
    assert_eq!(json["facts"]["notes"], json!([note]));
}

#[tokio::test(flavor = "multi_thread")]
async fn on_plain_kubernetes_nothing_is_searched() {
    let world = prod(None).await;
    let json = world.run(&["plan", "prod", "-o", "json"]).await.exits(0).json();
    assert_eq!((&json["warnings"], &json["facts"]["notes"]), (&json!([]), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_infra_id_that_an_earlier_run_met_counts_whatever_it_looks_like() {
    let world = prod(Some("prod-smoke")).await;
    world.run(&["run", "prod", "--repo-access-timeout", "0"]).await.exits(0);
    infrastructure(&world, LIVE).await;
    let ran = world.run(&["plan", "prod"]).await.exits(0);
    ran.says(&["scripts/prod-smoke.sh:1: infraID prod-smoke is an earlier cluster's"]);
}

fn work(world: &World, file: &str) -> PathBuf {
    world.sandbox.work().join(file)
}

fn write(world: &World, file: &str, text: &str) {
    let file = work(world, file);
    fs_err::create_dir_all(file.parent().unwrap()).unwrap();
    fs_err::write(file, text).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn each_place_is_shown_beside_the_live_one() {
    let world = prod(Some("prod-nkqd9")).await;
    world.run(&["run", "prod", "--repo-access-timeout", "0"]).await.exits(0);
    infrastructure(&world, LIVE).await;
    write(&world, "infraID", "prod-wr4ck\n");
    write(&world, "installer/metadata.json", r#"{"clusterName": "prod", "infraID": "prod-x7k2q"}"#);
    let json = world.run(&["infra-id", "prod", "-o", "json"]).await.exits(0).json();
    let places: Vec<(&str, &str, bool)> = json["places"]
        .as_array()
        .unwrap()
        .iter()
        .map(|place| {
            let text = |key: &str| place[key].as_str().unwrap();
            (text("place"), text("id"), place["agrees"].as_bool().unwrap())
        })
        .collect();
    assert_eq!(
        places,
        [
            ("Infrastructure/cluster", LIVE, true),
            ("ConfigMap bitiq-bootstrap", "prod-nkqd9", false),
            ("installer's metadata.json", LIVE, true),
            (".work/infraID", "prod-wr4ck", false),
            ("traces", "prod-nkqd9", false),
        ]
    );
    let stale = json["commit"]["stale"].as_array().unwrap();
    assert_eq!(stale.len(), 11);
    assert_eq!(
        stale[0],
        json!({"file": VALUES, "line": 4, "column": 10, "id": "prod-nkqd9", "whose": "this-cluster"})
    );
    let ran = world.run(&["infra-id", "prod"]).await.exits(0);
    tells_each_place(&ran);
    ran.says(&[
        "Infrastructure/cluster     prod-x7k2q  agrees (live)",
        "prod-wr4ck  differs",
        "| git -C CLONE apply",
    ]);
    let strict = world.run(&["infra-id", "prod", "--strict"]).await.exits(3);
    let strict = strict.says(&["earlier cluster in 11 places", "1 warning under --strict"]);
    tells_each_place(&strict);
    let json = world.run(&["infra-id", "prod", "--strict", "-o", "json"]).await.exits(3).json();
    assert_eq!(json["commit"]["stale"].as_array().map(Vec::len), Some(11));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_patch_alone_is_on_stdout_and_mends_a_clone() {
    let world = prod(Some(LIVE)).await;
    let ran = world.run(&["infra-id", "prod", "--patch"]).await.exits(0);
    assert!(ran.stdout.starts_with("diff --git a/charts/"), "{}", ran.stdout);
    world.run(&["run", "prod", "--repo-access-timeout", "0"]).await.exits(0);
    let clone = work(&world, "gitops-src");
    let patch = world.sandbox.home().join("mend.patch");
    fs_err::write(&patch, &ran.stdout).unwrap();
    git(&world, &clone, &["apply", patch.to_str().unwrap()]);
    let mended = fs_err::read_to_string(clone.join(VALUES)).unwrap();
    assert_eq!((mended.matches(LIVE).count(), mended.matches("nkqd9").count()), (11, 0));
    world.sandbox.git.commit(PRIVATE, &[File::new(VALUES, mended)], "mended").await.unwrap();
    let ran = world.run(&["infra-id", "prod", "--patch"]).await.exits(0);
    assert_eq!(ran.stdout, "", "nothing is left to mend");
    world.run(&["infra-id", "prod"]).await.exits(0).says(&["no infraID of an earlier cluster in commit"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_does_not_answer_is_said_and_the_rest_is_shown() {
    if left_out_on_a_real_cluster("a_cluster_that_does_not_answer_is_said_and_the_rest_is_shown") {
        return;
    }
    let world = prod(Some(LIVE)).await;
    write(&world, "infraID", "prod-nkqd9\n");
    let kubeconfig = fs_err::read_to_string(world.sandbox.kubeconfig()).unwrap();
    let server = world.sandbox.cluster.server();
    fs_err::write(world.sandbox.kubeconfig(), kubeconfig.replace(&server, "https://127.0.0.1:1")).unwrap();
    let ran = world.run(&["infra-id", "prod"]).await.exits(0);
    tells_each_place(&ran);
    ran.says(&[
        "the cluster does not answer",
        ".work/infraID              prod-nkqd9",
        "which one is live is not known",
    ]);
    let ran = world.run(&["infra-id", "prod", "--patch"]).await.exits(3);
    assert_eq!(ran.stdout, "");
    ran.says(&["CLI-010"]);
    fs_err::remove_file(world.sandbox.kubeconfig()).unwrap();
    world.run(&["infra-id", "prod"]).await.exits(0).says(&["the cluster was not asked"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_can_t_be_read_is_said_and_the_places_are_shown() {
    let world = prod(Some(LIVE)).await;
    world.set("repo_ref", "no-such-branch");
    let json = world.run(&["infra-id", "prod", "-o", "json"]).await.exits(0).json();
    assert_eq!((&json["live"], &json["commit"]), (&json!(LIVE), &json!(null)));
    assert!(json["warnings"][0].as_str().unwrap().contains("the repository was not searched"), "{json}");
    world.run(&["infra-id", "prod", "--patch"]).await.exits(3).says(&["CLI-011"]);
    let json = world.run(&["infra-id", "prod", "--patch", "-o", "json"]).await.exits(3).json();
    assert_eq!(json["exit_code"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_clusters_infra_id_is_never_put_into_this_ones_files() {
    let world = World::of(Options { vault: false, openshift: Some(Default::default()), ..options() }).await;
    world.sandbox.git.commit(PRIVATE, &capacity(), "machines").await.unwrap();
    world.set("name", "prod");
    let says = ["not the one in cluster.yaml", "it is another cluster"];
    world.run(&["infra-id", "demo"]).await.exits(0).says(&says);
    let ran = world.run(&["infra-id", "demo", "--patch"]).await.exits(3);
    assert_eq!(ran.stdout, "", "a diff was printed");
    world.run(&["infra-id", "demo", "--patch", "--allow-identity-mismatch"]).await.exits(0).says(&["+++ b/"]);
}
