//! Work that somebody unknown does before a write that costs the shop something, once such writes have become many.
//!
//! It is ALTCHA's, version 1 (<https://altcha.org/docs/server-integration/>): whoever asks looks for a number by
//! trying, and we see with one digest that it was found. Of the crates for it, `altcha-lib-rs` brings a second
//! cryptography, a second calendar and a second source of chance, and `altcha` knows only version 2, in which keys are
//! derived; so these few lines are ours.

use super::{Instant, MINUTE, SECOND};
use crate::crypto::{hex, same, sha256};
use app::api::{Altcha, ProgramId};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

/// How long a challenge can be answered, in microseconds.
pub const LIFE: i64 = 10 * MINUTE;
/// The window in which wishes are counted, in microseconds.
pub const WINDOW: i64 = 10 * MINUTE;
/// Wishes from one place in a window that need no work.
pub const FREE_PER_SOURCE: i64 = 3;
/// Wishes of one programme in a window that need no work.
pub const FREE_PER_PROGRAM: i64 = 100;
/// The largest number to look up to: a phone tries so many in about a second.
pub const NUMBER_MAX: u32 = 50_000;
/// From so many times the free wishes on, the work is harder…
const HARDER_FROM: i64 = 8;
/// …by so much.
const HARDER_BY: u32 = 4;
/// The only digest that is asked for.
const ALGORITHM: &str = "SHA-256";

/// The largest number to look up to, after so many wishes from one place and of one programme in a window.
pub fn number_max(from_source: i64, of_program: i64) -> u32 {
    let very_many = from_source >= HARDER_FROM * FREE_PER_SOURCE
        || of_program >= HARDER_FROM * FREE_PER_PROGRAM;
    if very_many {
        HARDER_BY * NUMBER_MAX
    } else {
        NUMBER_MAX
    }
}

/// Work for a wish of this programme. `salt` and `chance` are bytes that nobody can guess: the second chooses the
/// number.
pub fn challenge(
    key: &[u8; 32],
    program: ProgramId,
    now: Instant,
    number_max: u32,
    salt: &[u8; 16],
    chance: u64,
) -> Altcha {
    let expires = (now + LIFE).div_euclid(SECOND);
    // The last `&` closes the list. Without it, digits could be moved from the number into a parameter that ends the
    // salt, under the same digest: <https://altcha.org/security-advisory/>, December 2025.
    let salt = format!("{}?expires={expires}&program={program}&", hex(salt));
    let challenge = digest(&salt, chance % (u64::from(number_max) + 1));
    Altcha {
        algorithm: ALGORITHM.to_owned(),
        signature: signature(key, &challenge),
        challenge,
        maxnumber: number_max,
        salt,
    }
}

/// Work that was done as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// What it is known by: each counts once.
    pub challenge: String,
    /// From then on it no longer counts.
    pub expires_at: Instant,
}

/// What a caller sends: the challenge with its number. ALTCHA's widget also says how long it took.
#[derive(Deserialize)]
struct Payload {
    algorithm: String,
    challenge: String,
    number: u64,
    salt: String,
    signature: String,
}

/// Reads a payload, which is JSON in base 64. Nothing if the number is wrong, if we did not ask for it, if it was
/// asked for another programme, or if its time is over. Whether it has counted before, the store knows.
pub fn done(key: &[u8; 32], program: ProgramId, payload: &str, now: Instant) -> Option<Done> {
    let payload: Payload = serde_json::from_slice(&STANDARD.decode(payload).ok()?).ok()?;
    let challenge = digest(&payload.salt, payload.number);
    let is_ours = payload.algorithm == ALGORITHM
        && same(challenge.as_bytes(), payload.challenge.as_bytes())
        && same(
            signature(key, &challenge).as_bytes(),
            payload.signature.as_bytes(),
        );
    if !is_ours {
        return None;
    }
    let (_, limits) = payload.salt.split_once("?expires=")?;
    let (expires, named) = limits.split_once("&program=")?;
    let expires_at = expires.parse::<i64>().ok()?.checked_mul(SECOND)?;
    let counts = named.strip_suffix('&')? == program.to_string() && now < expires_at;
    counts.then_some(Done {
        challenge,
        expires_at,
    })
}

/// What is looked for: the digest of the salt with the number's digits behind it.
fn digest(salt: &str, number: u64) -> String {
    hex(&sha256(format!("{salt}{number}").as_bytes()))
}

