//! MAX: is this account in that channel or chat.
//!
//! Nobody can sign in there from outside, so the account is shown by starting the shop's bot, which writes digits
//! back. The same bot, as an administrator of the channel, is told who is in it.

use super::greeting::{Greeting, Greets};
use super::{About, Account, Answer, Begun, Budget, By, Service, Setting, Setup, Trouble};
use crate::crypto::same;
use crate::domain::program::Connection;
use crate::hooks::{self, Refused};
use async_trait::async_trait;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

/// <https://dev.max.ru/docs-api>
pub(super) struct Max;

static ABOUT: About = About {
    kind: "max",
    name: "MAX",
    proves: "The account is in your channel: MAX tells your bot so, and again at the second look.",
    knows: By::Account,
    asks: None,
    settings: &[
        Setting::public("bot", "Your bot's short name, such as morning_roast_bot."),
        Setting::public(
            "link",
            "Where shoppers find the channel, such as https://max.ru/morning_roast.",
        ),
        Setting::secret(
            "bot_token",
            "The bot's token. The bot is an administrator of the channel.",
        ),
        Setting::secret(
            "hook_secret",
            "A word of your own, from 5 to 256 letters and digits, that you give MAX with the subscription.",
        ),
        Setting::optional(
            "api",
            "Where the API is, if not at https://platform-api.max.ru.",
        ),
    ],
    target: "Your channel's number, such as -70999999999999: `GET /chats` lists it for the bot.",
    budget: Budget {
        calls: 20,
        per: Duration::from_secs(1),
    },
    limits: "Free, for organisations and sole traders in Russia. MAX allows 30 calls a second: Laurel makes 20.",
    steps: [
        "Make a bot at https://business.max.ru, wait until it is approved, and make it an administrator of your channel.",
        "Put its short name and the channel's address into the programme file, under [connection.settings].",
        "Give the secrets: `laurel connection secret PROGRAM CONNECTION bot_token`, and the same for hook_secret.",
        "Subscribe: POST https://platform-api.max.ru/subscriptions with {\"url\": \
         \"https://loyalty.example/hooks/PROGRAM.CONNECTION\", \"update_types\": [\"bot_started\", \
         \"message_created\"], \"secret\": the hook_secret}.",
        "Run `laurel connection test PROGRAM CONNECTION`.",
    ],
    source: "https://dev.max.ru/docs-api",
};

/// Somebody there.
#[derive(Deserialize)]
struct User {
    user_id: i64,
    #[serde(default)]
    first_name: String,
    username: Option<String>,
}

impl User {
    fn account(self) -> Account {
        Account {
            id: self.user_id.to_string(),
            handle: self.username.unwrap_or(self.first_name),
            created_at: None,
        }
    }
}

