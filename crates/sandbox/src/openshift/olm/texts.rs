//! Which text OLM has for what it can't resolve: its solver works on a map, so that each resolution may find another one
//! of the reasons, in another order. Each text that is written makes it resolve anew, until two in a row are the same.

use std::collections::HashMap;
use std::time::Duration;

use crate::openshift::timers::Timers;

/// How often OLM resolves again.
const AGAIN: Duration = Duration::from_secs(1);

/// After which OLM looks at everything again.
const RESYNC: Duration = Duration::from_secs(300);

/// Which of the texts comes when.
const TURNS: [usize; 14] = [0, 1, 2, 3, 0, 4, 1, 5, 2, 6, 3, 0, 1, 1];

/// For each namespace: the first of its texts, and whose turn it is.
#[derive(Debug, Default)]
pub(in crate::openshift) struct Texts {
    turns: HashMap<String, (String, usize)>,
}

impl Texts {
    /// The text that stands in `namespace` now.
    pub(super) fn now<'a>(&mut self, timers: &mut Timers, namespace: &str, texts: &'a [String]) -> &'a str {
        let Some(first) = texts.first() else { return "" };
        let timer = format!("text {namespace}");
        let (known, turn) = self.turns.entry(namespace.to_owned()).or_default();
        if known != first {
            known.clone_from(first);
            *turn = 0;
            timers.forget(&timer);
        }
        let wait = if rests(*turn, texts.len()) { RESYNC } else { AGAIN };
        if timers.over(timer.clone(), wait) {
            timers.forget(&timer);
            *turn = (*turn + 1) % TURNS.len();
        }
        &texts[TURNS[*turn] % texts.len()]
    }

    /// What could be resolved begins anew.
    pub(super) fn forget(&mut self, namespace: &str) {
        self.turns.remove(namespace);
    }
}

/// Whether it is the same text as before.
fn rests(turn: usize, texts: usize) -> bool {
    texts == 1 || turn > 0 && TURNS[turn] % texts == TURNS[turn - 1] % texts
}

#[cfg(test)]
mod tests {
    use super::{TURNS, rests};

    fn until_rest(texts: usize) -> usize {
        (0..TURNS.len()).find(|turn| rests(*turn, texts)).unwrap()
    }

    #[test]
    fn one_text_rests_at_once() {
        assert_eq!(until_rest(1), 0);
    }

    #[test]
    fn several_texts_come_to_rest_after_a_while() {
        assert!((2..=8).all(|texts| until_rest(texts) >= 3));
    }
}
