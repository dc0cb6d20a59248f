use serde_json::json;

use super::*;

const URL: &str = "https://git.example.com/org/gitops.git";
const REFUSED: &str = "Failed to load target state: rpc error: code = Unknown desc = authentication required";

fn application(name: &str, url: &str, status: Value) -> Value {
    json!({"metadata": {"name": name}, "spec": {"source": {"repoURL": url}}, "status": status})
}

/// Compared after it was asked.
fn compared(sync: &str) -> Value {
    json!({"sync": {"status": sync}, "reconciledAt": "2026-01-01T10:00:31Z"})
}

fn reports(kind: &str, message: &str) -> Value {
    let mut status = compared("Unknown");
    status["conditions"] = json!([{"type": kind, "message": message}]);
    status
}

fn show(verdict: Verdict) -> String {
    match verdict {
        Verdict::CannotRead(it) => format!("{} fails: {}: {}", it.reporter, it.condition, it.message),
        Verdict::Readable { applications, notes } => format!("readable by {applications:?} {notes:?}"),
        Verdict::Undecided(Undecided { applications, last, standing, .. }) => {
            let standing = standing.map(|it| format!(" {:?} stands", it.cause)).unwrap_or_default();
            format!("undecided {applications:?} {last:?}{standing}")
        }
    }
}

/// All of them were asked, having never been compared.
fn check(all: &[Value], expect: &str) {
    let asked = all.iter().map(|it| (key(it), RefreshState::anew(&json!({}), "bitiq-bootstrap"))).collect();
    assert_eq!(show(judge(all, URL, &asked)), expect);
}

#[test]
fn no_application_decides_nothing() {
    check(&[], "undecided [] None");
    check(&[application("a", "https://elsewhere", compared("Synced"))], "undecided [] None");
}

