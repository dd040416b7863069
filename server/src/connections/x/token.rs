//! X's tokens (<https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code>): one that shows whose
//! account it is, and the one that the shop lends.

use super::super::renewal::{Granted, Turn};
use super::super::{Returned, Setup, Trouble, oauth};
use super::api::{place, reachable};
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::Value;

pub(super) const REFUSED: Trouble = Trouble::Refused("sign_in_failed");
const MAKE_TOKEN: &str = "X does not accept the shop's token any more: make another refresh token, signed in as the \
     shop's account, with the scopes users.read, tweet.read, follows.read and offline.access, and give it as the secret \
     refresh_token";
const COPY_CLIENT: &str = "X does not accept the client id and secret: copy the ones for OAuth 2.0 again from your app's \
     keys and tokens, and look whether its type is Web App";

/// What becomes of a code, or of a refresh token.
#[derive(Deserialize)]
#[serde(untagged)]
enum Exchanged {
    Granted(Granted),
    Refused { error: String },
}

/// Exchanges the code for a look at the account.
pub(super) async fn of_code(
    setup: &Setup<'_>,
    keep: &Value,
    returned: &Returned,
) -> Result<String, Trouble> {
    let callback = setup.callback();
    let form = oauth::grant(&callback, keep, returned);
    let granted = grant(setup, &form, REFUSED).await?;
    Ok(granted.access_token)
}

/// The token of the shop's own account. One that X has `refused` is good no more; it may be empty.
pub(super) async fn of_shop(setup: &Setup<'_>, refused: &str) -> Result<String, Trouble> {
    let given = setup.get("access_token");
    if setup.get("refresh_token").is_empty() && !given.is_empty() {
        // This one cannot be renewed.
        return if given == refused {
            Err(Trouble::shop(MAKE_TOKEN))
        } else {
            Ok(given.to_owned())
        };
    }
    match setup.turn(refused).await? {
        Turn::Good(token) => Ok(token),
        Turn::Renew(renewal) => {
            let form = [
                ("grant_type", "refresh_token"),
                ("refresh_token", renewal.refresh.as_str()),
            ];
            let granted = grant(setup, &form, Trouble::shop(MAKE_TOKEN)).await;
            renewal.end(granted).await
        }
    }
}

/// Asks for a token. `refused` is what it means that there is none for this form.
async fn grant(
    setup: &Setup<'_>,
    form: &[(&str, &str)],
    refused: Trouble,
) -> Result<Granted, Trouble> {
    let (id, secret) = (setup.get("client_id"), setup.get("client_secret"));
    let call = reachable(setup.outside.post(&place(setup, "oauth2/token")))?;
    // Not through `oauth`, which shows the secret in the form: X looks for it here and nowhere else. An app without
    // one is named in the form.
    let call = if secret.is_empty() {
        let named = [("client_id", id)];
        let form: Vec<(&str, &str)> = named.iter().chain(form).copied().collect();
        call.form(&form)
    } else {
        call.basic_auth(id, Some(secret)).form(form)
    };
    let reply = setup.outside.send(call).await?;
    if reply.status == StatusCode::UNAUTHORIZED {
        return Err(Trouble::shop(COPY_CLIENT));
    }
    match reply.json()? {
        Exchanged::Granted(granted) => Ok(granted),
        Exchanged::Refused { error } => Err(refusal(&error, refused)),
    }
}

fn refusal(error: &str, refused: Trouble) -> Trouble {
    match error {
        "invalid_client" | "unauthorized_client" => Trouble::shop(COPY_CLIENT),
        "rate_limited" | "server_error" | "temporarily_unavailable" => {
            Trouble::unclear("it is not well")
        }
        _ => refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_whose_turn_it_is() {
        for error in ["invalid_client", "unauthorized_client"] {
            let trouble = refusal(error, REFUSED);
            assert!(matches!(trouble, Trouble::Setup(_)), "{error}");
        }
        assert_eq!(refusal("invalid_grant", REFUSED), REFUSED);
        for error in ["rate_limited", "server_error"] {
            let trouble = refusal(error, REFUSED);
            assert!(matches!(trouble, Trouble::NotNow(..)), "{error}");
        }
    }
}
