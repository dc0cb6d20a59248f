//! A trace is whole at every moment, and goes nowhere else.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use advice::Diagnostic as _;
use tempfile::TempDir;
use trace::{Record, RunStatus, Stage, WriteError, Writer, read, write};

use crate::{begun, ended};

/// A work folder, and beside it one that is none of ours.
struct Folders(TempDir);

impl Folders {
    fn new() -> Self {
        let folders = Self(tempfile::tempdir().unwrap());
        fs_err::create_dir(folders.work()).unwrap();
        fs_err::create_dir(folders.outside()).unwrap();
        folders
    }

    fn work(&self) -> PathBuf {
        self.0.path().join(".work")
    }

    fn outside(&self) -> PathBuf {
        self.0.path().join("outside")
    }

    fn trace(&self) -> PathBuf {
        self.work().join("gitops-bootstrap.json")
    }

    /// Refused by looking and by writing; and nothing is written anywhere.
    fn refused(&self, path: &Path) -> WriteError {
        let before = self.everything();
        let looked = Writer::new(self.work()).check(path).unwrap_err();
        let error = write(path, &begun()).unwrap_err();
        assert_eq!((looked.to_string(), self.everything()), (error.to_string(), before));
        assert!(error.hint().is_some());
        error
    }

    fn everything(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.0.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs_err::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                found.push(entry.path());
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path());
                }
            }
        }
        found.sort();
        found
    }
}

fn found(path: &Path) -> Record {
    read(path).unwrap()
}

fn new(trace: trace::Trace) -> Record {
    Record::New(Box::new(trace))
}

