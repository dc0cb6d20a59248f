//! Nodes, the MachineSets that made two of them, and a place for volumes.

use serde_json::{Value, json};

use super::placed::Placed;
use crate::openshift::clusters::Identity;
use crate::openshift::condition::{condition, dated};

pub(super) fn all(identity: &Identity) -> Vec<Placed> {
    let mut objects = vec![("/apis/storage.k8s.io/v1/storageclasses".to_owned(), storage_class())];
    let names = ["ip-10-0-10-11", "ip-10-0-20-12", "ip-10-0-30-13"];
    for (number, name) in names.iter().enumerate() {
        let name = format!("{name}.{}.compute.internal", identity.region);
        objects.push(("/api/v1/nodes".to_owned(), node(&name, number == 0, &identity.region)));
    }
    for zone in ["a", "b"] {
        let place = "/apis/machine.openshift.io/v1beta1/namespaces/openshift-machine-api/machinesets";
        objects.push((place.to_owned(), machine_set(identity, &format!("{}{zone}", identity.region))));
    }
    objects
}

fn node(name: &str, control_plane: bool, region: &str) -> Value {
    let mut labels = json!({
        "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
        "topology.kubernetes.io/region": region,
    });
    let roles: &[&str] = if control_plane { &["control-plane", "master"] } else { &["worker"] };
    for role in roles {
        labels[format!("node-role.kubernetes.io/{role}")] = json!("");
    }
    let taint = json!([{"key": "node-role.kubernetes.io/master", "effect": "NoSchedule"}]);
    let spec = if control_plane { json!({"taints": taint}) } else { json!({}) };
    let capacity = json!({"cpu": "8", "memory": "32Gi", "pods": "250"});
    let conditions = vec![
        condition(
            "MemoryPressure",
            "False",
            "KubeletHasSufficientMemory",
            "kubelet has sufficient memory available",
        ),
        condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
    ];
    json!({
        "apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}, "spec": spec,
        "status": {
            "conditions": dated(&Value::Null, conditions), "capacity": capacity, "allocatable": capacity,
            "nodeInfo": {
                "kubeletVersion": "v1.33.5", "operatingSystem": "linux", "architecture": "amd64",
                "machineID": "", "systemUUID": "", "bootID": "", "kernelVersion": "", "osImage": "",
                "containerRuntimeVersion": "", "kubeProxyVersion": "",
            },
        },
    })
}

fn storage_class() -> Value {
    json!({
        "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass",
        "metadata": {
            "name": "gp3-csi", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
        },
        "provisioner": "ebs.csi.aws.com", "parameters": {"encrypted": "true", "type": "gp3"},
        "reclaimPolicy": "Delete", "volumeBindingMode": "WaitForFirstConsumer", "allowVolumeExpansion": true,
    })
}

fn machine_set(identity: &Identity, zone: &str) -> Value {
    let infra_id = &identity.infra_id;
    let name = format!("{infra_id}-worker-{zone}");
    let cluster = json!({"machine.openshift.io/cluster-api-cluster": infra_id});
    let mut selected = cluster.clone();
    selected["machine.openshift.io/cluster-api-machineset"] = json!(name);
    let mut labels = selected.clone();
    for kind in ["role", "type"] {
        labels[format!("machine.openshift.io/cluster-api-machine-{kind}")] = json!("worker");
    }
    json!({
        "apiVersion": "machine.openshift.io/v1beta1", "kind": "MachineSet",
        "metadata": {"name": name, "namespace": "openshift-machine-api", "labels": cluster},
        "spec": {
            "replicas": 1, "selector": {"matchLabels": selected},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"providerSpec": {"value": provider(identity, zone)}},
            },
        },
        "status": {
            "replicas": 1, "fullyLabeledReplicas": 1, "readyReplicas": 1, "availableReplicas": 1,
            "observedGeneration": 1,
        },
    })
}

fn provider(identity: &Identity, zone: &str) -> Value {
    let Identity { infra_id, region, .. } = identity;
    let named = |name: String| json!({"filters": [{"name": "tag:Name", "values": [name]}]});
    json!({
        "apiVersion": "machine.openshift.io/v1beta1", "kind": "AWSMachineProviderConfig",
        "iamInstanceProfile": {"id": format!("{infra_id}-worker-profile")}, "instanceType": "m6i.xlarge",
        "placement": {"availabilityZone": zone, "region": region},
        "securityGroups": [named(format!("{infra_id}-node")), named(format!("{infra_id}-lb"))],
        "subnet": named(format!("{infra_id}-subnet-private-{zone}")),
        "tags": [{"name": format!("kubernetes.io/cluster/{infra_id}"), "value": "owned"}],
        "userDataSecret": {"name": "worker-user-data"},
    })
}
