//! The evidence that a word is an infraID, and not a name of the same form: `prod-mgmt2`, `prod-k8s25`.

use std::collections::{BTreeMap, BTreeSet};

use crate::context::{is_placeholder, marks_infra_id};
use crate::shape::{is_no_word, is_random, of_base, parts};
use crate::token::tokens;

/// The marks of a file of machines. Names in this file begin with an infraID.
const MACHINES: [&str; 6] = [
    "kind: MachineSet",
    "kind: ControlPlaneMachineSet",
    "kind: AWSMachineTemplate",
    "machine.openshift.io/cluster-api-",
    "cluster.x-k8s.io/cluster-name",
    "iamInstanceProfile",
];

/// The words that the installer and machines put after an infraID.
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

/// The least number of different resource names that prove their common beginning to be an infraID.
const NAMES: usize = 2;

/// The evidence of a file, or of a whole commit, for the infraIDs of one cluster.
#[derive(Debug, Clone, Default)]
pub(crate) struct Evidence {
    /// The infraIDs that a key, a label, a tag or a file of machines marks.
    marked: BTreeSet<String>,
    /// The resource names after each infraID.
    names: BTreeMap<String, BTreeSet<String>>,
}

impl Evidence {
    /// Returns the evidence of `content` for the infraIDs that begin with `base`.
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
            if token == id && marks_infra_id(content, &range) || chance && is_resource && is_of_machines {
                evidence.marked.insert(id.to_owned());
            }
            if chance && is_resource {
                evidence.names.entry(id.to_owned()).or_default().insert(behind.to_owned());
            }
        }
        evidence
    }

    /// Adds the evidence of another file.
    pub(crate) fn add(&mut self, other: Self) {
        self.marked.extend(other.marked);
        for (id, names) in other.names {
            self.names.entry(id).or_default().extend(names);
        }
    }

    /// True if the evidence proves `id` to be an infraID.
    pub(crate) fn is_enough_for(&self, id: &str) -> bool {
        self.marked.contains(id) || self.names.get(id).is_some_and(|names| names.len() >= NAMES)
    }
}

/// Returns the words that a key, a label or a tag of this text marks as an infraID, of any cluster.
pub(crate) fn marked<'t>(base: &str, content: &'t [u8]) -> BTreeSet<&'t str> {
    tokens(content)
        .filter(|(_, token)| parts(token).is_some_and(|(of, random)| of == base || is_no_word(random)))
        .filter(|(range, _)| marks_infra_id(content, range) && !is_placeholder(content, range))
        .map(|(_, token)| token)
        .collect()
}

fn holds(content: &[u8], text: &[u8]) -> bool {
    content.windows(text.len()).any(|window| window == text)
}
