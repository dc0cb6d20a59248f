//! `init`: a first cluster.yaml, from flags or from the answers of a person.

use crate::support::clusters::{FLAGS, clusters};
use crate::support::process::Run;
use crate::support::terminal::Terminal;

#[tokio::test]
async fn init_in_a_pipe_writes_a_file_that_validates_and_asks_nothing() {
    let folder = clusters(&[]);
    let arguments = [&["init", "prod"][..], &FLAGS].concat();
    Run::bare(folder.path(), &arguments).ran().await.exits(0).says(&["is written", "check prod"]);
    Run::bare(folder.path(), &["validate", "prod"]).ran().await.exits(0).says(&["apps.prod.example.com"]);
    let text = fs_err::read_to_string(folder.path().join("clusters/prod/cluster.yaml")).unwrap();
    assert!(
        text.starts_with("# yaml-language-server: $schema=../../schemas/cluster.schema.json\n"),
        "{text}"
    );
    // What is there stays.
    Run::bare(folder.path(), &arguments).ran().await.exits(3).says(&["CLI-012", "validate prod"]);
    let left: Vec<_> = fs_err::read_dir(folder.path().join("clusters/prod")).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[tokio::test]
async fn init_in_a_pipe_names_every_flag_that_is_missing_and_every_value_that_is_wrong() {
    let folder = clusters(&[]);
    let missing = Run::bare(folder.path(), &["init", "prod"]).ran().await.exits(2);
    missing.says(&["CLI-015", "--base-domain", "--repo-url", "--env"]);
    let arguments = ["init", "prod", "--repo-url", "https://me:hunter2hunter2@git.example.com/x.git"];
    let wrong = Run::bare(folder.path(), &arguments).secret("hunter2hunter2").ran().await.exits(2);
    wrong.says(&["CLI-014", "CLI-015", "--repo-url: ", "--base-domain", "--env"]);
    let arguments =
        ["init", "Prod", "--repo-url", "x", "--repo-ref", "a..b", "--env", "A b", "--base-domain", "_"];
    let all = Run::bare(folder.path(), &arguments).ran().await.exits(2);
    all.says(&["CLI-013", "CLI-014", "--base-domain: ", "--repo-url: ", "--repo-ref: ", "--env: "]);
    Run::bare(folder.path(), &["init", "Prod"]).ran().await.exits(2).says(&["CLI-013", "CLI-015"]);
    assert!(!folder.path().join("clusters/prod").exists());
}

#[tokio::test]
async fn init_shows_its_file_or_its_document_without_writing() {
    let folder = clusters(&[]);
    let arguments = [&["init", "prod", "--dry-run"][..], &FLAGS].concat();
    Run::bare(folder.path(), &arguments).ran().await.exits(0).says(&["base_domain: \"example.com\""]);
    let json = [&arguments[..], &["-o", "json"]].concat();
    let document = Run::bare(folder.path(), &json).ran().await.exits(0).json();
    assert_eq!((&document["written"], &document["repo_ref"]), (&false.into(), &"main".into()));
    assert!(!folder.path().join("clusters/prod").exists());
}

#[test]
fn init_in_a_terminal_asks_and_asks_again_where_an_answer_is_wrong() {
    let folder = clusters(&[]);
    let run = Run::bare(folder.path(), &["init", "prod"]);
    let typed = "Example.com\nexample.com\nhttps://git.example.com/gitops.git\n\nprod\n";
    let (code, seen) = Terminal::new(100).runs(&run, typed);
    assert_eq!(code, 0, "{seen}");
    assert_eq!(
        seen.matches("DNS name that the cluster's own name is put before, such as aws.example.com:").count(),
        2,
        "{seen}"
    );
    assert!(seen.contains("[main]"), "{seen}");
    let text = fs_err::read_to_string(folder.path().join("clusters/prod/cluster.yaml")).unwrap();
    assert!(text.contains("repo_ref: \"main\"") && text.contains("env: \"prod\""), "{text}");
}

#[test]
fn init_that_is_left_in_the_middle_writes_nothing() {
    let folder = clusters(&[]);
    let run = Run::bare(folder.path(), &["init", "prod"]);
    let (code, seen) = Terminal::new(100).runs(&run, "example.com\n\u{4}");
    assert_eq!(code, 2, "{seen}");
    assert!(seen.contains("nothing was written"), "{seen}");
    assert!(!folder.path().join("clusters/prod/cluster.yaml").exists());
}
