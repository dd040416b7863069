//! Threads: what members write to the shop, and its answers.

use super::Shared;
use super::extract::{IdempotencyKey, Json, Member, Query, Shop};
use super::views::rfc3339;
use crate::App;
use crate::clock::Stamp;
use crate::domain::program::Program;
use crate::domain::{DAY, SECOND, thread};
use crate::error::Error;
use crate::store::attempts::{StoredAttempt, SubmitText, TextSubmitted};
use crate::store::idempotency::{Key, Keyed};
use crate::store::threads::{
    Answer, Answered, ById, Cap, MESSAGES_A_DAY_MAX, MarkSeen, OfMember, Open, Opened, Place, Read,
    StoredThread, THREADS_A_DAY_MAX, WaitingForShop, Write, Written,
};
use app::api::{
    self, AttemptId, FEEDBACK_CHARS_MIN, MESSAGE_CHARS_MAX, MemberId, MessageView, NewMessage,
    NewThread, SeenThread, ShopThread, ShopThreads, SubmitProof, THREAD_ITEMS_MAX, TaskKind,
    ThreadId, ThreadView, Threads,
};
use axum::extract::{Path, State};
use serde::Deserialize;
use std::sync::Arc;

/// The scope a key needs.
const SCOPE: &str = "threads";

/// A page of a list.
#[derive(Debug, Default, Deserialize)]
pub struct Page {
    limit: Option<u32>,
    cursor: Option<String>,
}

impl Page {
    fn limit(&self) -> Result<u32, Error> {
        let limit = self.limit.unwrap_or(THREAD_ITEMS_MAX);
        if (1..=THREAD_ITEMS_MAX).contains(&limit) {
            return Ok(limit);
        }
        let detail = format!("give a number from 1 to {THREAD_ITEMS_MAX}");
        Err(Error::field("limit", detail))
    }
}

fn bad_cursor() -> Error {
    Error::field("cursor", "use the next_cursor of the page before")
}

fn place_of(text: &str) -> Option<Place> {
    let (at, id) = text.split_once('.')?;
    Some((at.parse().ok()?, id.parse().ok()?))
}

fn read_of(text: &str) -> Option<Read> {
    let (list, place) = text.split_once('.')?;
    let place = place_of(place)?;
    match list {
        "waiting" => Some(Read::Waiting(place)),
        "others" => Some(Read::Others(place)),
        _ => None,
    }
}

/// Where a list of the programme's threads goes on behind this one.
fn cursor_behind(thread: &StoredThread) -> String {
    let id = thread.id;
    thread.promised_by.map_or_else(
        || format!("others.{}.{id}", thread.written_at),
        |promised_by| format!("waiting.{promised_by}.{id}"),
    )
}

/// A message that may be written.
///
/// # Errors
/// 422 that names the field.
pub fn message(text: &str) -> Result<String, Error> {
    thread::message(text).ok_or_else(|| {
        let detail = format!(
            "write from 1 to {MESSAGE_CHARS_MAX} characters, without control characters but line feeds"
        );
        Error::field("text", detail)
    })
}

fn too_short() -> Error {
    let detail = format!("write at least {FEEDBACK_CHARS_MIN} characters");
    Error::field("text", detail)
}

fn too_many(cap: Cap) -> Error {
    match cap {
        Cap::Threads => Error::over_cap("threads", THREADS_A_DAY_MAX, DAY),
        Cap::Messages => Error::over_cap("messages", MESSAGES_A_DAY_MAX, DAY),
    }
}

fn not_found() -> Error {
    Error::not_found("thread")
}

fn id_of(thread: &str) -> Result<ThreadId, Error> {
    thread.parse().map_err(|_| not_found())
}

/// A thread as it is shown.
pub fn view(stored: &StoredThread) -> ThreadView {
    let shown = i64::try_from(stored.messages.len()).unwrap_or(stored.count);
    let after = stored.answered_at.map(|at| at - stored.opened_at);
    ThreadView {
        id: stored.id,
        opened_at: rfc3339(stored.opened_at),
        waits_for: stored.waits_for,
        // Who writes has seen it all, so what was not seen is the shop's.
        unread: stored.count > stored.seen,
        promised_by: stored.promised_by.map(rfc3339),
        first_answer_seconds: after.map(|micros| micros / SECOND),
        earlier: stored.count - shown,
        messages: stored
            .messages
            .iter()
            .map(|message| MessageView {
                number: message.number,
                author: message.author,
                text: message.text.clone(),
                at: rfc3339(message.at),
            })
            .collect(),
    }
}

