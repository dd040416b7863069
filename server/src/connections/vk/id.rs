//! How somebody shows that an account is theirs: VK ID's OAuth 2.1, for clients without a secret
//! (<https://id.vk.com/about/business/go/docs/en/vkid/latest/vk-id/connection/api-description>).

use super::super::is_number;
use super::super::oauth::{self, Endpoints};
use super::super::{Account, Begun, Returned, Setup, Trouble};
use super::DIGITS_MAX;
use serde::Deserialize;
use serde_json::Value;

const REFUSED: Trouble = Trouble::Refused("sign_in_failed");

/// An account's number, which is written in both ways.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Digits(u64),
    Text(String),
}

impl Number {
    fn into_text(self) -> String {
        match self {
            Self::Digits(digits) => digits.to_string(),
            Self::Text(text) => text,
        }
    }
}

/// What becomes of a code.
#[derive(Deserialize)]
#[serde(untagged)]
enum Exchanged {
    Token {
        access_token: String,
        user_id: Number,
    },
    Refused {
        error: String,
    },
}

#[derive(Deserialize)]
struct Shown {
    user: User,
}

#[derive(Deserialize)]
struct User {
    #[serde(rename = "user_id")]
    id: Number,
    #[serde(default)]
    first_name: String,
    #[serde(default)]
    last_name: String,
}

fn place(setup: &Setup<'_>, path: &str) -> String {
    format!(
        "{}/{path}",
        setup.connection.base("oauth", "https://id.vk.com")
    )
}

pub(super) fn begin(setup: &Setup<'_>, state: &str) -> Result<Begun, Trouble> {
    let authorize = place(setup, "authorize");
    let token = place(setup, "oauth2/auth");
    let at = Endpoints {
        authorize: &authorize,
        token: &token,
        // Who it is, is shown without one.
        scopes: &[],
    };
    oauth::begin(setup, &at, state)
}

pub(super) async fn finish(
    setup: &Setup<'_>,
    keep: &Value,
    returned: &Returned,
) -> Result<Account, Trouble> {
    let (token, id) = exchange(setup, keep, returned).await?;
    let form = [
        ("client_id", setup.get("client_id")),
        ("access_token", token.as_str()),
    ];
    let call = setup.outside.post(&place(setup, "oauth2/user_info"))?;
    let Shown { user } = setup.outside.send(call.form(&form)).await?.success()?;
    if user.id.into_text() != id || !is_number(&id, DIGITS_MAX) {
        let why = "its answers are not about one account";
        return Err(Trouble::NotNow(why.into(), None));
    }
    let name = format!("{} {}", user.first_name, user.last_name);
    let name = name.trim();
    let handle = if name.is_empty() { id.as_str() } else { name };
    Ok(Account {
        handle: handle.to_owned(),
        id,
        created_at: None,
    })
}

/// Exchanges the code for a look at the account, and for its number.
async fn exchange(
    setup: &Setup<'_>,
    keep: &Value,
    returned: &Returned,
) -> Result<(String, String), Trouble> {
    // A code is bound to the browser that it was given to, which is named when it comes back.
    let device = returned.device_id.as_deref().ok_or(REFUSED)?;
    let callback = setup.callback();
    let more = [
        ("client_id", setup.get("client_id")),
        ("device_id", device),
        ("state", returned.state.as_str()),
    ];
    let form = [&more[..], &oauth::grant(&callback, keep, returned)].concat();
    let call = setup.outside.post(&place(setup, "oauth2/auth"))?;
    // A refusal may come with any status.
    let exchanged: Exchanged = setup.outside.send(call.form(&form)).await?.json()?;
    match exchanged {
        Exchanged::Token {
            access_token,
            user_id,
        } => Ok((access_token, user_id.into_text())),
        Exchanged::Refused { error } => Err(refusal(&error)),
    }
}

fn refusal(error: &str) -> Trouble {
    match error {
        "invalid_client" | "unauthorized_client" => Trouble::Setup(
            "VK ID does not know the application: copy its number again, and look whether it is switched on".into(),
        ),
        "server_error" | "temporarily_unavailable" | "slow_down" => {
            Trouble::NotNow("VK ID is not well".into(), None)
        }
        _ => REFUSED,
    }
}
