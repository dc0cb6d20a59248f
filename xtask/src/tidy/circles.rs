use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{Item, UseTree};

use crate::tidy::test_items::is_test_item;
use crate::tidy::tracked::Tracked;

/// A module by its names from the crate's root, which has none.
type Module = Vec<String>;

/// No files of a crate depend on each other in a circle: each can be read after those that it uses.
pub(crate) fn check(files: &[Tracked]) -> Vec<String> {
    let mut crates: BTreeMap<&str, BTreeMap<Module, &str>> = BTreeMap::new();
    for (path, text) in files {
        if let Some((name, module)) = place(path) {
            crates.entry(name).or_default().insert(module, text);
        }
    }
    let told = |(name, circle): (&str, Vec<String>)| {
        format!("{name}: these files depend on each other in a circle: {}", circle.join(", "))
    };
    crates.iter().filter_map(|(name, modules)| Some((*name, circle(modules)?))).map(told).collect()
}

/// The crate and the module of a source file.
fn place(path: &str) -> Option<(&str, Module)> {
    let (name, rest) = match path.strip_prefix("crates/") {
        Some(rest) => rest.split_once("/src/")?,
        None => ("xtask", path.strip_prefix("xtask/src/")?),
    };
    let mut names: Module = rest.strip_suffix(".rs")?.split('/').map(str::to_owned).collect();
    if matches!(names.last()?.as_str(), "mod" | "lib" | "main") {
        names.pop();
    }
    Some((name, names))
}

/// The files of one circle.
fn circle(modules: &BTreeMap<Module, &str>) -> Option<Vec<String>> {
    let doors = doors(modules);
    let uses: BTreeMap<&Module, BTreeSet<&Module>> =
        modules.iter().map(|(module, text)| (module, used(modules, &doors, module, text))).collect();
    let reached = |from: &Module| {
        let mut seen: BTreeSet<&Module> = BTreeSet::new();
        let mut open: Vec<&Module> = uses.get(from).into_iter().flatten().copied().collect();
        while let Some(next) = open.pop() {
            if seen.insert(next) {
                open.extend(uses.get(next).into_iter().flatten().copied());
            }
        }
        seen
    };
    let reach: BTreeMap<&Module, BTreeSet<&Module>> =
        modules.keys().map(|module| (module, reached(module))).collect();
    let first = modules.keys().find(|module| reach[module].contains(module))?;
    let both = modules.keys().filter(|it| reach[first].contains(it) && reach[it].contains(first));
    Some(both.map(|module| if module.is_empty() { "lib".to_owned() } else { module.join("/") }).collect())
}

/// What modules hand out under a name (`pub use`, `pub(crate) use`): whoever takes it from there uses the module that it
/// comes from.
type Doors = BTreeMap<(Module, String), Module>;

fn doors(modules: &BTreeMap<Module, &str>) -> Doors {
    let of_module = |(module, text): (&Module, &&str)| {
        let names = Names::of(text).handed_out.into_iter();
        let from = |path: Vec<String>| {
            let (origin, _) = resolved(modules, module, &path)?;
            Some(((module.clone(), path.last()?.clone()), origin.clone()))
        };
        names.filter_map(from).collect::<Vec<_>>()
    };
    modules.iter().flat_map(of_module).collect()
}

/// The modules that a file names.
fn used<'a>(
    modules: &'a BTreeMap<Module, &str>,
    doors: &'a Doors,
    here: &Module,
    text: &str,
) -> BTreeSet<&'a Module> {
    let of_path = |path: &Vec<String>| {
        let (module, name) = resolved(modules, here, path)?;
        let behind = name.and_then(|name| doors.get(&(module.clone(), name.clone())));
        Some(behind.unwrap_or(module))
    };
    Names::of(text).paths.iter().filter_map(of_path).filter(|module| *module != here).collect()
}

/// The deepest module that a path leads to, and the name behind it.
fn resolved<'a, 'p>(
    modules: &'a BTreeMap<Module, &str>,
    here: &Module,
    path: &'p [String],
) -> Option<(&'a Module, Option<&'p String>)> {
    let supers = path.iter().take_while(|name| *name == "super").count();
    let (mut at, rest) = match path.first()?.as_str() {
        "crate" => (Module::new(), &path[1..]),
        "self" => (here.clone(), &path[1..]),
        "super" => (here[..here.len().checked_sub(supers)?].to_vec(), &path[supers..]),
        child => {
            let below = [here.as_slice(), &[child.to_owned()]].concat();
            modules.get_key_value(&below)?;
            (here.clone(), path)
        }
    };
    let mut rest = rest.iter();
    let mut name = rest.next();
    while let Some(next) = name {
        at.push(next.clone());
        if !modules.contains_key(&at) {
            at.pop();
            break;
        }
        name = rest.next();
    }
    modules.get_key_value(&at).map(|(module, _)| (module, name))
}

