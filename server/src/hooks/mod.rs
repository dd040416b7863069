//! Hooks: what a shop's platform tells by itself, in a form of its own.
//!
//! A *kind* is one such form, and one file: how it is signed, what its deliveries are told apart by, and
//! what it says in the terms of the shop contract. Adding one is that file and its line in [`read`].
//!
//! Nothing here acts, and nothing here checks what contract §5 asks of an order: what was heard goes the
//! way of `POST …/orders` and `POST …/refunds`. There it makes no difference how often, how late or in
//! which order it is told, so the same order is always put in the same words. Of what happened on another
//! service a hook is only a [`Hint`]: a reason to ask that service now. Pure like [`crate::domain`]: no input or
//! output, and no clock.

mod field;
mod judgeme;
mod lists;
mod shopify;
mod standard;
pub(crate) mod telegram;
#[cfg(test)]
mod tests;
mod woocommerce;

use crate::crypto::same;
use crate::domain::Instant;
use app::api::{NewEvent, NewRefund, Order};
use aws_lc_rs::hmac;
use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;

/// A request as it arrived. The signature is of the bytes, so they must not have been read and written
/// anew.
#[derive(Clone, Copy)]
pub struct Hook<'a> {
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// What stands behind the question mark of the address; empty where there is none.
    pub query: &'a str,
    /// Its body.
    pub body: &'a [u8],
}

impl<'a> Hook<'a> {
    /// A header, if it is there, is text and says something.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        let value = self.headers.get(name)?.to_str().ok()?;
        Some(value).filter(|value| !value.is_empty())
    }
}

/// One thing that a hook tells, in the shop contract's terms where it has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// An order, as `POST …/orders` takes it.
    Order(Order),
    /// A refund, as `POST …/refunds` takes it.
    Refund(NewRefund),
    /// Something that a member has done, as `POST …/events` takes it.
    Event(NewEvent),
    /// A change on another service.
    Hint(Hint),
    /// A review on another service.
    Review(Review),
}

/// A change on another service. It is nobody's proof of anything: it is a reason to look now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// Whom it is about.
    pub who: Who,
    /// Where it was, by each name that a task's target may have.
    pub targets: Vec<String>,
    /// What changed.
    pub change: Change,
}

/// Whom a hint is about, as the service knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// The service's own id of an account.
    Account(String),
    /// An e-mail address, as [`crate::domain::email::parse`] leaves it.
    Address(String),
}

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// They came: followed, subscribed.
    Joined,
    /// They left, or were put out.
    Left,
}

impl Hint {
    /// Whether a task's target is where it was. Names that begin with an @ are the same in capitals.
    pub fn is_about(&self, target: &str) -> bool {
        let is_same = |named: &String| {
            named == target || (named.starts_with('@') && named.eq_ignore_ascii_case(target))
        };
        self.targets.iter().any(is_same)
    }
}

/// A review of a product on another service. How many stars it has is not asked: they must not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// The service's own id of it.
    pub id: String,
    /// The product, by the number that the shop's platform gave it.
    pub product: String,
    /// Who wrote it: an e-mail address, as [`crate::domain::email::parse`] leaves it.
    pub address: String,
    /// Whether the shop marked it as spam.
    pub is_spam: bool,
}

/// What was heard from a hook whose signature is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// What deliveries are told apart by: the same again is the same news.
    pub id: String,
    /// What it tells, in the order it should be taken in. Empty where it is of no concern.
    pub told: Vec<Told>,
}

/// Why a hook is not listened to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is not signed.
    #[error("The hook is not signed.")]
    Unsigned,
    /// It was signed with another key, or changed since.
    #[error("The signature is not one of this hook.")]
    Signature,
    /// It was signed too long ago, or in the future.
    #[error("The hook was signed at another time.")]
    Stale,
    /// It is genuine, but not in the form it should have. Names the field.
    #[error("{0}")]
    Unreadable(String),
}

