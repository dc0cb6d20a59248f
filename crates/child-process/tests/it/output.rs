//! Lines, pieces, masks.

use child_process::{Ended, LONGEST_PIECE, Stream, run};
use secret::Mask;
use tokio_util::sync::CancellationToken;

use crate::{lines_of, sh};

async fn check(script: &str, expect: &[&str]) {
    assert_eq!(lines_of(&sh(script), &Mask::new()).await.1, expect);
}

#[tokio::test]
async fn each_line_comes_without_its_newline() {
    check("printf 'one\\ntwo\\r\\n\\nthree\\n'", &["one", "two", "", "three"]).await;
}

#[tokio::test]
async fn a_last_line_without_newline_is_shown() {
    check("printf 'one\\ntwo'", &["one", "two"]).await;
}

#[tokio::test]
async fn no_output_is_no_line() {
    check("true", &[]).await;
}

#[tokio::test]
async fn both_streams_are_told_apart() {
    let mut seen = Vec::new();
    let mut keep = |stream, line: &str| seen.push((stream, line.to_owned()));
    run(&sh("echo out; sleep 0.1; echo err >&2"), &Mask::new(), &CancellationToken::new(), &mut keep)
        .await
        .unwrap();
    assert_eq!(seen, [(Stream::Stdout, "out".to_owned()), (Stream::Stderr, "err".to_owned())]);
}

#[tokio::test]
async fn a_question_is_shown_while_it_waits() {
    let stop = CancellationToken::new();
    let mut seen = Vec::new();
    let mut keep = |_, line: &str| {
        seen.push(line.to_owned());
        stop.cancel();
    };
    // It is shown before the program ends: the program never does.
    let mut program = sh("printf 'Password: '; exec sleep 1000");
    program.limit = None;
    let ended = run(&program, &Mask::new(), &stop, &mut keep).await.unwrap();
    assert_eq!((ended, seen), (Ended::Stopped, vec!["Password: ".to_owned()]));
}

#[tokio::test]
async fn what_follows_a_question_is_no_empty_line() {
    check("printf 'ready? '; sleep 0.5; echo; echo yes", &["ready? ", "yes"]).await;
}

#[tokio::test]
async fn a_long_line_comes_in_pieces() {
    let (_, lines) = lines_of(&sh("head -c 20000 /dev/zero | tr '\\0' x"), &Mask::new()).await;
    assert!(lines.iter().all(|line| line.len() <= LONGEST_PIECE));
    assert_eq!(lines.concat(), "x".repeat(20000));
}

#[tokio::test]
async fn pieces_end_between_characters() {
    let (_, lines) =
        lines_of(&sh("printf x; for i in $(seq 1 10000); do printf 'ü'; done"), &Mask::new()).await;
    assert!(lines.iter().all(|line| line.len() <= LONGEST_PIECE));
    assert_eq!(lines.concat(), format!("x{}", "ü".repeat(10000)));
}

#[tokio::test]
async fn what_is_no_text_is_replaced() {
    check("printf 'a\\377b\\n'", &["a\u{fffd}b"]).await;
}

fn mask() -> Mask {
    let mask = Mask::new();
    mask.add(&"correct-horse-battery".into());
    mask
}

async fn masked(script: &str, expect: &[&str]) {
    assert_eq!(lines_of(&sh(script), &mask()).await.1, expect);
}

#[tokio::test]
async fn a_secret_is_masked() {
    masked("echo login correct-horse-battery here", &["login *** here"]).await;
}

#[tokio::test]
async fn a_secret_split_over_two_writes_is_masked() {
    masked("printf 'login correct-ho'; sleep 0.5; echo rse-battery here", &["login ", "*** here"]).await;
}

#[tokio::test]
async fn a_secret_at_the_very_end_is_masked() {
    masked("printf correct-horse-battery", &["***"]).await;
}

#[tokio::test]
async fn the_beginning_of_a_secret_alone_is_shown_at_the_end() {
    masked("printf correct-ho", &["correct-ho"]).await;
}

#[tokio::test]
async fn a_secret_across_a_read_is_masked() {
    // A read takes 64 KiB: the secret lies across it.
    let (_, lines) =
        lines_of(&sh("head -c 65527 /dev/zero | tr '\\0' x; echo correct-horse-battery"), &mask()).await;
    assert_eq!(lines.concat(), format!("{}***", "x".repeat(65527)));
}

#[tokio::test]
async fn a_secret_across_a_piece_is_masked() {
    let (_, lines) =
        lines_of(&sh("head -c 8185 /dev/zero | tr '\\0' x; echo correct-horse-battery"), &mask()).await;
    assert_eq!(lines.concat(), format!("{}***", "x".repeat(8185)));
}

#[tokio::test]
async fn a_flood_comes_through_whole() {
    let mut bytes = 0_usize;
    let mut count = |_, line: &str| bytes += line.len() + 1;
    let script = "head -c 100000000 /dev/zero | tr '\\0' 'x' | fold -w 99";
    let ended = run(&sh(script), &mask(), &CancellationToken::new(), &mut count).await.unwrap();
    assert_eq!(ended, Ended::Exited(0));
    assert!((101_000_000..101_100_000).contains(&bytes), "{bytes}");
}
