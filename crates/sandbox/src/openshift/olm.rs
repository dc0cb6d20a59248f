//! The Operator Lifecycle Manager: from a Subscription to an InstallPlan, a ClusterServiceVersion, its definitions and
//! its Deployment, with the words of the real one.

pub(super) mod catalogs;
mod component;
pub(super) mod copies;
pub(super) mod csvs;
mod deployment;
mod groups;
mod health;
mod manifest;
pub(super) mod package_manifests;
pub(super) mod packages;
pub(super) mod plans;
mod requirements;
mod resolve;
mod subscription_status;
pub(super) mod subscriptions;
pub(super) mod texts;
mod unpacking;

pub(super) use deployment::env_of;