/// Reads a hook of a kind; `None` if there is no such kind. Several secrets are valid at once while they
/// are being changed: any of them will do.
///
/// # Errors
/// [`Refused`] says why it is not believed, or what in it cannot be read.
pub fn read(
    kind: &str,
    secrets: &[&str],
    hook: &Hook<'_>,
    now: Instant,
) -> Option<Result<Heard, Refused>> {
    match kind {
        "standard" => Some(standard::read(secrets, hook, now)),
        "shopify" => Some(shopify::read(secrets, hook)),
        "woocommerce" => Some(woocommerce::read(secrets, hook)),
        "telegram" => Some(telegram::read(secrets, hook)),
        "mailchimp" => Some(lists::mailchimp(secrets, hook)),
        "brevo" => Some(lists::brevo(secrets, hook)),
        "judgeme" => Some(judgeme::read(secrets, hook)),
        _ => None,
    }
}

/// Reads an order as a platform's API shows it, which is as its hooks tell it: what they would have told of it by
/// now, in the same words. `None` for a kind whose orders are not asked for.
///
/// # Errors
/// [`Refused::Unreadable`] names what in it cannot be read.
pub fn shown(kind: &str, order: &[u8]) -> Option<Result<Heard, Refused>> {
    match kind {
        "shopify" => Some(shopify::shown(order)),
        "woocommerce" => Some(woocommerce::shown(order)),
        _ => None,
    }
}

/// Whether senders of a kind look whether their hook is there before they use it, with a GET that has to be answered
/// with 200: <https://mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks/>
pub fn is_looked_for(kind: &str) -> bool {
    kind == "mailchimp"
}

/// Whether a word that a hook brings is one of the secrets. Nobody knows the empty one.
fn is_one_of(word: &str, secrets: &[&str]) -> bool {
    let is_it = |secret: &&str| !secret.is_empty() && same(word.as_bytes(), secret.as_bytes());
    secrets.iter().any(is_it)
}

/// Whether one of the signatures, which are in base 64, is what one of the keys makes of the text.
fn is_signed<K: AsRef<[u8]>>(keys: &[K], text: &[&[u8]], signatures: &[&str]) -> bool {
    let told = signatures.iter();
    let told: Vec<Vec<u8>> = told.filter_map(|text| STANDARD.decode(text).ok()).collect();
    keys.iter().any(|key| {
        let key: &[u8] = key.as_ref();
        if key.is_empty() {
            // Anybody has this one.
            return false;
        }
        let made = mac(key, text);
        told.iter().any(|told| same(made.as_ref(), told))
    })
}

/// HMAC-SHA256 of a text in parts.
pub(crate) fn mac(key: &[u8], text: &[&[u8]]) -> hmac::Tag {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let mut context = hmac::Context::with_key(&key);
    for part in text {
        context.update(part);
    }
    context.sign()
}

/// Reads a body. Fields that are not asked for are ignored.
pub(crate) fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    // A list would pass for an object whose fields stand in the right order.
    if body.trim_ascii_start().starts_with(b"[") {
        return Err(unreadable("body", "it should be an object"));
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| garbled(&error))?;
    let rest = reader.end();
    rest.map_err(|_| unreadable("body", "something follows the object"))?;
    Ok(value)
}

/// Names the field that serde stumbled over. What stands in it is not repeated: it may be somebody's
/// address.
fn garbled(error: &serde_path_to_error::Error<serde_json::Error>) -> Refused {
    let path = error.path().to_string();
    let path = match path.as_str() {
        "." => "body",
        path => path,
    };
    if !error.inner().is_data() {
        return unreadable(path, "this cannot be read");
    }
    let detail = error.inner().to_string();
    let detail = detail.split(" at line ").next().unwrap_or_default();
    let names_a_field = ["missing field `", "unknown field `", "duplicate field `"]
        .iter()
        .any(|start| detail.starts_with(start));
    if names_a_field {
        unreadable(path, detail)
    } else {
        unreadable(path, "it is of another kind than it should be")
    }
}

/// A sentence that names a field.
fn unreadable(field: &str, detail: &str) -> Refused {
    Refused::Unreadable(format!("{field}: {detail}."))
}
