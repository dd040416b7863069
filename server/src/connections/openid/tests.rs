//! Statements that are right, and all that may be wrong with them.

use super::*;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::json;

const NOW: i64 = 1_800_000_000;
const EXPECTED: Expected<'static> = Expected {
    issuer: "https://id.example",
    client: "42",
    nonce: "once",
    now: NOW,
};

fn key() -> EncodingKey {
    let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
    EncodingKey::from_ec_der(pair.unwrap().as_ref())
}

fn published(key: &EncodingKey) -> JwkSet {
    let mut public = Jwk::from_encoding_key(key, Algorithm::ES256).unwrap();
    public.common.key_id = Some("first".into());
    JwkSet { keys: vec![public] }
}

fn signed(key: &EncodingKey, algorithm: Algorithm, kid: Option<&str>, claims: &Value) -> String {
    let header = Header {
        kid: kid.map(str::to_owned),
        ..Header::new(algorithm)
    };
    jsonwebtoken::encode(&header, claims, key).unwrap()
}

fn good() -> Value {
    json!({
        "iss": "https://id.example", "aud": "42", "sub": "anna", "nonce": "once",
        "iat": NOW - 5, "exp": NOW + 3600,
    })
}

/// Whether good claims with this one changed are believed; without it, if there is no value.
fn is_believed(name: &str, value: Option<Value>) -> bool {
    let key = key();
    let mut claims = good();
    match value {
        Some(value) => claims[name] = value,
        None => drop(claims.as_object_mut().unwrap().remove(name)),
    }
    let token = signed(&key, Algorithm::ES256, Some("first"), &claims);
    verify(&published(&key), &token, &EXPECTED).is_some()
}

#[test]
fn what_is_right_is_believed() {
    for (name, value) in [
        ("sub", json!("anna")),
        ("aud", json!(42)),
        ("aud", json!(["42"])),
        ("exp", json!(NOW - LEEWAY + 1)),
        ("iat", json!(NOW + LEEWAY)),
        ("nbf", json!(NOW)),
        ("iat", json!(0)),
    ] {
        assert!(is_believed(name, Some(value.clone())), "{name}: {value}");
    }
}

#[test]
fn what_is_wrong_in_one_thing_is_not_believed() {
    for (name, value) in [
        ("iss", json!("https://id.example/")),
        ("iss", json!(["https://id.example"])),
        ("aud", json!("43")),
        ("aud", json!(420)),
        ("aud", json!(["42", "43"])),
        ("aud", json!([])),
        ("aud", json!({ "42": true })),
        ("exp", json!(NOW - LEEWAY)),
        ("exp", json!("1800003600")),
        ("iat", json!(NOW + LEEWAY + 1)),
        ("nbf", json!(NOW + LEEWAY + 1)),
        ("nonce", json!("twice")),
        ("nonce", json!("")),
    ] {
        assert!(!is_believed(name, Some(value.clone())), "{name}: {value}");
    }
    for name in ["iss", "aud", "exp", "iat", "nonce"] {
        assert!(!is_believed(name, None), "{name}");
    }
}

#[test]
fn only_the_services_own_keys_sign() {
    let (own, other) = (key(), key());
    let keys = published(&own);
    let verified = |token: &str| verify(&keys, token, &EXPECTED).is_some();
    let by = |key, kid| signed(key, Algorithm::ES256, kid, &good());
    assert!(verified(&by(&own, Some("first"))));
    assert!(!verified(&by(&other, Some("first"))), "another's key");
    assert!(!verified(&by(&own, Some("second"))), "an unknown name");
    assert!(!verified(&by(&own, None)), "no name");
    // The public key as if it were a secret.
    let public = serde_json::to_vec(&keys.keys[0]).unwrap();
    let secret = EncodingKey::from_secret(&public);
    let shared = signed(&secret, Algorithm::HS256, Some("first"), &good());
    assert!(!verified(&shared), "HS256");
    let token = by(&own, Some("first"));
    for wrong in ["", ".", "a.b.c", &token[..token.len() - 3]] {
        assert!(!verified(wrong), "{wrong}");
    }
}

#[test]
fn a_sign_in_without_a_nonce_proves_nothing() {
    let own = key();
    let mut claims = good();
    claims["nonce"] = json!("");
    let token = signed(&own, Algorithm::ES256, Some("first"), &claims);
    let expected = Expected {
        nonce: "",
        ..EXPECTED
    };
    assert!(verify(&published(&own), &token, &expected).is_none());
}
