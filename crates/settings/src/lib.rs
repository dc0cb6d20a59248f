//! Flags and environment variables become settings: one table of variables, one pure function that reads them.
//!
//! Knows each variable and what it means. Never reads the environment by itself, never opens a connection.

mod cluster;
mod kubernetes_name;
mod operator;
mod reader;
mod repository;
mod script;
mod setting_error;
mod settings;
mod this_machine;
pub mod variables;
mod vault;

pub use cluster::ClusterSettings;
pub use operator::OperatorSettings;
pub use repository::RepositorySettings;
pub use script::ScriptSettings;
pub use setting_error::SettingError;
pub use settings::{SETTINGS, Settings, secrets};
pub use this_machine::{this_machine, this_user};
pub use vault::{VaultChoice, VaultSettings};
