//! Coupons: made by members from points, checked and used by the shop's checkout.

pub(super) mod refusals;

use super::adjustments::too_few;
use super::extract::{IdempotencyKey, Json, Member, Shop};
use super::{Shared, views};
use crate::App;
use crate::domain::reward::CREDIT;
use crate::domain::{Instant, order};
use crate::error::Error;
use crate::store::coupons::{
    Cancel, Ended, EndedAny, Find, Redeem, Redeemed, Release, ReleaseAny, StoredCoupon, Use,
    UseAny, Used, UsedAny, looked_up,
};
use crate::store::idempotency::{Key, Keyed};
use crate::store::referrals::{GiftEnded, GiftOf, GiftUsed};
use app::api::{
    CouponState, CouponView, NewRedemption, QuoteLine, RedemptionId, RedemptionView, UseCoupon,
};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use refusals::{coupon_not_open, gift_not_for_you, gift_not_open, locked, wrong_basket};
use std::sync::Arc;

/// The scope a key needs.
pub(super) const SCOPE: &str = "coupons";
/// Letters of a code: none that is taken for another.
const LETTERS: &[u8; 31] = b"ABCDEFGHJKLMNPQRSTUVWXYZ2345679";
/// Letters in a code, in groups of four: 79 bits, far too many to guess.
const CODE_LETTERS: usize = 16;

/// A code that nobody can guess and everybody can read out.
pub(crate) fn new_code() -> String {
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

/// `POST /api/v1/rewards/{reward}/redemptions`: sets points aside and makes a code.
#[utoipa::path(post, path = "/api/v1/rewards/{reward}/redemptions", tag = "session",
    params(("reward" = String, Path)), request_body = Option<NewRedemption>,
    responses((status = 200, body = RedemptionView), (status = 404, body = app::api::Problem),
        (status = 409, body = app::api::Problem), (status = 422, body = app::api::Problem)))]
pub async fn redeem(
    State(app): Shared,
    member: Member,
    key: IdempotencyKey,
    Path(reward): Path<String>,
    body: Option<Json<NewRedemption>>,
) -> Result<axum::Json<RedemptionView>, Error> {
    // Store credit is no reward, though it is stored as one.
    if reward == CREDIT {
        return Err(no_reward());
    }
    let route = format!("POST /rewards/{reward}/redemptions");
    let digest = body.as_ref().map_or([0; 32], |body| body.digest);
    let wanted = body.map(|body| body.value).unwrap_or_default();
    let key = key.of(
        member.session.program.rules.id,
        member.id.to_string(),
        &route,
        digest,
    );
    make(&app, member, key, (reward, wanted.points)).await
}

/// `POST /api/v1/me/credit/redemptions`: turns store credit into a code that takes as much off an order. What the order
/// does not need comes back.
#[utoipa::path(post, path = "/api/v1/me/credit/redemptions", tag = "session", request_body = NewRedemption,
    responses((status = 200, body = RedemptionView), (status = 409, body = app::api::Problem),
        (status = 422, body = app::api::Problem)))]
pub async fn redeem_credit(
    State(app): Shared,
    member: Member,
    key: IdempotencyKey,
    body: Json<NewRedemption>,
) -> Result<axum::Json<RedemptionView>, Error> {
    let amount = body.value.points;
    if !amount.is_some_and(|amount| (1..=order::AMOUNT_MAX).contains(&amount)) {
        let detail = "give an amount of money in the currency's smallest unit, from 1";
        return Err(Error::field("points", detail));
    }
    let key = key.of(
        member.session.program.rules.id,
        member.id.to_string(),
        "POST /me/credit/redemptions",
        body.digest,
    );
    make(&app, member, key, (CREDIT.to_owned(), amount)).await
}

/// A coupon as its owner sees it.
fn of_member(coupon: StoredCoupon, now: Instant) -> CouponView {
    let code = coupon.shown().to_owned();
    CouponView {
        code,
        ..views::coupon(coupon, now)
    }
}

