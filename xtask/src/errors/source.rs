//! The sources of the rooms, parsed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use syn::visit::{self, Visit};

/// Never seen by a person who hands over a cluster.
const WITHOUT: [&str; 1] = ["sandbox"];

/// One crate.
pub struct Room {
    /// Its files without their tests.
    pub files: Vec<File>,
    /// Its functions by name: a hint may be worded in one of them.
    pub functions: BTreeMap<String, syn::Block>,
    /// Its constants that are a text or a number, by name.
    constants: BTreeMap<String, BTreeSet<String>>,
}

impl Room {
    /// What a constant holds, where only one has that name.
    pub fn constant(&self, name: &str) -> Option<String> {
        let mut values = self.constants.get(name)?.iter();
        values.next().filter(|_| values.next().is_none()).cloned()
    }
}

/// One file.
pub struct File {
    /// Its path in the repository.
    pub path: String,
    /// What is in it.
    pub syntax: syn::File,
}

/// All crates that a person can meet.
pub fn rooms(root: &Path) -> Result<Vec<Room>, Vec<String>> {
    let mut names: Vec<String> = entries(&root.join("crates"))?;
    names.retain(|name| !WITHOUT.contains(&name.as_str()));
    names.iter().map(|name| room(root, name)).collect()
}

fn room(root: &Path, name: &str) -> Result<Room, Vec<String>> {
    let mut files = Vec::new();
    let mut folders = vec![format!("crates/{name}/src")];
    while let Some(folder) = folders.pop() {
        for entry in entries(&root.join(&folder))? {
            let path = format!("{folder}/{entry}");
            match entry.strip_suffix(".rs") {
                Some("tests") => {}
                Some(_) => files.push(file(&path, &read(&root.join(&path))?)?),
                None if root.join(&path).is_dir() => folders.push(path),
                None => {}
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(whole(files))
}

/// A crate of one file.
#[cfg(test)]
pub fn of_text(path: &str, text: &str) -> Result<Room, Vec<String>> {
    Ok(whole(vec![file(path, text)?]))
}

fn whole(files: Vec<File>) -> Room {
    let mut functions = Functions::default();
    files.iter().for_each(|file| functions.visit_file(&file.syntax));
    let Functions { functions, constants } = functions;
    Room { files, functions, constants }
}

fn file(path: &str, text: &str) -> Result<File, Vec<String>> {
    let mut syntax = syn::parse_file(text).map_err(|error| vec![format!("{path}: {error}")])?;
    syntax.items.retain(|item| !is_test(item));
    Ok(File { path: path.to_owned(), syntax })
}

fn is_test(item: &syn::Item) -> bool {
    match item {
        syn::Item::Mod(module) => module.attrs.iter().any(|attribute| attribute.path().is_ident("cfg")),
        _ => false,
    }
}

fn entries(folder: &Path) -> Result<Vec<String>, Vec<String>> {
    let failed = |error: std::io::Error| vec![error.to_string()];
    let mut names = Vec::new();
    for entry in fs_err::read_dir(folder).map_err(failed)? {
        names.push(entry.map_err(failed)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn read(file: &Path) -> Result<String, Vec<String>> {
    fs_err::read_to_string(file).map_err(|error| vec![error.to_string()])
}

#[derive(Default)]
struct Functions {
    functions: BTreeMap<String, syn::Block>,
    constants: BTreeMap<String, BTreeSet<String>>,
}

impl<'a> Visit<'a> for Functions {
    fn visit_item_fn(&mut self, function: &'a syn::ItemFn) {
        self.functions.insert(function.sig.ident.to_string(), (*function.block).clone());
        visit::visit_item_fn(self, function);
    }

    fn visit_item_const(&mut self, constant: &'a syn::ItemConst) {
        let value = match &*constant.expr {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => text.value(),
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(number), .. }) => {
                number.base10_digits().to_owned()
            }
            // It counts: of two with one name neither is meant for sure.
            _ => String::new(),
        };
        self.constants.entry(constant.ident.to_string()).or_default().insert(value);
    }
}
