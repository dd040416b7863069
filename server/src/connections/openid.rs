//! OpenID Connect (Core 1.0 §3.1): sign-ins at whose end the service signs a statement of who it was.
//!
//! A statement is believed as a whole or not at all: it has to be signed with a key that the service
//! publishes, made by that service, for us, for this very sign-in, and just now. The library checks the
//! signature; what is claimed is checked here, against the clock that everything here goes by.

use super::oauth::{self, Endpoints};
use super::{Begun, Returned, Setup, Trouble};
use crate::crypto::base64url;
use crate::domain::SECOND;
use crate::token::signature_only;
use jsonwebtoken::jwk::{JwkSet, KeyAlgorithm};
use jsonwebtoken::{Algorithm, DecodingKey};
use reqwest::Url;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// How far clocks may be apart, in seconds.
const LEEWAY: i64 = 60;
/// What a statement may be signed with: nothing that whoever can check it could sign with as well.
const ALGORITHMS: &[Algorithm] = &[
    Algorithm::RS256,
    Algorithm::ES256,
    Algorithm::EdDSA,
    Algorithm::PS256,
];

/// A service that signs such statements.
pub(super) struct Issuer<'a> {
    /// Its name in them, which is an address.
    pub(super) name: &'a str,
    /// Where its public keys are.
    pub(super) jwks: &'a str,
    /// Where it is asked.
    pub(super) at: Endpoints<'a>,
}

/// What a statement has to say.
struct Expected<'a> {
    issuer: &'a str,
    client: &'a str,
    nonce: &'a str,
    /// Seconds since 1970.
    now: i64,
}

/// What every statement says.
#[derive(Deserialize)]
struct Common {
    iss: String,
    aud: Value,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    nonce: String,
}

#[derive(Deserialize)]
struct Granted {
    id_token: String,
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

/// Begins, as [`oauth::begin`] does, with a nonce that has to stand in the statement.
pub(super) fn begin(setup: &Setup<'_>, issuer: &Issuer<'_>, state: &str) -> Result<Begun, Trouble> {
    let Begun { url, mut keep } = oauth::begin(setup, &issuer.at, state)?;
    let nonce = base64url(&crate::clock::random::<16>());
    let mut url = Url::parse(&url).map_err(|_| Trouble::Setup(format!("{url} is no address")))?;
    url.query_pairs_mut().append_pair("nonce", &nonce);
    keep["nonce"] = Value::String(nonce);
    Ok(Begun {
        url: url.into(),
        keep,
    })
}

/// What the service says of whoever signed in.
pub(super) async fn claims<T: DeserializeOwned>(
    setup: &Setup<'_>,
    issuer: &Issuer<'_>,
    keep: &Value,
    returned: &Returned,
) -> Result<T, Trouble> {
    // Another service's answer to this one's question (RFC 9207).
    let named = returned.iss.as_deref();
    if named.is_some_and(|named| named != issuer.name) {
        return Err(refused());
    }
    let token = exchange(setup, issuer, keep, returned).await?;
    let call = setup.outside.get(issuer.jwks)?;
    let keys: JwkSet = setup.outside.send(call).await?.success()?;
    let expected = Expected {
        issuer: issuer.name,
        client: setup.get("client_id"),
        nonce: kept(keep, "nonce"),
        now: setup.now.div_euclid(SECOND),
    };
    let claims = verify(&keys, &token, &expected).ok_or_else(refused)?;
    serde_json::from_value(claims)
        .map_err(|_| Trouble::NotNow("it does not say who signed in".into(), None))
}

/// Exchanges the code for the statement.
async fn exchange(
    setup: &Setup<'_>,
    issuer: &Issuer<'_>,
    keep: &Value,
    returned: &Returned,
) -> Result<String, Trouble> {
    let callback = setup.callback();
    let client = [
        ("client_id", setup.get("client_id")),
        ("client_secret", setup.get("client_secret")),
    ];
    let form = [&client[..], &oauth::grant(&callback, keep, returned)].concat();
    let call = setup.outside.post(issuer.at.token)?.form(&form);
    let reply = setup.outside.send(call).await?;
    if reply.status.is_client_error() {
        let Refusal { error } = reply.json()?;
        return Err(match error.as_str() {
            "invalid_client" | "unauthorized_client" => Trouble::Setup(
                "it does not accept the client id and secret: copy both again from where they were made".into(),
            ),
            _ => refused(),
        });
    }
    let Granted { id_token } = reply.success()?;
    Ok(id_token)
}

/// What a statement claims, if all about it is right.
fn verify(keys: &JwkSet, token: &str, expected: &Expected<'_>) -> Option<Value> {
    let header = jsonwebtoken::decode_header(token).ok()?;
    // RFC 7515 §4.1.11: an extension that must be understood, and is not.
    if header.crit.is_some() || !ALGORITHMS.contains(&header.alg) {
        return None;
    }
    let key = keys.find(header.kid.as_deref()?)?;
    let of = key.common.key_algorithm;
    if of.is_some_and(|of| of != KeyAlgorithm::from(header.alg)) {
        return None;
    }
    let key = DecodingKey::from_jwk(key).ok()?;
    let read = jsonwebtoken::decode::<Value>(token, &key, &signature_only(header.alg));
    let claims = read.ok()?.claims;
    is_right(&claims, expected).then_some(claims)
}

/// Whether it is this service's, for us, for this sign-in, and of now (Core 1.0 §3.1.3.7).
fn is_right(claims: &Value, expected: &Expected<'_>) -> bool {
    let Ok(common) = Common::deserialize(claims) else {
        return false;
    };
    let begun = expected.now.saturating_add(LEEWAY);
    let is_of_now = common.exp > expected.now.saturating_sub(LEEWAY)
        && common.iat <= begun
        && common.nbf.is_none_or(|nbf| nbf <= begun);
    let is_of_this_sign_in = !expected.nonce.is_empty() && common.nonce == expected.nonce;
    is_of_now
        && is_of_this_sign_in
        && common.iss == expected.issuer
        && is_for(&common.aud, expected.client)
}

/// Whether it is for us, and for nobody beside us who could bring it here.
fn is_for(audience: &Value, client: &str) -> bool {
    match audience {
        Value::String(name) => name == client,
        // Where clients have numbers for names, some services write them as such.
        Value::Number(number) => number.to_string() == client,
        Value::Array(all) => matches!(all.as_slice(), [one] if is_for(one, client)),
        _ => false,
    }
}

fn kept<'k>(keep: &'k Value, name: &str) -> &'k str {
    keep[name].as_str().unwrap_or_default()
}

fn refused() -> Trouble {
    Trouble::Refused("sign_in_failed")
}

#[cfg(test)]
mod tests;
