use std::collections::VecDeque;

use gix::bstr::{BStr, BString, ByteSlice as _};
use gix::objs::tree::EntryKind;

use crate::GitError;
use crate::commit::Commit;
use crate::leads::{HOPS, Leads};

/// An entry of a commit, found with all symbolic links on the way followed.
pub(crate) struct Resolved {
    pub kind: EntryKind,
    pub id: gix::ObjectId,
    /// The path of the entry itself, without a link in it.
    pub path: BString,
}

/// A part of a path that is still to be looked up, and the link that it comes from.
struct Part {
    name: BString,
    from: Option<usize>,
}

/// A symbolic link that was followed.
struct Link {
    path: BString,
    target: BString,
}

/// The way through the folders of a commit.
struct Way<'a> {
    commit: &'a Commit,
    repository: &'a gix::Repository,
    /// What was asked for.
    asked: &'a str,
    /// The root first; each with its path.
    folders: Vec<(BString, gix::ObjectId)>,
    parts: VecDeque<Part>,
    links: Vec<Link>,
}

/// The entry at `path`, as the kernel would find it in a checkout: symbolic links are followed in every part of it.
/// None where there is no such entry and no link is to blame.
///
/// # Errors
/// A link that can't be followed; a submodule on the way; a damaged cache.
pub(crate) fn resolve(
    commit: &Commit,
    repository: &gix::Repository,
    path: &str,
) -> Result<Option<Resolved>, GitError> {
    let root = repository.find_object(commit.object_id()).and_then(|object| object.peel_to_tree());
    let root = root.map_err(|error| commit.damaged(&error))?.id;
    let folders = vec![(BString::default(), root)];
    let mut way = Way { commit, repository, asked: path, folders, parts: VecDeque::new(), links: Vec::new() };
    way.prepend(path.into(), None);
    way.walk()
}

impl Way<'_> {
    fn walk(&mut self) -> Result<Option<Resolved>, GitError> {
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
                // A file, where a folder is needed.
                EntryKind::Blob | EntryKind::BlobExecutable => return self.lost(&part, Leads::Nowhere),
            }
        }
        let folder = self.folders.pop();
        Ok(folder.map(|(path, id)| Resolved { kind: EntryKind::Tree, id, path }))
    }

    /// The entry of this name in the folder where the way has come to.
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

    /// What a link holds takes its place in the path.
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

    /// An error where a link led here, else nothing.
    fn lost(&self, part: &Part, leads: Leads) -> Result<Option<Resolved>, GitError> {
        let Some(link) = part.from.and_then(|link| self.links.get(link)) else { return Ok(None) };
        Err(GitError::Link {
            path: self.asked.to_owned(),
            commit: self.commit.short(),
            link: link.path.to_string(),
            target: link.target.to_string(),
            leads,
        })
    }

    fn in_submodule(&self, submodule: &BStr) -> GitError {
        GitError::InSubmodule {
            path: self.asked.to_owned(),
            commit: self.commit.short(),
            submodule: submodule.to_string(),
        }
    }
}
