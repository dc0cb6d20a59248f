//! Which files are looked at.

/// Larger files do not count.
pub const LARGEST: u64 = 1 << 20;

/// Git's own rule: so many bytes are looked at for a zero.
const LOOKED_AT: usize = 8000;

/// Folders whose files are made up for tests.
const FOLDERS: [&str; 6] = ["test", "tests", "testdata", "__tests__", "__snapshots__", "fixtures"];

/// Whether a file of this path counts: those of tests do not.
pub fn counts(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let in_tests = folders.split('/').any(|folder| FOLDERS.contains(&folder.to_ascii_lowercase().as_str()));
    let name = name.to_ascii_lowercase();
    let (stem, extension) = name.split_once('.').unwrap_or((&name, ""));
    let is_test = stem.ends_with("_test")
        || stem.ends_with("-test")
        || stem.starts_with("test_")
        || extension.split('.').any(|part| matches!(part, "test" | "spec" | "bats" | "snap"));
    !in_tests && !is_test
}

/// Whether Git would call it binary.
pub(crate) fn is_binary(content: &[u8]) -> bool {
    content[..content.len().min(LOOKED_AT)].contains(&0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_do_not_count() {
        for path in [
            "charts/cluster-capacity/tests/machinesets_test.yaml",
            "tests/ddns.bats",
            "pkg/a_test.go",
            "pkg/test_a.py",
            "web/a.test.ts",
            "pkg/testdata/values.yaml",
        ] {
            assert!(!counts(path), "{path}");
        }
    }

    #[test]
    fn what_only_sounds_like_one_counts() {
        for path in
            ["charts/cluster-capacity/values-prod.yaml", "docs/testing.md", "charts/latest/a.yaml", "contest"]
        {
            assert!(counts(path), "{path}");
        }
    }
}
