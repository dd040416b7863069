//! What members can turn points into, as they see it; and codes that shops upload.

use super::Shared;
use super::coupons::SCOPE;
use super::extract::{IdempotencyKey, Json, MemberState, Query, Shop};
use super::programs::InLocale;
use super::views::{self, Reader};
use crate::domain::reward::{Codes, Place, Reward};
use crate::domain::{Instant, order};
use crate::error::Error;
use crate::store::coupons::{AddCodes, CODES_MAX, Mine, Own, StoredCoupon};
use crate::store::idempotency::Keyed;
use crate::store::members::StoredMember;
use app::api::{CodesAdded, CouponState, Locked, MyCoupon, MyRewards, NewCodes, RewardStanding};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use std::collections::BTreeMap;

/// What a member can turn points into, for the panel and for `GET /api/v1/me/rewards`.
pub(crate) fn view(reader: &Reader<'_>, member: &StoredMember, own: Own) -> MyRewards {
    let rewards = reader.program.program().rewards.iter();
    let rewards = rewards.map(|reward| standing(reader, member, &own, reward));
    MyRewards {
        rewards: rewards.collect(),
        credit: own.credit,
        coupons: own
            .coupons
            .into_iter()
            .map(|coupon| my_coupon(coupon, reader.locale, reader.now))
            .collect(),
    }
}

/// Where a member stands with a reward.
fn standing(
    reader: &Reader<'_>,
    member: &StoredMember,
    own: &Own,
    reward: &Reward,
) -> RewardStanding {
    let (locale, now) = (reader.locale, reader.now);
    let number = |of: &BTreeMap<String, i64>| {
        let number = of.get(&reward.id);
        number.copied().unwrap_or(0)
    };
    let (taken, uploaded) = (number(&own.taken), number(&own.uploaded));
    let place = Place {
        tier: member.held_tier.effective(now),
        taken,
        uploaded,
        had: number(&own.had),
        now,
    };
    let missing = reward.least() - member.available;
    let locked = reward
        .locked(&reader.program.program().tiers, locale, &place)
        .or_else(|| (missing > 0).then_some(Locked::TooFew { missing }));
    RewardStanding {
        reward: reward.view(locale),
        locked,
        left: reward.left(taken, uploaded),
    }
}

/// A code as its owner sees it.
fn my_coupon(coupon: StoredCoupon, locale: &str, now: Instant) -> MyCoupon {
    let state = coupon.state_at(now);
    MyCoupon {
        id: coupon.id,
        kind: coupon.terms.kind,
        name: coupon.name.get(locale).to_owned(),
        code: coupon.shown().to_owned(),
        state,
        can_cancel: matches!(state, CouponState::Making | CouponState::Open),
        reward: coupon.reward,
        asset: coupon.asset,
        points: coupon.points,
        amount: coupon.amount,
        currency: coupon.currency,
        expires_at: views::rfc3339(coupon.expires_at),
        order_id: coupon.order,
    }
}

/// `GET /api/v1/me/rewards`: what the member can turn points into now, why not, and the codes they have.
#[utoipa::path(get, path = "/api/v1/me/rewards", tag = "session", params(("locale" = Option<String>, Query)),
    responses((status = 200, body = MyRewards), (status = 401, body = app::api::Problem),
        (status = 403, body = app::api::Problem)))]
pub async fn my_rewards(
    State(app): Shared,
    member: MemberState,
    Query(locale): Query<InLocale>,
) -> Result<axum::Json<MyRewards>, Error> {
    let program = &member.session.program;
    let locale = locale.locale.as_deref().or(Some(&member.stored.locale));
    let reader = Reader {
        program,
        locale: program.program().locale(locale),
        time_zone: &member.stored.time_zone,
        now: app.clock.now(),
    };
    let mine = Mine {
        rules: &program.rules,
        member: member.stored.id,
        now: reader.now,
    };
    let own = app.store.read(mine).await?;
    Ok(axum::Json(view(&reader, &member.stored, own)))
}

/// `POST /api/v1/programs/{program}/rewards/{reward}/codes`: uploads codes that a reward gives out, one to each member
/// who redeems it. Known ones are passed over, so the same upload may be sent again.
#[utoipa::path(post, path = "/api/v1/programs/{program}/rewards/{reward}/codes", tag = "shop",
    request_body = NewCodes, params(("program" = String, Path), ("reward" = String, Path)),
    responses((status = 200, body = CodesAdded), (status = 404, body = app::api::Problem),
        (status = 409, body = app::api::Problem), (status = 422, body = app::api::Problem)))]
pub async fn add_codes(
    State(app): Shared,
    shop: Shop,
    key: IdempotencyKey,
    Path((_, reward)): Path<(String, String)>,
    body: Json<NewCodes>,
) -> Result<axum::Json<CodesAdded>, Error> {
    shop.may(SCOPE)?;
    let found = shop.program.program().reward(&reward);
    let found = found.ok_or_else(|| Error::not_found("reward"))?;
    if found.codes != Codes::Pool {
        return Err(Error::new(
            StatusCode::CONFLICT,
            "reward_makes_codes",
            "The codes of this reward are made here. Write codes = \"pool\" in the programme file to upload them.",
        ));
    }
    let codes = checked(&body.value.codes)?;
    let program = shop.program.rules.id;
    let now = app.clock.now();
    let route = format!("POST /rewards/{reward}/codes");
    let keyed = Keyed {
        key: key.of(program, shop.kid, &route, body.digest),
        at: now,
        command: AddCodes {
            program,
            reward,
            codes,
            now,
        },
    };
    Ok(axum::Json(app.store.write(keyed).await?.done()?))
}

/// Codes as they are shown.
fn checked(codes: &[String]) -> Result<Vec<String>, Error> {
    if codes.len() > CODES_MAX {
        let detail = format!("give at most {CODES_MAX} codes at once");
        return Err(Error::field("codes", detail));
    }
    let codes: Vec<String> = codes.iter().map(|code| code.trim().to_owned()).collect();
    match codes.iter().position(|code| !order::is_text(code)) {
        None => Ok(codes),
        Some(index) => {
            let field = format!("codes[{index}]");
            let detail = "give a code of 1 to 255 bytes";
            Err(Error::field(&field, detail))
        }
    }
}
