//! What an observation has at hand beside its inputs: nothing in it tells an event.

use advice::CommandContext;
use secret::Mask;

use child_process::Shutdown;

/// The mask, the signal, and how commands are typed.
#[derive(Clone)]
pub struct Session {
    /// Takes each secret that is found.
    pub mask: Mask,
    /// Ends what waits.
    pub stop: Shutdown,
    /// Learns how the cluster is reached.
    pub commands: CommandContext,
}
