//! Who visits: the language they read, their cart, and whether they signed in.

use super::Shop;
use super::backend::Receipt;
use super::goods::Cart;
use super::words::{self, Words};
use crate::clock::random;
use crate::crypto::base64url;
use axum::extract::FromRequestParts;
use axum::http::{HeaderMap, header, request::Parts};
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The cookie with the visit's id.
const VISIT: &str = "roast_visit";
/// The cookie with the language that was chosen.
const LANGUAGE: &str = "roast_lang";
/// Visits that are kept at most; a demo may forget.
const VISITS_MAX: usize = 1000;
/// The most codes of one cart.
const CODES_MAX: usize = 5;

/// Somebody with an account.
#[derive(Debug)]
pub(super) struct Customer {
    /// The shop's id of them.
    pub(super) id: &'static str,
    /// Their name.
    pub(super) name: &'static str,
    /// Their address, which the shop has verified.
    pub(super) email: &'static str,
    /// The language they wrote in when they registered.
    pub(super) locale: &'static str,
}

/// Everybody with an account.
pub(super) static CUSTOMERS: [Customer; 2] = [
    Customer {
        id: "anna",
        name: "Anna",
        email: "anna@example.com",
        locale: "en",
    },
    Customer {
        id: "ivan",
        name: "Иван",
        email: "ivan@example.com",
        locale: "ru",
    },
];

/// What the shop remembers of a visit.
#[derive(Debug, Clone, Default)]
pub(super) struct Visit {
    /// Who signed in.
    pub(super) customer: Option<&'static Customer>,
    /// What they want.
    pub(super) cart: Cart,
    /// Codes that they would like to use.
    pub(super) codes: Vec<String>,
    /// The code of the friend who sent them; empty if none did.
    pub(super) friend: String,
    /// The number of the order that the cart is about to become, once they have tried to pay: codes may be kept
    /// for it.
    pub(super) number: Option<String>,
    /// Codes that may be kept for it by tries that did not come about.
    pub(super) kept: Vec<String>,
    /// What they bought last.
    pub(super) bought: Option<Arc<Receipt>>,
}

impl Visit {
    /// Puts a code in, in place of the oldest if there are too many.
    pub(super) fn keep(&mut self, code: String) {
        if self.codes.contains(&code) {
            return;
        }
        if self.codes.len() >= CODES_MAX {
            self.codes.remove(0);
        }
        self.codes.push(code);
    }
}

/// All visits by their id, which nobody can guess.
#[derive(Debug, Default)]
pub(super) struct Visits(Mutex<HashMap<String, Visit>>);

impl Visits {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Visit>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes a visit, or a new one. Answers the cookie that finds it again.
    pub(super) fn change<T>(
        &self,
        id: Option<&str>,
        change: impl FnOnce(&mut Visit) -> T,
    ) -> (String, T) {
        let mut visits = self.lock();
        let known = id.filter(|id| visits.contains_key(*id)).map(str::to_owned);
        let id = known.unwrap_or_else(|| make_room(&mut visits));
        let outcome = change(visits.entry(id.clone()).or_default());
        (cookie(VISIT, &id), outcome)
    }

    /// Signs somebody in, under a new id: the old one may have been planted by somebody else.
    /// Answers the cookie.
    pub(super) fn sign_in(&self, id: Option<&str>, customer: &'static Customer) -> String {
        let mut visits = self.lock();
        let before = id.and_then(|id| visits.remove(id));
        let id = make_room(&mut visits);
        let visit = Visit {
            customer: Some(customer),
            bought: None,
            ..before.unwrap_or_default()
        };
        visits.insert(id.clone(), visit);
        cookie(VISIT, &id)
    }

    /// Forgets a visit. Answers what takes the cookie away.
    pub(super) fn end(&self, id: Option<&str>) -> String {
        if let Some(id) = id {
            self.lock().remove(id);
        }
        format!("{VISIT}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")
    }
}

