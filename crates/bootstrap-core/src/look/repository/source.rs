//! What the ref's commit holds, and what becomes of gitops-src.

use diagnostics::{Failure, Row};
use gitops_clone::{Changes, Commit, Remote, Tip};
use secret::quoted_path;

use super::login::{SYSTEM, git};
use crate::checks::Rows;
use crate::look::local::Local;
use crate::request::{Context, Request};
use crate::stale_infra_ids::Searched;
use crate::world::{ClusterWorld, SourceWorld};

/// Fetches the commit into the cache, and looks at it and at the working copy. All failures at once.
pub(super) async fn look(
    request: &Request,
    context: &Context,
    remote: &Remote,
    tip: &Tip,
    (cluster, local): (Option<&ClusterWorld>, Option<&Local>),
) -> Result<SourceWorld, Vec<Failure>> {
    let rows = Rows::of(context, SYSTEM);
    // Also where others went on after it: what is fetched must not be written elsewhere.
    crate::workdir::check(&request.folder)
        .inspect_err(|failure| rows.failed("its commit can be fetched", "", failure))
        .map_err(|failure| vec![failure])?;
    let commit = super::fetch::fetch(request, context, remote, tip).await.map_err(|error| git(&error));
    let see = super::rows::see(request);
    let commit = commit
        .inspect_err(|failure| rows.failed("its commit can be fetched", &see, failure))
        .map_err(|failure| vec![failure])?;
    let usable = rows.told(
        commit.check_paths_until(&context.stop.token).map_err(|error| git(&error)),
        "every path of that commit can be checked out",
        "git fsck --full",
    );
    usable.map_err(|failure| vec![failure])?;
    let held = super::script::look(request, &commit, rows).and_then(|()| contents(&commit, context, rows));
    let charts = super::charts::look(request, &commit, (context, rows));
    let changes = changes(request, context, remote, local, tip).await;
    let dir = request.folder.gitops_src();
    let changes = rows.told(
        changes,
        "gitops-src is clean, or not there",
        &format!("git -C {} status", quoted_path(&dir)),
    );
    let changes = changes.inspect(|changes| rows.odd("nothing looks odd in gitops-src", &changes.warnings()));
    match (held, charts, changes) {
        (Ok(()), Ok(charts), Ok(changes)) => {
            let infra_ids = infra_ids((request, context), &commit, cluster, local, rows).await;
            Ok(SourceWorld {
                commit,
                charts,
                changes,
                infra_ids: infra_ids.map_err(|failure| vec![failure])?,
            })
        }
        (held, charts, changes) => {
            let charts = charts.err().into_iter().flatten();
            Err(held.err().into_iter().chain(charts).chain(changes.err()).collect())
        }
    }
}

/// The infraIDs of earlier clusters, where this one has one.
async fn infra_ids(
    (request, context): (&Request, &Context),
    commit: &Commit,
    cluster: Option<&ClusterWorld>,
    local: Option<&Local>,
    rows: Rows<'_>,
) -> Result<Option<Searched>, Failure> {
    let Some((cluster, live)) = cluster.and_then(|it| Some((it, it.identity.infra_id.as_deref()?))) else {
        return Ok(None);
    };
    let recorded = cluster.record.record().and_then(|record| record.owner.infra_id);
    let known = local.map(|local| local.infra_ids.as_slice()).unwrap_or_default();
    let earlier = known.iter().chain(&recorded).map(String::as_str);
    let search = infra_id::Search::new(&request.spec.name, Some(live), earlier);
    let sentence = format!("no infraID but {live} is in that commit");
    let see = crate::stale_infra_ids::MEND;
    let searched = super::infra_ids::search(commit, search, &context.stop).await;
    let searched = searched.inspect_err(|failure| rows.failed(&sentence, see, failure))?;
    let against = crate::stale_infra_ids::against(&searched, live);
    let row = Row::warned_by(SYSTEM, sentence, against);
    rows.tell(row.hint("print the diff that mends the repository").command(see));
    Ok(Some(searched))
}

/// What a clone of ours leaves out.
fn contents(commit: &Commit, context: &Context, rows: Rows<'_>) -> Result<(), Failure> {
    let mut left_out = Vec::new();
    let submodules = commit.submodules().map_err(|error| git(&error))?;
    if !submodules.is_empty() {
        left_out.push(format!("submodules are not cloned: {}", submodules.join(", ")));
    }
    let pointers = commit.lfs_pointers().map_err(|error| git(&error))?;
    if !pointers.is_empty() {
        left_out
            .push(format!("Git LFS content is not fetched, these stay pointers: {}", pointers.join(", ")));
    }
    rows.odd("a clone of that commit holds all of it", &left_out);
    left_out.into_iter().for_each(|warning| context.events.warn(warning));
    Ok(())
}

/// What has to be done so that gitops-src is at the commit.
async fn changes(
    request: &Request,
    context: &Context,
    remote: &Remote,
    local: Option<&Local>,
    tip: &Tip,
) -> Result<Changes, Failure> {
    let dir = request.folder.gitops_src();
    let ours: Vec<String> = local
        .and_then(|local| local.previous.as_ref())
        .map(|record| record.git_sha().to_string())
        .into_iter()
        .collect();
    let copy = gitops_clone::observe(&dir, &ours, &remote.config, &context.stop.token)
        .await
        .map_err(|error| git(&error))?;
    gitops_clone::plan(&copy, &dir, &tip.commit, request.spec.repo_url.as_str()).map_err(|error| git(&error))
}
