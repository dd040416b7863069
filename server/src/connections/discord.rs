//! Discord: is this account in that server.
//!
//! Whose account it is, Discord says to whoever signed in. Who is in a server, it tells a bot that is there, too.

mod api;

use super::oauth::{self, Endpoints};
use super::{
    About, Account, Answer, Begun, Budget, By, Returned, Service, Setting, Setup, Trouble,
};
use crate::domain::program::Connection;
use async_trait::async_trait;
use serde_json::{Value, json};
use std::time::Duration;

/// <https://discord.com/developers/docs/resources/guild#get-guild-member>
pub(super) struct Discord;

static ABOUT: About = About {
    kind: "discord",
    name: "Discord",
    proves: "The account is in your server: Discord tells your bot so, and again at the second look.",
    knows: By::Account,
    asks: None,
    settings: &[
        Setting::public("client_id", "The client id of your application."),
        Setting::secret("client_secret", "Its client secret."),
        Setting::secret(
            "bot_token",
            "The token of its bot, which has to be in your server.",
        ),
        Setting::public(
            "invite",
            "An invitation to your server that never expires, such as https://discord.gg/AbCdEf.",
        ),
        Setting::optional(
            "api",
            "Where Discord's API is, if not at https://discord.com/api/v10.",
        ),
        Setting::optional(
            "web",
            "Where people sign in, if not at https://discord.com.",
        ),
    ],
    target: "Your server's id, such as 197038439483310086: switch on Developer Mode and choose Copy Server ID.",
    budget: Budget {
        calls: 50,
        per: Duration::from_secs(1),
    },
    limits: "Free. 50 calls a second for one bot.",
    steps: [
        "At https://discord.com/developers/applications, make an application, and under OAuth2 add the redirect \
         https://loyalty.example/auth/PROGRAM.CONNECTION/callback, with your own names.",
        "Invite its bot to your server: open https://discord.com/oauth2/authorize?client_id=CLIENT_ID&scope=bot with \
         your own client id. The bot needs no permissions.",
        "Put the client id and an invitation that never expires into the programme file, under [connection.settings].",
        "Give the secrets: `laurel connection secret PROGRAM CONNECTION client_secret`, and the same for bot_token.",
        "Run `laurel connection test PROGRAM CONNECTION`.",
    ],
    source: "https://discord.com/developers/docs/resources/guild#get-guild-member",
};

/// Where a shopper is asked for leave, and where a code becomes a token.
fn places(setup: &Setup<'_>) -> (String, String) {
    let authorize = format!(
        "{}/oauth2/authorize",
        setup.connection.base("web", "https://discord.com")
    );
    (authorize, api::place(setup, "oauth2/token"))
}

fn endpoints((authorize, token): &(String, String)) -> Endpoints<'_> {
    Endpoints {
        authorize,
        token,
        scopes: &["identify"],
    }
}

/// An invitation's code; nothing if it is no invitation.
fn code(invite: &str) -> Option<&str> {
    let short = invite.strip_prefix("https://discord.gg/");
    let code = short.or_else(|| invite.strip_prefix("https://discord.com/invite/"))?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let is_code = (2..=64).contains(&code.len()) && code.bytes().all(plain);
    is_code.then_some(code)
}

#[async_trait]
impl Service for Discord {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn page(&self, connection: &Connection, target: &str) -> Result<String, String> {
        if api::snowflake(target).is_none() {
            return Err("write your server's id, such as \"197038439483310086\"".into());
        }
        let invite = connection.setting("invite");
        let invite = invite.filter(|invite| code(invite).is_some());
        invite.map(str::to_owned).ok_or_else(|| {
            "give the connection an invitation as its setting invite, such as \"https://discord.gg/AbCdEf\"".into()
        })
    }

    async fn begin(&self, setup: &Setup<'_>, state: &str, _: &str) -> Result<Begun, Trouble> {
        let places = places(setup);
        oauth::begin(setup, &endpoints(&places), state)
    }

    async fn finish(
        &self,
        setup: &Setup<'_>,
        keep: &Value,
        returned: &Returned,
    ) -> Result<Account, Trouble> {
        let places = places(setup);
        let token = oauth::token(setup, &endpoints(&places), keep, returned).await?;
        let user = api::whose(setup, &token).await?;
        let account = user.account();
        account.ok_or_else(|| Trouble::unclear("it does not say who signed in"))
    }

    async fn check(
        &self,
        setup: &Setup<'_>,
        account: &Account,
        target: &str,
        _: Option<&Value>,
    ) -> Result<Answer, Trouble> {
        let Some(member) = api::member(setup, target, &account.id).await? else {
            return Ok(Answer::NotDone("not_followed"));
        };
        if member.user.id != account.id {
            return Err(Trouble::contradiction());
        }
        // Whoever has not agreed to the server's rules yet is not let in.
        if member.pending {
            return Ok(Answer::NotDone("not_followed"));
        }
        Ok(Answer::Done(json!({
            "service": "discord", "account": account.id, "follows": target, "joined_at": member.joined_at,
        })))
    }

    async fn test(&self, setup: &Setup<'_>, target: &str) -> Result<String, Trouble> {
        let bot = api::bot(setup).await?;
        let member = api::member(setup, target, &bot.id).await?;
        member.ok_or_else(|| Trouble::shop(api::INVITE_BOT))?;
        let code = code(setup.get("invite")).ok_or_else(|| Trouble::shop(api::INVITE_AGAIN))?;
        let server = api::leads_to(setup, code).await?;
        if server.as_deref() != Some(target) {
            return Err(Trouble::shop(api::INVITE_AGAIN));
        }
        let name = bot.username;
        Ok(format!("Discord answers, and {name} is in server {target}"))
    }
}
