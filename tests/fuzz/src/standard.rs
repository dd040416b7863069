//! Deliveries of Standard Webhooks.

use crate::delivery::{Delivery, SECRET, mac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Makes one, and does something with it.
pub fn with<T>(id: &[u8], time: &[u8], body: &[u8], act: impl FnOnce(&Delivery<'_>) -> T) -> T {
    let key = STANDARD.decode(&SECRET["whsec_".len()..]).expect("base 64");
    let sign = |body: &[u8]| {
        let tag = mac(&key, &[id, b".", time, b".", body]);
        format!("v1,{}", STANDARD.encode(tag))
    };
    act(&Delivery {
        kind: "standard",
        query: "",
        headers: &[("webhook-id", id), ("webhook-timestamp", time)],
        proof: ("webhook-signature", &sign),
        body,
    })
}
