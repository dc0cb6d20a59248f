//! Runs a command that waits on systems.

use diagnostics::{Failure, FailureKind, Step, Subject};

use crate::app::App;
use crate::{broken, signals};

impl App<'_> {
    /// Runs a command that waits on the world.
    pub fn block_on<T>(&self, work: impl Future<Output = T>) -> Result<T, Failure> {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .worker_threads(2)
            .build()
            .map(|runtime| {
                let value = runtime.block_on(async {
                    tokio::select! {
                        biased;
                        value = bootstrap_core::broken::caught(work) => value,
                        never = signals::beat() => match never {},
                    }
                });
                // A blocking call that hangs (a Git host that says nothing) must not keep the process.
                runtime.shutdown_background();
                value
            })
            .map_err(|error| Failure::of_io(FailureKind::Refused, Step::Preflight, &error))?
            .map_err(|it| broken::failure(&it, Subject::Command(self.called.name)).filled(&self.commands))
    }
}
