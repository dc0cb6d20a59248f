//! Service account tokens: real JSON web tokens, signed with the cluster's own key (ES256).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, UnparsedPublicKey,
};
use serde_json::{Value, json};

use crate::cluster::clock;
use crate::cluster::error::ClusterError;
use crate::cluster::objects::kinds::{items, text};
use crate::cluster::random;

/// Who issues the cluster's tokens, and for whom they are where nobody else is named.
pub(crate) const ISSUER: &str = "https://kubernetes.default.svc.cluster.local";

/// Who issues the tokens in token Secrets.
const LEGACY_ISSUER: &str = "kubernetes/serviceaccount";

/// The shortest life of a token that may be asked for, in seconds.
pub(crate) const SHORTEST: u64 = 600;

/// A token's service account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub namespace: String,
    pub name: String,
    pub uid: String,
}

/// A token of that account, as its claims say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claims {
    pub account: Account,
    /// The Secret that holds it; none for a token that was asked for.
    pub secret: Option<String>,
    pub audiences: Vec<String>,
    /// When it ends, in seconds since 1970; none for the ones in Secrets.
    pub expires: Option<i64>,
    pub id: String,
}

/// Signs and checks tokens.
pub(crate) struct Signer {
    key: EcdsaKeyPair,
    id: String,
}

impl Signer {
    /// A new key.
    pub(crate) fn new() -> Result<Self, ClusterError> {
        let (random, algorithm) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).map_err(|_| ClusterError::Key)?;
        let key =
            EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).map_err(|_| ClusterError::Key)?;
        Ok(Self { key, id: random::token() })
    }

    /// The token of a Secret: it never ends by itself.
    pub(crate) fn for_secret(&self, account: &Account, secret: &str) -> String {
        self.sign(&json!({
            "iss": LEGACY_ISSUER,
            "kubernetes.io/serviceaccount/namespace": account.namespace,
            "kubernetes.io/serviceaccount/secret.name": secret,
            "kubernetes.io/serviceaccount/service-account.name": account.name,
            "kubernetes.io/serviceaccount/service-account.uid": account.uid,
            "sub": subject(account),
        }))
    }

    /// A token that was asked for, and when it ends.
    pub(crate) fn on_request(&self, account: &Account, audiences: &[String], seconds: u64) -> (String, i64) {
        let now = clock::seconds();
        let expires = now.saturating_add_unsigned(seconds);
        let token = self.sign(&json!({
            "aud": audiences, "exp": expires, "iat": now, "nbf": now, "iss": ISSUER, "jti": random::uid(),
            "kubernetes.io": {
                "namespace": account.namespace,
                "serviceaccount": {"name": account.name, "uid": account.uid},
            },
            "sub": subject(account),
        }));
        (token, expires)
    }

    /// What a token says, where this cluster signed it and it has not ended.
    pub(crate) fn read(&self, token: &str) -> Option<Claims> {
        let (signed, signature) = token.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, self.key.public_key().as_ref());
        public.verify(signed.as_bytes(), &signature).ok()?;
        let (_, claims) = signed.split_once('.')?;
        let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        let claims = read_claims(&claims);
        claims.expires.is_none_or(|end| end > clock::seconds()).then_some(claims)
    }

    /// The public key, as others look it up.
    pub(crate) fn key_set(&self) -> Value {
        let point = self.key.public_key().as_ref();
        // An uncompressed point: one byte that says so, then both coordinates.
        let coordinate =
            |range: std::ops::Range<usize>| point.get(range).map(|part| URL_SAFE_NO_PAD.encode(part));
        json!({"keys": [{
            "use": "sig", "kty": "EC", "kid": self.id, "crv": "P-256", "alg": "ES256",
            "x": coordinate(1..33), "y": coordinate(33..65),
        }]})
    }

    fn sign(&self, claims: &Value) -> String {
        let header = json!({"alg": "ES256", "kid": self.id});
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(claims));
        let signature =
            self.key.sign(&SystemRandom::new(), signed.as_bytes()).expect("the key signs any bytes");
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

fn subject(account: &Account) -> String {
    format!("system:serviceaccount:{}:{}", account.namespace, account.name)
}

fn read_claims(claims: &Value) -> Claims {
    if claims["iss"] == LEGACY_ISSUER {
        let claim = |name: &str| text(&claims[format!("kubernetes.io/serviceaccount/{name}")]);
        let account = Account {
            namespace: claim("namespace"),
            name: claim("service-account.name"),
            uid: claim("service-account.uid"),
        };
        let audiences = vec![ISSUER.to_owned()];
        return Claims {
            account,
            secret: Some(claim("secret.name")),
            audiences,
            expires: None,
            id: String::new(),
        };
    }
    let private = &claims["kubernetes.io"];
    Claims {
        account: Account {
            namespace: text(&private["namespace"]),
            name: text(&private["serviceaccount"]["name"]),
            uid: text(&private["serviceaccount"]["uid"]),
        },
        secret: None,
        audiences: items(&claims["aud"]).map(text).collect(),
        expires: claims["exp"].as_i64(),
        id: text(&claims["jti"]),
    }
}
