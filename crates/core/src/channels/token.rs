//! The webhook's token: 256 random bits in a file of the home that only its owner can read. It is made when it is first asked
//! for, lasts until it is renewed, and is in no answer, event or log.

use std::io::{ErrorKind, Read, Write};
use std::path::Path;

/// The file below the home.
const FILE: &str = "webhook.token";
/// As hex.
const LENGTH: usize = 64;

/// The token of a home; made if there is none.
///
/// # Errors
/// If the file cannot be read or made.
pub fn read(home: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    match std::fs::File::open(home.join(FILE)) {
        Ok(file) => file.take(1024).read_to_string(&mut text)?,
        Err(error) if error.kind() == ErrorKind::NotFound => return renew(home),
        Err(error) => return Err(error),
    };
    let token = text.trim();
    if token.len() == LENGTH && token.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(token.to_owned());
    }
    renew(home)
}

/// Makes another token; the one before is worth nothing from the next request on.
///
/// # Errors
/// If the file cannot be made.
pub fn renew(home: &Path) -> std::io::Result<String> {
    let mut bytes = [0_u8; 32];
    crate::host::fill(&mut bytes);
    let token = crate::hash::hex(&bytes);
    // Beside it first: a half-written token is never in its place.
    let fresh = home.join(format!("{FILE}.{}", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&fresh)?;
    file.write_all(token.as_bytes())?;
    file.sync_all()?;
    drop(file);
    std::fs::rename(&fresh, home.join(FILE))?;
    Ok(token)
}

/// Compares without telling by its duration how much was right.
pub(super) fn is_same(ours: &str, shown: &str) -> bool {
    let (ours, shown) = (ours.as_bytes(), shown.as_bytes());
    if ours.len() != shown.len() {
        return false;
    }
    let difference = ours.iter().zip(shown).fold(0_u8, |all, (a, b)| all | (a ^ b));
    std::hint::black_box(difference) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_lasts_until_it_is_renewed_and_is_nobody_elses() {
        let home = tempfile::tempdir().unwrap();
        let token = read(home.path()).unwrap();
        assert_eq!((token.len(), &read(home.path()).unwrap()), (LENGTH, &token));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(home.path().join(FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert_ne!(renew(home.path()).unwrap(), token);
        std::fs::write(home.path().join(FILE), "half").unwrap();
        assert_eq!(read(home.path()).unwrap().len(), LENGTH, "a broken file is no token");
        assert!(is_same("ab", "ab") && !is_same("ab", "aB") && !is_same("ab", "abc"));
    }
}
