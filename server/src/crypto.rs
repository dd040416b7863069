//! Secrets: sealing at rest, keyed digests, comparisons that take the same time.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{constant_time, digest, hmac};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// The key that seals every stored secret, and that keyed digests are made with.
#[derive(Clone)]
pub struct MasterKey(Arc<[u8; 32]>);

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// A sealed secret that this key did not seal, or that was changed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a stored secret cannot be read with this master key")]
pub struct Unsealable;

impl MasterKey {
    /// A key of these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Arc::new(bytes))
    }

    /// Reads the key file: 64 hexadecimal digits. Where there is no file, makes one that only its
    /// owner can read.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub fn at(path: &Path) -> Result<Self, String> {
        let shown = path.display();
        match std::fs::read_to_string(path) {
            Ok(text) => from_hex(text.trim())
                .map(Self::new)
                .ok_or_else(|| format!("{shown} must hold 64 hexadecimal digits and nothing else")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let bytes = crate::clock::random();
                create_private(path, &hex(&bytes))
                    .map_err(|error| format!("{shown} cannot be written: {error}"))?;
                Ok(Self::new(bytes))
            }
            Err(error) => Err(format!("{shown} cannot be read: {error}")),
        }
    }

    /// What two servers compare to learn that they hold the same key.
    pub fn fingerprint(&self) -> [u8; 32] {
        self.mac("fingerprint", b"")
    }

    /// A keyed digest, in a space of its own for each purpose.
    pub fn mac(&self, purpose: &str, message: &[u8]) -> [u8; 32] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.as_slice());
        let mut context = hmac::Context::with_key(&key);
        // The length keeps a purpose and its message from being read as another pair.
        context.update(&u64::try_from(purpose.len()).unwrap_or(0).to_be_bytes());
        context.update(purpose.as_bytes());
        context.update(message);
        let tag = context.sign();
        let mut out = [0; 32];
        out.copy_from_slice(tag.as_ref());
        out
    }

    /// A short keyed digest as text: to count or compare what must not be stored.
    pub fn tag(&self, purpose: &str, message: &str) -> String {
        hex(&self.mac(purpose, message.as_bytes())[..16])
    }

    /// Seals a secret to what it belongs to (AES-256-GCM, a random nonce before the text).
    ///
    /// # Panics
    /// Beyond 64 GiB of text, which nothing here comes near.
    pub fn seal(&self, owner: &[u8], secret: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_LEN] = crate::clock::random();
        let mut text = secret.to_vec();
        self.sealing_key()
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(owner),
                &mut text,
            )
            .expect("the text is far below the cipher's limit");
        [nonce.as_slice(), &text].concat()
    }

    /// Opens what [`Self::seal`] sealed.
    pub fn unseal(&self, owner: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN).ok_or(Unsealable)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unsealable)?;
        let mut text = text.to_vec();
        let secret = self
            .sealing_key()
            .open_in_place(nonce, Aad::from(owner), &mut text);
        secret.map(|secret| secret.to_vec()).map_err(|_| Unsealable)
    }

    fn sealing_key(&self) -> LessSafeKey {
        let key = UnboundKey::new(&AES_256_GCM, &self.mac("seal", b""));
        LessSafeKey::new(key.expect("the cipher takes 32 bytes"))
    }
}

#[cfg(unix)]
fn create_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = std::fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

#[cfg(not(unix))]
fn create_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

/// SHA-256.
pub fn sha256(message: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, message).as_ref());
    out
}

/// Whether two secrets are equal, in a time that does not say where they differ.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(a, b).is_ok()
}

/// Base 64 for addresses, without padding (RFC 4648 §5).
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Small hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

/// Reads exactly `N` bytes.
pub fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut out = [0; N];
    if text.len() != N * 2 || !text.is_ascii() {
        return None;
    }
    for (index, byte) in out.iter_mut().enumerate() {
        let pair = text.get(index * 2..index * 2 + 2)?;
        let plain = pair.bytes().all(|digit| digit.is_ascii_hexdigit());
        *byte = plain.then(|| u8::from_str_radix(pair, 16).ok())??;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_with_the_same_key_and_owner() {
        let key = MasterKey::new([7; 32]);
        let sealed = key.seal(b"key_1", b"secret");
        assert_eq!(key.unseal(b"key_1", &sealed).unwrap(), b"secret");
        assert_eq!(key.unseal(b"key_2", &sealed), Err(Unsealable));
        assert_eq!(
            MasterKey::new([8; 32]).unseal(b"key_1", &sealed),
            Err(Unsealable)
        );
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(key.unseal(b"key_1", &changed), Err(Unsealable));
        assert_eq!(key.unseal(b"key_1", &sealed[..5]), Err(Unsealable));
        assert_ne!(
            sealed,
            key.seal(b"key_1", b"secret"),
            "each seal has its own nonce"
        );
    }

    #[test]
    fn purposes_do_not_mix() {
        let key = MasterKey::new([7; 32]);
        assert_ne!(key.mac("ab", b"c"), key.mac("a", b"bc"));
        assert!(!format!("{key:?}").contains('7'));
    }

    #[test]
    fn hexadecimal_reads_back() {
        assert_eq!(
            from_hex::<4>(&hex(&[0, 1, 0xab, 0xff])),
            Some([0, 1, 0xab, 0xff])
        );
        assert_eq!(from_hex::<4>("0001abf"), None);
        assert_eq!(from_hex::<2>("+1+2"), None);
    }
}
