//! Helpers alone, without tests.

pub mod applications;
pub mod assert;
pub mod binary;
pub mod child;
pub mod clock;
pub mod clusters;
pub mod credentials;
pub mod home;
pub mod json_document;
pub mod kubeconfig;
pub mod lease;
pub mod objects;
pub mod openshift;
pub mod other_host;
pub mod permissions;
pub mod process;
pub mod proxy;
pub mod report;
pub mod sandbox;
pub mod schemas;
pub mod script;
pub mod terminal;
