//! What a basket would earn and what can be paid for it with points.

use super::Shared;
use super::adjustments::member_faults;
use super::coupons::refusals::{coupon_not_open, gift_not_for_you};
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
use crate::store::coupons::{Find, StoredCoupon, looked_up};
use crate::store::members::{Named, StoredMember};
use crate::store::referrals::{ForMember, GiftOf, StoredGift};
use app::api::{CouponState, MemberId, MemberRef, NewQuote, QuoteReason, QuoteView};
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
    let asked = Asked {
        basket: &basket,
        member: member.as_ref().map(|member| member.id),
        now,
    };
    let codes = carried(&app, program, &asked).await?;
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

/// What codes are looked at for.
struct Asked<'a> {
    basket: &'a NewQuote,
    /// Who buys, where that is a member.
    member: Option<MemberId>,
    now: Instant,
}

/// What each code is good for; one that is named twice is there once. An order can have one gift.
async fn carried(app: &App, program: &Loaded, asked: &Asked<'_>) -> Result<Vec<Carried>, Error> {
    let mut all: Vec<Carried> = Vec::new();
    let mut has_gift = false;
    for code in &asked.basket.coupon_codes {
        let code = looked_up(code);
        if all.iter().any(|known| known.code == code) {
            continue;
        }
        let (mut terms, is_gift) = terms(app, program, &code, asked).await?;
        if is_gift && terms.is_ok() {
            if has_gift {
                terms = Err(Why::OtherCodes.into());
            }
            has_gift = true;
        }
        all.push(Carried { code, terms });
    }
    Ok(all)
}

/// What a code is good for and the points behind it; or why it cannot be used.
type Found = Result<(Terms, i64), QuoteReason>;

/// What a code is good for, and whether it is a friend's gift.
async fn terms(
    app: &App,
    program: &Loaded,
    code: &str,
    asked: &Asked<'_>,
) -> Result<(Found, bool), Error> {
    let id = program.rules.id;
    let coupon = app.store.read(Find { program: id, code }).await?;
    if let Some(coupon) = coupon {
        return Ok((of_coupon(&coupon, asked), false));
    }
    let gift = app.store.read(GiftOf { program: id, code }).await?;
    Ok(match gift {
        Some(gift) => (of_gift(app, program, gift, asked).await?, true),
        None => (Err(Why::Unknown.into()), false),
    })
}

/// Whoever it belongs to.
fn of_coupon(coupon: &StoredCoupon, asked: &Asked<'_>) -> Found {
    let state = coupon.state_at(asked.now);
    open(state, coupon.order.as_deref(), asked.basket)?;
    if coupon.connection.is_some() {
        // As a use of it is answered.
        return Err(QuoteReason {
            code: Why::NotOpen.code().to_owned(),
            detail: coupon_not_open(coupon).detail,
        });
    }
    if coupon.currency == asked.basket.currency {
        Ok((coupon.order_terms(), coupon.points))
    } else {
        Err(Why::Currency.into())
    }
}

/// No points are behind a friend's gift. Whether it is for a guest shows when it is used.
async fn of_gift(
    app: &App,
    program: &Loaded,
    gift: StoredGift,
    asked: &Asked<'_>,
) -> Result<Found, Error> {
    let state = gift.state_at(asked.now);
    if let Err(why) = open(state, gift.order.as_deref(), asked.basket) {
        return Ok(Err(why.into()));
    }
    let Some(member) = asked.member else {
        return Ok(Ok((gift.terms, 0)));
    };
    let for_member = ForMember {
        program: program.rules.id,
        gift: &gift,
        member,
        order: asked.basket.order_id.as_deref().unwrap_or_default(),
        now: asked.now,
    };
    let refused = app.store.read(for_member).await?.map(gift_not_for_you);
    Ok(match refused {
        Some(refused) => Err(QuoteReason {
            code: refused.code.to_owned(),
            detail: refused.detail,
        }),
        None => Ok((gift.terms, 0)),
    })
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
