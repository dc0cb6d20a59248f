//! `init CLUSTER`: a commented cluster.yaml that validates. The only command that asks anything, and only in a terminal.

use diagnostics::{Failure, FailureKind, Failures, Subject};
use std::io::{BufRead as _, ErrorKind, IsTerminal as _, Write as _};
use std::path::Path;

use clap::Command;
use cluster_spec::{ClusterFolder, Draft, Repository};
use settings::variables;

use crate::app::App;
use crate::entry::Entry;
use crate::error::CommandError;
use crate::flags::{Given, Switch, Takes, variable};
use crate::show::{self, InitDocument, InitOutcome};
use crate::{atomic_file, exit};

const DRY_RUN: Switch =
    Switch::new("dry-run", "Print the file, and write nothing", variables::BITIQ_BOOTSTRAP_DRY_RUN);

/// A value to ask for: its flag, its variable, the question.
struct Asked {
    flag: &'static str,
    variable: &'static str,
    question: &'static str,
    /// Taken where nothing is said.
    default: Option<&'static str>,
    put: fn(&mut Draft, String),
}

const ASKED: &[Asked] = &[
    Asked {
        flag: "base-domain",
        variable: variables::BITIQ_BOOTSTRAP_BASE_DOMAIN,
        question: "DNS name that the cluster's own name is put before, such as aws.example.com",
        default: None,
        put: |draft, value| draft.base_domain = value,
    },
    Asked {
        flag: "repo-url",
        variable: variables::BITIQ_BOOTSTRAP_REPO_URL,
        question: "GitOps repository, without a login",
        default: None,
        put: |draft, value| draft.repo_url = value,
    },
    Asked {
        flag: "repo-ref",
        variable: variables::BITIQ_BOOTSTRAP_REPO_REF,
        question: "branch, tag or full commit id",
        default: Some("main"),
        put: |draft, value| draft.repo_ref = value,
    },
    Asked {
        flag: "env",
        variable: variables::BITIQ_BOOTSTRAP_ENV,
        question: "environment of the GitOps repository (ENV), such as prod",
        default: None,
        put: |draft, value| draft.env = value,
    },
];

pub const ENTRY: Entry = Entry {
    name: "init",
    other_names: &[],
    takes: Takes::NOTHING,
    define,
    cluster: crate::entry::typed_cluster,
    streams: None,
    run,
};

fn define() -> Command {
    let flags = ASKED.iter().map(|asked| {
        let default = asked.default.map(|it| format!(" [default: {it}]")).unwrap_or_default();
        let help = format!("The {}{default}", asked.question);
        variable(Given::<String>::new(asked.flag).flag().value_name("TEXT").help(help), asked.variable)
    });
    Command::new(ENTRY.name)
        .about("Write a commented cluster.yaml")
        .long_about(
            "Write clusters/<cluster>/cluster.yaml, commented, as `validate` accepts it. In a terminal it asks for what \
             no flag gave; elsewhere the flags have to say it. A file that is there stays as it is.",
        )
        .arg(crate::entry::cluster())
        .args(flags)
        .arg(DRY_RUN.arg())
}

fn run(app: &App<'_>) -> Result<u8, Failures> {
    let repository = repository(app)?;
    let folder = folder(app, &repository);
    let asks =
        std::io::stdin().is_terminal() && std::io::stdout().is_terminal() && app.output.is_for_people();
    // All that is wrong, before anything is asked.
    // One that is there is told before anything is asked for.
    folder.as_ref().map_or(Ok(()), absent)?;
    let wrong: Vec<Failure> =
        folder.as_ref().err().cloned().into_iter().chain(wrong_flags(app, asks)).collect();
    let (Ok(folder), true) = (folder, wrong.is_empty()) else { return Err(wrong.into()) };
    let draft = filled(app, folder.name().to_owned(), asks)?;
    let text = draft.text(Some(&schema(&repository, &folder)));
    let outcome = match DRY_RUN.is_set(app.matches) {
        true => InitOutcome::DryRun(text),
        false => written(app, &repository, &folder, &text)?,
    };
    app.print_document(&InitDocument::new(folder.yaml(), draft, outcome));
    Ok(exit::DONE)
}

