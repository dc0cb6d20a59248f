use advice::Diagnostic as _;
use secret::{quoted, quoted_path};
use transport::Settings;

use crate::GitError;

impl GitError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::InsecureLogin { .. } => "use https, or accept it with --allow-insecure-http".to_owned(),
            Self::CaFile { .. } => "let it name a file of PEM certificates".to_owned(),
            Self::Dns { .. } | Self::Unreachable { .. } | Self::TimedOut { .. } => {
                "check the host's name, the network, and HTTPS_PROXY/NO_PROXY or Git's http.proxy".to_owned()
            }
            Self::WantsTls { .. } => {
                "where that port speaks TLS, write gitops.repo_url with https:// in cluster.yaml".to_owned()
            }
            Self::Silent { .. } => {
                "check the network and the Git host, or wait longer for it with --fetch-timeout".to_owned()
            }
            Self::LoginInHeader { .. } => {
                "give the login to Argo CD too: GITOPS_REPO_USERNAME and GITOPS_REPO_PASSWORD, or Vault".to_owned()
            }
            Self::Busy { status: 429 | 403, wait, .. } => {
                let wait = wait.map_or(60, |wait| wait.as_secs());
                format!("run the same command again in {wait} s; with a login most hosts allow more requests")
            }
            Self::Busy { .. } => {
                "run the same command again once the Git host is well; a proxy on the way answers so too".to_owned()
            }
            Self::Page { url, .. } => format!(
                "see whose page it is: {}\na sign-in page: give a login (GITOPS_REPO_USERNAME and GITOPS_REPO_PASSWORD, or Vault); a firewall's or proxy's: check HTTPS_PROXY/NO_PROXY; else check the URL",
                see(url)
            ),
            Self::Http { status: 500..=599, .. } => {
                "wait until the Git host serves requests again, then run again".to_owned()
            }
            Self::Http { url, status: 400, .. } if url.starts_with("http://") => {
                format!("that port may speak TLS: write gitops.repo_url with https:// in cluster.yaml; see what the host answers:\n{}", see(url))
            }
            Self::Http { url, .. } => format!("see what the host answers:\n{}", see(url)),
            Self::Remote { url, .. } => {
                format!("try the same by hand, and run again where it passes:\ngit ls-remote {}", quoted(url))
            }
            Self::ObjectFormat { .. } => {
                "use a repository with SHA-1 objects (`git init --object-format=sha1`), and push the branch there".to_owned()
            }
            Self::Refused { .. } => "check host and port, and whether the Git host is up".to_owned(),
            Self::Proxy { host, origin, problem, .. } => problem.advice(origin, &settings(host)).to_string(),
            Self::Tls { host, problem } => problem.advice(&settings(host)).to_string(),
            Self::NoLogin { elsewhere, .. } => {
                let give = "give one: GITOPS_REPO_USERNAME and GITOPS_REPO_PASSWORD, Vault, or a git credential helper";
                match elsewhere.as_slice() {
                    [] => give.to_owned(),
                    names => format!("{give}; not used here: {}", names.join(", ")),
                }
            }
            Self::LoginRefused { status: 403, .. } => {
                "the login is known but may not read this repository: check its scopes, and single sign-on approval".to_owned()
            }
            Self::LoginRefused { .. } => "renew the password or token where it comes from".to_owned(),
            Self::SshRefused { url, .. } => format!("check that the key may read {url}, and that an ssh agent or Vault has it"),
            Self::SshVariant { .. } => {
                "set GIT_SSH_VARIANT=ssh where that program takes the options of OpenSSH, else use GIT_SSH_COMMAND".to_owned()
            }
            Self::HostKey { .. } => "add the host's key to known_hosts once it is checked: `ssh-keyscan HOST`".to_owned(),
            Self::NotFound { with_login: false, .. } => {
                "check the URL; a private repository answers like this where no login is sent".to_owned()
            }
            Self::NotFound { .. } => "check the URL, and that the login may read this repository".to_owned(),
            Self::Redirected { url, moved: false, .. } => format!(
                "no repository is there: a sign-in page, or a proxy's; check the URL, the login, and HTTPS_PROXY/NO_PROXY:\n{}",
                see(url)
            ),
            Self::Redirected { to, .. } => format!("if it moved there, write that into gitops.repo_url: {to}"),
            Self::NotGit { .. } => "check the URL: it must be the one that `git clone` takes".to_owned(),
            Self::Program { source, .. } => return source.hint().map(|hint| hint.to_string()),
            Self::NoSuchRef { nearest, .. } if !nearest.is_empty() => format!(
                "push it, or correct gitops.repo_ref in cluster.yaml; the nearest there are: {}",
                nearest.join(", ")
            ),
            Self::NoSuchRef { .. } => "push it, or correct gitops.repo_ref in cluster.yaml".to_owned(),
            Self::NoSuchCommit { .. } => "push it, or name a branch or tag that holds it".to_owned(),
            Self::Disk { path, source, .. } => disk::hint(source, path).to_string(),
            Self::Lock { path, source } => disk::explain_lock(source, path).hint.to_string(),
            Self::Io { source, .. } => disk::hint_of(source).to_string(),
            Self::Link { link, .. } => format!(
                "point {link} at a relative path inside the repository, or put a copy in its place; then commit and push it"
            ),
            Self::InSubmodule { submodule, .. } => {
                format!("move the files of {submodule} into the repository itself, then commit and push them")
            }
            Self::UnusablePath { .. } => {
                "push a commit without that path; where its name is at fault, this names it in a clone too:\ngit fsck --full".to_owned()
            }
            Self::Dirty { dir, .. } => format!(
                "commit and push them, delete {dir}, or put them away:\ngit -C {dir} stash --include-untracked",
                dir = quoted_path(dir)
            ),
            Self::NotARepository { dir } => format!("move it away:\nmv {dir} {dir}.old", dir = quoted_path(dir)),
            Self::ForeignCommit { dir, .. } => {
                format!("push that commit, or move the folder away:\nmv {dir} {dir}.old", dir = quoted_path(dir))
            }
            Self::Symlink { dir, .. } => format!("remove the link:\nrm {}", quoted_path(dir)),
            Self::Cache { path, .. } => format!("delete it, it is only a cache:\nrm -r {}", quoted_path(path)),
            Self::Stopped { .. } => "run the same command again: it continues where it ended".to_owned(),
            Self::BadUrl { .. } => {
                "correct that URL in the Git configuration or in gitops.repo_url; this shows where it is set:\ngit config --show-origin --get-regexp 'url|proxy'".to_owned()
            }
            Self::Config { .. } => {
                "correct the file that is named; Git fails at the same place:\ngit config --list --show-origin".to_owned()
            }
            Self::NotACommit { .. } => "let gitops.repo_ref name a branch, or a tag of a commit".to_owned(),
            Self::WorkingCopy { path, .. } => format!(
                "see what lies there; where it is the working copy, move it away, and the next run makes a new one:\nls -la {}",
                quoted_path(path)
            ),
        };
        Some(hint)
    }
}

