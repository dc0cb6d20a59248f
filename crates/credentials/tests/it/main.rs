//! The tests of `credentials`.

#![cfg(test)]

mod cluster;
mod environment;
mod helper;
mod kv;
mod order;
mod told;
mod username;
mod vault;

use cluster_spec::RepoUrl;
use credentials::Candidate;
use secret::{ExposeSecret as _, RepoLogin};

const HTTPS: &str = "https://git.example.com/team/gitops.git";
const SSH: &str = "git@git.example.com:team/gitops.git";

/// The container of an OpenSSH key, with no key in it.
const KEY: &str = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAEG5vdCBhIHB1YmxpYyBrZXkAAAAsbm90\nIGEgcHJpdmF0ZSBrZXksIGJ1dCBhIHNlY3JldCBhbGwgdGhlIHNhbWU=\n-----END OPENSSH PRIVATE KEY-----\n";

fn url(text: &str) -> RepoUrl {
    RepoUrl::parse(text).unwrap()
}

/// What a candidate says, its secret in the open, its warnings below.
fn told(candidate: Candidate) -> String {
    let answer = match &candidate.answer {
        Ok(RepoLogin::Basic { username, password }) => format!("{username} / {}", password.expose_secret()),
        Ok(RepoLogin::SshKey { private_key }) => format!("key {}", private_key.expose_secret()),
        Err(why) => format!("none: {why}"),
    };
    let warnings = candidate.warnings.iter().map(|warning| format!("\nwarning: {warning}"));
    format!("{} → {answer}{}", candidate.origin, warnings.collect::<String>())
}