/// The folder that holds `clusters/`, or here, where there is none yet.
fn repository(app: &App<'_>) -> Result<Repository, Failure> {
    app.repository().or_else(|failure| match std::env::current_dir() {
        Ok(here) => Ok(Repository::at(here)),
        Err(_) => Err(failure),
    })
}

/// Returns the folder for the file, under a name that a cluster may have.
fn folder(app: &App<'_>, repository: &Repository) -> Result<ClusterFolder, Failure> {
    let folder = repository
        .folder(&app.cluster_name()?)
        .map_err(|error| Failure::stating(FailureKind::Usage, Subject::Arguments, &error))?;
    let name = folder.name();
    match Draft::wrong(|draft| draft.name = name.to_owned()) {
        Some(wrong) => Err(usage(&CommandError::NotAName { name: name.into(), wrong: wrong.to_string() })),
        None => Ok(folder),
    }
}

fn absent(folder: &ClusterFolder) -> Result<(), Failure> {
    let file = folder.yaml();
    match fs_err::symlink_metadata(&file) {
        Err(_) => Ok(()),
        Ok(_) => {
            let file = file.display().to_string();
            Err(CommandError::AlreadyThere { file }.refused(Subject::Command("init")))
        }
    }
}

/// Returns problems of the flags, and the missing flags if nobody can be asked.
fn wrong_flags(app: &App<'_>, asks: bool) -> Vec<Failure> {
    let wrong = |asked: &Asked| {
        let wrong = checked(asked, &given(app, asked)?).err()?;
        Some(usage(&CommandError::WrongFlag { flag: asked.flag.to_string(), wrong: wrong.to_string() }))
    };
    let missing = |asked: &&Asked| !asks && asked.default.is_none() && given(app, asked).is_none();
    let missing: Vec<String> =
        ASKED.iter().filter(missing).map(|asked| format!("--{}", asked.flag)).collect();
    let missing =
        (!missing.is_empty()).then(|| usage(&CommandError::MissingFlags { flags: missing.join(", ") }));
    ASKED.iter().filter_map(wrong).chain(missing).collect()
}

fn given(app: &App<'_>, asked: &Asked) -> Option<String> {
    Given::<String>::new(asked.flag).one(app.matches).filter(|value| !value.is_empty())
}

/// Fills the draft from the flags, and from answers if somebody can be asked.
fn filled(app: &App<'_>, name: String, asks: bool) -> Result<Draft, Failure> {
    let empty = String::new;
    let mut draft = Draft { name, base_domain: empty(), env: empty(), repo_url: empty(), repo_ref: empty() };
    for asked in ASKED {
        let value = match given(app, asked) {
            None if asks => ask(asked)?,
            given => given.or(asked.default.map(String::from)).unwrap_or_default(),
        };
        (asked.put)(&mut draft, value);
    }
    Ok(draft)
}

/// Asks until the answer is one that `validate` takes.
fn ask(asked: &Asked) -> Result<String, Failure> {
    let default = asked.default.map(|it| format!(" [{it}]")).unwrap_or_default();
    loop {
        let mut out = anstream::stdout();
        write!(out, "{}{default}: ", asked.question).ok();
        out.flush().ok();
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line);
        if !matches!(read, Ok(1..)) {
            return Err(usage(&CommandError::NoAnswer));
        }
        let value = match (line.trim(), asked.default) {
            ("", Some(default)) => default,
            (value, _) => value,
        };
        match checked(asked, value) {
            Ok(()) => return Ok(value.to_owned()),
            Err(wrong) => writeln!(anstream::stdout(), "  {}", show::sanitize_for_terminal(&wrong)).ok(),
        };
    }
}

