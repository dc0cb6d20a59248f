//! The record: ConfigMap `bitiq-bootstrap`, where the cluster itself says what was handed over to it.

use cluster_access::{
    Cluster, ObjectRef, OwnedAction, OwnedPlan, OwnedWrite, Right, apply_replanned, get, plan_owned,
};
use cluster_spec::AppsDomain;
use serde_json::{Map, Value, json};
use trace::{Action, Change};

use crate::{ArgoCdError, Owner};

/// Its name, in `ARGOCD_NAMESPACE`.
pub const NAME: &str = "bitiq-bootstrap";

/// The version of its keys.
pub const SCHEMA_VERSION: &str = "1";

/// What the record says. No times, no run ids, no secrets: a second run changes nothing in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// `name`, the cluster's id, the installer's id.
    pub owner: Owner,
    /// `gitops.env`
    pub env: String,
    /// `apps.<name>.<dns.base_domain>`
    pub apps_domain: AppsDomain,
    /// `gitops.repo_url`
    pub repo_url: String,
    /// `gitops.repo_ref`
    pub repo_ref: String,
    /// The commit.
    pub git_sha: String,
    /// What Vault was told about this cluster. A run that leaves Vault alone carries the old one on.
    pub vault: Option<VaultMark>,
}

/// What Vault was told, so that "unchanged" can be seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VaultMark {
    /// `VAULT_ADDR`
    pub address: String,
    /// `VAULT_NAMESPACE`
    pub namespace: Option<String>,
    /// The auth mount.
    pub mount: String,
    /// The fingerprint of what was written; None where its proof failed.
    pub fingerprint: Option<String>,
}

impl Record {
    fn data(&self) -> Map<String, Value> {
        let vault = self.vault.as_ref();
        let pairs = [
            ("schema_version", Some(SCHEMA_VERSION)),
            ("cluster", Some(self.owner.cluster.as_str())),
            ("cluster_id", Some(self.owner.cluster_id.as_str())),
            ("infra_id", self.owner.infra_id.as_deref()),
            ("env", Some(self.env.as_str())),
            ("base_domain", Some(self.apps_domain.as_str())),
            ("repo_url", Some(self.repo_url.as_str())),
            ("repo_ref", Some(self.repo_ref.as_str())),
            ("git_sha", Some(self.git_sha.as_str())),
            ("vault_address", vault.map(|vault| vault.address.as_str())),
            ("vault_namespace", vault.and_then(|vault| vault.namespace.as_deref())),
            ("vault_mount", vault.map(|vault| vault.mount.as_str())),
            ("vault_fingerprint", vault.and_then(|vault| vault.fingerprint.as_deref())),
        ];
        pairs.into_iter().filter_map(|(key, value)| Some((key.into(), value?.into()))).collect()
    }

    /// Reads the keys; one that is missing is empty (a newer or older program may know others).
    fn parse(data: &Value) -> Self {
        // Others may have written it.
        let key = |key: &str| data[key].as_str().map(secret::one_line).filter(|value| !value.is_empty());
        let text = |name: &str| key(name).unwrap_or_default();
        Self {
            owner: Owner {
                cluster: text("cluster"),
                cluster_id: text("cluster_id"),
                infra_id: key("infra_id"),
            },
            env: text("env"),
            apps_domain: AppsDomain::from_text(text("base_domain")),
            repo_url: text("repo_url"),
            repo_ref: text("repo_ref"),
            git_sha: text("git_sha"),
            vault: key("vault_address").map(|address| VaultMark {
                address,
                namespace: key("vault_namespace"),
                mount: text("vault_mount"),
                fingerprint: key("vault_fingerprint"),
            }),
        }
    }
}

/// The record in the cluster, if it is there.
#[derive(Debug, Clone, Default)]
pub struct State {
    live: Option<Value>,
}

impl State {
    /// The record as it was read.
    pub fn of(live: Option<Value>) -> Self {
        Self { live }
    }

    pub(crate) fn live(&self) -> Option<&Value> {
        self.live.as_ref()
    }

    /// What it says.
    pub fn record(&self) -> Option<Record> {
        self.live.as_ref().map(|live| Record::parse(&live["data"]))
    }

