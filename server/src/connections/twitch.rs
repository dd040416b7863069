//! Twitch: does this account follow that channel.
//!
//! Whose account it is, Twitch says to whoever signed in. Who follows a channel it tells nobody but those who
//! run it, so the shop lends a token of its own.

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

/// <https://dev.twitch.tv/docs/api/reference/#get-channel-followers>
pub(super) struct Twitch;

static ABOUT: About = About {
    kind: "twitch",
    name: "Twitch",
    proves: "The account follows your channel: Twitch itself says so, and says so again at the second look.",
    knows: By::Account,
    asks: None,
    settings: &[
        Setting::public("client_id", "The client id of your application."),
        Setting::secret("client_secret", "Its client secret."),
        Setting::secret(
            "refresh_token",
            "A refresh token of the channel's own account, with the scope moderator:read:followers. Laurel keeps those \
             that take its place.",
        ),
        Setting::public(
            "login",
            "The channel's name, as it stands in its address after https://www.twitch.tv/.",
        ),
        Setting::optional(
            "api",
            "Where Twitch's API is, if not at https://api.twitch.tv.",
        ),
        Setting::optional(
            "id",
            "Where people sign in, if not at https://id.twitch.tv.",
        ),
    ],
    target: "The channel's number, which is its account's user id, such as 141981764.",
    budget: Budget {
        calls: 800,
        per: Duration::from_mins(1),
    },
    limits: "Free. 800 calls a minute for one application.",
    steps: [
        "At https://dev.twitch.tv/console/apps, register a confidential application, with two redirect addresses: \
         https://loyalty.example/auth/PROGRAM.CONNECTION/callback, with your own names, and http://localhost:3000.",
        "Put its client id and the channel's login into the programme file, under [connection.settings].",
        "With Twitch's own command line, signed in as the channel's account, run `twitch token -u -s \
         moderator:read:followers`, which prints a refresh token, and `twitch api get users`, which prints the \
         channel's number.",
        "Give the secrets: `laurel connection secret PROGRAM CONNECTION client_secret`, and the same for \
         refresh_token.",
        "Run `laurel connection test PROGRAM CONNECTION`.",
    ],
    source: "https://dev.twitch.tv/docs/api/reference/#get-channel-followers",
};

/// An address where people sign in, and tokens are made.
fn place(setup: &Setup<'_>, path: &str) -> String {
    format!(
        "{}/oauth2/{path}",
        setup.connection.base("id", "https://id.twitch.tv")
    )
}

fn is_id(text: &str) -> bool {
    super::is_number(text, 16)
}

fn is_login(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=25).contains(&text.len()) && text.bytes().all(plain)
}

#[async_trait]
impl Service for Twitch {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn page(&self, connection: &Connection, target: &str) -> Result<String, String> {
        if !is_id(target) {
            return Err("write the channel's number, such as \"141981764\"".into());
        }
        let login = connection.setting("login").filter(|login| is_login(login));
        let login = login
            .ok_or("give the connection the setting login: the channel's name in its address")?;
        Ok(format!("https://www.twitch.tv/{login}"))
    }

    async fn begin(&self, setup: &Setup<'_>, state: &str, _: &str) -> Result<Begun, Trouble> {
        let (authorize, token) = (place(setup, "authorize"), place(setup, "token"));
        let at = Endpoints {
            authorize: &authorize,
            token: &token,
            scopes: &[],
        };
        let mut begun = oauth::begin(setup, &at, state)?;
        // Twitch wants to be told the scopes even where none is needed, as for who it is.
        begun.url.push_str("&scope=");
        Ok(begun)
    }

    async fn finish(
        &self,
        setup: &Setup<'_>,
        keep: &Value,
        returned: &Returned,
    ) -> Result<Account, Trouble> {
        let token = token::of_code(setup, keep, returned).await?;
        api::whose(setup, &token).await
    }

    async fn check(
        &self,
        setup: &Setup<'_>,
        account: &Account,
        target: &str,
        _: Option<&Value>,
    ) -> Result<Answer, Trouble> {
        let found = api::followers(setup, target, &account.id).await?;
        match found.as_slice() {
            [] => Ok(Answer::NotDone("not_followed")),
            [one] if one.user_id == account.id => Ok(Answer::Done(json!({
                "service": "twitch", "account": account.id, "follows": target, "followed_at": one.followed_at,
            }))),
            _ => Err(Trouble::contradiction()),
        }
    }

    async fn test(&self, setup: &Setup<'_>, target: &str) -> Result<String, Trouble> {
        let login = token::of_channel(setup, target, "").await?.login;
        if !login.eq_ignore_ascii_case(setup.get("login")) {
            let what = format!("channel {target} is {login}: correct the setting login");
            return Err(Trouble::Setup(what));
        }
        // Whom it is about does not matter: nobody follows themselves.
        api::followers(setup, target, target).await?;
        Ok(format!("Twitch answers, and tells who follows {login}"))
    }
}