/// What a hook tells (<https://dev.max.ru/docs-api/objects/Update>).
#[derive(Deserialize)]
#[serde(tag = "update_type", rename_all = "snake_case")]
enum Update {
    /// The bot was started, by a link that may have brought something along.
    BotStarted {
        user: User,
        payload: Option<String>,
    },
    MessageCreated {
        message: Message,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Message {
    sender: Option<User>,
    body: Body,
}

#[derive(Deserialize)]
struct Body {
    text: Option<String>,
}

#[derive(Deserialize)]
struct Members {
    members: Vec<User>,
}

fn called(setup: &Setup<'_>, path: &str) -> String {
    let api = setup.connection.base("api", "https://platform-api.max.ru");
    format!("{api}{path}")
}

/// What an answer other than a success means.
fn refusal(status: StatusCode) -> Trouble {
    match status.as_u16() {
        401 => {
            Trouble::shop("MAX does not accept the bot's token: copy it again from business.max.ru")
        }
        403 | 404 => Trouble::shop(
            "MAX does not tell the bot who is in the channel: make it an administrator, and look whether the task's target is right",
        ),
        _ => Trouble::unclear(&format!("it answered {status}")),
    }
}

async fn members(setup: &Setup<'_>, chat: &str, user: &str) -> Result<Vec<User>, Trouble> {
    let call = setup
        .outside
        .get(&called(setup, &format!("/chats/{chat}/members")));
    let call =
        call.map_err(|_| Trouble::shop("MAX cannot be called there: correct the setting api"))?;
    let call = call
        .header("Authorization", setup.get("bot_token"))
        .query(&[("user_ids", user)]);
    let reply = setup.outside.send(call).await?;
    if !reply.status.is_success() {
        return Err(refusal(reply.status));
    }
    Ok(reply.json::<Members>()?.members)
}

#[async_trait]
impl Service for Max {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn page(&self, connection: &Connection, target: &str) -> Result<String, String> {
        if !target
            .strip_prefix('-')
            .is_some_and(|number| super::is_number(number, 18))
        {
            return Err("write the channel's number, such as \"-70999999999999\"".into());
        }
        let link = connection.setting("link").unwrap_or_default();
        if !link.starts_with("https://") {
            return Err(
                "give the connection the setting link, such as \"https://max.ru/morning_roast\""
                    .into(),
            );
        }
        Ok(link.to_owned())
    }

    async fn begin(&self, setup: &Setup<'_>, state: &str, _: &str) -> Result<Begun, Trouble> {
        super::greeting::begin(self, setup, state)
    }

    fn greets(&self) -> Option<&dyn Greets> {
        Some(self)
    }

    async fn check(
        &self,
        setup: &Setup<'_>,
        account: &Account,
        target: &str,
        _: Option<&Value>,
    ) -> Result<Answer, Trouble> {
        let members = members(setup, target, &account.id).await?;
        match members.as_slice() {
            [] => Ok(Answer::NotDone("not_followed")),
            [one] if one.user_id.to_string() == account.id => Ok(Answer::Done(
                json!({ "service": "max", "account": account.id, "follows": target }),
            )),
            _ => Err(Trouble::contradiction()),
        }
    }

    async fn test(&self, setup: &Setup<'_>, target: &str) -> Result<String, Trouble> {
        members(setup, target, "1").await?;
        Ok(format!("MAX answers, and knows who is in {target}"))
    }
}

#[async_trait]
impl Greets for Max {
    fn address(&self, setup: &Setup<'_>, code: &str) -> Result<String, Trouble> {
        Ok(format!("https://max.ru/{}?start={code}", setup.get("bot")))
    }

    fn read(
        &self,
        setup: &Setup<'_>,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Vec<Greeting>, Refused> {
        let secret = setup.get("hook_secret");
        let given = headers
            .get("x-max-bot-api-secret")
            .map_or(&b""[..], |value| value.as_bytes());
        if secret.is_empty() || !same(given, secret.as_bytes()) {
            return Err(Refused::Signature);
        }
        let update: Update = hooks::json(body)?;
        let (user, text) = match update {
            Update::BotStarted { user, payload } => (Some(user), payload),
            Update::MessageCreated { message } => (message.sender, message.body.text),
            Update::Other => (None, None),
        };
        let greeting = user.zip(text).map(|(user, text)| Greeting {
            account: user.account(),
            text,
        });
        Ok(greeting.into_iter().collect())
    }

    async fn reply(&self, setup: &Setup<'_>, account: &str, text: &str) -> Result<(), Trouble> {
        let call = setup.outside.post(&called(setup, "/messages"));
        let call =
            call.map_err(|_| Trouble::shop("MAX cannot be called there: correct the setting api"))?;
        let call = call
            .header("Authorization", setup.get("bot_token"))
            .query(&[("user_id", account)])
            .json(&json!({ "text": text }));
        let reply = setup.outside.send(call).await?;
        if reply.status.is_success() {
            Ok(())
        } else {
            Err(refusal(reply.status))
        }
    }
}
