//! Shopify: has the customer with this address agreed to be written to.
//!
//! A customer is asked for by address exactly
//! (<https://shopify.dev/docs/api/admin-graphql/latest/queries/customerByIdentifier>): a search would find whoever
//! is alike, and lags behind. The state of the consent is
//! <https://shopify.dev/docs/api/admin-graphql/latest/enums/CustomerEmailAddressMarketingState>.

mod api;
mod codes;
mod orders;

use super::codes::MakesCodes;
use super::lists;
use super::pull::Pulls;
use super::webhooks::OLD_HOOK_SECRET;
use super::{About, Account, Answer, Budget, By, Service, Setting, Setup, Trouble};
use crate::domain::program::Connection;
use api::{SHOP, State, is_shop};
use async_trait::async_trait;
use serde_json::Value;
use std::time::Duration;

/// <https://shopify.dev/docs/api/admin-graphql/latest/queries/customerByIdentifier>
pub(super) struct Shopify;

static ABOUT: About = About {
    kind: "shopify",
    name: "Shopify",
    proves: "The customer with the member's own address has agreed to your e-mails: Shopify itself says so.",
    knows: By::Address,
    asks: None,
    settings: &[
        lists::FORM,
        Setting::public(
            "shop",
            "Your shop's own name at Shopify, such as morning-roast.myshopify.com.",
        ),
        Setting::secret(
            "access_token",
            "An Admin API access token with the scope read_customers, with read_orders if hooks bring orders, and with \
             write_discounts if codes of rewards are made in Shopify.",
        ),
        Setting::optional_secret(
            "hook_secret",
            "The app's client secret, if its hooks are to bring orders and refunds. With it Laurel also looks every ten \
             minutes for orders whose hooks got lost.",
        ),
        OLD_HOOK_SECRET,
        Setting::optional(
            "api",
            "Where the Admin API is, if not at the shop's own name.",
        ),
    ],
    target: "Always email: a shop has one list.",
    budget: Budget {
        calls: 20,
        per: Duration::from_secs(1),
    },
    limits: "Free. Laurel makes twenty checks a second at most, well below what Shopify allows every plan. Whether an \
             app may see customers' addresses depends on the plan (protected customer data).",
    steps: [
        "In Shopify, make an app of your own for the shop, with the Admin API scope read_customers, and install it.",
        "Put the shop's name, which ends in .myshopify.com, into the programme file as shop, under \
         [connection.settings], and beside it the address of your sign-up form as form.",
        "Make the task's target \"email\".",
        "Give the app's access token: `laurel connection secret PROGRAM CONNECTION access_token`.",
        "Run `laurel connection test PROGRAM CONNECTION`.",
    ],
    source: "https://shopify.dev/docs/api/admin-graphql/latest/queries/customerByIdentifier",
};

#[async_trait]
impl Service for Shopify {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn page(&self, connection: &Connection, target: &str) -> Result<String, String> {
        if target != "email" {
            return Err("write \"email\": a shop at Shopify has one list".into());
        }
        if connection.setting("shop").is_none_or(|name| !is_shop(name)) {
            return Err(SHOP.into());
        }
        lists::form(connection)
    }

    async fn check(
        &self,
        setup: &Setup<'_>,
        account: &Account,
        target: &str,
        _: Option<&Value>,
    ) -> Result<Answer, Trouble> {
        let Some(customer) = api::ask(setup, &account.id).await? else {
            return Ok(Answer::NotDone("not_subscribed"));
        };
        let email = customer.default_email_address;
        lists::is_about(account, &email.email_address)?;
        Ok(if email.marketing_state == State::Subscribed {
            lists::done("shopify", target, "subscribed")
        } else {
            Answer::NotDone("not_subscribed")
        })
    }

    async fn test(&self, setup: &Setup<'_>, _: &str) -> Result<String, Trouble> {
        api::ask(setup, lists::NOBODY).await?;
        Ok("Shopify answers, and the app may see customers".into())
    }

    fn hook(&self) -> Option<&'static str> {
        Some("shopify")
    }

    fn pulls(&self) -> Option<&dyn Pulls> {
        Some(self)
    }

    fn makes_codes(&self) -> Option<&dyn MakesCodes> {
        Some(self)
    }
}
