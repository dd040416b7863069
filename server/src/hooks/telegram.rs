//! Telegram's updates to a bot's webhook. They are not signed: a header repeats the word that was given with
//! `setWebhook` (<https://core.telegram.org/bots/api#setwebhook>).
//!
//! Only `chat_member` is read (<https://core.telegram.org/bots/api#chatmemberupdated>), which has to be asked for
//! by name in `allowed_updates`. Others tell nothing.

use super::{Change, Heard, Hint, Hook, Refused, Told, Who, is_one_of, json};
use serde::Deserialize;

/// An update, as far as it is of concern.
#[derive(Deserialize)]
struct Update {
    update_id: i64,
    chat_member: Option<Changed>,
}

/// Somebody's standing in a chat changed.
#[derive(Deserialize)]
struct Changed {
    chat: Chat,
    new_chat_member: Member,
}

/// A channel or group.
#[derive(Deserialize)]
struct Chat {
    id: i64,
    username: Option<String>,
}

/// How somebody stands to it now.
#[derive(Deserialize)]
struct Member {
    user: User,
    status: String,
    is_member: Option<bool>,
}

#[derive(Deserialize)]
struct User {
    id: i64,
}

/// Believes and reads a hook.
pub(super) fn read(secrets: &[&str], hook: &Hook<'_>) -> Result<Heard, Refused> {
    let word = hook.header("x-telegram-bot-api-secret-token");
    if !is_one_of(word.ok_or(Refused::Unsigned)?, secrets) {
        return Err(Refused::Signature);
    }
    let update: Update = json(hook.body)?;
    let hint = update.chat_member.as_ref().and_then(hint);
    Ok(Heard {
        id: update.update_id.to_string(),
        told: hint.map(Told::Hint).into_iter().collect(),
    })
}

/// What a change gives reason to look at; nothing for a standing that the documentation does not name.
fn hint(changed: &Changed) -> Option<Hint> {
    let Changed {
        chat,
        new_chat_member: member,
    } = changed;
    let change = if is_in(&member.status, member.is_member)? {
        Change::Joined
    } else {
        Change::Left
    };
    let name = chat.username.as_ref().map(|name| format!("@{name}"));
    Some(Hint {
        who: Who::Account(member.user.id.to_string()),
        targets: [chat.id.to_string()].into_iter().chain(name).collect(),
        change,
    })
}

/// Whether somebody of a status is in a chat (<https://core.telegram.org/bots/api#chatmember>); nothing for a status
/// that the documentation does not name. `is_member` is said of those who are restricted.
pub(crate) fn is_in(status: &str, is_member: Option<bool>) -> Option<bool> {
    match status {
        "creator" | "administrator" | "member" => Some(true),
        "restricted" => Some(is_member == Some(true)),
        "left" | "kicked" => Some(false),
        _ => None,
    }
}
