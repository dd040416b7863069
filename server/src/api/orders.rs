//! Orders, from the shop's backend.

use super::Shared;
use super::extract::{IdempotencyKey, Json, Shop};
use super::views;
use crate::clock::Stamp;
use crate::crypto::sha256;
use crate::domain::order;
use crate::domain::program::Rules;
use crate::error::Error;
use crate::store::idempotency::Keyed;
use crate::store::orders::{Get, Record, Recorded, StoredOrder};
use app::api::{Order, OrderStatus, OrderView};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use std::sync::Arc;

/// The scope a key needs.
const SCOPE: &str = "orders";

/// A digest of what was bought and paid. Status and time may differ between two tellings of one
/// order, and so may what the shop calls a thing today.
fn digest(order: &Order) -> Vec<u8> {
    let mut bought = Order {
        status: OrderStatus::Paid,
        at: String::new(),
        ..order.clone()
    };
    for line in &mut bought.lines {
        line.name = None;
    }
    sha256(&serde_json::to_vec(&bought).unwrap_or_default()).to_vec()
}

/// `POST /api/v1/programs/{program}/orders`: tells an order, whole, and answers what it earned. Once more,
/// late or after its cancellation, it changes nothing.
#[utoipa::path(post, path = "/api/v1/programs/{program}/orders", operation_id = "record_order", tag = "shop", request_body = Order,
    params(("program" = String, Path)),
    responses((status = 200, body = OrderView), (status = 409, body = app::api::Problem), (status = 422, body = app::api::Problem)))]
pub async fn record(
    State(app): Shared,
    shop: Shop,
    key: IdempotencyKey,
    body: Json<Order>,
) -> Result<axum::Json<OrderView>, Error> {
    shop.may(SCOPE)?;
    let faults = order::check(&body.value);
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let rules = Arc::clone(&shop.program.rules);
    let stamp = app.clock.stamp();
    let keyed = Keyed {
        key: key.of(rules.id, shop.kid.clone(), "POST /orders", body.digest),
        at: stamp.at,
        command: command(rules, body.value, stamp),
    };
    let stored = kept(app.store.write(keyed).await?.done()?)?;
    Ok(axum::Json(views::order(stored)))
}

/// What keeps an order that was checked, whoever told it.
pub(super) fn command(rules: Arc<Rules>, order: Order, stamp: Stamp) -> Record {
    Record {
        rules,
        digest: digest(&order),
        order,
        stamp,
    }
}

/// The order as it is kept.
///
/// # Errors
/// 409 for another one under its number.
pub(super) fn kept(recorded: Recorded) -> Result<StoredOrder, Error> {
    match recorded {
        Recorded::Kept(stored) => Ok(stored),
        Recorded::Differs => Err(Error::new(
            StatusCode::CONFLICT,
            "order_differs",
            "Another order was sent under this number. Cancel it or send a refund; a paid order is not rewritten.",
        )),
    }
}

/// `GET /api/v1/programs/{program}/orders/{order}`: what is known of an order.
#[utoipa::path(get, path = "/api/v1/programs/{program}/orders/{order}", operation_id = "show_order", tag = "shop",
    params(("program" = String, Path), ("order" = String, Path)),
    responses((status = 200, body = OrderView), (status = 404, body = app::api::Problem)))]
pub async fn show(
    State(app): Shared,
    shop: Shop,
    Path((_, order)): Path<(String, String)>,
) -> Result<axum::Json<OrderView>, Error> {
    shop.may(SCOPE)?;
    if !order::is_text(&order) {
        return Err(Error::not_found("order"));
    }
    let found = app
        .store
        .read(Get {
            program: shop.program.rules.id,
            id: &order,
        })
        .await?;
    found
        .map(|stored| axum::Json(views::order(stored)))
        .ok_or_else(|| Error::not_found("order"))
}
