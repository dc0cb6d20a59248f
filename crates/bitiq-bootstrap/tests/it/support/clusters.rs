//! Folders of clusters without a sandbox.

/// A folder of clusters that is empty but for these.
pub fn clusters(names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs_err::create_dir_all(folder.path().join("clusters")).unwrap();
    for name in names {
        let folder = folder.path().join("clusters").join(name);
        fs_err::create_dir_all(&folder).unwrap();
        let text = format!(
            "name: {name}\ndns: {{base_domain: example.com}}\ngitops: {{repo_url: https://git.example.com/x.git, repo_ref: main, env: prod}}\n"
        );
        fs_err::write(folder.join("cluster.yaml"), text).unwrap();
    }
    folder
}

pub const FLAGS: [&str; 6] =
    ["--base-domain", "example.com", "--env", "prod", "--repo-url", "https://git.example.com/gitops.git"];
