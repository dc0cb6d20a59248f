//! Which cluster is meant, and where it is looked for.

use std::path::Path;

use crate::support::process::{Ran, Run};

/// A repository of clusters with a cluster at each of these paths below `clusters/`.
fn repository(clusters: &[&str]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for cluster in clusters {
        let folder = root.path().join("clusters").join(cluster);
        fs_err::create_dir_all(&folder).unwrap();
        let name = cluster.rsplit('/').next().unwrap();
        let yaml = format!(
            "name: {name}\ndns: {{base_domain: example.test}}\n\
             gitops: {{repo_url: 'https://git.example.test/a.git', repo_ref: main, env: sno}}\n"
        );
        fs_err::write(folder.join("cluster.yaml"), yaml).unwrap();
    }
    root
}

async fn validate(folder: &Path, arguments: &[&str]) -> Ran {
    Run::bare(folder, &[&["validate"], arguments].concat()).ran().await
}

#[tokio::test]
async fn a_cluster_that_is_not_there_is_answered_with_those_that_are() {
    let root = repository(&["demo", "prod/east"]);
    let ran = validate(root.path(), &["dmo"]).await.exits(2);
    let looked_at = root.path().join("clusters/dmo/cluster.yaml");
    ran.says(&[looked_at.to_str().unwrap(), "did you mean demo?", "demo, prod/east"]);
    validate(root.path(), &["xyzzy"]).await.exits(2).says(&["YAML-002", "prod/east"]);
}

#[tokio::test]
async fn a_repository_without_clusters_is_told_what_to_write() {
    let root = repository(&[]);
    fs_err::create_dir(root.path().join("clusters")).unwrap();
    validate(root.path(), &["demo"]).await.exits(2).says(&["YAML-002"]);
}

#[tokio::test]
async fn a_cluster_may_be_nested() {
    let root = repository(&["_example/aws/demo"]);
    validate(root.path(), &["_example/aws/demo"]).await.exits(0).says(&["can be used"]);
}

/// A name that leads elsewhere is refused, whatever lies there.
async fn check_refused(name: &str, says: &str) {
    let root = repository(&["demo"]);
    for command in ["validate", "run", "plan", "env", "trace", "vault-auth", "repo-creds"] {
        let ran = Run::bare(root.path(), &[command, "--", name]).ran().await;
        ran.exits(2).says(&["failed to find the cluster", says, "name a folder below clusters/"]);
    }
}

#[tokio::test]
async fn an_absolute_path_is_no_name() {
    check_refused("/etc", "not an absolute path").await;
}

#[tokio::test]
async fn two_dots_are_no_part_of_a_name() {
    check_refused("../clusters/demo", "a name without `..`").await;
    check_refused("demo/../demo", "a name without `..`").await;
}

#[tokio::test]
async fn a_name_does_not_begin_with_a_dash() {
    check_refused("-demo", "a name without a leading `-`").await;
}

#[tokio::test]
async fn the_environment_names_the_cluster_where_the_command_line_does_not() {
    let root = repository(&["demo", "prod"]);
    let validate = |arguments: &[&str]| Run::bare(root.path(), &[&["validate"], arguments].concat());
    validate(&[]).env("CLUSTER", "prod").ran().await.exits(0).says(&["cluster     prod"]);
    validate(&["demo"]).env("CLUSTER", "prod").ran().await.exits(0).says(&["cluster     demo"]);
    validate(&[]).env("CLUSTER", "").ran().await.exits(2).says(&["CLI-001", "CLUSTER=<cluster>"]);
}

#[tokio::test]
async fn the_folder_of_clusters_is_the_nearest_upward_or_the_one_named() {
    let root = repository(&["demo"]);
    let deep = root.path().join("clusters/demo/a/b");
    fs_err::create_dir_all(&deep).unwrap();
    validate(&deep, &["demo"]).await.exits(0);
    let elsewhere = tempfile::tempdir().unwrap();
    validate(elsewhere.path(), &["demo"]).await.exits(2).says(&["no folder clusters/", "--root DIR"]);
    let named = root.path().to_str().unwrap();
    validate(elsewhere.path(), &["demo", "--root", named]).await.exits(0);
    let run = Run::bare(elsewhere.path(), &["validate", "demo"]).env("BITIQ_BOOTSTRAP_ROOT", named);
    run.ran().await.exits(0);
}

#[tokio::test]
async fn a_name_other_than_the_folder_s_is_a_warning() {
    let root = repository(&["demo"]);
    fs_err::rename(root.path().join("clusters/demo"), root.path().join("clusters/other")).unwrap();
    let ran = validate(root.path(), &["other"]).await.exits(0);
    ran.says(&["warning:", "`name` is demo, the folder is called other"]);
}
