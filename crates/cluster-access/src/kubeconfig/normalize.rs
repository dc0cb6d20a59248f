use std::io::Read as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secret::{ExposeSecret as _, SecretString};
use url::Url;

use super::file::{ClusterEntry, ContextEntry, File, Hidden, Named, Plugin, UserEntry};
use super::{Kubeconfig, KubeconfigError};

/// Far above any real one; keeps a wrong file name from filling the memory.
const LARGEST: u64 = 8 << 20;

impl Kubeconfig {
    /// Reads and normalizes `file`: its current context (or its only one), certificate files inlined, other paths
    /// made absolute. Files it names are looked for from its own folder, as kubectl does.
    ///
    /// # Errors
    /// What is missing, empty, unreadable or no kubeconfig, told apart, never with a value from the file.
    pub fn read(file: &Path) -> Result<Self, KubeconfigError> {
        read(file)
    }
}

fn read(file: &Path) -> Result<Kubeconfig, KubeconfigError> {
    let unreadable = |source| KubeconfigError::Unreadable { file: file.into(), source };
    let mut text = Vec::new();
    let open = fs_err::File::open(file).map_err(unreadable)?;
    open.take(LARGEST + 1).read_to_end(&mut text).map_err(unreadable)?;
    if text.len() as u64 > LARGEST {
        let problem = format!("it is larger than {} MiB", LARGEST >> 20);
        return Err(KubeconfigError::NotKubeconfig { file: file.into(), problem });
    }
    if text.trim_ascii().is_empty() {
        return Err(KubeconfigError::Empty { file: file.into() });
    }
    // Where it is read from decides what a relative path in it means.
    let file = std::path::absolute(file).map_err(unreadable)?;
    Reading { file: &file }.normalize(&text)
}

struct Reading<'a> {
    file: &'a Path,
}

