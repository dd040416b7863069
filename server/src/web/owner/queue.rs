//! The page of what waits, and its forms. A form is answered by sending the browser back to the page, with what
//! was done in the address, so that loading the page again does nothing twice.

use super::enter::to;
use super::notice;
use super::{Shut, cards, draw, of, owner_of, owner_writing, referrals, seen};
use crate::App;
use crate::api::Shared;
use crate::api::extract::{Anyone, Query};
use crate::domain::{decision, thread};
use crate::error::Error;
use crate::programs::Loaded;
use crate::store::decisions::{Count, Decide, Decided, Recent, Seen, Verdict, Waiting};
use crate::store::threads::{Answer, Answered, Read, WaitingForShop};
use app::api::{AttemptId, AttemptState, ProgramView, ThreadId, WaitsFor};
use app::pages::{OwnerDone, OwnerQueue, OwnerState};
use axum::Form;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

/// Attempts that one page shows.
const CASES_MAX: i64 = 30;
/// Threads that one page shows.
const THREADS_MAX: i64 = 20;
/// Decisions that can be looked at again.
const DECIDED_MAX: i64 = 20;
/// Who decides here.
pub(super) const OWNER: &str = "owner";

/// What the address says of the form before.
#[derive(Debug, Default, Deserialize)]
pub struct After {
    pub(super) done: Option<String>,
    pub(super) of: Option<String>,
}

/// `GET /owner/{program}`: what waits.
#[utoipa::path(get, path = "/owner/{program}", operation_id = "show_owner_page", tag = "owner",
    params(("program" = String, Path), ("done" = Option<String>, Query), ("of" = Option<String>, Query)),
    responses((status = 200, content_type = "text/html", body = String), (status = 403, content_type = "text/html", body = String)))]
pub async fn show(
    State(app): Shared,
    _: Anyone,
    Path(slug): Path<String>,
    Query(after): Query<After>,
    headers: HeaderMap,
) -> Result<Response, Shut> {
    let program = owner_of(&app, &headers, &slug).await?;
    let view = seen(&program, &headers);
    let queue = read(&app, &program, &view, &after).await?;
    Ok(draw(&app, &of(&app, &view, OwnerState::Queue(&queue))))
}

async fn read(
    app: &App,
    program: &Loaded,
    view: &ProgramView,
    after: &After,
) -> Result<OwnerQueue, Error> {
    let id = program.rules.id;
    let counts = app.store.read(Count(id)).await?;
    let waiting = Waiting {
        program: id,
        after: None,
        limit: CASES_MAX,
    };
    let waiting = app.store.read(waiting).await?;
    let recent = Recent {
        program: id,
        limit: DECIDED_MAX,
    };
    let recent = app.store.read(recent).await?;
    let threads = WaitingForShop {
        program: id,
        read: Read::Nothing,
        limit: THREADS_MAX,
    };
    let mut threads = app.store.read(threads).await?;
    threads.retain(|thread| thread.waits_for == WaitsFor::Shop);
    let draw = |case| cards::case(program, view, case);
    Ok(OwnerQueue {
        notice: notice::read(app, program, after).await?,
        counts: [counts.reviews, counts.held, counts.messages],
        cases: waiting.into_iter().map(draw).collect(),
        threads: cards::threads(app, program, threads).await?,
        referrals: referrals::read(app, program, counts.referrals).await?,
        decided: recent.into_iter().map(draw).collect(),
    })
}

/// What the buttons of a case say.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct OwnerChoice {
    /// `accept` or `refuse` for what waits, `take_back` for what was accepted.
    pub(super) decision: String,
    /// Why; the member reads it.
    #[serde(default)]
    pub(super) reason: String,
}

/// `POST /owner/{program}/attempts/{attempt}`: accepts, refuses or takes back.
#[utoipa::path(post, path = "/owner/{program}/attempts/{attempt}", operation_id = "decide_on_page", tag = "owner",
    params(("program" = String, Path), ("attempt" = AttemptId, Path)),
    request_body(content = OwnerChoice, content_type = "application/x-www-form-urlencoded"),
    responses((status = 303), (status = 403, content_type = "text/html", body = String)))]
