//! Delays, errors, dropped connections and redirects, put between a client and one of the sandbox's services.

use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;

/// What happens to a request instead of, or (for a delay) before, its real answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// The answer comes that much later.
    Delay(Duration),
    /// This status code and body are the answer.
    Status(u16, String),
    /// The connection is closed without an answer.
    Drop,
    /// `307 Temporary Redirect` to this address, to which the request's path and query are added.
    Redirect(String),
}

/// One fault and the requests it strikes: all that match every condition given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Only requests of this method.
    pub method: Option<String>,
    /// Only paths (query included) that begin so.
    pub prefix: Option<String>,
    /// Only paths (query included) that hold this somewhere.
    pub contains: Option<String>,
    /// What happens to them.
    pub action: Action,
    /// How many requests are struck; no number: all.
    pub times: Option<u32>,
}

impl Fault {
    /// A fault that strikes every request, always.
    pub fn new(action: Action) -> Self {
        Self { method: None, prefix: None, contains: None, action, times: None }
    }

    /// The answer comes `by` later.
    pub fn delay(by: Duration) -> Self {
        Self::new(Action::Delay(by))
    }

    /// `code` with `body` is the answer.
    pub fn status(code: u16, body: impl Into<String>) -> Self {
        Self::new(Action::Status(code, body.into()))
    }

    /// The connection is closed without an answer.
    pub fn drop() -> Self {
        Self::new(Action::Drop)
    }

    /// A redirect to another server; the path stays.
    pub fn redirect(to: impl Into<String>) -> Self {
        Self::new(Action::Redirect(to.into()))
    }

    /// Strikes requests of `method` only.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// Strikes paths that begin with `prefix` only.
    #[must_use]
    pub fn prefix(mut self, prefix: &str) -> Self {
        self.prefix = Some(prefix.to_owned());
        self
    }

    /// Strikes paths that hold `part` only.
    #[must_use]
    pub fn contains(mut self, part: &str) -> Self {
        self.contains = Some(part.to_owned());
        self
    }

    /// Strikes so many requests, then no more.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    fn matches(&self, method: &str, path: &str) -> bool {
        self.method.as_deref().is_none_or(|wanted| wanted == method)
            && self.prefix.as_deref().is_none_or(|prefix| path.starts_with(prefix))
            && self.contains.as_deref().is_none_or(|part| path.contains(part))
    }

    /// Counts one strike; false once none is left.
    fn take(&mut self) -> bool {
        match &mut self.times {
            None => true,
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
        }
    }
}

/// What a service has to do with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Strike {
    /// Answer it as always.
    Pass,
    /// Answer with this, and nothing else.
    Answer {
        /// The HTTP status code.
        code: u16,
        /// The `Location` header, if any.
        location: Option<String>,
        /// The body.
        body: String,
    },
    /// Close the connection.
    Drop,
}

/// The faults of one service; every clone is the same set.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    faults: Arc<Mutex<Vec<Fault>>>,
}

impl Faults {
    /// Adds a fault; it strikes from the next request on.
    pub fn add(&self, fault: Fault) {
        self.faults.lock().push(fault);
    }

    /// Takes all faults away.
    pub fn clear(&self) {
        self.faults.lock().clear();
    }

    /// Decides on a request, and sits out its delays. All matching delays add up; the first other fault decides.
    pub async fn strike(&self, method: &str, path: &str) -> Strike {
        let (delay, strike) = self.decide(method, path);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        strike
    }

    fn decide(&self, method: &str, path: &str) -> (Duration, Strike) {
        let mut delay = Duration::ZERO;
        for fault in self.faults.lock().iter_mut().filter(|fault| fault.matches(method, path)) {
            if !fault.take() {
                continue;
            }
            let strike = match &fault.action {
                Action::Delay(by) => {
                    delay = delay.saturating_add(*by);
                    continue;
                }
                Action::Status(code, body) => {
                    Strike::Answer { code: *code, location: None, body: body.clone() }
                }
                Action::Drop => Strike::Drop,
                Action::Redirect(to) => {
                    let location = Some(format!("{}{path}", to.trim_end_matches('/')));
                    Strike::Answer { code: 307, location, body: String::new() }
                }
            };
            return (delay, strike);
        }
        (delay, Strike::Pass)
    }
}
