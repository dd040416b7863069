//! Every kind in every form: signed well, and in each way that it is not. The signatures were computed with
//! Python's HMAC, and one is published with the format.

mod field;
mod judgeme;
mod lists;
mod shopify;
mod shown;
mod standard;
mod telegram;
mod woocommerce;

use super::*;
use crate::domain::SECOND;
use axum::http::HeaderValue;
use serde_json::Value;

/// 2026-11-21T12:00:00Z.
const NOW: Instant = 1_795_262_400 * SECOND;
/// A secret that could be one of any kind, and is nobody's.
const OTHER: &str = "whsec_YSBzZWNyZXQgb2YgdHdlbnR5LWZvdXIu";
/// The published secret of Standard Webhooks.
const PUBLISHED: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// No JSON at all.
const GARBAGE: &str = r#"{"id":"#;
/// An order that a backend sends.
const ORDER: &str = r#"{"type":"order.recorded","timestamp":"2026-11-21T12:00:00Z","data":{"id":"1043","customer":{"id":"42"},"currency":"EUR","total":2400,"status":"paid","at":"2026-11-21T12:00:00Z"},"trace":"7"}"#;
/// The signature of [`ORDER`].
const ORDER_SIGNED: &str = "v1,t+AzTAk0hVSH+VBTrB8R7AtHo7IdAOiColqk1euc1Mg=";

/// A hook as it should be.
struct Sample {
    kind: &'static str,
    secret: &'static str,
    /// The headers beside the signature.
    headers: &'static [(&'static str, &'static str)],
    /// The header of the signature.
    header: &'static str,
    body: &'static str,
    signed: &'static str,
    /// The signature of [`GARBAGE`].
    garbage_signed: &'static str,
    id: &'static str,
}

static SAMPLES: [Sample; 3] = [
    Sample {
        kind: "standard",
        secret: PUBLISHED,
        headers: &[("webhook-id", "msg_1"), ("webhook-timestamp", "1795262400")],
        header: "webhook-signature",
        body: ORDER,
        signed: ORDER_SIGNED,
        garbage_signed: "v1,5vL3bdqhU8eXKOxkG8SX2jmkFPPdqzkt/SYTho2tYis=",
        id: "msg_1",
    },
    Sample {
        kind: "shopify",
        secret: "shpss_0123456789abcdef",
        headers: &[
            ("x-shopify-topic", "orders/paid"),
            ("x-shopify-webhook-id", "b54557e4"),
            ("x-shopify-event-id", "98880550"),
        ],
        header: "x-shopify-hmac-sha256",
        body: r#"{"id":450789469,"currency":"EUR","total_price":"24.00","customer":{"id":207119551},"line_items":[],"created_at":"2026-11-21T13:00:00+01:00"}"#,
        signed: "k9k6jaP5weJg6wkkuJYvsSR1j52ep/YzwiJcJy+NJDo=",
        garbage_signed: "RQPenGwAysRoKG974jf4XimWm2Wj1QWtY1NbdIPvsFE=",
        id: "b54557e4",
    },
    Sample {
        kind: "woocommerce",
        secret: "salt & pepper <3",
        headers: &[
            ("x-wc-webhook-topic", "order.updated"),
            ("x-wc-webhook-delivery-id", "0123456789abcdef"),
        ],
        header: "x-wc-webhook-signature",
        body: r#"{"id":723,"status":"processing","currency":"EUR","total":"24.00","customer_id":26,"refunds":[],"date_created_gmt":"2026-11-21T12:00:00","date_modified_gmt":"2026-11-21T12:00:05","date_paid_gmt":"2026-11-21T12:00:05"}"#,
        signed: "XwwyqngRIxGhCFHPipx791fzY4Cem+SHbQS7liKRGLQ=",
        garbage_signed: "+/lKN8FhDjfC54t3ht+SjYGl6Wu+AouiOIgxPSmO0L4=",
        id: "723/processing/0/2026-11-21T12:00:05",
    },
];

/// Sends a hook.
fn send(
    kind: &str,
    secrets: &[&str],
    headers: &[(&'static str, &str)],
    body: &str,
    now: Instant,
) -> Result<Heard, Refused> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(*name, HeaderValue::from_str(value).unwrap());
    }
    let hook = Hook {
        headers: &map,
        query: "",
        body: body.as_bytes(),
    };
    read(kind, secrets, &hook, now).unwrap()
}

