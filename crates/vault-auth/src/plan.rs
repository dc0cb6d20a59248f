use cluster_access::{ObjectRef, OwnedPlan, plan_owned};
use serde_json::Value;
use url::Url;

use crate::changes::{Changes, SecretPlan, describe};
use crate::desired::Desired;
use crate::error::VaultAuthError;
use crate::refusal::Refusal;
use crate::reviewer::{OWNER, TOKEN_SECRET};
use crate::rights::AUTH_DELEGATOR;
use crate::state::{State, noted_uid, uid};
use crate::{ca, mount_plan};

/// Decides what is to be done. Pure: nothing is asked and nothing written.
///
/// # Errors
/// [`VaultAuthError::Refused`] with every reason there is not to write anything.
pub fn plan(desired: &Desired, state: &State) -> Result<Changes, VaultAuthError> {
    let mut refusals = unusable(desired);
    let mount = mount_plan::plan(desired, state).map_err(|refusal| refusals.push(refusal)).ok();
    let mut note = |result: Result<OwnedPlan, Refusal>| result.map_err(|refusal| refusals.push(refusal)).ok();
    let account = note(owned(
        desired,
        &desired.service_account_ref(),
        &desired.service_account(),
        state.service_account.as_ref(),
    ));
    let binding = note(binding(desired, state));
    let secret = secret(desired, state).map_err(|refusal| refusals.push(refusal)).ok();
    let (Some(mount), Some(service_account), Some(binding), Some(secret), true) =
        (mount, account, binding, secret, refusals.is_empty())
    else {
        return Err(VaultAuthError::Refused(refusals));
    };
    let namespace = desired.make_namespace && !state.namespace_exists;
    let described = describe(
        desired,
        namespace,
        [(&desired.service_account_ref(), &service_account), (&desired.binding_ref(), &binding)],
        (&desired.secret_ref(), &secret),
        &mount.plan,
    );
    Ok(Changes {
        namespace,
        service_account,
        secret,
        binding,
        mount: mount.plan,
        authority_known: state.authority.is_some(),
        accessor: state.accessor().map(str::to_owned),
        of_another_cluster: mount.of_another_cluster,
        described,
        warnings: mount.warnings,
        notes: mount.notes,
    })
}

/// What was asked for and can't be.
fn unusable(desired: &Desired) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let url = Url::parse(&desired.host).ok();
    if !url.is_some_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host()) {
        refusals.push(Refusal::NoHost { host: desired.host.clone() });
    }
    if desired.ca_override.as_ref().is_some_and(|given| !ca::is_any(&given.pem)) {
        refusals.push(Refusal::NoCertificate);
    }
    refusals
}

fn owned(
    desired: &Desired,
    object: &ObjectRef,
    wanted: &Value,
    live: Option<&Value>,
) -> Result<OwnedPlan, Refusal> {
    plan_owned(wanted, live, &[], desired.force_conflicts)
        .map_err(|conflict| Refusal::Managed { object: object.to_string(), conflict: conflict.to_string() })
}

fn binding(desired: &Desired, state: &State) -> Result<OwnedPlan, Refusal> {
    let (object, live) = (desired.binding_ref(), state.binding.as_ref());
    if let Some(role) = live.map(|live| &live["roleRef"])
        && (role["kind"] != "ClusterRole" || role["name"] != AUTH_DELEGATOR)
    {
        let word = |key: &str| role[key].as_str().unwrap_or("?").to_owned();
        return Err(Refusal::OtherRole {
            binding: object.name,
            role: format!("{} {}", word("kind"), word("name")),
        });
    }
    owned(desired, &object, &desired.binding(live), live)
}

fn secret(desired: &Desired, state: &State) -> Result<SecretPlan, Refusal> {
    let object = desired.secret_ref();
    let live = state.secret.as_ref();
    if let Some(live) = live {
        let (namespace, name) = (desired.reviewer.namespace.clone(), desired.reviewer.secret.clone());
        let kind = live["type"].as_str().unwrap_or("Opaque").to_owned();
        if kind != TOKEN_SECRET {
            return Err(Refusal::OtherSecretType { namespace, name, kind });
        }
        let account = live["metadata"]["annotations"][OWNER].as_str();
        if let Some(account) = account.filter(|account| *account != desired.reviewer.service_account) {
            return Err(Refusal::OtherAccount { namespace, name, account: account.to_owned() });
        }
        if is_stale(live, state.service_account.as_ref()) {
            return Ok(SecretPlan::Recreate);
        }
    }
    owned(desired, &object, &desired.secret(), live).map(|plan| SecretPlan::Apply(Box::new(plan)))
}

/// Whether the Secret was filled for a ServiceAccount of this name that is gone. The cluster never fills it again.
pub(crate) fn is_stale(secret: &Value, account: Option<&Value>) -> bool {
    noted_uid(secret).is_some_and(|noted| account.and_then(uid) != Some(noted))
}
