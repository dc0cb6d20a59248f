//! What a commit does to one path, and how `git fast-import` is told.

/// One path of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    path: String,
    content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    Blob { mode: &'static str, bytes: Vec<u8> },
    Submodule { commit: String },
    Gone,
}

impl File {
    /// An ordinary file.
    pub fn new(path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self::blob(path, "100644", bytes)
    }

    /// A file that may be executed.
    pub fn executable(path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self::blob(path, "100755", bytes)
    }

    /// A symbolic link to `target`.
    pub fn symlink(path: &str, target: &str) -> Self {
        Self::blob(path, "120000", target)
    }

    /// A submodule at a commit.
    pub fn submodule(path: &str, commit: &str) -> Self {
        Self { path: path.to_owned(), content: Content::Submodule { commit: commit.to_owned() } }
    }

    /// No file or folder here any more.
    pub fn deleted(path: &str) -> Self {
        Self { path: path.to_owned(), content: Content::Gone }
    }

    fn blob(path: &str, mode: &'static str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { path: path.to_owned(), content: Content::Blob { mode, bytes: bytes.into() } }
    }

    /// The command of `git fast-import` for it.
    pub(super) fn command(&self) -> Vec<u8> {
        let path = quoted(&self.path);
        match &self.content {
            Content::Blob { mode, bytes } => {
                [format!("M {mode} inline {path}\n").into_bytes(), data(bytes), b"\n".to_vec()].concat()
            }
            Content::Submodule { commit } => format!("M 160000 {commit} {path}\n").into_bytes(),
            Content::Gone => format!("D {path}\n").into_bytes(),
        }
    }
}

/// The `data` command: a length and that many bytes.
pub(super) fn data(bytes: &[u8]) -> Vec<u8> {
    [format!("data {}\n", bytes.len()).into_bytes(), bytes.to_vec()].concat()
}

/// A path in the C style that Git reads.
fn quoted(path: &str) -> String {
    format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
