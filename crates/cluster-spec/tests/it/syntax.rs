//! Texts that are no YAML, or too much of it.

use cluster_spec::parse;

fn render(bytes: &[u8]) -> String {
    let problems = parse("cluster.yaml", bytes, None).unwrap_err();
    assert_eq!(problems.problems.len(), 1);
    problems.to_string()
}

#[test]
fn a_bracket_left_open_is_told() {
    insta::assert_snapshot!(render(b"name: [demo\ndns:\n"), @"
    error[YAML-008]: the file is not YAML
     --> cluster.yaml:2:4
      |
    2 | dns:
      |    ^ illegal placement of ':' indicator
      |
      = help: expected `]`, `}` or `,`: is a bracket above left open?
    ");
}

#[test]
fn a_quote_left_open_is_told() {
    insta::assert_snapshot!(render(b"name: \"demo\n"), @r#"
    error[YAML-009]: the file is not YAML
     --> cluster.yaml:1:7
      |
    1 | name: "demo
      |       ^ unclosed quote
      |
      = help: expected a closing quote on this line
    "#);
}

#[test]
fn a_wrong_indent_is_told() {
    insta::assert_snapshot!(render(b"name: demo\n  env: prod\n"), @"
    error[YAML-007]: the file is not YAML
     --> cluster.yaml:2:6
      |
    2 |   env: prod
      |      ^ mapping values are not allowed in this context
      |
      = help: expected one `key: value` per line, keys of a section indented alike, and quotes around a value that holds `: `
    ");
}

#[test]
fn a_colon_too_many_is_told() {
    insta::assert_snapshot!(render(b"name: demo: x\n"), @"
    error[YAML-007]: the file is not YAML
     --> cluster.yaml:1:11
      |
    1 | name: demo: x
      |           ^ mapping values are not allowed in this context
      |
      = help: expected one `key: value` per line, keys of a section indented alike, and quotes around a value that holds `: `
    ");
}

#[test]
fn a_tab_is_told() {
    insta::assert_snapshot!(render(b"name: demo\ngitops:\n\tenv: prod\n"), @"
    error[YAML-015]: the file is not YAML: a tab indents this line
     --> cluster.yaml:3:1
      |
    3 |     env: prod
      | ^ expected spaces
    ");
    insta::assert_snapshot!(render(b"name: demo\n\tenv: prod\n"), @"
    error[YAML-015]: the file is not YAML: a tab indents this line
     --> cluster.yaml:2:1
      |
    2 |     env: prod
      | ^ expected spaces
    ");
}

#[test]
fn a_second_document_is_told() {
    insta::assert_snapshot!(render(b"name: demo\n---\nname: other\n"), @"
    error[YAML-016]: the file holds a second YAML document
     --> cluster.yaml:2:1
      |
    2 | ---
      | ^ expected one document
    ");
}

#[test]
fn an_unknown_alias_is_told() {
    insta::assert_snapshot!(render(b"name: *demo\n"), @"
    error[YAML-018]: the file is not YAML
     --> cluster.yaml:1:7
      |
    1 | name: *demo
      |       ^ expected the name of an anchor above
    ");
}

#[test]
fn what_is_not_utf_8_is_told() {
    insta::assert_snapshot!(render(b"name: demo\nenv: pr\xffod\n"), @"
    error[YAML-014]: the file is not UTF-8
     --> cluster.yaml:2:8
      |
    2 | env: pr
      |        ^ expected UTF-8 text
    ");
    insta::assert_snapshot!(render(b"\xffn\0a\0m\0e\0"), @"
    error[YAML-014]: the file is not UTF-8
     --> cluster.yaml:1:1
      |
    1 |
      | ^ expected UTF-8 text
    ");
}

#[test]
fn the_column_counts_characters() {
    insta::assert_snapshot!(render("name: dé\nenv: \"é\" \"x\"\n".as_bytes()), @r#"
    error[YAML-012]: the file is not YAML
     --> cluster.yaml:2:10
      |
    2 | env: "é" "x"
      |          ^ invalid trailing content after double-quoted scalar
      |
      = help: expected lines of `key: value`, indented with spaces
    "#);
}

#[test]
fn aliases_that_grow_without_end_are_told() {
    let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for at in 1..12 {
        let before = vec![format!("*a{}", at - 1); 9].join(",");
        bomb += &format!("a{at}: &a{at} [{before}]\n");
    }
    insta::assert_snapshot!(render(bomb.as_bytes()), @"
    error[YAML-017]: the file is too large once its aliases are expanded, or too deeply nested
     --> cluster.yaml:5:26
      |
    5 | a4: &** [***,***,***,***,*…
      |                          ^ expected at most 50000 values, 64 levels deep
    ");
}

#[test]
fn ten_megabytes_of_aliases_are_told_without_being_read() {
    let bomb = format!("a: &a x\nb: [{}]\n", "*a, ".repeat(2_500_000));
    insta::assert_snapshot!(render(bomb.as_bytes()), @"
    error[YAML-013]: the file is too long
     --> cluster.yaml:1:1
      |
    1 |
      | ^ expected at most 1048576 bytes
    ");
}

#[test]
fn a_megabyte_of_aliases_is_told() {
    let bomb = format!("a: &a x\nb:\n{}", "- *a\n".repeat(200_000));
    insta::assert_snapshot!(render(bomb.as_bytes()), @"
    error[YAML-017]: the file is too large once its aliases are expanded, or too deeply nested
        --> cluster.yaml:1003:3
         |
    1003 | - *…
         |   ^ expected at most 50000 values, 64 levels deep
    ");
}

#[test]
fn brackets_without_end_are_told() {
    assert!(render("[".repeat(500_000).as_bytes()).contains("deep"));
}

#[test]
fn a_megabyte_in_one_line_is_not_shown_whole() {
    let line = format!("name: {}\n", "x".repeat(1_000_000));
    let text = parse("cluster.yaml", line.as_bytes(), None).unwrap_err().to_string();
    assert!(text.len() < 10_000, "{}", text.len());
}

#[test]
fn a_megabyte_of_keys_in_one_line_is_told_in_bounded_time() {
    let keys: String =
        (0..20_000).map(|at| format!("key{}: some value of some length, ", at % 9_000)).collect();
    let problems = parse("cluster.yaml", format!("{{{keys}}}\n").as_bytes(), None).unwrap_err();
    assert_eq!((problems.problems.len(), problems.more), (50, 10_953));
    assert!(problems.to_string().len() < 100_000);
    let last = format!("--> cluster.yaml:1:{}\n", problems.problems[49].column);
    assert!(problems.to_string().contains(&last));
}

#[test]
fn a_megabyte_of_keys_that_stand_twice_is_told_in_bounded_time() {
    let problems = parse("cluster.yaml", "gitops: x\n".repeat(24_000).as_bytes(), None).unwrap_err();
    assert_eq!(problems.problems.len(), 50);
}
