//! Argo CD's ApplicationSet controller.

use super::context::Context;
use crate::SandboxError;

pub(super) async fn round(_context: &mut Context) -> Result<(), SandboxError> {
    Ok(())
}
