//! Who the shopper is: every token that is not exactly right is refused, all in the same way, and
//! every right one is taken (contract §4).

use crate::support::trust::{TEA, forge, without_nonce};
use crate::support::world::{KID, World, on_both_databases};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use server::crypto::base64url;
use server::store::keys::KeyKind;

/// What a table says of each token, and the token.
type Row = (&'static str, String);

/// The customer whose data a bad token must not show.
const CUSTOMER: &str = "42";

fn header(kid: &str) -> Value {
    json!({ "alg": "HS256", "typ": "JWT", "kid": kid })
}

fn bytes(claims: &Value) -> Vec<u8> {
    serde_json::to_vec(claims).unwrap()
}

fn sign_as(algorithm: Algorithm, kid: &str, claims: &Value, key: &EncodingKey) -> String {
    let header = Header {
        kid: Some(kid.into()),
        ..Header::new(algorithm)
    };
    jsonwebtoken::encode(&header, claims, key).unwrap()
}

/// A new Ed25519 key: what signs, and the public half.
fn ed25519() -> (EncodingKey, Vec<u8>) {
    let pair = Ed25519KeyPair::generate().unwrap();
    let private = pair.to_pkcs8().unwrap();
    (
        EncodingKey::from_ed_der(private.as_ref()),
        pair.public_key().as_ref().to_vec(),
    )
}

/// What is not a signed token at all.
fn malformed(world: &World) -> Vec<Row> {
    let good = world.sign(&world.claims(CUSTOMER));
    let [head, payload, tag] = good.split('.').collect::<Vec<_>>()[..] else {
        unreachable!("a token has three parts")
    };
    let mut large = world.claims(CUSTOMER);
    large["note"] = "x".repeat(4096).into();
    vec![
        ("nothing", String::new()),
        ("blanks", "   ".into()),
        ("two dots", "..".into()),
        ("three dots", "...".into()),
        ("three letters", "a.b.c".into()),
        ("not ASCII", "жетон.это.да".into()),
        ("a NUL", "\0".into()),
        ("the header alone", head.into()),
        ("no signature part", format!("{head}.{payload}")),
        ("an empty signature", format!("{head}.{payload}.")),
        ("a part too many", format!("{good}.{tag}")),
        ("a blank before it", format!(" {good}")),
        ("a line break behind it", format!("{good}\n")),
        ("padded base 64", format!("{head}.{payload}.{tag}=")),
        ("a payload that is not base 64", format!("{head}.§.{tag}")),
        (
            "a header that is not JSON",
            format!("{}.{payload}.{tag}", base64url(b"{")),
        ),
        ("more than 4 KiB", world.sign(&large)),
    ]
}

/// What names no key, another's key, or fits not the key that it names.
fn wrong_key(world: &World, public: &[u8]) -> Vec<Row> {
    let claims = world.claims(CUSTOMER);
    let payload = bytes(&claims);
    let secret = EncodingKey::from_secret(&world.secret);
    let headed = |header: Value| forge(&header, &payload, &world.secret);
    let good = headed(header(KID));
    let unsigned = |alg: &str| {
        let head = json!({ "alg": alg, "kid": KID }).to_string();
        format!("{}.{}.", base64url(head.as_bytes()), base64url(&payload))
    };
    let own_key = json!({ "kty": "oct", "k": base64url(b"attacker") });
    vec![
        ("alg none", unsigned("none")),
        ("alg None", unsigned("None")),
        (
            "alg none with a signature",
            headed(json!({ "alg": "none", "kid": KID })),
        ),
        ("no alg", headed(json!({ "kid": KID }))),
        ("HS384", sign_as(Algorithm::HS384, KID, &claims, &secret)),
        ("HS512", sign_as(Algorithm::HS512, KID, &claims, &secret)),
        (
            "RS256 over a secret",
            headed(json!({ "alg": "RS256", "kid": KID })),
        ),
        (
            "ES256 over a secret",
            headed(json!({ "alg": "ES256", "kid": KID })),
        ),
        (
            "EdDSA over a secret",
            headed(json!({ "alg": "EdDSA", "kid": KID })),
        ),
        (
            "a public key as the secret",
            forge(&header("ed"), &payload, public),
        ),
        ("no kid", headed(json!({ "alg": "HS256" }))),
        ("kid null", headed(json!({ "alg": "HS256", "kid": null }))),
        (
            "a number for a kid",
            headed(json!({ "alg": "HS256", "kid": 1 })),
        ),
        ("an unknown kid", headed(header("nobody"))),
        ("a kid with a NUL", headed(header("demo\0"))),
        (
            "a revoked kid",
            forge(&header("old"), &payload, b"old secret"),
        ),
        (
            "another programme's kid",
            forge(&header("tea-1"), &payload, b"tea secret"),
        ),
        (
            "an API key's kid",
            forge(&header("demo-api-1"), &payload, &world.secret),
        ),
        ("a key of its own", {
            let head = json!({ "alg": "HS256", "kid": KID, "jwk": own_key });
            forge(&head, &payload, b"attacker")
        }),
        ("an extension that must be understood", {
            headed(json!({ "alg": "HS256", "kid": KID, "crit": ["b64"], "b64": true }))
        }),
        ("the wrong secret", forge(&header(KID), &payload, b"guess")),
        ("an empty secret", forge(&header(KID), &payload, b"")),
        ("a changed payload", {
            let other = base64url(&bytes(&world.claims("43")));
            let parts: Vec<&str> = good.split('.').collect();
            format!("{}.{other}.{}", parts[0], parts[2])
        }),
        ("a changed signature", replace_last(&good, 8)),
        // 43 letters hold 258 bits and a tag has 256: the two that are left over must be zero, or
        // one signature could be written in four ways, and a signed-out token come back.
        ("a signature in other letters", replace_last(&good, 1)),
        ("a shortened signature", good[..good.len() - 2].to_owned()),
    ]
}

/// The token with its last letter moved on by `steps` in the alphabet of base 64.
fn replace_last(token: &str, steps: usize) -> String {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = token.split_at(token.len() - 1);
    let place = LETTERS.find(last).unwrap();
    let other = LETTERS.as_bytes()[(place + steps) % 64];
    format!("{rest}{}", char::from(other))
}

/// What is well signed and says the wrong thing.
fn wrong_claims(world: &World) -> Vec<Row> {
    let now = world.now() / 1_000_000;
    let set = |name: &str, value: Value| {
        let mut claims = world.claims(CUSTOMER);
        claims[name] = value;
        world.sign(&claims)
    };
    let without = |name: &str| {
        let mut claims = world.claims(CUSTOMER);
        claims.as_object_mut().unwrap().remove(name).unwrap();
        world.sign(&claims)
    };
    let raw = |payload: &[u8]| forge(&header(KID), payload, &world.secret);
    vec![
        ("no aud", without("aud")),
        ("no sub", without("sub")),
        ("no iat", without("iat")),
        ("no exp", without("exp")),
        ("a string iat", set("iat", now.to_string().into())),
        ("a string exp", set("exp", (now + 300).to_string().into())),
        ("a string nbf", set("nbf", now.to_string().into())),
        ("exp null", set("exp", Value::Null)),
        ("iat true", set("iat", true.into())),
        ("a number for a sub", set("sub", 42.into())),
        ("an empty sub", set("sub", "".into())),
        ("a blank sub", set("sub", " \t".into())),
        ("a sub with a NUL", set("sub", "4\u{0}2".into())),
        ("a sub of 256 bytes", set("sub", "4".repeat(256).into())),
        ("another audience", set("aud", "shop".into())),
        ("the other programme's slug", set("aud", TEA.into())),
        ("the slug in capitals", set("aud", "DEMO".into())),
        ("an empty audience", set("aud", "".into())),
        ("nobody in the audience", set("aud", json!([]))),
        ("an audience without us", set("aud", json!([TEA, "shop"]))),
        ("numbers in the audience", set("aud", json!(["demo", 1]))),
        ("a number for an e-mail", set("email", 5.into())),
        (
            "a string for a truth",
            set("email_verified", "false".into()),
        ),
        ("claims that are not JSON", raw(b"{sub: 42}")),
        ("claims that are a list", raw(b"[]")),
        ("claims that are not UTF-8", raw(b"{\"sub\":\"\xff\"}")),
        ("two customers in one", {
            let text = world.claims(CUSTOMER).to_string();
            raw(text.replace("\"sub\"", "\"sub\":\"43\",\"sub\"").as_bytes())
        }),
    ]
}

/// What is well signed and not of this time.
fn wrong_time(world: &World) -> Vec<Row> {
    let now = world.now() / 1_000_000;
    let times = |iat: i64, exp: i64, nbf: i64| {
        let mut claims = world.claims(CUSTOMER);
        claims["iat"] = iat.into();
        claims["exp"] = exp.into();
        claims["nbf"] = nbf.into();
        world.sign(&claims)
    };
    let far = |name: &str| {
        let mut claims = world.claims(CUSTOMER);
        claims[name] = 1e300.into();
        world.sign(&claims)
    };
    vec![
        ("expired for 60 s", times(now - 300, now - 60, now - 300)),
        (
            "expired for a day",
            times(now - 90_000, now - 86_400, now - 90_000),
        ),
        ("issued in 61 s", times(now + 61, now + 300, now)),
        ("not before 61 s from now", times(now, now + 300, now + 61)),
        (
            "valid for an hour and a second",
            times(now, now + 3601, now),
        ),
        ("over before it began", times(now + 30, now + 29, now)),
        ("over when it began", times(now, now, now)),
        ("milliseconds", times(now * 1000, now * 1000 + 300, now)),
        ("the end of numbers", times(i64::MIN, i64::MAX, now)),
        (
            "the end of numbers, backwards",
            times(i64::MAX, i64::MIN, now),
        ),
        ("an iat beyond all numbers", far("iat")),
        ("an exp beyond all numbers", far("exp")),
    ]
}

/// Right tokens in all their forms.
fn right(world: &World, ed: &EncodingKey) -> Vec<Row> {
    let now = world.now() / 1_000_000;
    let set = |changes: &[(&str, Value)]| {
        let mut claims = world.claims(CUSTOMER);
        for (name, value) in changes {
            claims[*name] = value.clone();
        }
        world.sign(&claims)
    };
    let claims = world.claims(CUSTOMER);
    vec![
        ("a plain one", world.sign(&claims)),
        (
            "one of several audiences",
            set(&[("aud", json!(["shop", "demo"]))]),
        ),
        ("nbf now", set(&[("nbf", now.into())])),
        ("nbf within the skew", set(&[("nbf", (now + 60).into())])),
        ("iat within the skew", set(&[("iat", (now + 60).into())])),
        (
            "exp within the skew",
            set(&[("iat", (now - 300).into()), ("exp", (now - 59).into())]),
        ),
        ("a whole hour", set(&[("exp", (now + 3600).into())])),
        (
            "a fraction of a second",
            set(&[("iat", json!(f64::from(u32::try_from(now).unwrap()) + 0.75))]),
        ),
        (
            "claims of the shop's own",
            set(&[
                ("roles", json!({ "admin": [1, 2, { "deep": null }] })),
                ("iss", "shop".into()),
                ("jti", 7.into()),
            ]),
        ),
        (
            "an address that is none",
            set(&[("email", "not an address".into())]),
        ),
        (
            "all that is optional",
            set(&[
                ("email", "anna@example.com".into()),
                ("email_verified", true.into()),
                ("name", "Anna".into()),
                ("locale", "ru-RU".into()),
                ("tags", json!(["vip"])),
            ]),
        ),
        ("a header without typ", {
            forge(
                &json!({ "alg": "HS256", "kid": KID }),
                &bytes(&claims),
                &world.secret,
            )
        }),
        (
            "the old of two keys",
            forge(&header("old"), &bytes(&claims), b"old secret"),
        ),
        (
            "the new of two keys",
            forge(&header("new"), &bytes(&claims), b"new secret"),
        ),
        ("Ed25519", sign_as(Algorithm::EdDSA, "ed", &claims, ed)),
    ]
}

on_both_databases! {
    async fn every_bad_token_is_refused_alike(world: World) {
        let (_, public) = ed25519();
        let (demo, tea) = (world.demo().await, world.tea().await);
        world.add_key(demo, "ed", KeyKind::TokenPublic, &public).await;
        world.add_key(demo, "old", KeyKind::TokenSecret, b"old secret").await;
        world.add_key(tea, "tea-1", KeyKind::TokenSecret, b"tea secret").await;
        world.revoke("old").await;
        // Somebody whose data could be shown.
        world.member(CUSTOMER).await;

        let tokens = [malformed(&world), wrong_key(&world, &public), wrong_claims(&world), wrong_time(&world)].concat();
        assert!(tokens.len() > 60, "{} rows", tokens.len());
        let guest = crate::support::trust::ask(world.http.get(world.at("/w/demo"))).await;
        assert!(guest.text.contains("data-viewer=\"guest\""));
        let mut first = None;
        for (name, token) in &tokens {
            let refused = world.exchange("demo", token).await;
            refused.assert_problem(401, "bad_token", name);
            let mut body = refused.json();
            body["request_id"].take();
            let mut headers: Vec<String> = refused.headers.keys().map(ToString::to_string).collect();
            headers.sort();
            let alike = first.get_or_insert((body.clone(), headers.clone()));
            assert_eq!(*alike, (body, headers), "{name}");

            let page = world.panel("/w/demo", token).await;
            assert_eq!(page.status, 401, "{name}");
            assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{name}");
            assert_eq!(without_nonce(&page), without_nonce(&guest), "{name}: the guest's document, and nothing else");
        }
    }

    async fn every_good_token_is_taken_until_its_key_is_revoked(world: World) {
        let (signing, public) = ed25519();
        let demo = world.demo().await;
        world.add_key(demo, "ed", KeyKind::TokenPublic, &public).await;
        world.add_key(demo, "old", KeyKind::TokenSecret, b"old secret").await;
        world.add_key(demo, "new", KeyKind::TokenSecret, b"new secret").await;
        world.member(CUSTOMER).await;

        for (name, token) in right(&world, &signing) {
            let opened = world.exchange("demo", &token).await;
            assert_eq!(opened.status, 200, "{name}: {}", opened.text);
            assert!(opened.json()["member"].is_string(), "{name}: it is the same customer");
            let page = world.panel("/w/demo", &token).await;
            assert_eq!(page.status, 200, "{name}");
            assert!(page.text.contains("data-viewer=\"member\""), "{name}");
        }

        world.revoke("old").await;
        world.revoke("ed").await;
        for (name, token) in right(&world, &signing) {
            let revoked = ["the old of two keys", "Ed25519"].contains(&name);
            let answer = world.exchange("demo", &token).await;
            assert_eq!(answer.status, if revoked { 401 } else { 200 }, "{name} after the rotation");
        }
    }
}
