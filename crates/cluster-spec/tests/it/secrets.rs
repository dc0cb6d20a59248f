//! No message holds a password, nor a value of a section that is not ours; wherever the file puts them.

use cluster_spec::parse;

const SECRETS: [&str; 3] = ["hunter2", "s3cr3t", "AKIA1234"];

/// Everything that can be printed about the file, which must be wrong somewhere.
fn check(yaml: &str) -> String {
    let problems = parse("cluster.yaml", yaml.as_bytes(), None).unwrap_err();
    let json = serde_json::to_string(&problems).unwrap();
    for text in [problems.to_string(), problems.render(true), format!("{problems:?}"), json] {
        for secret in SECRETS {
            assert!(!text.contains(secret), "{text}");
        }
    }
    problems.to_string()
}

const REST: &str = "name: demo\ndns: {base_domain: example.com}\n";

fn with_url(url: &str) -> String {
    format!("{REST}gitops:\n  repo_url: {url}\n  repo_ref: main\n  env: prod\n")
}

#[test]
fn a_password_in_the_url_is_blanked() {
    insta::assert_snapshot!(check(&with_url("https://bot:hunter2@github.com/o/r.git")), @"
    error[YAML-053]: `gitops.repo_url` is not as it must be
     --> cluster.yaml:4:13
      |
    4 |   repo_url: https://***:*******@github.com/o/r.git
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ expected a URL without a password: put the login into Vault or the environment
    ");
}

#[test]
fn a_password_in_any_form_of_url_is_blanked() {
    for url in [
        "\"https://bot:hunter2@github.com/o/r.git\"",
        "'https://bot:hunter2@github.com/o/r.git' # hunter2",
        "ssh://git:hunter2@github.com/o/r.git",
        "git:hunter2@github.com:o/r.git",
        "https://ghp_hunter2@github.com/o/r.git",
        "https://github.com/o/r?token=hunter2",
        "https://bot:hunter2/x@github.com/o/r",
        "https://bot:hunter2 @github.com/o/r",
        "https://bot:a@hunter2@github.com/o/r",
        "\"https:\\/\\/bot:hunter2@github.com/o/r\"",
        "bot:hunter2",
        "ftp://bot:hunter2@github.com/o/r",
        ">-\n    https://bot:hunter2@github.com/o/r",
        "[https://bot:hunter2@github.com/o/r]",
        "{a: hunter2}",
    ] {
        check(&with_url(url));
    }
}

#[test]
fn a_password_beside_another_problem_on_the_line_is_blanked() {
    let line = "gitops: {repo_url: \"https://bot:hunter2@github.com/o/r\", env: PROD, repo_ref: \"-x\"}";
    insta::assert_snapshot!(check(&format!("{REST}{line}\n")), @r#"
    error[YAML-053]: `gitops.repo_url` is not as it must be
     --> cluster.yaml:3:20
      |
    3 | gitops: {repo_url: "https://***:*******@github.com/o/r", env: PROD, repo_ref: "-x"}
      |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ expected a URL without a password: put the login into Vault or the environment

    error[YAML-039]: `gitops.env` is not as it must be
     --> cluster.yaml:3:63
      |
    3 | gitops: {repo_url: "https://***:*******@github.com/o/r", env: PROD, repo_ref: "-x"}
      |                                                               ^^^^ expected lower-case letters, digits and `-` alone, such as prod

    error[YAML-041]: `gitops.repo_ref` is not as it must be
     --> cluster.yaml:3:79
      |
    3 | gitops: {repo_url: "https://***:*******@github.com/o/r", env: PROD, repo_ref: "-x"}
      |                                                                               ^^^^ expected a ref without a leading `-`
    "#);
    check(&format!(
        "{REST}gitops: {{password: hunter2, repo_url: 'https://h/r', env: PROD, repo_ref: main}} # s3cr3t\n"
    ));
}

#[test]
fn a_password_in_a_url_pasted_into_another_key_is_blanked() {
    let file = with_url("https://h/r");
    let with = |written: &str, value: &str| {
        let (key, _) = written.split_once(' ').unwrap();
        file.replace(written, &format!("{key} {value}"))
    };
    insta::assert_snapshot!(check(&with("repo_ref: main", "https://bot:hunter2@github.com/o/r.git")), @r"
    error[YAML-045]: `gitops.repo_ref` is not as it must be
     --> cluster.yaml:5:13
      |
    5 |   repo_ref: https://***:*******@github.com/o/r.git
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ expected a ref without any of `~ ^ : ? * [ \`
    ");
    for key in ["name: demo", "base_domain: example.com", "repo_ref: main", "env: prod"] {
        for value in [
            "https://bot:hunter2@github.com/o/r.git",
            "\"https://bot:hunter2@github.com/o/r.git\"",
            "'see https://bot:hunter2@github.com/o/r' # hunter2",
            "\"https:\\/\\/bot:hunter2\\x40github.com/o/r\"",
            "git:hunter2@github.com:o/r.git",
            "https://ghp_hunter2@github.com/o/r.git",
            "ghp_hunter2 x",
            "https://bot:hunter2",
            ">-\n    https://bot:hunter2@github.com/o/r",
            "https://bot:hunter2@h/r: x",
            "[https://bot:hunter2@h/r]",
        ] {
            check(&with(key, value));
        }
    }
}

#[test]
fn a_value_of_an_unknown_key_is_blanked() {
    insta::assert_snapshot!(check(&format!("{}  password: hunter2\n", with_url("https://h/r"))), @"
    error[YAML-024]: `gitops.password` is not a known key
     --> cluster.yaml:7:3
      |
    7 |   password: …
      |   ^^^^^^^^ the nearest known one is `repo_ref`
      |
      = help: known are `repo_url`, `repo_ref`, `env`
    ");
}

#[test]
fn a_password_that_a_missing_space_made_part_of_a_key_is_blanked() {
    check(&format!("{REST}gitops: {{repo_url:https://bot:hunter2@h/r, repo_ref: main, env: prod}}\n"));
    check(&format!("{REST}gitops: {{\"https://bot:hunter2@h/r\": x, repo_ref: main, env: prod}}\n"));
    check(&with_url("x").replace("repo_url: x", "repo_url:https://bot:hunter2@h/r"));
    check(&with_url("x").replace("repo_url: x", "https://bot:hunter2@h/r: x"));
}

#[test]
fn the_installers_values_are_blanked() {
    check("credentials: {key: AKIA1234, secret: s3cr3t}\n");
    check("{credentials: {key: AKIA1234, secret: s3cr3t}, name: Demo}\n");
    check("credentials:\n  key: AKIA1234\n  key: s3cr3t\n");
}

#[test]
fn a_text_that_is_no_yaml_is_blanked_but_for_keys() {
    insta::assert_snapshot!(check("credentials:\n  secret: \"s3cr3t\n"), @r#"
    error[YAML-009]: the file is not YAML
     --> cluster.yaml:2:11
      |
    2 |   secret: "…
      |           ^ unclosed quote
      |
      = help: expected a closing quote on this line
    "#);
    check("credentials: {key: AKIA1234, secret: [s3cr3t\n");
    check("credentials:\n  key: s3cr3t: AKIA1234\n");
    check("credentials:\n  - s3cr3t: AKIA1234\n - hunter2\n");
    check("credentials: |\n  s3cr3t\n AKIA1234\n");
    check("credentials:\n\ts3cr3t\n");
    check("credentials: @s3cr3t\n");
    check("credentials: *s3cr3t\n");
    check("credentials: !!int s3cr3t\n");
    check("credentials: !!binary s3cr3t\n");
    check("credentials: !!float s3cr3t\n");
    check("%s3cr3t\n---\na: b\n");
    check("gitops:\n  repo_url: https://bot:hunter2@h/r: x\n");
    check("s3cr3t\n");
    check("- s3cr3t\n");
}

#[test]
fn what_is_not_utf_8_is_blanked() {
    let problems =
        parse("cluster.yaml", b"credentials:\n  secret: s3cr3t\xff\n", None).unwrap_err().to_string();
    assert!(!problems.contains("s3cr3t"), "{problems}");
}
