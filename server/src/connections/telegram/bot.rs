//! What a bot is told (<https://core.telegram.org/bots/api#making-requests>).

use super::super::{Setup, Trouble};
use crate::hooks::telegram;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// The longest wait that is granted, in seconds.
const WAIT_MAX: u64 = 24 * 3600;
/// How the bot's calls are refused when there is no such member.
const ABSENT: &[&str] = &[
    "user not found",
    "participant_id_invalid",
    "member not found",
];
/// How they are refused when the bot may not know.
const BLIND: &[&str] = &[
    "chat not found",
    "chat_admin_required",
    "member list is inaccessible",
];
/// What is to be done about that.
pub(super) const MAKE_ADMINISTRATOR: &str = "Telegram does not tell the bot who is in the channel: \
     make the bot an administrator of it, and look whether the task's target is right";

/// What the Bot API answers to every call.
#[derive(Deserialize)]
struct Answered<T> {
    ok: bool,
    result: Option<T>,
    error_code: Option<u16>,
    description: Option<String>,
    parameters: Option<Parameters>,
}

#[derive(Deserialize)]
struct Parameters {
    retry_after: Option<u64>,
}

/// Somebody, or the bot itself.
#[derive(Deserialize)]
pub(super) struct User {
    pub(super) id: i64,
    pub(super) username: Option<String>,
}

/// How somebody stands to a channel or group.
#[derive(Deserialize)]
pub(super) struct Member {
    pub(super) status: String,
    pub(super) user: User,
    /// Of somebody who is restricted: whether they are still there.
    #[serde(rename = "is_member")]
    is_there: Option<bool>,
}

impl Member {
    /// Whether they are there; nothing for a standing that the documentation does not name.
    pub(super) fn is_in(&self) -> Option<bool> {
        telegram::is_in(&self.status, self.is_there)
    }
}

/// Asks as the bot; nothing where there is no such member.
pub(super) async fn ask<T: DeserializeOwned>(
    setup: &Setup<'_>,
    method: &str,
    query: &[(&str, &str)],
) -> Result<Option<T>, Trouble> {
    let api = setup.connection.base("api", "https://api.telegram.org");
    // The token is a part of the address, which is why no address is ever told of.
    let url = format!("{api}/bot{}/{method}", setup.get("bot_token"));
    let call = setup.outside.get(&url);
    let call = call.map_err(|_| {
        Trouble::Setup("the Bot API cannot be called there: correct the setting api".into())
    })?;
    let answered: Answered<T> = setup.outside.send(call.query(query)).await?.json()?;
    if answered.ok {
        let result = answered.result.map(Some);
        return result.ok_or_else(|| Trouble::unclear("it answered nothing"));
    }
    let code = answered.error_code.unwrap_or(0);
    let wait = answered.parameters.and_then(|more| more.retry_after);
    let why = answered.description.unwrap_or_default();
    refusal(code, &why, wait).map_or(Ok(None), Err)
}

/// What a refusal means; nothing if it is that there is no such member.
fn refusal(code: u16, why: &str, wait: Option<u64>) -> Option<Trouble> {
    let why = why.to_ascii_lowercase();
    let says = |parts: &[&str]| parts.iter().any(|part| why.contains(*part));
    match code {
        400 if says(ABSENT) => None,
        400 if says(BLIND) => Some(Trouble::Setup(MAKE_ADMINISTRATOR.into())),
        401 | 404 => Some(Trouble::Setup(
            "Telegram does not know the bot's token: copy it again from @BotFather".into(),
        )),
        403 => Some(Trouble::Setup(MAKE_ADMINISTRATOR.into())),
        429 => {
            let wait = wait.map(|wait| Duration::from_secs(wait.min(WAIT_MAX)));
            Some(Trouble::NotNow("it asks for fewer calls".into(), wait))
        }
        _ => Some(Trouble::unclear(&format!("it refused with {code}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_in(answer: &str) -> Option<bool> {
        serde_json::from_str::<Member>(answer).unwrap().is_in()
    }

    #[test]
    fn whoever_is_there_is_there_whatever_they_may_do() {
        let standing = |status: &str, more: &str| {
            is_in(&format!(
                r#"{{"user":{{"id":1}},"status":"{status}"{more}}}"#
            ))
        };
        for status in ["creator", "administrator", "member"] {
            assert_eq!(standing(status, ""), Some(true), "{status}");
        }
        for status in ["left", "kicked", "restricted"] {
            assert_eq!(standing(status, ""), Some(false), "{status}");
        }
        assert_eq!(standing("restricted", r#","is_member":true"#), Some(true));
        assert_eq!(standing("restricted", r#","is_member":false"#), Some(false));
        assert_eq!(standing("kicked", r#","is_member":true"#), Some(false));
        assert_eq!(standing("founder", ""), None);
    }

    #[test]
    fn a_refusal_says_whose_turn_it_is() {
        for why in [
            "Bad Request: user not found",
            "Bad Request: PARTICIPANT_ID_INVALID",
            "Bad Request: member not found",
        ] {
            assert_eq!(refusal(400, why, None), None, "{why}");
        }
        for (code, why) in [
            (400, "Bad Request: chat not found"),
            (400, "Bad Request: CHAT_ADMIN_REQUIRED"),
            (400, "Bad Request: member list is inaccessible"),
            (401, "Unauthorized"),
            (403, "Forbidden: bot was kicked from the channel chat"),
            (404, "Not Found"),
            (403, "user not found"),
        ] {
            let trouble = refusal(code, why, None);
            assert!(matches!(trouble, Some(Trouble::Setup(_))), "{code} {why}");
        }
        for (code, wait, seconds) in [
            (429, Some(7), Some(7)),
            (429, Some(u64::MAX), Some(WAIT_MAX)),
            (429, None, None),
            (400, Some(7), None),
            (0, None, None),
        ] {
            let Some(Trouble::NotNow(_, left)) = refusal(code, "Too Many Requests", wait) else {
                panic!("{code}");
            };
            assert_eq!(left.map(|left| left.as_secs()), seconds, "{code}");
        }
    }
}
