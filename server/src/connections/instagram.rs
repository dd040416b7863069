//! Instagram: does this account follow the shop's.
//!
//! Instagram answers that only about people who have written to the shop, so that is how the account is shown:
//! by a message with a code, which the shop's account answers with digits.

use super::greeting::{Greeting, Greets};
use super::{About, Account, Answer, Begun, Budget, By, Service, Setting, Setup, Trouble};
use crate::crypto::{from_hex, same};
use crate::domain::program::Connection;
use crate::hooks::{self, Refused};
use async_trait::async_trait;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// <https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/messaging-api>
pub(super) struct Instagram;

/// The version that this is written for.
const VERSION: &str = "v25.0";

static ABOUT: About = About {
    kind: "instagram",
    name: "Instagram",
    proves: "The account follows yours: Instagram says so of whoever has written to you, and again at the second look.",
    knows: By::Account,
    asks: None,
    settings: &[
        Setting::public(
            "account",
            "Your professional account's name, without @, such as morning.roast.",
        ),
        Setting::secret(
            "access_token",
            "A long-lived token of that account with instagram_business_basic and instagram_business_manage_messages.",
        ),
        Setting::secret(
            "app_secret",
            "Your app's secret: Meta signs its hooks with it.",
        ),
        Setting::secret(
            "verify_token",
            "A word of your own, by which Meta is known when it first calls the hook.",
        ),
        Setting::optional(
            "api",
            "Where the API is, if not at https://graph.instagram.com.",
        ),
    ],
    target: "Your account's name, such as \"morning.roast\": the same as the setting account.",
    budget: Budget {
        calls: 3,
        per: Duration::from_secs(1),
    },
    limits: "Free. The shopper has to write to you once. Advanced Access is needed for accounts that are not yours; \
             Laurel makes 3 calls a second. Not for an audience in Russia.",
    steps: [
        "At https://developers.facebook.com make a business app with Instagram, log your professional account in, and \
         copy its token and the app's secret.",
        "Put the account's name into the programme file, under [connection.settings].",
        "Give the secrets: `laurel connection secret PROGRAM CONNECTION access_token`, and the same for app_secret and \
         verify_token.",
        "Under Webhooks subscribe to messages and messaging_referral at \
         https://loyalty.example/hooks/PROGRAM.CONNECTION, with the verify_token.",
        "Run `laurel connection test PROGRAM CONNECTION`.",
    ],
    source: "https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login",
};

/// What is told of somebody who has written
/// (<https://developers.facebook.com/docs/messenger-platform/instagram/features/user-profile>).
#[derive(Deserialize)]
struct Profile {
    is_user_follow_business: Option<bool>,
}

#[derive(Deserialize)]
struct Own {
    username: String,
}

/// A refusal.
#[derive(Deserialize)]
struct Refusal {
    error: Failure,
}

#[derive(Deserialize)]
struct Failure {
    code: i64,
}

/// What a hook tells.
#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    entry: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    messaging: Vec<Messaging>,
}

#[derive(Deserialize)]
struct Messaging {
    sender: Who,
    message: Option<Message>,
    referral: Option<Referral>,
}

#[derive(Deserialize)]
struct Who {
    id: String,
}

#[derive(Deserialize)]
struct Message {
    text: Option<String>,
    /// Whether the shop wrote it itself.
    #[serde(default)]
    is_echo: bool,
    referral: Option<Referral>,
}

/// What a link to the conversation brought along.
#[derive(Deserialize)]
struct Referral {
    #[serde(rename = "ref")]
    brought: Option<String>,
}

impl Messaging {
    /// All that may have a code in it.
    fn text(self) -> Option<String> {
        let Self {
            message, referral, ..
        } = self;
        let (text, inner) = match message {
            Some(message) if message.is_echo => return None,
            Some(message) => (message.text, message.referral),
            None => (None, None),
        };
        let brought = [referral, inner].into_iter().flatten();
        let brought = brought.filter_map(|referral| referral.brought);
        let all: Vec<String> = text.into_iter().chain(brought).collect();
        (!all.is_empty()).then(|| all.join(" "))
    }
}

/// What a refusal means; nothing if the account is not there any more.
fn refusal(status: StatusCode, code: i64) -> Option<Trouble> {
    match code {
        // Unsupported or unknown object: the conversation or its account is gone.
        100 | 803 => None,
        190 => Some(Trouble::shop(
            "Instagram does not accept the token: make a new one, they end after 60 days",
        )),
        10 | 200..=299 => Some(Trouble::shop(
            "Instagram does not allow that: give the token instagram_business_manage_messages",
        )),
        _ => Some(Trouble::unclear(&format!(
            "it answered {status}, code {code}"
        ))),
    }
}

