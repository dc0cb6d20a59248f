use http::Request;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{AccessError, Cluster, ObjectRef, Right, get};

/// Which cluster answered, and as whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// `v1.33.1`
    pub version: String,
    /// Empty where the server is too old to say (before 1.28).
    pub user: String,
    /// The user's groups.
    pub groups: Vec<String>,
    /// `ClusterVersion/version` `.spec.clusterID`, else the UID of Namespace `kube-system`.
    pub cluster_id: String,
    /// `Infrastructure/cluster` `.status.infrastructureName`, where there is one.
    pub infra_id: Option<String>,
    /// Whether the cluster has OpenShift's configuration API.
    pub is_openshift: bool,
}

/// Asks the cluster who it is and who we are there: the first real requests, so the ones that find out whether the
/// kubeconfig works.
///
/// # Errors
/// Each way of not getting there, told apart; [`AccessError::Unauthorized`] where the login is not accepted.
pub async fn identify(cluster: &Cluster) -> Result<Identity, AccessError> {
    // Some servers tell their version to anyone: only the answer to "who am I" shows that the login counts.
    let version: Value = read(cluster, "ask for the server's version", "/version").await?;
    let Some(version) = version["gitVersion"].as_str() else {
        return Err(AccessError::NotKubernetes {
            doing: "ask for the server's version".into(),
            server: cluster.server.clone(),
            detail: "its /version names no gitVersion".into(),
        });
    };
    let (user, groups) = whoami(cluster).await?;
    let is_openshift = serves(cluster, "config.openshift.io/v1").await?;
    let (cluster_id, infra_id) =
        tokio::try_join!(cluster_id(cluster, is_openshift), infra_id(cluster, is_openshift))?;
    Ok(Identity { version: version.into(), user, groups, cluster_id, infra_id, is_openshift })
}

/// What [`identify`] has to be allowed, beyond what everyone may.
///
/// # Errors
/// Where the cluster does not answer.
pub async fn identity_rights(cluster: &Cluster) -> Result<Vec<Right>, AccessError> {
    Ok(rights_to_identify(serves(cluster, "config.openshift.io/v1").await?))
}

/// The same, where it is known what the cluster is.
pub fn rights_to_identify(is_openshift: bool) -> Vec<Right> {
    let objects = match is_openshift {
        true => vec![cluster_version(), infrastructure()],
        false => vec![ObjectRef::namespace("kube-system")],
    };
    objects.iter().map(|object| Right::on("get", object)).collect()
}

async fn read<T: DeserializeOwned>(cluster: &Cluster, doing: &str, path: &str) -> Result<T, AccessError> {
    let request = Request::get(path).body(vec![]).map_err(kube::core::request::Error::BuildRequest);
    cluster.ask(doing, request).await
}

/// Who we are there: the user (empty where the server is too old to say) and their groups.
///
/// # Errors
/// Each way of not getting there, told apart.
pub async fn whoami(cluster: &Cluster) -> Result<(String, Vec<String>), AccessError> {
    let review = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"});
    let request = Request::post("/apis/authentication.k8s.io/v1/selfsubjectreviews")
        .header(http::header::CONTENT_TYPE, "application/json")
        .body(review.to_string().into_bytes())
        .map_err(kube::core::request::Error::BuildRequest);
    let answer: Value = match cluster.ask("ask who we are", request).await {
        Err(AccessError::NotFound { .. } | AccessError::NoSuchKind { .. }) => return Ok(Default::default()),
        answer => answer?,
    };
    let info = &answer["status"]["userInfo"];
    let groups = info["groups"].as_array().into_iter().flatten();
    Ok((
        info["username"].as_str().unwrap_or_default().into(),
        groups.filter_map(|group| group.as_str().map(Into::into)).collect(),
    ))
}

/// Whether the cluster has an API (`operators.coreos.com/v1alpha1`). Asked of the discovery API, which everyone may read:
/// a 403 for an object of a group would not say whether the group exists.
///
/// # Errors
/// Where the cluster does not answer.
pub async fn serves(cluster: &Cluster, group_version: &str) -> Result<bool, AccessError> {
    let doing = format!("ask whether the cluster has {group_version}");
    match read::<Value>(cluster, &doing, &format!("/apis/{group_version}")).await {
        Ok(_) => Ok(true),
        Err(AccessError::NotFound { .. } | AccessError::NoSuchKind { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

fn cluster_version() -> ObjectRef {
    ObjectRef::cluster("config.openshift.io/v1", "ClusterVersion", "clusterversions", "version")
}

pub(crate) fn infrastructure() -> ObjectRef {
    ObjectRef::cluster("config.openshift.io/v1", "Infrastructure", "infrastructures", "cluster")
}

async fn cluster_id(cluster: &Cluster, is_openshift: bool) -> Result<String, AccessError> {
    if is_openshift {
        let found = get(cluster, &cluster_version()).await?;
        if let Some(id) = found.as_ref().and_then(|found| found["spec"]["clusterID"].as_str()) {
            return Ok(id.into());
        }
    }
    let namespace = ObjectRef::namespace("kube-system");
    let found = get(cluster, &namespace).await?;
    let uid = found.as_ref().and_then(|found| found["metadata"]["uid"].as_str());
    uid.map(Into::into)
        .ok_or_else(|| AccessError::NotFound { doing: format!("read {namespace}"), message: String::new() })
}

async fn infra_id(cluster: &Cluster, is_openshift: bool) -> Result<Option<String>, AccessError> {
    if !is_openshift {
        return Ok(None);
    }
    let found = get(cluster, &infrastructure()).await?;
    let name = found.as_ref().and_then(|found| found["status"]["infrastructureName"].as_str());
    Ok(name.filter(|name| !name.is_empty()).map(Into::into))
}
