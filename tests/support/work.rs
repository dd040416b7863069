//! The work that is asked for before a code is sent, done as the panel does it.

use super::trust::{Answer, ask};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;
use server::crypto::{from_hex, sha256};

/// The number that a challenge asks for, found by trying.
pub(crate) fn number(challenge: &Value) -> u64 {
    let [salt, wanted] = ["salt", "challenge"].map(|field| challenge[field].as_str().unwrap());
    let wanted: [u8; 32] = from_hex(wanted).unwrap();
    let most = challenge["maxnumber"].as_u64().unwrap();
    let found = (0..=most).find(|number| sha256(format!("{salt}{number}").as_bytes()) == wanted);
    found.expect("there is such a number")
}

/// A payload as ALTCHA's widget sends it.
pub(crate) fn packed(payload: &Value) -> String {
    STANDARD.encode(payload.to_string())
}

/// The challenge with its number, as an object that can be spoilt.
pub(crate) fn solution(challenge: &Value) -> Value {
    let mut solution = challenge.clone();
    solution["number"] = number(challenge).into();
    solution
}

/// The solution, ready to be sent.
pub(crate) fn solved(challenge: &Value) -> String {
    packed(&solution(challenge))
}

/// Asks for a code; if work comes first, it is done, and the same is asked once more.
pub(crate) async fn ask_patiently(request: RequestBuilder, body: &Value) -> Answer {
    let again = request.try_clone().unwrap();
    let first = ask(request.json(body)).await;
    if first.status != StatusCode::PRECONDITION_REQUIRED {
        return first;
    }
    let mut body = body.clone();
    body["altcha"] = solved(&first.json()["altcha"]).into();
    ask(again.json(&body)).await
}
