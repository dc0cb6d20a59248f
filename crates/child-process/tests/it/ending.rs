//! Exit codes, signals, limits, and what is left behind.

use std::time::{Duration, Instant};

use child_process::{Ended, Program, Stream, run};
use secret::Mask;
use tokio::signal::unix::SignalKind;
use tokio_util::sync::CancellationToken;

use crate::{lines_of, sh};

/// Long enough for what must end soon, on a slow machine; far below what the programs here would sleep.
const SOON: Duration = Duration::from_secs(20);

async fn ended(program: &Program) -> Ended {
    lines_of(program, &Mask::new()).await.0
}

/// Runs it and stops it at its first line; its end, and its lines. (On standard error shells tell of ended children.)
async fn stopped(program: &Program) -> (Ended, Vec<String>) {
    let stop = CancellationToken::new();
    let mut lines = Vec::new();
    let mut keep = |stream, line: &str| {
        if stream == Stream::Stdout {
            lines.push(line.to_owned());
        }
        stop.cancel();
    };
    let ended = run(program, &Mask::new(), &stop, &mut keep).await.unwrap();
    (ended, lines)
}

/// Whether the process with this id has gone.
fn is_gone(pid: &str) -> bool {
    let stat = fs_err::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    stat.is_empty() || stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('Z'))
}

/// A process that was killed takes a moment to go.
async fn assert_goes(pid: &str) {
    let begun = Instant::now();
    while !is_gone(pid) && begun.elapsed() < SOON {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(is_gone(pid), "process {pid} still runs");
}

#[tokio::test]
async fn an_exit_code_comes_through() {
    assert_eq!(ended(&sh("exit 7")).await, Ended::Exited(7));
}

#[tokio::test]
async fn a_signal_of_its_own_comes_through() {
    assert_eq!(ended(&sh("kill -KILL $$")).await, Ended::Signaled(9));
}

#[tokio::test]
async fn a_limit_ends_it() {
    let mut program = sh("sleep 1000");
    program.limit = Some(Duration::from_millis(200));
    assert_eq!(ended(&program).await, Ended::TimedOut { limit: Duration::from_millis(200) });
}

#[tokio::test]
async fn a_limit_ends_one_that_floods() {
    let mut program = sh("yes");
    program.limit = Some(Duration::from_millis(300));
    program.grace = Duration::from_millis(200);
    assert_eq!(ended(&program).await, Ended::TimedOut { limit: Duration::from_millis(300) });
}

#[tokio::test]
async fn a_run_that_is_cancelled_already_starts_nothing() {
    let stop = CancellationToken::new();
    stop.cancel();
    let ended = run(&sh("echo started"), &Mask::new(), &stop, &mut |_, line| panic!("{line}")).await.unwrap();
    assert_eq!(ended, Ended::Stopped);
}

#[tokio::test]
async fn the_signal_that_came_is_passed_on() {
    for (number, name) in [(2, "INT"), (15, "TERM"), (1, "HUP")] {
        let script =
            format!("trap 'echo got {name}; exit 0' {name}; echo ready; while :; do sleep 0.05; done");
        let program = sh(&script);
        program.stop_signal.set(number);
        // Whoever passes a signal on listens for it. Where this process was started with it ignored (a job in the
        // background), the program would be too, and a shell can't trap what it was started to ignore.
        let _listening = tokio::signal::unix::signal(SignalKind::from_raw(number)).unwrap();
        let (ended, lines) = stopped(&program).await;
        assert_eq!((ended, lines), (Ended::Stopped, vec!["ready".to_owned(), format!("got {name}")]));
    }
}

#[tokio::test]
async fn its_last_words_after_the_signal_are_heard() {
    let (_, lines) =
        stopped(&sh("trap 'sleep 0.3; echo bye; exit 3' TERM; echo ready; sleep 1000 & wait")).await;
    assert_eq!(lines, ["ready", "bye"]);
}

#[tokio::test]
async fn one_that_ignores_the_signal_is_killed_after_the_grace_period() {
    let mut program = sh("trap '' TERM INT; echo ready; while :; do sleep 1000; done");
    program.limit = None;
    program.grace = Duration::from_millis(300);
    let begun = Instant::now();
    let (ended, _) = stopped(&program).await;
    assert_eq!(ended, Ended::Stopped);
    assert!(begun.elapsed() < SOON);
}

#[tokio::test]
async fn a_member_may_use_the_grace_period_after_its_leader_has_gone() {
    // As helm under a shell: the shell goes at once, helm has something to finish.
    let member = "trap 'sleep 0.5; echo released; exit 0' TERM; echo ready; while :; do sleep 0.05; done";
    let (ended, lines) = stopped(&sh(&format!("sh -c \"{member}\" & wait"))).await;
    assert_eq!((ended, lines), (Ended::Stopped, vec!["ready".to_owned(), "released".to_owned()]));
}

#[tokio::test]
async fn members_that_are_left_are_killed() {
    let (ended, lines) =
        lines_of(&sh("sh -c 'trap \"\" TERM; sleep 1000' >/dev/null 2>&1 & echo $!"), &Mask::new()).await;
    assert_eq!(ended, Ended::Exited(0));
    assert_goes(&lines[0]).await;
}

#[tokio::test]
async fn a_grandchild_in_the_group_that_keeps_the_pipes_open_is_not_waited_for() {
    let begun = Instant::now();
    assert_eq!(ended(&sh("sleep 1000 & exit 4")).await, Ended::Exited(4));
    assert!(begun.elapsed() < SOON);
}

#[tokio::test]
async fn a_grandchild_outside_the_group_that_keeps_the_pipes_open_is_not_waited_for() {
    let begun = Instant::now();
    let script = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(30)\nelse:\n    print('parent ends')";
    let mut program = sh("");
    program.program = "python3".into();
    program.args = vec!["-c".into(), script.into()];
    let (ended, lines) = lines_of(&program, &Mask::new()).await;
    assert_eq!((ended, lines), (Ended::Exited(0), vec!["parent ends".to_owned()]));
    assert!(begun.elapsed() < SOON);
}

#[tokio::test]
async fn a_run_that_is_dropped_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("pid");
    let mut program = sh(&format!("sleep 1000 & echo $! > {}; wait", file.display()));
    program.limit = None;
    let (mask, stop) = (Mask::new(), CancellationToken::new());
    {
        let mut ignore = |_, _: &str| {};
        let running = run(&program, &mask, &stop, &mut ignore);
        let written = async {
            while !fs_err::read_to_string(&file).is_ok_and(|pid| pid.ends_with('\n')) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::select! { _ = running => panic!("it ended"), () = written => {} }
    }
    let pid = fs_err::read_to_string(&file).unwrap();
    assert_goes(&pid).await;
}
