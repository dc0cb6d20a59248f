//! The lock on this folder: `.work/lock`, held by an advisory lock that dies with its process.

use diagnostics::{Failure, FailureKind, Subject};
use std::fs::TryLockError;
use std::io::{ErrorKind, Read as _, Seek as _, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::holder::Holder;
use crate::lock_error::LockError;
use fs_err::{File, OpenOptions};

use child_process::Shutdown;

/// Held as long as it lives.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

impl FileLock {
    /// Takes the lock, waiting up to `wait` for another run to end; `report` receives the other run.
    ///
    /// # Errors
    /// [`FailureKind::Locked`] with the holder; [`FailureKind::Refused`] where the file can't be opened; a signal.
    pub async fn take(
        path: &Path,
        me: &Holder,
        wait: Duration,
        stop: &Shutdown,
        report: impl FnOnce(String),
    ) -> Result<Self, Failure> {
        let unusable = |error: std::io::Error| refused(path, disk::explain(&error, path));
        regular(path)?;
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(unusable)?;
        let began = Instant::now();
        let mut report = Some(report);
        loop {
            match file.file().try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(error)) => {
                    return Err(refused(path, disk::explain_lock(&error, path)));
                }
                Err(TryLockError::WouldBlock) if began.elapsed() >= wait => {
                    return Err(locked(&read(&mut file), path));
                }
                Err(TryLockError::WouldBlock) => {
                    if let Some(report) = report.take() {
                        report(describe(&read(&mut file), path));
                    }
                    tokio::select! {
                        () = tokio::time::sleep(Duration::from_millis(200)) => {}
                        () = stop.token.cancelled() => return Err(stop.failure(Subject::Lock)),
                    }
                }
            }
        }
        write(&mut file, me).map_err(unusable)?;
        Ok(Self { _file: file })
    }

    /// Whether nobody holds the lock at `path` now.
    ///
    /// # Errors
    /// [`FailureKind::Locked`] with the holder; [`FailureKind::Refused`] where no lock can be there.
    pub fn check(path: &Path) -> Result<(), Failure> {
        regular(path)?;
        match Self::holder(path) {
            None => Ok(()),
            holder => Err(locked(&holder, path)),
        }
    }

    /// Who holds the lock at `path` now.
    pub fn holder(path: &Path) -> Option<Holder> {
        // To open a pipe would wait for whoever writes into it.
        let mut file = fs_err::metadata(path).ok()?.is_file().then(|| File::open(path).ok())??;
        match file.file().try_lock_shared() {
            Err(TryLockError::WouldBlock) => read(&mut file),
            Ok(()) | Err(TryLockError::Error(_)) => None,
        }
    }
}

/// Where a folder or a pipe lies nobody can take a lock.
fn regular(path: &Path) -> Result<(), Failure> {
    match disk::regular(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(refused(path, disk::explain(&error, path))),
        _ => Ok(()),
    }
}

fn refused(path: &Path, problem: disk::DiskError) -> Failure {
    let error = LockError::NotLockable { path: path.display().to_string(), problem };
    Failure::stating(FailureKind::Refused, Subject::Lock, &error)
}

fn read(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

fn write(file: &mut File, me: &Holder) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(&serde_json::to_vec(me)?)
}

fn locked(holder: &Option<Holder>, path: &Path) -> Failure {
    let error = LockError::HeldHere { holder: describe(holder, path) };
    Failure::stating(FailureKind::Locked, Subject::Lock, &error)
}

/// Which run, who, where, since when.
fn describe(holder: &Option<Holder>, path: &Path) -> String {
    match holder {
        Some(holder) => {
            format!("{} by {} (process {}) since {}", holder.run_id, holder.who, holder.pid, holder.since)
        }
        None => format!("the one that locks {}", path.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn me(run_id: &str) -> Holder {
        Holder {
            run_id: run_id.into(),
            who: "ops@bastion".into(),
            pid: 7,
            since: "2026-11-23T19:33:00Z".into(),
        }
    }

    #[tokio::test]
    async fn the_second_one_is_told_who_and_since_when() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let stop = Shutdown::default();
        let first = FileLock::take(&path, &me("run-1"), Duration::ZERO, &stop, drop).await.unwrap();
        assert_eq!(FileLock::holder(&path), Some(me("run-1")));
        assert_eq!(crate::run_at_work(&path).as_deref(), Some("run-1"));
        assert_eq!(FileLock::check(&path).unwrap_err().kind, FailureKind::Locked);
        let second = me("run-2");
        let taken = FileLock::take(&path, &second, Duration::ZERO, &stop, drop);
        let failure = tokio::time::timeout(Duration::from_secs(10), taken).await.unwrap().unwrap_err();
        assert_eq!(failure.kind, FailureKind::Locked);
        assert_eq!(
            failure.message,
            "another run holds this cluster: run-1 by ops@bastion (process 7) since 2026-11-23T19:33:00Z"
        );
        drop(first);
        assert_eq!((FileLock::holder(&path), crate::run_at_work(&path)), (None, None));
        FileLock::check(&path).unwrap();
        FileLock::take(&path, &me("run-2"), Duration::ZERO, &stop, drop).await.unwrap();
    }

    #[tokio::test]
    async fn a_folder_or_a_pipe_in_its_place_is_said_by_both_who_take_it_and_who_look() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("lock");
        mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        for (path, says) in
            [(pipe.as_path(), "is not a regular file"), (folder.path(), "is a folder, not a file")]
        {
            let stop = Shutdown::default();
            let taken = FileLock::take(path, &me("run-1"), Duration::ZERO, &stop, drop).await.unwrap_err();
            for failure in [taken, FileLock::check(path).unwrap_err()] {
                assert!(failure.message.ends_with(says), "{failure:?}");
                assert!(failure.hint.is_some_and(|hint| hint.to_string().contains("\nmv ")));
            }
        }
        FileLock::check(&folder.path().join("none")).unwrap();
    }

    #[tokio::test]
    async fn who_waits_gets_the_lock_when_the_first_one_ends() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let stop = Shutdown::default();
        let first = FileLock::take(&path, &me("run-1"), Duration::ZERO, &stop, drop).await.unwrap();
        let mut told = String::new();
        let second = me("run-2");
        let waiting = FileLock::take(&path, &second, Duration::from_secs(60), &stop, |text| told = text);
        let (second, ()) = tokio::join!(waiting, async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            drop(first);
        });
        second.unwrap();
        assert!(told.starts_with("run-1 by ops@bastion"), "{told}");
    }

    #[tokio::test]
    async fn a_signal_ends_the_wait_for_a_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let stop = Shutdown::default();
        let _first = FileLock::take(&path, &me("run-1"), Duration::ZERO, &stop, drop).await.unwrap();
        let second = me("run-2");
        let waiting = FileLock::take(&path, &second, Duration::from_secs(60), &stop, |_| stop.by_signal(2));
        let ended = tokio::time::timeout(Duration::from_secs(20), waiting).await.unwrap();
        assert_eq!(ended.unwrap_err().kind, FailureKind::Interrupted);
    }
}
