use std::path::Path;

use gix::remote::Direction;
use gix::remote::fetch::{Shallow, Status, Tags};
use tokio_util::sync::CancellationToken;

use crate::blocking::{CancelHandle, while_it_talks};
use crate::cache::Cache;
use crate::git_transport::{Endpoint, HostSession};
use crate::{Commit, GitError, Remote, Tip};

/// Fetches the commit of `tip` into the folder `cache`, without its history. A commit in the cache needs no request.
///
/// # Errors
/// The errors of [`crate::look_up`]; the repository does not serve the commit; the cache can't be written.
pub async fn fetch(
    remote: &Remote,
    tip: &Tip,
    cache: &Path,
    stop: &CancellationToken,
) -> Result<Commit, GitError> {
    let doing = format!("fetch {} of {}", tip.commit, remote.url);
    let (asked, tip, cache) = (remote.clone(), tip.clone(), cache.to_path_buf());
    while_it_talks(doing, remote, stop, move |cancel| {
        let remote = asked;
        let endpoint = Endpoint::for_cloning(&remote)?;
        let missing =
            || GitError::NoSuchCommit { commit: tip.commit.clone(), url: endpoint.shown().to_owned() };
        let id = gix::ObjectId::from_hex(tip.commit.as_bytes()).map_err(|_| missing())?;
        let mut cache = Cache::open(&cache, cancel)?;
        if !cache.holds(id) {
            bring(&remote, &endpoint, &tip, id, &mut cache, cancel)?;
            if !cache.holds(id) {
                return Err(not_a_commit(&cache, &tip, id, endpoint.shown()).unwrap_or_else(missing));
            }
            cache.keep(id)?;
        }
        Commit::of(&cache.repository, id)
            .ok_or_else(|| not_a_commit(&cache, &tip, id, endpoint.shown()).unwrap_or_else(missing))
    })
    .await
}

/// Fetches by the commit id, so that a moved branch changes nothing. Fetches by name if the host does not serve ids.
fn bring(
    remote: &Remote,
    endpoint: &Endpoint,
    tip: &Tip,
    id: gix::ObjectId,
    cache: &mut Cache,
    cancel: &CancelHandle,
) -> Result<(), GitError> {
    let by_id: Vec<&str> = std::iter::once(tip.commit.as_str()).chain(tip.full_name.as_deref()).collect();
    let by_name: Option<Vec<&str>> = tip.full_name.as_deref().map(|name| vec![name]);
    let mut result = receive(remote, endpoint, &by_id, cache, cancel);
    if let (Err(GitError::NoSuchCommit { .. }), Some(by_name)) = (&result, by_name) {
        result = receive(remote, endpoint, &by_name, cache, cancel);
    }
    let stopped = cancel.stop.is_cancelled();
    if matches!(result, Err(GitError::Remote { .. } | GitError::Cache { .. })) && !stopped {
        // The cache can be damaged: one more attempt with an empty one.
        cache.recreate()?;
        result = receive(remote, endpoint, &by_id, cache, cancel);
    }
    match result {
        Err(GitError::NoSuchCommit { url, .. }) => {
            Err(GitError::NoSuchCommit { commit: id.to_string(), url })
        }
        result => result,
    }
}

fn receive(
    remote: &Remote,
    endpoint: &Endpoint,
    specs: &[&str],
    cache: &Cache,
    cancel: &CancelHandle,
) -> Result<(), GitError> {
    let (session, transport) = HostSession::begin(remote, endpoint, cancel)?;
    let failed = |error: gix::Error| match cache.full(&error).unwrap_or_else(|| session.explain(&error)) {
        GitError::Remote { url, detail }
            if detail.contains("not our ref") || detail.contains("unadvertised object") =>
        {
            GitError::NoSuchCommit { commit: String::new(), url }
        }
        error => error,
    };
    let url = gix::url::parse(endpoint.shown()).map_err(|_| GitError::BadUrl {
        what: endpoint.shown().to_owned(),
        reason: "Git does not accept this URL".to_owned(),
    })?;
    let fetched = cache.repository.remote_at_without_url_rewrite(url).and_then(|fetched| {
        fetched.with_fetch_tags(Tags::None).with_refspecs(specs.iter().copied(), Direction::Fetch)
    });
    let fetched = fetched.map_err(|error| cache.damaged(&error))?;
    let mut connection = fetched.to_connection_with_transport(transport);
    connection.set_credentials(|_| Ok(None));
    // Empty options keep gix from its own settings.
    connection.set_transport_options(Box::new(()));
    let options = gix::remote::ref_map::Options::default();
    let prepared = connection.prepare_fetch(remote.traffic.progress(), options).map_err(failed)?;
    let depth = Shallow::DepthAtRemote(std::num::NonZeroU32::MIN);
    let outcome = prepared
        .with_shallow(depth)
        .receive(remote.traffic.progress(), &cancel.interrupted)
        .map_err(failed)?;
    if let Status::Change { write_pack_bundle, .. } = outcome.status
        && let Some(keep) = write_pack_bundle.keep_path
    {
        // The keep file protects the pack from garbage collection, which never runs in the cache.
        let _ = fs_err::remove_file(keep);
    }
    Ok(())
}

/// Returns an error if the ref points to a tree or a file.
fn not_a_commit(cache: &Cache, tip: &Tip, id: gix::ObjectId, url: &str) -> Option<GitError> {
    let kind = cache.repository.find_header(id).ok()?.kind();
    (kind != gix::objs::Kind::Commit).then(|| GitError::NotACommit {
        reference: tip.full_name.clone().unwrap_or_else(|| tip.commit.clone()),
        url: url.to_owned(),
        kind: kind.to_string(),
    })
}