#[test]
fn an_application_that_was_compared_shows_that_it_is_readable() {
    check(&[application("a", URL, compared("Synced"))], r#"readable by ["a"] []"#);
    check(&[application("a", URL, compared("OutOfSync"))], r#"readable by ["a"] []"#);
}

#[test]
fn one_that_was_not_asked_decides_nothing() {
    let all = [application("a", URL, compared("Synced"))];
    assert_eq!(show(judge(&all, URL, &BTreeMap::new())), r#"undecided ["a"] None"#);
    let all = [application("a", URL, reports("ComparisonError", REFUSED))];
    let expect = format!(r#"undecided ["a"] Some("ComparisonError: {REFUSED}")"#);
    assert_eq!(show(judge(&all, URL, &BTreeMap::new())), expect);
}

#[test]
fn the_url_is_compared_as_argo_cd_compares_it() {
    let url = "https://GIT.example.com/org/gitops";
    check(&[application("a", url, compared("Synced"))], r#"readable by ["a"] []"#);
}

#[test]
fn one_of_several_sources_is_enough_and_one_that_argo_cd_ignores_is_none() {
    let sources = json!([{"repoURL": "https://charts"}, {"repoURL": URL}, {"chart": "x"}]);
    let several =
        json!({"metadata": {"name": "a"}, "status": compared("Synced"), "spec": {"sources": sources}});
    check(&[several], r#"readable by ["a"] []"#);
    let ignored = json!({"metadata": {"name": "a"}, "status": compared("Synced"),
        "spec": {"source": {"repoURL": URL}, "sources": [{"repoURL": "https://charts"}]}});
    check(&[ignored], "undecided [] None");
}

#[test]
fn the_error_of_another_source_is_not_ours() {
    let said = |number: u8| {
        format!(
            "Failed to load target state: failed to generate manifest for source {number} of 2: rpc error: code = Unknown desc = authentication required"
        )
    };
    let two = |number: u8| {
        json!({"metadata": {"name": "a"}, "status": reports("ComparisonError", &said(number)),
            "spec": {"sources": [{"repoURL": "https://charts"}, {"repoURL": URL}]}})
    };
    check(&[two(1)], &format!(r#"undecided ["a"] Some("ComparisonError: {}")"#, said(1)));
    check(&[two(2)], &format!("Application a fails: ComparisonError: {}", said(2)));
}

#[test]
fn one_not_yet_looked_at_or_not_compared_decides_nothing() {
    check(&[application("a", URL, Value::Null)], r#"undecided ["a"] None"#);
    check(&[application("a", URL, compared("Unknown"))], r#"undecided ["a"] None"#);
}

#[test]
fn an_error_of_one_counts_more_than_the_health_of_another() {
    let all = [
        application("a", URL, compared("Synced")),
        application("b", URL, reports("ComparisonError", REFUSED)),
    ];
    check(&all, &format!("Application b fails: ComparisonError: {REFUSED}"));
}

#[test]
fn a_chart_that_does_not_render_is_no_error_of_access_and_is_said() {
    let why = "`helm template .` failed exit status 1: Error: x is required";
    let all =
        [application("a", URL, compared("Synced")), application("b", URL, reports("ComparisonError", why))];
    check(&all, &format!(r#"readable by ["a"] ["Application b reports ComparisonError: {why}"]"#));
    check(&all[1..], &format!(r#"undecided ["b"] Some("ComparisonError: {why}")"#));
}

#[test]
fn a_failed_sync_says_nothing_about_the_repository() {
    let why = "failed calling webhook: x509: certificate signed by unknown authority";
    check(
        &[application("a", URL, reports("SyncError", why))],
        &format!(r#"undecided ["a"] Some("SyncError: {why}")"#),
    );
}

#[test]
fn a_fault_that_may_pass_stands_until_then() {
    let why = "Failed to load target state: context deadline exceeded";
    let expect = format!(r#"undecided ["a"] Some("ComparisonError: {why}") Timeout stands"#);
    check(&[application("a", URL, reports("ComparisonError", why))], &expect);
    let all =
        [application("a", URL, reports("ComparisonError", why)), application("b", URL, compared("Synced"))];
    check(&all, &format!(r#"readable by ["b"] ["Application a reports ComparisonError: {why}"]"#));
}

#[test]
fn words_that_nobody_knows_stand_until_the_limit() {
    let why = "Failed to load target state: something new";
    let all = [application("a", URL, reports("ComparisonError", why))];
    check(&all, &format!(r#"undecided ["a"] Some("ComparisonError: {why}") Unknown stands"#));
    check_unasked(all[0].clone(), &format!("Application a fails: ComparisonError: {why}"));
}

#[test]
fn a_project_that_forbids_the_repository_counts_though_nothing_was_compared() {
    let why = format!("application repo {URL} is not permitted in project 'apps'");
    let status =
        json!({"sync": {"status": "Unknown"}, "conditions": [{"type": "InvalidSpecError", "message": why}]});
    check(&[application("a", URL, status)], &format!("Application a fails: InvalidSpecError: {why}"));
}

#[test]
fn an_old_comparison_error_beside_a_new_error_of_the_spec_does_not_count() {
    let status = json!({"sync": {"status": "Unknown"}, "conditions": [
        {"type": "ComparisonError", "message": REFUSED}, {"type": "InvalidSpecError", "message": "no such project"}]});
    let expect = r#"undecided ["a"] Some("InvalidSpecError: no such project") Unknown stands"#;
    check(&[application("a", URL, status)], expect);
}

fn check_unasked(application: Value, expect: &str) {
    assert_eq!(show(judge_unasked(&[application], URL)), expect);
}

#[test]
fn a_look_without_a_question_knows_errors_and_no_proof() {
    check_unasked(
        application("a", URL, compared("Synced")),
        r#"undecided ["a"] Some("a was last compared at 2026-01-01T10:00:31Z, maybe before this run")"#,
    );
    check_unasked(
        application("a", URL, reports("ComparisonError", REFUSED)),
        &format!("Application a fails: ComparisonError: {REFUSED}"),
    );
    check_unasked(application("a", URL, Value::Null), r#"undecided ["a"] None"#);
    let passing = "Failed to load target state: context deadline exceeded";
    check_unasked(
        application("a", URL, reports("ComparisonError", passing)),
        &format!(r#"undecided ["a"] Some("ComparisonError: {passing}") Timeout stands"#),
    );
}
