//! Mastodon, and every server that speaks its API: does this account follow that one.
//!
//! Whose account it is, the account's own server says, and is believed about accounts of its own alone. Who
//! follows the shop, the shop's server says: the other one may be the member's own, and say anything.

mod api;
mod names;
mod sign_in;

use super::{
    About, Account, Answer, Asks, Begun, Budget, By, Returned, Service, Setting, Setup, Trouble,
};
use crate::domain::program::Connection;
use async_trait::async_trait;
use names::{parts, target_parts};
use serde_json::{Value, json};
use std::time::Duration;

/// <https://docs.joinmastodon.org/methods/accounts/#relationships>
pub(super) struct Mastodon;

const WRITE_TARGET: &str =
    "write your account with its server, such as \"@morning_roast@mastodon.social\"";

static ABOUT: About = About {
    kind: "mastodon",
    name: "Mastodon",
    proves: "The account follows yours: your own server says so, and says so again at the second look.",
    knows: By::Account,
    asks: Some(Asks::Server),
    settings: &[
        Setting::public(
            "server",
            "The server that your account is on, such as mastodon.social.",
        ),
        Setting::secret(
            "access_token",
            "An access token of your account, with the scopes read:accounts and read:follows.",
        ),
    ],
    target: "Your account with its server, such as @morning_roast@mastodon.social.",
    budget: Budget {
        calls: 300,
        per: Duration::from_mins(5),
    },
    limits: "Free. 300 calls in five minutes for one account. An account counts under the name of the server that \
             its owner signs in at: on a server whose accounts have another name than the server, it is not found.",
    steps: [
        "Signed in as your shop's account, open Preferences, Development, and make a new application with the scopes \
         read:accounts and read:follows, and no others.",
        "Put your server's name into the programme file as server, under [connection.settings].",
        "Add a task of kind \"follow\" with your account as its target, written with its server.",
        "Give the application's access token: `laurel connection secret PROGRAM CONNECTION access_token`.",
        "Run `laurel connection test PROGRAM CONNECTION`.",
    ],
    source: "https://docs.joinmastodon.org/methods/accounts/#relationships",
};

#[async_trait]
impl Service for Mastodon {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn page(&self, _: &Connection, target: &str) -> Result<String, String> {
        let (user, host) = target_parts(target).ok_or(WRITE_TARGET)?;
        Ok(format!("https://{host}/@{user}"))
    }

    async fn begin(&self, setup: &Setup<'_>, state: &str, asked: &str) -> Result<Begun, Trouble> {
        sign_in::begin(setup, state, asked).await
    }

    async fn finish(
        &self,
        setup: &Setup<'_>,
        keep: &Value,
        returned: &Returned,
    ) -> Result<Account, Trouble> {
        sign_in::finish(setup, keep, returned).await
    }

    async fn check(
        &self,
        setup: &Setup<'_>,
        account: &Account,
        target: &str,
        _: Option<&Value>,
    ) -> Result<Answer, Trouble> {
        let (user, host) = parts(&account.id).ok_or_else(Trouble::contradiction)?;
        if api::follows(setup, user, host).await? {
            return Ok(Answer::Done(
                json!({ "service": "mastodon", "account": account.id, "follows": target }),
            ));
        }
        Ok(Answer::NotDone("not_followed"))
    }

    async fn test(&self, setup: &Setup<'_>, target: &str) -> Result<String, Trouble> {
        let parts = target_parts(target);
        let (user, host) = parts.ok_or_else(|| Trouble::Setup(WRITE_TARGET.into()))?;
        let own = api::own(setup).await?;
        // By its number as well: two servers may each have an account of this name.
        let known = api::find(setup, user, host).await?;
        let is_known = known.is_some_and(|known| known.id == own.id);
        if is_known && own.username.eq_ignore_ascii_case(user) {
            let server = setup.get("server");
            return Ok(format!("{server} answers, and knows who follows {target}"));
        }
        Err(Trouble::Setup(format!(
            "the access token is of @{} on your server, and not of {target}: correct the task's target, or make \
                 a token signed in as {target} and give it as the secret access_token",
            own.username
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_target_is_an_account_with_its_server() {
        let connection = Connection {
            id: "mastodon".into(),
            kind: "mastodon".into(),
            settings: BTreeMap::new(),
        };
        let page = |target: &str| Mastodon.page(&connection, target);
        assert_eq!(
            page("@morning_roast@mastodon.social").as_deref(),
            Ok("https://mastodon.social/@morning_roast")
        );
        for target in [
            "",
            "@morning_roast",
            "morning_roast@mastodon.social",
            "@@mastodon.social",
            "@a@b@mastodon.social",
            "@a@mastodon.social/x",
            "https://mastodon.social/@morning_roast",
        ] {
            assert!(page(target).is_err(), "{target}");
        }
    }
}
