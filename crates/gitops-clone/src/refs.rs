//! The choice of the wanted ref from a listing: pure.

use cluster_spec::RepoRef;

use crate::{RefKind, Tip};

/// A ref as the host lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    /// The full name: `refs/heads/main`.
    pub(crate) name: String,
    /// The object id, hexadecimal. An annotated tag gives the id of its object.
    pub(crate) id: String,
}

/// The most refs that an error names if the wanted ref is missing.
const NEAREST: usize = 3;
/// The least likeness (0 to 1) of a name that an error names.
const ALIKE: f64 = 0.5;

/// Returns the prefixes of the refs that the listing needs to find `wanted`.
pub(crate) fn prefixes(wanted: &RepoRef) -> Vec<String> {
    match wanted {
        RepoRef::Name(name) if name == "HEAD" => vec![name.clone()],
        RepoRef::Name(name) => vec![format!("refs/heads/{name}"), format!("refs/tags/{name}")],
        RepoRef::Full(name) => vec![name.clone()],
        // No listing shows a commit. Any listing proves the credentials.
        RepoRef::Commit(_) => vec!["HEAD".to_owned()],
    }
}

/// Returns the wanted ref, if the listing has it. A branch wins over a tag of the same name.
pub(crate) fn choose(wanted: &RepoRef, listed: &[Listed]) -> Option<Tip> {
    let find = |name: String| listed.iter().find(|listed| listed.name == name);
    let tip = |listed: &Listed, kind, also_tag| Tip {
        commit: listed.id.clone(),
        kind,
        also_tag,
        full_name: Some(listed.name.clone()),
        warnings: Vec::new(),
        login_ends: None,
    };
    match wanted {
        RepoRef::Commit(id) => Some(Tip {
            commit: id.to_ascii_lowercase(),
            kind: RefKind::Commit,
            also_tag: false,
            full_name: None,
            warnings: Vec::new(),
            login_ends: None,
        }),
        RepoRef::Full(name) => find(name.clone()).map(|listed| tip(listed, RefKind::Full, false)),
        RepoRef::Name(name) if name == "HEAD" => {
            find(name.clone()).map(|listed| tip(listed, RefKind::Full, false))
        }
        RepoRef::Name(name) => {
            let tag = find(format!("refs/tags/{name}"));
            match (find(format!("refs/heads/{name}")), tag) {
                (Some(branch), tag) => Some(tip(branch, RefKind::Branch, tag.is_some())),
                (None, Some(tag)) => Some(tip(tag, RefKind::Tag, false)),
                (None, None) => None,
            }
        }
    }
}

/// Returns the names most like the wanted one. Without a similar name, returns the first branches.
pub(crate) fn nearest(wanted: &RepoRef, listed: &[Listed]) -> Vec<String> {
    let wanted = wanted.as_str();
    let short = |listed: &'_ Listed| {
        let name = listed.name.as_str();
        let short = name.strip_prefix("refs/heads/").or_else(|| name.strip_prefix("refs/tags/"));
        if wanted.starts_with("refs/") { name.to_owned() } else { short.unwrap_or(name).to_owned() }
    };
    let mut names: Vec<String> = listed.iter().filter(|listed| listed.name != "HEAD").map(short).collect();
    names.dedup();
    let mut alike: Vec<_> = names.iter().map(|name| (likeness(wanted, name), name)).collect();
    alike.retain(|(likeness, _)| *likeness >= ALIKE);
    alike.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    if alike.is_empty() {
        return names.into_iter().take(NEAREST).collect();
    }
    let mut nearest: Vec<String> = alike.into_iter().map(|(_, name)| name.clone()).collect();
    nearest.dedup();
    nearest.truncate(NEAREST);
    nearest
}

fn likeness(wanted: &str, name: &str) -> f64 {
    let (wanted, name) = (wanted.to_lowercase(), name.to_lowercase());
    let part = name.rsplit('/').next() == Some(wanted.as_str()) || wanted.len() > 2 && name.contains(&wanted);
    if part { 0.9 } else { strsim::normalized_damerau_levenshtein(&wanted, &name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(names: &[&str]) -> Vec<Listed> {
        let id = |index: usize| format!("{index:040x}");
        names
            .iter()
            .enumerate()
            .map(|(index, name)| Listed { name: (*name).to_owned(), id: id(index + 1) })
            .collect()
    }

    fn check(wanted: &str, names: &[&str], expect: Option<(RefKind, bool, &str)>) {
        let tip = choose(&RepoRef::parse(wanted).unwrap(), &listed(names));
        let found =
            tip.as_ref().map(|tip| (tip.kind, tip.also_tag, tip.full_name.as_deref().unwrap_or(&tip.commit)));
        assert_eq!(found, expect);
    }

    #[test]
    fn a_name_is_a_branch() {
        check("main", &["refs/heads/main"], Some((RefKind::Branch, false, "refs/heads/main")));
    }

    #[test]
    fn a_name_is_a_tag_where_no_branch_has_it() {
        check("v1.0", &["refs/heads/main", "refs/tags/v1.0"], Some((RefKind::Tag, false, "refs/tags/v1.0")));
    }

    #[test]
    fn of_branch_and_tag_the_branch_counts_and_the_tag_is_reported() {
        check(
            "both",
            &["refs/heads/both", "refs/tags/both"],
            Some((RefKind::Branch, true, "refs/heads/both")),
        );
    }

    #[test]
    fn a_longer_name_is_another_one() {
        check("main", &["refs/heads/main2", "refs/heads/feature/main"], None);
    }

    #[test]
    fn a_full_reference_is_taken_as_it_is() {
        check("refs/pull/7/head", &["refs/pull/7/head"], Some((RefKind::Full, false, "refs/pull/7/head")));
    }

    #[test]
    fn a_commit_id_needs_no_listing_and_is_in_lower_case() {
        let (upper, lower) = ("A".repeat(40), "a".repeat(40));
        check(&upper, &[], Some((RefKind::Commit, false, &lower)));
    }

    fn near(wanted: &str, names: &[&str], expect: &[&str]) {
        assert_eq!(nearest(&RepoRef::parse(wanted).unwrap(), &listed(names)), expect);
    }

    #[test]
    fn the_nearest_names_come_first() {
        near("mian", &["refs/heads/main", "refs/heads/other", "refs/tags/v1"], &["main"]);
    }

    #[test]
    fn a_name_that_holds_the_wanted_one_is_near() {
        near("login", &["refs/heads/main", "refs/heads/feature/login"], &["feature/login"]);
    }

    #[test]
    fn where_nothing_is_near_the_first_branches_are_named() {
        near("zzz", &["refs/heads/develop", "refs/heads/main"], &["develop", "main"]);
    }

    #[test]
    fn for_a_full_reference_full_names_are_named() {
        near("refs/heads/mian", &["refs/heads/main"], &["refs/heads/main"]);
    }
}
