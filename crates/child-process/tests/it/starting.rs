//! What a program gets, and what is said where it can't be started.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use advice::Diagnostic as _;
use child_process::{Ended, ProcessError, Program, StartProblem, run};
use secret::Mask;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::{PATH, lines_of, sh};

#[tokio::test]
async fn nothing_of_our_environment_is_inherited() {
    let mut program = sh("env");
    program.env.insert("GIVEN".into(), "yes".into());
    let (_, lines) = lines_of(&program, &Mask::new()).await;
    // A shell adds these itself.
    let own = |line: &&String| !["PWD=", "SHLVL=", "_=", "OLDPWD="].iter().any(|name| line.starts_with(name));
    let mut given: Vec<_> = lines.iter().filter(own).cloned().collect();
    given.sort();
    assert_eq!(given, ["GIVEN=yes".to_owned(), format!("PATH={PATH}")]);
}

#[tokio::test]
async fn without_input_there_is_none() {
    let (ended, lines) = lines_of(&sh("cat; echo end"), &Mask::new()).await;
    assert_eq!((ended, lines), (Ended::Exited(0), vec!["end".to_owned()]));
}

#[tokio::test]
async fn input_is_given_and_then_ends() {
    let mut program = sh("cat; echo end");
    program.input = Some("one\ntwo\n".into());
    assert_eq!(lines_of(&program, &Mask::new()).await.1, ["one", "two", "end"]);
}

#[tokio::test]
async fn a_program_that_does_not_read_its_input_blocks_nobody() {
    let mut program = sh("echo done");
    program.input = Some("x".repeat(1 << 20).into());
    assert_eq!(lines_of(&program, &Mask::new()).await.0, Ended::Exited(0));
}

#[tokio::test]
async fn it_runs_in_the_given_folder() {
    let dir = tempfile::tempdir().unwrap();
    let mut program = sh("pwd -P");
    program.dir = Some(dir.path().to_path_buf());
    let expect = dir.path().canonicalize().unwrap().display().to_string();
    assert_eq!(lines_of(&program, &Mask::new()).await.1, [expect]);
}

#[tokio::test]
async fn it_leads_a_process_group_of_its_own() {
    let (_, lines) =
        lines_of(&sh("echo $$; ps -o pgid= -p $$ 2>/dev/null || cut -d' ' -f5 /proc/$$/stat"), &Mask::new())
            .await;
    assert_eq!(lines[0].trim(), lines[1].trim());
}

/// A file of this content and mode, and what starting it says.
async fn refused(content: &str, mode: u32) -> (TempDir, PathBuf, ProcessError) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("script.sh");
    fs_err::write(&path, content).unwrap();
    fs_err::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    let error = start(&path).await;
    (dir, path, error)
}

async fn start(path: &Path) -> ProcessError {
    let program = Program::new(path, Vec::<String>::new());
    run(&program, &Mask::new(), &CancellationToken::new(), &mut |_, _| {}).await.unwrap_err()
}

#[tokio::test]
async fn a_name_that_is_not_on_path_is_said_with_the_path() {
    let mut program = Program::new("no-such-program", Vec::<String>::new());
    program.env.insert("PATH".into(), "/nowhere:/else".into());
    let error = run(&program, &Mask::new(), &CancellationToken::new(), &mut |_, _| {}).await.unwrap_err();
    assert_eq!(error.to_string(), "start `no-such-program`: no such program on PATH (/nowhere:/else)");
    assert_eq!(error.hint().unwrap().to_string(), "install `no-such-program`, or put its folder on PATH");
}

#[tokio::test]
async fn a_file_that_is_not_there_is_said() {
    let error = start(Path::new("/no/such/script.sh")).await;
    assert_eq!(error.to_string(), "start `/no/such/script.sh`: no such program");
}

#[tokio::test]
async fn a_file_that_is_not_executable_is_told_apart() {
    let (_dir, path, error) = refused("#!/bin/sh\n", 0o644).await;
    assert_eq!(error.to_string(), format!("start `{}`: it is not executable", path.display()));
    assert_eq!(error.hint().unwrap().to_string(), format!("chmod +x {}", path.display()));
}

#[tokio::test]
async fn a_missing_interpreter_is_told_apart() {
    let (_dir, path, error) = refused("#!/no/such/interpreter -x\n", 0o755).await;
    let expect =
        format!("start `{}`: its interpreter /no/such/interpreter is not on this machine", path.display());
    assert_eq!(error.to_string(), expect);
}

#[tokio::test]
async fn windows_line_ends_are_named() {
    let (_dir, _path, error) = refused("#!/bin/sh\r\necho\r\n", 0o755).await;
    assert!(error.to_string().contains("Windows line ends"), "{error}");
    assert!(error.hint().unwrap().to_string().contains("git add --renormalize"), "{error}");
}

#[tokio::test]
async fn a_text_without_an_interpreter_is_told_apart() {
    let (_dir, _path, error) = refused("just text\n", 0o755).await;
    let problem = StartProblem::NoInterpreterLine;
    assert!(
        matches!(&error, ProcessError::Unstartable { problem: found, .. } if *found == problem),
        "{error}"
    );
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_told_apart() {
    let mut program = sh("true");
    program.dir = Some("/no/such/folder".into());
    let error = run(&program, &Mask::new(), &CancellationToken::new(), &mut |_, _| {}).await.unwrap_err();
    assert_eq!(error.to_string(), "start `sh` in /no/such/folder: no such folder");
}

#[test]
fn debug_shows_neither_environment_nor_input() {
    let mut program = sh("true");
    program.env.insert("TOKEN".into(), "hunter2-hunter2".into());
    program.input = Some("hunter2-hunter2".into());
    assert!(!format!("{program:?}").contains("hunter2"));
}
