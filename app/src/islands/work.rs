//! Work that the server asks for where codes are asked for often: a number that is found by trying (ALTCHA,
//! version 1). The browser's own SHA-256 tries them beside the page, so nothing stands still, and no digest of ours
//! is downloaded.

use super::{
    client::Failure,
    dom::{get, get_text, set, window},
};
use js_sys::{Array, Function, JSON, Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// How many numbers are tried at a time.
const BATCH: u32 = 256;

/// The body once more, with the work that a refusal asks for. Nothing where none is asked for, or where this
/// browser cannot do it: on an insecure origin it gives no digests.
pub(super) async fn done(failure: &Failure, body: Option<&str>) -> Option<String> {
    let challenge = get(&failure.problem, "altcha");
    let number = find(&challenge).await?;
    set(&challenge, "number", &number.into());
    let payload = JSON::stringify(&challenge).map(String::from).ok()?;
    let body = JSON::parse(body?).ok()?;
    set(&body, "altcha", &window().btoa(&payload).ok()?.into());
    JSON::stringify(&body).map(String::from).ok()
}

/// The number whose digits, behind the salt, have the digest that is looked for.
async fn find(challenge: &JsValue) -> Option<u32> {
    let salt = get_text(challenge, "salt")?;
    let wanted = bytes(&get_text(challenge, "challenge")?);
    let most = get(challenge, "maxnumber").as_f64()?;
    let algorithm = get(challenge, "algorithm");
    let subtle = get(&get(&window(), "crypto"), "subtle");
    let digest: Function = get(&subtle, "digest").dyn_into().ok()?;
    let mut first = 0;
    while f64::from(first) <= most {
        let batch = Array::new();
        for number in first..first + BATCH {
            let text: JsValue = Uint8Array::from(format!("{salt}{number}").as_bytes()).into();
            batch.push(&digest.call2(&subtle, &algorithm, &text).ok()?);
        }
        let digests = JsFuture::from(Promise::all(&batch)).await.ok()?;
        let digests: Array = digests.unchecked_into();
        let found = (first..)
            .zip(digests.iter())
            .find(|(_, digest)| Uint8Array::new(digest).to_vec() == wanted);
        if let Some((number, _)) = found {
            return Some(number);
        }
        first += BATCH;
    }
    None
}

/// What hexadecimal digits in small letters say.
fn bytes(digits: &str) -> Vec<u8> {
    let value = |digit: u8| {
        let begin = if digit < b'a' { b'0' } else { b'a' - 10 };
        digit.wrapping_sub(begin)
    };
    let pairs = digits.as_bytes().chunks_exact(2);
    pairs
        .map(|pair| (value(pair[0]) << 4) | value(pair[1]))
        .collect()
}
