//! X: does this account follow that one.
//!
//! X itself says whose account it is, and tells the shop's account who is connected with it. Each such question
//! costs the shop money.

mod api;
mod token;

use super::oauth::{self, Endpoints};
use super::{
    About, Account, Answer, Begun, Budget, By, Returned, Service, Setting, Setup, Trouble,
};
use crate::domain::program::Connection;
use async_trait::async_trait;
use serde_json::{Value, json};
use std::time::Duration;

/// <https://docs.x.com/x-api/users/lookup/introduction>
pub(super) struct X;

const WRITE_TARGET: &str = "write your account's name, such as \"@morning_roast\"";
const WRITE_CAP: &str = "the connection's setting calls_a_month is no number above 0: write how many calls you are \
     ready to pay for in a month, such as \"1000\"";

static ABOUT: About = About {
    // Names in programme files have two letters at least.
    kind: "x-com",
    name: "X",
    proves: "The account follows yours: X itself says so, and says so again at the second look.",
    knows: By::Account,
    asks: None,
    settings: &[
        Setting::public("client_id", "The OAuth 2.0 client id of your app."),
        Setting::public(
            "calls_a_month",
            "How many calls you are ready to pay for in a month: a number, such as 1000.",
        ),
        Setting::optional_secret(
            "client_secret",
            "The OAuth 2.0 client secret of your app. One of the type Native App has none.",
        ),
        Setting::optional_secret(
            "refresh_token",
            "An OAuth 2.0 refresh token of your shop's account, with the scopes users.read, tweet.read, follows.read \
                   and offline.access. Laurel needs it, and keeps those that take its place.",
        ),
        Setting::optional_secret(
            "access_token",
            "To try it out without a refresh token: a user access token of your shop's account, which ends after two \
                   hours.",
        ),
        Setting::optional("api", "Where X's API is, if not at https://api.x.com."),
        Setting::optional("web", "Where people sign in, if not at https://x.com."),
    ],
    target: "The name of your account, such as @morning_roast.",
    budget: Budget {
        calls: 900,
        per: Duration::from_mins(15),
    },
    limits: "Not free: X names $0.010 for each account that is looked up, which is one at each sign-in and one at \
             each check. The setting calls_a_month is how many of these you are ready to pay for. 900 calls in 15 \
             minutes for one account. A refresh token is good once: use it nowhere else when it was given, and give \
             another one after data was restored from a backup.",
    steps: [
        "At https://console.x.com, make an app of the type Web App, with two callback addresses: \
         https://loyalty.example/auth/PROGRAM.CONNECTION/callback, with your own names, and \
         http://localhost:8080/callback. Buy credits.",
        "Put its OAuth 2.0 client id, and calls_a_month, into the programme file, under [connection.settings].",
        "With X's own command line, signed in as your shop's account, run `xurl auth oauth2`, which writes a \
         refresh_token into the file .xurl in your home folder. Do not use it there any more.",
        "Give the secrets: `laurel connection secret PROGRAM CONNECTION client_secret`, and the same for \
         refresh_token.",
        "Run `laurel connection test PROGRAM CONNECTION`.",
    ],
    source: "https://docs.x.com/x-api/users/lookup/introduction",
};

fn web(connection: &Connection) -> &str {
    connection.base("web", "https://x.com")
}

/// The name in `@name`.
fn name_of(target: &str) -> Option<&str> {
    let name = target.strip_prefix('@')?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    // Fifteen today; some old ones are longer.
    let is_name = (1..=20).contains(&name.len()) && name.bytes().all(plain);
    is_name.then_some(name)
}

/// Whether the shop has said how many calls it pays for.
fn has_cap(connection: &Connection) -> bool {
    let calls = connection.setting("calls_a_month").unwrap_or_default();
    let is_number = calls.bytes().all(|byte| byte.is_ascii_digit());
    is_number && calls.parse().is_ok_and(|calls: u32| calls > 0)
}

#[async_trait]
impl Service for X {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn page(&self, connection: &Connection, target: &str) -> Result<String, String> {
        let name = name_of(target).ok_or(WRITE_TARGET)?;
        if has_cap(connection) {
            return Ok(format!("{}/{name}", web(connection)));
        }
        Err(WRITE_CAP.into())
    }

    async fn begin(&self, setup: &Setup<'_>, state: &str, _: &str) -> Result<Begun, Trouble> {
        let authorize = format!("{}/i/oauth2/authorize", web(setup.connection));
        let token = api::place(setup, "oauth2/token");
        let at = Endpoints {
            authorize: &authorize,
            token: &token,
            // X does not show who it is to anybody who may not read posts as well.
            scopes: &["users.read", "tweet.read"],
        };
        oauth::begin(setup, &at, state)
    }

    async fn finish(
        &self,
        setup: &Setup<'_>,
        keep: &Value,
        returned: &Returned,
    ) -> Result<Account, Trouble> {
        let token = token::of_code(setup, keep, returned).await?;
        api::whose(setup, &token).await?.account()
    }

    async fn check(
        &self,
        setup: &Setup<'_>,
        account: &Account,
        target: &str,
        _: Option<&Value>,
    ) -> Result<Answer, Trouble> {
        Ok(match api::follows(setup, &account.id).await? {
            Some(true) => Answer::Done(
                json!({ "service": ABOUT.kind, "account": account.id, "follows": target }),
            ),
            Some(false) => Answer::NotDone("not_followed"),
            None => Answer::NotDone("account_gone"),
        })
    }

    async fn test(&self, setup: &Setup<'_>, target: &str) -> Result<String, Trouble> {
        let name = name_of(target).ok_or_else(|| Trouble::shop(WRITE_TARGET))?;
        if !has_cap(setup.connection) {
            return Err(Trouble::shop(WRITE_CAP));
        }
        let user = api::shop(setup).await?;
        if user.username.eq_ignore_ascii_case(name) {
            return Ok(format!("X answers, and the shop's token is of {target}"));
        }
        Err(Trouble::Setup(format!(
            "the shop's token is of @{}, and not of {target}: correct the task's target, or make a refresh token \
                 signed in as {target} and give it as the secret refresh_token",
            user.username
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn page(target: &str, cap: &str) -> Result<String, String> {
        let cap = ("calls_a_month".to_owned(), cap.to_owned());
        let connection = Connection {
            id: "x-com".into(),
            kind: "x-com".into(),
            settings: BTreeMap::from([cap]),
        };
        X.page(&connection, target)
    }

    #[test]
    fn a_target_is_a_name_and_a_cap_a_number() {
        let (target, good) = ("@morning_roast", "https://x.com/morning_roast");
        assert_eq!(page(target, "1000").as_deref(), Ok(good));
        for target in [
            "",
            "@",
            "morning_roast",
            "@a/b",
            "@a?b",
            "@a-b",
            "https://x.com/a",
        ] {
            assert_eq!(page(target, "1000"), Err(WRITE_TARGET.into()), "{target}");
        }
        for cap in ["", "0", "-1", "+1", "1.5", "many", "99999999999"] {
            assert_eq!(page(target, cap), Err(WRITE_CAP.into()), "{cap}");
        }
    }
}
