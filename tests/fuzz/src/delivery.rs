//! A hook's delivery: with the proof that it should bring, so that random bodies come past it; and with every
//! proof that it should not.

use aws_lc_rs::hmac;
use axum::http::{HeaderMap, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use server::domain::{Instant, SECOND};
use server::hooks::{self, Heard, Hook, Refused};

/// 2026-11-21T12:00:00Z, when the seeds are.
pub const NOW: Instant = 1_795_262_400 * SECOND;
/// The secret of Standard Webhooks' published example. It would do for every kind of hook, and is nobody's.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// Another one that would do.
const OTHER: &str = "whsec_YSBzZWNyZXQgb2YgdHdlbnR5LWZvdXIu";

/// One request to a hook.
pub struct Delivery<'a> {
    /// The form it is in.
    pub kind: &'static str,
    /// What stands behind the question mark of the address.
    pub query: &'a str,
    /// Its headers beside the proof. What no header can hold is left out, as no client could send it.
    pub headers: &'a [(&'static str, &'a [u8])],
    /// The header of the proof, and what stands there with a body.
    pub proof: (&'static str, &'a dyn Fn(&[u8]) -> String),
    /// Its body.
    pub body: &'a [u8],
}

impl Delivery<'_> {
    /// Sends it as it should be.
    pub fn send(&self) -> Result<Heard, Refused> {
        let (_, prove) = self.proof;
        self.send_as(SECRET, Some(prove(self.body).as_bytes()), self.body)
    }

    /// Sends it, and what resembles it. It tells the same in other blanks, and nobody who does not know the secret
    /// is believed.
    pub fn hear(&self) -> Result<Heard, Refused> {
        let heard = self.send();
        assert_eq!(heard, self.send());
        assert!(!is_disbelieved(&heard), "the proof is good: {heard:?}");
        self.forge();
        if let Ok(heard) = &heard {
            self.write_anew(heard);
        }
        heard
    }

    /// Random bytes for a proof, and none. Only what tells nothing may be heard then.
    pub fn refuse(&self, proof: &[u8]) {
        for proof in [Some(proof), None] {
            if let Ok(heard) = self.send_as(SECRET, proof, self.body) {
                assert!(heard.told.is_empty(), "without a proof: {heard:?}");
            }
        }
    }

    /// One bit more or less in the proof or in what it proves, and another secret.
    fn forge(&self) {
        let (_, prove) = self.proof;
        let proof = prove(self.body).into_bytes();
        let sum: usize = self.body.iter().map(|byte| usize::from(*byte)).sum();
        let mut wrong = proof.clone();
        // The lowest bit: it leaves a letter that headers can hold.
        wrong[sum % proof.len()] ^= 1;
        let got = self.send_as(SECRET, Some(&wrong), self.body);
        assert!(is_disbelieved(&got), "{got:?}");
        let got = self.send_as(OTHER, Some(&proof), self.body);
        assert!(is_disbelieved(&got), "{got:?}");
        let mut changed = self.body.to_vec();
        if let Some(byte) = changed.get_mut(sum % self.body.len().max(1)) {
            *byte ^= 1 << (sum % 8);
        }
        // Some forms prove only who sends it.
        if prove(&changed).as_bytes() != proof {
            let got = self.send_as(SECRET, Some(&proof), &changed);
            assert!(is_disbelieved(&got), "{got:?}");
        }
    }

    /// The same JSON with other blanks and escapes is the same news.
    fn write_anew(&self, heard: &Heard) {
        if self.kind == "mailchimp" {
            // A form, where blanks count.
            return;
        }
        let Ok(value) = serde_json::from_slice::<Value>(self.body) else {
            // A ping, a topic that is of no concern, or something within that nobody reads.
            return;
        };
        let (_, prove) = self.proof;
        let body = format!("{value:#}\n");
        let proof = prove(body.as_bytes());
        let again = self.send_as(SECRET, Some(proof.as_bytes()), body.as_bytes());
        assert_eq!(again.as_ref(), Ok(heard), "{body}");
    }

    fn send_as(&self, secret: &str, proof: Option<&[u8]>, body: &[u8]) -> Result<Heard, Refused> {
        let mut headers = HeaderMap::new();
        let proof = proof.map(|proof| (self.proof.0, proof));
        for (name, value) in self.headers.iter().copied().chain(proof) {
            if let Ok(value) = HeaderValue::from_bytes(value) {
                headers.insert(name, value);
            }
        }
        let hook = Hook {
            headers: &headers,
            query: self.query,
            body,
        };
        hooks::read(self.kind, &[secret], &hook, NOW).expect("there is such a kind")
    }
}

fn is_disbelieved(got: &Result<Heard, Refused>) -> bool {
    matches!(got, Err(Refused::Signature | Refused::Unsigned))
}

/// HMAC-SHA256 of a text in parts.
pub fn mac(key: &[u8], text: &[&[u8]]) -> hmac::Tag {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    text.iter().for_each(|part| context.update(part));
    context.sign()
}

/// The proof that Shopify and `WooCommerce` bring.
pub fn in_base64(body: &[u8]) -> String {
    STANDARD.encode(mac(SECRET.as_bytes(), &[body]))
}
