//! A new cluster.yaml: what is asked for, and the file it becomes.

use crate::validate::parse;

/// What a new cluster.yaml says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// `name`.
    pub name: String,
    /// `dns.base_domain`.
    pub base_domain: String,
    /// `gitops.env`.
    pub env: String,
    /// `gitops.repo_url`.
    pub repo_url: String,
    /// `gitops.repo_ref`.
    pub repo_ref: String,
}

impl Draft {
    /// One whose every field is right, to try single fields in.
    fn example() -> Self {
        let text = String::from;
        Self {
            name: text("example"),
            base_domain: text("example.com"),
            env: text("prod"),
            repo_url: text("https://git.example.com/gitops.git"),
            repo_ref: text("main"),
        }
    }

    /// What is wrong with one field, in the words of [`parse`]; none where it is right. `set` puts the value in its place.
    pub fn wrong(set: impl FnOnce(&mut Self)) -> Option<String> {
        let mut draft = Self::example();
        set(&mut draft);
        let problems = parse("cluster.yaml", draft.text(None).as_bytes(), None).err()?.problems;
        let problem = problems.first()?;
        Some(format!("{}: {}", problem.message, problem.expected).trim_end_matches(": ").to_owned())
    }

    /// The file. `schema` is where editors find the JSON Schema, from the file's own folder or as a URL.
    pub fn text(&self, schema: Option<&str>) -> String {
        let editors =
            schema.map(|schema| format!("# yaml-language-server: $schema={schema}\n")).unwrap_or_default();
        let Self { name, base_domain, env, repo_url, repo_ref } = self;
        let [name, base_domain, env, repo_url, repo_ref] =
            [name, base_domain, env, repo_url, repo_ref].map(|value| quoted(value));
        format!(
            "{editors}# What the hand-over reads: name, dns.base_domain and gitops. All else belongs to the installer.

# The cluster's name, a DNS label. BASE_DOMAIN is apps.<name>.<dns.base_domain>.
name: {name}

dns:
  # The DNS name that the cluster's own name is put before.
  base_domain: {base_domain}

gitops:
  # The repository that takes over. Its login goes into Vault or the environment, never into this file.
  repo_url: {repo_url}
  # A branch, a tag, a full commit id, or refs/….
  repo_ref: {repo_ref}
  # Passed on as ENV: one of the environments that the repository knows.
  env: {env}

# The installer's sections may stand here too, as they are:
# env: prod
# platform:
#   type: aws
#   region: us-west-2
# openshift:
#   version: \"4.20\"
# credentials:
#   cco_mode: mint
"
        )
    }
}

/// In double quotes, as JSON and YAML both have them: `no` and `1.20` stay texts.
fn quoted(value: &str) -> String {
    serde_json::Value::from(value).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_as_it_was_meant() {
        for name in ["prod", "no", "007"] {
            let draft = Draft { name: name.into(), ..Draft::example() };
            let parsed = parse("cluster.yaml", draft.text(Some("schema.json")).as_bytes(), None).unwrap();
            assert_eq!(parsed.spec.name, name);
            assert_eq!(parsed.spec.repo_ref.as_str(), "main");
            assert_eq!(parsed.warnings, Vec::<String>::new());
        }
    }

    #[test]
    fn each_field_is_held_against_the_rules_of_the_file() {
        assert!(Draft::wrong(|draft| draft.base_domain = "Example.com".into()).is_some());
        assert_eq!(Draft::wrong(|draft| draft.env = "prod".into()), None);
        assert!(Draft::wrong(|draft| draft.env = "a\"\nb: c".into()).is_some());
        let secret = Draft::wrong(|draft| draft.repo_url = "https://me:hunter2hunter2@h/x".into()).unwrap();
        assert!(!secret.contains("hunter2"), "{secret}");
    }
}
