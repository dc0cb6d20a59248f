use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use advice::Diagnostic as _;
use base64::Engine as _;
use cluster_access::{Chosen, KubeconfigError, Origin, Written, choose, write};

use crate::kubeconfig::{Folder, kubeconfig};
use crate::server::Pki;

const EXISTING: &str = "kubeconfig";
const INSTALLER: &str = "installer/auth/kubeconfig";

fn of(server: &str) -> String {
    kubeconfig(&format!("server: {server}"), "token: t")
}

/// `.work` with these kubeconfigs, the later one newer.
fn work(files: &[(&str, &str)]) -> Folder {
    let folder = Folder(tempfile::tempdir().unwrap());
    for (age, (name, text)) in files.iter().enumerate() {
        folder.file(name, text);
        let file = fs_err::File::options().append(true).open(folder.0.path().join(name)).unwrap();
        let then = SystemTime::now() - Duration::from_secs(1000) + Duration::from_secs(age as u64 * 10);
        file.set_modified(then).unwrap();
    }
    folder
}

fn at(folder: &Folder, name: &str) -> PathBuf {
    folder.0.path().join(name)
}

fn chosen(folder: &Folder, explicit: Option<&Path>) -> Chosen {
    choose(explicit, &at(folder, EXISTING), &at(folder, INSTALLER)).unwrap()
}

fn said(chosen: &Chosen) -> String {
    format!(
        "{:?} {} write={} replaces={}",
        chosen.origin,
        chosen.kubeconfig.server(),
        chosen.write,
        chosen.replaces
    )
}

#[test]
fn an_existing_one_is_left_alone() {
    let folder = work(&[(EXISTING, &of("https://a"))]);
    insta::assert_snapshot!(said(&chosen(&folder, None)), @"Existing https://a write=false replaces=false");
}

#[test]
fn the_installers_is_taken_where_there_is_none() {
    let folder = work(&[(INSTALLER, &of("https://a"))]);
    insta::assert_snapshot!(said(&chosen(&folder, None)), @"Installer { recreated: false } https://a write=true replaces=false");
}

#[test]
fn a_newer_one_of_the_installer_for_another_server_is_a_recreate() {
    let folder = work(&[(EXISTING, &of("https://a")), (INSTALLER, &of("https://b"))]);
    insta::assert_snapshot!(said(&chosen(&folder, None)), @"Installer { recreated: true } https://b write=true replaces=true");
}

#[test]
fn an_older_one_of_the_installer_does_not_count() {
    let folder = work(&[(INSTALLER, &of("https://b")), (EXISTING, &of("https://a"))]);
    insta::assert_snapshot!(said(&chosen(&folder, None)), @"Existing https://a write=false replaces=false");
}

#[test]
fn a_newer_one_of_the_installer_for_the_same_cluster_does_not_count() {
    let folder = work(&[(EXISTING, &of("https://a")), (INSTALLER, &of("https://a:443/"))]);
    insta::assert_snapshot!(said(&chosen(&folder, None)), @"Existing https://a write=false replaces=false");
}

#[test]
fn a_newer_one_of_the_installer_that_shares_a_certificate_was_renewed() {
    let (own, before, since) = (Pki::new("own").pem(), Pki::new("before").pem(), Pki::new("since").pem());
    let with = |bundle: String| {
        let data = base64::engine::general_purpose::STANDARD.encode(bundle);
        kubeconfig(&format!("server: https://a\ncertificate-authority-data: {data}"), "token: t")
    };
    let existing = with(format!("{own}{before}"));
    let folder = work(&[(EXISTING, &existing), (INSTALLER, &with(format!("{since}{own}")))]);
    insta::assert_snapshot!(said(&chosen(&folder, None)), @"Existing https://a write=false replaces=false");
    let folder = work(&[(EXISTING, &existing), (INSTALLER, &with(since))]);
    insta::assert_snapshot!(said(&chosen(&folder, None)), @"Installer { recreated: true } https://a write=true replaces=true");
}

#[test]
fn a_newer_one_of_the_installer_that_is_broken_is_a_warning() {
    let folder = work(&[(EXISTING, &of("https://a")), (INSTALLER, "")]);
    let chosen = chosen(&folder, None);
    insta::assert_snapshot!(said(&chosen), @"Existing https://a write=false replaces=false");
    let warning = chosen.warnings.join("\n").replace(&folder.0.path().display().to_string(), "DIR");
    insta::assert_snapshot!(warning, @"DIR/installer/auth/kubeconfig is newer than DIR/kubeconfig and can't be used: failed to read the kubeconfig DIR/installer/auth/kubeconfig: it is empty");
}

#[test]
fn a_named_file_wins_and_replaces() {
    let folder = work(&[(EXISTING, &of("https://a")), ("mine", &of("https://c"))]);
    insta::assert_snapshot!(said(&chosen(&folder, Some(&at(&folder, "mine")))), @"Explicit https://c write=true replaces=true");
}

