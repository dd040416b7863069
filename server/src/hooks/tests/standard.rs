//! Standard Webhooks: the published signature, the time, rotation, and what events say.

use super::*;
use crate::domain::MINUTE;
use serde_json::json;

/// When [`ORDER`] was signed.
const TIME: &str = "1795262400";

/// Sends an event of Standard Webhooks.
fn event(id: &str, timestamp: &str, signatures: &str, body: &str) -> Result<Heard, Refused> {
    let headers = [
        ("webhook-id", id),
        ("webhook-timestamp", timestamp),
        ("webhook-signature", signatures),
    ];
    send("standard", &[PUBLISHED], &headers, body, NOW)
}

/// The same without much ado.
fn heard(signed: &str, body: &str) -> Result<Vec<Told>, Refused> {
    event("msg_1", TIME, signed, body).map(|heard| heard.told)
}

/// The one that the reference libraries are tested with:
/// <https://github.com/standard-webhooks/standard-webhooks>
#[test]
fn the_published_signature_of_standard_webhooks_is_good() {
    let headers = [
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("webhook-timestamp", "1614265330"),
        (
            "webhook-signature",
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
    ];
    let body = r#"{"test": 2432232314}"#;
    let got = send(
        "standard",
        &[PUBLISHED],
        &headers,
        body,
        1_614_265_330 * SECOND,
    );
    // Past the signature: it is an event of no type.
    let expected = "body: missing field `type`.";
    assert_eq!(got, Err(Refused::Unreadable(expected.to_owned())));
}

#[test]
fn an_event_is_heard_for_five_minutes_before_and_after() {
    let headers = [
        ("webhook-id", "msg_1"),
        ("webhook-timestamp", TIME),
        ("webhook-signature", ORDER_SIGNED),
    ];
    for (late, is_heard) in [
        (0, true),
        (5 * MINUTE, true),
        (-5 * MINUTE, true),
        (5 * MINUTE + 1, false),
        (-5 * MINUTE - 1, false),
    ] {
        let got = send("standard", &[PUBLISHED], &headers, ORDER, NOW + late);
        assert_eq!(got.is_ok(), is_heard, "{late}");
        assert_eq!(got == Err(Refused::Stale), !is_heard, "{late}");
    }
}

#[test]
fn one_good_signature_of_many_is_enough() {
    let wrong = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let good = ORDER_SIGNED;
    let unnamed = good.strip_prefix("v1,").unwrap();
    for (signatures, is_heard) in [
        (format!("{wrong} {good}"), true),
        (format!("{good} {wrong}"), true),
        (format!("v1a,{unnamed} v1,% {good}"), true),
        (format!("{wrong} {wrong}"), false),
        (format!("v1a,{unnamed}"), false),
        (format!("v2,{unnamed}"), false),
        (unnamed.to_owned(), false),
    ] {
        let got = event("msg_1", TIME, &signatures, ORDER);
        assert_eq!(got.is_ok(), is_heard, "{signatures}");
    }
}

#[test]
fn id_and_time_are_signed_too() {
    for (id, timestamp, signed, expected) in [
        ("msg_2", TIME, ORDER_SIGNED, Refused::Signature),
        ("msg_1", "1795262401", ORDER_SIGNED, Refused::Signature),
        ("", TIME, ORDER_SIGNED, Refused::Unsigned),
        ("msg_1", "", ORDER_SIGNED, Refused::Unsigned),
        (
            "msg.1",
            TIME,
            "v1,E91SNuven3DgAti43hqJmg55F1IBNHiufwO9uWEkaOM=",
            unreadable("webhook-id", "give 1 to 255 bytes without a full stop"),
        ),
        (
            "msg_1",
            "soon",
            "v1,tfMlF5cg0x0/aFJ4xCnCAQN78Gkm3/D2nh9BmnnZzO0=",
            unreadable("webhook-timestamp", "give the seconds since 1970 in digits"),
        ),
    ] {
        assert_eq!(
            event(id, timestamp, signed, ORDER),
            Err(expected),
            "{id} {timestamp}"
        );
    }
}

#[test]
fn a_secret_that_can_be_guessed_signs_nothing() {
    let headers = [
        ("webhook-id", "msg_1"),
        ("webhook-timestamp", TIME),
        (
            "webhook-signature",
            "v1,ezsy47ZB06nQzj0PObKvCJt8bjpAO+of+3VdvCeIKFI=",
        ),
    ];
    let got = send("standard", &["whsec_dG9vIHNob3J0"], &headers, ORDER, NOW);
    assert_eq!(got, Err(Refused::Signature));
}

#[test]
fn an_event_says_what_the_contract_says() {
    let recorded = json!({ "id": "1043", "customer": { "id": "42" }, "currency": "EUR",
        "total": 2400, "status": "paid", "at": "2026-11-21T12:00:00Z" });
    assert_eq!(heard(ORDER_SIGNED, ORDER), Ok(vec![order(recorded)]));
    let given_back = json!({ "id": "r1", "order_id": "1043", "amount": 500,
        "at": "2026-11-21T12:00:00Z" });
    let got = heard(
        "v1,WGcm4JWJVOhcB2wh1mpi+0HODEH9irmqzt5BCWTIFAc=",
        r#"{"type":"refund.recorded","data":{"id":"r1","order_id":"1043","amount":500,"at":"2026-11-21T12:00:00Z"}}"#,
    );
    assert_eq!(got, Ok(vec![refund(given_back)]));
    let got = heard(
        "v1,FiHdbmequwj5CoQMVTLpHRyeOKxkXrz6PlnkvJpN9HI=",
        r#"{"type":"member.joined","data":{}}"#,
    );
    assert_eq!(got, Ok(vec![]), "events of other types are of no concern");
}

#[test]
fn a_field_that_the_contract_does_not_have_is_refused() {
    let got = heard(
        "v1,vjo679FWEvzAL4UmWftcrC8/8BUWQ4vOQxFjQt/8yEI=",
        r#"{"type":"refund.recorded","data":{"id":"r1","order_id":"1043","amount":500,"at":"2026-11-21T12:00:00Z","why":"-"}}"#,
    );
    let Err(Refused::Unreadable(sentence)) = &got else {
        panic!("{got:?}");
    };
    assert!(sentence.starts_with("data"), "{sentence}");
    assert!(sentence.contains("unknown field `why`"), "{sentence}");
}
