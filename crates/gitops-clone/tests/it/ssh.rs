//! A script as ssh: the script records its arguments, and runs the remote command on this machine.

use advice::Diagnostic as _;
use std::os::unix::fs::PermissionsExt as _;

use gitops_clone::{GitError, Remote};
use sandbox::git_host::{File, PRIVATE};
use secret::RepoLogin;

use crate::place::Place;

const KEY: &str =
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----";

/// Sets a script as ssh. `body` is the end of the script.
async fn place(body: &str) -> (Place, Remote) {
    let (place, script, url) = with_script(body).await;
    let mut place = place;
    place.env.insert("GIT_SSH_COMMAND".into(), format!("'{script}' -v").into());
    let remote = place.remote_at(&url);
    (place, remote)
}

/// Makes the script, without an entry in the environment.
async fn with_script(body: &str) -> (Place, String, String) {
    let place = Place::new().await;
    place.commit(PRIVATE, &[File::new("a", "1")]).await;
    let script = place.home().join("my ssh");
    let home = place.home().display();
    let text = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$@\" > '{home}/called'\nwhile [ $# -gt 1 ]; do\n  [ \"$1\" = -i ] && \
         {{ stat -c %a \"$2\" > '{home}/mode'; cp \"$2\" '{home}/key'; echo \"$2\" > '{home}/where'; }}\n  shift\ndone\n{body}\n"
    );
    fs_err::write(&script, text).unwrap();
    fs_err::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let url = format!("ssh://git@git.example.com:2222{}", place.host.folder(PRIVATE).display());
    (place, script.display().to_string(), url)
}

fn noted(place: &Place, name: &str) -> String {
    fs_err::read_to_string(place.home().join(name)).unwrap_or_default()
}

#[tokio::test]
async fn a_ref_is_found_and_fetched() {
    let (place, remote) = place("exec sh -c \"$1\"").await;
    let fetched = place.fetch(&remote, "main").await.unwrap();
    assert_eq!(fetched.read("a").unwrap().unwrap(), b"1");
    let called = noted(&place, "called");
    for part in ["-v\n", "BatchMode=yes\n", "-p\n2222\ngit@git.example.com\ngit-upload-pack '"] {
        assert!(called.contains(part), "{called}");
    }
    assert!(!called.contains("-i\n"), "{called}");
}

#[tokio::test]
async fn a_key_lies_in_a_file_of_its_owner_while_ssh_runs() {
    let (place, remote) = place("exec sh -c \"$1\"").await;
    let remote = Remote { login: Some(RepoLogin::SshKey { private_key: KEY.into() }), ..remote };
    place.look_up(&remote, "main").await.unwrap();
    assert_eq!(noted(&place, "mode").trim(), "600");
    assert_eq!(noted(&place, "key"), format!("{KEY}\n"));
    assert!(noted(&place, "called").contains("IdentitiesOnly=yes"));
    let file = noted(&place, "where");
    assert!(!std::path::Path::new(file.trim()).exists(), "{file}");
}

#[tokio::test]
async fn a_password_is_nothing_for_ssh() {
    let (place, remote) = place("exec sh -c \"$1\"").await;
    let login = RepoLogin::Basic { username: "me".to_owned(), password: "hunter2-hunter2".into() };
    place.look_up(&Remote { login: Some(login), ..remote }, "main").await.unwrap();
    assert!(!noted(&place, "called").contains("hunter2"));
}

async fn refused(body: &str) -> GitError {
    let (place, remote) = place(body).await;
    place.look_up(&remote, "main").await.unwrap_err()
}

#[tokio::test]
async fn a_refused_key_is_recognized() {
    let error = refused("echo 'git@git.example.com: Permission denied (publickey).' >&2; exit 255").await;
    let GitError::SshRefused { detail, .. } = &error else { panic!("{error:?}") };
    assert_eq!(detail, "git@git.example.com: Permission denied (publickey).");
}

#[tokio::test]
async fn an_unknown_host_key_is_recognized() {
    let error = refused("echo 'Host key verification failed.' >&2; exit 255").await;
    assert!(matches!(error, GitError::HostKey { .. }), "{error:?}");
}

#[tokio::test]
async fn a_missing_repository_is_recognized() {
    let error = refused("echo 'ERROR: Repository not found.' >&2; exit 1").await;
    assert!(matches!(error, GitError::NotFound { .. }), "{error:?}");
}

