//! A wait that does not change is told again from time to time: a log in which nothing moves looks like a run that hangs,
//! and some pipelines end what is silent.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use crate::event::Event;
use crate::request::Context;

/// What did not change is told again after so long.
pub(crate) const AGAIN: Duration = Duration::from_secs(60);
/// How often it is seen whether it is time.
const PULSE: Duration = Duration::from_secs(1);

/// Tells what is waited for whenever nothing was told of it for [`AGAIN`], for as long as it is asked to go on.
pub(crate) async fn heartbeat(context: &Context) -> Infallible {
    beat(context, AGAIN, PULSE).await
}

async fn beat(context: &Context, again: Duration, pulse: Duration) -> Infallible {
    loop {
        tokio::time::sleep(pulse).await;
        if let Some(wait) = context.stop.waits.due(again, Instant::now()) {
            context.events.emit(Event::Waiting(Box::new(wait)));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::*;
    use crate::event::Listener;
    use crate::waits::WaitFor;

    struct Heard(Sender<Duration>);

    impl Listener for Heard {
        fn hear(&mut self, event: &Event) {
            if let Event::Waiting(wait) = event {
                self.0.send(wait.waited).ok();
            }
        }
    }

    #[tokio::test]
    async fn a_wait_that_does_not_change_is_told_again_and_again() {
        let context = Context::default();
        let (told, heard) = channel();
        context.events.add(Box::new(Heard(told)));
        context.waiting(&WaitFor { step: "operator", what: "the CSV", last: None, limit: None });
        let three = async {
            let mut times = Vec::new();
            while times.len() < 3 {
                times.extend(heard.try_iter());
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            times
        };
        let short = Duration::from_millis(2);
        let times = tokio::select! {
            times = three => times,
            never = beat(&context, short, short) => match never {},
        };
        assert!(times.is_sorted() && times[2] >= short, "{times:?}");
    }
}
