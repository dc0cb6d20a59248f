use std::collections::BTreeMap;
use std::fmt;

use rustify::Endpoint;
use secret::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value};
use vaultrs::api::kv1::requests::GetSecretRequest;
use vaultrs::api::kv2::requests::ReadSecretRequest;
use vaultrs::api::kv2::responses::ReadSecretResponse;

use crate::answer::Answer;
use crate::endpoint::{FindMount, Mount};
use crate::error::VaultError;
use crate::path;
use crate::request::Vault;
use crate::sender::As;

/// The keys of a secret. vaultrs' types for it show them in `Debug`.
type Keys = Map<String, Value>;

/// A secret as version 2 of the engine wraps it.
#[derive(Deserialize)]
struct Versioned {
    data: Option<Keys>,
}

/// What there is at a KV path.
pub enum KvLookup {
    /// A secret.
    Found {
        /// The version of the KV engine, 1 or 2.
        version: u8,
        /// Where the engine is mounted, without a slash at its end.
        mount: String,
        /// Its keys. A value that is no text stands as JSON; null is left out.
        data: BTreeMap<String, SecretString>,
    },
    /// Nothing.
    Absent {
        /// The path in the API that was asked.
        path: String,
    },
    /// The token may not read it. Vault gives the same answer where there is no such mount.
    Denied {
        /// The path in the API that a policy has to allow; where the version could not be asked for, that of version 2
        /// and then that of version 1.
        paths: Vec<String>,
    },
    /// Its latest version was deleted or destroyed.
    Deleted {
        /// The path in the API that was asked.
        path: String,
    },
}

impl Vault {
    /// Reads the secret that `vault kv get PATH` shows: Vault is asked which mount the path belongs to, and of which
    /// version that is. On version 2 a `data/` behind the mount is left out where the path with it gives nothing.
    ///
    /// # Errors
    /// Whatever keeps Vault from answering; not the lack of a right or of the secret.
    pub async fn kv_read(&self, path: &str) -> Result<KvLookup, VaultError> {
        let path = path::clean("the KV path", path)?;
        let Some(engine) = self.engine_of(&path).await? else {
            return Ok(KvLookup::Denied { paths: of_either_version(&path) });
        };
        if engine.version == 1 {
            let (mount, rest) = (engine.mount.clone(), engine.inside(&path).to_owned());
            return self
                .read_one(&GetSecretRequest { mount, path: rest }, engine, |answer| answer.data())
                .await;
        }
        let rest = engine.inside(&path);
        let first = self.read_two(&engine, rest).await?;
        match rest.strip_prefix("data/") {
            Some(shorter) if !matches!(first, KvLookup::Found { .. }) => {
                let second = self.read_two(&engine, shorter).await?;
                Ok(if second.tells_more_than(&first) { second } else { first })
            }
            _ => Ok(first),
        }
    }

    /// The KV engine that `path` belongs to; none where the token has no right below it, or nothing is mounted there.
    async fn engine_of(&self, path: &str) -> Result<Option<Engine>, VaultError> {
        let answer = self.read(&FindMount { path: path.to_owned() }, As::Us).await?;
        match answer.status {
            200..300 => Ok(Some(Engine::of(&answer.data()?, path))),
            403 => Ok(None),
            // A Vault older than KV version 2.
            404 if !answer.says("namespace not found") => {
                Ok(Some(Engine { version: 1, mount: first_part(path) }))
            }
            _ => Err(answer.error()),
        }
    }

    async fn read_two(&self, engine: &Engine, rest: &str) -> Result<KvLookup, VaultError> {
        let request = ReadSecretRequest { mount: engine.mount.clone(), path: rest.to_owned(), version: None };
        let keys = |answer: &Answer| answer.data().map(|Versioned { data }| data.unwrap_or_default());
        self.read_one(&request, engine.clone(), keys).await
    }

    async fn read_one(
        &self,
        request: &impl Endpoint,
        Engine { version, mount }: Engine,
        keys: impl FnOnce(&Answer<'_>) -> Result<Keys, VaultError>,
    ) -> Result<KvLookup, VaultError> {
        let answer = self.read(request, As::Us).await?;
        let path = answer.path().to_owned();
        match answer.status {
            200..300 => Ok(KvLookup::Found { version, mount, data: texts(keys(&answer)?) }),
            403 => Ok(KvLookup::Denied { paths: vec![path] }),
            404 if answer.says("namespace not found") => Err(answer.error()),
            // A deleted secret of version 2 is a 404 that has a body.
            404 if answer.data::<ReadSecretResponse>().is_ok() => Ok(KvLookup::Deleted { path }),
            404 => Ok(KvLookup::Absent { path }),
            _ => Err(answer.error()),
        }
    }
}

/// Where a KV engine is mounted, and which one it is.
#[derive(Clone)]
struct Engine {
    version: u8,
    mount: String,
}

impl Engine {
    fn of(found: &Mount, path: &str) -> Self {
        let version = found.options.as_ref().and_then(|options| options.get("version")?.as_str());
        let mut mount = found.path.trim_matches('/');
        // In an answer from within a namespace, the namespace may stand before the mount.
        while !is_below(path, mount) {
            match mount.split_once('/') {
                Some((_, shorter)) => mount = shorter,
                None => return Self { version: u8::from(version == Some("2")) + 1, mount: first_part(path) },
            }
        }
        Self { version: u8::from(version == Some("2")) + 1, mount: mount.to_owned() }
    }

    /// What of `path` lies behind the mount.
    fn inside<'a>(&self, path: &'a str) -> &'a str {
        path.strip_prefix(&self.mount).unwrap_or(path).trim_start_matches('/')
    }
}

fn is_below(path: &str, mount: &str) -> bool {
    path.strip_prefix(mount).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) && !mount.is_empty()
}

fn first_part(path: &str) -> String {
    path.split('/').next().unwrap_or_default().to_owned()
}

/// What a policy has to allow where the token may not even ask for the version: any right below the mount shows it.
fn of_either_version(path: &str) -> Vec<String> {
    let two = path.split_once('/').map(|(mount, rest)| format!("{mount}/data/{rest}"));
    two.into_iter().chain([path.to_owned()]).collect()
}

fn texts(data: Keys) -> BTreeMap<String, SecretString> {
    let text = |value| match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    };
    data.into_iter().filter_map(|(key, value)| Some((key, SecretString::from(text(value)?)))).collect()
}

impl KvLookup {
    fn tells_more_than(&self, other: &Self) -> bool {
        let worth = |lookup: &Self| match lookup {
            Self::Found { .. } => 3,
            Self::Deleted { .. } => 2,
            Self::Denied { .. } => 1,
            Self::Absent { .. } => 0,
        };
        worth(self) > worth(other)
    }
}

impl fmt::Debug for KvLookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Found { version, mount, data } => f
                .debug_struct("Found")
                .field("version", version)
                .field("mount", mount)
                .field("keys", &data.keys().collect::<Vec<_>>())
                .finish_non_exhaustive(),
            Self::Absent { path } => write!(f, "Absent({path})"),
            Self::Denied { paths } => write!(f, "Denied({})", paths.join(", ")),
            Self::Deleted { path } => write!(f, "Deleted({path})"),
        }
    }
}
