//! Money of orders that was given back.

use super::Shared;
use super::extract::{IdempotencyKey, Json, Shop};
use super::views;
use crate::clock::Stamp;
use crate::crypto::sha256;
use crate::domain::order;
use crate::domain::program::Rules;
use crate::error::Error;
use crate::store::idempotency::Keyed;
use crate::store::orders::{Refund, RefundOutcome, StoredRefund};
use app::api::{NewRefund, RefundView};
use axum::extract::State;
use axum::http::StatusCode;
use std::sync::Arc;

/// The scope a key needs.
const SCOPE: &str = "orders";

/// A digest of what was given back. The time may differ between two tellings of one refund.
fn digest(refund: &NewRefund) -> Vec<u8> {
    let given = NewRefund {
        at: String::new(),
        ..refund.clone()
    };
    sha256(&serde_json::to_vec(&given).unwrap_or_default()).to_vec()
}

/// `POST /api/v1/programs/{program}/refunds`: tells money that was given back, and takes back exactly what it
/// had earned. 202 while the order has not been told: the refund then waits for it.
#[utoipa::path(post, path = "/api/v1/programs/{program}/refunds", operation_id = "record_refund", tag = "shop", request_body = NewRefund,
    params(("program" = String, Path)),
    responses((status = 200, body = RefundView), (status = 202, body = RefundView),
        (status = 409, body = app::api::Problem), (status = 422, body = app::api::Problem)))]
pub async fn record(
    State(app): Shared,
    shop: Shop,
    key: IdempotencyKey,
    body: Json<NewRefund>,
) -> Result<(StatusCode, axum::Json<RefundView>), Error> {
    shop.may(SCOPE)?;
    let faults = order::check_refund(&body.value);
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let rules = Arc::clone(&shop.program.rules);
    let stamp = app.clock.stamp();
    let keyed = Keyed {
        key: key.of(rules.id, shop.kid.clone(), "POST /refunds", body.digest),
        at: stamp.at,
        command: command(rules, body.value, stamp),
    };
    let stored = kept(app.store.write(keyed).await?.done()?)?;
    let status = if stored.applied {
        StatusCode::OK
    } else {
        StatusCode::ACCEPTED
    };
    Ok((status, axum::Json(views::refund(stored))))
}

/// What keeps a refund that was checked, whoever told it.
pub(super) fn command(rules: Arc<Rules>, refund: NewRefund, stamp: Stamp) -> Refund {
    Refund {
        rules,
        digest: digest(&refund),
        refund,
        stamp,
    }
}

/// The refund as it is kept.
///
/// # Errors
/// 409 for another one under its number.
pub(super) fn kept(outcome: RefundOutcome) -> Result<StoredRefund, Error> {
    match outcome {
        RefundOutcome::Kept(stored) => Ok(stored),
        RefundOutcome::Differs => Err(Error::new(
            StatusCode::CONFLICT,
            "refund_differs",
            "Another refund was sent under this number. Give each refund a number of its own.",
        )),
    }
}
