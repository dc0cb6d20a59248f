//! The archive: a tar in gzip, all of it below one folder, for its owner alone also when it is unpacked.

use std::io;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, Header};

use super::file::Bundle;

/// The bytes of the archive; its members lie in `folder`, made at `seconds` since 1970.
///
/// # Errors
/// None that is known: it is made in memory.
pub fn pack(bundle: &Bundle, folder: &str, seconds: u64) -> io::Result<Vec<u8>> {
    let mut tar = Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    for member in &bundle.members {
        let mut header = Header::new_gnu();
        header.set_size(u64::try_from(member.bytes.len()).map_err(io::Error::other)?);
        header.set_mode(0o600);
        header.set_mtime(seconds);
        tar.append_data(&mut header, format!("{folder}/{}", member.name), member.bytes.as_slice())?;
    }
    tar.into_inner()?.finish()
}
