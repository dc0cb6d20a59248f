//! Looks at every system before the first write, side by side, and reports all that stands in the way at once.

pub(crate) mod cluster;
mod egress;
pub(crate) mod local;
pub(crate) mod observation;
pub(crate) mod operator;
mod parts;
pub(crate) mod repository;
pub(crate) mod vault;

use diagnostics::{Failure, FailureKind, Step, Subject};
use vault_access::Vault;

use crate::checks::Rows;
use crate::planning;
use crate::record::desired as desired_record;
use crate::request::{Context, Request};
use crate::settings::VaultChoice;
use crate::world::{ClusterWorld, VaultWorld, World};
use observation::{Look, keep, told};
use vault::owners;
use vault::policy::{MOUNT, SYSTEM as VAULT};

pub(crate) use parts::Parts;

/// Looks at everything the command touches.
///
/// # Errors
/// Every failure of every system.
pub async fn look(request: &Request, context: &Context) -> Result<World, Vec<Failure>> {
    let world = look_at_parts(request, context).await?.into_world(request)?;
    check_record(request, &world).map_err(|failure| vec![failure])?;
    cluster::cluster_secret::check(request, &world).await.map_err(|failure| vec![failure])?;
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
        told(context, cluster::connect::SYSTEM, cluster::look(request, context, &mut reached)),
        told(context, VAULT, vault::look(request, context)),
    );
    let local = keep(local, &mut failures);
    let cluster = keep(cluster, &mut failures);
    let vault = keep(vault, &mut failures);
    context.stop.check(Step::Preflight).map_err(|failure| vec![failure])?;
    let cluster = match (&local, cluster) {
        (Some(local), Some(cluster)) => {
            is_the_one_of_before(request, context, local, cluster, &mut failures).await
        }
        (_, cluster) => cluster,
    };
    // What needs the answers of those.
    let (auth, repository) = tokio::join!(
        told(
            context,
            MOUNT,
            vault::look_at_mount(request, context, cluster.as_ref(), vault.as_ref(), local.as_ref())
        ),
        told(
            context,
            repository::login::SYSTEM,
            repository::look(request, context, cluster.as_ref(), vault.as_ref(), local.as_ref())
        ),
    );
    let auth = keep(auth, &mut failures);
    let repository = keep(repository, &mut failures);
    // Told even where the look failed: another owner may be why.
    if let (Some(cluster), Some(Some(vault)), VaultChoice::Present(settings), true) =
        (&cluster, &vault, &request.settings.vault, request.configures_vault())
    {
        let ours = owners::OurMount::new(request, vault, &settings.mount);
        owners::look(request, context, cluster, repository.as_ref().and_then(Option::as_ref), &ours).await;
    }
    let lacking = match &cluster {
        Some(cluster) => egress::look(request, context, cluster).await,
        None => Vec::new(),
    };
    context.stop.check(Step::Preflight).map_err(|failure| vec![failure])?;
    // What needs the commit's charts and the cluster.
    let operator = operator::look(request, context, cluster.as_ref(), repository.as_ref());
    let operator = keep(told(context, operator::SYSTEM, operator).await, &mut failures);
    context.stop.check(Step::Preflight).map_err(|failure| vec![failure])?;
    Ok(Parts { reached, local, cluster, vault, auth, repository, operator, lacking, failures })
}

/// The cluster, unless the one that was handed over before is still there: then this one is not to be written to.
async fn is_the_one_of_before(
    request: &Request,
    context: &Context,
    local: &local::Local,
    cluster: ClusterWorld,
    failures: &mut Vec<Failure>,
) -> Option<ClusterWorld> {
    let sentence = "no cluster that was handed over under this name is still there";
    match cluster::still_there::check(request, context, local, &cluster).await {
        Ok(()) => Some(cluster),
        Err(failure) => {
            let see = "oc --kubeconfig <kubeconfig> config view --minify";
            Rows::of(context, cluster::connect::SYSTEM).failed(sentence, see, &failure);
            failures.push(failure);
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
        repository.secret = repository::login::plan_secret(request, &world.cluster, &repository.found)?;
    }
    check_record(request, world)?;
    cluster::cluster_secret::check(request, world).await?;
    Ok(planning::plan(request, world) != before)
}

/// A record that is another cluster's, or that another manager holds.
pub(crate) fn check_record(request: &Request, world: &World) -> Result<(), Failure> {
    planning::plan_record(request, world, &desired_record(request, world))
        .map(drop)
        .map_err(|error| Failure::of(FailureKind::Refused, Subject::Record, &error, error.hint()))
}

/// Vault, where it is to be asked for the login alone.
pub(crate) async fn vault_for_login(request: &Request, context: &Context) -> Result<Option<Vault>, Failure> {
    match vault::look(request, context).await {
        Look::Fine(vault, _) | Look::Untouched(vault) => Ok(vault),
        Look::Failed(failures) => {
            let none =
                || Failure::refused(Subject::Vault, "it does not answer").hint("run again once it answers");
            Err(failures.into_iter().next().unwrap_or_else(none))
        }
    }
}
