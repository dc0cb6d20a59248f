//! What shows that a word is an infraID, and not a name that only looks like one: `prod-mgmt2`, `prod-k8s25`.

use std::collections::{BTreeMap, BTreeSet};

use crate::context::{is_placeholder, says_infra_id};
use crate::shape::{is_no_word, is_random, of_base, parts};
use crate::token::tokens;

/// A file of machines: names in it are made of an infraID.
const MACHINES: [&str; 6] = [
    "kind: MachineSet",
    "kind: ControlPlaneMachineSet",
    "kind: AWSMachineTemplate",
    "machine.openshift.io/cluster-api-",
    "cluster.x-k8s.io/cluster-name",
    "iamInstanceProfile",
];

/// What the installer and machines put behind an infraID.
const SUFFIXES: [&str; 16] = [
    "worker",
    "master",
    "infra",
    "node",
    "bootstrap",
    "control",
    "controlplane",
    "lb",
    "subnet",
    "private",
    "public",
    "vpc",
    "vnet",
    "nsg",
    "rg",
    "identity",
];

/// How many different names of resources make an infraID of what they begin with.
const NAMES: usize = 2;

/// What a file, or a whole commit, says of the infraIDs of one cluster.
#[derive(Debug, Clone, Default)]
pub(crate) struct Evidence {
    /// A key, a label, a tag or a file of machines says that these are infraIDs.
    said: BTreeSet<String>,
    /// What stands behind each of these, where it is the name of a resource.
    names: BTreeMap<String, BTreeSet<String>>,
}

impl Evidence {
    /// What `content` says of the infraIDs that begin with `base`.
    pub(crate) fn of(base: &str, content: &[u8]) -> Self {
        let mut evidence = Self::default();
        let is_of_machines = MACHINES.iter().any(|mark| holds(content, mark.as_bytes()));
        for (range, token) in tokens(content) {
            let Some(id) = of_base(token, base) else { continue };
            if is_placeholder(content, &range) {
                continue;
            }
            let chance = parts(id).is_some_and(|(_, random)| is_random(random));
            let behind = token[id.len()..].trim_start_matches('-');
            let is_resource = behind.split('-').next().is_some_and(|word| SUFFIXES.contains(&word));
            if token == id && says_infra_id(content, &range) || chance && is_resource && is_of_machines {
                evidence.said.insert(id.to_owned());
            }
            if chance && is_resource {
                evidence.names.entry(id.to_owned()).or_default().insert(behind.to_owned());
            }
        }
        evidence
    }

    /// Adds what another file says.
    pub(crate) fn add(&mut self, other: Self) {
        self.said.extend(other.said);
        for (id, names) in other.names {
            self.names.entry(id).or_default().extend(names);
        }
    }

    /// Whether it is enough to take `id` for an infraID.
    pub(crate) fn is_enough_for(&self, id: &str) -> bool {
        self.said.contains(id) || self.names.get(id).is_some_and(|names| names.len() >= NAMES)
    }
}

/// What a key, a label or a tag of this text calls an infraID, of whatever cluster.
pub(crate) fn said<'t>(base: &str, content: &'t [u8]) -> BTreeSet<&'t str> {
    tokens(content)
        .filter(|(_, token)| parts(token).is_some_and(|(of, random)| of == base || is_no_word(random)))
        .filter(|(range, _)| says_infra_id(content, range) && !is_placeholder(content, range))
        .map(|(_, token)| token)
        .collect()
}

fn holds(content: &[u8], text: &[u8]) -> bool {
    content.windows(text.len()).any(|window| window == text)
}
