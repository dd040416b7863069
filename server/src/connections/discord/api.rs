//! What Discord's API tells a bot, and whoever signed in (<https://discord.com/developers/docs/reference>).

use super::super::{Account, Setup, Trouble};
use crate::domain::Instant;
use reqwest::RequestBuilder;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The milliseconds from 1970 to 2015, from when on Discord's ids count.
const EPOCH: u64 = 1_420_070_400_000;
/// What is to be done when the bot may not know who is in the server.
pub(super) const INVITE_BOT: &str = "Discord does not tell the bot who is in the server: invite the \
     bot to the server, and look whether the task's target is the server's id";
/// What is to be done when the invitation leads elsewhere, or nowhere.
pub(super) const INVITE_AGAIN: &str = "the setting invite does not lead to the server: make an \
     invitation that never expires, and put it into the programme file";

/// Somebody, or the bot itself.
#[derive(Deserialize)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) username: String,
}

/// How somebody stands to a server.
#[derive(Deserialize)]
pub(super) struct Member {
    pub(super) user: User,
    pub(super) joined_at: Option<String>,
    /// Whether they have not passed the server's screening yet.
    #[serde(default)]
    pub(super) pending: bool,
}

#[derive(Deserialize)]
struct Invitation {
    /// There are invitations to other things than servers.
    guild: Option<Server>,
}

#[derive(Deserialize)]
struct Server {
    id: String,
}

#[derive(Deserialize)]
struct Refusal {
    code: u64,
}

impl User {
    /// The account; nothing if its id is none.
    pub(super) fn account(self) -> Option<Account> {
        let made = snowflake(&self.id)?;
        Some(Account {
            id: self.id,
            handle: self.username,
            created_at: created_at(made),
        })
    }
}

/// An id; nothing if it is none.
pub(super) fn snowflake(text: &str) -> Option<u64> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

/// When something with this id was made: its upper 42 bits are that.
fn created_at(snowflake: u64) -> Option<Instant> {
    let milliseconds = (snowflake >> 22) + EPOCH;
    Instant::try_from(milliseconds * 1000).ok()
}

/// An address of the API.
pub(super) fn place(setup: &Setup<'_>, path: &str) -> String {
    format!(
        "{}/{path}",
        setup.connection.base("api", "https://discord.com/api/v10")
    )
}

/// Whose token it is.
pub(super) async fn whose(setup: &Setup<'_>, token: &str) -> Result<User, Trouble> {
    let call = call(setup, "users/@me", &format!("Bearer {token}"))?;
    setup.outside.send(call).await?.success()
}

/// The bot's own account.
pub(super) async fn bot(setup: &Setup<'_>) -> Result<User, Trouble> {
    let bot = ask(setup, "users/@me").await?;
    bot.ok_or_else(|| Trouble::unclear("it does not know the bot"))
}

/// A server's member; nothing where there is no such one.
pub(super) async fn member(
    setup: &Setup<'_>,
    server: &str,
    account: &str,
) -> Result<Option<Member>, Trouble> {
    ask(setup, &format!("guilds/{server}/members/{account}")).await
}

/// The server that an invitation leads to, if it does.
pub(super) async fn leads_to(setup: &Setup<'_>, code: &str) -> Result<Option<String>, Trouble> {
    let found: Option<Invitation> = ask(setup, &format!("invites/{code}")).await?;
    let server = found.and_then(|invitation| invitation.guild);
    Ok(server.map(|server| server.id))
}

fn call(setup: &Setup<'_>, path: &str, authorization: &str) -> Result<RequestBuilder, Trouble> {
    let call = setup.outside.get(&place(setup, path));
    let call =
        call.map_err(|_| Trouble::shop("Discord cannot be called there: correct the setting api"))?;
    // It turns away callers that do not say what they are in just these words.
    let version = env!("CARGO_PKG_VERSION");
    let agent = format!("DiscordBot ({}, {version})", setup.public_url);
    let call = call.header("user-agent", agent);
    Ok(call.header("authorization", authorization))
}

/// Asks as the bot; nothing where there is no such thing.
async fn ask<T: DeserializeOwned>(setup: &Setup<'_>, path: &str) -> Result<Option<T>, Trouble> {
    let authorization = format!("Bot {}", setup.get("bot_token"));
    let call = call(setup, path, &authorization)?;
    let reply = setup.outside.send(call).await?;
    if reply.status.is_success() {
        return reply.json().map(Some);
    }
    // What stands before Discord refuses as well, but not in its words: that says nothing.
    let Refusal { code } = reply.json()?;
    refusal(reply.status.as_u16(), code).map_or(Ok(None), Err)
}

/// What a refusal means (<https://discord.com/developers/docs/topics/opcodes-and-status-codes#json>); nothing if
/// it is that there is no such thing.
fn refusal(status: u16, code: u64) -> Option<Trouble> {
    match (status, code) {
        // No such member, and no such user at all.
        (404, 10007 | 10013) => None,
        (404, 10006) => Some(Trouble::shop(INVITE_AGAIN)),
        // The network's word and not the server's.
        (_, 40333) => Some(Trouble::unclear("it turned the call away")),
        (404, 10004) | (403, _) => Some(Trouble::shop(INVITE_BOT)),
        (401, _) => Some(Trouble::shop(
            "Discord does not know the bot's token: make another in your application under Bot, and give it as the \
             secret bot_token",
        )),
        _ => Some(Trouble::unclear(&format!(
            "it refused with {status} and error {code}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_when_it_was_made() {
        // The documentation's own example.
        let made = snowflake("175928847299117063").and_then(created_at);
        assert_eq!(made, Some(1_462_015_105_796_000));
        assert!(created_at(u64::MAX).is_some());
        for text in ["", "-1", "+1", "1.5", "1a", "99999999999999999999"] {
            assert_eq!(snowflake(text), None, "{text}");
        }
    }

    #[test]
    fn a_refusal_says_whose_turn_it_is() {
        for code in [10007, 10013] {
            assert_eq!(refusal(404, code), None, "{code}");
        }
        for (status, code) in [(404, 10004), (404, 10006), (403, 50001), (401, 0)] {
            let trouble = refusal(status, code);
            assert!(
                matches!(trouble, Some(Trouble::Setup(_))),
                "{status} {code}"
            );
        }
        for (status, code) in [(404, 0), (400, 50035), (403, 40333), (405, 0), (401, 40333)] {
            let trouble = refusal(status, code);
            assert!(
                matches!(trouble, Some(Trouble::NotNow(..))),
                "{status} {code}"
            );
        }
    }

    #[test]
    fn a_member_is_somebody() {
        let read = |text: &str| serde_json::from_str::<Member>(text).ok();
        let here = read(r#"{"user":{"id":"1","username":"anna"},"joined_at":null}"#);
        assert!(here.is_some_and(|member| !member.pending));
        let waiting = read(r#"{"user":{"id":"1","username":"anna"},"pending":true}"#);
        assert!(waiting.is_some_and(|member| member.pending));
        for text in ["{}", "[]", r#"{"user":{}}"#, r#"{"pending":false}"#] {
            assert!(read(text).is_none(), "{text}");
        }
    }
}
