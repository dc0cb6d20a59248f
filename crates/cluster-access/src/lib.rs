//! The one way to the Kubernetes API: whose kubeconfig, through which proxy, as whom, and with what rights; and the
//! one way our own objects are written there.
//!
//! Knows kubeconfig files, proxies, exec plugins, and which of the many failures on the way it was. Never knows what
//! the objects are for, and never reads the environment, the home folder or the clock: it is handed what it needs.
//! It is the only crate that builds a Kubernetes client; `kube` and `k8s_openapi` come from here.

mod apply;
mod classify;
pub mod conditions;
mod connect;
mod domains;
mod error;
mod exec_plugin;
mod failure;
mod identity;
mod kubeconfig;
mod managed_fields;
mod object;
mod observe;
mod plan;
mod rbac_manifest;
mod region;
mod rights;
mod server_certificate;
mod stack;
mod wait;

pub use apply::{
    OwnedWrite, apply_owned, apply_replanned, create, delete, delete_while, merge_patch, replace,
};
pub use connect::{Cluster, connect};
pub use domains::{Domain, Domains, domains, normal as normal_domain};
pub use error::AccessError;
pub use identity::{Identity, identify, identity_rights, rights_to_identify, serves, whoami};
pub use k8s_openapi;
pub use kube;
pub use kubeconfig::{
    Chosen, Expired, Kubeconfig, KubeconfigError, Origin, WriteError, Written, choose, write,
};
pub use object::ObjectRef;
pub use observe::{get, has_kind, list, list_metadata, list_named};
pub use plan::{
    FIELD_MANAGER, LAST_APPLIED, OwnedAction, OwnedPlan, OwnershipConflict, applied_by_us, managers,
    owned_by_us, plan_owned,
};
pub use rbac_manifest::{Grantee, OptionalRight, rbac_manifest};
pub use region::region;
pub use rights::{Answer, Right, may, may_bind};
pub use server_certificate::{ServerCertificate, server_certificate};
pub use transport::{Certificate, Network, Proxy, TlsProblem};
pub use wait::{Wait, await_change, await_object, await_objects};
