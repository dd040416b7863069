//! Telegram: is this account in that channel or group.
//!
//! Whose account it is, Telegram's own OpenID Connect says. Who is in the channel, a bot of the shop's is told
//! that has to be one of its administrators.

mod bot;
mod sign_in;
#[cfg(test)]
mod tests;

use super::webhooks::OLD_HOOK_SECRET;
use super::{
    About, Account, Answer, Begun, Budget, By, Returned, Service, Setting, Setup, Trouble,
};
use crate::domain::program::Connection;
use async_trait::async_trait;
use bot::{MAKE_ADMINISTRATOR, Member, User, ask};
use serde_json::{Value, json};
use std::time::Duration;

/// <https://core.telegram.org/bots/telegram-login> and <https://core.telegram.org/bots/api#getchatmember>
pub(super) struct Telegram;

static ABOUT: About = About {
    kind: "telegram",
    name: "Telegram",
    proves: "The account is in your channel or group: Telegram tells your bot so, and again at the second look.",
    knows: By::Account,
    asks: None,
    settings: &[
        Setting::public(
            "client_id",
            "The client id that @BotFather shows for your bot.",
        ),
        Setting::secret(
            "client_secret",
            "The client secret that it shows beside it.",
        ),
        Setting::secret(
            "bot_token",
            "The token of a bot that is an administrator of your channel.",
        ),
        Setting::optional_secret(
            "hook_secret",
            "A word of your own, 1 to 256 letters, digits, _ and -, if Laurel is to look at once when somebody joins \
             or leaves. Then call the Bot API's setWebhook with url = \
             https://loyalty.example/hooks/PROGRAM.CONNECTION, secret_token = this word, and allowed_updates = \
             [\"chat_member\"]. Use a bot for it that has no other webhook and is not read with getUpdates.",
        ),
        OLD_HOOK_SECRET,
        Setting::optional(
            "link",
            "Where shoppers find a private channel: its invitation, such as https://t.me/+AbCdEf.",
        ),
        Setting::optional(
            "api",
            "Where the Bot API is, if not at https://api.telegram.org.",
        ),
        Setting::optional(
            "oauth",
            "Where people sign in, if not at https://oauth.telegram.org.",
        ),
    ],
    target: "Your channel's or group's name, such as \"@channel\"; if it is private its number, such as -1001234567890.",
    budget: Budget {
        calls: 20,
        per: Duration::from_secs(1),
    },
    limits: "Free. Telegram names no limit: Laurel makes 20 calls a second at most, and waits when it is told to.",
    steps: [
        "Ask @BotFather in Telegram for a bot, or choose one of yours, and make it an administrator of your channel.",
        "There, under Bot Settings, Web Login, allow https://loyalty.example/auth/PROGRAM.CONNECTION/callback, with \
         your own names; leave the algorithm as it is, RS256.",
        "Put the client id that is shown there into the programme file, under [connection.settings].",
        "Give the secrets: `laurel connection secret PROGRAM CONNECTION client_secret`, and the same for bot_token.",
        "Run `laurel connection test PROGRAM CONNECTION`.",
    ],
    source: "https://core.telegram.org/bots/telegram-login",
};

fn is_number(text: &str) -> bool {
    (1..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let first = |first: char| first.is_ascii_alphabetic();
    (4..=32).contains(&text.len()) && text.bytes().all(plain) && text.starts_with(first)
}

#[async_trait]
impl Service for Telegram {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn page(&self, connection: &Connection, target: &str) -> Result<String, String> {
        if let Some(name) = target.strip_prefix('@').filter(|name| is_name(name)) {
            return Ok(format!("https://t.me/{name}"));
        }
        if !target.strip_prefix('-').is_some_and(is_number) {
            return Err(
                "write \"@channel\", or the number of a private one, such as -1001234567890".into(),
            );
        }
        let link = connection.setting("link");
        let link = link.filter(|link| link.starts_with("https://"));
        link.map(str::to_owned).ok_or_else(|| {
            "a number leads nowhere: give the connection the setting link, such as \"https://t.me/+AbCdEf\"".into()
        })
    }

    async fn begin(&self, setup: &Setup<'_>, state: &str, _: &str) -> Result<Begun, Trouble> {
        sign_in::begin(setup, state)
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
        let query = [("chat_id", target), ("user_id", account.id.as_str())];
        let Some(member) = ask::<Member>(setup, "getChatMember", &query).await? else {
            return Ok(Answer::NotDone("not_followed"));
        };
        if member.user.id.to_string() != account.id {
            return Err(Trouble::contradiction());
        }
        match member.is_in() {
            Some(true) => Ok(Answer::Done(
                json!({ "service": "telegram", "account": account.id, "follows": target, "status": member.status }),
            )),
            Some(false) => Ok(Answer::NotDone("not_followed")),
            None => Err(Trouble::unclear(
                "it answered a standing that is not documented",
            )),
        }
    }

    async fn test(&self, setup: &Setup<'_>, target: &str) -> Result<String, Trouble> {
        let bot = ask::<User>(setup, "getMe", &[]).await?;
        let bot = bot.ok_or_else(|| Trouble::unclear("it does not know the bot"))?;
        let id = bot.id.to_string();
        let query = [("chat_id", target), ("user_id", id.as_str())];
        let member = ask::<Member>(setup, "getChatMember", &query).await?;
        let status = member.map_or_else(String::new, |member| member.status);
        if status != "administrator" && status != "creator" {
            return Err(Trouble::Setup(MAKE_ADMINISTRATOR.into()));
        }
        let name = bot.username.unwrap_or(id);
        Ok(format!(
            "Telegram answers, and {name} is an administrator of {target}"
        ))
    }

    fn hook(&self) -> Option<&'static str> {
        Some("telegram")
    }
}