/// A member's own thread.
async fn own(app: &App, member: MemberId, id: ThreadId) -> Result<axum::Json<ThreadView>, Error> {
    let found = app.store.read(ById(id)).await?;
    let found = found.filter(|thread| thread.member == member);
    found
        .map(|thread| axum::Json(view(&thread)))
        .ok_or_else(not_found)
}

/// `GET /api/v1/threads`: what the member has written to the shop, and its answers.
#[utoipa::path(get, path = "/api/v1/threads", operation_id = "list_threads", tag = "session",
    params(("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Threads), (status = 422, body = api::Problem)))]
pub async fn list(
    State(app): Shared,
    member: Member,
    Query(page): Query<Page>,
) -> Result<axum::Json<Threads>, Error> {
    let limit = page.limit()?;
    let below = page.cursor.as_deref();
    let below = below.map(|cursor| place_of(cursor).ok_or_else(bad_cursor));
    let query = OfMember {
        member: member.id,
        below: below.transpose()?,
        // One more, to see whether there are more.
        limit: i64::from(limit) + 1,
    };
    let mut found = app.store.read(query).await?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let last = found.last().filter(|_| more);
    Ok(axum::Json(Threads {
        next_cursor: last.map(|thread| format!("{}.{}", thread.written_at, thread.id)),
        items: found.iter().map(view).collect(),
    }))
}

/// The task that a new thread may do.
fn task_of(program: &Program, named: Option<&str>, text: &str) -> Result<Option<String>, Error> {
    let Some(name) = named else {
        let task = program.task_of_kind(TaskKind::Feedback);
        return Ok(task.map(|task| task.id.clone()));
    };
    let task = program.task(name);
    let task = task.filter(|task| task.kind == TaskKind::Feedback);
    let Some(task) = task else {
        let detail = "name one of the programme's tasks of kind feedback, or leave it out";
        return Err(Error::field("task", detail));
    };
    if !thread::does_task(text) {
        return Err(too_short());
    }
    Ok(Some(task.id.clone()))
}

/// `POST /api/v1/threads`: writes to the shop.
#[utoipa::path(post, path = "/api/v1/threads", operation_id = "open_thread", tag = "session", request_body = NewThread,
    responses((status = 200, body = ThreadView), (status = 422, body = api::Problem), (status = 429, body = api::Problem)))]
pub async fn open(
    State(app): Shared,
    member: Member,
    key: IdempotencyKey,
    body: Json<NewThread>,
) -> Result<axum::Json<ThreadView>, Error> {
    let rules = Arc::clone(&member.session.program.rules);
    let text = message(&body.value.text)?;
    let task = task_of(&rules.program, body.value.task.as_deref(), &text)?;
    let stamp = app.clock.stamp();
    let keyed = Keyed {
        key: key.of(
            rules.id,
            member.id.to_string(),
            "POST /threads",
            body.digest,
        ),
        at: stamp.at,
        command: Open {
            rules,
            member: member.id,
            text,
            task,
            stamp,
        },
    };
    match app.store.write(keyed).await?.done()? {
        Opened::Done(id) => own(&app, member.id, id).await,
        Opened::TooMany(cap) => Err(too_many(cap)),
    }
}

/// `POST /api/v1/threads/{thread}/messages`: goes on with a thread.
#[utoipa::path(post, path = "/api/v1/threads/{thread}/messages", operation_id = "write_message", tag = "session",
    request_body = NewMessage, params(("thread" = String, Path)),
    responses((status = 200, body = ThreadView), (status = 404, body = api::Problem), (status = 422, body = api::Problem),
        (status = 429, body = api::Problem)))]
pub async fn write(
    State(app): Shared,
    member: Member,
    key: IdempotencyKey,
    Path(thread): Path<String>,
    body: Json<NewMessage>,
) -> Result<axum::Json<ThreadView>, Error> {
    let id = id_of(&thread)?;
    let text = message(&body.value.text)?;
    let rules = Arc::clone(&member.session.program.rules);
    let stamp = app.clock.stamp();
    let route = format!("POST /threads/{id}/messages");
    let keyed = Keyed {
        key: key.of(rules.id, member.id.to_string(), &route, body.digest),
        at: stamp.at,
        command: Write {
            rules,
            member: member.id,
            thread: id,
            text,
            stamp,
        },
    };
    match app.store.write(keyed).await?.done()? {
        Written::Done => own(&app, member.id, id).await,
        Written::Unknown => Err(not_found()),
        Written::TooMany(cap) => Err(too_many(cap)),
    }
}

