use std::collections::BTreeSet;

use crate::tidy::code::{code, is_of_tests};
use crate::tidy::tracked::Tracked;

/// The table of variables.
const TABLE: &str = "crates/settings/src/variables.rs";

/// Where names are written freely: the sandbox sets variables for the program, as a user does; a source of logins names
/// those that it reads; the list below is the other.
const FREE: [&str; 3] = ["crates/sandbox/", "crates/credentials/src/source/", "xtask/src/tidy/variables.rs"];

/// The files below a path, names that they may write, and why.
type May<'a> = (&'a str, &'a [&'a str], &'a str);

/// Who else writes a name down. A row that is of no use any more must leave this list.
const MAY: [May<'_>; 9] = [
    (
        "crates/vault-auth/src/",
        &[
            "VAULT_K8S_AUTH_MOUNT",
            "VAULT_KUBERNETES_HOST",
            "VAULT_REVIEWER_CLUSTERROLEBINDING",
            "VAULT_REVIEWER_SECRET",
        ],
        "a hint names the setting that needs another value",
    ),
    (
        "crates/vault-access/src/error.rs",
        &[
            "VAULT_ADDR",
            "VAULT_NAMESPACE",
            "VAULT_K8S_AUTH_MOUNT",
            "GITOPS_REPO_VAULT_PATH",
            "VAULT_PROXY_ADDR",
            "VAULT_TLS_SERVER_NAME",
        ],
        "a hint names the setting that needs another value",
    ),
    (
        "crates/vault-access/src/tls.rs",
        &["VAULT_CACERT", "VAULT_CACERT_BYTES", "VAULT_CAPATH", "VAULT_CLIENT_CERT", "VAULT_CLIENT_KEY"],
        "an error says which setting of Vault's own client is wrong",
    ),
    (
        "crates/vault-access/src/client.rs",
        &["VAULT_PROXY_ADDR", "VAULT_TLS_SERVER_NAME"],
        "an error says which setting of Vault's own client is wrong",
    ),
    (
        "crates/transport/src/proxy.rs",
        &["HTTPS_PROXY", "HTTP_PROXY"],
        "an error says where a proxy comes from",
    ),
    ("crates/transport/src/proxy_problem.rs", &["HTTPS_PROXY", "HTTP_PROXY"], "a hint for these alone"),
    (
        "crates/gitops-clone/src/config/proxy.rs",
        &["HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"],
        "Git reads them itself, with others that are not ours",
    ),
    ("crates/argocd/src/egress.rs", &["HTTPS_PROXY"], "a variable of Argo CD's Pods"),
    ("crates/bitiq-bootstrap/src/", &["CLUSTER"], "a cluster in a usage line, and the head of a column"),
];

/// A variable is known by its table alone: its name is nowhere else a string.
pub(crate) fn check(files: &[Tracked]) -> Vec<String> {
    check_but(files, &MAY)
}

fn check_but(files: &[Tracked], may: &[May<'_>]) -> Vec<String> {
    let Some((_, table)) = files.iter().find(|(path, _)| path == TABLE) else {
        return vec![format!("{TABLE} is gone")];
    };
    let names: BTreeSet<&str> = table.lines().filter_map(row).collect();
    if names.is_empty() {
        return vec![format!("{TABLE} has no row `NAME = ...;`")];
    }
    let mut used: BTreeSet<(&str, String)> = BTreeSet::new();
    let mut problems = Vec::new();
    for (path, text) in files.iter().filter(|(path, _)| is_held_to_it(path)) {
        for leaf in code(text) {
            let Some(name) = leaf.text().filter(|text| names.contains(text.as_str())) else { continue };
            match may.iter().find(|(whose, may, _)| path.starts_with(whose) && may.contains(&name.as_str())) {
                Some((whose, ..)) => _ = used.insert((whose, name)),
                None => {
                    problems
                        .push(format!("{path}:{}: {name} is a row of {TABLE}: use its constant", leaf.line));
                }
            }
        }
    }
    for (whose, name) in may.iter().flat_map(|(whose, may, _)| may.iter().map(move |name| (*whose, *name))) {
        if !used.contains(&(whose, name.to_owned())) {
            problems.push(format!("{whose} does not write {name}: take it from the list in variables.rs"));
        }
    }
    problems
}

/// The name in a row of the table.
fn row(line: &str) -> Option<&str> {
    let (name, _) = line.strip_prefix("    ")?.split_once(" = ")?;
    let of_a_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    (!name.is_empty() && name.chars().all(of_a_name)).then_some(name)
}

fn is_held_to_it(path: &str) -> bool {
    path.ends_with(".rs")
        && path != TABLE
        && !is_of_tests(path)
        && !FREE.iter().any(|free| path.starts_with(free))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &str =
        "table! {\n    VAULT_ADDR = var(\"vault-addr\");\n}\nothers! {\n    NO_COLOR = \"x\";\n}\n";

    fn told(path: &str, text: &str, may: &[May<'_>]) -> Vec<String> {
        check_but(&[(TABLE.into(), ROWS.into()), (path.into(), text.into())], may)
    }

    #[test]
    fn a_name_as_a_string_is_refused() {
        let told =
            told("crates/a/src/b.rs", "fn f() {\n    env(\"VAULT_ADDR\", vec![\"NO_COLOR\"]);\n}", &[]);
        let expect =
            |name: &str| format!("crates/a/src/b.rs:2: {name} is a row of {TABLE}: use its constant");
        assert_eq!(told, [expect("VAULT_ADDR"), expect("NO_COLOR")]);
    }

    #[test]
    fn a_name_within_a_sentence_and_a_comment_is_not() {
        let text = "/// `VAULT_ADDR`\nconst A: &str = \"set VAULT_ADDR\"; // \"VAULT_ADDR\"\nconst B: &str = \"vault-addr\";";
        assert_eq!(told("crates/a/src/b.rs", text, &[]), Vec::<String>::new());
    }

    #[test]
    fn tests_and_the_sandbox_may() {
        let text = "const A: &str = \"VAULT_ADDR\";";
        for path in
            ["crates/a/tests/it/b.rs", "crates/a/src/b/tests.rs", "crates/sandbox/src/env.rs", "docs/b.md"]
        {
            assert_eq!(told(path, text, &[]), Vec::<String>::new(), "{path}");
        }
        let of_tests = format!("#[cfg(test)]\nmod tests {{ {text} }}");
        assert_eq!(told("crates/a/src/b.rs", &of_tests, &[]), Vec::<String>::new());
    }

    #[test]
    fn whoever_is_in_the_list_may_and_leaves_it_when_it_is_of_no_use() {
        let may: [May<'_>; 1] = [("crates/a/", &["VAULT_ADDR"], "why")];
        assert_eq!(told("crates/a/src/b.rs", "const A: &str = \"VAULT_ADDR\";", &may), Vec::<String>::new());
        let gone = "crates/a/ does not write VAULT_ADDR: take it from the list in variables.rs";
        assert_eq!(told("crates/a/src/b.rs", "", &may), [gone]);
    }

    #[test]
    fn a_table_that_moved_or_changed_its_form_is_told() {
        assert_eq!(check_but(&[], &[]), [format!("{TABLE} is gone")]);
        assert_eq!(check_but(&[(TABLE.into(), String::new())], &[]).len(), 1);
    }
}
