//! What an ApplicationSet says of itself.

use serde_json::{Value, json};

use crate::openshift::condition::{condition, dated};

/// Why the Applications can't be generated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    pub reason: &'static str,
    pub message: String,
}

impl Trouble {
    /// The parameters can't be had.
    pub(super) fn parameters(message: impl Into<String>) -> Self {
        Self { reason: "ApplicationGenerationFromParamsError", message: message.into() }
    }

    /// The template can't be rendered with them.
    pub(super) fn rendering(message: impl Into<String>) -> Self {
        Self { reason: "RenderTemplateParamsError", message: message.into() }
    }

    /// What comes of it is no Application.
    pub(super) fn validation(message: impl Into<String>) -> Self {
        Self { reason: "ApplicationValidationError", message: message.into() }
    }
}

/// The three conditions, good or bad together.
pub(super) fn status(set: &Value, trouble: Option<&Trouble>) -> Value {
    let generated = "Successfully generated parameters for all Applications";
    let conditions = match trouble {
        None => vec![
            condition("ErrorOccurred", "False", "ApplicationSetUpToDate", generated),
            condition("ParametersGenerated", "True", "ParametersGenerated", generated),
            condition(
                "ResourcesUpToDate",
                "True",
                "ApplicationSetUpToDate",
                "All applications have been generated successfully",
            ),
        ],
        Some(Trouble { reason, message }) => vec![
            condition("ErrorOccurred", "True", reason, message),
            condition("ParametersGenerated", "False", "ErrorOccurred", message),
            condition("ResourcesUpToDate", "False", reason, message),
        ],
    };
    json!({"conditions": dated(&set["status"]["conditions"], conditions)})
}