#[test]
fn naming_the_existing_one_changes_nothing() {
    let folder = work(&[(EXISTING, &of("https://a"))]);
    insta::assert_snapshot!(said(&chosen(&folder, Some(&at(&folder, EXISTING)))), @"Existing https://a write=false replaces=false");
}

#[test]
fn neither_there_is_an_error_that_names_both() {
    let folder = work(&[]);
    let error = choose(None, &at(&folder, EXISTING), &at(&folder, INSTALLER)).unwrap_err();
    let said = format!("{error} / {}", error.hint().unwrap());
    insta::assert_snapshot!(said.replace(&folder.0.path().display().to_string(), "DIR"), @"find a kubeconfig: there is neither DIR/kubeconfig nor DIR/installer/auth/kubeconfig / install the cluster, copy its kubeconfig to DIR/kubeconfig, or name one with --kubeconfig FILE");
}

#[test]
fn a_broken_existing_one_is_an_error_and_not_replaced_in_silence() {
    let folder = work(&[(EXISTING, ""), (INSTALLER, &of("https://b"))]);
    let error = choose(None, &at(&folder, EXISTING), &at(&folder, INSTALLER)).unwrap_err();
    assert!(error.to_string().ends_with("it is empty"), "{error}");
}

#[test]
fn it_is_written_private_and_the_one_before_is_kept() {
    let before = of("https://a");
    let folder = work(&[(EXISTING, &before), (INSTALLER, &of("https://b"))]);
    let (file, backup) = (at(&folder, EXISTING), at(&folder, "kubeconfig.bak"));
    assert_eq!(write(&chosen(&folder, None), &file, &backup).unwrap(), Written::Replaced);
    assert_eq!(fs_err::read_to_string(&backup).unwrap(), before);
    for written in [&file, &backup] {
        assert_eq!(fs_err::metadata(written).unwrap().permissions().mode() & 0o777, 0o600);
    }
    insta::assert_snapshot!(said(&chosen(&folder, None)), @"Existing https://b write=false replaces=false");
}

#[test]
fn writing_the_same_again_is_no_change() {
    let folder = work(&[(INSTALLER, &of("https://b"))]);
    let (file, backup) = (at(&folder, EXISTING), at(&folder, "kubeconfig.bak"));
    assert_eq!(write(&chosen(&folder, None), &file, &backup).unwrap(), Written::Created);
    let again = chosen(&folder, Some(&at(&folder, INSTALLER)));
    assert_eq!(write(&again, &file, &backup).unwrap(), Written::Unchanged);
    assert!(!backup.exists());
}

#[test]
fn a_link_in_its_place_is_replaced_and_not_followed() {
    let folder = work(&[("elsewhere", &of("https://old")), (INSTALLER, &of("https://b"))]);
    let file = at(&folder, EXISTING);
    fs_err::os::unix::fs::symlink(at(&folder, "elsewhere"), &file).unwrap();
    write(&chosen(&folder, None), &file, &at(&folder, "kubeconfig.bak")).unwrap();
    assert!(!fs_err::symlink_metadata(&file).unwrap().is_symlink());
    assert_eq!(fs_err::read_to_string(at(&folder, "elsewhere")).unwrap(), of("https://old"));
}

/// A link to itself: the file system refuses to follow it, as it refuses a folder that this user may not pass. Root may
/// pass every folder.
fn block(folder: &Folder, name: &str) {
    fs_err::create_dir_all(at(folder, name).parent().unwrap()).unwrap();
    fs_err::os::unix::fs::symlink(at(folder, name), at(folder, name)).unwrap();
}

#[test]
fn one_that_can_not_be_looked_at_is_not_told_as_missing() {
    let folder = work(&[]);
    block(&folder, "installer");
    let error = choose(None, &at(&folder, EXISTING), &at(&folder, INSTALLER)).unwrap_err();
    assert!(matches!(error, KubeconfigError::Unreadable { .. }), "{error}");
}

#[test]
fn beside_an_existing_one_an_installers_that_can_not_be_looked_at_is_a_warning() {
    let folder = work(&[(EXISTING, &of("https://a"))]);
    block(&folder, "installer");
    let chosen = chosen(&folder, None);
    assert_eq!(chosen.origin, Origin::Existing);
    let warnings = chosen.warnings.join("\n");
    assert!(warnings.contains("can't be looked at: failed to read the kubeconfig: "), "{warnings}");
}

#[test]
fn a_folder_in_its_place_is_an_error_and_nothing_is_left_lying() {
    let folder = work(&[(INSTALLER, &of("https://b"))]);
    let chosen = chosen(&folder, None);
    fs_err::create_dir_all(at(&folder, EXISTING)).unwrap();
    assert!(write(&chosen, &at(&folder, EXISTING), &at(&folder, "kubeconfig.bak")).is_err());
    let mut left: Vec<_> =
        fs_err::read_dir(folder.0.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["installer", "kubeconfig"]);
}
