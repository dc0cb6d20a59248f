//! The time, as the API server writes it.

use jiff::Timestamp;

/// Now, to the second.
pub(super) fn now() -> String {
    text(Timestamp::now())
}

/// A time, to the second.
pub(super) fn text(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Seconds since 1970.
pub(super) fn seconds() -> i64 {
    Timestamp::now().as_second()
}
