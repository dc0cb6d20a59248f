//! Warnings about what was asked for, before any system is looked at.

use crate::request::{Context, Request};

/// What is known before anything was looked at.
pub(crate) fn warn_about_inputs(request: &Request, context: &Context) {
    for (name, secret) in request.settings.secrets() {
        if context.mask.add(secret) == secret::Added::TooShort {
            let text =
                format!("{name} has fewer than 8 characters: it can't be masked in the script's output");
            context.events.warn(text);
        }
    }
    for warning in request.spec_warnings.iter().chain(&request.settings.warnings) {
        context.events.warn(warning.clone());
    }
}