fn no_reward() -> Error {
    Error::new(
        StatusCode::NOT_FOUND,
        "reward_unknown",
        "The programme has no such reward.",
    )
}

async fn make(
    app: &App,
    member: Member,
    key: Option<Key>,
    (reward, points): (String, Option<i64>),
) -> Result<axum::Json<RedemptionView>, Error> {
    let stamp = app.clock.stamp();
    let is_credit = reward == CREDIT;
    let keyed = Keyed {
        key,
        at: stamp.at,
        command: Redeem {
            rules: Arc::clone(&member.session.program.rules),
            member: member.id,
            reward,
            points,
            code: new_code(),
            stamp,
        },
    };
    match app.store.write(keyed).await?.done()? {
        Redeemed::Done(coupon, balance) => {
            let (id, reward) = (coupon.id, coupon.reward.clone());
            let coupon = of_member(*coupon, app.clock.now());
            Ok(axum::Json(RedemptionView {
                id,
                reward,
                coupon,
                balance,
            }))
        }
        Redeemed::TooFew { available } if is_credit => {
            let detail = format!(
                "The member has {available} of store credit, in the currency's smallest unit."
            );
            Err(Error::new(StatusCode::CONFLICT, "balance_too_low", detail))
        }
        Redeemed::TooFew { available } => Err(too_few(available)),
        Redeemed::Locked(why) => Err(locked(&why)),
        Redeemed::Misfit(why) => Err(Error::field("points", why.to_string())),
        Redeemed::Unknown => Err(no_reward()),
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
        Ended::Done(coupon) => Ok(axum::Json(of_member(*coupon, app.clock.now()))),
        Ended::InUse(coupon) => Err(coupon_not_open(&coupon)),
        Ended::Unknown => Err(Error::not_found("redemption")),
    }
}

/// `POST /api/v1/programs/{program}/coupons/{code}/check`: changes nothing.
#[utoipa::path(post, path = "/api/v1/programs/{program}/coupons/{code}/check", tag = "shop",
    params(("program" = String, Path), ("code" = String, Path)),
    responses((status = 200, body = CouponView), (status = 404, body = app::api::Problem),
        (status = 409, body = app::api::Problem)))]
pub async fn check(
    State(app): Shared,
    shop: Shop,
    Path((_, code)): Path<(String, String)>,
) -> Result<axum::Json<CouponView>, Error> {
    shop.may(SCOPE)?;
    let code = in_capitals(&code)?;
    let rules = &shop.program.rules;
    let find = Find {
        program: rules.id,
        code: &code,
    };
    let now = app.clock.now();
    if let Some(found) = app.store.read(find).await? {
        let is_open = found.state_at(now) == CouponState::Open;
        let is_elsewhere = is_open && found.connection.is_some();
        return if is_elsewhere || found.state == CouponState::Making {
            Err(coupon_not_open(&found))
        } else {
            Ok(axum::Json(views::coupon(found, now)))
        };
    }
    let gift = GiftOf {
        program: rules.id,
        code: &code,
    };
    let gift = app.store.read(gift).await?;
    let gift = gift.ok_or_else(|| Error::not_found("code"))?;
    Ok(axum::Json(views::gift(gift, &rules.program.currency, now)))
}

/// A code as it is stored.
///
/// # Errors
/// 404 for what can be no code.
fn in_capitals(code: &str) -> Result<String, Error> {
    let code = looked_up(code);
    if order::is_text(&code) {
        Ok(code)
    } else {
        Err(Error::not_found("code"))
    }
}

