//! Names of clusters, and where they lie.

use std::path::Path;

use advice::Diagnostic as _;
use cluster_spec::{LoadError, Repository, nearest};
use tempfile::TempDir;

fn repository(clusters: &[&str]) -> (TempDir, Repository) {
    let folder = tempfile::tempdir().unwrap();
    for cluster in clusters {
        let dir = folder.path().join("clusters").join(cluster);
        fs_err::create_dir_all(&dir).unwrap();
        fs_err::write(dir.join("cluster.yaml"), "").unwrap();
    }
    let repository = Repository::at(folder.path());
    (folder, repository)
}

fn refused(name: &str, expect: &str) {
    let error = Repository::at("/r").folder(name).unwrap_err();
    assert!(matches!(error, LoadError::BadName { .. }));
    assert!(error.to_string().contains(expect), "{error}");
    assert!(error.hint().is_some());
}

#[test]
fn a_nested_cluster_is_a_folder_below_clusters() {
    let folder = Repository::at("/r").folder("_example/aws-single-az").unwrap();
    assert_eq!(folder.yaml(), Path::new("/r/clusters/_example/aws-single-az/cluster.yaml"));
    assert_eq!((folder.cluster(), folder.name()), ("_example/aws-single-az", "aws-single-az"));
}

#[test]
fn a_slash_at_the_end_is_dropped() {
    assert_eq!(Repository::at("/r").folder("demo/").unwrap(), Repository::at("/r").folder("demo").unwrap());
}

#[test]
fn names_that_leave_clusters_are_refused() {
    refused("/etc", "absolute");
    refused("..", "`..`");
    refused("a/../b", "`..`");
    refused("-x", "leading `-`");
    refused("a/-x", "leading `-`");
    refused("", "name of a folder");
    refused("a//b", "name of a folder");
    refused("demo/.work/gitops-src", "hidden");
    refused(".", "hidden");
    refused("a\nb", "control");
}

#[test]
fn paths_of_the_work_folder_are_those_of_the_contract() {
    let folder = Repository::at("/r").folder("demo").unwrap();
    let below =
        |path: std::path::PathBuf| path.strip_prefix("/r/clusters/demo/.work").unwrap().display().to_string();
    let paths = [
        folder.kubeconfig(),
        folder.kubeconfig_backup(),
        folder.gitops_src(),
        folder.trace(),
        folder.run("x"),
        folder.cache(),
        folder.lock(),
        folder.installer_kubeconfig(),
        folder.installer_metadata(),
        folder.infra_id_file(),
    ];
    insta::assert_snapshot!(paths.map(below).join("\n"), @r"
    kubeconfig
    kubeconfig.bak
    gitops-src
    gitops-bootstrap.json
    runs/x
    cache
    lock
    installer/auth/kubeconfig
    installer/metadata.json
    infraID
    ");
}

#[test]
fn clusters_are_found_nested_and_sorted_but_not_in_work_folders() {
    let (_folder, repository) =
        repository(&["prod", "_example/b", "_example/a", "prod/.work/gitops-src/clusters/x"]);
    assert_eq!(repository.clusters(), ["_example/a", "_example/b", "prod"]);
}

#[test]
fn the_repository_is_the_nearest_one_upward() {
    let (folder, repository) = repository(&["prod"]);
    assert_eq!(Repository::find(&folder.path().join("clusters/prod")), Some(repository));
    assert_eq!(Repository::find(Path::new("/")), None);
}

#[test]
fn the_nearest_name_is_found() {
    let among = ["prod", "staging", "_example/aws-single-az"];
    assert_eq!(nearest("pord", among), Some("prod"));
    assert_eq!(nearest("Staging", among), Some("staging"));
    assert_eq!(nearest("aws-single-a", among), Some("_example/aws-single-az"));
    assert_eq!(nearest("something-else", among), None);
}
