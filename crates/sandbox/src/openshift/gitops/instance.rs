//! One Argo CD: what it should have is made, what it should not have is removed.

use serde_json::{Value, json};

use super::instance_status::status;
use super::{applicationset, manifest};
use crate::SandboxError;
use crate::openshift::context::{Context, place};
use crate::openshift::paths::{ARGOCDS, CONFIG_MAPS, DEPLOYMENTS, PROJECTS, ROUTES, SECRETS, one, within};

/// What holds an Argo CD until the operator has cleared up.
const FINALIZER: &str = "argoproj.io/finalizer";

/// The Argo CDs whose namespace may configure the whole cluster have no Secret for it.
const CLUSTER_WIDE: &str = "openshift-gitops";

pub(super) async fn reconcile(
    context: &mut Context,
    argocd: &Value,
    deployments: &[Value],
) -> Result<(), SandboxError> {
    let path = one(ARGOCDS, place(argocd));
    let held = argocd["metadata"]["finalizers"].is_array();
    if !argocd["metadata"]["deletionTimestamp"].is_null() {
        let release = json!({"metadata": {"finalizers": null}});
        return context.gone_is_fine(context.api.merge(&path, &release).await);
    }
    if !held {
        let hold = json!({"metadata": {"finalizers": [FINALIZER]}});
        return context.gone_is_fine(context.api.merge(&path, &hold).await);
    }
    let (namespace, name) = place(argocd);
    let own: Vec<&Value> = deployments.iter().filter(|one| place(one).0 == namespace).collect();
    make_parts(context, argocd, &own).await?;
    let route = context.api.find(&one(ROUTES, (namespace, &format!("{name}-server")))).await?;
    let wanted = status(argocd, &own, route.as_ref());
    context.set_status(&path, argocd, &wanted).await
}

async fn make_parts(context: &mut Context, argocd: &Value, own: &[&Value]) -> Result<(), SandboxError> {
    let (namespace, name) = (place(argocd).0.to_owned(), place(argocd).1.to_owned());
    let there = |part: &str| own.iter().any(|one| place(one).1 == part);
    for part in ["server", "repo-server", "redis"] {
        if !there(&format!("{name}-{part}")) {
            context.api.create(&within(DEPLOYMENTS, &namespace), &manifest::deployment(argocd, part)).await?;
        }
    }
    applicationset::reconcile(context, argocd, there(&format!("{name}-applicationset-controller"))).await?;
    let life = format!("{} {}", argocd["metadata"]["uid"], argocd["metadata"]["generation"]);
    if !context.settled.contains(&life) {
        settle(context, argocd).await?;
        context.settled.insert(life);
    }
    Ok(())
}

/// What only a change of the Argo CD changes.
async fn settle(context: &Context, argocd: &Value) -> Result<(), SandboxError> {
    let (namespace, name) = (place(argocd).0.to_owned(), place(argocd).1);
    let known_hosts = [("argocd-tls-certs-cm", json!({})), ("argocd-ssh-known-hosts-cm", json!({}))];
    for (config, data) in known_hosts {
        let object = manifest::config_map(argocd, config, &data);
        create_missing(context, &within(CONFIG_MAPS, &namespace), config, &object).await?;
    }
    rbac(context, argocd).await?;
    create_missing(context, &within(PROJECTS, &namespace), "default", &manifest::project(&namespace)).await?;
    if argocd["spec"]["server"]["route"]["enabled"] == true {
        let route = manifest::route(argocd, &context.identity.apps_domain());
        let server = format!("{name}-server");
        if context.api.find(&one(ROUTES, (&namespace, &server))).await?.is_none() {
            context.api.create_with_status(&within(ROUTES, &namespace), &route).await?;
        }
    }
    if namespace != CLUSTER_WIDE {
        let secret = manifest::cluster_secret(argocd);
        let secret_name = format!("{name}-default-cluster-config");
        create_missing(context, &within(SECRETS, &namespace), &secret_name, &secret).await?;
    }
    Ok(())
}

async fn create_missing(
    context: &Context,
    path: &str,
    name: &str,
    object: &Value,
) -> Result<(), SandboxError> {
    match context.api.find(&format!("{path}/{name}")).await? {
        Some(_) => Ok(()),
        None => context.api.create(path, object).await,
    }
}

/// The policy that people log in by follows the Argo CD.
async fn rbac(context: &Context, argocd: &Value) -> Result<(), SandboxError> {
    let rbac = &argocd["spec"]["rbac"];
    let or = |field: &str, other: &str| json!(rbac[field].as_str().unwrap_or(other));
    let data = json!({
        "policy.csv": or("policy", ""), "policy.default": or("defaultPolicy", ""), "scopes": or("scopes", "[groups]"),
    });
    let (namespace, name) = (place(argocd).0, "argocd-rbac-cm");
    let path = one(CONFIG_MAPS, (namespace, name));
    match context.api.find(&path).await? {
        None => {
            context
                .api
                .create(&within(CONFIG_MAPS, namespace), &manifest::config_map(argocd, name, &data))
                .await
        }
        Some(found) if found["data"] == data => Ok(()),
        Some(_) => context.api.merge(&path, &json!({"data": data})).await,
    }
}
