//! Reviews that Judge.me tells of: how they are signed, and what is read of them. No vectors are published, so the
//! signatures are made here by the published rule: HMAC-SHA256 of the body, in hexadecimal digits.

use super::*;
use crate::crypto::hex;
use serde_json::json;

const SECRET: &str = "a secret of the app's";

fn posted(changes: &Value) -> String {
    let review = json!({
        "id": 91, "title": "Good", "body": "Very good", "rating": 1, "product_external_id": 93_004_512,
        "reviewer": { "id": 5, "email": "Anna@Example.com", "name": "Anna" }, "curated": "not-yet",
        "hidden": true, "updated_at": "2026-11-21T12:00:00+00:00",
    });
    json!({ "review": with(review, changes) }).to_string()
}

fn hear(
    secrets: &[&str],
    header: &'static str,
    signed: &str,
    body: &str,
) -> Result<Heard, Refused> {
    send("judgeme", secrets, &[(header, signed)], body, NOW)
}

fn signed(body: &str) -> String {
    hex(mac(SECRET.as_bytes(), &[body.as_bytes()]).as_ref())
}

fn told_by(changes: &Value) -> Vec<Told> {
    let body = posted(changes);
    let heard = hear(&[SECRET], "judgeme-hmac-sha256", &signed(&body), &body);
    heard.unwrap().told
}

fn review(is_spam: bool) -> Told {
    Told::Review(Review {
        id: "91".into(),
        product: "93004512".into(),
        address: "anna@example.com".into(),
        is_spam,
    })
}

#[test]
fn a_review_is_believed_by_its_signature_alone() {
    let body = posted(&json!({}));
    let good = signed(&body);
    for header in ["judgeme-hmac-sha256", "x-judgeme-hmac-sha256"] {
        for secrets in [&[SECRET][..], &[OTHER, SECRET]] {
            let heard = hear(secrets, header, &good, &body).unwrap();
            assert_eq!(heard.id, "91/2026-11-21T12:00:00+00:00");
            assert_eq!(heard.told, [review(false)]);
        }
    }
    let tampered = body.replace("93004512", "93004513");
    let by_nobody = hex(mac(b"", &[body.as_bytes()]).as_ref());
    let base64 = STANDARD.encode(mac(SECRET.as_bytes(), &[body.as_bytes()]));
    for (secrets, signature, body, refused) in [
        (&[OTHER][..], &*good, &*body, Refused::Signature),
        (&[], &good, &body, Refused::Signature),
        (&[""], &by_nobody, &body, Refused::Signature),
        (&[SECRET], &good, &tampered, Refused::Signature),
        (&[SECRET], &good[..62], &body, Refused::Signature),
        (&[SECRET], &base64, &body, Refused::Signature),
        (&[SECRET], "", &body, Refused::Unsigned),
    ] {
        let got = hear(secrets, "judgeme-hmac-sha256", signature, body);
        assert_eq!(got, Err(refused), "{signature}");
    }
    let garbled = hear(&[SECRET], "judgeme-hmac-sha256", &signed(GARBAGE), GARBAGE);
    assert!(matches!(garbled, Err(Refused::Unreadable(_))));
}

#[test]
fn stars_and_hiding_make_no_difference_and_spam_does() {
    for same in [
        json!({ "rating": 5 }),
        json!({ "rating": null, "hidden": false }),
        json!({ "id": "91", "product_external_id": "93004512", "curated": null }),
    ] {
        assert_eq!(told_by(&same), [review(false)], "{same}");
    }
    assert_eq!(told_by(&json!({ "curated": "spam" })), [review(true)]);
}

#[test]
fn what_is_of_no_product_or_nobody_tells_nothing() {
    for nothing in [
        json!({ "product_external_id": null }),
        json!({ "product_external_id": 0 }),
        json!({ "product_external_id": "shop" }),
        json!({ "reviewer": null }),
        json!({ "reviewer": {} }),
        json!({ "reviewer": { "email": "nobody" } }),
        json!({ "id": null }),
        json!({ "id": -1 }),
    ] {
        assert_eq!(told_by(&nothing), [], "{nothing}");
    }
    let body = json!({ "widget": {} }).to_string();
    let other = hear(&[SECRET], "judgeme-hmac-sha256", &signed(&body), &body);
    assert_names(&other.map(|heard| heard.told), "body");
}
