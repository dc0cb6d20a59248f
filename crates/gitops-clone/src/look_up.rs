use cluster_spec::RepoRef;
use gix::progress::Discard;
use gix::protocol::handshake::Ref;
use gix::protocol::ls_refs::RefPrefixes;
use gix::protocol::transport::Service;
use tokio_util::sync::CancellationToken;

use crate::blocking::{CancelHandle, while_it_talks};
use crate::git_transport::{BoxedTransport, Endpoint, HostSession};
use crate::refs::{Listed, choose, nearest, prefixes};
use crate::{GitError, Remote, Tip};

/// Finds the commit that `wanted` points to now, by a listing of refs.
///
/// The answer proves the credentials. They are tried with the URL as written and without the user's `http.extraHeader`,
/// because Argo CD uses them so. If an `insteadOf` changes the URL, that URL is queried too, and its commit is used:
/// the fetch uses the same URL. A commit id only proves the credentials.
///
/// # Errors
/// The host can't be reached, is not trusted, rejects the credentials, or does not have the ref.
pub async fn look_up(remote: &Remote, wanted: &RepoRef, stop: &CancellationToken) -> Result<Tip, GitError> {
    let doing = format!("find `{wanted}` in {}", remote.url);
    let (asked, wanted) = (remote.clone(), wanted.clone());
    while_it_talks(doing, remote, stop, move |cancel| {
        let remote = asked;
        let written = prove(&remote, &wanted, cancel)?;
        let Some(rewritten) = Endpoint::rewritten(&remote)? else { return Ok(written) };
        let mut tip = ask(&remote, &rewritten, &wanted, cancel)?;
        // Argo CD uses the URL as written.
        tip.login_ends = written.login_ends;
        tip.warnings.extend(written.warnings);
        if tip.commit != written.commit {
            tip.warnings.push(format!(
                "`{wanted}` is {} in {}, but {} in {} (url.<base>.insteadOf); the second commit is used",
                written.commit,
                remote.url,
                tip.commit,
                rewritten.shown(),
            ));
        }
        Ok(tip)
    })
    .await
}

/// Queries the host as Argo CD does. If the host answers only with `http.extraHeader`, Argo CD gets no answer.
fn prove(remote: &Remote, wanted: &RepoRef, cancel: &CancelHandle) -> Result<Tip, GitError> {
    let url = remote.url.as_str();
    let Some(setting) = remote.config.login_header(url, remote.login.is_some()) else {
        return ask(remote, &Endpoint::as_written(remote), wanted, cancel)
            .map_err(|error| named(remote, error));
    };
    let refusal = match ask(remote, &Endpoint::of_argo_cd(remote), wanted, cancel) {
        Err(refusal) if may_want_a_login(&refusal) => refusal,
        answer => return answer,
    };
    let detail = match &refusal {
        GitError::NoLogin { detail, .. } => detail.clone(),
        other => Some(other.to_string()),
    };
    let only_header = GitError::LoginInHeader { url: url.to_owned(), setting: setting.clone(), detail };
    if matches!(refusal, GitError::NoLogin { .. }) {
        return Err(only_header);
    }
    match ask(remote, &Endpoint::as_written(remote), wanted, cancel) {
        Ok(_) if remote.login.is_none() => Err(only_header),
        Ok(mut tip) => {
            let refused = format!("{url} answers only with {setting}, which Argo CD does not read");
            tip.warnings.push(format!("{refused} (without {setting}: {refusal})"));
            Ok(tip)
        }
        Err(_) => Err(refusal),
    }
}

/// True if a host can give this answer to a request without credentials.
fn may_want_a_login(error: &GitError) -> bool {
    matches!(
        error,
        GitError::NoLogin { .. }
            | GitError::LoginRefused { .. }
            | GitError::NotFound { .. }
            | GitError::Redirected { .. }
            | GitError::Page { .. }
            | GitError::NotGit { .. }
    )
}

