//! Judge.me's webhooks, signed with the secret of the app that made them, or with the shop's private API token if it
//! was that: <https://judge.me/help/en/articles/8299679-verifying-webhooks-from-judge-me>, where the digest is in
//! hexadecimal digits.
//!
//! Of the topics that are documented (<https://judge.me/api/docs#tag/Webhooks>), `review/created` and
//! `review/updated` bring a review. The body is not documented; its fields are those of the API's reviews, within
//! `review`, as published integrations read them. No topic tells that a review was deleted. That the shop marked it
//! as spam is told as an update. That it is hidden is not read: a shop may hide a review for its few stars, and those
//! must not matter. There is no time in the signature, so an old delivery can be sent again: it tells what is known.

use super::{Heard, Hook, Refused, Review, Told, json, mac};
use crate::crypto::{from_hex, same};
use crate::domain::email;
use serde::Deserialize;
use serde_json::Value;

/// What is sent.
#[derive(Deserialize)]
struct Delivery {
    review: Posted,
}

/// A review, as far as it is of concern. Its stars are not.
#[derive(Deserialize)]
struct Posted {
    id: Value,
    /// The product, by the shop platform's own number; of a review of the shop itself there is none.
    product_external_id: Option<Value>,
    reviewer: Option<Reviewer>,
    curated: Option<String>,
    updated_at: Option<String>,
}

/// Who wrote it.
#[derive(Deserialize)]
struct Reviewer {
    email: Option<String>,
}

/// Believes and reads a hook.
pub(super) fn read(secrets: &[&str], hook: &Hook<'_>) -> Result<Heard, Refused> {
    // Some servers on the way rename the header, as the page above says.
    let signature = hook.header("judgeme-hmac-sha256");
    let signature = signature.or_else(|| hook.header("x-judgeme-hmac-sha256"));
    let signature = signature.ok_or(Refused::Unsigned)?;
    let told = from_hex::<32>(signature).ok_or(Refused::Signature)?;
    let is_made_by = |key: &&str| {
        // Anybody has the empty one.
        !key.is_empty() && same(mac(key.as_bytes(), &[hook.body]).as_ref(), &told)
    };
    if !secrets.iter().any(is_made_by) {
        return Err(Refused::Signature);
    }
    let Delivery { review } = json(hook.body)?;
    let at = review.updated_at.clone().unwrap_or_default();
    let id = number(&review.id).unwrap_or_default();
    Ok(Heard {
        id: format!("{id}/{at}"),
        told: told_of(review).map(Told::Review).into_iter().collect(),
    })
}

/// A review of a product by somebody who has an address.
fn told_of(posted: Posted) -> Option<Review> {
    let address = posted.reviewer?.email?;
    Some(Review {
        id: number(&posted.id)?,
        product: number(&posted.product_external_id?)?,
        address: email::parse(&address)?,
        is_spam: posted.curated.as_deref() == Some("spam"),
    })
}

/// A number above zero as text.
fn number(value: &Value) -> Option<String> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return None,
    };
    let number: u64 = text.parse().ok()?;
    (number > 0).then(|| number.to_string())
}
