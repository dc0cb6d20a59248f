//! The infraIDs that are found in a file, and their owners.

use infra_id::{LARGEST, Search, Whose, patch};

const LIVE: &str = "prod-x7k2q";

fn search() -> Search {
    Search::new("prod", Some(LIVE), ["prod-smoke", "old-name-bcdfg", LIVE])
}

/// Checks the findings as `line:column id`, with `!` before another cluster's infraID and `?` before a possible one.
#[track_caller]
fn check_in(file: &str, text: &str, expect: &[&str]) {
    let found: Vec<String> = search()
        .find(file, text.as_bytes())
        .into_iter()
        .map(|found| {
            let mark = match found.whose {
                Whose::ThisCluster => "",
                Whose::Possible => "?",
                Whose::AnotherCluster => "!",
            };
            format!("{}:{} {mark}{}", found.line, found.column, found.id)
        })
        .collect();
    assert_eq!(found, expect);
}

#[track_caller]
fn check(text: &str, expect: &[&str]) {
    check_in("values.yaml", text, expect);
}

#[test]
fn an_old_id_is_found_as_a_word_and_as_the_beginning_of_one() {
    check("infraID: prod-nkqd9\n", &["1:10 prod-nkqd9"]);
    check("a\n  id: prod-nkqd9-worker-profile\n", &["2:7 ?prod-nkqd9"]);
    check("- name: kubernetes.io/cluster/prod-nkqd9", &["1:31 prod-nkqd9"]);
    check("prod-nkqd9-lb prod-wr4ck", &["1:1 ?prod-nkqd9", "1:15 ?prod-wr4ck"]);
}

#[test]
fn the_live_id_is_not_stale() {
    check("infraID: prod-x7k2q\nid: prod-x7k2q-worker-profile\n", &[]);
}

#[test]
fn words_are_no_ids() {
    check("./scripts/prod-nginx-check.sh prod-ready prod-mysql prod-https prod-node1 prod-parity", &[]);
}

#[test]
fn the_middle_of_a_word_is_no_id() {
    check("my-prod-nkqd9 preprod-nkqd9 prod-nkqd99 PROD-NKQD9 prod-nkqd", &[]);
}

#[test]
fn an_id_that_the_cluster_is_known_to_have_had_counts_in_any_form() {
    check("bash scripts/prod-smoke.sh", &["1:14 prod-smoke"]);
    check("old-name-bcdfg-node", &["1:1 old-name-bcdfg"]);
    assert!(Search::new("prod", Some(LIVE), ["x", "", "prod"]).find("a", b"x x-y prod").is_empty());
}

#[test]
fn placeholders_do_not_count() {
    check("infraID: prod-xxxxx\ninfraID: <prod-nkqd9>\ninfraID: \"<REPLACE_WITH_INFRA_ID>\"", &[]);
    check("infraID: {{ $infraID }}\nINFRA_ID=${INFRA_ID:-}\ninfraID: prod-XXXXX", &[]);
}

#[test]
fn a_key_makes_any_five_characters_an_id_of_this_cluster() {
    check("infraID: prod-abcde\nid: prod-abcde-node\n", &["1:10 prod-abcde", "2:5 prod-abcde"]);
    check("name: prod-abcde\nid: prod-abcde-node\n", &[]);
}

#[test]
fn another_clusters_id_is_reported_apart_with_all_its_places() {
    check(
        "machine.openshift.io/cluster-api-cluster: stage-7hjkl\nid: stage-7hjkl-node\nid: prod-nkqd9-node\n",
        &["1:43 !stage-7hjkl", "2:5 !stage-7hjkl", "3:5 prod-nkqd9"],
    );
    check("kubernetes.io/cluster/prod-east-7hjkl: owned", &["1:23 !prod-east-7hjkl"]);
    check("infraID: prod-bcdfg-7hjkl\nid: prod-bcdfg-node", &["1:10 !prod-bcdfg-7hjkl", "2:5 ?prod-bcdfg"]);
    check("id: stage-7hjkl-node\ninfraID: test-infra\ninfraID: my-cluster\n", &[]);
}

#[test]
fn tests_binary_and_huge_files_hold_none() {
    let text = "infraID: prod-nkqd9\n";
    check_in("charts/c/tests/a_test.yaml", text, &[]);
    check_in("values.yaml", &format!("\0{text}"), &[]);
    let huge = text.to_owned() + &"#".repeat(usize::try_from(LARGEST).unwrap());
    check_in("values.yaml", &huge, &[]);
    check_in("values.yaml", &huge[..huge.len() - text.len()], &["1:10 prod-nkqd9"]);
}

