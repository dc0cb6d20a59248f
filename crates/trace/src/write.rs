//! Writes a trace so that whoever reads it, at whatever moment and after whatever crash, finds a whole one.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::{Trace, WriteError};

/// Next step of a [`Writer`]; tests make it fail there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Make the temporary file beside the trace.
    Create,
    /// Write the second half of the text; the first half is in the file.
    Write,
    /// Force the text to the disk.
    Sync,
    /// Put the temporary file in the place of the trace.
    Rename,
}

type Hook = Box<dyn Fn(Stage) -> io::Result<()> + Send + Sync>;

/// Writes traces below one work folder, and nowhere else.
pub struct Writer {
    work: PathBuf,
    hook: Option<Hook>,
}

/// Writes `trace` to `path`: atomically, mode 0600. It must stay inside the nearest folder above that is called
/// `.work`, else inside the file's own folder.
///
/// # Errors
/// Those of [`Writer::write`].
pub fn write(path: &Path, trace: &Trace) -> Result<(), WriteError> {
    let above = path.ancestors().skip(1);
    let work = above.clone().find(|folder| folder.ends_with(".work")).or(above.clone().next());
    Writer::new(work.unwrap_or(Path::new("."))).write(path, trace)
}

impl Writer {
    /// A writer for traces below the folder `work`.
    pub fn new(work: impl Into<PathBuf>) -> Self {
        Self { work: work.into(), hook: None }
    }

    /// A writer that asks `hook` before every stage and fails with what it says: a full disk, for tests.
    #[must_use]
    pub fn with_hook(mut self, hook: impl Fn(Stage) -> io::Result<()> + Send + Sync + 'static) -> Self {
        self.hook = Some(Box::new(hook));
        self
    }

    /// Checks that a trace may go to `path`; writes nothing. Preflight calls it before the first write.
    ///
    /// # Errors
    /// [`WriteError`] when a folder, a device or a link that leads outside the work folder lies on the way.
    pub fn check(&self, path: &Path) -> Result<(), WriteError> {
        self.resolve(path).map(|_| ())
    }

    /// Writes `trace` to `path`, atomically, mode 0600, making missing folders (0700) on the way.
    ///
    /// One writer per path at a time: the lock of the run sees to it.
    ///
    /// # Errors
    /// [`WriteError`]; the trace that was there before is then still there, whole.
    pub fn write(&self, path: &Path, trace: &Trace) -> Result<(), WriteError> {
        let failed = |source| WriteError::Io { path: path.to_owned(), source };
        let mut text = serde_json::to_vec_pretty(trace).map_err(|error| failed(error.into()))?;
        text.push(b'\n');
        // Looked at before any folder is made: not even that may happen outside.
        self.check(path)?;
        make_folder(path.parent().unwrap_or(Path::new("."))).map_err(failed)?;
        let target = self.resolve(path)?;
        self.replace(&target, &text).map_err(failed)
    }

    fn stage(&self, stage: Stage) -> io::Result<()> {
        self.hook.as_ref().map_or(Ok(()), |hook| hook(stage))
    }

    /// The file that `path` stands for, links followed.
    fn resolve(&self, path: &Path) -> Result<PathBuf, WriteError> {
        let failed = |source| WriteError::Io { path: path.to_owned(), source };
        let Some(work) = existing(self.work.canonicalize()).map_err(failed)? else {
            return Ok(path.to_owned());
        };
        let inside = |target: PathBuf| match target.starts_with(&work) {
            true => Ok(target),
            false => Err(WriteError::LeadsOutside { path: path.to_owned(), work: self.work.clone(), target }),
        };
        let Some(found) = existing(path.symlink_metadata()).map_err(failed)? else {
            return inside(self.resolve_missing(path).map_err(failed)?);
        };
        if found.is_symlink() && !path.exists() {
            let target = path.read_link().map_err(failed)?;
            return Err(WriteError::LeadsOutside { path: path.to_owned(), work: self.work.clone(), target });
        }
        let target = inside(path.canonicalize().map_err(failed)?)?;
        let kind = target.metadata().map_err(failed)?.file_type();
        match (kind.is_dir(), kind.is_file()) {
            (true, _) => Err(WriteError::IsFolder { path: path.to_owned() }),
            (_, false) => Err(WriteError::NotAFile { path: path.to_owned() }),
            (_, true) => Ok(target),
        }
    }

    /// Returns the path at which a missing file would land: its nearest folder that exists, links followed, and the
    /// rest.
    fn resolve_missing(&self, path: &Path) -> io::Result<PathBuf> {
        for folder in path.ancestors().skip(1) {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            if let Some(real) = existing(folder.canonicalize())? {
                return Ok(real.join(path.strip_prefix(folder).unwrap_or(path)));
            }
        }
        Ok(path.to_owned())
    }

    /// The text lands beside `target` first, then takes its place in one move.
    fn replace(&self, target: &Path, text: &[u8]) -> io::Result<()> {
        let folder = target.parent().unwrap_or(Path::new("."));
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let temporary = folder.join(format!(".{name}.tmp"));
        let outcome = self.fill(&temporary, text).and_then(|()| {
            self.stage(Stage::Rename)?;
            fs_err::rename(&temporary, target)
        });
        match outcome {
            // The move itself survives a crash only once the folder is on the disk too. Some file systems can't
            // do that; the trace is in place all the same.
            Ok(()) => File::open(folder).and_then(|folder| folder.sync_all()).or(Ok(())),
            Err(error) => {
                fs_err::remove_file(&temporary).ok();
                Err(error)
            }
        }
    }

    fn fill(&self, temporary: &Path, text: &[u8]) -> io::Result<()> {
        self.stage(Stage::Create)?;
        let mut file = create_private(temporary)?;
        let (first, second) = text.split_at(text.len() / 2);
        file.write_all(first)?;
        self.stage(Stage::Write)?;
        file.write_all(second)?;
        self.stage(Stage::Sync)?;
        file.sync_all()
    }
}

/// A new file that only its owner may read. What a run that was killed left under that name goes first; a link
/// there is removed, never followed.
fn create_private(path: &Path) -> io::Result<fs_err::File> {
    use fs_err::os::unix::fs::OpenOptionsExt as _;
    match fs_err::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs_err::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn existing<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
