//! What the ref's commit holds, and what becomes of gitops-src.

use advice::{Advice, shell};
use diagnostics::{Blocked, Check, CheckId, Checks, Failure};
use gitops_clone::{Changes, Commit, Remote, Tip};

use super::fetch::Fetching;
use super::login::git;
use crate::inputs::RepositoryInputs;
use crate::observe::machine::Machine;
use crate::session::Session;
use crate::stale_infra_ids::StaleInfraIds;
use crate::state::{ClusterState, SourceState};

/// The way to the commit.
#[derive(Clone, Copy)]
pub(super) struct CommitSource<'a> {
    pub remote: &'a Remote,
    pub tip: &'a Tip,
    pub fetching: &'a Fetching<'a>,
}

/// Fetches the commit into the cache, and observes it and the working copy. All failures at once.
pub(super) async fn observe(
    inputs: &RepositoryInputs<'_>,
    session: &Session,
    source: CommitSource<'_>,
    (cluster, machine): (Option<&ClusterState>, Option<&Machine>),
    checks: &mut Checks,
) -> Result<SourceState, Blocked> {
    // Also where others went on after it: what is fetched must not be written elsewhere.
    checks.failure_of(CheckId::CommitFetch, Advice::default(), crate::work_dir::check(inputs.folder))?;
    let commit = super::fetch::fetch(inputs, session, (source.remote, source.tip), source.fetching).await;
    let commit = commit.map_err(|error| git(&error));
    let commit = checks.failure_of(CheckId::CommitFetch, super::host_checks::see(inputs), commit)?;
    let paths = commit.check_paths_until(&session.stop.token).map_err(|error| git(&error));
    checks.result(CheckId::CommitPaths, "all can be checked out", shell!("git fsck --full"), paths)?;
    let held = super::script::observe(inputs, &commit, checks).and_then(|()| contents(&commit, checks));
    let charts = super::charts::observe(inputs, &commit, checks);
    let changes = changes(inputs, session, source, machine).await;
    let see = shell!("git -C {} status", inputs.folder.gitops_src());
    let changes = checks.result(CheckId::GitopsSrc, "clean", see, changes);
    if let Ok(changes) = &changes {
        checks.warn_if_any(CheckId::GitopsSrcContent, &changes.warnings());
    }
    let (charts, changes) = held.and(charts).and_then(|charts| Ok((charts, changes?)))?;
    let infra_ids = infra_ids(inputs, session, &commit, cluster, machine, checks).await?;
    Ok(SourceState { commit, charts, changes, infra_ids })
}

/// The infraIDs of earlier clusters, where this one has one.
async fn infra_ids(
    inputs: &RepositoryInputs<'_>,
    session: &Session,
    commit: &Commit,
    cluster: Option<&ClusterState>,
    machine: Option<&Machine>,
    checks: &mut Checks,
) -> Result<Option<StaleInfraIds>, Blocked> {
    let Some((cluster, live)) = cluster.and_then(|it| Some((it, it.identity.infra_id.as_deref()?))) else {
        return Ok(None);
    };
    let recorded = cluster.record.record().and_then(|record| record.owner.infra_id);
    let known = machine.map(|machine| machine.infra_ids.as_slice()).unwrap_or_default();
    let earlier = known.iter().chain(&recorded).map(String::as_str);
    let search = infra_id::Search::new(&inputs.spec.name, Some(live), earlier);
    let fact = format!("none (current: {live})");
    let fix = crate::stale_infra_ids::fix();
    let searched = super::infra_ids::search(commit, search, &session.stop).await;
    let searched = checks.failure_of(CheckId::StaleInfraIds, fix.clone(), searched)?;
    let against = crate::stale_infra_ids::warnings(&searched, live);
    let check = Check::warned_by(CheckId::StaleInfraIds, fact, against);
    checks.push(check.hint("this prints the diff that mends the repository").command(fix));
    Ok(Some(searched))
}

/// What a clone of ours leaves out.
fn contents(commit: &Commit, checks: &mut Checks) -> Result<(), Blocked> {
    let read = || Ok((commit.submodules()?, commit.lfs_pointers()?));
    let read = read().map_err(|error| git(&error));
    let (submodules, pointers) = checks.failure_of(CheckId::CommitWhole, "git ls-tree -r HEAD", read)?;
    checks.warn_if_any(CheckId::CommitWhole, &left_out(&submodules, &pointers));
    Ok(())
}

fn left_out(submodules: &[String], pointers: &[String]) -> Vec<String> {
    let submodules =
        (!submodules.is_empty()).then(|| format!("submodules are not cloned: {}", submodules.join(", ")));
    let pointers = (!pointers.is_empty())
        .then(|| format!("Git LFS content is not fetched, these stay pointers: {}", pointers.join(", ")));
    submodules.into_iter().chain(pointers).collect()
}

/// What has to be done so that gitops-src is at the commit.
async fn changes(
    inputs: &RepositoryInputs<'_>,
    session: &Session,
    source: CommitSource<'_>,
    machine: Option<&Machine>,
) -> Result<Changes, Failure> {
    let dir = inputs.folder.gitops_src();
    let previous = machine.and_then(|machine| machine.previous.as_ref());
    let ours: Vec<String> = previous.map(|record| record.git_sha().to_string()).into_iter().collect();
    let copy = gitops_clone::observe(&dir, &ours, &source.remote.config, &session.stop.token)
        .await
        .map_err(|error| git(&error))?;
    gitops_clone::plan(&copy, &dir, &source.tip.commit, inputs.spec.repo_url.as_str())
        .map_err(|error| git(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_clone_leaves_out_is_named() {
        assert!(left_out(&[], &[]).is_empty());
        let both = left_out(&["vendor/a".into()], &["big.bin".into(), "b.bin".into()]);
        assert_eq!(both[0], "submodules are not cloned: vendor/a");
        assert!(both[1].ends_with("stay pointers: big.bin, b.bin"));
    }
}
