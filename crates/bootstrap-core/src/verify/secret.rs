//! Argo CD's repository Secret: it holds the login in force.

use credentials::Source;
use diagnostics::{Row, Subject};
use trace::{Action, Change};

/// Keys by which the Secret logs in, as the plan names them.
const LOGIN: [&str; 3] = ["username", "password", "sshPrivateKey"];

/// `source`: of the login, and why Vault could not be asked for one. `changes`: what a run would do to the Secret.
pub(super) fn judge(
    group: Subject,
    name: &str,
    (source, unasked): (Source, Option<String>),
    origin: &str,
    changes: &[Change],
) -> Row {
    let sentence = format!("Secret {name} holds the login in force");
    if !source.replaces_existing() {
        return match unasked {
            Some(why) => Row::skipped(group, sentence, format!("Vault could not be asked for one: {why}")),
            None if source == Source::None => {
                Row::skipped(group, sentence, "there is no login: the repository is read without one")
            }
            None => {
                let reason = "neither the environment nor Vault gives one: its own is in force";
                Row::skipped(group, sentence, reason)
            }
        };
    }
    if changes.iter().any(|change| change.action == Action::Create) {
        return Row::failed(group, sentence, vec!["it is not there".into()]);
    }
    let touched = changes.iter().flat_map(|change| &change.fields).filter(|field| is_login(field));
    let against = touched.map(|field| format!("differs: {field}")).collect();
    Row::failed_by(group, format!("{sentence} (from {origin})"), against)
}

fn is_login(field: &str) -> bool {
    LOGIN.contains(&field.split(' ').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::RowStatus;

    #[track_caller]
    fn check(source: Source, fields: &[&str], status: RowStatus, details: &[&str]) {
        let changes = [Change::update("Secret argo/gitops-repo").fields(fields.iter().copied())];
        let row = judge(Subject::GitOps, "argo/gitops-repo", (source, None), "environment", &changes);
        assert_eq!(
            (row.status, row.details.iter().map(String::as_str).collect::<Vec<_>>()),
            (status, details.into())
        );
    }

    #[test]
    fn the_same_login_is_well_whatever_else_a_run_would_write() {
        check(Source::Env, &["label argocd.argoproj.io/secret-type", "url"], RowStatus::Ok, &[]);
    }

    #[test]
    fn another_login_is_a_failure() {
        let field = "password (from environment)";
        check(Source::Vault, &[field], RowStatus::Failed, &["differs: password (from environment)"]);
        check(Source::Env, &["sshPrivateKey"], RowStatus::Failed, &["differs: sshPrivateKey"]);
    }

    #[test]
    fn a_secret_that_is_not_there_is_a_failure() {
        let changes = [Change::create("Secret argo/gitops-repo").fields(["password"])];
        let row = judge(Subject::GitOps, "argo/gitops-repo", (Source::Env, None), "environment", &changes);
        assert_eq!((row.status, row.details), (RowStatus::Failed, vec!["it is not there".to_owned()]));
    }

    #[test]
    fn where_nobody_gives_one_it_is_skipped() {
        let why = ["neither the environment nor Vault gives one: its own is in force"];
        check(Source::Cluster, &["password"], RowStatus::Skipped, &why);
        let why = ["there is no login: the repository is read without one"];
        check(Source::None, &[], RowStatus::Skipped, &why);
        let row = judge(
            Subject::GitOps,
            "argo/gitops-repo",
            (Source::Cluster, Some("it is sealed".into())),
            "",
            &[],
        );
        assert_eq!(row.details, ["Vault could not be asked for one: it is sealed"]);
    }
}
