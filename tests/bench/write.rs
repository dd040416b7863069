//! The write under test: a paid order of a customer who joined long ago, under an idempotency key.
//! Once as the request that a shop's backend sends, once as the command that the server makes of it.

use super::house::{House, SLUG};
use super::load::Requests;
use app::api::Order;
use server::clock::Clock;
use server::crypto::sha256;
use server::domain::program::Rules;
use server::store::Command;
use server::store::idempotency::{Key, Keyed};
use server::store::orders::Record;
use std::cell::Cell;
use std::io::Write as _;
use std::sync::Arc;

/// Between two customers in a row, who are thus stored far apart. A prime, so that everybody has
/// their turn before anybody has a second one.
const STEP: u64 = 7919;

/// The body of the `n`th write.
fn body(members: u32, n: u64) -> String {
    let customer = n * STEP % u64::from(members);
    format!(
        r#"{{"id":"bench-{n}","customer":{{"id":"c{customer}"}},"currency":"RUB","total":240000,"lines":[{{"id":"1","sku":"beans","amount":240000,"qty":1}}],"status":"paid","at":"2026-11-21T12:00:00Z"}}"#
    )
}

/// Writes, each of another customer of `members`, numbered from `first`.
pub(crate) fn requests(house: &House, members: u32, first: u64) -> impl Requests + use<> {
    let (bearer, next) = (house.api_key.clone(), Cell::new(first));
    move |out: &mut Vec<u8>| {
        let n = next.replace(next.get() + 1);
        let body = body(members, n);
        write!(
            out,
            "POST /api/v1/programs/{SLUG}/orders HTTP/1.1\r\nhost: laurel\r\nauthorization: Bearer {bearer}\r\n\
             content-type: application/json\r\nidempotency-key: bench-{n}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
    }
}

/// The `n`th write, as the server runs it.
pub(crate) fn command(rules: &Arc<Rules>, members: u32, n: u64) -> impl Command + use<> {
    let body = body(members, n);
    let order: Order = serde_json::from_str(&body).unwrap();
    let (stamp, digest) = (Clock::System.stamp(), sha256(body.as_bytes()));
    let key = Key {
        program: rules.id,
        principal: "bench".into(),
        key: format!("bench-{n}"),
        request: digest,
    };
    Keyed {
        key: Some(key),
        at: stamp.at,
        command: Record {
            rules: Arc::clone(rules),
            order,
            digest: digest.to_vec(),
            stamp,
        },
    }
}
