//! What a run found out before its first write, as plain data: the banner, the trace's head, `-o json`.

use cluster_spec::{AppsDomain, ClusterSpec};
use schemars::JsonSchema;
use serde::Serialize;
use trace::RecreatedFrom;

/// Everything is known: who we are where, and what is handed over.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct Facts {
    /// `name` of cluster.yaml.
    pub cluster: String,
    /// `gitops.env`.
    pub env: String,
    /// `apps.<name>.<dns.base_domain>`.
    #[serde(rename = "base_domain")]
    #[schemars(with = "String")]
    pub apps_domain: AppsDomain,
    /// `gitops.repo_url`.
    pub repo_url: String,
    /// `gitops.repo_ref`.
    pub repo_ref: String,
    /// The commit the ref is at; empty where the command has no business with the repository.
    pub git_sha: String,
    /// The API server's address.
    pub server: String,
    /// Its version.
    pub version: String,
    /// The name the API server knows us by.
    pub user: String,
    /// Cluster id.
    pub cluster_id: String,
    /// The installer's infraID.
    pub infra_id: Option<String>,
    /// The cluster that bore this name before, where this one was made anew.
    pub recreated_from: Option<RecreatedFrom>,
    /// Where the login came from, where one was looked for.
    pub credentials: Option<LoginFacts>,
    /// The Vault to be configured.
    pub vault: Option<VaultFacts>,
    /// Worth saying, though nothing is wrong: a recreated cluster, a branch and a tag of one name.
    pub notes: Vec<String>,
}

impl Facts {
    /// What cluster.yaml says; all else is empty.
    pub fn asked(spec: &ClusterSpec) -> Self {
        Self {
            cluster: spec.name.clone(),
            env: spec.env.clone(),
            apps_domain: spec.apps_domain(),
            repo_url: spec.repo_url.as_str().into(),
            repo_ref: spec.repo_ref.as_str().into(),
            ..Self::default()
        }
    }
}

impl Facts {
    /// The same with each of its texts changed.
    #[must_use]
    pub fn map(self, change: impl Fn(&str) -> String) -> Self {
        let optional = |text: Option<String>| text.as_deref().map(&change);
        Self {
            cluster: change(&self.cluster),
            env: change(&self.env),
            apps_domain: AppsDomain::from_text(change(self.apps_domain.as_str())),
            repo_url: change(&self.repo_url),
            repo_ref: change(&self.repo_ref),
            git_sha: self.git_sha,
            server: change(&self.server),
            version: change(&self.version),
            user: change(&self.user),
            cluster_id: change(&self.cluster_id),
            infra_id: optional(self.infra_id),
            recreated_from: self.recreated_from,
            credentials: self
                .credentials
                .map(|it| LoginFacts { source: change(&it.source), origin: change(&it.origin) }),
            vault: self.vault.map(|it| VaultFacts {
                address: change(&it.address),
                namespace: it.namespace.as_deref().map(&change),
                mount: change(&it.mount),
            }),
            notes: self.notes.iter().map(|note| change(note)).collect(),
        }
    }
}

/// Where the repository login came from.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LoginFacts {
    /// The name of the source, as `--credentials-from` takes it.
    pub source: String,
    /// Variable names, KV path or Secret.
    pub origin: String,
}

/// The Vault to be configured.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct VaultFacts {
    /// Address.
    pub address: String,
    /// Namespace.
    pub namespace: Option<String>,
    /// Auth mount.
    pub mount: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> Facts {
        Facts::asked(&ClusterSpec {
            name: "demo".into(),
            base_domain: cluster_spec::BaseDomain::parse("example.test").unwrap(),
            env: "sno".into(),
            repo_url: cluster_spec::RepoUrl::parse("https://git.example.test/gitops.git").unwrap(),
            repo_ref: cluster_spec::RepoRef::parse("main").unwrap(),
        })
    }

    #[test]
    fn what_is_asked_for_is_what_cluster_yaml_says_and_nothing_else() {
        let Facts { cluster, env, apps_domain, repo_url, repo_ref, .. } = asked();
        assert_eq!([cluster.as_str(), &env, apps_domain.as_str()], ["demo", "sno", "apps.demo.example.test"]);
        assert_eq!([repo_url, repo_ref], ["https://git.example.test/gitops.git", "main"]);
        assert_eq!((asked().server.as_str(), asked().credentials.is_none()), ("", true));
    }

    #[test]
    fn each_text_is_changed_and_none_is_lost() {
        let facts = Facts {
            git_sha: "abc".into(),
            server: "server".into(),
            version: "v1".into(),
            user: "admin".into(),
            cluster_id: "id".into(),
            infra_id: Some("infra".into()),
            recreated_from: Some(RecreatedFrom::default()),
            credentials: Some(LoginFacts { source: "env".into(), origin: "GITOPS_REPO_PAT".into() }),
            vault: Some(VaultFacts {
                address: "vault".into(),
                namespace: Some("n".into()),
                mount: "m".into(),
            }),
            notes: vec!["a note".into()],
            ..asked()
        };
        let mut expect = serde_json::to_value(&facts).unwrap();
        shout(&mut expect);
        expect["git_sha"] = "abc".into();
        expect["recreated_from"] = serde_json::to_value(RecreatedFrom::default()).unwrap();
        assert_eq!(serde_json::to_value(facts.map(str::to_uppercase)).unwrap(), expect);
    }

    fn shout(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::String(text) => *text = text.to_uppercase(),
            serde_json::Value::Array(all) => all.iter_mut().for_each(shout),
            serde_json::Value::Object(all) => all.values_mut().for_each(shout),
            _ => {}
        }
    }
}
