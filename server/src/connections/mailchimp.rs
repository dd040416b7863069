//! Mailchimp: is this address subscribed to that audience.
//!
//! A member is asked for by address, which Mailchimp takes instead of its hash
//! (<https://mailchimp.com/developer/marketing/api/list-members/get-member-info/>). That nobody is there it says
//! in the same words as that the audience is not, so the audience is asked for then, too.

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

/// <https://mailchimp.com/developer/marketing/api/list-members/>
pub(super) struct Mailchimp;

static ABOUT: About = About {
    kind: "mailchimp",
    name: "Mailchimp",
    proves: "The member's own address is subscribed to your audience: Mailchimp itself says so.",
    knows: By::Address,
    asks: None,
    settings: &[
        lists::FORM,
        Setting::secret(
            "api_key",
            "An API key of your account, with its ending, such as -us6.",
        ),
        lists::HOOK_KEY,
        OLD_HOOK_SECRET,
        Setting::optional(
            "api",
            "Where Mailchimp's API is, if not where the key's ending says.",
        ),
    ],
    target: "Your audience's id, such as 3c307a9f3f.",
    budget: Budget {
        calls: 5,
        per: Duration::from_secs(1),
    },
    limits: "Free with every Mailchimp plan. Ten calls at the same time; Laurel begins five a second at most.",
    steps: [
        "In Mailchimp, open Account & billing, Extras, API keys, and make a key.",
        "Find the audience's id: open Audience, More options, Audience settings.",
        "Put the address of your sign-up form into the programme file as form, under [connection.settings].",
        "Give the key: `laurel connection secret PROGRAM CONNECTION api_key`.",
        "Run `laurel connection test PROGRAM CONNECTION`.",
    ],
    source: "https://mailchimp.com/developer/marketing/api/list-members/get-member-info/",
};

#[derive(Deserialize)]
struct Member {
    email_address: String,
    status: Status,
}

/// All that are documented: another one is no answer.
#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Status {
    Subscribed,
    Unsubscribed,
    Cleaned,
    Pending,
    Transactional,
    Archived,
}

#[derive(Deserialize)]
struct Audience {
    id: String,
}

/// How it says no (<https://mailchimp.com/developer/marketing/docs/errors/>).
#[derive(Deserialize)]
struct Problem {
    status: u16,
}

/// Where the account's API is: a key ends with the name of its data centre.
fn place(setup: &Setup<'_>) -> Result<String, Trouble> {
    if setup.connection.setting("api").is_some() {
        return Ok(setup.connection.base("api", "").to_owned());
    }
    let key = setup.get("api_key");
    let centre = key.rsplit_once('-').map_or("", |(_, centre)| centre);
    let plain = centre.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain && (2..=8).contains(&centre.len()) {
        return Ok(format!("https://{centre}.api.mailchimp.com"));
    }
    Err(Trouble::shop(
        "the API key has no ending that names a data centre, such as -us6: copy the whole key from Mailchimp \
         and give it again with `laurel connection secret PROGRAM CONNECTION api_key`",
    ))
}

/// Asks about something below the audiences; nothing if it is not there.
async fn ask<T: DeserializeOwned>(
    setup: &Setup<'_>,
    path: &str,
    fields: &str,
) -> Result<Option<T>, Trouble> {
    let url = format!("{}/3.0/lists/{path}", place(setup)?);
    let call = lists::get(setup, &url)?
        .query(&[("fields", fields)])
        .basic_auth("any", Some(setup.get("api_key")));
    let reply = setup.outside.send(call).await?;
    if reply.status.is_success() {
        return reply.json().map(Some);
    }
    // Something on the way may refuse as well, and says nothing about the shop; Mailchimp repeats the status.
    let problem: Problem = reply.json()?;
    match reply.status {
        status if status.as_u16() != problem.status => {
            Err(Trouble::unclear("its answer contradicts itself"))
        }
        StatusCode::NOT_FOUND => Ok(None),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(Trouble::shop(
            "Mailchimp does not accept the API key: make a new one under Account & billing, Extras, API keys, and \
             give it with `laurel connection secret PROGRAM CONNECTION api_key`",
        )),
        status => Err(Trouble::unclear(&format!("it answered {status}"))),
    }
}

/// Makes sure that there is such an audience.
async fn is_there(setup: &Setup<'_>, list: &str) -> Result<(), Trouble> {
    let audience: Option<Audience> = ask(setup, &lists::encoded(list), "id").await?;
    match audience {
        Some(audience) if audience.id == list => Ok(()),
        Some(_) => Err(Trouble::unclear("it answered about another audience")),
        None => Err(Trouble::shop(
            "Mailchimp knows no such audience: write the audience's id, from its settings, as the task's target",
        )),
    }
}

#[async_trait]
impl Service for Mailchimp {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn page(&self, connection: &Connection, target: &str) -> Result<String, String> {
        if lists::is_id(target) {
            return lists::form(connection);
        }
        Err("write your audience's id, such as \"3c307a9f3f\"".into())
    }

    async fn check(
        &self,
        setup: &Setup<'_>,
        account: &Account,
        target: &str,
        _: Option<&Value>,
    ) -> Result<Answer, Trouble> {
        let (list, address) = (lists::encoded(target), lists::encoded(&account.id));
        let path = format!("{list}/members/{address}");
        let member: Option<Member> = ask(setup, &path, "email_address,status").await?;
        let Some(member) = member else {
            is_there(setup, target).await?;
            return Ok(Answer::NotDone("not_subscribed"));
        };
        lists::is_about(account, &member.email_address)?;
        Ok(if member.status == Status::Subscribed {
            lists::done("mailchimp", target, "subscribed")
        } else {
            Answer::NotDone("not_subscribed")
        })
    }

    async fn test(&self, setup: &Setup<'_>, target: &str) -> Result<String, Trouble> {
        is_there(setup, target).await?;
        Ok(format!(
            "Mailchimp answers, and the audience {target} is there"
        ))
    }

    fn hook(&self) -> Option<&'static str> {
        Some("mailchimp")
    }
}
