//! Twitch's tokens (<https://dev.twitch.tv/docs/authentication/>): one that shows whose account it is, and the
//! one that the shop lends.
//!
//! They are not asked for through `oauth`: Twitch answers its scopes as a list, where the standard and the crate
//! have a text (<https://github.com/twitchdev/issues/issues/164>).

use super::super::{Returned, Setup, Trouble, oauth};
use super::place;
use crate::domain::{Instant, SECOND};
use reqwest::{RequestBuilder, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Without it Twitch tells nobody who follows a channel.
const SCOPE: &str = "moderator:read:followers";
/// For how many seconds a token is believed to be good: Twitch wants that looked at every hour.
const TRUST_MAX: u32 = 3600;

/// A token of the shop's, which has been looked at.
#[derive(Clone)]
pub(super) struct Token {
    /// The token itself.
    pub(super) access: String,
    /// The name of the account that it is of.
    pub(super) login: String,
    /// The account.
    user: String,
    /// Until when it is good without another look.
    until: Instant,
}

/// What this server has of one connection's tokens.
#[derive(Default)]
struct Held {
    /// The refresh token that the shop gave.
    given: String,
    /// The one to use, since Twitch may have replaced it.
    refresh: String,
    token: Option<Token>,
}

type Slot = Arc<tokio::sync::Mutex<Held>>;

/// By the connection's name.
static HELD: Mutex<BTreeMap<String, Slot>> = Mutex::new(BTreeMap::new());

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    refresh_token: Option<String>,
}

#[derive(Deserialize)]
struct Refusal {
    message: String,
}

/// What a token is good for.
#[derive(Deserialize)]
struct Looked {
    user_id: String,
    login: String,
    scopes: Option<Vec<String>>,
    expires_in: u32,
}

/// Exchanges the code that a shopper came back with for a look at their account.
pub(super) async fn of_code(
    setup: &Setup<'_>,
    keep: &Value,
    returned: &Returned,
) -> Result<String, Trouble> {
    let callback = setup.callback();
    let form = oauth::grant(&callback, keep, returned);
    let granted = grant(setup, &form, Trouble::Refused("sign_in_failed")).await?;
    Ok(granted.access_token)
}

/// The token of the channel's own account.
pub(super) async fn of_channel(setup: &Setup<'_>, channel: &str) -> Result<Token, Trouble> {
    let slot = held(&setup.name);
    // One question fetches it, and the others wait for that.
    let mut held = slot.lock().await;
    let given = setup.get("refresh_token");
    if held.given != given {
        *held = Held {
            given: given.to_owned(),
            refresh: given.to_owned(),
            token: None,
        };
    }
    let good = held.token.clone();
    let good = good.filter(|token| token.until > setup.now);
    let token = match good {
        Some(token) => token,
        None => fetch(setup, &mut held).await?,
    };
    if token.user == channel {
        return Ok(token);
    }
    Err(Trouble::Setup(format!(
        "the refresh token is of {}, which is channel {}: correct the task's target, or make one signed in as \
         channel {channel} and give it as the secret refresh_token",
        token.login, token.user
    )))
}

/// Lets go of a token, unless there is a newer one already.
pub(super) async fn forget(setup: &Setup<'_>, token: &Token) {
    let slot = held(&setup.name);
    let mut held = slot.lock().await;
    let newer = held.token.take();
    held.token = newer.filter(|newer| newer.access != token.access);
}

fn held(name: &str) -> Slot {
    let mut all = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(all.entry(name.to_owned()).or_default())
}

/// Asks for a new token and looks at it.
async fn fetch(setup: &Setup<'_>, held: &mut Held) -> Result<Token, Trouble> {
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", held.refresh.as_str()),
    ];
    let refused = Trouble::shop(
        "Twitch does not accept the refresh token any more: make another, signed in as the channel's account, and \
         give it as the secret refresh_token",
    );
    let granted = grant(setup, &form, refused).await?;
    if let Some(next) = granted.refresh_token {
        held.refresh = next;
    }
    let token = look(setup, granted.access_token).await?;
    held.token = Some(token.clone());
    Ok(token)
}

/// Asks for a token. `refused` is what it means that there is none for this form.
async fn grant(
    setup: &Setup<'_>,
    form: &[(&str, &str)],
    refused: Trouble,
) -> Result<Granted, Trouble> {
    let client = [
        ("client_id", setup.get("client_id")),
        ("client_secret", setup.get("client_secret")),
    ];
    let form: Vec<(&str, &str)> = client.iter().chain(form).copied().collect();
    let call = reachable(setup.outside.post(&place(setup, "token")))?;
    let reply = setup.outside.send(call.form(&form)).await?;
    match reply.status {
        StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            let Refusal { message } = reply.json()?;
            // Such as "invalid client" and "invalid client secret".
            if message.to_ascii_lowercase().contains("client") {
                return Err(Trouble::shop(
                    "Twitch does not accept the client id and secret: copy both again from your application",
                ));
            }
            Err(refused)
        }
        _ => reply.success(),
    }
}

/// Whose token it is, and whether it is good for anything here.
async fn look(setup: &Setup<'_>, access: String) -> Result<Token, Trouble> {
    let call = reachable(setup.outside.get(&place(setup, "validate")))?;
    let call = call.header("authorization", format!("OAuth {access}"));
    let looked: Looked = setup.outside.send(call).await?.success()?;
    let scopes = looked.scopes.unwrap_or_default();
    if !scopes.iter().any(|scope| scope == SCOPE) {
        return Err(Trouble::Setup(format!(
            "the refresh token is not for {SCOPE}: make another with this scope, signed in as the channel's \
             account, and give it as the secret refresh_token"
        )));
    }
    let seconds = looked.expires_in.min(TRUST_MAX);
    Ok(Token {
        access,
        login: looked.login,
        user: looked.user_id,
        until: setup.now + i64::from(seconds) * SECOND,
    })
}

fn reachable(call: Result<RequestBuilder, Trouble>) -> Result<RequestBuilder, Trouble> {
    call.map_err(|_| Trouble::shop("Twitch cannot be called there: correct the setting id"))
}
