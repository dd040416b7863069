//! Unisender: is this address active on that list.
//!
//! A contact says which lists it is on (<https://www.unisender.com/ru/support/api/contacts/getcontact/>, and in
//! English, from the same API under another name, <https://selzy.com/en/support/api/contacts/getcontact/>), and
//! not whether the list that was asked for is there at all; so the lists are asked for, too, before somebody is
//! told that they are not on one.

mod api;

use super::lists;
use super::{About, Account, Answer, Budget, By, Service, Setting, Setup, Trouble};
use crate::domain::program::Connection;
use api::Contact;
use async_trait::async_trait;
use serde_json::Value;
use std::time::Duration;

/// <https://www.unisender.com/ru/support/api/contacts/getcontact/>
pub(super) struct Unisender;

static ABOUT: About = About {
    kind: "unisender",
    name: "Unisender",
    proves: "The member's own address is active on your list: Unisender itself says so.",
    knows: By::Address,
    asks: None,
    settings: &[
        lists::FORM,
        Setting::secret("api_key", "The API key of your account."),
        Setting::optional(
            "api",
            "Where Unisender's API is, if not at https://api.unisender.com.",
        ),
    ],
    target: "Your list's number, such as 20547119.",
    budget: Budget {
        calls: 600,
        per: Duration::from_mins(1),
    },
    limits: "Free with every Unisender plan. 1,200 calls a minute; Laurel makes 600 checks at most. An address counts \
             once Unisender calls it active, which a confirmed one is.",
    steps: [
        "In Unisender, open the account's settings, Integration and API, and copy the API key.",
        "Find the list's number: open the list; its address ends with the number.",
        "Put the address of your sign-up form into the programme file as form, under [connection.settings].",
        "Give the key: `laurel connection secret PROGRAM CONNECTION api_key`.",
        "Run `laurel connection test PROGRAM CONNECTION`.",
    ],
    source: "https://www.unisender.com/ru/support/api/contacts/getcontact/",
};

#[async_trait]
impl Service for Unisender {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn page(&self, connection: &Connection, target: &str) -> Result<String, String> {
        if super::is_number(target, lists::DIGITS_MAX) {
            return lists::form(connection);
        }
        Err("write your list's number, such as \"20547119\"".into())
    }

    async fn check(
        &self,
        setup: &Setup<'_>,
        account: &Account,
        target: &str,
        _: Option<&Value>,
    ) -> Result<Answer, Trouble> {
        let form = [("email", account.id.as_str()), ("include_lists", "1")];
        let contact: Option<Contact> = api::call(setup, "getContact", &form).await?;
        if let Some(contact) = &contact {
            lists::is_about(account, &contact.email.email)?;
            if contact.is_active(target) {
                return Ok(lists::done("unisender", target, "active"));
            }
        }
        api::is_there(setup, target).await?;
        Ok(Answer::NotDone("not_subscribed"))
    }

    async fn test(&self, setup: &Setup<'_>, target: &str) -> Result<String, Trouble> {
        api::is_there(setup, target).await?;
        Ok(format!("Unisender answers, and the list {target} is there"))
    }
}
