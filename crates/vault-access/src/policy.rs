use std::collections::BTreeMap;

/// A policy in Vault's own language that allows these capabilities at these paths.
pub fn policy(wanted: &BTreeMap<String, Vec<&str>>) -> String {
    wanted.iter().map(|(path, capabilities)| rule(path, capabilities)).collect()
}

fn rule(path: &str, capabilities: &[&str]) -> String {
    let quoted: Vec<String> =
        capabilities.iter().map(|capability| format!("\"{}\"", escaped(capability))).collect();
    format!("path \"{}\" {{\n  capabilities = [{}]\n}}\n", escaped(path), quoted.join(", "))
}

/// As the language wants it between quotes.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_is_a_rule_of_its_own() {
        let wanted = BTreeMap::from([
            ("gitops/data/github/gitops-repo".to_owned(), vec!["read"]),
            ("auth/kubernetes/config".to_owned(), vec!["read", "update"]),
        ]);
        let expect = "path \"auth/kubernetes/config\" {\n  capabilities = [\"read\", \"update\"]\n}\n\
                      path \"gitops/data/github/gitops-repo\" {\n  capabilities = [\"read\"]\n}\n";
        assert_eq!(policy(&wanted), expect);
    }

    #[test]
    fn a_quote_in_a_path_ends_nothing() {
        let wanted = BTreeMap::from([("a\"b".to_owned(), vec!["read"])]);
        assert!(policy(&wanted).starts_with("path \"a\\\"b\" {"), "{}", policy(&wanted));
    }
}
