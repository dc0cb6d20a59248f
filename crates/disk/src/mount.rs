//! The mount table of the kernel.

use std::ffi::OsString;
use std::fmt;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

const TABLE: &str = "/proc/self/mountinfo";

/// A mounted file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The folder that it is mounted at.
    pub point: PathBuf,
    /// Its kind: `ext4`, `nfs4`, `tmpfs`.
    pub kind: String,
    /// Of the mount and of the file system below it: `rw`, `noexec`, `size=64k`.
    pub options: Vec<String>,
}

impl Mount {
    /// The mount that `path` lies on; `path` need not be there. None where the system has no mount table to read.
    pub fn of(path: &Path) -> Option<Self> {
        let path = std::path::absolute(path).ok()?;
        let real = path.ancestors().find_map(|folder| fs_err::canonicalize(folder).ok())?;
        find(&fs_err::read(TABLE).ok()?, &real)
    }

    /// Whether it forbids to start programs.
    pub fn is_noexec(&self) -> bool {
        self.options.iter().any(|option| option == "noexec")
    }
}

impl fmt::Display for Mount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.point.display(), self.kind)
    }
}

/// The mount with the longest point above `path`; of several at one point the last one hides the others.
fn find(table: &[u8], path: &Path) -> Option<Mount> {
    let mounts = table.split(|byte| *byte == b'\n').filter_map(parse);
    mounts.filter(|mount| path.starts_with(&mount.point)).max_by_key(|mount| mount.point.components().count())
}

/// `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`
fn parse(line: &[u8]) -> Option<Mount> {
    let mut fields = line.split(|byte| *byte == b' ');
    let point = unescaped(fields.nth(4)?);
    let own = fields.next()?;
    fields.find(|field| *field == b"-")?;
    let kind = String::from_utf8_lossy(fields.next()?).into_owned();
    let below = fields.nth(1).unwrap_or_default();
    let options = [own, below].into_iter().flat_map(|list| list.split(|byte| *byte == b','));
    let options = options.map(|option| String::from_utf8_lossy(option).into_owned()).collect();
    Some(Mount { point: PathBuf::from(OsString::from_vec(point)), kind, options })
}

/// Blank, tab, line feed and backslash stand as `\040` in the table.
fn unescaped(field: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(field.len());
    let mut at = 0;
    while let Some(&byte) = field.get(at) {
        let digits = field.get(at + 1..at + 4).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(code) if byte == b'\\' => {
                plain.push(code);
                at += 4;
            }
            _ => {
                plain.push(byte);
                at += 1;
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[u8] = b"22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n\
        30 22 0:25 / /srv rw,noexec - nfs4 host:/srv rw,vers=4.2\n\
        31 22 0:26 / /srv/a\\040b ro,nosuid - tmpfs none rw,size=64k\n\
        32 22 0:27 / /srv rw - xfs /dev/sdb1 rw\n";

    fn at(path: &str) -> Mount {
        find(TABLE, Path::new(path)).unwrap()
    }

    #[test]
    fn the_mount_of_a_path_is_the_nearest_one_above_it() {
        assert_eq!(at("/data/ops").to_string(), "/ (ext4)");
        assert_eq!(at("/srv/a b/.work").to_string(), "/srv/a b (tmpfs)");
        assert_eq!(at("/srvx").to_string(), "/ (ext4)");
    }

    #[test]
    fn of_two_mounts_at_one_point_the_later_one_counts() {
        assert_eq!(at("/srv/x").kind, "xfs");
        assert!(!at("/srv/x").is_noexec());
    }

    #[test]
    fn the_options_are_those_of_the_mount_and_of_the_file_system() {
        assert_eq!(at("/srv/a b").options, ["ro", "nosuid", "rw", "size=64k"]);
    }

    #[test]
    fn a_line_of_another_form_is_passed_over() {
        assert_eq!(find(b"nonsense\n1 2 3\n", Path::new("/")), None);
    }

    #[test]
    fn a_path_that_is_not_there_lies_on_the_mount_of_its_nearest_folder() {
        if !Path::new(super::TABLE).exists() {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Mount::of(&folder.path().join("not/there")), Mount::of(folder.path()));
        assert!(Mount::of(folder.path()).is_some());
    }
}