pub async fn decide(
    State(app): Shared,
    _: Anyone,
    Path((slug, attempt)): Path<(String, String)>,
    headers: HeaderMap,
    Form(chosen): Form<OwnerChoice>,
) -> Result<Response, Shut> {
    let program = owner_writing(&app, &headers, &slug).await?;
    let Ok(attempt) = attempt.parse::<AttemptId>() else {
        return Ok(back(&slug, OwnerDone::Gone, ""));
    };
    let (verdict, seen) = match chosen.decision.as_str() {
        "accept" => (Verdict::Accepted, Seen::Waiting),
        "refuse" => (Verdict::Refused, Seen::Waiting),
        "take_back" => (Verdict::Refused, Seen::Anything),
        _ => return Err(Error::field("decision", "accept, refuse or take_back").into()),
    };
    let note = match verdict {
        Verdict::Accepted => None,
        Verdict::Refused => match decision::note(&chosen.reason) {
            Some(note) => Some(note),
            None => return Ok(back(&slug, OwnerDone::NeedsReason, "")),
        },
    };
    let decide = Decide {
        rules: Arc::clone(&program.rules),
        attempt,
        verdict,
        seen,
        note,
        by: OWNER.into(),
        stamp: app.clock.stamp(),
    };
    let done = match app.store.write(decide).await? {
        Decided::At(_) if verdict == Verdict::Accepted => OwnerDone::Accepted,
        Decided::At(stored) if stored.state == AttemptState::Reversed => OwnerDone::TakenBack,
        Decided::At(_) => OwnerDone::Refused,
        Decided::Otherwise(_) if verdict == Verdict::Accepted => OwnerDone::WasRefused,
        Decided::Otherwise(_) => OwnerDone::WasAccepted,
        Decided::NotWaiting => OwnerDone::NotWaiting,
        Decided::NoTask | Decided::Unknown => OwnerDone::Gone,
    };
    Ok(back(&slug, done, &attempt.to_string()))
}

/// What the form of a thread says.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct OwnerAnswer {
    /// The answer.
    #[serde(default)]
    text: String,
}

/// `POST /owner/{program}/threads/{thread}`: answers a member.
#[utoipa::path(post, path = "/owner/{program}/threads/{thread}", operation_id = "answer_on_page", tag = "owner",
    params(("program" = String, Path), ("thread" = ThreadId, Path)),
    request_body(content = OwnerAnswer, content_type = "application/x-www-form-urlencoded"),
    responses((status = 303), (status = 403, content_type = "text/html", body = String)))]
pub async fn answer(
    State(app): Shared,
    _: Anyone,
    Path((slug, id)): Path<(String, String)>,
    headers: HeaderMap,
    Form(written): Form<OwnerAnswer>,
) -> Result<Response, Shut> {
    let program = owner_writing(&app, &headers, &slug).await?;
    let Ok(id) = id.parse::<ThreadId>() else {
        return Ok(back(&slug, OwnerDone::Gone, ""));
    };
    let Some(text) = thread::message(&written.text) else {
        return Ok(back(&slug, OwnerDone::NeedsText, ""));
    };
    let answer = Answer {
        program: program.rules.id,
        thread: id,
        text,
        at: app.clock.now(),
    };
    let done = match app.store.write(answer).await? {
        Answered::Done { .. } => OwnerDone::Answered,
        Answered::Unknown => OwnerDone::Gone,
    };
    Ok(back(&slug, done, &id.to_string()))
}

/// Back to the page, which says what was done.
pub(super) fn back(slug: &str, done: OwnerDone, of: &str) -> Response {
    to(&format!(
        "/owner/{slug}?done={}&of={of}",
        notice::name(done)
    ))
}