fn checked(asked: &Asked, value: &str) -> Result<(), String> {
    match Draft::wrong(|draft| (asked.put)(draft, value.to_owned())) {
        None => Ok(()),
        Some(wrong) => Err(wrong),
    }
}

/// Returns the schema's place for an editor: the repository's own, or the file that `schema` writes beside `clusters/`.
fn schema(repository: &Repository, folder: &ClusterFolder) -> String {
    let depth = folder.cluster().split('/').count() + 1;
    let file = repository.schema();
    let within = file.strip_prefix(repository.root()).unwrap_or(&file);
    format!("{}{}", "../".repeat(depth), within.display())
}

/// Writes the file, and returns the commands that come next.
fn written(
    app: &App<'_>,
    repository: &Repository,
    folder: &ClusterFolder,
    text: &str,
) -> Result<InitOutcome, Failure> {
    write(folder, text).map_err(|error| unwritten(folder, &error))?;
    let missing_schema = Some(repository.schema()).filter(|schema| !schema.is_file());
    Ok(InitOutcome::Written { next: app.invocation().other("check"), missing_schema })
}

/// Whole or not at all, and never over a file that came meanwhile.
fn write(folder: &ClusterFolder, text: &str) -> std::io::Result<()> {
    within(folder.dir(), || atomic_file::create(&folder.yaml(), text.as_bytes()))
}

/// Writes into `folder`, and makes it where it is missing. What was made goes again where the write fails.
fn within(folder: &Path, write: impl FnOnce() -> std::io::Result<()>) -> std::io::Result<()> {
    let made = missing(folder);
    let written = fs_err::create_dir_all(folder).and_then(|()| write());
    if written.is_err() {
        // A folder that holds something stays.
        made.iter().for_each(|folder| _ = fs_err::remove_dir(folder));
    }
    written
}

/// The folders on the way to `folder` that are not there, the innermost first.
fn missing(folder: &Path) -> Vec<&Path> {
    let is_missing = |folder: &&Path| {
        let found = fs_err::symlink_metadata(folder);
        found.is_err_and(|error| error.kind() == ErrorKind::NotFound)
    };
    folder.ancestors().filter(|folder| !folder.as_os_str().is_empty()).take_while(is_missing).collect()
}

/// The file could not be written.
fn unwritten(folder: &ClusterFolder, error: &std::io::Error) -> Failure {
    Failure::of_io_at(FailureKind::Refused, Subject::Command("init"), error, &folder.yaml())
}

fn usage(error: &CommandError) -> Failure {
    error.usage(Subject::Command("init"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_could_not_be_written_leaves_no_folder_behind() {
        let root = tempfile::tempdir().unwrap();
        let clusters = root.path().join("clusters");
        let full = || -> std::io::Result<()> { Err(ErrorKind::StorageFull.into()) };
        within(&clusters.join("staging/prod"), full).unwrap_err();
        assert!(!clusters.exists());
        fs_err::create_dir_all(clusters.join("staging")).unwrap();
        within(&clusters.join("staging/prod"), full).unwrap_err();
        assert!(clusters.join("staging").exists(), "it was there before");
        assert!(!clusters.join("staging/prod").exists());
    }

    #[test]
    fn a_folder_that_somebody_else_put_something_into_stays() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("clusters/prod");
        let meanwhile = || -> std::io::Result<()> {
            fs_err::write(folder.join("cluster.yaml"), "name: prod")?;
            Err(ErrorKind::AlreadyExists.into())
        };
        within(&folder, meanwhile).unwrap_err();
        assert!(folder.join("cluster.yaml").exists());
    }

    #[test]
    fn a_full_disk_is_told_with_the_way_to_look() {
        let root = tempfile::tempdir().unwrap();
        let folder = Repository::at(root.path().to_owned()).folder("prod").unwrap();
        let failure = unwritten(&folder, &std::io::Error::from(ErrorKind::StorageFull));
        let hint = failure.hint.unwrap_or_default().to_string();
        assert!(hint.contains("make room there") && hint.contains("df -h"), "{hint}");
    }
}
