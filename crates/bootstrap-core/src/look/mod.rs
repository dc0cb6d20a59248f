//! Looks at every system before the first write, side by side, and reports all that stands in the way at once.

mod charts;
pub(crate) mod cluster;
pub(crate) mod cluster_secret;
mod egress;
mod fetch;
pub(crate) mod grants;
pub(crate) mod identity;
pub(crate) mod infra_ids;
pub(crate) mod local;
mod mount_rows;
pub(crate) mod operator;
pub(crate) mod owners;
mod parts;
pub(crate) mod repository;
mod repository_rows;
pub(crate) mod rights;
pub(crate) mod rows;
mod script;
mod source;
pub(crate) mod vault;

use std::future::Future;
use std::time::Instant;

use crate::event::Event;
use crate::failure::{Failure, FailureKind};
use crate::planning;
use crate::record::desired as desired_record;
use crate::request::{Context, Request};
use crate::settings::VaultChoice;
use crate::world::{VaultWorld, World};
use vault_access::Vault;

/// Looks at everything the command touches.
///
/// # Errors
/// Every failure of every system.
pub async fn look(request: &Request, context: &Context) -> Result<World, Vec<Failure>> {
    let world = look_at_parts(request, context).await?.into_world(request)?;
    check_record(request, &world).map_err(|failure| vec![failure])?;
    cluster_secret::check(request, &world).await.map_err(|failure| vec![failure])?;
    Ok(world)
}

/// The same, with what was found kept apart from what stands in the way.
///
/// # Errors
/// A signal.
pub(crate) async fn look_at_parts(request: &Request, context: &Context) -> Result<Parts, Vec<Failure>> {
    let mut failures = Vec::new();
    let mut reached = None;
    // What stands by itself.
    let (local, cluster, vault) = tokio::join!(
        told(context, local::SYSTEM, local::look(request, context)),
        told(context, cluster::SYSTEM, cluster::look(request, context, &mut reached)),
        told(context, vault::SYSTEM, vault::look(request, context)),
    );
    let local = keep(local, &mut failures);
    let cluster = keep(cluster, &mut failures);
    let vault = keep(vault, &mut failures);
    context.stop.check("preflight").map_err(|failure| vec![failure])?;
    // What needs the answers of those.
    let (auth, repository) = tokio::join!(
        told(
            context,
            vault::MOUNT,
            vault::look_at_mount(request, context, cluster.as_ref(), vault.as_ref(), local.as_ref())
        ),
        told(
            context,
            repository::SYSTEM,
            repository::look(request, context, cluster.as_ref(), vault.as_ref(), local.as_ref())
        ),
    );
    let auth = keep(auth, &mut failures);
    let repository = keep(repository, &mut failures);
    // Told even where the look failed: another owner may be why.
    if let (Some(cluster), Some(Some(vault)), VaultChoice::Present(settings), true) =
        (&cluster, &vault, &request.settings.vault, rights::configures_vault(request))
    {
        let ours = owners::OurMount::new(request, vault, &settings.mount);
        owners::look(request, context, cluster, repository.as_ref().and_then(Option::as_ref), &ours).await;
    }
    let lacking = match &cluster {
        Some(cluster) => egress::look(request, context, cluster).await,
        None => Vec::new(),
    };
    context.stop.check("preflight").map_err(|failure| vec![failure])?;
    // What needs the commit's charts and the cluster.
    let operator = operator::look(request, context, cluster.as_ref(), repository.as_ref());
    let operator = keep(told(context, operator::SYSTEM, operator).await, &mut failures);
    context.stop.check("preflight").map_err(|failure| vec![failure])?;
    Ok(Parts { reached, local, cluster, vault, auth, repository, operator, lacking, failures })
}

/// Tells the beginning and the end of one look: each that begins ends, also where there was nothing to look at.
pub(crate) async fn told<T>(
    context: &Context,
    system: &'static str,
    look: impl Future<Output = Look<T>>,
) -> Result<T, Vec<Failure>> {
    let began = Instant::now();
    context.events.emit(Event::Checking { system });
    let (ok, detail, outcome) = match look.await {
        Look::Fine(value, detail) => (true, detail, Ok(value)),
        Look::Untouched(value) => (true, String::new(), Ok(value)),
        // Empty where what stands in the way is told by the system it belongs to.
        Look::Failed(failures) => {
            (false, failures.first().map(|first| first.message.clone()).unwrap_or_default(), Err(failures))
        }
    };
    context.events.emit(Event::Checked { system, ok, detail, took: began.elapsed() });
    outcome
}

/// What a look at one system gave.
pub(crate) enum Look<T> {
    /// All is well: what was found, in a few words for people.
    Fine(T, String),
    /// The command has no business with it.
    Untouched(T),
    /// What stands in the way; empty where that is another system's failure, told there.
    Failed(Vec<Failure>),
}

pub(crate) fn keep<T>(outcome: Result<T, Vec<Failure>>, failures: &mut Vec<Failure>) -> Option<T> {
    match outcome {
        Ok(value) => Some(value),
        Err(more) => {
            failures.extend(more);
            None
        }
    }
}

/// With the lock held: Secret, record, mount and ClusterRoleBinding once more. Whether what is to be done moved.
pub(crate) async fn look_again(
    request: &Request,
    context: &Context,
    world: &mut World,
) -> Result<bool, Failure> {
    let before = planning::plan(request, world);
    (world.cluster.secrets, world.cluster.record, world.cluster.cluster_secret) =
        cluster::ours(request, context, &world.cluster.access).await?;
    if let Some(VaultWorld { vault, auth: Some(auth) }) = &mut world.vault {
        auth.desired.previous_fingerprint = vault::last_written(&world.cluster);
        *auth = vault::observe(context, &world.cluster, vault, auth.desired.clone()).await?;
    }
    if let Some(repository) = &mut world.repository {
        repository.secret = repository::plan_secret(request, &world.cluster, &repository.found)?;
    }
    check_record(request, world)?;
    cluster_secret::check(request, world).await?;
    Ok(planning::plan(request, world) != before)
}

/// A record that is another cluster's, or that another manager holds.
pub(crate) fn check_record(request: &Request, world: &World) -> Result<(), Failure> {
    planning::plan_record(request, world, &desired_record(request, world))
        .map(drop)
        .map_err(|error| Failure::of(FailureKind::Refused, "record", &error, error.hint()))
}

/// Vault, where it is to be asked for the login alone.
pub(crate) async fn vault_for_login(request: &Request, context: &Context) -> Result<Option<Vault>, Failure> {
    match vault::look(request, context).await {
        Look::Fine(vault, _) | Look::Untouched(vault) => Ok(vault),
        Look::Failed(failures) => {
            let none = || Failure::refused("Vault", "it does not answer").hint("run again once it answers");
            Err(failures.into_iter().next().unwrap_or_else(none))
        }
    }
}

pub(crate) use parts::Parts;
pub(crate) use repository::{desired_secret, login, look_up_failed, plan_secret, remote};
pub(crate) use rows::Rows;
