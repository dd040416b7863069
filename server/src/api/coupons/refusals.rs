//! Why a code cannot be had, used or let go, as callers are told.

use crate::error::Error;
use crate::store::coupons::StoredCoupon;
use crate::store::referrals::{NotForYou, StoredGift};
use app::api::{CouponState, FieldError, Locked, QuoteReason};
use axum::http::StatusCode;

/// A code that is wanted for an order that was told without it.
const TOLD: &str =
    "The order was sent before this code was reserved for it, so it cannot use the code any more.";

/// 409 for a code that cannot be used or let go.
pub(in crate::api) fn coupon_not_open(coupon: &StoredCoupon) -> Error {
    let has_order = coupon.order.is_some();
    let detail = match coupon.state {
        CouponState::Making => {
            "The code is still being made where the shop sells. Try again in a minute."
        }
        CouponState::Ending => {
            "The code was let go and is being made useless where the shop sells; its points come back then."
        }
        CouponState::Open if coupon.connection.is_some() => {
            "The code is used in the shop where it was made, which tells of it with its order."
        }
        _ if has_order => "The code belongs to another order.",
        CouponState::Used => "The code was spent when it was made.",
        CouponState::Open => TOLD,
        CouponState::Reserved => "The code was used where the shop sells; its order is awaited.",
        CouponState::Released | CouponState::Lapsed => {
            "The code has lapsed or was let go; its points came back."
        }
    };
    Error::new(StatusCode::CONFLICT, "coupon_not_open", detail)
}

/// The same for a friend's gift.
pub(super) fn gift_not_open(gift: &StoredGift) -> Error {
    let detail = match gift.order {
        Some(_) => "The code belongs to another order.",
        None if gift.state == CouponState::Open => TOLD,
        None => "The gift's time is over.",
    };
    Error::new(StatusCode::CONFLICT, "coupon_not_open", detail)
}

/// 409 for a gift that is not for whoever orders.
pub(in crate::api) fn gift_not_for_you(why: NotForYou) -> Error {
    let detail = match why {
        NotForYou::Own => "The gift is for friends, and this is the member who passes it on.",
        NotForYou::Customer => {
            "The gift is for a first order, and this customer has bought before."
        }
        NotForYou::HadOne => {
            "Every new customer has one gift, and this one has another, used or kept for another order."
        }
    };
    Error::new(StatusCode::CONFLICT, "gift_not_for_you", detail)
}

/// 409 for a basket that a code is not for.
pub(super) fn wrong_basket(QuoteReason { code, detail }: QuoteReason) -> Error {
    let errors = vec![FieldError {
        field: "lines".into(),
        detail: code,
    }];
    Error {
        errors,
        ..Error::new(StatusCode::CONFLICT, "coupon_terms", detail)
    }
}

/// 409 for a reward that the member cannot have now.
pub(super) fn locked(locked: &Locked) -> Error {
    let (code, detail) = match locked {
        Locked::TooFew { missing } => (
            "balance_too_low",
            format!("The member lacks {missing} points."),
        ),
        Locked::Tier { tier } => (
            "reward_tier",
            format!("This reward is for members of the tier \"{tier}\"."),
        ),
        Locked::OutOfStock => ("reward_out_of_stock", "There are none left.".to_owned()),
        Locked::HadEnough => (
            "reward_had_enough",
            "The member has had this reward as often as the programme allows.".to_owned(),
        ),
        Locked::NotYet { starts_at } => (
            "reward_not_yet",
            format!("This reward can be had from {starts_at} on."),
        ),
        Locked::Over => (
            "reward_over",
            "This reward can no longer be had.".to_owned(),
        ),
    };
    Error::new(StatusCode::CONFLICT, code, detail)
}
