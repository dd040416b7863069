//! What Twitch's API tells whoever brings a token (<https://dev.twitch.tv/docs/api/reference/>).

use super::super::{Account, Reply, Setup, Trouble};
use super::{is_id, token};
use crate::domain::Instant;
use jiff::Timestamp;
use reqwest::StatusCode;
use serde::Deserialize;

/// How all lists come.
#[derive(Deserialize)]
struct Listed<T> {
    data: Vec<T>,
}

#[derive(Deserialize)]
struct User {
    id: String,
    login: String,
    created_at: Option<String>,
}

/// An account that follows a channel.
#[derive(Deserialize)]
pub(super) struct Follower {
    pub(super) user_id: String,
    pub(super) followed_at: String,
}

impl User {
    fn account(self) -> Account {
        let at = self.created_at.and_then(|at| at.parse::<Timestamp>().ok());
        Account {
            id: self.id,
            handle: self.login,
            created_at: at.map(|at| at.as_microsecond() as Instant),
        }
    }
}

/// Asks the API with somebody's token.
async fn ask(
    setup: &Setup<'_>,
    token: &str,
    path: &str,
    query: &[(&str, &str)],
) -> Result<Reply, Trouble> {
    let api = setup.connection.base("api", "https://api.twitch.tv");
    let call = setup.outside.get(&format!("{api}/helix/{path}"));
    let call =
        call.map_err(|_| Trouble::shop("Twitch cannot be called there: correct the setting api"))?;
    let call = call.query(query).bearer_auth(token);
    let call = call.header("client-id", setup.get("client_id"));
    setup.outside.send(call).await
}

/// Whose token it is.
pub(super) async fn whose(setup: &Setup<'_>, token: &str) -> Result<Account, Trouble> {
    let found: Listed<User> = ask(setup, token, "users", &[]).await?.success()?;
    let user = found.data.into_iter().next();
    let user = user.filter(|user| is_id(&user.id));
    user.map(User::account)
        .ok_or_else(|| Trouble::unclear("it does not say who signed in"))
}

/// The channel's followers, as far as they are this account: one or none.
pub(super) async fn followers(
    setup: &Setup<'_>,
    channel: &str,
    account: &str,
) -> Result<Vec<Follower>, Trouble> {
    // Others are told of no followers, too, and not that they may not know: so it has to be the owner's token.
    let token = token::of_channel(setup, channel, "").await?;
    let query = [("broadcaster_id", channel), ("user_id", account)];
    let mut reply = ask(setup, &token.access, "channels/followers", &query).await?;
    if reply.status == StatusCode::UNAUTHORIZED {
        // It was taken back before its time. Perhaps there is another one.
        let token = token::of_channel(setup, channel, &token.access).await?;
        reply = ask(setup, &token.access, "channels/followers", &query).await?;
    }
    match reply.status {
        StatusCode::UNAUTHORIZED => Err(Trouble::unclear(
            "it does not accept the channel's token that it has just given",
        )),
        StatusCode::FORBIDDEN => Err(Trouble::shop(
            "Twitch does not tell who follows the channel: look whether its account is in order, make another \
             refresh token with the scope moderator:read:followers, and give it as the secret refresh_token",
        )),
        _ => reply.success::<Listed<Follower>>().map(|found| found.data),
    }
}
