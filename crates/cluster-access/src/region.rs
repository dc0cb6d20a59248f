use serde_json::Value;

use crate::identity::infrastructure;
use crate::{AccessError, Cluster, get};

/// Where the cluster runs, as `Infrastructure/cluster` names it; none where there is no such object, or the platform has
/// no regions (bare metal, vSphere) or does not tell its own there (Azure).
///
/// # Errors
/// Where the cluster does not answer.
pub async fn region(cluster: &Cluster) -> Result<Option<String>, AccessError> {
    Ok(get(cluster, &infrastructure()).await?.as_ref().and_then(of))
}

/// By platform, as the type `PlatformStatus` of openshift/api (config/v1/types_infrastructure.go) has it.
fn of(infrastructure: &Value) -> Option<String> {
    let status = &infrastructure["status"]["platformStatus"];
    [
        &status["aws"]["region"],
        &status["gcp"]["region"],
        &status["ibmcloud"]["location"],
        &status["powervs"]["region"],
        &status["alibabaCloud"]["region"],
    ]
    .into_iter()
    .find_map(|region| region.as_str().filter(|region| !region.is_empty()).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(platform: Value, expect: Option<&str>) {
        let infrastructure = json!({ "status": { "platformStatus": platform } });
        assert_eq!(of(&infrastructure).as_deref(), expect);
    }

    #[test]
    fn each_platform_names_its_region_in_its_own_way() {
        check(json!({"type": "AWS", "aws": {"region": "us-west-2"}}), Some("us-west-2"));
        check(
            json!({"type": "GCP", "gcp": {"region": "europe-west3", "projectID": "p"}}),
            Some("europe-west3"),
        );
        check(json!({"type": "IBMCloud", "ibmcloud": {"location": "eu-de"}}), Some("eu-de"));
        check(json!({"type": "PowerVS", "powervs": {"region": "osa"}}), Some("osa"));
        check(json!({"type": "AlibabaCloud", "alibabaCloud": {"region": "cn-beijing"}}), Some("cn-beijing"));
    }

    #[test]
    fn some_platforms_have_none() {
        for platform in [json!({"type": "None"}), json!({"type": "VSphere", "vsphere": {}}), Value::Null] {
            check(platform, None);
        }
        assert_eq!(of(&json!({})), None);
    }
}
