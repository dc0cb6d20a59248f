use crate::tidy::tracked::Tracked;

/// Names of rooms that everything would have to pass through.
const BANNED: [&str; 5] = ["utils", "util", "common", "helpers", "misc"];

/// Every source file and folder is named for the one thing in it.
pub(crate) fn check(files: &[Tracked]) -> Vec<String> {
    files
        .iter()
        .map(|(path, _)| path)
        .filter(|path| path.ends_with(".rs"))
        .filter(|path| path.split('/').any(|part| BANNED.contains(&part.trim_end_matches(".rs"))))
        .map(|path| format!("{path}: a name that says nothing about what is in it"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(path: &str) -> usize {
        check(&[(path.to_owned(), String::new())]).len()
    }

    #[test]
    fn a_drawer_for_everything_is_refused() {
        for banned in BANNED {
            assert_eq!(named(&format!("crates/a/src/{banned}.rs")), 1);
            assert_eq!(named(&format!("crates/a/src/{banned}/mod.rs")), 1);
        }
    }

    #[test]
    fn a_name_with_a_meaning_is_fine() {
        assert_eq!(named("crates/a/src/helper.rs"), 0);
        assert_eq!(named("docs/common.md"), 0);
    }
}