/// All paths of a file but those of its tests.
#[derive(Default)]
struct Names {
    paths: Vec<Vec<String>>,
    /// Those of `pub use` and its like.
    handed_out: Vec<Vec<String>>,
}

impl Names {
    fn of(text: &str) -> Self {
        let mut names = Self::default();
        if let Ok(syntax) = syn::parse_file(text) {
            names.visit_file(&syntax);
        }
        names
    }
}

/// Each path of `use a::{b, c::d}`.
fn each(before: &[String], tree: &UseTree) -> Vec<Vec<String>> {
    let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
    match tree {
        UseTree::Path(path) => each(&with(&path.ident), &path.tree),
        UseTree::Name(name) => vec![with(&name.ident)],
        UseTree::Rename(name) => vec![with(&name.ident)],
        UseTree::Glob(_) => vec![before.to_vec()],
        UseTree::Group(group) => group.items.iter().flat_map(|item| each(before, item)).collect(),
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test_item(item) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        // `use ::name` is a crate, whatever module bears that name.
        if item.leading_colon.is_some() {
            return;
        }
        let paths = each(&[], &item.tree);
        match item.vis {
            syn::Visibility::Inherited => self.paths.extend(paths),
            _ => self.handed_out.extend(paths),
        }
    }

    /// The path in `pub(in …)` is no use.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() && path.segments.len() > 1 {
            self.paths.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(files: &[(&str, &str)], expect: &[&str]) {
        let files: Vec<Tracked> = files.iter().map(|(path, text)| ((*path).into(), (*text).into())).collect();
        assert_eq!(super::check(&files), expect);
    }

    const TOLD: &str = "disk: these files depend on each other in a circle: ";

    #[test]
    fn a_circle_is_told_with_its_files() {
        let one = ("crates/disk/src/one.rs", "use crate::two::{Two, three::Three};");
        let two = ("crates/disk/src/two.rs", "fn f() { super::one::f(); }");
        check(&[one, two], &[&format!("{TOLD}one, two")]);
        check(&[one, ("crates/disk/src/two.rs", "pub struct Two;")], &[]);
    }

    #[test]
    fn a_file_and_the_one_below_it_are_a_circle_where_each_uses_the_other() {
        let parent = ("crates/disk/src/a/mod.rs", "mod b; fn f() { b::g(); }");
        check(&[parent, ("crates/disk/src/a/b.rs", "use super::f;")], &[&format!("{TOLD}a, a/b")]);
        check(&[parent, ("crates/disk/src/a/b.rs", "use super::c::g;"), ("crates/disk/src/a/c.rs", "")], &[]);
    }

    #[test]
    fn what_a_crate_hands_out_at_its_root_is_of_the_file_that_it_comes_from() {
        let lib = ("crates/disk/src/lib.rs", "mod one; mod two; pub use one::One; pub use two::Two;");
        let one = ("crates/disk/src/one.rs", "use crate::Two; pub struct One;");
        check(&[lib, one, ("crates/disk/src/two.rs", "pub struct Two;")], &[]);
        let told = format!("{TOLD}one, two");
        check(&[lib, one, ("crates/disk/src/two.rs", "use crate::One; pub struct Two;")], &[&told]);
    }

    #[test]
    fn tests_and_other_crates_count_for_nothing() {
        let one = ("crates/disk/src/one.rs", "use crate::two::Two;");
        check(&[one, ("crates/disk/src/two.rs", "#[cfg(test)] mod tests { use crate::one::f; }")], &[]);
        check(&[one, ("crates/secret/src/two.rs", "use crate::one::f;")], &[]);
    }

    #[test]
    fn a_crate_that_bears_the_name_of_a_file_is_not_that_file() {
        let parent = ("crates/disk/src/a/mod.rs", "mod b; use ::b::g; fn f() { ::b::g(); }");
        check(&[parent, ("crates/disk/src/a/b.rs", "fn g() { super::f(); }")], &[]);
    }

    #[test]
    fn visibility_is_no_use() {
        let parent = ("crates/disk/src/a/mod.rs", "mod b; fn f() { b::g(); }");
        check(&[parent, ("crates/disk/src/a/b.rs", "pub(in crate::a) fn g() {}")], &[]);
    }
}