#[test]
fn a_file_of_one_long_line_is_searched_like_any_other() {
    let text = "kubernetes.io/cluster/a-bcdfg: owned, ".repeat(5_000) + "infraID: prod-nkqd9";
    let found = search().find("values.json", text.as_bytes());
    assert_eq!(found.last().unwrap().id, "prod-nkqd9");
    assert_eq!(found.len(), 5_001);
}

#[test]
fn columns_count_characters() {
    check("größe: 1 # über prod-nkqd9", &["1:17 ?prod-nkqd9"]);
}

#[test]
fn a_long_name_is_cut_as_the_installer_does() {
    let search = Search::new("a-cluster-with-a-very-long-name", None, []);
    let found = search.find("a", b"infraID: a-cluster-with-a-very-nkqd9");
    assert_eq!(found[0].id, "a-cluster-with-a-very-nkqd9");
}

#[test]
fn where_the_live_id_is_not_known_all_of_this_cluster_are_found() {
    let found = Search::new("prod", None, []).find("a", b"prod-nkqd9 prod-x7k2q");
    assert_eq!(found.len(), 2);
}

#[test]
fn of_very_many_infra_ids_each_is_found() {
    let text: String = (0..40_000).map(|at| format!("infraID: x{at}-b1cd2\n")).collect();
    let found = Search::new("prod", Some("prod-x7k2q"), []).find("a.yaml", text.as_bytes());
    assert_eq!(found.len(), 40_000);
    assert_eq!((found[39_999].id.as_str(), found[39_999].line), ("x39999-b1cd2", 40_000));
}

#[test]
fn a_name_with_the_form_of_an_infra_id_is_possible_and_no_more() {
    for name in ["prod-mgmt2", "prod-k8s25", "prod-db224", "prod-vpn42", "prod-dns64", "prod-nkqd9"] {
        for text in [
            format!("name: {name}\n"),
            format!("name: {name}\nserver: {name}.example.com\nimage: registry/app:{name}\n"),
            format!("nodePool: {name}-worker\n"),
            format!("nodePool: {name}-worker\nother: {name}-worker\n"),
        ] {
            let found = search().find("values.yaml", text.as_bytes());
            assert!(found.iter().all(|found| found.whose == Whose::Possible), "{text}{found:?}");
            assert_eq!(patch(&search(), "values.yaml", text.as_bytes()), b"", "{text}");
        }
    }
    check("name: prod-dns64", &[]);
}

#[test]
fn evidence_in_the_file_makes_an_infra_id_of_a_name() {
    for text in [
        "infraID: prod-mgmt2\nid: prod-mgmt2-node\n",
        "kubernetes.io/cluster/prod-mgmt2: owned\n",
        "machine.openshift.io/cluster-api-cluster: prod-mgmt2\n",
        "kind: MachineSet\nmetadata: {name: prod-mgmt2-worker-us-east-1a}\n",
        "profile: prod-mgmt2-worker-profile\nsubnet: prod-mgmt2-subnet-private-us-east-1a\n",
    ] {
        let found = search().find("values.yaml", text.as_bytes());
        assert!(
            !found.is_empty() && found.iter().all(|found| found.whose == Whose::ThisCluster),
            "{text}{found:?}"
        );
        assert_ne!(patch(&search(), "values.yaml", text.as_bytes()), b"", "{text}");
    }
}

#[test]
fn evidence_in_another_file_counts_too() {
    let text = b"securityGroup: prod-nkqd9-sg\n";
    let mut search = search();
    assert_eq!(search.find("a.yaml", text)[0].whose, Whose::Possible);
    search.learn("tests/b_test.yaml", b"infraID: prod-nkqd9\n");
    assert_eq!(search.find("a.yaml", text)[0].whose, Whose::Possible, "a file of tests shows nothing");
    search.learn("b.yaml", b"infraID: prod-nkqd9\n");
    assert_eq!(search.find("a.yaml", text)[0].whose, Whose::ThisCluster);
    let mut search = self::search();
    search.learn("b.yaml", b"name: prod-nkqd9-worker\n");
    search.learn("c.yaml", b"name: prod-nkqd9-master\n");
    assert_eq!(search.find("a.yaml", text)[0].whose, Whose::ThisCluster, "two resources");
}

#[test]
fn an_infra_id_that_the_cluster_is_known_to_have_had_needs_no_evidence() {
    let search = Search::new("prod", Some(LIVE), ["prod-mgmt2"]);
    let found = search.find("values.yaml", b"name: prod-mgmt2, prod-k8s25");
    assert_eq!((found[0].whose, found[1].whose), (Whose::ThisCluster, Whose::Possible));
}