async fn ask<T: DeserializeOwned>(
    setup: &Setup<'_>,
    path: &str,
    fields: &str,
) -> Result<Option<T>, Trouble> {
    let api = setup.connection.base("api", "https://graph.instagram.com");
    let call = setup.outside.get(&format!("{api}/{VERSION}/{path}"));
    let call = call.map_err(|_| WRONG_API)?;
    let call = call
        .bearer_auth(setup.get("access_token"))
        .query(&[("fields", fields)]);
    let reply = setup.outside.send(call).await?;
    if reply.status.is_success() {
        return reply.json().map(Some);
    }
    let Refusal { error } = reply.json()?;
    refusal(reply.status, error.code).map_or(Ok(None), Err)
}

#[async_trait]
impl Service for Instagram {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn page(&self, connection: &Connection, target: &str) -> Result<String, String> {
        let known = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_';
        if target.is_empty() || target.len() > 30 || !target.chars().all(known) {
            return Err("write your account's name without @, such as \"morning.roast\"".into());
        }
        if connection.setting("account") != Some(target) {
            return Err("Instagram tells only who follows the connection's own account: write the same as its setting account".into());
        }
        Ok(format!("https://www.instagram.com/{target}/"))
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
        let profile = ask::<Profile>(setup, &account.id, "is_user_follow_business").await?;
        let Some(profile) = profile else {
            return Ok(Answer::NotDone("account_gone"));
        };
        match profile.is_user_follow_business {
            Some(true) => Ok(Answer::Done(
                json!({ "service": "instagram", "account": account.id, "follows": target }),
            )),
            Some(false) => Ok(Answer::NotDone("not_followed")),
            None => Err(Trouble::unclear(
                "it did not say whether the account follows",
            )),
        }
    }

    async fn test(&self, setup: &Setup<'_>, target: &str) -> Result<String, Trouble> {
        let own = ask::<Own>(setup, "me", "username").await?;
        let own = own.ok_or_else(|| Trouble::unclear("it does not know the account"))?;
        if own.username.eq_ignore_ascii_case(target) {
            Ok(format!("Instagram answers for @{target}"))
        } else {
            let why = format!(
                "the token is of @{}, and the task's target is @{target}",
                own.username
            );
            Err(Trouble::Setup(why))
        }
    }
}

const WRONG_API: Trouble = Trouble::Refused("bad_server");

#[async_trait]
impl Greets for Instagram {
    fn address(&self, setup: &Setup<'_>, code: &str) -> Result<String, Trouble> {
        Ok(format!(
            "https://ig.me/m/{}?ref={code}",
            setup.get("account")
        ))
    }

    fn challenge(&self, setup: &Setup<'_>, query: &BTreeMap<String, String>) -> Option<String> {
        let token = query.get("hub.verify_token")?;
        let known = setup.get("verify_token");
        let good = !known.is_empty() && same(token.as_bytes(), known.as_bytes());
        query.get("hub.challenge").filter(|_| good).cloned()
    }

    fn read(
        &self,
        setup: &Setup<'_>,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Vec<Greeting>, Refused> {
        let signature = headers
            .get("x-hub-signature-256")
            .ok_or(Refused::Unsigned)?;
        let signature = signature.to_str().ok();
        let told = signature.and_then(|text| from_hex::<32>(text.strip_prefix("sha256=")?));
        let key = setup.get("app_secret");
        let made = hooks::mac(key.as_bytes(), &[body]);
        if key.is_empty() || told.is_none_or(|told| !same(made.as_ref(), &told)) {
            return Err(Refused::Signature);
        }
        let told: Told = hooks::json(body)?;
        let all = told.entry.into_iter().flat_map(|entry| entry.messaging);
        let greeting = |messaging: Messaging| {
            let id = messaging.sender.id.clone();
            let text = messaging.text()?;
            // It becomes a part of addresses.
            super::is_number(&id, 20).then(|| Greeting {
                account: Account {
                    handle: "Instagram".into(),
                    created_at: None,
                    id,
                },
                text,
            })
        };
        Ok(all.filter_map(greeting).collect())
    }

    async fn whose(&self, setup: &Setup<'_>, account: Account) -> Result<Account, Trouble> {
        let own = ask::<Own>(setup, &account.id, "username").await?;
        let handle = own.map_or(account.handle, |own| format!("@{}", own.username));
        Ok(Account { handle, ..account })
    }

    async fn reply(&self, setup: &Setup<'_>, account: &str, text: &str) -> Result<(), Trouble> {
        let api = setup.connection.base("api", "https://graph.instagram.com");
        let call = setup.outside.post(&format!("{api}/{VERSION}/me/messages"));
        let call = call.map_err(|_| WRONG_API)?;
        let call = call
            .bearer_auth(setup.get("access_token"))
            .json(&json!({ "recipient": { "id": account }, "message": { "text": text } }));
        let reply = setup.outside.send(call).await?;
        if reply.status.is_success() {
            return Ok(());
        }
        let Refusal { error } = reply.json()?;
        Err(refusal(reply.status, error.code)
            .unwrap_or_else(|| Trouble::unclear("the conversation is gone")))
    }
}