/// `POST /api/v1/threads/{thread}/seen`: the member has read a thread up to this message. To say so again, or of
/// an earlier message, changes nothing.
#[utoipa::path(post, path = "/api/v1/threads/{thread}/seen", operation_id = "see_thread", tag = "session",
    request_body = SeenThread, params(("thread" = String, Path)),
    responses((status = 200, body = ThreadView), (status = 404, body = api::Problem)))]
pub async fn seen(
    State(app): Shared,
    member: Member,
    Path(thread): Path<String>,
    body: Json<SeenThread>,
) -> Result<axum::Json<ThreadView>, Error> {
    let id = id_of(&thread)?;
    let mark = MarkSeen {
        member: member.id,
        thread: id,
        number: body.value.number,
    };
    app.store.write(mark).await?;
    own(&app, member.id, id).await
}

/// Proves an attempt at a task of kind `feedback` by what was written.
///
/// # Errors
/// 404 for an attempt that is not the member's, 422 for a text that is too short or cannot be used, 429.
pub(super) async fn prove(
    app: &App,
    member: &Member,
    attempt: AttemptId,
    proof: &SubmitProof,
    key: Option<Key>,
    stamp: Stamp,
) -> Result<StoredAttempt, Error> {
    let text = message(proof.text.as_deref().unwrap_or_default())?;
    if !thread::does_task(&text) {
        return Err(too_short());
    }
    let keyed = Keyed {
        key,
        at: stamp.at,
        command: SubmitText {
            rules: Arc::clone(&member.session.program.rules),
            member: member.id,
            attempt,
            text,
            stamp,
        },
    };
    match app.store.write(keyed).await?.done()? {
        TextSubmitted::Decided(stored) => Ok(stored),
        TextSubmitted::Unknown => Err(Error::not_found("attempt")),
        TextSubmitted::TooMany(cap) => Err(too_many(cap)),
    }
}

fn for_shop(stored: &StoredThread) -> ShopThread {
    ShopThread {
        member: stored.member,
        thread: view(stored),
    }
}

/// `GET /api/v1/programs/{program}/threads`: what members have written; what waits for the shop comes first.
#[utoipa::path(get, path = "/api/v1/programs/{program}/threads", operation_id = "list_program_threads", tag = "shop",
    params(("program" = String, Path), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = ShopThreads), (status = 422, body = api::Problem)))]
pub async fn waiting(
    State(app): Shared,
    shop: Shop,
    Query(page): Query<Page>,
) -> Result<axum::Json<ShopThreads>, Error> {
    shop.may(SCOPE)?;
    let limit = page.limit()?;
    let read = match page.cursor.as_deref() {
        None => Read::Nothing,
        Some(cursor) => read_of(cursor).ok_or_else(bad_cursor)?,
    };
    let query = WaitingForShop {
        program: shop.program.rules.id,
        read,
        limit: i64::from(limit) + 1,
    };
    let mut found = app.store.read(query).await?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    Ok(axum::Json(ShopThreads {
        next_cursor: found.last().filter(|_| more).map(cursor_behind),
        items: found.iter().map(for_shop).collect(),
    }))
}

/// `POST /api/v1/programs/{program}/threads/{thread}/messages`: answers a member, who is told at once.
#[utoipa::path(post, path = "/api/v1/programs/{program}/threads/{thread}/messages", operation_id = "answer_thread",
    tag = "shop", request_body = NewMessage, params(("program" = String, Path), ("thread" = String, Path)),
    responses((status = 200, body = ShopThread), (status = 404, body = api::Problem), (status = 422, body = api::Problem)))]
pub async fn answer(
    State(app): Shared,
    shop: Shop,
    key: IdempotencyKey,
    Path((_, thread)): Path<(String, String)>,
    body: Json<NewMessage>,
) -> Result<axum::Json<ShopThread>, Error> {
    shop.may(SCOPE)?;
    let id = id_of(&thread)?;
    let text = message(&body.value.text)?;
    let program = shop.program.rules.id;
    let at = app.clock.now();
    let route = format!("POST /threads/{id}/messages");
    let keyed = Keyed {
        key: key.of(program, shop.kid.clone(), &route, body.digest),
        at,
        command: Answer {
            program,
            thread: id,
            text,
            at,
        },
    };
    match app.store.write(keyed).await?.done()? {
        Answered::Done { .. } => {
            let found = app.store.read(ById(id)).await?;
            let found = found.as_ref().map(for_shop);
            found.map(axum::Json).ok_or_else(not_found)
        }
        Answered::Unknown => Err(not_found()),
    }
}
