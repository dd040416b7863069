//! Shoppers' signed tokens: finding the key, checking the signature, then the claims.

use crate::crypto::MasterKey;
use crate::domain::Instant;
use crate::domain::identity::{self, Claims, Refusal, Shopper, TOKEN_BYTES_MAX};
use crate::domain::program::Rules;
use crate::store::keys::{KeyKind, StoredKey};
use crate::store::{Store, StoreError};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use std::collections::HashSet;

/// Why a token was not accepted, or could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// It is refused. The caller is not told why.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The key could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Checks a token of contract §4 against the programme's keys and the time.
///
/// # Errors
/// [`TokenError::Refused`] with the reason for the log.
pub async fn verify(
    store: &Store,
    master: &MasterKey,
    rules: &Rules,
    token: &str,
    now: Instant,
) -> Result<Shopper, TokenError> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(Refusal::Malformed.into());
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| Refusal::Malformed)?;
    if header.crit.is_some() {
        // RFC 7515 §4.1.11: an extension that must be understood, and is not.
        return Err(Refusal::Malformed.into());
    }
    let kid = header.kid.as_deref();
    // PostgreSQL would not even take a NUL to look for.
    let kid = kid.filter(|kid| !kid.contains(char::is_control));
    let kid = kid.ok_or(Refusal::Key)?;
    let key = store.key(kid).await?;
    let key = key.filter(|key| key.program_id == rules.id && key.revoked_at.is_none());
    let key = key.ok_or(Refusal::Key)?;
    let (algorithm, decoding) = decoding_key(master, &key).ok_or(Refusal::Key)?;
    if header.alg != algorithm {
        return Err(Refusal::Algorithm.into());
    }
    let claims = jsonwebtoken::decode::<Claims>(token, &decoding, &signature_only(algorithm));
    let claims = claims.map_err(|error| match error.kind() {
        jsonwebtoken::errors::ErrorKind::InvalidSignature => Refusal::Signature,
        jsonwebtoken::errors::ErrorKind::Json(_) => Refusal::Claims,
        _ => Refusal::Malformed,
    })?;
    Ok(identity::check(claims.claims, &rules.program.slug, now)?)
}

fn decoding_key(master: &MasterKey, key: &StoredKey) -> Option<(Algorithm, DecodingKey)> {
    match key.kind {
        KeyKind::TokenSecret => {
            let secret = master.unseal(key.kid.as_bytes(), &key.material).ok()?;
            Some((Algorithm::HS256, DecodingKey::from_secret(&secret)))
        }
        KeyKind::TokenPublic => Some((Algorithm::EdDSA, DecodingKey::from_ed_der(&key.material))),
        KeyKind::Api => None,
    }
}

/// The library checks the signature alone. The claims are checked by whoever knows what they should be (for a
/// shop's tokens [`identity::check`]), by rules that are stricter and can be tested without it.
pub(crate) fn signature_only(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims = HashSet::new();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}