impl Reading<'_> {
    fn normalize(&self, text: &[u8]) -> Result<Kubeconfig, KubeconfigError> {
        let parsed = self.parse(text)?;
        let context = self.context(&parsed)?;
        let cluster = self.cluster(&parsed, &context)?;
        let user = self.user(&parsed, &context)?;
        Ok(Kubeconfig { context, cluster, user })
    }

    /// The parser's own words may quote the file: only the place is told.
    fn parse(&self, text: &[u8]) -> Result<File, KubeconfigError> {
        let not = |problem: String| KubeconfigError::NotKubeconfig { file: self.file.into(), problem };
        let text = cluster_spec::utf8(text);
        let text =
            std::str::from_utf8(&text).map_err(|_| not("it is neither UTF-8 nor UTF-16 text".into()))?;
        let options = serde_saphyr::options! { with_snippet: false };
        let parsed: File = serde_saphyr::from_str_with_options(text, options).map_err(|error| match error
            .location()
        {
            Some(at) => not(format!("its YAML can't be read at line {}, column {}", at.line(), at.column())),
            None => not("its YAML can't be read".into()),
        })?;
        match parsed.kind.as_deref() {
            Some("Config") | None => {}
            Some(_) => return Err(not("its kind is not Config".into())),
        }
        if parsed.clusters.is_none() && parsed.contexts.is_none() {
            return Err(not("it has neither clusters nor contexts".into()));
        }
        Ok(parsed)
    }

    fn context(&self, parsed: &File) -> Result<Named<ContextEntry>, KubeconfigError> {
        let all = parsed.contexts.as_deref().unwrap_or_default();
        let fail = |problem: String| KubeconfigError::NoContext {
            file: self.file.into(),
            problem,
            contexts: all.iter().map(|it| it.name.clone()).collect(),
        };
        let found = match (parsed.current_context.as_deref().filter(|name| !name.is_empty()), all) {
            (Some(current), all) => all
                .iter()
                .find(|it| it.name == current)
                .ok_or_else(|| fail(format!("its current-context {current} is not among its contexts")))?,
            (None, [only]) => only,
            (None, []) => return Err(fail("it has no contexts".into())),
            (None, _) => return Err(fail("it has several contexts, and no current-context".into())),
        };
        let entry =
            found.context.clone().ok_or_else(|| fail(format!("its context {} is empty", found.name)))?;
        Ok(Named { name: found.name.clone(), entry: ContextEntry { user: filled(entry.user), ..entry } })
    }

    fn cluster(&self, parsed: &File, context: &Named<ContextEntry>) -> Result<ClusterEntry, KubeconfigError> {
        let name = &context.entry.cluster;
        let found = parsed.clusters.iter().flatten().find(|it| &it.name == name);
        let mut entry = found.and_then(|it| it.cluster.clone()).ok_or_else(|| {
            self.unusable(format!(
                "its context {} names the cluster {name}, which is not in it",
                context.name
            ))
        })?;
        let server = filled(entry.server.take())
            .ok_or_else(|| self.unusable(format!("its cluster {name} has no server")))?;
        self.check_server(&server)?;
        entry.server = Some(server);
        let authority = self.inline(
            "certificate-authority",
            "certificate authority",
            entry.certificate_authority.take(),
            entry.certificate_authority_data.take(),
        )?;
        if let Some(authority) = &authority {
            self.check_pem("certificate-authority", authority, |tag| tag == "CERTIFICATE")?;
        }
        entry.certificate_authority_data = authority.map(|pem| STANDARD.encode(pem));
        entry.proxy_url = filled(entry.proxy_url);
        entry.tls_server_name = filled(entry.tls_server_name);
        Ok(entry)
    }

    fn check_server(&self, server: &str) -> Result<(), KubeconfigError> {
        match Url::parse(server) {
            Ok(url) if url.password().is_some() || !url.username().is_empty() => {
                Err(self.unusable("its server has a login in it".into()))
            }
            Ok(url) if url.query().is_some() || url.fragment().is_some() => Err(self.unusable(
                "its server has something behind a ? or #, where an API server takes nothing".into(),
            )),
            Ok(url) if matches!(url.scheme(), "https" | "http") && url.has_host() => Ok(()),
            _ if server.contains(['@', '?', '#']) => Err(self.unusable("its server is no URL".into())),
            _ => Err(self.unusable(format!("its server is no URL: {server}"))),
        }
    }

    fn user(&self, parsed: &File, context: &Named<ContextEntry>) -> Result<UserEntry, KubeconfigError> {
        let Some(name) = &context.entry.user else { return Ok(UserEntry::default()) };
        let found = parsed.users.iter().flatten().find(|it| &it.name == name).ok_or_else(|| {
            self.unusable(format!("its context {} names the user {name}, who is not in it", context.name))
        })?;
        let mut user = found.user.clone().unwrap_or_default();
        if let Some(provider) = &user.auth_provider {
            let problem = format!(
                "its user {name} has the auth-provider {}, which Kubernetes' clients no longer know: use an exec plugin or a token",
                provider.name
            );
            return Err(self.unusable(problem));
        }
        user.username = filled(user.username);
        user.token = user.token.filter(|token| !token.0.expose_secret().trim().is_empty());
        user.token_file = filled(user.token_file).map(|file| self.absolute(&file)).transpose()?;
        user.exec = user.exec.map(|plugin| self.plugin(plugin)).transpose()?;
        self.client_certificate(user)
    }

    fn client_certificate(&self, mut user: UserEntry) -> Result<UserEntry, KubeconfigError> {
        let certificate = self.inline(
            "client-certificate",
            "client certificate",
            user.client_certificate.take(),
            user.client_certificate_data.take(),
        )?;
        let key = user.client_key_data.take().map(|key| key.0.expose_secret().to_owned());
        let key = self.inline("client-key", "client key", user.client_key.take(), key)?;
        match (&certificate, &key) {
            (Some(certificate), Some(key)) => {
                self.check_pem("client-certificate", certificate, |tag| tag == "CERTIFICATE")?;
                self.check_pem("client-key", key, |tag| tag.ends_with("PRIVATE KEY"))?;
                self.check_passphrase(key)?;
            }
            (None, None) => {}
            (Some(_), None) => {
                return Err(self.unusable("it has a client-certificate without its client-key".into()));
            }
            (None, Some(_)) => {
                return Err(self.unusable("it has a client-key without its client-certificate".into()));
            }
        }
        user.client_certificate_data = certificate.map(|pem| STANDARD.encode(pem));
        user.client_key_data = key.map(|pem| Hidden(SecretString::from(STANDARD.encode(pem))));
        Ok(user)
    }

    /// A command with a slash in it is looked for from the kubeconfig's folder; one without, on PATH.
    fn plugin(&self, mut plugin: Plugin) -> Result<Plugin, KubeconfigError> {
        let command = plugin.text("command").map(str::to_owned).filter(|command| !command.is_empty());
        let command = command.ok_or_else(|| self.unusable("its exec plugin names no command".into()))?;
        if command.contains('/') {
            plugin.0.insert("command".into(), self.absolute(&command)?.into());
        }
        Ok(plugin)
    }

    /// The data, or what the file holds (data wins, as in kubectl).
    fn inline(
        &self,
        key: &str,
        what: &'static str,
        file: Option<String>,
        data: Option<String>,
    ) -> Result<Option<Vec<u8>>, KubeconfigError> {
        if let Some(data) = filled(data) {
            let packed: String = data.split_whitespace().collect();
            let decoded = STANDARD.decode(packed);
            return decoded.map(Some).map_err(|_| self.unusable(format!("its {key}-data is not base64")));
        }
        let Some(file) = filled(file) else { return Ok(None) };
        let read =
            fs_err::read(self.absolute(&file)?).map(|bytes| Some(cluster_spec::utf8(&bytes).into_owned()));
        read.map_err(|source| KubeconfigError::Named { file: self.file.into(), what, source })
    }

    fn check_pem(&self, key: &str, pem: &[u8], wanted: impl Fn(&str) -> bool) -> Result<(), KubeconfigError> {
        match pem::parse_many(pem) {
            Ok(blocks) if blocks.iter().any(|block| wanted(block.tag())) => Ok(()),
            _ => Err(self.unusable(format!("its {key} is no PEM of the right kind"))),
        }
    }

    /// Nobody is there to type it.
    fn check_passphrase(&self, key: &[u8]) -> Result<(), KubeconfigError> {
        // On the first line of newer keys, and in a header (`Proc-Type: 4,ENCRYPTED`) of older ones.
        match key.windows(9).any(|word| word == b"ENCRYPTED") {
            true => Err(self.unusable("its client-key has a passphrase: store it without one".into())),
            false => Ok(()),
        }
    }

    fn absolute(&self, file: &str) -> Result<String, KubeconfigError> {
        let folder = self.file.parent().unwrap_or(Path::new("/"));
        // By its components, which leaves out `./`.
        let joined: PathBuf = folder.join(file).components().collect();
        joined
            .into_os_string()
            .into_string()
            .map_err(|_| self.unusable("its folder's path is not UTF-8".into()))
    }

    fn unusable(&self, problem: String) -> KubeconfigError {
        KubeconfigError::Unusable { file: self.file.into(), problem }
    }
}

/// An empty value counts as none.
fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}
