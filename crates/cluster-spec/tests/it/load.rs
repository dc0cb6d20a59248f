//! Clusters read from a folder.

use std::path::Path;

use advice::Diagnostic as _;
use cluster_spec::{LoadError, Repository, json_schema, load};
use tempfile::TempDir;

const GOOD: &str = "\
name: demo
dns: {base_domain: example.com}
gitops: {repo_url: 'https://github.com/o/r', repo_ref: main, env: prod}
";

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.0.path().join(path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
        self
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn error(&self, cluster: &str) -> String {
        let error = load(&Repository::at(self.path()), cluster).unwrap_err();
        let text = format!("{error}\nhint: {}", error.hint().unwrap_or_default());
        text.replace(&self.path().display().to_string(), "<root>")
    }
}

#[test]
fn a_cluster_is_loaded() {
    let folder = Folder::new().file("clusters/demo/cluster.yaml", GOOD);
    let loaded = load(&Repository::at(folder.path()), "demo").unwrap();
    assert_eq!((loaded.spec.name.as_str(), loaded.folder.cluster()), ("demo", "demo"));
    assert_eq!(loaded.warnings, [""; 0]);
}

#[test]
fn a_name_other_than_the_folders_is_a_warning() {
    let folder = Folder::new().file("clusters/_example/other/cluster.yaml", GOOD);
    let loaded = load(&Repository::at(folder.path()), "_example/other").unwrap();
    insta::assert_snapshot!(loaded.warnings.join("\n"), @"clusters/_example/other/cluster.yaml: `name` is demo, the folder is called other; the name counts");
}

#[test]
fn where_there_are_only_examples_the_command_that_copies_one_is_told() {
    let folder = Folder::new().file("clusters/_example/a/cluster.yaml", GOOD);
    insta::assert_snapshot!(folder.error("prod"), @r"
    failed to find the cluster prod: there is no <root>/clusters/prod/cluster.yaml
    hint: start from an example and edit it (there are: _example/a):
    cp -r clusters/_example/a clusters/prod
    ");
}

#[test]
fn no_such_cluster_names_what_there_is() {
    let folder =
        Folder::new().file("clusters/prod/cluster.yaml", GOOD).file("clusters/_example/a/cluster.yaml", GOOD);
    insta::assert_snapshot!(folder.error("pord"), @r"
    failed to find the cluster pord: there is no <root>/clusters/pord/cluster.yaml
    hint: did you mean prod? There are: _example/a, prod
    ");
    insta::assert_snapshot!(folder.error("elsewhere"), @r"
    failed to find the cluster elsewhere: there is no <root>/clusters/elsewhere/cluster.yaml
    hint: there are: _example/a, prod
    ");
}

#[test]
fn no_clusters_at_all_are_told() {
    insta::assert_snapshot!(Folder::new().error("demo"), @r"
    failed to find the cluster demo: there is no <root>/clusters/demo/cluster.yaml
    hint: clusters/ holds no cluster yet: write clusters/<cluster>/cluster.yaml first
    ");
}

#[test]
fn a_folder_in_the_place_of_the_file_is_told() {
    let folder = Folder::new().file("clusters/demo/cluster.yaml/x", "");
    let error = load(&Repository::at(folder.path()), "demo").unwrap_err();
    assert!(matches!(error, LoadError::Unreadable { .. }));
    insta::assert_snapshot!(folder.error("demo"), @r"
    failed to read the cluster demo: <root>/clusters/demo/cluster.yaml is a folder, not a file
    hint: move it away:
    mv <root>/clusters/demo/cluster.yaml <root>/clusters/demo/cluster.yaml.old
    ");
}

#[test]
fn an_error_of_the_file_system_is_told_in_words_of_ours() {
    let folder = Folder::new().file("clusters/demo/x", "");
    let yaml = folder.path().join("clusters/demo/cluster.yaml");
    fs_err::os::unix::fs::symlink("cluster.yaml", &yaml).unwrap();
    let said = folder.error("demo");
    assert!(said.starts_with("failed to read the cluster demo: the file system"), "{said}");
    assert!(!said.contains("failed to query") && !said.contains("failed to open"), "{said}");
}

#[test]
fn a_repository_that_is_not_there_is_told() {
    let folder = Folder::new();
    let error = load(&Repository::at(folder.path().join("no")), "demo").unwrap_err();
    let expect = format!("the folder {} is not there", folder.path().join("no").display());
    assert!(error.to_string().ends_with(&expect), "{error}");
    assert!(error.hint().unwrap().to_string().contains("--root DIR"));
}

#[test]
fn a_clusters_folder_that_can_not_be_listed_is_no_empty_one() {
    let folder = Folder::new();
    let repository = Repository::at(folder.path());
    assert_eq!(repository.readable_clusters().unwrap(), [""; 0]);
    fs_err::write(repository.clusters_dir(), "").unwrap();
    let error = repository.readable_clusters().unwrap_err();
    assert!(error.to_string().contains("needs a folder"), "{error}");
    assert!(error.hint().unwrap().to_string().contains("\nmv "));
    let named = Folder::new().file("clusters/demo/cluster.yaml", GOOD);
    assert_eq!(Repository::at(named.path()).readable_clusters().unwrap(), ["demo"]);
}

#[test]
fn a_file_too_long_is_told() {
    let folder = Folder::new().file("clusters/demo/cluster.yaml", vec![b'#'; 10_000_000]);
    insta::assert_snapshot!(folder.error("demo"), @"
    error[YAML-013]: the file is too long
     --> clusters/demo/cluster.yaml:1:1
      |
    1 |
      | ^ expected at most 1048576 bytes
    hint:
    ");
}

#[test]
fn the_repositorys_schema_is_kept_to() {
    let schema = r#"{ "required": ["platform"] }"#;
    let folder =
        Folder::new().file("clusters/demo/cluster.yaml", GOOD).file("schemas/cluster.schema.json", schema);
    insta::assert_snapshot!(folder.error("demo"), @"
    error[YAML-030]: `platform` is missing
     --> clusters/demo/cluster.yaml:1:1
      |
    1 | name: demo
      | ^ required by the repository's schema
    hint:
    ");
}

#[test]
fn our_own_schema_takes_what_we_take() {
    let folder = Folder::new()
        .file("clusters/demo/cluster.yaml", GOOD)
        .file("schemas/cluster.schema.json", json_schema().to_string());
    assert!(load(&Repository::at(folder.path()), "demo").is_ok());
}

#[test]
fn a_schema_that_is_none_is_told() {
    let folder =
        Folder::new().file("clusters/demo/cluster.yaml", GOOD).file("schemas/cluster.schema.json", "{");
    insta::assert_snapshot!(folder.error("demo"), @r"
    failed to read the schema <root>/schemas/cluster.schema.json: EOF while parsing an object at line 1 column 1
    hint: mend <root>/schemas/cluster.schema.json, or remove it
    ");
}
