//! The way back, for the teardown: what we put into Argo CD's namespace and goes.

use cluster_access::{Cluster, FIELD_MANAGER, ObjectRef, Right, delete_while, managers, owned_by_us};
use serde_json::Value;
use trace::Change;

use crate::owner::CLUSTER;
use crate::{ArgoCdError, Owner, record, secret};

/// What becomes of one object.
#[derive(Debug, Clone)]
pub struct Removal {
    object: ObjectRef,
    goes: bool,
    left: Option<String>,
    ours: fn(&Value, &Owner) -> bool,
}

impl Removal {
    fn of(object: ObjectRef, live: Option<&Value>, owner: &Owner, ours: fn(&Value, &Owner) -> bool) -> Self {
        let goes = live.is_some_and(|live| ours(live, owner));
        let left = live.filter(|_| !goes).map(|live| stays(&object, live));
        Self { object, goes, left, ours }
    }

    /// In the words of the trace.
    pub fn describe(&self) -> Vec<Change> {
        self.goes.then(|| Change::delete(self.object.to_string())).into_iter().collect()
    }

    /// Why it stays, where it is there and stays.
    pub fn left(&self) -> Option<&str> {
        self.left.as_deref()
    }

    /// What has to be allowed for it.
    pub fn rights(&self) -> Vec<Right> {
        self.goes.then(|| Right::on("delete", &self.object)).into_iter().collect()
    }
}

fn stays(object: &ObjectRef, live: &Value) -> String {
    let others: Vec<String> = managers(live).into_iter().filter(|manager| manager != FIELD_MANAGER).collect();
    match others.is_empty() {
        true => format!("{object} stays: it is not this program's"),
        false => format!("{object} stays: it is not this program's ({})", others.join(", ")),
    }
}

/// The repository Secret: ours where it carries this cluster's mark, put there by us. Pure.
///
/// # Errors
/// It carries another cluster's.
pub fn plan_secret(
    namespace: &str,
    name: &str,
    owner: &Owner,
    state: &secret::State,
) -> Result<Removal, ArgoCdError> {
    let object = ObjectRef::secret(namespace, name);
    let live = state.secret.as_ref();
    if let Some(live) = live {
        owner.check_mark(&object.to_string(), live)?;
    }
    Ok(Removal::of(object, live, owner, is_our_secret))
}

fn is_our_secret(live: &Value, owner: &Owner) -> bool {
    live["metadata"]["annotations"][CLUSTER] == owner.cluster.as_str() && owned_by_us(live)
}

/// The record. Pure.
///
/// # Errors
/// It is another cluster's.
pub fn plan_record(namespace: &str, owner: &Owner, state: &record::State) -> Result<Removal, ArgoCdError> {
    state.check_owner(namespace, owner)?;
    let object = ObjectRef::config_map(namespace, record::NAME);
    Ok(Removal::of(object, state.live(), owner, is_our_record))
}

fn is_our_record(live: &Value, owner: &Owner) -> bool {
    live["data"]["cluster"] == owner.cluster.as_str()
}

/// Removes the object as planned; true where it went. What became another's since the plan stays.
///
/// # Errors
/// What the cluster says.
pub async fn apply(cluster: &Cluster, removal: &Removal, owner: &Owner) -> Result<bool, ArgoCdError> {
    if !removal.goes {
        return Ok(false);
    }
    Ok(delete_while(cluster, &removal.object, |live| (removal.ours)(live, owner)).await?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn demo() -> Owner {
        Owner { cluster: "demo".into(), cluster_id: "id-1".into(), infra_id: None }
    }

    fn secret(cluster: &str, manager: &str) -> secret::State {
        let held = json!([{"manager": manager, "operation": "Apply", "fieldsV1": {"f:data": {"f:url": {}}}}]);
        let metadata = json!({"annotations": {CLUSTER: cluster}, "managedFields": held});
        secret::State { secret: Some(json!({"metadata": metadata})), ..secret::State::default() }
    }

    /// What becomes of the Secret: what is done, what is said, which rights it takes.
    fn said(state: &secret::State) -> (Vec<String>, Option<String>, usize) {
        let removal = plan_secret("argo", "repo", &demo(), state).unwrap();
        let changes = removal.describe().iter().map(ToString::to_string).collect();
        (changes, removal.left().map(String::from), removal.rights().len())
    }

    #[test]
    fn a_secret_goes_where_it_has_our_mark_and_we_wrote_it() {
        assert_eq!(said(&secret("demo", FIELD_MANAGER)), (vec!["delete Secret argo/repo".into()], None, 1));
        let theirs = "Secret argo/repo stays: it is not this program's (helm)";
        assert_eq!(said(&secret("demo", "helm")), (Vec::new(), Some(theirs.into()), 0));
        assert_eq!(said(&secret::State::default()), (Vec::new(), None, 0));
    }

    #[test]
    fn a_secret_without_a_mark_stays_and_one_of_another_cluster_is_refused() {
        let mut bare = secret("demo", FIELD_MANAGER);
        if let Some(live) = &mut bare.secret {
            live["metadata"]["annotations"] = json!({});
        }
        let ours = "Secret argo/repo stays: it is not this program's";
        assert_eq!(said(&bare), (Vec::new(), Some(ours.into()), 0));
        let refused = plan_secret("argo", "repo", &demo(), &secret("other", FIELD_MANAGER));
        assert!(matches!(refused, Err(ArgoCdError::AnotherCluster { .. })), "{refused:?}");
    }
}
