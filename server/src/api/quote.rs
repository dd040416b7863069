//! What a basket would earn and what can be paid for it with points.

use super::Shared;
use super::adjustments::member_faults;
use super::extract::{Json, Shop};
use super::me;
use crate::App;
use crate::domain::earning::Buyer;
use crate::domain::quote::{self, Carried, Facts};
use crate::domain::reward::Terms;
use crate::domain::terms::Why;
use crate::domain::{Instant, tier};
use crate::error::Error;
use crate::programs::Loaded;
use crate::store::coupons::{Find, StoredCoupon};
use crate::store::members::{Named, StoredMember};
use crate::store::referrals::{GiftOf, StoredGift};
use app::api::{CouponState, MemberRef, NewQuote, QuoteReason, QuoteView};
use axum::extract::State;

/// The scope a key needs: that of the codes, whose checkout asks.
const SCOPE: &str = "coupons";

/// `POST /api/v1/programs/{program}/quote`: what a basket would earn, what the codes and the wished points take off
/// each line, how much could be paid with points, and why not more. Changes nothing.
#[utoipa::path(post, path = "/api/v1/programs/{program}/quote", operation_id = "quote_basket", tag = "shop", request_body = NewQuote,
    params(("program" = String, Path)),
    responses((status = 200, body = QuoteView), (status = 403, body = app::api::Problem),
        (status = 404, body = app::api::Problem), (status = 422, body = app::api::Problem)))]
pub async fn ask(
    State(app): Shared,
    shop: Shop,
    body: Json<NewQuote>,
) -> Result<axum::Json<QuoteView>, Error> {
    shop.may(SCOPE)?;
    let basket = body.value;
    let named = basket.member.iter().flat_map(member_faults);
    let faults: Vec<_> = named.chain(quote::check(&basket)).collect();
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let program = &shop.program;
    let member = match &basket.member {
        Some(named) => Some(buyer(&app, program, named.clone()).await?),
        None => None,
    };
    let now = app.clock.now();
    let codes = carried(&app, program, &basket, now).await?;
    Ok(axum::Json(answer(
        program,
        &basket,
        member.as_ref(),
        &codes,
        now,
    )))
}

/// The answer for a member, or for a guest.
pub(crate) fn answer(
    program: &Loaded,
    basket: &NewQuote,
    member: Option<&StoredMember>,
    codes: &[Carried],
    now: Instant,
) -> QuoteView {
    let rules = program.program();
    let tier = member.map_or(&rules.tiers[0], |member| {
        tier::by_id(rules, member.held_tier.effective(now))
    });
    let facts = Facts {
        buyer: Buyer {
            tier,
            is_first: member.is_some_and(|member| member.orders == 0),
        },
        available: member.map(|member| member.available),
        codes,
        now,
    };
    quote::quote(rules, basket, &facts)
}

/// The member who buys, once what has fallen due for them has happened.
async fn buyer(app: &App, program: &Loaded, named: MemberRef) -> Result<StoredMember, Error> {
    let named = Named {
        program: program.rules.id,
        member: named,
    };
    let unknown = || Error::not_found("member");
    let id = app.store.read(named).await?.ok_or_else(unknown)?;
    let found = me::find(app, program, id).await?;
    found.ok_or_else(unknown)
}

/// What each code is good for; one that is named twice is there once.
async fn carried(
    app: &App,
    program: &Loaded,
    basket: &NewQuote,
    now: Instant,
) -> Result<Vec<Carried>, Error> {
    let mut all: Vec<Carried> = Vec::new();
    for code in &basket.coupon_codes {
        let code = code.trim().to_ascii_uppercase();
        if all.iter().all(|known| known.code != code) {
            let terms = terms(app, program, &code, basket, now).await?;
            all.push(Carried { code, terms });
        }
    }
    Ok(all)
}

/// What a code is good for, whoever it belongs to, and the points behind it; or why it cannot be used.
async fn terms(
    app: &App,
    program: &Loaded,
    code: &str,
    basket: &NewQuote,
    now: Instant,
) -> Result<Result<(Terms, i64), QuoteReason>, Error> {
    let id = program.rules.id;
    let coupon = app.store.read(Find { program: id, code }).await?;
    if let Some(coupon) = coupon {
        return Ok(of_coupon(&coupon, basket, now).map_err(QuoteReason::from));
    }
    let gift = app.store.read(GiftOf { program: id, code }).await?;
    let found = gift.ok_or(Why::Unknown);
    let terms = found.and_then(|gift| of_gift(gift, basket, now));
    Ok(terms.map_err(QuoteReason::from))
}

fn of_coupon(coupon: &StoredCoupon, basket: &NewQuote, now: Instant) -> Result<(Terms, i64), Why> {
    open(coupon.state_at(now), coupon.order.as_deref(), basket)?;
    if coupon.currency == basket.currency {
        Ok((coupon.order_terms(), coupon.points))
    } else {
        Err(Why::Currency)
    }
}

/// No points are behind a friend's gift.
fn of_gift(gift: StoredGift, basket: &NewQuote, now: Instant) -> Result<(Terms, i64), Why> {
    open(gift.state_at(now), gift.order.as_deref(), basket)?;
    Ok((gift.terms, 0))
}

/// Whether the basket can have a code that stands so: an open one, or one that its own order has reserved.
fn open(state: CouponState, order: Option<&str>, basket: &NewQuote) -> Result<(), Why> {
    let is_own = order.is_some() && order == basket.order_id.as_deref();
    match state {
        CouponState::Open => Ok(()),
        CouponState::Reserved if is_own => Ok(()),
        _ => Err(Why::NotOpen),
    }
}
