//! The infraIDs that an earlier cluster left in the commit: Argo CD would make machines of them that no cloud has.

use crate::error::PreflightError;
use diagnostics::{Failure, Subject};
use gitops_clone::{Commit, CommitFile};
use infra_id::{LARGEST, Search, counts, patch};

use super::login::git;
use crate::stale_infra_ids::StaleInfraIds;
use child_process::Shutdown;

/// All infraIDs in the files of the commit but the live one. A signal ends it.
pub async fn search(commit: &Commit, mut search: Search, stop: &Shutdown) -> Result<StaleInfraIds, Failure> {
    let (commit, stopped) = (commit.clone(), stop.token.clone());
    let read = move || {
        let (mut found, mut diff) = (Vec::new(), Vec::new());
        let is_searched =
            |file: &CommitFile<'_>| file.size <= LARGEST && counts(file.path) && !stopped.is_cancelled();
        // What a word is may show in another file.
        commit.each_file(&mut |file| {
            if is_searched(file) {
                search.learn(file.path, &file.content()?);
            }
            Ok(())
        })?;
        commit.each_file(&mut |file| {
            if is_searched(file) {
                let content = file.content()?;
                found.extend(search.find(file.path, &content));
                diff.extend(patch(&search, file.path, &content));
            }
            Ok(())
        })?;
        Ok(StaleInfraIds::new(commit.id(), found, diff))
    };
    let read = tokio::select! {
        read = tokio::task::spawn_blocking(read) => read,
        () = stop.token.cancelled() => return Err(stop.failure(Subject::Repository)),
    };
    stop.check(Subject::Repository)?;
    match read {
        Ok(searched) => searched.map_err(|error| git(&error)),
        Err(error) => {
            Err(PreflightError::NotSearched { problem: error.to_string() }.refused(Subject::Repository))
        }
    }
}
