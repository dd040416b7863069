//! What waits for a person of the shop, and what they decide.

use super::attempts::shown;
use super::extract::{IdempotencyKey, Json, Query, Shop};
use super::listed::Which;
use super::views::rfc3339;
use super::{Shared, me};
use crate::domain::decision::note;
use crate::error::Error;
use crate::store::decisions::{Case, Decide, Decided, Queue, Seen, Verdict, Waiting};
use crate::store::idempotency::Keyed;
use app::api::{
    self, AttemptId, AttemptView, Choice, DecisionQueue, NewDecision, SignalView, WaitingList,
    WaitingView, WrittenReview,
};
use axum::extract::{Path, State};
use axum::http::StatusCode;
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
    let page = which.page()?;
    let waiting = Waiting {
        program: shop.program.rules.id,
        after: page.after,
        limit: page.limit(),
    };
    let mut cases = app.store.read(waiting).await?;
    let next_cursor = page.cut(&mut cases, |case| (case.asked_at, case.attempt));
    Ok(axum::Json(WaitingList {
        items: cases.into_iter().map(view).collect(),
        next_cursor,
    }))
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
