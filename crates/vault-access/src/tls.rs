use std::path::Path;

use reqwest::ClientBuilder;
use rustls::pki_types::CertificateDer;
use transport::{Identity, Trust, certificates};

use crate::error::VaultError;
use crate::settings::VaultSettings;

/// Sets whom to believe and how to show who we are.
pub(crate) fn configure(
    builder: ClientBuilder,
    settings: &VaultSettings,
) -> Result<ClientBuilder, VaultError> {
    let authorities = authorities(settings)?;
    let trust = match authorities {
        _ if settings.skip_verify => Trust::Unchecked,
        Some(certificates) => Trust::Only(certificates),
        None => Trust::System,
    };
    let config = trust
        .client_config(identity(settings)?)
        .map_err(|problem| VaultError::Setting { name: "VAULT_CLIENT_KEY", problem: problem.to_string() })?;
    Ok(builder.tls_backend_preconfigured(config))
}

/// The authorities that were named, in the CLI's order of precedence; none: the system's.
fn authorities(settings: &VaultSettings) -> Result<Option<Vec<CertificateDer<'static>>>, VaultError> {
    if let Some(file) = &settings.cacert_file {
        return in_file("VAULT_CACERT", file).map(Some);
    }
    if let Some(text) = &settings.cacert_bytes {
        return in_text("VAULT_CACERT_BYTES", "the text", text).map(Some);
    }
    settings.capath.as_deref().map(in_folder).transpose()
}

fn in_file(name: &'static str, file: &Path) -> Result<Vec<CertificateDer<'static>>, VaultError> {
    let bytes = read(name, file)?;
    in_text(name, &file.display().to_string(), &bytes)
}

/// Every certificate in the folder. Other files may lie there too (keys, lists of revocations); none at all is a mistake.
fn in_folder(folder: &Path) -> Result<Vec<CertificateDer<'static>>, VaultError> {
    let name = "VAULT_CAPATH";
    let unreadable = |source| VaultError::Unreadable { name, source };
    let mut found = Vec::new();
    for entry in fs_err::read_dir(folder).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        if file.is_file() {
            found.extend(certificates(&read(name, &file)?).unwrap_or_default());
        }
    }
    if found.is_empty() {
        let problem = format!("no file in {} holds a certificate", folder.display());
        return Err(VaultError::Setting { name, problem });
    }
    Ok(found)
}

fn in_text(name: &'static str, place: &str, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, VaultError> {
    certificates(pem).map_err(|problem| VaultError::Setting { name, problem: format!("{place} {problem}") })
}

fn identity(settings: &VaultSettings) -> Result<Option<Identity>, VaultError> {
    let (cert, key) = match (&settings.client_cert, &settings.client_key) {
        (Some(cert), Some(key)) => (cert, key),
        (None, None) => return Ok(None),
        (Some(_), None) => return Err(half("VAULT_CLIENT_CERT", "VAULT_CLIENT_KEY")),
        (None, Some(_)) => return Err(half("VAULT_CLIENT_KEY", "VAULT_CLIENT_CERT")),
    };
    let pair = Identity::from_pem(&read("VAULT_CLIENT_CERT", cert)?, &read("VAULT_CLIENT_KEY", key)?);
    pair.map(Some).map_err(|_| VaultError::Setting {
        name: "VAULT_CLIENT_CERT",
        problem: format!("{} and {} are not a certificate and its key in PEM", cert.display(), key.display()),
    })
}

fn read(name: &'static str, file: &Path) -> Result<Vec<u8>, VaultError> {
    fs_err::read(file).map_err(|source| VaultError::Unreadable { name, source })
}

fn half(name: &'static str, other: &str) -> VaultError {
    VaultError::Setting { name, problem: format!("it needs {other} beside it") }
}
