//! Beginning what is passed on, downloaded or done in the shop, and looking in.

use super::attempts::did_of;
use super::extract::{Browser, IdempotencyKey, Json, Member};
use crate::App;
use crate::clock::Stamp;
use crate::crypto::sha256;
use crate::domain::task::Task;
use crate::domain::till;
use crate::error::Error;
use crate::store::attempts::{AtOnce, HandOut, HandedLink, HandedOut, StoredAttempt, Who};
use crate::store::idempotency::Keyed;
use app::api::{StartAttempt, TaskKind};
use axum::http::StatusCode;
use std::sync::Arc;

/// The longest that is read as a code of the till, in bytes.
const TYPED_BYTES_MAX: usize = 100;
/// What the master key is used for there.
const TILL: &str = "till";

/// The key that codes of the till are made with.
pub(crate) fn till_key(app: &App) -> [u8; 32] {
    app.master.mac(TILL, b"")
}

/// Begins a task of kind `share`, `download`, `in_store` or `daily`; the last two are done by that.
///
/// # Errors
/// 409 for a file that the shop has not stored, or what was done as often as it pays; 422 for a code that does not
/// stand on the till, 429 after too many of those.
pub(super) async fn start(
    app: &App,
    member: &Member,
    key: IdempotencyKey,
    browser: Browser,
    task: &Task,
    body: &Json<StartAttempt>,
    stamp: Stamp,
) -> Result<StoredAttempt, Error> {
    let rules = Arc::clone(&member.session.program.rules);
    let route = format!("POST /tasks/{}/attempts", task.id);
    let key = key.of(rules.id, member.id.to_string(), &route, body.digest);
    let (at, name) = (stamp.at, task.id.clone());
    let who = match task.kind {
        TaskKind::Daily => Some(Who::Here(member.id)),
        TaskKind::InStore => {
            let typed = body.value.till_code.as_deref().unwrap_or("").trim();
            if typed.is_empty() || typed.len() > TYPED_BYTES_MAX {
                return Err(wrong_code());
            }
            let step = till::step_of(&till_key(app), rules.id, &task.id, typed, at);
            Some(Who::AtTill(member.id, step))
        }
        _ => None,
    };
    if let Some(who) = who {
        let command = AtOnce {
            rules,
            who,
            task: name,
            stamp,
        };
        let did = app.store.write(Keyed { key, command, at }).await?;
        return did_of(did.done()?);
    }
    let links = &member.session.program.links;
    let attempt = HandOut::attempt(&stamp);
    let link = match task.kind {
        TaskKind::Share => HandedLink::Share {
            code: links.share_code(attempt),
            browser: browser.0,
        },
        _ => HandedLink::Download {
            digest: sha256(links.download_secret(attempt).as_bytes()).to_vec(),
        },
    };
    let command = HandOut {
        rules,
        member: member.id,
        task: name,
        link,
        stamp,
    };
    match app.store.write(Keyed { key, command, at }).await?.done()? {
        HandedOut::At(stored) => Ok(stored),
        HandedOut::FileMissing => Err(Error::new(
            StatusCode::CONFLICT,
            "file_missing",
            "The shop has not put the file here yet.",
        )),
    }
}

/// The refusal of what does not stand on the till.
pub(super) fn wrong_code() -> Error {
    Error::field(
        "till_code",
        "type the code that stands on the till now: six letters and digits",
    )
}
