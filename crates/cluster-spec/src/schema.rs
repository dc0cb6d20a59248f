//! The JSON Schema of cluster.yaml, published as `schemas/cluster.schema.json`.

use serde_json::{Value, json};

/// The JSON Schema of cluster.yaml, published as `schemas/cluster.schema.json`: draft-07, which editors understand.
/// Never stricter than the program: sections that belong to the installer are named, and may hold anything.
pub fn json_schema() -> Value {
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "urn:bitiq-bootstrap:schema:cluster:1",
        "title": "cluster.yaml",
        "description": "One cluster. `name`, `dns.base_domain` and `gitops` are read by bitiq-bootstrap; the other sections belong to the installer and may hold anything.",
        "type": "object",
        "required": ["name", "dns", "gitops"],
        "properties": {
            "name": {
                "description": "The cluster's name, a DNS label. BASE_DOMAIN is apps.<name>.<dns.base_domain>.",
                "type": "string",
                "pattern": "^[a-z0-9-]+$",
                "minLength": 1,
                "maxLength": 63,
                "examples": ["prod", "example-aws-single-az"]
            },
            "dns": dns(),
            "gitops": gitops(),
            "env": { "description": "Belongs to the installer. What the hand-over reads is gitops.env." },
            "platform": { "description": "Belongs to the installer." },
            "openshift": { "description": "Belongs to the installer." },
            "credentials": { "description": "Belongs to the installer. No login of the GitOps repository belongs here." }
        }
    })
}

fn dns() -> Value {
    json!({
        "description": "Where the cluster's names live. Keys beside base_domain belong to the installer.",
        "type": "object",
        "required": ["base_domain"],
        "properties": {
            "base_domain": {
                "description": "The DNS name that the cluster's own name is put before.",
                "type": "string",
                "pattern": "^[a-z0-9.-]+$",
                "minLength": 1,
                "maxLength": 253,
                "examples": ["aws.ocp.signet.ing"]
            }
        }
    })
}

fn gitops() -> Value {
    json!({
        "description": "The repository that takes over once the cluster is up.",
        "type": "object",
        "required": ["repo_url", "repo_ref", "env"],
        "additionalProperties": false,
        "properties": {
            "repo_url": {
                "description": "Where the repository is: https, http, ssh, git@host:path or file. Never with a password.",
                "type": "string",
                "pattern": "^(https?://|ssh://|file:///|[^@/:]+@)",
                "examples": ["https://github.com/bitiq-io/gitops.git", "git@github.com:bitiq-io/gitops.git"]
            },
            "repo_ref": {
                "description": "A branch, a tag, a full commit id, or refs/….",
                "type": "string",
                "pattern": "^[^-]",
                "examples": ["main", "v1.2.0", "refs/pull/7/head"]
            },
            "env": {
                "description": "The environment, passed on as ENV. The GitOps repository owns the list of values.",
                "type": "string",
                "pattern": "^[a-z0-9-]+$",
                "minLength": 1,
                "examples": ["prod", "sno", "local"]
            }
        }
    })
}
