//! Klaviyo: is this address on that list, with consent to be written to.
//!
//! A list's profiles are filtered by address
//! (<https://developers.klaviyo.com/en/reference/get_profiles_for_list>). Being on a list is no consent by
//! itself, so the profile's subscriptions are asked for, too
//! (<https://developers.klaviyo.com/en/docs/collect_email_and_sms_consent_via_api>).

mod api;

use super::lists;
use super::{About, Account, Answer, Budget, By, Service, Setting, Setup, Trouble};
use crate::domain::program::Connection;
use api::Profile;
use async_trait::async_trait;
use serde_json::Value;
use std::time::Duration;

/// <https://developers.klaviyo.com/en/reference/get_profiles_for_list>
pub(super) struct Klaviyo;

static ABOUT: About = About {
    kind: "klaviyo",
    name: "Klaviyo",
    proves: "The member's own address is on your list and has agreed to be written to: Klaviyo itself says so.",
    knows: By::Address,
    asks: None,
    settings: &[
        lists::FORM,
        Setting::secret(
            "api_key",
            "A private API key that may read lists and profiles.",
        ),
        Setting::optional(
            "api",
            "Where Klaviyo's API is, if not at https://a.klaviyo.com.",
        ),
    ],
    target: "Your list's id, such as Y6nRLr.",
    budget: Budget {
        calls: 750,
        per: Duration::from_mins(1),
    },
    limits: "Free with every Klaviyo plan. 750 calls a minute.",
    steps: [
        "In Klaviyo, open Settings, API keys, and create a private key that may read lists and profiles.",
        "Find the list's id: open the list under Audience, Lists & segments; its address ends with the id.",
        "Put the address of your sign-up form into the programme file as form, under [connection.settings].",
        "Give the key: `laurel connection secret PROGRAM CONNECTION api_key`.",
        "Run `laurel connection test PROGRAM CONNECTION`.",
    ],
    source: "https://developers.klaviyo.com/en/reference/get_profiles_for_list",
};

#[async_trait]
impl Service for Klaviyo {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn page(&self, connection: &Connection, target: &str) -> Result<String, String> {
        if lists::is_id(target) {
            return lists::form(connection);
        }
        Err("write your list's id, such as \"Y6nRLr\"".into())
    }

    async fn check(
        &self,
        setup: &Setup<'_>,
        account: &Account,
        target: &str,
        _: Option<&Value>,
    ) -> Result<Answer, Trouble> {
        // Within a filter these would end the text. No address that Laurel takes has them.
        if account.id.contains(['"', '\\']) {
            return Ok(Answer::NotDone("not_subscribed"));
        }
        let found = api::ask(setup, target, &account.id).await?;
        match found.as_slice() {
            [] => Ok(Answer::NotDone("not_subscribed")),
            [Profile { attributes }] => {
                lists::is_about(account, &attributes.email)?;
                Ok(if attributes.subscriptions.email.marketing.holds(target) {
                    lists::done("klaviyo", target, "subscribed")
                } else {
                    Answer::NotDone("not_subscribed")
                })
            }
            _ => Err(Trouble::unclear("it answered about several addresses")),
        }
    }

    async fn test(&self, setup: &Setup<'_>, target: &str) -> Result<String, Trouble> {
        api::ask(setup, target, lists::NOBODY).await?;
        Ok(format!("Klaviyo answers, and the list {target} is there"))
    }
}
