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
