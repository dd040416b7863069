//! Brevo: is this address on that list, and may it be written to.
//!
//! A contact says which lists it is on (<https://developers.brevo.com/reference/getcontactinfo>), and not
//! whether the list that was asked for is there at all; so a list is asked for, too, before somebody is told
//! that they are not on it.

use super::lists;
use super::webhooks::OLD_HOOK_SECRET;
use super::{About, Account, Answer, Budget, By, Service, Setting, Setup, Trouble};
use crate::domain::program::Connection;
use async_trait::async_trait;
use reqwest::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::Duration;

/// <https://developers.brevo.com/reference/getcontactinfo>
pub(super) struct Brevo;

static ABOUT: About = About {
    kind: "brevo",
    name: "Brevo",
    proves: "The member's own address is on your list and not blocked: Brevo itself says so.",
    knows: By::Address,
    asks: None,
    settings: &[
        lists::FORM,
        Setting::secret("api_key", "An API key (version 3) of your account."),
        lists::HOOK_KEY,
        OLD_HOOK_SECRET,
        Setting::optional(
            "api",
            "Where Brevo's API is, if not at https://api.brevo.com.",
        ),
    ],
    target: "Your list's number, such as 7.",
    budget: Budget {
        calls: 5,
        per: Duration::from_secs(1),
    },
    limits: "Free with every Brevo plan. Ten calls a second for contacts; Laurel makes five checks a second at most.",
    steps: [
        "In Brevo, open Settings, SMTP & API, API keys, and generate a key. If you restrict it to known IP addresses, \
         add this server's.",
        "Find the list's number: open Contacts, Lists; it stands beside the name, after #.",
        "Put the address of your sign-up form into the programme file as form, under [connection.settings].",
        "Give the key: `laurel connection secret PROGRAM CONNECTION api_key`.",
        "Run `laurel connection test PROGRAM CONNECTION`.",
    ],
    source: "https://developers.brevo.com/reference/getcontactinfo",
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Contact {
    email: String,
    email_blacklisted: bool,
    list_ids: Vec<u64>,
    list_unsubscribed: Option<Vec<u64>>,
}

impl Contact {
    fn left(&self, list: u64) -> bool {
        let left = self.list_unsubscribed.as_deref().unwrap_or_default();
        self.email_blacklisted || left.contains(&list)
    }
}

#[derive(Deserialize)]
struct List {
    id: u64,
}

/// How it says no.
#[derive(Deserialize)]
struct Problem {
    code: String,
}

/// Asks about something below the contacts; nothing if it is not there.
async fn ask<T: DeserializeOwned>(setup: &Setup<'_>, path: &str) -> Result<Option<T>, Trouble> {
    let url = format!(
        "{}/v3/contacts/{path}",
        setup.connection.base("api", "https://api.brevo.com")
    );
    let call = lists::get(setup, &url)?.header("api-key", setup.get("api_key"));
    let reply = setup.outside.send(call).await?;
    if reply.status.is_success() {
        return reply.json().map(Some);
    }
    // Something on the way may refuse as well, and says nothing about the shop; Brevo adds a code.
    let problem: Problem = reply.json()?;
    match (reply.status, problem.code.as_str()) {
        (StatusCode::NOT_FOUND, "document_not_found") => Ok(None),
        (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, _) => Err(Trouble::shop(
            "Brevo does not accept the API key, or not from this server's IP address: look at Settings, SMTP & API, \
             and give the key again with `laurel connection secret PROGRAM CONNECTION api_key`",
        )),
        (status, _) => Err(Trouble::unclear(&format!("it answered {status}"))),
    }
}

fn unknown() -> Trouble {
    Trouble::shop(
        "Brevo knows no such list: write the list's number, from Contacts, Lists, as the task's target",
    )
}

fn number(target: &str) -> Result<u64, Trouble> {
    target.parse().map_err(|_| unknown())
}

/// Makes sure that there is such a list.
async fn is_there(setup: &Setup<'_>, list: u64) -> Result<(), Trouble> {
    let found: Option<List> = ask(setup, &format!("lists/{list}")).await?;
    match found {
        Some(found) if found.id == list => Ok(()),
        Some(_) => Err(Trouble::unclear("it answered about another list")),
        None => Err(unknown()),
    }
}

#[async_trait]
impl Service for Brevo {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn page(&self, connection: &Connection, target: &str) -> Result<String, String> {
        if super::is_number(target, lists::DIGITS_MAX) {
            return lists::form(connection);
        }
        Err("write your list's number, such as \"7\"".into())
    }

    async fn check(
        &self,
        setup: &Setup<'_>,
        account: &Account,
        target: &str,
        _: Option<&Value>,
    ) -> Result<Answer, Trouble> {
        let list = number(target)?;
        let address = lists::encoded(&account.id);
        let path = format!("{address}?identifierType=email_id");
        let contact: Option<Contact> = ask(setup, &path).await?;
        if let Some(contact) = &contact {
            lists::is_about(account, &contact.email)?;
            if contact.list_ids.contains(&list) && !contact.left(list) {
                return Ok(lists::done("brevo", target, "subscribed"));
            }
        }
        is_there(setup, list).await?;
        Ok(Answer::NotDone("not_subscribed"))
    }

    async fn test(&self, setup: &Setup<'_>, target: &str) -> Result<String, Trouble> {
        is_there(setup, number(target)?).await?;
        Ok(format!("Brevo answers, and the list {target} is there"))
    }

    fn hook(&self) -> Option<&'static str> {
        Some("brevo")
    }
}
