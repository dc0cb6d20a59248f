//! The format of an infraID.

/// The characters of the name in an infraID. The installer cuts the infraID to 27: the name, a dash, and 5 random ones.
const LONGEST_BASE: usize = 21;

/// The number of random characters at the end of an infraID.
pub(crate) const RANDOM: usize = 5;

/// The letters of random names, from `k8s.io/apimachinery/pkg/util/rand`, which the installer uses. They have no
/// vowels, so that they spell no words.
const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";

/// The words with only these letters.
const WORDS: [&str; 12] = [
    "https", "grpcs", "nfsv4", "mssql", "pgsql", "html5", "xhtml", "dns64", "tmpfs", "sshfs", "cfssl",
    "btrfs",
];

/// Returns the beginning of a cluster's infraIDs, as `generateInfraID` makes it in
/// `pkg/asset/installconfig/clusterid.go` of openshift/installer.
pub fn base(cluster: &str) -> String {
    let mut base = String::new();
    for c in cluster.chars() {
        let c = if c.is_ascii_alphanumeric() { c } else { '-' };
        if !(c == '-' && base.ends_with('-')) {
            base.push(c);
        }
    }
    base.truncate(LONGEST_BASE);
    base.trim_end_matches('-').to_owned()
}

/// Splits `prod-nkqd9` into its two parts. Returns `None` for a word without the format of an infraID.
pub(crate) fn parts(id: &str) -> Option<(&str, &str)> {
    let (base, random) = id.rsplit_once('-')?;
    let lower = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let whole = random.len() == RANDOM && random.bytes().all(lower);
    (whole && !base.is_empty() && !base.starts_with('-') && !placeholder(random)).then_some((base, random))
}

/// Returns the infraID with this base that `token` is or begins with.
pub(crate) fn of_base<'t>(token: &'t str, base: &str) -> Option<&'t str> {
    let end = base.len() + 1 + RANDOM;
    let id = token.get(..end)?;
    let ends = matches!(token.as_bytes().get(end), None | Some(b'-'));
    (ends && parts(id)?.0 == base).then_some(id)
}

/// True if these five characters are probably random.
pub(crate) fn is_random(random: &str) -> bool {
    random.bytes().all(|b| LETTERS.contains(&b)) && !WORDS.contains(&random)
}

/// True if these five characters can end an infraID that a key marks: they are random, or have a digit.
pub(crate) fn is_no_word(random: &str) -> bool {
    is_random(random) || random.bytes().any(|b| b.is_ascii_digit())
}

/// True for five equal characters: `prod-xxxxx`.
fn placeholder(random: &str) -> bool {
    let mut bytes = random.bytes();
    let first = bytes.next();
    bytes.all(|b| Some(b) == first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_cut_as_the_installer_does() {
        assert_eq!(base("prod"), "prod");
        assert_eq!(base("a-cluster-with-a-very-long-name"), "a-cluster-with-a-very");
        assert_eq!(base("a-cluster-with-a-ver-long-name"), "a-cluster-with-a-ver", "no dash at the end");
        assert_eq!(base("my.cluster__x"), "my-cluster-x");
    }

    #[test]
    fn words_are_not_random() {
        for random in ["nkqd9", "hjvjz", "22222"] {
            assert!(is_random(random), "{random}");
        }
        for word in ["smoke", "nginx", "https", "parit", "node1", "abcde"] {
            assert!(!is_random(word), "{word}");
        }
        assert!(is_no_word("node1") && !is_no_word("infra"));
    }

    #[test]
    fn a_placeholder_has_no_shape() {
        assert_eq!(parts("prod-nkqd9"), Some(("prod", "nkqd9")));
        for not in ["prod-xxxxx", "prod-00000", "prod-nkq", "prod-nkqd99", "-nkqd9", "prod-NKQD9", "nkqd9"] {
            assert_eq!(parts(not), None, "{not}");
        }
    }

    #[test]
    fn an_id_is_a_word_or_the_beginning_of_one() {
        assert_eq!(of_base("prod-nkqd9", "prod"), Some("prod-nkqd9"));
        assert_eq!(of_base("prod-nkqd9-worker-profile", "prod"), Some("prod-nkqd9"));
        assert_eq!(of_base("prod-nkqd9x", "prod"), None);
        assert_eq!(of_base("prod-nkqd9", "pro"), None);
        assert_eq!(of_base("prod-éé", "prod"), None);
    }
}
