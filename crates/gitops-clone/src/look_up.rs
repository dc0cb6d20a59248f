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

/// Returns the commit that `wanted` points at right now, by a listing of references alone. That the host answers is the
/// proof that the login works: it is tried against the URL as written, as Argo CD will ask, without the logins of the
/// user's own `http.extraHeader`. Where an `insteadOf` leads elsewhere, that place is asked, too, and its commit
/// counts, for it is what will be fetched. Of a commit id only the login is proven.
///
/// # Errors
/// The host can't be reached, is not trusted, does not accept the login, or has no such reference.
pub async fn look_up(remote: &Remote, wanted: &RepoRef, stop: &CancellationToken) -> Result<Tip, GitError> {
    let doing = format!("look up `{wanted}` in {}", remote.url);
    let (asked, wanted) = (remote.clone(), wanted.clone());
    while_it_talks(doing, remote, stop, move |cancel| {
        let remote = asked;
        let written = prove(&remote, &wanted, cancel)?;
        let Some(rewritten) = Endpoint::rewritten(&remote)? else { return Ok(written) };
        let mut tip = ask(&remote, &rewritten, &wanted, cancel)?;
        // What Argo CD uses is the URL as written.
        tip.login_ends = written.login_ends;
        tip.warnings.extend(written.warnings);
        if tip.commit != written.commit {
            tip.warnings.push(format!(
                "`{wanted}` is {} in {}, and {} in {} (url.<base>.insteadOf), which is used",
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

/// Asks the host as Argo CD will. What it refuses then, and gives with a login of `http.extraHeader`, Argo CD does not get.
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
    let said = match &refusal {
        GitError::NoLogin { said, .. } => said.clone(),
        other => Some(other.to_string()),
    };
    let only_header = GitError::LoginInHeader { url: url.to_owned(), setting: setting.clone(), said };
    if matches!(refusal, GitError::NoLogin { .. }) {
        return Err(only_header);
    }
    match ask(remote, &Endpoint::as_written(remote), wanted, cancel) {
        Ok(_) if remote.login.is_none() => Err(only_header),
        Ok(mut tip) => {
            let refused = format!("{url} answers from here only with {setting}, which Argo CD does not have");
            tip.warnings.push(format!("{refused} (without it: {refusal})"));
            Ok(tip)
        }
        Err(_) => Err(refusal),
    }
}

/// True if a host may answer so to somebody whose login it does not see.
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

/// Adds to an error without a login the places in which Git would find one.
fn named(remote: &Remote, error: GitError) -> GitError {
    match error {
        GitError::NoLogin { url, said, .. } => {
            let elsewhere = remote.config.logins_elsewhere(&remote.url);
            GitError::NoLogin { url, said, elsewhere }
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

/// A host of the old protocol lists its references before it names their format.
fn object_format(error: GitError) -> GitError {
    match error {
        GitError::Remote { url, said } if said.contains("sized 64") => {
            GitError::ObjectFormat { url, format: "sha256".to_owned() }
        }
        other => other,
    }
}

/// Lists references without a repository.
struct Lister<'a> {
    transport: &'a mut BoxedTransport,
    handshake: gix::protocol::Handshake,
}

impl<'a> Lister<'a> {
    fn begin(transport: &'a mut BoxedTransport) -> gix::Result<Self> {
        // Nobody is asked for a login here: the transport has it, or there is none.
        let nobody = |_| Ok(None);
        let handshake =
            gix::protocol::handshake(&mut *transport, Service::UploadPack, nobody, Vec::new(), &mut Discard)?;
        Ok(Self { transport, handshake })
    }

    /// The object format, where it is not the one that is supported here.
    fn unsupported_format(&self) -> Option<String> {
        let format = self.handshake.capabilities.capability("object-format")?.value()?.to_string();
        (format != "sha1").then_some(format)
    }

    fn list(&mut self, prefixes: &[String]) -> gix::Result<Vec<Listed>> {
        // An old protocol has told all of them already.
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

    /// A program on the other side ends by itself.
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
