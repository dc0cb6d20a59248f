use std::error::Error;
use std::io;

/// No chain of causes is longer.
const DEEPEST: usize = 32;

/// The error and everything under it. `io::Error` hides the error it wraps from `source()`, so it is asked for it.
pub(crate) fn causes<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a (dyn Error + 'static)> {
    let mut all = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next.filter(|_| all.len() < DEEPEST) {
        all.push(error);
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    all
}