#[test]
fn a_trace_is_written_for_its_owner_alone() {
    let folders = Folders::new();
    write(&folders.trace(), &begun()).unwrap();
    assert_eq!(found(&folders.trace()), new(begun()));
    assert_eq!(folders.trace().metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_trace_that_others_could_read_is_replaced_by_one_they_cannot() {
    let folders = Folders::new();
    fs_err::write(folders.trace(), "{}").unwrap();
    fs_err::set_permissions(folders.trace(), Permissions::from_mode(0o644)).unwrap();
    write(&folders.trace(), &begun()).unwrap();
    assert_eq!(folders.trace().metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn missing_folders_are_made_for_their_owner_alone() {
    let folders = Folders::new();
    fs_err::remove_dir(folders.work()).unwrap();
    let path = folders.work().join("runs/20261123T193300Z-abcdef/trace.json");
    write(&path, &begun()).unwrap();
    assert_eq!(found(&path), new(begun()));
    assert_eq!(folders.work().metadata().unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn nothing_is_left_beside_the_trace() {
    let folders = Folders::new();
    write(&folders.trace(), &begun()).unwrap();
    write(&folders.trace(), &ended(RunStatus::Succeeded)).unwrap();
    assert_eq!(fs_err::read_dir(folders.work()).unwrap().count(), 1);
}

#[test]
fn a_write_that_fails_at_any_stage_leaves_the_trace_before_it() {
    for failing in [Stage::Create, Stage::Write, Stage::Sync, Stage::Rename] {
        let folders = Folders::new();
        write(&folders.trace(), &begun()).unwrap();
        let full = move |stage| match stage == failing {
            true => Err(io::Error::from(io::ErrorKind::StorageFull)),
            false => Ok(()),
        };
        let error = Writer::new(folders.work())
            .with_hook(full)
            .write(&folders.trace(), &ended(RunStatus::Failed))
            .unwrap_err();
        assert_eq!(found(&folders.trace()), new(begun()), "{failing:?}");
        assert_eq!(fs_err::read_dir(folders.work()).unwrap().count(), 1, "{failing:?}");
        let hint = error.hint().unwrap().to_string();
        assert!(hint.starts_with("make room there (space or inodes), then run again:\ndf -h "), "{hint}");
    }
}

#[test]
fn a_first_write_that_fails_leaves_nothing() {
    let folders = Folders::new();
    let full = |stage| match stage {
        Stage::Write => Err(io::Error::from(io::ErrorKind::StorageFull)),
        _ => Ok(()),
    };
    Writer::new(folders.work()).with_hook(full).write(&folders.trace(), &begun()).unwrap_err();
    assert_eq!(fs_err::read_dir(folders.work()).unwrap().count(), 0);
}

#[test]
fn a_reader_finds_a_whole_trace_at_every_stage() {
    let folders = Folders::new();
    write(&folders.trace(), &begun()).unwrap();
    let path = folders.trace();
    let look = move |_| {
        assert_eq!(found(&path), new(begun()));
        Ok(())
    };
    Writer::new(folders.work())
        .with_hook(look)
        .write(&folders.trace(), &ended(RunStatus::Succeeded))
        .unwrap();
    assert_eq!(found(&folders.trace()), new(ended(RunStatus::Succeeded)));
}

#[test]
fn what_a_killed_run_left_half_written_does_not_matter() {
    let folders = Folders::new();
    fs_err::write(folders.work().join(".gitops-bootstrap.json.tmp"), "{\"clus").unwrap();
    write(&folders.trace(), &begun()).unwrap();
    assert_eq!(fs_err::read_dir(folders.work()).unwrap().count(), 1);
}

#[test]
fn a_link_in_the_place_of_the_half_written_file_is_not_followed() {
    let folders = Folders::new();
    let victim = folders.outside().join("victim");
    fs_err::write(&victim, "untouched").unwrap();
    symlink(&victim, folders.work().join(".gitops-bootstrap.json.tmp")).unwrap();
    write(&folders.trace(), &begun()).unwrap();
    assert_eq!(fs_err::read_to_string(victim).unwrap(), "untouched");
}

#[test]
fn a_folder_in_the_place_of_the_trace_is_refused() {
    let folders = Folders::new();
    fs_err::create_dir(folders.trace()).unwrap();
    assert!(matches!(folders.refused(&folders.trace()), WriteError::IsFolder { .. }));
}

#[test]
fn a_link_that_leads_outside_is_refused() {
    let folders = Folders::new();
    let victim = folders.outside().join("victim");
    fs_err::write(&victim, "untouched").unwrap();
    symlink(&victim, folders.trace()).unwrap();
    assert!(matches!(folders.refused(&folders.trace()), WriteError::LeadsOutside { .. }));
    assert_eq!(fs_err::read_to_string(victim).unwrap(), "untouched");
}

#[test]
fn a_link_that_leads_nowhere_is_refused() {
    let folders = Folders::new();
    symlink(folders.outside().join("nothing"), folders.trace()).unwrap();
    assert!(matches!(folders.refused(&folders.trace()), WriteError::LeadsOutside { .. }));
}

#[test]
fn a_folder_on_the_way_that_leads_outside_is_refused() {
    let folders = Folders::new();
    symlink(folders.outside(), folders.work().join("runs")).unwrap();
    let error = folders.refused(&folders.work().join("runs/20261123T193300Z-abcdef/trace.json"));
    assert!(matches!(error, WriteError::LeadsOutside { .. }));
}

#[test]
fn a_work_folder_that_is_a_link_itself_is_followed() {
    let folders = Folders::new();
    fs_err::remove_dir(folders.work()).unwrap();
    symlink(folders.outside(), folders.work()).unwrap();
    write(&folders.trace(), &begun()).unwrap();
    assert_eq!(found(&folders.outside().join("gitops-bootstrap.json")), new(begun()));
}

#[test]
fn a_link_that_stays_inside_is_kept() {
    let folders = Folders::new();
    let real = folders.work().join("real.json");
    fs_err::write(&real, "{}").unwrap();
    symlink(&real, folders.trace()).unwrap();
    write(&folders.trace(), &begun()).unwrap();
    assert!(folders.trace().is_symlink());
    assert_eq!(found(&real), new(begun()));
}

#[test]
fn something_else_than_a_file_is_refused() {
    let folders = Folders::new();
    let _listener = std::os::unix::net::UnixListener::bind(folders.trace()).unwrap();
    assert!(matches!(folders.refused(&folders.trace()), WriteError::NotAFile { .. }));
}

#[test]
fn a_file_in_the_place_of_a_folder_is_told() {
    let folders = Folders::new();
    fs_err::write(folders.work().join("runs"), "").unwrap();
    let path = folders.work().join("runs/x/trace.json");
    assert!(matches!(write(&path, &begun()), Err(WriteError::Io { .. })));
    assert!(Writer::new(folders.work()).check(&path).is_err());
}
