//! The published schema, and one that a repository brings along.

use std::path::{Path, PathBuf};

use cluster_spec::{RepositorySchema, json_schema, parse};
use serde_json::{Value, json};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn example(name: &str) -> String {
    fs_err::read_to_string(root().join("clusters/_example").join(name).join("cluster.yaml")).unwrap()
}

/// What the program takes, the schema takes.
fn both_take(yaml: &str) {
    parse("cluster.yaml", yaml.as_bytes(), None).unwrap();
    let schema = RepositorySchema::new(&json_schema()).unwrap();
    parse("cluster.yaml", yaml.as_bytes(), Some(&schema)).unwrap();
}

fn with(name: &str, base_domain: &str, url: &str, reference: &str, env: &str) -> String {
    format!(
        "name: '{name}'\ndns: {{base_domain: '{base_domain}', hosted_zone_id: 7}}\n\
         gitops: {{repo_url: \"{url}\", repo_ref: \"{reference}\", env: \"{env}\"}}\n"
    )
}

#[test]
fn the_published_file_is_the_schema() {
    let text = fs_err::read_to_string(root().join("schemas/cluster.schema.json")).unwrap();
    let published: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(published, json_schema(), "stale: `cargo xtask schema` refreshes it");
}

#[test]
fn the_examples_are_taken() {
    both_take(&example("aws-single-az"));
    both_take(&example("aws-multi-az"));
}

#[test]
fn the_schema_is_never_stricter_than_the_program() {
    let names = ["a", "0", "prod", "a-b-c", &"x".repeat(63)];
    let domains = ["a", "example.com", "a.b-c.0"];
    let urls = [
        "https://h/r",
        "http://u@127.0.0.1:1/r",
        "ssh://h/r",
        "ssh://git@[::1]:22/r",
        "git@h:r",
        "ci-bot@h:~r",
        "file:///r",
    ];
    let refs = ["main", "20261123", "refs/pull/7/head", "ü", "#7", &"0".repeat(40), &"a".repeat(64)];
    for (at, name) in names.iter().enumerate() {
        for (domain, (url, reference)) in
            domains.iter().cycle().zip(urls.iter().cycle().zip(refs.iter().cycle())).skip(at).take(49)
        {
            both_take(&with(name, domain, url, reference, "prod-1"));
        }
    }
}

#[test]
fn sections_of_the_installer_may_hold_anything() {
    let ours = with("demo", "example.com", "https://h/r", "main", "prod");
    let sections = [
        "env: 7\nplatform: [1, {a: ~}]\nopenshift: !Custom {version: 4.20}\ncredentials: null\nanything: .nan\n",
        "platform: &p {type: none}\nother: {<<: *p, more: [*p, *p]}\n1: one\ntrue: yes\n",
        "openshift: |\n  text: of\n  \tany kind\n",
        "huge: 99999999999999999999999999999999999999999999\ndate: 2026-11-23\nhex: 0x1F\noctal: 0123\n",
    ];
    for section in sections {
        both_take(&format!("{ours}{section}"));
    }
}

#[test]
fn objections_of_a_repositorys_schema_are_placed_at_their_line() {
    let schema = RepositorySchema::new(&json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "required": ["platform", "env"],
        "additionalProperties": false,
        "properties": {
            "name": {}, "dns": {},
            "gitops": { "properties": { "env": { "enum": ["local", "sno"] }, "repo_url": { "format": "uri" } } },
            "platform": { "properties": { "account_id": { "pattern": "^[0-9]{12}$" }, "zones": { "items": { "type": "string" } } } }
        }
    }))
    .unwrap();
    let yaml = "\
name: demo
dns:
  base_domain: example.com
platform:
  account_id: s3cr3t-value  # s3cr3t
  zones: [a, 5]
extra: s3cr3t
gitops:
  repo_url: git@github.com:o/r
  repo_ref: main
  env: prod
";
    let problems = parse("clusters/demo/cluster.yaml", yaml.as_bytes(), Some(&schema)).unwrap_err();
    assert!(!problems.to_string().contains("s3cr3t"), "{problems}");
    insta::assert_snapshot!(problems, @r#"
    error[YAML-030]: `env` is missing
     --> clusters/demo/cluster.yaml:1:1
      |
    1 | name: demo
      | ^ required by the repository's schema

    error[YAML-032]: `platform.account_id` does not fit the repository's schema
     --> clusters/demo/cluster.yaml:5:3
      |
    5 |   account_id: …
      |   ^^^^^^^^^^ expected to match ^[0-9]{12}$

    error[YAML-032]: `platform.zones.1` does not fit the repository's schema
     --> clusters/demo/cluster.yaml:6:14
      |
    6 |   zones: [*, *]
      |              ^ the value is not of type "string"

    error[YAML-031]: `extra` is not allowed
     --> clusters/demo/cluster.yaml:7:1
      |
    7 | extra: …
      | ^^^^^ not a key of the repository's schema

    error[YAML-032]: `gitops.repo_url` does not fit the repository's schema
     --> clusters/demo/cluster.yaml:9:3
      |
    9 |   repo_url: git@github.com:o/r
      |   ^^^^^^^^ expected a uri

    error[YAML-032]: `gitops.env` does not fit the repository's schema
      --> clusters/demo/cluster.yaml:11:3
       |
    11 |   env: prod
       |   ^^^ expected one of ["local","sno"]
    "#);
}

#[test]
fn an_objection_to_what_was_told_already_is_not_told_again() {
    let schema = RepositorySchema::new(&json_schema()).unwrap();
    let yaml = "name: Demo\ndns:\ngitops: {repo_url: 1, url: x}\n";
    let ours = parse("c", yaml.as_bytes(), None).unwrap_err();
    assert_eq!(parse("c", yaml.as_bytes(), Some(&schema)).unwrap_err(), ours);
}

#[test]
fn what_is_no_schema_is_refused() {
    assert!(RepositorySchema::new(&json!({ "type": 7 })).is_err());
    assert!(RepositorySchema::new(&json!({ "$ref": "https://example.com/schema.json" })).is_err());
    assert!(RepositorySchema::new(&json!({ "$ref": "file:///etc/hostname" })).is_err());
}
