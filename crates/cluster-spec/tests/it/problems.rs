//! What is wrong with a file that is YAML: told all at once, each at its place.

use cluster_spec::parse;

const GOOD: &str = "\
name: demo
dns:
  base_domain: example.com
gitops:
  repo_url: https://github.com/o/r.git
  repo_ref: main
  env: prod
";

fn render(yaml: &str) -> String {
    parse("clusters/demo/cluster.yaml", yaml.as_bytes(), None).unwrap_err().to_string()
}

/// `line:column path: message` of the good file with one part replaced.
fn changed(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from));
    let problems = parse("c", GOOD.replace(from, to).as_bytes(), None).unwrap_err().problems;
    let line = |p: &cluster_spec::Problem| {
        let help = p.help.as_ref().map_or(String::new(), |help| format!(" ({help})"));
        format!("{}:{} {}; {}{help}", p.line, p.column, p.message, p.expected)
    };
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn warnings(from: &str, to: &str) -> Vec<String> {
    parse("c", GOOD.replace(from, to).as_bytes(), None).unwrap().warnings
}

#[test]
fn a_good_file_is_read() {
    let parsed = parse("c", GOOD.as_bytes(), None).unwrap();
    let spec = parsed.spec;
    assert_eq!(
        (spec.name.as_str(), spec.base_domain.as_str(), spec.env.as_str()),
        ("demo", "example.com", "prod")
    );
    assert_eq!((spec.repo_url.as_str(), spec.repo_ref.as_str()), ("https://github.com/o/r.git", "main"));
    assert_eq!(spec.apps_domain().as_str(), "apps.demo.example.com");
    assert_eq!(parsed.warnings, [""; 0]);
}

#[test]
fn carriage_returns_and_a_byte_order_mark_do_not_matter() {
    let windows = format!("\u{feff}{}", GOOD.replace('\n', "\r\n"));
    assert_eq!(parse("c", windows.as_bytes(), None), parse("c", GOOD.as_bytes(), None));
}