impl Sample {
    /// Sends it, with other secrets, another signature or another body.
    fn send(&self, keys: &[&str], signed: Option<&str>, body: &str) -> Result<Heard, Refused> {
        let mut headers: Vec<(&'static str, &str)> = self.headers.to_vec();
        headers.extend(signed.map(|signature| (self.header, signature)));
        send(self.kind, keys, &headers, body, NOW)
    }
}

/// What a body tells that one of the shop's platforms sends, signed as it should be.
fn told(kind: &str, topic: &str, body: &Value) -> Result<Vec<Told>, Refused> {
    let body = body.to_string();
    let signature = mac(OTHER.as_bytes(), &[body.as_bytes()]);
    let signature = STANDARD.encode(signature);
    let [signed, about, id] = match kind {
        "shopify" => [
            "x-shopify-hmac-sha256",
            "x-shopify-topic",
            "x-shopify-webhook-id",
        ],
        _ => [
            "x-wc-webhook-signature",
            "x-wc-webhook-topic",
            "x-wc-webhook-delivery-id",
        ],
    };
    let headers = [(signed, signature.as_str()), (about, topic), (id, "1")];
    send(kind, &[OTHER], &headers, &body, NOW).map(|heard| heard.told)
}

/// A body with some fields changed.
fn with(mut body: Value, changes: &Value) -> Value {
    for (field, value) in changes.as_object().unwrap() {
        body[field] = value.clone();
    }
    body
}

/// An order as the contract has it.
fn order(body: Value) -> Told {
    Told::Order(serde_json::from_value(body).unwrap())
}

/// A refund as the contract has it.
fn refund(body: Value) -> Told {
    Told::Refund(serde_json::from_value(body).unwrap())
}

/// Whether a hook was refused for a field.
#[track_caller]
fn assert_names(got: &Result<Vec<Told>, Refused>, field: &str) {
    let named = match got {
        Err(Refused::Unreadable(sentence)) => sentence.starts_with(&format!("{field}: ")),
        _ => false,
    };
    assert!(named, "{field}: {got:?}");
}

#[test]
fn what_is_signed_is_heard_while_secrets_change() {
    for sample in &SAMPLES {
        let secret = sample.secret;
        for secrets in [vec![secret], vec![OTHER, secret], vec![secret, OTHER]] {
            let heard = sample.send(&secrets, Some(sample.signed), sample.body);
            let heard = heard.unwrap();
            assert_eq!(heard.id, sample.id);
            assert!(
                matches!(heard.told.as_slice(), [Told::Order(order)] if order.total == 2400),
                "{}",
                sample.kind
            );
        }
    }
}

#[test]
fn what_is_not_signed_is_refused() {
    for sample in &SAMPLES {
        let good = Some(sample.signed);
        let secret = vec![sample.secret];
        let changed = sample.body.replace("24", "42");
        let spaced = format!("{} ", sample.body);
        let refused = Refused::Signature;
        let table = [
            ("wrong key", vec![OTHER], good, sample.body, &refused),
            ("no key", vec![], good, sample.body, &refused),
            ("empty key", vec![""], good, sample.body, &refused),
            ("tampered", secret.clone(), good, changed.as_str(), &refused),
            (
                "a blank more",
                secret.clone(),
                good,
                spaced.as_str(),
                &refused,
            ),
            (
                "no base 64",
                secret.clone(),
                Some("v1,%"),
                sample.body,
                &refused,
            ),
            (
                "half of it",
                secret.clone(),
                Some("v1,t+Az"),
                sample.body,
                &refused,
            ),
            (
                "missing",
                secret.clone(),
                None,
                sample.body,
                &Refused::Unsigned,
            ),
            (
                "empty",
                secret.clone(),
                Some(""),
                sample.body,
                &Refused::Unsigned,
            ),
        ];
        for (form, secrets, signature, body, expected) in table {
            let got = sample.send(&secrets, signature, body);
            assert_eq!(got.as_ref(), Err(expected), "{}: {form}", sample.kind);
        }
    }
}

#[test]
fn an_empty_secret_signs_nothing() {
    let by_nobody = [
        (&SAMPLES[1], "2E8z/glyXZamamNgmejX6W62AcWLaMiiYcHlmc8mpUw="),
        (&SAMPLES[2], "4a3BVsLhWRqf69Q89+S1B+jhChOA9cRudppk6yj7m0w="),
    ];
    for (sample, signature) in by_nobody {
        let got = sample.send(&[""], Some(signature), sample.body);
        assert_eq!(got, Err(Refused::Signature), "{}", sample.kind);
    }
}

#[test]
fn garbage_is_unreadable_however_well_signed() {
    for sample in &SAMPLES {
        let got = sample.send(&[sample.secret], Some(sample.garbage_signed), GARBAGE);
        assert!(
            matches!(got, Err(Refused::Unreadable(_))),
            "{}",
            sample.kind
        );
    }
}

#[test]
fn other_kinds_are_unknown() {
    let headers = HeaderMap::new();
    let hook = Hook {
        headers: &headers,
        query: "",
        body: b"{}",
    };
    for kind in ["", "Shopify", "stripe"] {
        assert_eq!(read(kind, &[OTHER], &hook, NOW), None);
    }
}

#[test]
fn headers_that_say_what_it_is_must_be_there() {
    for (sample, missing) in [
        (&SAMPLES[1], "x-shopify-topic"),
        (&SAMPLES[2], "x-wc-webhook-topic"),
    ] {
        let headers = sample.headers.iter().filter(|(name, _)| *name != missing);
        let mut headers: Vec<(&'static str, &str)> = headers.copied().collect();
        headers.push((sample.header, sample.signed));
        let got = send(sample.kind, &[sample.secret], &headers, sample.body, NOW);
        assert!(matches!(got, Err(Refused::Unreadable(_))), "{missing}");
    }
    let [_, sample, _] = &SAMPLES;
    let headers = [
        ("x-shopify-topic", "orders/paid"),
        ("x-shopify-event-id", "98880550"),
        (sample.header, sample.signed),
    ];
    let got = send("shopify", &[sample.secret], &headers, sample.body, NOW);
    assert_eq!(got.unwrap().id, "98880550");
}
