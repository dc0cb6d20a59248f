//! A cluster.yaml that can't be used: what is said of it, where, and what it costs.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::assert::writes;
use crate::support::process::Run;
use crate::support::sandbox::World;

const GOOD: &str = "\
name: demo
dns:
  base_domain: example.test
gitops:
  repo_url: https://git.example.test/team/gitops.git
  repo_ref: main
  env: sno
";

/// A repository of clusters with the cluster `demo`, whose cluster.yaml holds this.
fn repository(yaml: impl AsRef<[u8]>) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "clusters/demo/cluster.yaml", yaml);
    root
}

fn write(root: &Path, file: &str, text: impl AsRef<[u8]>) {
    let file = root.join(file);
    fs_err::create_dir_all(file.parent().unwrap()).unwrap();
    fs_err::write(file, text).unwrap();
}

/// GOOD with one text replaced.
fn with(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    GOOD.replacen(from, to, 1)
}

/// Refused with exit code 2, in words and as JSON, and all of this is said; gives the problems.
async fn check(yaml: impl AsRef<[u8]>, says: &[&str]) -> Vec<Value> {
    let root = repository(yaml);
    let began = Instant::now();
    let memory = "ulimit -v 1000000";
    let ran = Run::bare(root.path(), &["validate", "demo"]).after(memory).ran().await.exits(2).says(says);
    assert!(began.elapsed() < Duration::from_secs(20), "it took {:?}", began.elapsed());
    assert_eq!(ran.stdout, "", "what is wrong is told on stderr");
    assert!(ran.stderr.len() < 20_000, "{} bytes are said", ran.stderr.len());
    let json = Run::bare(root.path(), &["validate", "demo", "-o", "json"]).ran().await.exits(2).json();
    assert_eq!((&json["status"], &json["exit_code"]), (&json!("failed"), &json!(2)));
    json["errors"][0]["problems"].as_array().cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_syntax_error_is_shown_at_its_place() {
    let yaml = with("dns:", "dns: [");
    check(yaml, &["YAML-012", "--> clusters/demo/cluster.yaml:4:7", "4 | gitops:", "^", "expected"]).await;
}

#[tokio::test]
async fn a_wrong_type_is_shown_with_what_is_expected() {
    let yaml = with("name: demo", "name: [1]");
    check(yaml, &["YAML-026", "`name` is a list", "cluster.yaml:1:7"]).await;
}

#[tokio::test]
async fn a_missing_key_is_shown_at_its_section() {
    let yaml = with("  repo_ref: main\n", "");
    check(yaml, &["YAML-022", "cluster.yaml:4:1"]).await;
}

#[tokio::test]
async fn a_bad_value_is_shown_with_what_is_expected() {
    let yaml = with("sno", "Prod!");
    check(yaml, &["YAML-039", "cluster.yaml:7:8", "env: Prod!", "^^^^^"]).await;
}

#[tokio::test]
async fn an_abbreviated_commit_id_is_refused() {
    check(with("repo_ref: main", "repo_ref: abc1234"), &["YAML-047", "cluster.yaml:6:13"]).await;
}

#[tokio::test]
async fn an_unknown_key_of_gitops_is_shown_with_the_nearest_known() {
    let yaml = with("repo_url", "repo_ulr");
    check(yaml, &["YAML-024", "cluster.yaml:5:3", "`repo_url`"]).await;
}

#[tokio::test]
async fn a_key_that_comes_twice_is_shown_where_it_comes_again() {
    let yaml = with("name: demo\n", "name: demo\nname: other\n");
    check(yaml, &["YAML-021", "cluster.yaml:2:1"]).await;
}

#[tokio::test]
async fn a_tab_is_called_a_tab() {
    check(with("  repo_ref", "\trepo_ref"), &["YAML-015", "cluster.yaml:6:1"]).await;
}

#[tokio::test]
async fn two_documents_are_refused_where_the_second_begins() {
    check(format!("{GOOD}---\n{GOOD}"), &["YAML-016", "cluster.yaml:8:1"]).await;
}

#[tokio::test]
async fn bytes_that_are_no_utf8_are_shown_by_their_place() {
    check([GOOD.as_bytes(), b"note: \xff\xfe\n"].concat(), &["not UTF-8", "cluster.yaml:8:7"]).await;
}

#[tokio::test]
async fn an_empty_file_is_called_empty() {
    check("", &["YAML-019", "cluster.yaml:1:1"]).await;
}

#[tokio::test]
async fn ten_megabytes_of_aliases_cost_next_to_nothing() {
    let aliases = ", *a".repeat(2_500_000);
    check(format!("{GOOD}a: &a [x]\nb: [*a{aliases}]\n"), &["too long", "cluster.yaml:1:1", "1048576"]).await;
}

#[tokio::test]
async fn aliases_that_grow_without_bound_cost_next_to_nothing() {
    let grow = |level: usize| {
        format!("a{}: &a{} [{}*a{level}]\n", level + 1, level + 1, format!("*a{level}, ").repeat(8))
    };
    let bomb: String = (0..60).map(grow).collect();
    check(format!("{GOOD}a0: &a0 [x]\n{bomb}"), &["YAML-017", "cluster.yaml:"]).await;
}

#[tokio::test]
async fn all_problems_are_told_at_once_and_by_place_as_json() {
    let yaml = with("name: demo", "name: De_mo").replace("example.test\n", "-.-\n").replace("sno", "[a]");
    let problems = check(yaml, &["cluster.yaml:1:7", "cluster.yaml:3:16", "cluster.yaml:7:8"]).await;
    let places: Vec<_> = problems.iter().map(|it| (it["path"].as_str(), it["line"].as_u64())).collect();
    let expect = [("name", 1), ("dns.base_domain", 3), ("gitops.env", 7)];
    assert_eq!(places, expect.map(|(path, line)| (Some(path), Some(line))));
}

#[tokio::test]
async fn a_password_in_the_url_is_refused_and_never_repeated() {
    let yaml = with("https://", "https://bot:hunter2secret@");
    let root = repository(yaml);
    for (command, output) in [
        ("validate", "text"),
        ("validate", "json"),
        ("run", "text"),
        ("run", "json"),
        ("plan", "json"),
        ("env", "json"),
    ] {
        let run = Run::bare(root.path(), &[command, "demo", "-o", output]).secret("hunter2secret");
        run.ran().await.exits(2).says(&["YAML-053", "cluster.yaml:5:13"]).never_says(&["bot"]);
    }
    assert!(!root.path().join("clusters/demo/.work").exists());
}

#[tokio::test]
async fn the_repository_s_own_schema_counts_too() {
    let root = repository(GOOD);
    let schema =
        json!({"type": "object", "required": ["platform"], "properties": {"name": {"enum": ["prod"]}}});
    write(root.path(), "schemas/cluster.schema.json", schema.to_string());
    let ran = Run::bare(root.path(), &["validate", "demo"]).ran().await.exits(2);
    ran.says(&["YAML-030", "YAML-032", "cluster.yaml:1:", "`platform` is missing"]);
    write(root.path(), "schemas/cluster.schema.json", "{\"type\": 7}");
    let ran = Run::bare(root.path(), &["validate", "demo"]).ran().await.exits(2);
    ran.says(&["YAML-006", "schemas/cluster.schema.json", "next"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_with_a_broken_file_asks_nobody_and_writes_nothing() {
    let world = World::without_vault().await;
    world.set("base_domain", "[]");
    world.run(&["run", "demo"]).await.exits(2).says(&["YAML-026", "cluster.yaml:"]);
    assert!(!world.has_trace());
    assert!(!world.sandbox.work().join("runs").exists());
    assert_eq!(writes(&world), Vec::<String>::new());
}