#[test]
fn all_problems_are_told_at_once() {
    insta::assert_snapshot!(render("\
name: Demo_1
dns:
  base_domain: example..com
  basedomain: x
gitops:
  repo_url: github.com/o/r
  repo_rev: main
  env:
  env: prod
"), @"
    error[YAML-033]: `name` is not as it must be
     --> clusters/demo/cluster.yaml:1:7
      |
    1 | name: Demo_1
      |       ^^^^^^ expected lower-case letters, digits and `-` alone

    error[YAML-035]: `dns.base_domain` is not as it must be
     --> clusters/demo/cluster.yaml:3:16
      |
    3 |   base_domain: example..com
      |                ^^^^^^^^^^^^ expected a DNS name without empty parts, such as example.com

    error[YAML-048]: `gitops.repo_url` is not as it must be
     --> clusters/demo/cluster.yaml:6:13
      |
    6 |   repo_url: github.com/o/r
      |             ^^^^^^^^^^^^^^ expected https://host/path, http://host/path, ssh://user@host/path, user@host:path or file:///path

    error[YAML-024]: `gitops.repo_rev` is not a known key
     --> clusters/demo/cluster.yaml:7:3
      |
    7 |   repo_rev: …
      |   ^^^^^^^^ the nearest known one is `repo_ref`, which is missing
      |
      = help: known are `repo_url`, `repo_ref`, `env`

    error[YAML-025]: `gitops.env` has no value
     --> clusters/demo/cluster.yaml:8:3
      |
    8 |   env:
      |   ^^^ expected a text

    error[YAML-021]: `gitops.env` stands here a second time
     --> clusters/demo/cluster.yaml:9:3
      |
    9 |   env: …
      |   ^^^ expected every key once
    ");
}

#[test]
fn an_empty_file_is_told() {
    insta::assert_snapshot!(render(""), @"
    error[YAML-019]: the file is empty
     --> clusters/demo/cluster.yaml:1:1
      |
    1 |
      | ^ expected the keys name, dns and gitops
    ");
    insta::assert_snapshot!(render("# nothing\n"), @"
    error[YAML-019]: the file is empty
     --> clusters/demo/cluster.yaml:1:1
      |
    1 | # …
      | ^ expected the keys name, dns and gitops
    ");
}

#[test]
fn a_file_that_is_no_mapping_is_told() {
    insta::assert_snapshot!(render("- name: demo\n"), @"
    error[YAML-020]: the file is a list
     --> clusters/demo/cluster.yaml:1:1
      |
    1 | - name: …
      | ^ expected a mapping: lines of `key: value`
    ");
}

#[test]
fn missing_sections_are_told() {
    insta::assert_snapshot!(render("names: demo\nenv: prod\n"), @"
    error[YAML-022]: `dns` is missing
     --> clusters/demo/cluster.yaml:1:1
      |
    1 | names: …
      | ^ expected the key `dns` in this file

    error[YAML-022]: `gitops` is missing
     --> clusters/demo/cluster.yaml:1:1
      |
    1 | names: …
      | ^ expected the key `gitops` in this file

    error[YAML-023]: `name` is missing
     --> clusters/demo/cluster.yaml:1:1
      |
    1 | names: …
      | ^^^^^ expected `name`
      |
      = help: `names` looks like it
    ");
}

#[test]
fn a_missing_key_points_at_its_section() {
    insta::assert_snapshot!(changed("  env: prod\n", ""), @"4:1 `gitops.env` is missing; expected the key `env` in this section");
}

#[test]
fn a_missing_key_points_at_what_looks_like_it() {
    insta::assert_snapshot!(changed("base_domain", "baseDomain"), @"3:3 `dns.base_domain` is missing; expected `base_domain` (`baseDomain` looks like it)");
    insta::assert_snapshot!(changed("name", "Name"), @"1:1 `name` is missing; expected `name` (`Name` looks like it)");
}

#[test]
fn a_number_is_no_text() {
    insta::assert_snapshot!(changed("demo", "123"), @r#"1:7 `name` is a number; expected a text (quote it: name: "123")"#);
    insta::assert_snapshot!(changed("repo_ref: main", "repo_ref: 1.20"), @r#"6:13 `gitops.repo_ref` is a number; expected a text (quote it: repo_ref: "1.20")"#);
    insta::assert_snapshot!(changed("prod", "0123"), @r#"7:8 `gitops.env` is a number; expected a text (quote it: env: "0123")"#);
    insta::assert_snapshot!(changed("example.com", "1_0.5"), @"3:16 `dns.base_domain` is not as it must be; expected a DNS name: lower-case letters, digits, `-` and `.` alone");
}

#[test]
fn a_boolean_is_no_text() {
    insta::assert_snapshot!(changed("prod", "true"), @r#"7:8 `gitops.env` is a boolean; expected a text (quote it: env: "true")"#);
}

#[test]
fn no_is_a_text() {
    assert_eq!(parse("c", GOOD.replace("demo", "no").as_bytes(), None).unwrap().spec.name, "no");
}

#[test]
fn nothing_is_no_text() {
    insta::assert_snapshot!(changed("repo_ref: main", "repo_ref: "), @"6:3 `gitops.repo_ref` has no value; expected a text");
    insta::assert_snapshot!(changed("repo_ref: main", "repo_ref: ~"), @"6:13 `gitops.repo_ref` has no value; expected a text");
    insta::assert_snapshot!(changed("repo_ref: main", "repo_ref: ''"), @"6:13 `gitops.repo_ref` is empty; expected a branch, a tag, a full commit id or refs/…");
}

#[test]
fn a_list_or_a_mapping_is_no_text() {
    insta::assert_snapshot!(changed("demo", "[demo]"), @"1:7 `name` is a list; expected a text");
    insta::assert_snapshot!(changed("demo", "{a: b}"), @"1:7 `name` is a mapping; expected a text");
}

#[test]
fn a_section_that_is_no_mapping_is_told() {
    insta::assert_snapshot!(changed("dns:\n  base_domain: example.com", "dns: example.com"), @"2:6 `dns` is a text; expected a mapping: lines of `key: value`");
    insta::assert_snapshot!(changed("dns:\n  base_domain: example.com", "dns:"), @"2:1 `dns` is empty; expected a mapping: lines of `key: value`");
}

#[test]
fn names_that_are_no_dns_label_are_told() {
    insta::assert_snapshot!(changed("demo", "-demo"), @"1:7 `name` is not as it must be; expected no `-` at the beginning or end of a part of a DNS name");
    insta::assert_snapshot!(changed("demo", &"x".repeat(64)), @"1:7 `name` is not as it must be; expected at most 63 characters in one part of a DNS name");
    insta::assert_snapshot!(changed("demo", "dé"), @"1:7 `name` is not as it must be; expected lower-case letters, digits and `-` alone");
}

#[test]
fn domains_that_are_no_dns_name_are_told() {
    insta::assert_snapshot!(changed("example.com", "example.com."), @"3:16 `dns.base_domain` is not as it must be; expected a DNS name without empty parts, such as example.com");
    insta::assert_snapshot!(changed("example.com", "-x.com"), @"3:16 `dns.base_domain` is not as it must be; expected no `-` at the beginning or end of a part of a DNS name");
    insta::assert_snapshot!(changed("example.com", &["x"; 124].join(".")), @"3:16 `dns.base_domain` is too long; expected apps.<name>.<dns.base_domain> of at most 253 characters");
}

#[test]
fn a_key_of_ours_that_stands_twice_is_told_wherever_it_stands() {
    insta::assert_snapshot!(changed("name: demo\n", "name: demo\nname: other\nopenshift: {a: 1}\nopenshift: {a: 2}\n"), @r"
    2:1 `name` stands here a second time; expected every key once
    4:1 `openshift` stands here a second time; expected every key once
    ");
}

#[test]
fn a_key_that_stands_twice_in_a_section_of_the_installer_is_not_ours_to_judge() {
    for section in [
        "openshift: {version: 1, version: 2}\n",
        "platform:\n  aws:\n    region: a\n    region: b\n  aws: {}\n",
        "pools:\n- {name: a, name: b}\n- {name: a}\n",
        "base: &base {a: 1, a: 2}\nplatform: {<<: *base, a: 3}\nother: *base\n",
        "one: &one {a: 1}\ntwo: &two {a: 2}\nplatform: {<<: [*one, *two], a: 3, a: 4}\n",
        "platform: {name: x, name: y, gitops: {env: x, env: y}}\n",
    ] {
        assert_eq!(warnings("name: demo\n", &format!("name: demo\n{section}")), [""; 0], "{section}");
    }
}

#[test]
fn a_key_that_stands_twice_behind_an_anchor_is_told_where_the_anchor_is_one_of_ours() {
    let yaml =
        "x: &x {env: sno, env: prod, repo_ref: main, repo_url: 'https://github.com/o/r'}\ngitops: *x\n";
    let text = parse("c", format!("name: demo\ndns: {{base_domain: example.com}}\n{yaml}").as_bytes(), None);
    let problems = text.unwrap_err().problems;
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].message, "`gitops.env` stands here a second time");
}

#[test]
fn an_unknown_key_of_gitops_names_the_nearest_known_one() {
    insta::assert_snapshot!(changed("  env: prod", "  env: prod\n  url: x"), @"8:3 `gitops.url` is not a known key; the nearest known one is `repo_url` (known are `repo_url`, `repo_ref`, `env`)");
    insta::assert_snapshot!(changed("  env: prod", "  env: prod\n  7: x"), @"8:3 `gitops.7` is not a known key; the nearest known one is `env` (known are `repo_url`, `repo_ref`, `env`)");
    insta::assert_snapshot!(changed("  env: prod", "  env: prod\n  \"a\\e[31m\\nb\": x"), @r"8:3 `gitops.a\u{1b}[31m\nb` is not a known key; the nearest known one is `env` (known are `repo_url`, `repo_ref`, `env`)");
}

#[test]
fn an_abbreviated_commit_id_is_told() {
    insta::assert_snapshot!(changed("repo_ref: main", "repo_ref: 0a1b2c3d"), @"6:13 `gitops.repo_ref` is not as it must be; expected the full commit id, not an abbreviated one (or, for a branch or tag of that name, `refs/heads/0a1b2c3d` or `refs/tags/0a1b2c3d`)");
}

#[test]
fn a_near_miss_beside_the_right_key_is_a_warning() {
    assert_eq!(warnings("name", "names: x\nname"), ["c:1:1: `names` is not read; it looks like `name`"]);
    let warned = warnings("  base_domain", "  base-domain: x\n  base_domain");
    assert_eq!(warned, ["c:3:3: `dns.base-domain` is not read; it looks like `dns.base_domain`"]);
}

#[test]
fn sections_of_the_installer_are_no_near_misses() {
    let sections = "env: x\nplatform: x\nopenshift: x\ncredentials: x\nname";
    assert_eq!(warnings("name", sections), [""; 0]);
}

#[test]
fn an_anchor_may_hold_our_keys() {
    let yaml = GOOD
        .replace("gitops:\n", "x: &x {env: sno, repo_ref: main}\ngitops:\n  <<: *x\n")
        .replace("  repo_ref: main\n", "");
    let spec = parse("c", yaml.as_bytes(), None).unwrap().spec;
    assert_eq!((spec.env.as_str(), spec.repo_ref.as_str()), ("prod", "main"));
}

#[test]
fn fifty_problems_are_told_and_the_rest_is_counted() {
    let many: String = (0..80).map(|at| format!("  key{at}: x\n")).collect();
    let text = render(&format!("{GOOD}{many}"));
    assert_eq!(text.matches("is not a known key").count(), 50);
    assert!(text.ends_with("clusters/demo/cluster.yaml: 30 more problems"), "{text}");
}

#[test]
fn the_encodings_that_kubectl_takes_are_read() {
    let utf16 = |unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
        "\u{feff}".encode_utf16().chain(GOOD.encode_utf16()).flat_map(unit).collect()
    };
    let spec = |bytes: &[u8]| cluster_spec::parse("cluster.yaml", bytes, None).unwrap().spec;
    for bytes in [format!("\u{feff}{GOOD}").into_bytes(), utf16(u16::to_le_bytes), utf16(u16::to_be_bytes)] {
        assert_eq!(spec(&bytes), spec(GOOD.as_bytes()));
    }
}
