//! A program that blocking code talks to.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};

use child_process::dialogue;

use crate::sh;

#[test]
fn it_answers() {
    let (_dialogue, mut stdin, stdout) =
        dialogue(&sh("while read -r line; do echo \"you said $line\"; done")).unwrap();
    let mut answers = BufReader::new(stdout).lines();
    for word in ["one", "two"] {
        writeln!(stdin, "{word}").unwrap();
        assert_eq!(answers.next().unwrap().unwrap(), format!("you said {word}"));
    }
}

#[test]
fn its_last_words_are_kept() {
    let (dialogue, _stdin, mut stdout) = dialogue(&sh("echo 'Permission denied' >&2; exit 1")).unwrap();
    stdout.read_to_end(&mut Vec::new()).unwrap();
    assert_eq!(dialogue.said(), "Permission denied\n");
}

#[test]
fn ending_it_wakes_whoever_reads() {
    let (dialogue, _stdin, mut stdout) = dialogue(&sh("sleep 1000 & wait")).unwrap();
    let ender = dialogue.ender();
    let reader = std::thread::spawn(move || stdout.read_to_end(&mut Vec::new()));
    ender.end();
    assert_eq!(reader.join().unwrap().unwrap(), 0);
}

#[test]
fn one_that_has_gone_can_be_ended_again() {
    let (dialogue, stdin, stdout) = dialogue(&sh("true")).unwrap();
    let ender = dialogue.ender();
    drop((dialogue, stdin, stdout));
    ender.end();
}

#[test]
fn what_it_says_is_heard_while_it_is_at_work() {
    let (dialogue, _stdin, mut stdout) =
        dialogue(&sh("echo 'enter the code ABC' >&2; echo; sleep 1000")).unwrap();
    stdout.read_exact(&mut [0]).unwrap();
    let words = dialogue.words();
    while words.so_far().is_empty() {
        std::thread::yield_now();
    }
    assert_eq!(words.so_far(), "enter the code ABC\n");
    // Also where something keeps its standard error open.
    assert_eq!(dialogue.said(), "enter the code ABC\n");
}
