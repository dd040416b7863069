//! Standard Webhooks, for a backend that would rather send than call:
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>
//!
//! `data` is what `POST …/orders`, `POST …/refunds` or `POST …/events` takes, and as strict: a field that is not in the
//! contract is refused. Signatures of the kind `v1a` (ed25519) are passed over.

use super::{Heard, Hook, Refused, Told, is_signed, json, unreadable};
use crate::domain::order::is_text;
use crate::domain::{Instant, MINUTE, SECOND};
use app::api::{NewEvent, NewRefund, Order};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use std::ops::RangeInclusive;

/// How far the time of signing may be from ours, before or after.
const TOLERANCE: i64 = 5 * MINUTE;
/// How long a secret is, in bytes. Shorter ones can be guessed.
const SECRET_BYTES: RangeInclusive<usize> = 24..=64;

/// What every event has.
#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
}

/// What the event is about.
#[derive(Deserialize)]
struct About<T> {
    data: T,
}

/// Believes and reads a hook.
pub(super) fn read(secrets: &[&str], hook: &Hook<'_>, now: Instant) -> Result<Heard, Refused> {
    let id = hook.header("webhook-id").ok_or(Refused::Unsigned)?;
    let timestamp = hook.header("webhook-timestamp").ok_or(Refused::Unsigned)?;
    let signatures = hook.header("webhook-signature").ok_or(Refused::Unsigned)?;
    let keys: Vec<Vec<u8>> = secrets.iter().filter_map(|text| key(text)).collect();
    let text: [&[u8]; 5] = [id.as_bytes(), b".", timestamp.as_bytes(), b".", hook.body];
    let signatures = signatures.split(' ');
    let signatures: Vec<&str> = signatures.filter_map(|s| s.strip_prefix("v1,")).collect();
    if !is_signed(&keys, &text, &signatures) {
        return Err(Refused::Signature);
    }
    if !is_fresh(timestamp, now)? {
        return Err(Refused::Stale);
    }
    // With a full stop in it, one signed text could be taken apart in two ways.
    if id.contains('.') || !is_text(id) {
        let detail = "give 1 to 255 bytes without a full stop";
        return Err(unreadable("webhook-id", detail));
    }
    Ok(Heard {
        id: id.to_owned(),
        told: told(hook.body)?,
    })
}

/// The bytes of a secret, `None` if they are none that sign.
fn key(secret: &str) -> Option<Vec<u8>> {
    let text = secret.strip_prefix("whsec_").unwrap_or(secret);
    let key = STANDARD.decode(text).ok()?;
    SECRET_BYTES.contains(&key.len()).then_some(key)
}

/// Whether a hook was signed about now.
fn is_fresh(timestamp: &str, now: Instant) -> Result<bool, Refused> {
    let is_digits = timestamp.bytes().all(|digit| digit.is_ascii_digit());
    let seconds = timestamp.parse::<i64>().ok().filter(|_| is_digits);
    let at = seconds.and_then(|seconds| seconds.checked_mul(SECOND));
    let detail = "give the seconds since 1970 in digits";
    let at = at.ok_or_else(|| unreadable("webhook-timestamp", detail))?;
    Ok(now.abs_diff(at) <= TOLERANCE.unsigned_abs())
}

/// What an event tells. Kinds that are of no concern may be sent as well.
fn told(body: &[u8]) -> Result<Vec<Told>, Refused> {
    let event: Event = json(body)?;
    Ok(match event.kind.as_str() {
        "order.recorded" => vec![Told::Order(json::<About<Order>>(body)?.data)],
        "refund.recorded" => vec![Told::Refund(json::<About<NewRefund>>(body)?.data)],
        "event.recorded" => vec![Told::Event(json::<About<NewEvent>>(body)?.data)],
        _ => Vec::new(),
    })
}
