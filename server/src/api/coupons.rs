//! Coupons: made by members from points, checked and used by the shop's checkout.

use super::adjustments::too_few;
use super::extract::{IdempotencyKey, Json, Member, Shop};
use super::{Shared, views};
use crate::domain::order;
use crate::error::Error;
use crate::store::coupons::{
    Cancel, Ended, Find, Redeem, Redeemed, Release, StoredCoupon, Use, Used,
};
use crate::store::idempotency::Keyed;
use app::api::{CouponView, RedemptionId, RedemptionView, UseCoupon};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use std::sync::Arc;

/// The scope a key needs.
const SCOPE: &str = "coupons";
/// Letters of a code: none that is taken for another.
const LETTERS: &[u8; 31] = b"ABCDEFGHJKLMNPQRSTUVWXYZ2345679";
/// Letters in a code, in groups of four: 79 bits, far too many to guess.
const CODE_LETTERS: usize = 16;
/// The most lines a coupon is spread over.
const LINES_MAX: usize = 500;

/// A code that nobody can guess and everybody can read out.
fn new_code() -> String {
    let mut code = String::new();
    // Bytes beyond the last whole multiple would make some letters likelier than others.
    let limit = u8::MAX - u8::MAX % 31;
    while code.len() < CODE_LETTERS + CODE_LETTERS / 4 - 1 {
        let [byte] = crate::clock::random();
        if byte >= limit {
            continue;
        }
        if code.len() % 5 == 4 {
            code.push('-');
        }
        code.push(char::from(LETTERS[usize::from(byte % 31)]));
    }
    code
}

/// A code as it is stored, whatever way it was typed.
fn typed(code: &str) -> String {
    code.trim().to_ascii_uppercase()
}

fn not_open(coupon: &StoredCoupon) -> Error {
    let detail = match &coupon.order {
        Some(_) => "The code belongs to another order.",
        None => "The code has lapsed or was let go; its points came back.",
    };
    Error::new(StatusCode::CONFLICT, "coupon_not_open", detail)
}

/// `POST /api/v1/rewards/{reward}/redemptions`: sets points aside and makes a code.
#[utoipa::path(post, path = "/api/v1/rewards/{reward}/redemptions", tag = "session",
    params(("reward" = String, Path)),
    responses((status = 200, body = RedemptionView), (status = 404, body = app::api::Problem),
        (status = 409, body = app::api::Problem)))]
pub async fn redeem(
    State(app): Shared,
    member: Member,
    key: IdempotencyKey,
    Path(reward): Path<String>,
) -> Result<axum::Json<RedemptionView>, Error> {
    let rules = Arc::clone(&member.session.program.rules);
    let stamp = app.clock.stamp();
    let route = format!("POST /rewards/{reward}/redemptions");
    let keyed = Keyed {
        key: key.of(rules.id, member.id.to_string(), &route, [0; 32]),
        at: stamp.at,
        command: Redeem {
            rules,
            member: member.id,
            reward,
            code: new_code(),
            stamp,
        },
    };
    match app.store.write(keyed).await?.done()? {
        Redeemed::Done(coupon, balance) => Ok(axum::Json(RedemptionView {
            id: coupon.id,
            reward: coupon.reward.clone(),
            coupon: views::coupon(*coupon, app.clock.now()),
            balance,
        })),
        Redeemed::TooFew { available } => Err(too_few(available)),
        Redeemed::Unknown => Err(Error::new(
            StatusCode::NOT_FOUND,
            "reward_unknown",
            "The programme has no such reward.",
        )),
    }
}

/// `POST /api/v1/redemptions/{redemption}/cancel`: gives the points back, unless an order has the code.
#[utoipa::path(post, path = "/api/v1/redemptions/{redemption}/cancel", tag = "session",
    params(("redemption" = RedemptionId, Path)),
    responses((status = 200, body = CouponView), (status = 404, body = app::api::Problem),
        (status = 409, body = app::api::Problem)))]
pub async fn cancel(
    State(app): Shared,
    member: Member,
    Path(redemption): Path<String>,
) -> Result<axum::Json<CouponView>, Error> {
    let id = redemption
        .parse()
        .map_err(|_| Error::not_found("redemption"))?;
    let cancel = Cancel {
        rules: Arc::clone(&member.session.program.rules),
        member: member.id,
        id,
        stamp: app.clock.stamp(),
    };
    match app.store.write(cancel).await? {
        Ended::Done(coupon) => Ok(axum::Json(views::coupon(*coupon, app.clock.now()))),
        Ended::InUse(coupon) => Err(not_open(&coupon)),
        Ended::Unknown => Err(Error::not_found("redemption")),
    }
}

