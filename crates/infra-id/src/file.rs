//! The choice of searched files.

/// The size limit of a searched file, in bytes.
pub const LARGEST: u64 = 1 << 20;

/// The bytes that are searched for a zero, by Git's own rule for binary files.
const SEARCHED: usize = 8000;

/// The names of folders with test data.
const FOLDERS: [&str; 6] = ["test", "tests", "testdata", "__tests__", "__snapshots__", "fixtures"];

/// True if a file with this path is searched. Files of tests are not.
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

/// True if the content is binary for Git.
pub(crate) fn is_binary(content: &[u8]) -> bool {
    content[..content.len().min(SEARCHED)].contains(&0)
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
