//! Credentials in `.git/config` that another program or a user wrote, beside the URL of `origin`.

use std::path::Path;

use cluster_spec::RepoUrl;
use gix::bstr::{BString, ByteSlice as _};

use crate::plan::{end_of_login, without_login};
use crate::words::chain;
use crate::{GitError, dot_git};

/// The settings that can hold credentials, in lower case: sections, and keys in them.
const PLACES: [(&str, &[&str]); 3] =
    [("remote", &["url", "pushurl"]), ("submodule", &["url"]), ("http", &["extraheader"])];

/// The credentials removed from a configuration.
#[derive(Default)]
struct Taken {
    /// The names of the settings that held credentials. Never a value.
    names: Vec<String>,
    /// The URLs before and after.
    urls: Vec<(String, String)>,
}

/// Returns the settings that hold credentials, for example `http.https://git.example.com/.extraheader`. The URL
/// `origin` is left out, because [`dot_git::set_origin`] replaces it.
pub(crate) fn found(git_dir: &Path, origin: Option<&str>) -> Result<Vec<String>, GitError> {
    let mut config = read(git_dir)?;
    let taken = take_from(&mut config, origin).map_err(|error| failed("read", git_dir, &error))?;
    Ok(taken.names)
}

/// Removes all credentials from the configuration, and their URLs from the logs.
pub(crate) fn take_out(git_dir: &Path) -> Result<(), GitError> {
    let mut config = read(git_dir)?;
    let taken =
        take_from(&mut config, None).map_err(|error| failed("remove credentials from", git_dir, &error))?;
    if taken.names.is_empty() {
        return Ok(());
    }
    dot_git::write(&git_dir.join("config"), config.to_bstring().as_bytes())?;
    taken.urls.iter().try_for_each(|(before, after)| dot_git::scrub(git_dir, before, after))
}

fn read(git_dir: &Path) -> Result<gix::config::File, GitError> {
    let path = git_dir.join("config");
    gix::config::File::from_path_no_includes(path, gix::config::Source::Local)
        .map_err(|error| failed("read", git_dir, &error))
}

fn failed(doing: &'static str, git_dir: &Path, error: &gix::Error) -> GitError {
    GitError::WorkingCopy { doing, path: git_dir.join("config"), detail: chain(error) }
}

fn take_from(config: &mut gix::config::File, except: Option<&str>) -> gix::Result<Taken> {
    let mut taken = Taken::default();
    let ids: Vec<_> = config.sections_and_ids().map(|(_, id)| id).collect();
    for id in ids {
        let Some(mut section) = config.section_mut_by_id(id) else { continue };
        let name = section.header().name().to_str_lossy().to_ascii_lowercase();
        let subsection = section.header().subsection_name().map(|name| name.to_str_lossy().into_owned());
        let keys = PLACES.iter().filter(|(section, _)| *section == name).flat_map(|(_, keys)| *keys);
        let before = taken.names.len();
        for key in keys {
            let values = section.values(key);
            let clean: Vec<BString> =
                values.iter().filter_map(|value| cleaned(key, value, except, &mut taken.urls)).collect();
            if clean == values {
                continue;
            }
            for _ in &values {
                section.remove(key);
            }
            for value in &clean {
                section.push(key, Some(value.as_bstr()))?;
            }
            let parts =
                [Some(name.clone()), subsection.as_deref().map(without_login), Some((*key).to_owned())];
            taken.names.push(parts.into_iter().flatten().collect::<Vec<_>>().join("."));
        }
        // The name of an emptied header section can hold credentials too.
        if taken.names.len() > before && section.num_values() == 0 {
            config.remove_section_by_id(id);
        }
    }
    taken.names.dedup();
    Ok(taken)
}

/// Returns the value without credentials. A header is removed, unless it is empty: that one clears headers of other
/// files.
fn cleaned(
    key: &str,
    value: &BString,
    except: Option<&str>,
    urls: &mut Vec<(String, String)>,
) -> Option<BString> {
    if key == "extraheader" {
        return value.is_empty().then(|| value.clone());
    }
    let url = value.to_str_lossy();
    match without(&url).filter(|_| except != Some(&*url)) {
        Some(clean) => {
            urls.push((url.into_owned(), clean.clone()));
            Some(clean.into())
        }
        None => Some(value.clone()),
    }
}

/// Returns the URL without its credentials, or `None` if it has none. The user name of an ssh URL is no credential.
fn without(url: &str) -> Option<String> {
    if RepoUrl::parse(url).is_ok() {
        return None;
    }
    let (head, rest) = url.split_at(url.find("://")? + "://".len());
    let at = end_of_login(rest)?;
    let (login, host) = (&rest[..at], &rest[at + 1..]);
    if head.starts_with("http") {
        return Some(format!("{head}{host}"));
    }
    let (user, _) = login.split_once(':')?;
    Some(format!("{head}{user}@{host}"))
}
