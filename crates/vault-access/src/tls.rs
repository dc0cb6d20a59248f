use std::path::Path;

use reqwest::{Certificate, ClientBuilder, Identity};

use crate::error::VaultError;
use crate::settings::VaultSettings;

/// Sets whom to believe and how to show who we are.
pub(crate) fn configure(
    builder: ClientBuilder,
    settings: &VaultSettings,
) -> Result<ClientBuilder, VaultError> {
    let builder = match authorities(settings)? {
        Some(certificates) => builder.tls_certs_only(certificates),
        None => builder,
    };
    let builder = match identity(settings)? {
        Some(identity) => builder.identity(identity),
        None => builder,
    };
    Ok(builder.tls_danger_accept_invalid_certs(settings.skip_verify))
}

/// The authorities that were named, in the CLI's order of precedence; none: the system's.
fn authorities(settings: &VaultSettings) -> Result<Option<Vec<Certificate>>, VaultError> {
    if let Some(file) = &settings.cacert_file {
        return in_file("VAULT_CACERT", file).map(Some);
    }
    if let Some(text) = &settings.cacert_bytes {
        return certificates("VAULT_CACERT_BYTES", "the text", text).map(Some);
    }
    settings.capath.as_deref().map(in_folder).transpose()
}

fn in_file(name: &'static str, file: &Path) -> Result<Vec<Certificate>, VaultError> {
    let bytes = fs_err::read(file).map_err(|source| VaultError::Unreadable { name, source })?;
    certificates(name, &file.display().to_string(), &bytes)
}

/// Every certificate in the folder. Other files may lie there too (keys, lists of revocations); none at all is a mistake.
fn in_folder(folder: &Path) -> Result<Vec<Certificate>, VaultError> {
    let name = "VAULT_CAPATH";
    let unreadable = |source| VaultError::Unreadable { name, source };
    let mut found = Vec::new();
    for entry in fs_err::read_dir(folder).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        if file.is_file() {
            let bytes = fs_err::read(&file).map_err(unreadable)?;
            found.extend(certificates(name, &file.display().to_string(), &bytes).unwrap_or_default());
        }
    }
    if found.is_empty() {
        let problem = format!("no file in {} holds a certificate", folder.display());
        return Err(VaultError::Setting { name, problem });
    }
    Ok(found)
}

fn certificates(name: &'static str, place: &str, pem: &[u8]) -> Result<Vec<Certificate>, VaultError> {
    let wrong = |problem| VaultError::Setting { name, problem };
    let found = Certificate::from_pem_bundle(pem)
        .map_err(|_| wrong(format!("{place} has a certificate that can't be read as PEM")))?;
    if found.is_empty() {
        return Err(wrong(format!("{place} holds no certificate (PEM, -----BEGIN CERTIFICATE-----)")));
    }
    Ok(found)
}

fn identity(settings: &VaultSettings) -> Result<Option<Identity>, VaultError> {
    let (cert, key) = match (&settings.client_cert, &settings.client_key) {
        (Some(cert), Some(key)) => (cert, key),
        (None, None) => return Ok(None),
        (Some(_), None) => return Err(half("VAULT_CLIENT_CERT", "VAULT_CLIENT_KEY")),
        (None, Some(_)) => return Err(half("VAULT_CLIENT_KEY", "VAULT_CLIENT_CERT")),
    };
    let mut pem =
        fs_err::read(cert).map_err(|source| VaultError::Unreadable { name: "VAULT_CLIENT_CERT", source })?;
    pem.push(b'\n');
    pem.extend(
        fs_err::read(key).map_err(|source| VaultError::Unreadable { name: "VAULT_CLIENT_KEY", source })?,
    );
    Identity::from_pem(&pem).map(Some).map_err(|_| VaultError::Setting {
        name: "VAULT_CLIENT_CERT",
        problem: format!("{} and {} are not a certificate and its key in PEM", cert.display(), key.display()),
    })
}

fn half(name: &'static str, other: &str) -> VaultError {
    VaultError::Setting { name, problem: format!("it needs {other} beside it") }
}
