//! Who is asking: client certificates, static tokens and service account tokens.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::{CertificateDer, UnixTime};
use serde_json::{Value, json};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::cluster::access::tokens::{Claims, ISSUER};
use crate::cluster::http::failure::Failure;
use crate::cluster::objects::store::{Key, Store};
use crate::cluster::world::World;

/// Somebody who asks, or who is asked about.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Caller {
    pub name: String,
    pub uid: String,
    pub groups: Vec<String>,
    pub extra: Value,
}

/// The group of everybody who logged in.
const AUTHENTICATED: &str = "system:authenticated";

impl Caller {
    fn new(name: &str, groups: &[&str]) -> Self {
        let groups = groups.iter().map(|&group| group.to_owned()).collect();
        Self { name: name.to_owned(), uid: String::new(), groups, extra: Value::Null }
    }

    /// Somebody without a login.
    pub(crate) fn anonymous() -> Self {
        Self::new("system:anonymous", &["system:unauthenticated"])
    }

    /// As reviews show it.
    pub(crate) fn to_json(&self) -> Value {
        let mut info = json!({"username": self.name, "groups": self.groups});
        if !self.uid.is_empty() {
            info["uid"] = json!(self.uid);
        }
        if !self.extra.is_null() {
            info["extra"] = self.extra.clone();
        }
        info
    }
}

/// Who sent a request, by its certificate or its `Authorization` header.
pub(crate) fn authenticate(
    world: &World,
    store: &Store,
    certificates: &[CertificateDer<'static>],
    authorization: Option<&str>,
) -> Result<Caller, Failure> {
    if let [certificate, between @ ..] = certificates {
        return of_certificate(world, certificate, between).ok_or_else(Failure::unauthorized);
    }
    let Some(header) = authorization else { return Ok(Caller::anonymous()) };
    let token = header.strip_prefix("Bearer ").map(str::trim).filter(|token| !token.is_empty());
    let Some(token) = token else { return Ok(Caller::anonymous()) };
    of_token(world, store, token, &[ISSUER.to_owned()])
        .map(|(caller, _)| caller)
        .map_err(|_| Failure::unauthorized())
}

/// The common name is the user, the organizations are the groups; the cluster's CA must have signed it, and it must
/// not have run out.
fn of_certificate(
    world: &World,
    certificate: &CertificateDer<'_>,
    between: &[CertificateDer<'_>],
) -> Option<Caller> {
    world.client_verifier.verify_client_cert(certificate, between, UnixTime::now()).ok()?;
    let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
    let subject = parsed.subject();
    let name = subject.iter_common_name().next()?.as_str().ok()?.to_owned();
    let organizations = subject.iter_organization().filter_map(|one| one.as_str().ok());
    let groups = organizations.map(str::to_owned).chain([AUTHENTICATED.to_owned()]).collect();
    Some(Caller { name, uid: String::new(), groups, extra: Value::Null })
}

/// Whose token this is, and which of `audiences` it is for; or why it counts for nothing.
pub(crate) fn of_token(
    world: &World,
    store: &Store,
    token: &str,
    audiences: &[String],
) -> Result<(Caller, Vec<String>), &'static str> {
    if token == world.admin_token {
        return Ok((Caller::new("token-admin", &["system:masters", AUTHENTICATED]), audiences.to_vec()));
    }
    let claims = world.signer.read(token).ok_or("invalid bearer token")?;
    let meant: Vec<_> = audiences.iter().filter(|one| claims.audiences.contains(one)).cloned().collect();
    if meant.is_empty() {
        return Err("[invalid bearer token, token audiences are not among the ones asked for]");
    }
    check_alive(store, &claims, token)?;
    Ok((account_caller(&claims), meant))
}

/// Whether account and Secret are still the ones the token was made for.
fn check_alive(store: &Store, claims: &Claims, token: &str) -> Result<(), &'static str> {
    let account = &claims.account;
    let live = store.get(&Key::core("serviceaccounts", &account.namespace, &account.name));
    let live = live.ok_or("[invalid bearer token, service account token has been invalidated]")?;
    if live["metadata"]["uid"] != account.uid.as_str() || !live["metadata"]["deletionTimestamp"].is_null() {
        return Err("[invalid bearer token, service account UID does not match the one of the token]");
    }
    if let Some(secret) = &claims.secret {
        let secret = store.get(&Key::core("secrets", &account.namespace, secret));
        if secret.is_none_or(|secret| secret["data"]["token"] != STANDARD.encode(token)) {
            return Err("[invalid bearer token, service account token has been invalidated]");
        }
    }
    Ok(())
}

fn account_caller(claims: &Claims) -> Caller {
    let account = &claims.account;
    let groups = [
        "system:serviceaccounts".to_owned(),
        format!("system:serviceaccounts:{}", account.namespace),
        AUTHENTICATED.to_owned(),
    ];
    let extra = match claims.id.as_str() {
        "" => Value::Null,
        id => json!({"authentication.kubernetes.io/credential-id": [format!("JTI={id}")]}),
    };
    Caller {
        name: format!("system:serviceaccount:{}:{}", account.namespace, account.name),
        uid: account.uid.clone(),
        groups: groups.into(),
        extra,
    }
}
