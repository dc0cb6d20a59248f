use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The packages and who needs whom, as `cargo metadata` tells.
#[derive(Default)]
pub(crate) struct Graph {
    /// By cargo's package id.
    pub(crate) packages: BTreeMap<String, Package>,
}

/// One package of the lock file.
#[derive(Default)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) licence: Option<String>,
    /// Whether it is one of this workspace.
    pub(crate) ours: bool,
    pub(crate) needs: Vec<Need>,
}

/// That one package needs another.
pub(crate) struct Need {
    /// Cargo's package id.
    pub(crate) id: String,
    /// What for: one edge may be of several kinds.
    pub(crate) kinds: BTreeSet<Kind>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Normal,
    Build,
    Dev,
}

impl Graph {
    /// Reads what `cargo metadata --format-version 1` wrote.
    pub(crate) fn of_metadata(json: &[u8]) -> Result<Self, String> {
        let metadata: Value =
            serde_json::from_slice(json).map_err(|error| format!("cargo metadata: {error}"))?;
        let mut packages: BTreeMap<String, Package> = items(&metadata["packages"]).map(package).collect();
        for node in items(&metadata["resolve"]["nodes"]) {
            if let Some(package) = packages.get_mut(&text(&node["id"])) {
                package.needs = items(&node["deps"]).map(need).collect();
            }
        }
        Ok(Self { packages })
    }

    /// The packages of this workspace.
    pub(crate) fn ours(&self) -> impl Iterator<Item = &Package> {
        self.packages.values().filter(|package| package.ours)
    }

    /// What `package` needs itself, and what for.
    pub(crate) fn needs<'a>(
        &'a self,
        package: &'a Package,
    ) -> impl Iterator<Item = (&'a Package, &'a BTreeSet<Kind>)> {
        package.needs.iter().filter_map(|need| Some((self.packages.get(&need.id)?, &need.kinds)))
    }

    /// The names of all that ends up in `package` when it is built, itself included.
    pub(crate) fn closure<'a>(&'a self, package: &'a Package) -> BTreeSet<&'a str> {
        let mut names = BTreeSet::new();
        let mut open = vec![package];
        while let Some(next) = open.pop() {
            if names.insert(next.name.as_str()) {
                let normal = self.needs(next).filter(|(_, kinds)| kinds.contains(&Kind::Normal));
                open.extend(normal.map(|(needed, _)| needed));
            }
        }
        names
    }
}

fn package(json: &Value) -> (String, Package) {
    let package = Package {
        name: text(&json["name"]),
        version: text(&json["version"]),
        licence: json["license"].as_str().map(str::to_owned),
        // Only what comes from a registry or from git has a source.
        ours: json["source"].is_null(),
        needs: Vec::new(),
    };
    (text(&json["id"]), package)
}

fn need(json: &Value) -> Need {
    let kinds = items(&json["dep_kinds"]).map(|kind| match kind["kind"].as_str() {
        Some("dev") => Kind::Dev,
        Some("build") => Kind::Build,
        _ => Kind::Normal,
    });
    Need { id: text(&json["pkg"]), kinds: kinds.collect() }
}

fn items(json: &Value) -> impl Iterator<Item = &Value> {
    json.as_array().into_iter().flatten()
}

fn text(json: &Value) -> String {
    json.as_str().unwrap_or_default().to_owned()
}

/// Small planted graphs for the tests of the rules.
#[cfg(test)]
pub(crate) mod planted {
    use super::*;

    /// A graph of `(name, [(needed, kind)])`; the names in `ours` are of this workspace.
    pub(crate) fn graph(ours: &[&str], packages: &[(&str, &[(&str, Kind)])]) -> Graph {
        let mut graph = Graph::default();
        for (name, needs) in packages {
            for (needed, _) in *needs {
                graph.packages.entry((*needed).to_owned()).or_insert_with(|| named(needed, ours));
            }
            let package = graph.packages.entry((*name).to_owned()).or_insert_with(|| named(name, ours));
            package.needs = needs
                .iter()
                .map(|(id, kind)| Need { id: (*id).to_owned(), kinds: BTreeSet::from([*kind]) })
                .collect();
        }
        graph
    }

    fn named(name: &str, ours: &[&str]) -> Package {
        let licence = Some("MIT".to_owned());
        Package {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            licence,
            ours: ours.contains(&name),
            needs: vec![],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_of_cargo_is_understood() {
        let json = br#"{
            "packages": [
                {"id": "path#a@0.1.0", "name": "a", "version": "0.1.0", "license": "Apache-2.0", "source": null},
                {"id": "reg#b@1.0.0", "name": "b", "version": "1.0.0", "license": null, "source": "registry"}],
            "resolve": {"nodes": [
                {"id": "path#a@0.1.0", "deps": [{"pkg": "reg#b@1.0.0", "dep_kinds": [{"kind": null}, {"kind": "dev"}]}]},
                {"id": "reg#b@1.0.0", "deps": []}]}}"#;
        let graph = Graph::of_metadata(json).unwrap();
        let ours: Vec<&Package> = graph.ours().collect();
        assert_eq!(ours.len(), 1);
        let (needed, kinds) = graph.needs(ours[0]).next().unwrap();
        assert_eq!((needed.name.as_str(), needed.licence.as_deref()), ("b", None));
        assert_eq!(*kinds, BTreeSet::from([Kind::Normal, Kind::Dev]));
    }

    #[test]
    fn the_closure_leaves_out_what_only_tests_and_build_scripts_need() {
        let graph = planted::graph(
            &["a"],
            &[
                ("a", &[("b", Kind::Normal), ("c", Kind::Dev)]),
                ("b", &[("d", Kind::Normal), ("e", Kind::Build)]),
            ],
        );
        assert_eq!(graph.closure(&graph.packages["a"]), BTreeSet::from(["a", "b", "d"]));
    }
}
