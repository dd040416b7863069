//! What waits for a person of the shop, and what they decide.

use super::attempts::shown;
use super::extract::{IdempotencyKey, Json, Query, Shop};
use super::views::rfc3339;
use super::{Shared, me};
use crate::domain::Instant;
use crate::domain::decision::note;
use crate::error::Error;
use crate::store::decisions::{Case, Decide, Decided, Queue, Seen, Verdict, Waiting};
use crate::store::idempotency::Keyed;
use app::api::{
    self, AttemptId, AttemptView, Choice, DecisionQueue, NewDecision, PAGE_ITEMS_DEFAULT,
    PAGE_ITEMS_MAX, SignalView, WaitingList, WaitingView, WrittenReview,
};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use std::sync::Arc;

/// The scope a key needs.
const SCOPE: &str = "decisions";

/// `POST /api/v1/programs/{program}/attempts/{attempt}/decision`: accepts or refuses an attempt. Refusing one that
/// was paid takes the points back.
#[utoipa::path(post, path = "/api/v1/programs/{program}/attempts/{attempt}/decision", operation_id = "decide_attempt", tag = "shop",
    request_body = NewDecision, params(("program" = String, Path), ("attempt" = AttemptId, Path)),
    responses((status = 200, body = AttemptView), (status = 403, body = api::Problem), (status = 404, body = api::Problem),
        (status = 409, body = api::Problem), (status = 422, body = api::Problem)))]
pub async fn decide(
    State(app): Shared,
    shop: Shop,
    key: IdempotencyKey,
    Path((_, attempt)): Path<(String, String)>,
    body: Json<NewDecision>,
) -> Result<axum::Json<AttemptView>, Error> {
    shop.may(SCOPE)?;
    let attempt: AttemptId = attempt.parse().map_err(|_| Error::not_found("attempt"))?;
    let NewDecision { decision, reason } = body.value;
    let (verdict, reason) = match (decision, reason) {
        (Choice::Accept, None) => (Verdict::Accepted, None),
        (Choice::Accept, Some(_)) => {
            return Err(Error::field(
                "reason",
                "only a refusal has a reason: leave it out",
            ));
        }
        (Choice::Refuse, reason) => {
            let reason = reason.as_deref().and_then(note);
            let reason = reason.ok_or_else(|| {
                Error::field(
                    "reason",
                    "say why in 1 to 500 characters: the member reads it",
                )
            })?;
            (Verdict::Refused, Some(reason))
        }
    };
    let rules = Arc::clone(&shop.program.rules);
    let stamp = app.clock.stamp();
    let route = format!("POST /attempts/{attempt}/decision");
    let keyed = Keyed {
        key: key.of(rules.id, shop.kid.clone(), &route, body.digest),
        at: stamp.at,
        command: Decide {
            rules,
            attempt,
            verdict,
            seen: Seen::Anything,
            note: reason,
            by: shop.kid,
            stamp,
        },
    };
    let stored = match app.store.write(keyed).await?.done()? {
        Decided::At(stored) => stored,
        Decided::Otherwise(_) => return Err(otherwise()),
        Decided::NotWaiting => return Err(not_waiting()),
        Decided::NoTask => return Err(Error::not_found("task")),
        Decided::Unknown => return Err(Error::not_found("attempt")),
    };
    let owner = me::stored(&app, &shop.program, stored.member).await?;
    Ok(shown(&app, &shop.program, &stored, &owner))
}

fn otherwise() -> Error {
    Error::new(
        StatusCode::CONFLICT,
        "decided_otherwise",
        "This attempt was refused before, and that is final. The member can begin the task again.",
    )
}

fn not_waiting() -> Error {
    Error::new(
        StatusCode::CONFLICT,
        "not_waiting",
        "This attempt does not wait for a decision, and has earned nothing that could be taken back.",
    )
}

/// Which page of the list.
#[derive(Debug, Default, Deserialize)]
pub struct Which {
    limit: Option<u32>,
    cursor: Option<String>,
}

/// `GET /api/v1/programs/{program}/decisions`: what waits for a decision, the longest first.
#[utoipa::path(get, path = "/api/v1/programs/{program}/decisions", operation_id = "list_decisions", tag = "shop",
    params(("program" = String, Path), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = WaitingList), (status = 403, body = api::Problem), (status = 422, body = api::Problem)))]
pub async fn list(
    State(app): Shared,
    shop: Shop,
    Query(which): Query<Which>,
) -> Result<axum::Json<WaitingList>, Error> {
    shop.may(SCOPE)?;
    let limit = which.limit.unwrap_or(PAGE_ITEMS_DEFAULT);
    if !(1..=PAGE_ITEMS_MAX).contains(&limit) {
        let detail = format!("give a number from 1 to {PAGE_ITEMS_MAX}");
        return Err(Error::field("limit", detail));
    }
    let after = match which.cursor.as_deref() {
        Some(cursor) => {
            let place = place_of(cursor);
            Some(place.ok_or_else(|| Error::field("cursor", "give a next_cursor of this list"))?)
        }
        None => None,
    };
    let waiting = Waiting {
        program: shop.program.rules.id,
        after,
        limit: i64::from(limit) + 1,
    };
    let mut cases = app.store.read(waiting).await?;
    let more = cases.len() > limit as usize;
    cases.truncate(limit as usize);
    let next_cursor = cases.last().filter(|_| more).map(cursor_of);
    Ok(axum::Json(WaitingList {
        items: cases.into_iter().map(view).collect(),
        next_cursor,
    }))
}

fn cursor_of(case: &Case) -> String {
    format!("{}.{}", case.asked_at, case.attempt)
}

fn place_of(cursor: &str) -> Option<(Instant, AttemptId)> {
    let (at, attempt) = cursor.split_once('.')?;
    Some((at.parse().ok()?, attempt.parse().ok()?))
}

fn view(case: Case) -> WaitingView {
    WaitingView {
        attempt: case.attempt,
        task: format!("tsk_{}", case.task),
        member: case.member,
        name: case.name,
        email: case.email,
        points: case.points,
        queue: match case.queue {
            Queue::Review => DecisionQueue::Review,
            Queue::Signals => DecisionQueue::Signals,
        },
        signals: case
            .signals
            .into_iter()
            .map(|signal| SignalView {
                code: signal.code,
                detail: signal.detail,
            })
            .collect(),
        evidence: case.evidence,
        review: case.review.map(|written| WrittenReview {
            photos: i64::try_from(written.photos.len()).unwrap_or(i64::MAX),
            sku: written.sku,
            stars: written.stars,
            text: written.text,
            author: written.author,
        }),
        asked_at: rfc3339(case.asked_at),
    }
}
