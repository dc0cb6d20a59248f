//! Output that is kept as a secret.

use std::time::Duration;

use child_process::{Ended, ProcessError, capture};
use secret::ExposeSecret as _;
use tokio_util::sync::CancellationToken;

use crate::sh;

#[tokio::test]
async fn both_streams_are_kept() {
    let captured = capture(&sh("echo out; echo err >&2; exit 3"), &CancellationToken::new()).await.unwrap();
    assert_eq!(captured.ended, Ended::Exited(3));
    assert_eq!((captured.stdout.expose_secret(), captured.stderr.expose_secret()), ("out\n", "err\n"));
}

#[tokio::test]
async fn input_reaches_it() {
    let mut program = sh("cat");
    program.input = Some("protocol=https\nhost=example.com\n\n".into());
    let captured = capture(&program, &CancellationToken::new()).await.unwrap();
    assert_eq!(captured.stdout.expose_secret(), "protocol=https\nhost=example.com\n\n");
}

#[tokio::test]
async fn more_than_a_mebibyte_is_refused_and_the_program_killed() {
    let error = capture(&sh("yes"), &CancellationToken::new()).await.unwrap_err();
    assert!(matches!(error, ProcessError::TooMuchOutput { .. }), "{error}");
    assert_eq!(error.to_string(), "read the output of `sh`: more than 1048576 bytes");
}

#[tokio::test]
async fn one_that_asks_and_waits_runs_into_its_limit() {
    let mut program = sh("exec sleep 1000");
    program.limit = Some(Duration::from_millis(200));
    program.grace = Duration::from_millis(100);
    let captured = capture(&program, &CancellationToken::new()).await.unwrap();
    assert_eq!(captured.ended, Ended::TimedOut { limit: Duration::from_millis(200) });
}

#[tokio::test]
async fn debug_shows_no_output() {
    let captured = capture(&sh("echo hunter2-hunter2"), &CancellationToken::new()).await.unwrap();
    assert!(!format!("{captured:?}").contains("hunter2"));
}