/// What shows that a challenge is ours.
fn signature(key: &[u8], challenge: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hex(hmac::sign(&key, challenge.as_bytes()).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const KEY: &[u8; 32] = &[7; 32];
    const NOW: Instant = 1_760_000_010 * SECOND;
    const SHOP: ProgramId = ProgramId([1; 16]);
    const CHANCE: u64 = 123_456_789;

    fn asked() -> Altcha {
        challenge(KEY, SHOP, NOW, NUMBER_MAX, &[5; 16], CHANCE)
    }

    /// The payload with the right number, as an object that can be spoilt.
    fn solved() -> Value {
        let Altcha {
            algorithm,
            challenge,
            maxnumber,
            salt,
            signature,
        } = asked();
        let number = CHANCE % (u64::from(maxnumber) + 1);
        json!({
            "algorithm": algorithm, "challenge": challenge, "number": number, "salt": salt,
            "signature": signature, "took": 12,
        })
    }

    fn sent(payload: &Value) -> Option<Done> {
        done(KEY, SHOP, &STANDARD.encode(payload.to_string()), NOW)
    }

    /// The vector that altcha-lib-rs 0.3.3 publishes (`test_verify_solution` in its `src/lib.rs`), made under the
    /// key "super-secret".
    #[test]
    fn digests_and_signatures_are_altchas() {
        let challenge = digest("3065d108b2314f5ecc7e1207", 971_813);
        assert_eq!(
            challenge,
            "aa9c8ec8057413dd8220e21e15ab54b095fb3c840601d44c39bece8d9df34529"
        );
        assert_eq!(
            signature(b"super-secret", &challenge),
            "d6c436288f1979f298f6532cea31db9e84e6338f4f58a9e00cb4105abbd11397"
        );
    }

    #[test]
    fn a_challenge_can_be_solved_and_says_how_long_it_counts() {
        let asked = asked();
        let found = (0..=u64::from(asked.maxnumber))
            .find(|number| digest(&asked.salt, *number) == asked.challenge);
        assert_eq!(found, Some(CHANCE % 50_001));
        let done = sent(&solved()).unwrap();
        assert_eq!(done.challenge, asked.challenge);
        assert_eq!(done.expires_at, NOW + 600 * SECOND);

        let payload = STANDARD.encode(solved().to_string());
        let at = |now| super::done(KEY, SHOP, &payload, now).is_some();
        assert!(at(NOW + LIFE - 1));
        assert!(!at(NOW + LIFE), "its time is over");
    }

    #[test]
    fn the_number_is_within_its_bounds_whatever_chance_says() {
        for chance in [0, 50_000, 50_001, u64::MAX] {
            let asked = challenge(KEY, SHOP, NOW, NUMBER_MAX, &[5; 16], chance);
            let number = chance % 50_001;
            assert_eq!(asked.challenge, digest(&asked.salt, number), "{chance}");
        }
    }

    #[test]
    fn nothing_but_what_was_asked_for_counts() {
        let good = solved();
        let [salt, number] = ["salt", "number"].map(|field| good[field].clone());
        let (salt, number) = (salt.as_str().unwrap(), number.as_u64().unwrap());
        let digits = number.to_string();
        let (first, others) = digits.split_at(1);
        let others: u64 = others.parse().unwrap();
        let later = salt.replace("expires=1", "expires=2");
        let rows = [
            ("number", json!(number + 1)),
            ("number", json!(digits)),
            ("number", json!(-1)),
            ("salt", json!(later)),
            ("salt", json!(format!("{salt}{first}"))),
            ("algorithm", json!("SHA-512")),
            ("challenge", json!("0".repeat(64))),
            ("challenge", json!("")),
            ("signature", json!("0".repeat(64))),
            ("signature", json!("")),
            ("signature", Value::Null),
        ];
        for (field, value) in rows {
            let mut spoilt = good.clone();
            spoilt[field] = value;
            assert_eq!(sent(&spoilt), None, "{spoilt}");
        }
        // The same digest and the same signature, with a digit moved from the number into the salt.
        let mut moved = good.clone();
        moved["salt"] = json!(format!("{salt}{first}"));
        moved["number"] = json!(others);
        assert_eq!(
            digest(moved["salt"].as_str().unwrap(), others),
            good["challenge"]
        );
        assert_eq!(sent(&moved), None);
        // The same challenge, signed with another key.
        let own = challenge(&[8; 32], SHOP, NOW, NUMBER_MAX, &[5; 16], CHANCE);
        let mut forged = good.clone();
        forged["signature"] = json!(own.signature);
        assert_eq!(sent(&forged), None);
        for payload in ["", "=", "nope", "bnVsbA==", "e30=", "W10=", "\0"] {
            assert_eq!(done(KEY, SHOP, payload, NOW), None, "{payload:?}");
        }
        let payload = STANDARD.encode(good.to_string());
        assert_eq!(done(KEY, ProgramId([2; 16]), &payload, NOW), None);
        assert!(done(KEY, SHOP, &payload, NOW).is_some(), "the good one");
    }

    #[test]
    fn the_work_grows_with_what_is_asked_for() {
        assert_eq!(number_max(3, 0), 50_000);
        assert_eq!(number_max(23, 799), 50_000);
        assert_eq!(number_max(24, 0), 200_000);
        assert_eq!(number_max(0, 800), 200_000);
    }
}
