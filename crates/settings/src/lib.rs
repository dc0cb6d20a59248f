//! Flags and environment variables become settings: one table of variables, one pure function that reads them.
//!
//! Knows each variable and what it means. Never reads the environment by itself, never opens a connection.

mod kubernetes_name;
mod model;
mod reader;
mod setting_error;
mod settings;
mod this_machine;
pub mod variables;
mod vault;

pub use model::{
    ClusterSettings, OperatorSettings, RepositorySettings, ScriptSettings, VaultChoice, VaultSettings,
};
pub use setting_error::SettingError;
pub use settings::{SETTINGS, Settings, secrets};
pub use this_machine::{this_machine, this_user};
