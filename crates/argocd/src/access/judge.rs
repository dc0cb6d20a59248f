use cluster_spec::same_repository;
use serde_json::Value;

/// What the Applications of a URL say together.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    CannotRead { application: String, condition: String, message: String },
    Readable { applications: Vec<String> },
    Undecided { applications: Vec<String>, last: Option<String> },
}

/// Types of conditions that mean it, in lower case.
const ERRORS: [&str; 3] = ["comparisonerror", "invalidspecerror", "repoerror"];

/// Words in a message that mean it, in lower case. (What the script before us looked for.)
const SAID: [&str; 8] = [
    "repository not found",
    "authentication required",
    "permission denied",
    "unable to connect",
    "unable to list",
    "no basic auth credentials",
    "status code: 401",
    "status code: 403",
];

/// An error of any one counts first; then one that has been compared shows that the repository is readable.
pub(super) fn judge(all: &[Value], url: &str) -> Verdict {
    let ours: Vec<&Value> = all.iter().filter(|it| reads_from(it, url)).collect();
    for application in &ours {
        if let Some(condition) = conditions(application).find(|condition| is_definite(condition)) {
            return Verdict::CannotRead {
                application: name(application),
                condition: text(condition, "type"),
                message: text(condition, "message"),
            };
        }
    }
    let compared: Vec<String> = ours.iter().filter(|it| is_compared(it)).map(|it| name(it)).collect();
    if !compared.is_empty() {
        return Verdict::Readable { applications: compared };
    }
    let last = ours.iter().flat_map(|it| conditions(it)).last();
    Verdict::Undecided {
        applications: ours.iter().map(|it| name(it)).collect(),
        last: last.map(|condition| format!("{}: {}", text(condition, "type"), text(condition, "message"))),
    }
}

fn reads_from(application: &Value, url: &str) -> bool {
    let spec = &application["spec"];
    let several = spec["sources"].as_array().into_iter().flatten();
    std::iter::once(&spec["source"])
        .chain(several)
        .filter_map(|source| source["repoURL"].as_str())
        .any(|theirs| same_repository(theirs, url))
}

fn is_definite(condition: &Value) -> bool {
    let kind = text(condition, "type").to_lowercase();
    let message = text(condition, "message").to_lowercase();
    ERRORS.iter().any(|error| kind.contains(error)) || SAID.iter().any(|words| message.contains(words))
}

/// `Unknown` is what Argo CD writes when it could not compare.
fn is_compared(application: &Value) -> bool {
    matches!(application["status"]["sync"]["status"].as_str(), Some("Synced" | "OutOfSync"))
}

fn conditions(application: &Value) -> impl Iterator<Item = &Value> {
    application["status"]["conditions"].as_array().into_iter().flatten()
}

fn name(application: &Value) -> String {
    text(&application["metadata"], "name")
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const URL: &str = "https://git.example.com/org/gitops.git";

    fn application(name: &str, url: &str, status: Value) -> Value {
        json!({"metadata": {"name": name}, "spec": {"source": {"repoURL": url}}, "status": status})
    }

    fn condition(kind: &str, message: &str) -> Value {
        json!({"conditions": [{"type": kind, "message": message}]})
    }

    fn check(all: &[Value], expect: &str) {
        let said = match judge(all, URL) {
            Verdict::CannotRead { application, condition, message } => {
                format!("{application} fails: {condition}: {message}")
            }
            Verdict::Readable { applications } => format!("readable by {applications:?}"),
            Verdict::Undecided { applications, last } => format!("undecided {applications:?} {last:?}"),
        };
        assert_eq!(said, expect);
    }

    #[test]
    fn no_application_decides_nothing() {
        check(&[], "undecided [] None");
        check(
            &[application("a", "https://elsewhere", json!({"sync": {"status": "Synced"}}))],
            "undecided [] None",
        );
    }

    #[test]
    fn an_application_that_was_compared_shows_that_it_is_readable() {
        check(&[application("a", URL, json!({"sync": {"status": "Synced"}}))], r#"readable by ["a"]"#);
        check(&[application("a", URL, json!({"sync": {"status": "OutOfSync"}}))], r#"readable by ["a"]"#);
    }

    #[test]
    fn the_url_is_compared_as_argo_cd_compares_it() {
        let url = "https://GIT.example.com/org/gitops";
        check(&[application("a", url, json!({"sync": {"status": "Synced"}}))], r#"readable by ["a"]"#);
    }

    #[test]
    fn one_of_several_sources_is_enough() {
        let several = json!({"metadata": {"name": "a"}, "status": {"sync": {"status": "Synced"}},
            "spec": {"sources": [{"repoURL": "https://charts"}, {"repoURL": URL}, {"chart": "x"}]}});
        check(&[several], r#"readable by ["a"]"#);
    }

    #[test]
    fn one_not_yet_looked_at_or_not_compared_decides_nothing() {
        check(&[application("a", URL, Value::Null)], r#"undecided ["a"] None"#);
        check(&[application("a", URL, json!({"sync": {"status": "Unknown"}}))], r#"undecided ["a"] None"#);
    }

    #[test]
    fn an_error_of_one_counts_more_than_the_health_of_another() {
        let all = [
            application("a", URL, json!({"sync": {"status": "Synced"}})),
            application("b", URL, condition("ComparisonError", "no such file")),
        ];
        check(&all, "b fails: ComparisonError: no such file");
    }

    #[test]
    fn an_error_is_known_by_its_type_or_by_its_words() {
        check(&[application("a", URL, condition("InvalidSpecError", "x"))], "a fails: InvalidSpecError: x");
        check(
            &[application("a", URL, condition("SyncError", "rpc: Authentication Required"))],
            "a fails: SyncError: rpc: Authentication Required",
        );
        check(
            &[application("a", URL, condition("Unknown", "status code: 403"))],
            "a fails: Unknown: status code: 403",
        );
    }

    #[test]
    fn another_condition_decides_nothing_and_is_kept_for_the_user() {
        let all = [application("a", URL, condition("OrphanedResourceWarning", "3 of them"))];
        check(&all, r#"undecided ["a"] Some("OrphanedResourceWarning: 3 of them")"#);
    }
}
