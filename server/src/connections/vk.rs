//! VK: is this account in that community.
//!
//! Whose account it is, VK ID says, for a client without a secret; who is in the community, VK's API tells an
//! application that shows its own key.

mod api;
mod id;

use super::{
    About, Account, Answer, Begun, Budget, By, Returned, Service, Setting, Setup, Trouble,
};
use crate::domain::program::Connection;
use async_trait::async_trait;
use serde_json::{Value, json};
use std::time::Duration;

/// <https://dev.vk.com/en/method/groups.isMember>
pub(super) struct Vk;

/// An account that is there for certain, to try the API with: VK's first one.
const SOMEBODY: &str = "1";

static ABOUT: About = About {
    kind: "vk",
    name: "VK",
    proves: "The account is in your community: VK itself says so, and says so again at the second look.",
    knows: By::Account,
    asks: None,
    settings: &[
        Setting::public("client_id", "The number of your application in VK ID."),
        Setting::secret("service_token", "The service key of that application."),
        Setting::optional("api", "Where VK's API is, if not at https://api.vk.com."),
        Setting::optional(
            "oauth",
            "Where people sign in, if not at https://id.vk.com.",
        ),
    ],
    target: "The number of your community, or its short name.",
    budget: Budget {
        calls: 3,
        per: Duration::from_secs(1),
    },
    limits: "Free. Laurel makes three calls a second at most, which is what VK has long allowed a service key.",
    steps: [
        "Make an application for a website at https://id.vk.com/about/business/go.",
        "As its trusted redirect address, enter https://loyalty.example/auth/PROGRAM.CONNECTION/callback, with your \
         own names.",
        "Put the application's number into the programme file as client_id, under [connection.settings].",
        "Give its service key: `laurel connection secret PROGRAM CONNECTION service_token`.",
        "Run `laurel connection test PROGRAM CONNECTION`.",
    ],
    source: "https://id.vk.com/about/business/go/docs/en/vkid/latest/vk-id/connection/api-description",
};

/// The most digits of a number at VK.
const DIGITS_MAX: usize = 12;

fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.';
    let first = |first: char| first.is_ascii_alphabetic();
    (2..=32).contains(&text.len()) && text.bytes().all(plain) && text.starts_with(first)
}

#[async_trait]
impl Service for Vk {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn page(&self, _: &Connection, target: &str) -> Result<String, String> {
        if super::is_number(target, DIGITS_MAX) {
            return Ok(format!("https://vk.com/club{target}"));
        }
        if is_name(target) {
            return Ok(format!("https://vk.com/{target}"));
        }
        Err(
            "write the number or the short name of your community, such as \"morning_roast\""
                .into(),
        )
    }

    async fn begin(&self, setup: &Setup<'_>, state: &str, _: &str) -> Result<Begun, Trouble> {
        id::begin(setup, state)
    }

    async fn finish(
        &self,
        setup: &Setup<'_>,
        keep: &Value,
        returned: &Returned,
    ) -> Result<Account, Trouble> {
        id::finish(setup, keep, returned).await
    }

    async fn check(
        &self,
        setup: &Setup<'_>,
        account: &Account,
        target: &str,
        _: Option<&Value>,
    ) -> Result<Answer, Trouble> {
        Ok(match api::is_member(setup, &account.id, target).await? {
            Some(true) => {
                Answer::Done(json!({ "service": "vk", "account": account.id, "follows": target }))
            }
            Some(false) => Answer::NotDone("not_followed"),
            None => Answer::NotDone("account_gone"),
        })
    }

    async fn test(&self, setup: &Setup<'_>, target: &str) -> Result<String, Trouble> {
        api::is_member(setup, SOMEBODY, target).await?;
        Ok(format!("VK answers, and knows who is in {target}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_community_has_a_number_or_a_name() {
        let connection = Connection {
            id: "vk".into(),
            kind: "vk".into(),
            settings: BTreeMap::new(),
        };
        for (target, page) in [
            ("1", "https://vk.com/club1"),
            ("club1", "https://vk.com/club1"),
            ("morning_roast", "https://vk.com/morning_roast"),
            ("morning.roast", "https://vk.com/morning.roast"),
        ] {
            assert_eq!(Vk.page(&connection, target).as_deref(), Ok(page));
        }
        for target in [
            "",
            "-1",
            "0",
            "a",
            "1a",
            "https://vk.com/club1",
            "a/b",
            "a?b",
        ] {
            assert!(Vk.page(&connection, target).is_err(), "{target}");
        }
    }
}
