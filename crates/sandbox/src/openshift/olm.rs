//! The Operator Lifecycle Manager: from a Subscription to an InstallPlan, a ClusterServiceVersion, its definitions and
//! its Deployment, with the words of the real one.

pub(super) mod catalogs;
pub(super) mod csvs;
mod deployment;
mod groups;
mod manifest;
pub(super) mod packages;
pub(super) mod plans;
mod resolve;
mod subscription_status;
pub(super) mod subscriptions;

pub(super) use deployment::env_of;
