//! The write under test: an adjustment of a customer who joined long ago, under an idempotency key.
//! Once as the request that a shop's backend sends, once as the command that the server makes of it.

use super::house::{House, SLUG};
use super::load::Requests;
use app::api::MemberRef;
use server::clock::Clock;
use server::crypto::sha256;
use server::domain::program::Rules;
use server::store::Command;
use server::store::adjustments::Adjust;
use server::store::idempotency::{Key, Keyed};
use std::cell::Cell;
use std::io::Write as _;
use std::sync::Arc;

/// Between two customers in a row, who are thus stored far apart. A prime, so that everybody has
/// their turn before anybody has a second one.
const STEP: u64 = 7919;
/// What each is given, and why.
const AMOUNT: i64 = 10;
const NOTE: &str = "Thank you for your patience";

fn customer(members: u32, n: u64) -> String {
    format!("c{}", n * STEP % u64::from(members))
}

/// Writes, each of another customer of `members`, numbered from `first`.
pub(crate) fn requests(house: &House, members: u32, first: u64) -> impl Requests + use<> {
    let (bearer, next) = (house.api_key.clone(), Cell::new(first));
    move |out: &mut Vec<u8>| {
        let n = next.replace(next.get() + 1);
        let customer = customer(members, n);
        let body = format!(
            r#"{{"member":{{"customer":"{customer}"}},"amount":{AMOUNT},"note":"{NOTE}"}}"#
        );
        write!(
            out,
            "POST /api/v1/programs/{SLUG}/adjustments HTTP/1.1\r\nhost: laurel\r\nauthorization: Bearer {bearer}\r\n\
             content-type: application/json\r\nidempotency-key: bench-{n}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
    }
}

/// The `n`th write, as the server runs it.
pub(crate) fn command(rules: &Arc<Rules>, members: u32, n: u64) -> impl Command + use<> {
    let stamp = Clock::System.stamp();
    let key = format!("bench-{n}");
    let member = MemberRef {
        customer: Some(customer(members, n)),
        ..MemberRef::default()
    };
    Keyed {
        at: stamp.at,
        command: Adjust {
            rules: Arc::clone(rules),
            member,
            amount: AMOUNT,
            note: NOTE.into(),
            by: "bench".into(),
            stamp,
        },
        key: Some(Key {
            program: rules.id,
            principal: "bench".into(),
            request: sha256(key.as_bytes()),
            key,
        }),
    }
}
