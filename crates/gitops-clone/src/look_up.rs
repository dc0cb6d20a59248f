use cluster_spec::RepoRef;
use gix::progress::Discard;
use gix::protocol::handshake::Ref;
use gix::protocol::ls_refs::RefPrefixes;
use gix::protocol::transport::Service;
use tokio_util::sync::CancellationToken;

use crate::blocking::{LEAVE_BEHIND, Leash, off_thread};
use crate::refs::{Listed, choose, nearest, prefixes};
use crate::talk::{BoxedTransport, Endpoint, Talk};
use crate::{GitError, Remote, Tip};

/// Where `wanted` points right now, by a listing of references alone. That the host answers is the proof that the
/// login works: it is tried against the URL as written. Where an `insteadOf` leads elsewhere, that place is asked, too,
/// and its commit counts, for it is what will be fetched. Of a commit id only the login is proven.
///
/// # Errors
/// The host can't be reached, is not trusted, does not accept the login, or has no such reference.
pub async fn look_up(remote: &Remote, wanted: &RepoRef, stop: &CancellationToken) -> Result<Tip, GitError> {
    let doing = format!("look up `{wanted}` in {}", remote.url);
    let (remote, wanted) = (remote.clone(), wanted.clone());
    off_thread(doing, remote.limit, LEAVE_BEHIND, stop, move |leash| {
        let written = ask(&remote, &Endpoint::as_written(&remote), &wanted, leash)?;
        let Some(rewritten) = Endpoint::rewritten(&remote)? else { return Ok(written) };
        let mut tip = ask(&remote, &rewritten, &wanted, leash)?;
        // What Argo CD uses is the URL as written.
        tip.login_ends = written.login_ends;
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

fn ask(remote: &Remote, endpoint: &Endpoint, wanted: &RepoRef, leash: &Leash) -> Result<Tip, GitError> {
    let (talk, mut transport) = Talk::begin(remote, endpoint, leash)?;
    let listing = |error: gix::Error| talk.explain(&error);
    let mut lister = Lister::begin(&mut transport).map_err(listing)?;
    let listed = lister.list(&prefixes(wanted)).map_err(listing)?;
    if let Some(mut tip) = choose(wanted, &listed) {
        lister.end();
        tip.login_ends = talk.login_ends();
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