    /// Refuses a record with another cluster's name.
    ///
    /// # Errors
    /// [`ArgoCdError::AnotherCluster`].
    pub fn check_owner(&self, namespace: &str, owner: &Owner) -> Result<(), ArgoCdError> {
        let theirs = self.live.as_ref().and_then(|live| live["data"]["cluster"].as_str());
        let object = ObjectRef::config_map(namespace, NAME).to_string();
        owner.check_name(&object, theirs.filter(|name| !name.is_empty()))
    }
}

/// Reads the record.
///
/// # Errors
/// Where the cluster does not answer, or we may not read it.
pub async fn observe(cluster: &Cluster, namespace: &str) -> Result<State, ArgoCdError> {
    Ok(State::of(get(cluster, &ObjectRef::config_map(namespace, NAME)).await?))
}

/// What is to be done to the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordChanges {
    object: ObjectRef,
    body: Value,
    plan: OwnedPlan,
    namespace: String,
    record: Record,
    force: bool,
}

impl RecordChanges {
    /// Whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.plan.is_unchanged()
    }

    /// The changes in the trace's words.
    pub fn describe(&self) -> Vec<Change> {
        if self.is_empty() {
            return Vec::new();
        }
        let action = if self.plan.action == OwnedAction::Create { Action::Create } else { Action::Update };
        let mut change = Change::new(action, self.object.to_string());
        let short = |field: &String| field.strip_prefix("data.").unwrap_or(field).to_owned();
        change.fields.extend(self.plan.fields.iter().map(short));
        change
            .fields
            .extend(self.plan.adopted.iter().map(|field| format!("{} (taken over as it is)", short(field))));
        change.fields.extend(self.plan.dropped.iter().map(|field| format!("{} (removed)", short(field))));
        vec![change]
    }
}

/// Decides what the record needs. Pure.
///
/// # Errors
/// A record with another cluster's name, or one that another manager holds (unless `force`).
pub fn plan(
    namespace: &str,
    desired: &Record,
    state: &State,
    force: bool,
) -> Result<RecordChanges, ArgoCdError> {
    let object = ObjectRef::config_map(namespace, NAME);
    state.check_owner(namespace, &desired.owner)?;
    let body = json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": { "name": NAME, "namespace": namespace },
        "data": desired.data(),
    });
    let plan = plan_owned(&body, state.live.as_ref(), &[], force)
        .map_err(|conflict| ArgoCdError::HeldByOther { object: object.to_string(), conflict })?;
    Ok(RecordChanges { object, body, plan, namespace: namespace.into(), record: desired.clone(), force })
}

/// Writes the record as `changes` decided; true where something was written. Where someone else's write crossed it, it
/// is planned again from what is live: another cluster's record that came in between is refused.
///
/// # Errors
/// What the cluster says; what [`plan`] refuses.
pub async fn apply(cluster: &Cluster, changes: &RecordChanges) -> Result<bool, ArgoCdError> {
    if changes.is_empty() {
        return Ok(false);
    }
    let first = OwnedWrite { desired: changes.body.clone(), plan: changes.plan.clone() };
    let anew = |live: Option<&Value>| {
        let state = State::of(live.cloned());
        let now = plan(&changes.namespace, &changes.record, &state, changes.force)?;
        Ok::<_, ArgoCdError>(OwnedWrite { desired: now.body, plan: now.plan })
    };
    apply_replanned(cluster, &changes.object, first, anew).await?;
    Ok(true)
}

/// What must be allowed for this part.
pub fn required_rights(namespace: &str) -> Vec<Right> {
    let record = ObjectRef::config_map(namespace, NAME);
    ["get", "create", "patch"].map(|verb| Right::on(verb, &record)).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::plan_record;

    #[test]
    fn a_release_removes_the_record_of_this_cluster_alone() {
        let owner = Owner { cluster: "demo".into(), cluster_id: "id-1".into(), infra_id: None };
        let said = |live: Option<Value>| {
            let removal = plan_record("argo", &owner, &State::of(live)).map_err(|error| error.to_string())?;
            let changes = removal.describe();
            Ok::<_, String>((changes.len(), removal.left().is_some()))
        };
        assert_eq!(said(Some(json!({"data": {"cluster": "demo"}}))), Ok((1, false)));
        assert_eq!(said(Some(json!({"data": {}}))), Ok((0, true)));
        assert_eq!(said(None), Ok((0, false)));
        assert!(said(Some(json!({"data": {"cluster": "other"}}))).is_err());
    }
}
