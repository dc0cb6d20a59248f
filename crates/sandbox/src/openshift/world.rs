//! The first objects of an OpenShift, as its installer leaves them.

mod catalogs;
mod config;
mod machines;
mod namespaces;
mod operators;
mod placed;

use super::clusters::Identity;
use super::olm::package_manifests;
use super::options::Options;
use crate::SandboxError;
use crate::api::Api;
use placed::Placed;

/// Makes all of them.
pub(super) async fn furnish(api: &Api, identity: &Identity, options: &Options) -> Result<(), SandboxError> {
    make(api, namespaces::all()).await?;
    let mut objects = config::all(identity);
    objects.extend(machines::all(identity));
    objects.extend(operators::all());
    objects.extend(catalogs::all(options.catalogs.is_zero()));
    make(api, objects).await?;
    if options.catalogs.is_zero() { package_manifests::furnish(api, options).await } else { Ok(()) }
}

async fn make(api: &Api, objects: Vec<Placed>) -> Result<(), SandboxError> {
    let made = objects.iter().map(|(path, object)| api.create_with_status(path, object));
    futures::future::try_join_all(made).await.map(drop)
}
