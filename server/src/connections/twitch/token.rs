//! Twitch's tokens (<https://dev.twitch.tv/docs/authentication/>): one that shows whose account it is, and the
//! one that the shop lends.
//!
//! They are not asked for through `oauth`: Twitch answers its scopes as a list, where the standard and the crate
//! have a text (<https://github.com/twitchdev/issues/issues/164>).

use super::super::renewal::{Granted, Turn};
use super::super::{Returned, Setup, Trouble, oauth};
use super::place;
use reqwest::{RequestBuilder, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

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
}

/// The tokens that this server has looked at, by the connection's name: Twitch wants it done by every server that
/// starts.
static LOOKED_AT: Mutex<BTreeMap<String, Token>> = Mutex::new(BTreeMap::new());

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

/// The token of the channel's own account. One that Twitch has `refused` is good no more; it may be empty.
pub(super) async fn of_channel(
    setup: &Setup<'_>,
    channel: &str,
    refused: &str,
) -> Result<Token, Trouble> {
    let access = access(setup, refused).await?;
    let known = known(&setup.name).filter(|token| token.access == access);
    let token = match known {
        Some(token) => token,
        None => look(setup, access).await?,
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

fn known(name: &str) -> Option<Token> {
    let all = LOOKED_AT.lock().unwrap_or_else(PoisonError::into_inner);
    all.get(name).cloned()
}

/// The access token that is good now, renewed if there is none.
async fn access(setup: &Setup<'_>, refused: &str) -> Result<String, Trouble> {
    let renewal = match setup.turn(refused).await? {
        Turn::Good(access) => return Ok(access),
        Turn::Renew(renewal) => renewal,
    };
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", renewal.refresh.as_str()),
    ];
    let refused = Trouble::shop(
        "Twitch does not accept the refresh token any more: make another, signed in as the channel's account, and \
         give it as the secret refresh_token",
    );
    let granted = grant(setup, &form, refused).await;
    let granted = granted.map(|granted| Granted {
        expires_in: granted.expires_in.map(|seconds| seconds.min(TRUST_MAX)),
        ..granted
    });
    renewal.end(granted).await
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
    let token = Token {
        access,
        login: looked.login,
        user: looked.user_id,
    };
    let mut all = LOOKED_AT.lock().unwrap_or_else(PoisonError::into_inner);
    all.insert(setup.name.clone(), token.clone());
    Ok(token)
}

fn reachable(call: Result<RequestBuilder, Trouble>) -> Result<RequestBuilder, Trouble> {
    call.map_err(|_| Trouble::shop("Twitch cannot be called there: correct the setting id"))
}
