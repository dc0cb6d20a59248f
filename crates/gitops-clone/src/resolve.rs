use std::collections::VecDeque;

use gix::bstr::{BStr, BString, ByteSlice as _};
use gix::objs::tree::EntryKind;

use crate::GitError;
use crate::commit::Commit;
use crate::leads::{HOPS, Leads};

/// An entry of a commit. Its path had every symbolic link followed.
pub(crate) struct Resolved {
    pub kind: EntryKind,
    pub id: gix::ObjectId,
    /// The path of the entry, without symbolic links.
    pub path: BString,
}

/// A part of a path that is not resolved yet, and the index of the link that it comes from.
struct Part {
    name: BString,
    from: Option<usize>,
}

/// A symbolic link that was followed.
struct Link {
    path: BString,
    target: BString,
}

/// The walk through the folders of a commit.
struct Walk<'a> {
    commit: &'a Commit,
    repository: &'a gix::Repository,
    /// The wanted path.
    wanted: &'a str,
    /// The open folders with their paths, the root first.
    folders: Vec<(BString, gix::ObjectId)>,
    parts: VecDeque<Part>,
    links: Vec<Link>,
}

/// Returns the entry at `path` as the kernel finds it in a checkout: symbolic links in every part of the path are
/// followed. Returns `None` if the entry does not exist and no link is the cause.
///
/// # Errors
/// A link that can't be followed; a submodule in the path; a damaged cache.
pub(crate) fn resolve(
    commit: &Commit,
    repository: &gix::Repository,
    path: &str,
) -> Result<Option<Resolved>, GitError> {
    let root = repository.find_object(commit.object_id()).and_then(|object| object.peel_to_tree());
    let root = root.map_err(|error| commit.damaged(&error))?.id;
    let folders = vec![(BString::default(), root)];
    let (parts, links) = (VecDeque::new(), Vec::new());
    let mut walk = Walk { commit, repository, wanted: path, folders, parts, links };
    walk.prepend(path.into(), None);
    walk.run()
}

impl Walk<'_> {
    fn run(&mut self) -> Result<Option<Resolved>, GitError> {
        while let Some(part) = self.parts.pop_front() {
            match part.name.as_slice() {
                b"" | b"." => continue,
                b".." => {
                    if self.folders.len() == 1 {
                        return self.lost(&part, Leads::Outside);
                    }
                    self.folders.pop();
                    continue;
                }
                _ => {}
            }
            let Some(found) = self.entry(part.name.as_bstr())? else {
                return self.lost(&part, Leads::Nowhere);
            };
            match found.kind {
                EntryKind::Tree => self.folders.push((found.path, found.id)),
                EntryKind::Link => self.follow(&part, found)?,
                _ if self.parts.is_empty() => return Ok(Some(found)),
                EntryKind::Commit => return Err(self.in_submodule(found.path.as_bstr())),
                // A file is at the place of a folder.
                EntryKind::Blob | EntryKind::BlobExecutable => return self.lost(&part, Leads::Nowhere),
            }
        }
        let folder = self.folders.pop();
        Ok(folder.map(|(path, id)| Resolved { kind: EntryKind::Tree, id, path }))
    }

    /// Returns the entry of this name in the current folder.
    fn entry(&self, name: &BStr) -> Result<Option<Resolved>, GitError> {
        let Some((folder, id)) = self.folders.last() else { return Ok(None) };
        let find = || -> gix::Result<_> {
            let tree = self.repository.find_tree(*id)?;
            let entry = tree.find_entry(name.as_bytes());
            Ok(entry.map(|entry| (entry.mode().kind(), entry.object_id())))
        };
        let found = find().map_err(|error| self.commit.damaged(&error))?;
        let path =
            if folder.is_empty() { name.to_owned() } else { [folder, name.as_bytes()].join(&b'/').into() };
        Ok(found.map(|(kind, id)| Resolved { kind, id, path }))
    }

    /// Replaces the link in the path with its target.
    fn follow(&mut self, part: &Part, link: Resolved) -> Result<(), GitError> {
        let target = self.repository.find_object(link.id).map_err(|error| self.commit.damaged(&error))?;
        let target = BString::from(target.data.clone());
        if self.links.len() == HOPS {
            return self.lost(part, Leads::Around).map(drop);
        }
        self.links.push(Link { path: link.path, target: target.clone() });
        let from = Some(self.links.len() - 1);
        if target.is_empty() || target.starts_with(b"/") {
            let leads = if target.is_empty() { Leads::Nowhere } else { Leads::Outside };
            return self.lost(&Part { name: target, from }, leads).map(drop);
        }
        self.prepend(target.as_bstr(), from);
        Ok(())
    }

    fn prepend(&mut self, path: &BStr, from: Option<usize>) {
        for name in path.split(|byte| *byte == b'/').rev() {
            self.parts.push_front(Part { name: name.into(), from });
        }
    }

    /// Returns an error if the part comes from a link, else `None`.
    fn lost(&self, part: &Part, leads: Leads) -> Result<Option<Resolved>, GitError> {
        let Some(link) = part.from.and_then(|link| self.links.get(link)) else { return Ok(None) };
        Err(GitError::Link {
            path: self.wanted.to_owned(),
            commit: self.commit.short(),
            link: link.path.to_string(),
            target: link.target.to_string(),
            leads,
        })
    }

    fn in_submodule(&self, submodule: &BStr) -> GitError {
        GitError::InSubmodule {
            path: self.wanted.to_owned(),
            commit: self.commit.short(),
            submodule: submodule.to_string(),
        }
    }
}
