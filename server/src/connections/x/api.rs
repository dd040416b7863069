//! What X's API tells (<https://docs.x.com/x-api/users/lookup/introduction>).

use super::super::{Account, Reply, Returned, Setup, Trouble, oauth};
use crate::domain::Instant;
use jiff::Timestamp;
use reqwest::{RequestBuilder, StatusCode};
use serde::Deserialize;
use serde_json::Value;

pub(super) const REFUSED: Trouble = Trouble::Refused("sign_in_failed");
pub(super) const MAKE_TOKEN: &str = "X does not accept the access token, which ends after two hours: make a new one, \
     signed in as the shop's account, with the scopes users.read, tweet.read and follows.read, and give it as the \
     secret access_token";
const COPY_CLIENT: &str = "X does not accept the client id and secret: copy the ones for OAuth 2.0 again from your app's \
     keys and tokens, and look whether its type is Web App";
const BUY_CREDITS: &str =
    "X wants to be paid: buy credits for your app at https://console.x.com, or raise their limit";
const ALLOW_APP: &str = "X does not let your app ask: look at https://console.x.com whether it is allowed to look up users, \
     and whether the access token has the scopes users.read, tweet.read and follows.read";
const CORRECT_API: &str = "X cannot be called there: correct the setting api";

/// An account.
#[derive(Deserialize)]
pub(super) struct User {
    id: String,
    pub(super) username: String,
    created_at: Option<String>,
    /// How it is connected with whoever asks; X leaves it out where there is no connection.
    #[serde(default)]
    connection_status: Vec<String>,
}

/// What was found, or why nothing was.
#[derive(Deserialize)]
struct Found {
    data: Option<User>,
    #[serde(default)]
    errors: Vec<Problem>,
    /// Of an answer that is a problem as a whole.
    #[serde(default, rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Problem {
    /// An address that stands for the kind of problem.
    #[serde(default, rename = "type")]
    kind: String,
}

/// What becomes of a code.
#[derive(Deserialize)]
#[serde(untagged)]
enum Exchanged {
    Token { access_token: String },
    Refused { error: String },
}

impl User {
    /// The account that was signed in to.
    pub(super) fn account(self) -> Result<Account, Trouble> {
        // It becomes a part of addresses.
        let is_number = self.id.bytes().all(|byte| byte.is_ascii_digit());
        if self.id.is_empty() || !is_number {
            return Err(Trouble::unclear("it does not say who signed in"));
        }
        let at = self.created_at.and_then(|at| at.parse::<Timestamp>().ok());
        Ok(Account {
            id: self.id,
            handle: format!("@{}", self.username),
            created_at: at.map(|at| at.as_microsecond() as Instant),
        })
    }

    fn follows(&self) -> bool {
        let mut all = self.connection_status.iter();
        all.any(|status| status == "followed_by")
    }
}

impl Found {
    /// Whether there is no such account, or none any more.
    fn is_gone(&self) -> bool {
        let kinds = self.errors.iter().map(|problem| problem.kind.as_str());
        let mut kinds = kinds.chain([self.kind.as_str()]);
        kinds.any(|kind| kind.ends_with("/resource-not-found"))
    }
}

pub(super) fn place(setup: &Setup<'_>, path: &str) -> String {
    let base = setup.connection.base("api", "https://api.x.com");
    format!("{base}/2/{path}")
}

fn reachable(call: Result<RequestBuilder, Trouble>) -> Result<RequestBuilder, Trouble> {
    call.map_err(|_| Trouble::shop(CORRECT_API))
}

/// Exchanges the code for a look at the account.
pub(super) async fn exchange(
    setup: &Setup<'_>,
    keep: &Value,
    returned: &Returned,
) -> Result<String, Trouble> {
    let callback = setup.callback();
    let form = oauth::grant(&callback, keep, returned);
    let call = reachable(setup.outside.post(&place(setup, "oauth2/token")))?;
    // Not through `oauth`, which shows the secret in the form: X looks for it here and nowhere else.
    let call = call.basic_auth(setup.get("client_id"), Some(setup.get("client_secret")));
    let reply = setup.outside.send(call.form(&form)).await?;
    if reply.status == StatusCode::UNAUTHORIZED {
        return Err(Trouble::shop(COPY_CLIENT));
    }
    let exchanged: Exchanged = reply.json()?;
    match exchanged {
        Exchanged::Token { access_token } => Ok(access_token),
        Exchanged::Refused { error } => Err(refusal(&error)),
    }
}