/// The settings of Git that the hints of TLS and proxies name.
fn settings(host: &str) -> Settings {
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    Settings {
        place: if has_port { host.to_owned() } else { format!("{host}:443") },
        authority: format!(
            "trust its authority: `git config --global {} FILE`, or GIT_SSL_CAINFO=FILE",
            quoted(format!("http.https://{host}/.sslCAInfo"))
        )
        .into(),
        server_name: "use a name that the certificate has in gitops.repo_url".into(),
        client_certificate: "take ssh, or have the Git host accept a login without a client certificate"
            .into(),
        plain: "check scheme and port of gitops.repo_url: that port does not speak TLS".into(),
    }
}

/// The command that shows what a host answers to Git.
fn see(url: &str) -> String {
    format!("curl -sSi {} | head -40", quoted(format!("{url}/info/refs?service=git-upload-pack")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_any_name_is_one_word_of_its_command() {
        let hint = GitError::NotARepository { dir: "/it's $(id)".into() }.hint().unwrap();
        assert_eq!(hint, "move it away:\nmv '/it'\\''s $(id)' '/it'\\''s $(id)'.old");
        let hint = GitError::NotARepository { dir: "/a".into() }.hint().unwrap();
        assert_eq!(hint, "move it away:\nmv /a /a.old");
    }
}
