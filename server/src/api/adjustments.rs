//! Balances that the shop puts right.

use super::Shared;
use super::extract::{IdempotencyKey, Json, Shop};
use crate::domain::order;
use crate::domain::program_file::POINTS_MAX;
use crate::error::Error;
use crate::store::adjustments::{Adjust, Adjusted};
use crate::store::idempotency::Keyed;
use app::api::{AdjustmentView, FieldError, MemberRef, NewAdjustment};
use axum::extract::State;
use axum::http::StatusCode;
use std::sync::Arc;

/// The scope a key needs.
const SCOPE: &str = "adjustments";

fn faults(adjustment: &NewAdjustment) -> Vec<FieldError> {
    let mut errors = member_faults(&adjustment.member);
    let mut fault = |field: &str, detail: String| {
        errors.push(FieldError {
            field: field.to_owned(),
            detail,
        });
    };
    if adjustment.amount == 0 || adjustment.amount.unsigned_abs() > POINTS_MAX.unsigned_abs() {
        let detail = format!("give a number from -{POINTS_MAX} to {POINTS_MAX}, but not 0");
        fault("amount", detail);
    }
    if !order::is_text(&adjustment.note) {
        fault("note", "say why, in 1 to 255 bytes".into());
    }
    errors
}

/// What is wrong with a member's name.
pub(super) fn member_faults(member: &MemberRef) -> Vec<FieldError> {
    let MemberRef {
        id,
        customer,
        email,
    } = member;
    let given = [id.is_some(), customer.is_some(), email.is_some()];
    let one = given.into_iter().filter(|given| *given).count() == 1;
    let texts = customer.iter().chain(email);
    if one && texts.into_iter().all(|text| order::is_text(text)) {
        return Vec::new();
    }
    vec![FieldError {
        field: "member".into(),
        detail: "give exactly one of id, customer and email".into(),
    }]
}

/// `POST /api/v1/programs/{program}/adjustments`: gives or takes points by hand, with a reason that the member
/// reads.
#[utoipa::path(post, path = "/api/v1/programs/{program}/adjustments", tag = "shop", request_body = NewAdjustment,
    params(("program" = String, Path)),
    responses((status = 200, body = AdjustmentView), (status = 404, body = app::api::Problem),
        (status = 409, body = app::api::Problem), (status = 422, body = app::api::Problem)))]
pub async fn adjust(
    State(app): Shared,
    shop: Shop,
    key: IdempotencyKey,
    body: Json<NewAdjustment>,
) -> Result<axum::Json<AdjustmentView>, Error> {
    shop.may(SCOPE)?;
    let faults = faults(&body.value);
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let rules = Arc::clone(&shop.program.rules);
    let stamp = app.clock.stamp();
    let NewAdjustment {
        member,
        amount,
        note,
    } = body.value;
    let keyed = Keyed {
        key: key.of(rules.id, shop.kid.clone(), "POST /adjustments", body.digest),
        at: stamp.at,
        command: Adjust {
            rules,
            member,
            amount,
            note,
            by: shop.kid,
            stamp,
        },
    };
    match app.store.write(keyed).await?.done()? {
        Adjusted::Done {
            transfer,
            member,
            balance,
        } => Ok(axum::Json(AdjustmentView {
            transfer,
            member,
            amount,
            balance,
        })),
        Adjusted::TooFew { available } => Err(too_few(available)),
        Adjusted::Unknown => Err(Error::not_found("member")),
    }
}

/// 409 for points that are not there.
pub(super) fn too_few(available: i64) -> Error {
    let detail = format!("The member can spend {available} points.");
    Error::new(StatusCode::CONFLICT, "balance_too_low", detail)
}
