//! Whether programs can be started in the cluster's `.work` folder, where the script will be.

use crate::error::PreflightError;
use std::ffi::OsString;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use advice::Diagnostic as _;
use child_process::{ProcessError, Program};
use cluster_spec::ClusterFolder;
use disk::Mount;

use crate::request::Context;
use diagnostics::{Failure, Step};

const LIMIT: Duration = Duration::from_secs(20);
const PROBE: &[u8] = b"#!/bin/sh\nexit 0\n";

/// Reads the mount options and writes nothing.
///
/// # Errors
/// The file system is mounted with `noexec`.
pub fn check_mount(folder: &ClusterFolder) -> Result<(), Failure> {
    match Mount::of(&folder.gitops_src()).filter(Mount::is_noexec) {
        Some(mount) => {
            let (folder, place) = (folder.work().display().to_string(), mount.to_string());
            let hint = ProcessError::NoExec { path: (&folder).into(), mount }.hint().unwrap_or_default();
            Err(PreflightError::NoExec { folder, mount: place, hint }.refused(Step::Preflight))
        }
        None => Ok(()),
    }
}

/// Starts a tiny script in `.work`: some systems forbid it without an option of the mount.
///
/// # Errors
/// The system does not start it.
pub async fn try_one(folder: &ClusterFolder, context: &Context) -> Result<(), Failure> {
    let work = folder.work();
    let refused = |cause: String| {
        let folder = work.display().to_string();
        let failure = PreflightError::NoScripts { folder }.refused(Step::Preflight);
        Failure { causes: vec![cause.into()], ..failure }
    };
    let probe = make(&work).map_err(|error| crate::work_dir::unwritable(&work, &error))?;
    let mut program = Program::new(probe.as_os_str(), Vec::<OsString>::new());
    program.limit = Some(LIMIT);
    let started = child_process::run(&program, &context.mask, &context.stop.token, &mut |_, _| {}).await;
    started.map(drop).map_err(|error| refused(error.to_string()))
}

/// The file is closed: one that is open for writing can't be started.
fn make(work: &Path) -> std::io::Result<tempfile::TempPath> {
    let mut file = tempfile::Builder::new().prefix(".probe-").tempfile_in(work)?;
    file.write_all(PROBE)?;
    fs_err::set_permissions(file.path(), std::fs::Permissions::from_mode(0o700))?;
    Ok(file.into_temp_path())
}

#[cfg(test)]
mod tests {
    use cluster_spec::Repository;

    use super::*;

    #[test]
    fn a_file_system_that_allows_programs_is_let_through() {
        let root = tempfile::tempdir().unwrap();
        let folder = Repository::at(root.path()).folder("demo").unwrap();
        let noexec = Mount::of(root.path()).is_some_and(|mount| mount.is_noexec());
        assert_eq!(check_mount(&folder).is_err(), noexec);
    }

    #[tokio::test]
    async fn a_program_is_started_where_it_may_and_where_no_folder_is_none() {
        let root = tempfile::tempdir().unwrap();
        let folder = Repository::at(root.path()).folder("demo").unwrap();
        let context = Context::default();
        assert!(try_one(&folder, &context).await.is_err());
        fs_err::create_dir_all(folder.work()).unwrap();
        let noexec = Mount::of(root.path()).is_some_and(|mount| mount.is_noexec());
        assert_eq!(try_one(&folder, &context).await.is_err(), noexec);
        assert_eq!(fs_err::read_dir(folder.work()).unwrap().count(), 0);
    }
}
