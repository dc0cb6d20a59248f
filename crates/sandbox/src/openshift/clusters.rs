//! Which cluster it is: the names that an installer makes anew each time.

use ring::rand::{SecureRandom as _, SystemRandom};

use super::Options;

/// The longest part of a cluster's name that its infraID keeps.
const LONGEST: usize = 21;

/// The names by which an OpenShift cluster is told from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// `status.infrastructureName` of `infrastructures.config/cluster`.
    pub infra_id: String,
    /// `spec.clusterID` of `clusterversions.config/version`.
    pub cluster_id: String,
    /// `spec.baseDomain` of `dnses.config/cluster`.
    pub base_domain: String,
    /// The region of the platform.
    pub region: String,
}

impl Identity {
    /// A new one, as an installer makes it for `name` below `base_domain`.
    pub(crate) fn new(name: &str, base_domain: &str, suffix: Option<&str>, options: &Options) -> Self {
        let own = format!("{name}.{base_domain}");
        let suffix = suffix.map_or_else(suffix_of_five, str::to_owned);
        Self {
            infra_id: format!("{}-{suffix}", shortened(name)),
            cluster_id: uuid(),
            base_domain: options.base_domain.clone().unwrap_or(own),
            region: options.region.clone(),
        }
    }

    /// `spec.domain` of `ingresses.config/cluster`.
    pub fn apps_domain(&self) -> String {
        format!("apps.{}", self.base_domain)
    }
}

/// As the installer cuts it, without a dash at the end.
fn shortened(name: &str) -> String {
    let cut: String = name.chars().take(LONGEST).collect();
    cut.trim_end_matches('-').to_owned()
}

/// Five characters of the alphabet that generated names are made of.
pub(super) fn suffix_of_five() -> String {
    const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let letter = |byte: u8| char::from(ALPHABET[usize::from(byte) % ALPHABET.len()]);
    random::<5>().into_iter().map(letter).collect()
}

fn uuid() -> String {
    let hex: String = random::<16>().iter().map(|byte| format!("{byte:02x}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).expect("the operating system has randomness");
    bytes
}

#[cfg(test)]
mod tests {
    use super::{Identity, Options};

    fn check(name: &str, expect: &str) {
        let made = Identity::new(name, "example.test", Some("nkqd9"), &Options::default());
        assert_eq!(made.infra_id, expect);
    }

    #[test]
    fn an_infra_id_begins_with_the_name() {
        check("prod", "prod-nkqd9");
    }

    #[test]
    fn a_long_name_is_cut() {
        check("a-very-long-name-of-a-cluster", "a-very-long-name-of-a-nkqd9");
    }

    #[test]
    fn another_life_has_another_infra_id() {
        let one = || Identity::new("prod", "example.test", None, &Options::default());
        assert_ne!(one().infra_id, one().infra_id);
        assert_ne!(one().cluster_id, one().cluster_id);
    }
}