/// Adds to [`GitError::NoLogin`] the names of credentials that only Git uses.
fn named(remote: &Remote, error: GitError) -> GitError {
    match error {
        GitError::NoLogin { url, detail, .. } => {
            let elsewhere = remote.config.logins_elsewhere(&remote.url);
            GitError::NoLogin { url, detail, elsewhere }
        }
        other => other,
    }
}

fn ask(
    remote: &Remote,
    endpoint: &Endpoint,
    wanted: &RepoRef,
    cancel: &CancelHandle,
) -> Result<Tip, GitError> {
    let (session, mut transport) = HostSession::begin(remote, endpoint, cancel)?;
    let listing = |error: gix::Error| object_format(session.explain(&error));
    let mut lister = Lister::begin(&mut transport).map_err(listing)?;
    if let Some(format) = lister.unsupported_format() {
        return Err(GitError::ObjectFormat { url: endpoint.shown().to_owned(), format });
    }
    let listed = lister.list(&prefixes(wanted)).map_err(listing)?;
    if let Some(mut tip) = choose(wanted, &listed) {
        lister.end();
        tip.login_ends = session.login_ends();
        return Ok(tip);
    }
    let all = lister.list(&["refs/heads/".to_owned(), "refs/tags/".to_owned()]).map_err(listing)?;
    lister.end();
    Err(GitError::NoSuchRef {
        reference: wanted.as_str().to_owned(),
        url: endpoint.shown().to_owned(),
        nearest: nearest(wanted, &all),
    })
}

/// Recognizes the object format from the refs: a host of the old protocol lists refs before it names the format.
fn object_format(error: GitError) -> GitError {
    match error {
        GitError::Remote { url, detail } if detail.contains("sized 64") => {
            GitError::ObjectFormat { url, format: "sha256".to_owned() }
        }
        other => other,
    }
}

/// A listing of refs that needs no repository.
struct Lister<'a> {
    transport: &'a mut BoxedTransport,
    handshake: gix::protocol::Handshake,
}

impl<'a> Lister<'a> {
    fn begin(transport: &'a mut BoxedTransport) -> gix::Result<Self> {
        // gix gets no credentials: the transport has them.
        let none = |_| Ok(None);
        let handshake =
            gix::protocol::handshake(&mut *transport, Service::UploadPack, none, Vec::new(), &mut Discard)?;
        Ok(Self { transport, handshake })
    }

    /// Returns the object format, if it is not SHA-1.
    fn unsupported_format(&self) -> Option<String> {
        let format = self.handshake.capabilities.capability("object-format")?.value()?.to_string();
        (format != "sha1").then_some(format)
    }

    fn list(&mut self, prefixes: &[String]) -> gix::Result<Vec<Listed>> {
        // The handshake of an old protocol lists all refs.
        if let Some(refs) = &self.handshake.refs {
            return Ok(refs.iter().filter_map(listed).collect());
        }
        let mut wanted = RefPrefixes::new();
        wanted.extend(prefixes.iter().map(|prefix| prefix.as_str().into()));
        let agent = ("agent", Some(concat!("bitiq-bootstrap/", env!("CARGO_PKG_VERSION")).into()));
        let command = gix::protocol::LsRefsCommand::new(Some(wanted), &self.handshake.capabilities, agent);
        let refs = command.invoke_blocking(&mut *self.transport, &mut Discard, false)?;
        Ok(refs.iter().filter_map(listed).collect())
    }

    /// Ends the session. A program on the other side then exits.
    fn end(self) {
        let _ = gix::protocol::indicate_end_of_interaction(self.transport, false);
    }
}

fn listed(found: &Ref) -> Option<Listed> {
    let (name, id) = match found {
        Ref::Peeled { full_ref_name, object, .. }
        | Ref::Direct { full_ref_name, object }
        | Ref::Symbolic { full_ref_name, object, .. } => (full_ref_name, object),
        Ref::Unborn { .. } => return None,
    };
    Some(Listed { name: name.to_string(), id: id.to_string() })
}
