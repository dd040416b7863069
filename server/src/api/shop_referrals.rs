//! Referrals that a person of the shop has to look at, and what they decide.

use super::Shared;
use super::extract::{IdempotencyKey, Json, Query, Shop};
use super::listed::Which;
use super::views::rfc3339;
use crate::domain::decision::note;
use crate::domain::email;
use crate::domain::fraud::THRESHOLD;
use crate::error::Error;
use crate::store::idempotency::Keyed;
use crate::store::referrals::{Checking, Decide, Decided, StoredReferral};
use app::api::{self, Choice, NewDecision, ReferralId, ShopReferral, ShopReferrals};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use std::sync::Arc;

/// The scope a key needs.
const SCOPE: &str = "decisions";

/// `GET /api/v1/programs/{program}/referrals`: what waits for a decision, the longest first.
#[utoipa::path(get, path = "/api/v1/programs/{program}/referrals", operation_id = "list_referrals", tag = "shop",
    params(("program" = String, Path), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = ShopReferrals), (status = 403, body = api::Problem), (status = 422, body = api::Problem)))]
pub async fn list(
    State(app): Shared,
    shop: Shop,
    Query(which): Query<Which>,
) -> Result<axum::Json<ShopReferrals>, Error> {
    shop.may(SCOPE)?;
    let page = which.page()?;
    let checking = Checking {
        program: shop.program.rules.id,
        after: page.after,
        limit: page.limit(),
    };
    let mut waiting = app.store.read(checking).await?;
    let next_cursor = page.cut(&mut waiting, |referral| (referral.updated_at, referral.id));
    Ok(axum::Json(ShopReferrals {
        items: waiting.into_iter().map(view).collect(),
        next_cursor,
    }))
}

/// `POST /api/v1/programs/{program}/referrals/{referral}/decision`: counts a referral that waits, or refuses it. One
/// that counts is paid once the order's days are over.
#[utoipa::path(post, path = "/api/v1/programs/{program}/referrals/{referral}/decision", operation_id = "decide_referral",
    tag = "shop", request_body = NewDecision, params(("program" = String, Path), ("referral" = ReferralId, Path)),
    responses((status = 200, body = ShopReferral), (status = 403, body = api::Problem), (status = 404, body = api::Problem),
        (status = 409, body = api::Problem), (status = 422, body = api::Problem)))]
pub async fn decide(
    State(app): Shared,
    shop: Shop,
    key: IdempotencyKey,
    Path((_, referral)): Path<(String, String)>,
    body: Json<NewDecision>,
) -> Result<axum::Json<ShopReferral>, Error> {
    shop.may(SCOPE)?;
    let id: ReferralId = referral.parse().map_err(|_| Error::not_found("referral"))?;
    let NewDecision { decision, reason } = body.value;
    let refused = match (decision, reason) {
        (Choice::Accept, None) => None,
        (Choice::Accept, Some(_)) => {
            let detail = "only a refusal has a reason: leave it out";
            return Err(Error::field("reason", detail));
        }
        (Choice::Refuse, reason) => {
            let reason = reason.as_deref().and_then(note);
            let detail = "say why in 1 to 500 characters: the member reads it";
            Some(reason.ok_or_else(|| Error::field("reason", detail))?)
        }
    };
    let rules = Arc::clone(&shop.program.rules);
    let stamp = app.clock.stamp();
    let route = format!("POST /referrals/{id}/decision");
    let keyed = Keyed {
        key: key.of(rules.id, shop.kid.clone(), &route, body.digest),
        at: stamp.at,
        command: Decide {
            rules,
            id,
            refused,
            by: shop.kid,
            stamp,
        },
    };
    match app.store.write(keyed).await?.done()? {
        Decided::Done(referral) => Ok(axum::Json(view(*referral))),
        Decided::NotWaiting => Err(not_waiting()),
        Decided::Unknown => Err(Error::not_found("referral")),
    }
}

fn not_waiting() -> Error {
    Error::new(
        StatusCode::CONFLICT,
        "not_waiting",
        "This referral does not wait for a decision. Nothing has changed.",
    )
}

fn view(referral: StoredReferral) -> ShopReferral {
    ShopReferral {
        id: referral.id,
        advocate: referral.advocate,
        friend: referral.friend,
        friend_email: referral.friend_email.as_deref().map(email::masked),
        order_id: referral.order,
        by: referral.found_by,
        stage: referral.stage,
        reason: referral.reason,
        signals: referral.signals,
        score: referral.score,
        threshold: THRESHOLD,
        appeal: referral.appeal,
        points: referral.points,
        friend_points: referral.friend_points,
        due_at: referral.due_at.map(rfc3339),
        at: rfc3339(referral.created_at),
    }
}
