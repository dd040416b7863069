//! What X's API tells (<https://docs.x.com/x-api/users/lookup/introduction>).

use super::super::{Account, Reply, Setup, Trouble};
use super::token;
use crate::domain::Instant;
use jiff::Timestamp;
use reqwest::{RequestBuilder, StatusCode};
use serde::Deserialize;

const BUY_CREDITS: &str =
    "X wants to be paid: buy credits for your app at https://console.x.com, or raise their limit";
const ALLOW_APP: &str = "X does not let your app ask: look at https://console.x.com whether it is allowed to look up users, \
     and whether the shop's token has the scopes users.read, tweet.read and follows.read";
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

pub(super) fn reachable(call: Result<RequestBuilder, Trouble>) -> Result<RequestBuilder, Trouble> {
    call.map_err(|_| Trouble::shop(CORRECT_API))
}

async fn ask(setup: &Setup<'_>, who: &str, field: &str, token: &str) -> Result<Reply, Trouble> {
    let call = reachable(setup.outside.get(&place(setup, &format!("users/{who}"))))?;
    let call = call.query(&[("user.fields", field)]).bearer_auth(token);
    let reply = setup.outside.send(call).await?;
    match reply.status {
        StatusCode::PAYMENT_REQUIRED => Err(Trouble::shop(BUY_CREDITS)),
        StatusCode::FORBIDDEN => Err(Trouble::shop(ALLOW_APP)),
        _ => Ok(reply),
    }
}

/// Asks with the shop's token, and once more with another where it ended before its time.
async fn ask_as_shop(setup: &Setup<'_>, who: &str, field: &str) -> Result<Reply, Trouble> {
    let token = token::of_shop(setup, "").await?;
    let reply = ask(setup, who, field, &token).await?;
    if reply.status != StatusCode::UNAUTHORIZED {
        return Ok(reply);
    }
    let token = token::of_shop(setup, &token).await?;
    let reply = ask(setup, who, field, &token).await?;
    match reply.status {
        StatusCode::UNAUTHORIZED => Err(Trouble::unclear(
            "it does not accept the token that it has just given",
        )),
        _ => Ok(reply),
    }
}

fn user(reply: &Reply) -> Result<User, Trouble> {
    let found: Found = reply.success()?;
    let user = found.data;
    user.ok_or_else(|| Trouble::unclear("it does not say whose token it is"))
}

/// Who has signed in.
pub(super) async fn whose(setup: &Setup<'_>, token: &str) -> Result<User, Trouble> {
    let reply = ask(setup, "me", "created_at", token).await?;
    match reply.status {
        StatusCode::UNAUTHORIZED => Err(token::REFUSED),
        _ => user(&reply),
    }
}

/// Whose the shop's token is.
pub(super) async fn shop(setup: &Setup<'_>) -> Result<User, Trouble> {
    user(&ask_as_shop(setup, "me", "created_at").await?)
}

/// Whether an account follows the shop's; nothing if there is no such account any more.
pub(super) async fn follows(setup: &Setup<'_>, id: &str) -> Result<Option<bool>, Trouble> {
    let reply = ask_as_shop(setup, id, "connection_status").await?;
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
}