/// `POST /api/v1/programs/{program}/coupons/{code}/check`: changes nothing.
#[utoipa::path(post, path = "/api/v1/programs/{program}/coupons/{code}/check", tag = "shop",
    params(("program" = String, Path), ("code" = String, Path)),
    responses((status = 200, body = CouponView), (status = 404, body = app::api::Problem)))]
pub async fn check(
    State(app): Shared,
    shop: Shop,
    Path((_, code)): Path<(String, String)>,
) -> Result<axum::Json<CouponView>, Error> {
    shop.may(SCOPE)?;
    let code = typed(&code);
    if !order::is_text(&code) {
        return Err(Error::not_found("code"));
    }
    let find = Find {
        program: shop.program.rules.id,
        code: &code,
    };
    let found = app.store.read(find).await?;
    let found = found.ok_or_else(|| Error::not_found("code"))?;
    Ok(axum::Json(views::coupon(found, app.clock.now())))
}

/// `POST /api/v1/programs/{program}/coupons/{code}/use`: reserves the code for an order and says how it
/// falls on the lines; the order's payment spends the points.
#[utoipa::path(post, path = "/api/v1/programs/{program}/coupons/{code}/use", tag = "shop", request_body = UseCoupon,
    params(("program" = String, Path), ("code" = String, Path)),
    responses((status = 200, body = CouponView), (status = 404, body = app::api::Problem),
        (status = 409, body = app::api::Problem), (status = 422, body = app::api::Problem)))]
pub async fn use_for(
    State(app): Shared,
    shop: Shop,
    key: IdempotencyKey,
    Path((_, code)): Path<(String, String)>,
    body: Json<UseCoupon>,
) -> Result<axum::Json<CouponView>, Error> {
    shop.may(SCOPE)?;
    let UseCoupon {
        order_id,
        lines,
        shipping,
        other_codes,
    } = body.value;
    if !order::is_text(&order_id) {
        return Err(Error::field(
            "order_id",
            "give the shop's own number, at most 255 bytes",
        ));
    }
    let is_line =
        |id: &str, amount| order::is_text(id) && (0..=order::AMOUNT_MAX).contains(&amount);
    if lines.len() > LINES_MAX || !lines.iter().all(|line| is_line(&line.id, line.amount)) {
        let detail = "give at most 500 lines, each with an id and an amount from 0";
        return Err(Error::field("lines", detail));
    }
    let code = typed(&code);
    if !order::is_text(&code) {
        return Err(Error::not_found("code"));
    }
    let rules = Arc::clone(&shop.program.rules);
    let stamp = app.clock.stamp();
    let route = format!("POST /coupons/{code}/use");
    let keyed = Keyed {
        key: key.of(rules.id, shop.kid, &route, body.digest),
        at: stamp.at,
        command: Use {
            rules,
            code,
            order: order_id,
            lines,
            shipping,
            other_codes,
            stamp,
        },
    };
    match app.store.write(keyed).await?.done()? {
        Used::Kept(coupon) => Ok(axum::Json(views::coupon(*coupon, app.clock.now()))),
        Used::NotOpen(coupon) => Err(not_open(&coupon)),
        Used::Unknown => Err(Error::not_found("code")),
    }
}

/// `POST /api/v1/programs/{program}/coupons/{code}/release`: the points come back. Final.
#[utoipa::path(post, path = "/api/v1/programs/{program}/coupons/{code}/release", tag = "shop",
    params(("program" = String, Path), ("code" = String, Path)),
    responses((status = 200, body = CouponView), (status = 404, body = app::api::Problem),
        (status = 409, body = app::api::Problem)))]
pub async fn release(
    State(app): Shared,
    shop: Shop,
    Path((_, code)): Path<(String, String)>,
) -> Result<axum::Json<CouponView>, Error> {
    shop.may(SCOPE)?;
    let code = typed(&code);
    if !order::is_text(&code) {
        return Err(Error::not_found("code"));
    }
    let release = Release {
        rules: Arc::clone(&shop.program.rules),
        code,
        stamp: app.clock.stamp(),
    };
    match app.store.write(release).await? {
        Ended::Done(coupon) => Ok(axum::Json(views::coupon(*coupon, app.clock.now()))),
        Ended::InUse(coupon) => Err(not_open(&coupon)),
        Ended::Unknown => Err(Error::not_found("code")),
    }
}