fn refusal(error: &str) -> Trouble {
    match error {
        "invalid_client" | "unauthorized_client" => Trouble::shop(COPY_CLIENT),
        "rate_limited" | "server_error" | "temporarily_unavailable" => {
            Trouble::unclear("it is not well")
        }
        _ => REFUSED,
    }
}

async fn ask(
    setup: &Setup<'_>,
    who: &str,
    field: &str,
    token: &str,
    refused: Trouble,
) -> Result<Reply, Trouble> {
    let call = reachable(setup.outside.get(&place(setup, &format!("users/{who}"))))?;
    let call = call.query(&[("user.fields", field)]).bearer_auth(token);
    let reply = setup.outside.send(call).await?;
    match reply.status {
        StatusCode::UNAUTHORIZED => Err(refused),
        StatusCode::PAYMENT_REQUIRED => Err(Trouble::shop(BUY_CREDITS)),
        StatusCode::FORBIDDEN => Err(Trouble::shop(ALLOW_APP)),
        _ => Ok(reply),
    }
}

/// Whose token it is. `refused` is what it means that X does not accept it.
pub(super) async fn whose(
    setup: &Setup<'_>,
    token: &str,
    refused: Trouble,
) -> Result<User, Trouble> {
    let reply = ask(setup, "me", "created_at", token, refused).await?;
    let found: Found = reply.success()?;
    let user = found.data;
    user.ok_or_else(|| Trouble::unclear("it does not say whose token it is"))
}

/// Whether an account follows the shop's; nothing if there is no such account any more.
pub(super) async fn follows(setup: &Setup<'_>, id: &str) -> Result<Option<bool>, Trouble> {
    let token = setup.get("access_token");
    let reply = ask(
        setup,
        id,
        "connection_status",
        token,
        Trouble::shop(MAKE_TOKEN),
    )
    .await?;
    // X says in words that an account is gone, with either status. An address that leads nowhere is a 404 as well.
    let found: Found = match reply.status {
        StatusCode::NOT_FOUND => reply.json()?,
        _ => reply.success()?,
    };
    let is_gone = found.is_gone();
    match found.data {
        Some(user) if user.id == id => Ok(Some(user.follows())),
        None if is_gone => Ok(None),
        _ => Err(Trouble::contradiction()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(Option<bool>, bool)> {
        let found: Found = serde_json::from_str(text).ok()?;
        let is_gone = found.is_gone();
        Some((found.data.map(|user| user.follows()), is_gone))
    }

    #[test]
    fn an_answer_is_about_an_account_or_says_that_there_is_none() {
        let yes = r#"{"data":{"id":"1","name":"A","username":"a","connection_status":["following","followed_by"]}}"#;
        assert_eq!(read(yes), Some((Some(true), false)));
        for no in [
            r#"{"data":{"id":"1","username":"a","connection_status":["following"]}}"#,
            r#"{"data":{"id":"1","username":"a"}}"#,
        ] {
            assert_eq!(read(no), Some((Some(false), false)), "{no}");
        }
        for gone in [
            r#"{"errors":[{"value":"1","type":"https://api.twitter.com/2/problems/resource-not-found"}]}"#,
            r#"{"title":"Not Found Error","type":"https://api.x.com/2/problems/resource-not-found"}"#,
        ] {
            assert_eq!(read(gone), Some((None, true)), "{gone}");
        }
        for unclear in [
            r#"{"errors":[{"code":88,"message":"Rate limit exceeded"}]}"#,
            r#"{"title":"Not Found","type":"about:blank","status":404}"#,
            "{}",
        ] {
            assert_eq!(read(unclear), Some((None, false)), "{unclear}");
        }
        for nonsense in [r#"{"data":""}"#, r#"{"data":{"id":"1"}}"#, ""] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn an_error_says_whose_turn_it_is() {
        for error in ["invalid_client", "unauthorized_client"] {
            assert!(matches!(refusal(error), Trouble::Setup(_)), "{error}");
        }
        assert_eq!(refusal("invalid_grant"), REFUSED);
        for error in ["rate_limited", "server_error"] {
            assert!(matches!(refusal(error), Trouble::NotNow(..)), "{error}");
        }
    }
}