/// The id of a visit that a request brings along, which may be none of ours.
pub(super) fn sent_id(headers: &HeaderMap) -> Option<&str> {
    sent_cookie(headers, VISIT)
}

/// A new id, with room for its visit.
fn make_room(visits: &mut HashMap<String, Visit>) -> String {
    if visits.len() >= VISITS_MAX {
        let any = visits.keys().next().cloned();
        any.and_then(|id| visits.remove(&id));
    }
    base64url(&random::<18>())
}

/// `Secure` is left out: the demo is opened as `http://localhost`.
fn cookie(name: &str, value: &str) -> String {
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax")
}

/// The cookie that remembers the language asked for by `?lang=`, if there is one.
pub(super) fn language_cookie(query: Option<&str>) -> Option<String> {
    let words = asked_language(query)?;
    Some(format!("{}; Max-Age=31536000", cookie(LANGUAGE, words.tag)))
}

fn asked_language(query: Option<&str>) -> Option<&'static Words> {
    let mut pairs = query?.split('&').filter_map(|pair| pair.split_once('='));
    words::find(pairs.find(|(name, _)| *name == "lang")?.1)
}

/// Who makes a request.
pub(super) struct Visitor {
    /// In their language.
    pub(super) words: &'static Words,
    /// Their visit's id, if they have one.
    pub(super) id: Option<String>,
    /// What is remembered of it.
    pub(super) visit: Visit,
}

impl FromRequestParts<Arc<Shop>> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<Self, Infallible> {
        let id = sent_id(&parts.headers).map(str::to_owned);
        let visit = id
            .as_ref()
            .and_then(|id| shop.visits.lock().get(id).cloned());
        Ok(Self {
            words: asked_language(parts.uri.query())
                .or_else(|| sent_cookie(&parts.headers, LANGUAGE).and_then(words::find))
                .unwrap_or_else(|| preferred_language(&parts.headers)),
            id,
            visit: visit.unwrap_or_default(),
        })
    }
}

fn sent_cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let sent = headers.get_all(header::COOKIE).iter();
    let pairs = sent
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'));
    let mut pairs = pairs.filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// Browsers name the language their reader likes best first.
fn preferred_language(headers: &HeaderMap) -> &'static Words {
    let wanted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    let mut tags = wanted.unwrap_or_default().split(',');
    tags.find_map(|tag| words::find(tag.trim().get(..2)?))
        .unwrap_or(&words::EN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_kept_once_and_the_oldest_goes_first() {
        let mut visit = Visit::default();
        for code in ["A", "B", "A", "C", "D", "E", "F"] {
            visit.keep(code.into());
        }
        assert_eq!(visit.codes, ["B", "C", "D", "E", "F"]);
    }

    #[test]
    fn signing_in_changes_the_id_and_keeps_the_cart() {
        let visits = Visits::default();
        let id = |cookie: &str| cookie.split(['=', ';']).nth(1).unwrap().to_owned();
        let (before, ()) = visits.change(Some("planted"), |visit| {
            visit.cart.add(0, 1);
            visit.keep("GIFT".into());
        });
        let before = id(&before);
        assert_ne!(before, "planted");
        let after = id(&visits.sign_in(Some(&before), &CUSTOMERS[0]));
        assert_ne!(before, after);
        let visits = visits.lock();
        assert!(!visits.contains_key(&before));
        assert_eq!(visits[&after].cart.bags(), 1);
        assert_eq!(visits[&after].codes, ["GIFT"]);
    }

    #[test]
    fn the_language_is_the_first_that_is_spoken_here() {
        let preferred = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, value.parse().unwrap());
            preferred_language(&headers).tag
        };
        assert_eq!(preferred("ru-RU,ru;q=0.9,en;q=0.8"), "ru");
        assert_eq!(preferred("de, en;q=0.5, ru;q=0.2"), "en");
        assert_eq!(preferred("*"), "en");
        assert_eq!(language_cookie(Some("a=b&lang=de")), None);
    }
}
