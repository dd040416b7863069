//! What the services that keep mailing lists have in common: they know people by their address, and the shop
//! has a form of its own on which people sign up.

use super::{Account, Answer, Setting, Setup, Trouble};
use crate::domain::program::Connection;
use reqwest::{RequestBuilder, Url};
use serde_json::json;
use std::fmt::Write;

/// The most digits of a list's number.
pub(super) const DIGITS_MAX: usize = 18;

/// The page on which people sign up.
pub(super) const FORM: Setting = Setting::public(
    "form",
    "The address of your own sign-up form, which begins with https://.",
);

/// What hooks bring that are not signed.
pub(super) const HOOK_KEY: Setting = Setting::optional_secret(
    "hook_secret",
    "A key of your own, if Laurel is to ask at once when somebody subscribes. Then add a webhook for new subscribers: \
     https://loyalty.example/hooks/PROGRAM.CONNECTION?key= and the key, in which only letters and digits stand. \
     Brevo can send it as a bearer token instead.",
);

/// Somebody who is on no list, to try an API with: the name is reserved (RFC 2606).
pub(super) const NOBODY: &str = "nobody@example.com";

/// The address of the form, or what is wrong with it.
pub(super) fn form(connection: &Connection) -> Result<String, String> {
    let is_page = |form: &&str| form.starts_with("https://") && Url::parse(form).is_ok();
    let form = connection.setting("form").filter(is_page);
    form.map(str::to_owned).ok_or_else(|| {
        "give the connection the address of your sign-up form as its setting form, such as \
         \"https://shop.example/newsletter\""
            .into()
    })
}

/// What a subscription leaves as evidence. The address is not in it: whose it is, the member's record says.
pub(super) fn done(service: &str, list: &str, status: &str) -> Answer {
    Answer::Done(json!({ "service": service, "list": list, "status": status }))
}

/// Makes sure that an answer is about the address that was asked about: another one's says nothing.
pub(super) fn is_about(account: &Account, answered: &str) -> Result<(), Trouble> {
    if answered.to_lowercase() == account.id {
        return Ok(());
    }
    Err(Trouble::unclear("it answered about another address"))
}

/// A GET there.
pub(super) fn get(setup: &Setup<'_>, url: &str) -> Result<RequestBuilder, Trouble> {
    setup.outside.get(url).map_err(|_| misplaced())
}

/// A POST there.
pub(super) fn post(setup: &Setup<'_>, url: &str) -> Result<RequestBuilder, Trouble> {
    setup.outside.post(url).map_err(|_| misplaced())
}

fn misplaced() -> Trouble {
    Trouble::shop(
        "the API cannot be called there: correct the connection's setting api, or leave it out",
    )
}

/// One part of a path. Everything that could mean something is encoded, a plus sign as well, which some
/// servers take for a blank.
pub(super) fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// Whether this can be a list's id, where those are letters and digits.
pub(super) fn is_id(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (4..=32).contains(&text.len()) && plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn an_address_is_one_part_of_a_path() {
        assert_eq!(encoded("anna@example.com"), "anna%40example.com");
        assert_eq!(encoded("a+b/../?#%@x.y"), "a%2Bb%2F..%2F%3F%23%25%40x.y");
        assert_eq!(encoded("я@x.y"), "%D1%8F%40x.y");
    }

    #[test]
    fn a_form_is_a_page_that_is_encrypted() {
        let of = |form: &str| form_of(BTreeMap::from([("form".to_owned(), form.to_owned())]));
        assert_eq!(
            of("https://shop.example/letter").as_deref(),
            Ok("https://shop.example/letter")
        );
        for wrong in ["", "http://shop.example", "https://", "javascript:alert(1)"] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
        assert!(form_of(BTreeMap::new()).is_err());
    }

    fn form_of(settings: BTreeMap<String, String>) -> Result<String, String> {
        form(&Connection {
            id: "list".into(),
            kind: "mailchimp".into(),
            settings,
        })
    }

    #[test]
    fn an_answer_about_somebody_else_is_none() {
        let account = Account {
            id: "anna@example.com".into(),
            handle: "anna@example.com".into(),
            created_at: None,
        };
        assert_eq!(is_about(&account, "Anna@Example.com"), Ok(()));
        for other in ["", "boris@example.com", "anna@example.co"] {
            let answer = is_about(&account, other);
            assert!(matches!(answer, Err(Trouble::NotNow(..))), "{other}");
        }
    }
}