/// What is wrong with the order that a code is to be used for.
fn faults(wanted: &UseCoupon) -> Result<(), Error> {
    if !order::is_text(&wanted.order_id) {
        return Err(Error::field(
            "order_id",
            "give the shop's own number, at most 255 bytes",
        ));
    }
    let money = 0..=order::AMOUNT_MAX;
    let lines = &wanted.lines;
    let is_line =
        |line: &QuoteLine| order::is_text(&line.id) && money.contains(&line.amount) && line.qty > 0;
    if lines.len() > order::LINES_MAX || !lines.iter().all(is_line) {
        let detail =
            "give at most 500 lines, each with an id, an amount from 0 and a quantity from 1";
        return Err(Error::field("lines", detail));
    }
    if !money.contains(&wanted.shipping) {
        return Err(Error::field("shipping", "give an amount from 0"));
    }
    let customer = wanted.customer.as_ref();
    let id = customer.and_then(|customer| customer.id.as_deref());
    if !id.is_none_or(order::is_text) {
        let detail = "give the shop's own id of the customer, at most 255 bytes";
        return Err(Error::field("customer.id", detail));
    }
    Ok(())
}

/// `POST /api/v1/programs/{program}/coupons/{code}/use`: reserves the code for an order and says how it
/// falls on the lines; the order's payment spends the points. What is handed over without an order is spent at once.
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
    faults(&body.value)?;
    let UseCoupon {
        order_id,
        lines,
        shipping,
        other_codes,
        customer,
    } = body.value;
    let code = in_capitals(&code)?;
    let rules = Arc::clone(&shop.program.rules);
    let stamp = app.clock.stamp();
    let route = format!("POST /coupons/{code}/use");
    let keyed = Keyed {
        key: key.of(rules.id, shop.kid, &route, body.digest),
        at: stamp.at,
        command: UseAny(
            Use {
                rules,
                code,
                order: order_id,
                lines,
                shipping,
                other_codes,
                stamp,
            },
            customer,
        ),
    };
    let now = app.clock.now();
    match app.store.write(keyed).await?.done()? {
        UsedAny::Coupon(Used::Kept(coupon)) => Ok(axum::Json(views::coupon(*coupon, now))),
        UsedAny::Coupon(Used::NotOpen(coupon)) => Err(coupon_not_open(&coupon)),
        UsedAny::Gift(GiftUsed::Kept(gift)) => {
            let currency = &shop.program.program().currency;
            Ok(axum::Json(views::gift(*gift, currency, now)))
        }
        UsedAny::Gift(GiftUsed::NotOpen(gift)) => Err(gift_not_open(&gift)),
        UsedAny::Gift(GiftUsed::NotForYou(why)) => Err(gift_not_for_you(why)),
        UsedAny::Coupon(Used::Terms(reason)) | UsedAny::Gift(GiftUsed::Terms(reason)) => {
            Err(wrong_basket(reason))
        }
        UsedAny::Coupon(Used::Unknown) | UsedAny::Gift(GiftUsed::Unknown) => {
            Err(Error::not_found("code"))
        }
    }
}

/// `POST /api/v1/programs/{program}/coupons/{code}/release`: the points come back. Final, but for a
/// friend's gift, which can be used again.
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
    let code = in_capitals(&code)?;
    let release = Release {
        rules: Arc::clone(&shop.program.rules),
        code,
        stamp: app.clock.stamp(),
    };
    let now = app.clock.now();
    match app.store.write(ReleaseAny(release)).await? {
        EndedAny::Coupon(Ended::Done(coupon)) => Ok(axum::Json(views::coupon(*coupon, now))),
        EndedAny::Coupon(Ended::InUse(coupon)) => Err(coupon_not_open(&coupon)),
        EndedAny::Gift(GiftEnded::Open(gift)) => {
            let currency = &shop.program.program().currency;
            Ok(axum::Json(views::gift(*gift, currency, now)))
        }
        EndedAny::Gift(GiftEnded::InUse(gift)) => Err(gift_not_open(&gift)),
        EndedAny::Coupon(Ended::Unknown) | EndedAny::Gift(GiftEnded::Unknown) => {
            Err(Error::not_found("code"))
        }
    }
}
