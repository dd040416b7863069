//! Tokens that only their owner can use: `DPoP` (RFC 9449), which AT Protocol servers insist on.

use super::super::{Outside, Reply, Trouble};
use crate::crypto::base64url;
use crate::domain::{Instant, SECOND};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};

/// A key of one sign-in.
pub(super) struct Key {
    secret: Vec<u8>,
    public: Jwk,
}

#[derive(Serialize)]
struct Claims<'a> {
    jti: String,
    htm: &'static str,
    htu: &'a str,
    iat: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
}

fn broken() -> Trouble {
    Trouble::NotNow("a key could not be made".into(), None)
}

impl Key {
    /// A new one.
    pub(super) fn new() -> Result<Self, Trouble> {
        let secret =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        Self::of(secret.map_err(|_| broken())?.as_ref().to_vec())
    }

    fn of(secret: Vec<u8>) -> Result<Self, Trouble> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &secret);
        let pair = pair.map_err(|_| broken())?;
        // An uncompressed point: 4, x, y (SEC 1 §2.3.3).
        let point = pair.public_key().as_ref();
        let [x, y] = [&point[1..33], &point[33..]].map(base64url);
        let public = json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y });
        Ok(Self {
            secret,
            public: serde_json::from_value(public).map_err(|_| broken())?,
        })
    }

    /// As text, to be kept sealed.
    pub(super) fn to_text(&self) -> String {
        base64url(&self.secret)
    }

    /// Reads what [`Self::to_text`] wrote.
    pub(super) fn from_text(text: &str) -> Result<Self, Trouble> {
        Self::of(URL_SAFE_NO_PAD.decode(text).map_err(|_| broken())?)
    }

    /// The proof for one request.
    fn proof(&self, url: &str, now: Instant, nonce: Option<&str>) -> Result<String, Trouble> {
        let header = Header {
            typ: Some("dpop+jwt".into()),
            jwk: Some(self.public.clone()),
            ..Header::new(Algorithm::ES256)
        };
        let claims = Claims {
            jti: base64url(&crate::clock::random::<16>()),
            htm: "POST",
            htu: url,
            iat: now / SECOND,
            nonce,
        };
        let key = EncodingKey::from_ec_der(&self.secret);
        jsonwebtoken::encode(&header, &claims, &key).map_err(|_| broken())
    }

    /// Posts a form with a proof, and once more with the nonce that the server asks for, if it does.
    pub(super) async fn post(
        &self,
        outside: &Outside,
        url: &str,
        form: &[(&str, &str)],
        now: Instant,
    ) -> Result<Reply, Trouble> {
        let mut nonce = None;
        loop {
            let proof = self.proof(url, now, nonce.as_deref())?;
            let call = outside.post(url)?.header("dpop", proof).form(form);
            let reply = outside.send(call).await?;
            let wants = reply
                .headers
                .get("dpop-nonce")
                .and_then(|nonce| nonce.to_str().ok());
            let refused = matches!(
                reply.status,
                StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED
            ) && reply
                .json::<Value>()
                .is_ok_and(|answer| answer["error"] == "use_dpop_nonce");
            match wants.filter(|_| refused && nonce.is_none()) {
                Some(wanted) => nonce = Some(wanted.to_owned()),
                None => return Ok(reply),
            }
        }
    }
}
