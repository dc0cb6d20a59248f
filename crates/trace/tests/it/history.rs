//! The newest twenty runs are remembered.

use std::os::unix::fs::symlink;

use tempfile::TempDir;
use trace::{History, KEPT_RUNS, RunId, write};

use crate::{at, begun};

fn id(second: i64) -> RunId {
    RunId::new(at(second * 1_000), 0)
}

fn runs(count: i64) -> (TempDir, History) {
    let folder = tempfile::tempdir().unwrap();
    let history = History::new(folder.path().join(".work/runs"));
    for second in 0..count {
        write(&history.run(&id(second)).trace(), &begun()).unwrap();
    }
    (folder, history)
}

fn ids(history: &History) -> Vec<RunId> {
    history.list().unwrap().into_iter().map(|run| run.id).collect()
}

#[test]
fn no_folder_holds_no_runs() {
    let (_folder, history) = runs(0);
    assert_eq!(history.list().unwrap(), []);
    assert_eq!(history.prune(KEPT_RUNS, &[]).unwrap(), []);
}

#[test]
fn runs_are_listed_newest_first() {
    let (_folder, history) = runs(3);
    assert_eq!(ids(&history), [id(2), id(1), id(0)]);
}

#[test]
fn a_run_is_loaded_by_its_name() {
    let (_folder, history) = runs(1);
    assert_eq!(history.load(&id(0)).unwrap().cluster(), "demo");
    assert!(history.load(&id(1)).is_err());
}

#[test]
fn the_newest_twenty_are_kept() {
    let (_folder, history) = runs(25);
    let gone = history.prune(KEPT_RUNS, &[]).unwrap();
    assert_eq!(gone, [4, 3, 2, 1, 0].map(id));
    assert_eq!(ids(&history), (5..25).rev().map(id).collect::<Vec<_>>());
}

#[test]
fn a_run_at_work_is_spared_however_old() {
    let (_folder, history) = runs(25);
    assert_eq!(history.prune(KEPT_RUNS, &[id(0), id(24)]).unwrap(), [4, 3, 2, 1].map(id));
    assert!(history.run(&id(0)).folder.is_dir());
}

#[test]
fn what_is_no_run_is_left_alone() {
    let (folder, history) = runs(2);
    let elsewhere = folder.path().join("elsewhere");
    fs_err::create_dir(&elsewhere).unwrap();
    fs_err::create_dir(history.folder().join("notes")).unwrap();
    fs_err::write(history.folder().join(id(7).as_str()), "a file").unwrap();
    symlink(&elsewhere, history.folder().join(id(8).as_str())).unwrap();
    assert_eq!(history.prune(0, &[]).unwrap(), [id(1), id(0)]);
    assert!(elsewhere.is_dir());
    assert_eq!(fs_err::read_dir(history.folder()).unwrap().count(), 3);
}