#[tokio::test]
async fn an_unknown_host_is_recognized() {
    let message = "ssh: Could not resolve hostname git.example.com: Name or service not known";
    let error = refused(&format!("echo '{message}' >&2; exit 255")).await;
    assert_eq!(error.to_string(), "reach git.example.com: the host name does not resolve");
}

#[tokio::test]
async fn one_that_hangs_runs_into_the_limit() {
    let (place, remote) = place("exec sleep 1000").await;
    let remote = Remote { limit: std::time::Duration::from_millis(500), ..remote };
    let error = place.look_up(&remote, "main").await.unwrap_err();
    assert!(matches!(error, GitError::Silent { .. }), "{error:?}");
}

#[tokio::test]
async fn the_output_of_one_that_hangs_is_repeated() {
    let (place, remote) = place("echo 'touch your security key' >&2; exec sleep 1000").await;
    let remote = Remote { limit: std::time::Duration::from_secs(1), ..remote };
    let error = place.look_up(&remote, "main").await.unwrap_err();
    assert!(error.to_string().ends_with("no data received for 1 s: touch your security key"), "{error}");
    assert!(error.hint().unwrap().to_string().contains("--fetch-timeout"));
}

/// OpenSSH answers `-G` with its settings.
const LIKE_OPENSSH: &str = "case \" $FIRST \" in *' -G '*) exit 0;; esac\nexec sh -c \"$1\"";

#[tokio::test]
async fn git_ssh_is_started_without_a_shell_and_with_git_s_arguments() {
    let body = LIKE_OPENSSH.replace("$FIRST", "$(tr '\\n' ' ' < \"$(dirname \"$0\")/called\")");
    let (mut place, script, url) = with_script(&body).await;
    place.env.insert("GIT_SSH".into(), script.into());
    place.fetch(&place.remote_at(&url), "main").await.unwrap();
    let called = noted(&place, "called");
    for part in ["BatchMode=yes\n", "-p\n2222\ngit@git.example.com\ngit-upload-pack '"] {
        assert!(called.contains(part), "{called}");
    }
    // A command wins over it.
    place.env.insert("GIT_SSH_COMMAND".into(), "echo no >&2; exit 9; ssh".into());
    place.look_up(&place.remote_at(&url), "main").await.unwrap_err();
}

#[tokio::test]
async fn a_program_that_takes_no_options_gets_host_and_command_alone() {
    let (mut place, script, url) = with_script("exec sh -c \"$1\"").await;
    let url = url.replace(":2222", "");
    place.env.insert("GIT_SSH".into(), script.into());
    place.look_up(&place.remote_at(&url), "main").await.unwrap();
    assert!(noted(&place, "called").starts_with("git@git.example.com\ngit-upload-pack '"));
    let port = place.remote_at(&url.replace(".com", ".com:2222"));
    let error = place.look_up(&port, "main").await.unwrap_err();
    assert!(error.to_string().contains("can't be given a port"), "{error}");
    place.env.insert("GIT_SSH_VARIANT".into(), "plink".into());
    place.look_up(&place.remote_at(port.url.as_str()), "main").await.unwrap();
    assert!(noted(&place, "called").starts_with("-batch\n-P\n2222\ngit@git.example.com\n"));
}

#[tokio::test]
async fn a_missing_ssh_is_reported() {
    let (mut place, remote) = place("").await;
    place.env.insert("GIT_SSH_COMMAND".into(), "/no/such/ssh".into());
    let remote = Remote { config: place.config(), ..remote };
    let error = place.look_up(&remote, "main").await.unwrap_err();
    assert!(error.to_string().contains("/no/such/ssh"), "{error}");
}

#[tokio::test]
async fn core_ssh_command_counts_where_the_environment_is_silent() {
    let (mut place, remote) = place("exec sh -c \"$1\"").await;
    let command = place.env.remove(&std::ffi::OsString::from("GIT_SSH_COMMAND")).unwrap();
    place.gitconfig(&format!("[core]\n\tsshCommand = \"{}\"\n", command.to_string_lossy()));
    place.look_up(&Remote { config: place.config(), ..remote }, "main").await.unwrap();
    assert!(noted(&place, "called").contains("BatchMode=yes"));
}
