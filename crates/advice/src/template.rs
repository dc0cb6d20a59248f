//! Reads the template of a command.

use crate::word::{CLUSTER, KUBECONFIG, PROGRAM, Word};

/// Stands for a value.
const VALUE: &str = "{}";
/// The words of `template`, with `values` in their places.
pub fn words(template: &'static str, values: &[Vec<Word>]) -> Vec<Word> {
    let mut values = values.iter();
    let mut words = Vec::new();
    let mut rest = template;
    while let Some((at, token)) = next(rest) {
        push_shell(&mut words, &rest[..at]);
        rest = &rest[at + token.len()..];
        match token {
            VALUE => match values.next() {
                Some(value) => words.extend(value.iter().cloned()),
                None => words.push(Word::Shell(VALUE)),
            },
            KUBECONFIG => words.push(Word::Kubeconfig),
            _ => rest = own(&mut words, rest),
        }
    }
    push_shell(&mut words, rest);
    debug_assert!(values.next().is_none(), "too many values for `{template}`");
    words
}

/// The first token of `text`, and where it begins.
fn next(text: &'static str) -> Option<(usize, &'static str)> {
    let found = [VALUE, KUBECONFIG, PROGRAM].into_iter().filter_map(|it| Some((text.find(it)?, it)));
    found.min_by_key(|(at, _)| *at)
}

fn push_shell(words: &mut Vec<Word>, text: &'static str) {
    if !text.is_empty() {
        words.push(Word::Shell(text));
    }
}

/// Reads what stands behind this program: a command with its cluster, or anything else. Returns the rest.
fn own(words: &mut Vec<Word>, rest: &'static str) -> &'static str {
    let command = rest.strip_prefix(' ').and_then(|rest| rest.split_once(' '));
    let with_cluster = command.and_then(|(command, rest)| Some((command, rest.strip_prefix(CLUSTER)?)));
    match with_cluster {
        Some((command, rest)) => {
            words.push(Word::Own(command.to_owned()));
            rest
        }
        None => {
            words.push(Word::Program);
            rest
        }
    }
}
