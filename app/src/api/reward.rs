//! What points can be turned into, and what that gave.

use super::{CouponState, RedemptionId};
use serde::{Deserialize, Serialize};

/// What a reward is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RewardKind {
    /// A fixed amount off an order.
    Amount,
    /// A part of an order's price off it.
    Percent,
    /// As many points as the member likes, each worth the same, off an order.
    Slider,
    /// Delivery of an order for nothing.
    FreeShipping,
    /// One piece of a product for nothing.
    FreeProduct,
    /// A thing that the shop hands over.
    Gift,
    /// Money in the programme's store credit, at once and for good.
    StoreCredit,
    /// A place at an event.
    Event,
    /// New things before others.
    EarlyAccess,
    /// A partner's code, for good once it was seen.
    Partner,
}

impl RewardKind {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Amount,
        Self::Percent,
        Self::Slider,
        Self::FreeShipping,
        Self::FreeProduct,
        Self::Gift,
        Self::StoreCredit,
        Self::Event,
        Self::EarlyAccess,
        Self::Partner,
    ];

    /// Its name in programme files and on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Amount => "amount",
            Self::Percent => "percent",
            Self::Slider => "slider",
            Self::FreeShipping => "free_shipping",
            Self::FreeProduct => "free_product",
            Self::Gift => "gift",
            Self::StoreCredit => "store_credit",
            Self::Event => "event",
            Self::EarlyAccess => "early_access",
            Self::Partner => "partner",
        }
    }

    /// How its points become spent.
    #[must_use]
    pub fn settles(self) -> Settles {
        match self {
            Self::Amount
            | Self::Percent
            | Self::Slider
            | Self::FreeShipping
            | Self::FreeProduct => Settles::WithOrder,
            Self::Gift | Self::Event | Self::EarlyAccess => Settles::WhenHandedOver,
            Self::StoreCredit | Self::Partner => Settles::AtOnce,
        }
    }
}

/// When the points of a reward are spent, and can no longer come back by the member's own wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Settles {
    /// When an order that uses the code is paid.
    WithOrder,
    /// When the shop uses the code: no order follows.
    WhenHandedOver,
    /// When it is redeemed.
    AtOnce,
}

/// What points can be turned into, as the programme's rules say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct RewardView {
    /// The reward's id in the programme file.
    pub id: String,
    /// What it is.
    pub kind: RewardKind,
    /// When its points are spent.
    pub settles: Settles,
    /// Its name.
    pub name: String,
    /// What else there is to say of it.
    pub summary: Option<String>,
    /// What it costs; of a slider, what one step costs.
    pub points: i64,
    /// Money it gives, in the currency's smallest unit; of a slider, what one step gives; 0 where it gives no amount.
    pub amount: i64,
    /// In thousandths of what it applies to, where it is a part of a price.
    pub permille: Option<i64>,
    /// The most that a part of a price comes to.
    pub amount_max: Option<i64>,
    /// The fewest points of a slider.
    pub points_min: Option<i64>,
    /// The most points of a slider.
    pub points_max: Option<i64>,
    /// Orders below this cannot use it, in the currency's smallest unit; 0: any can.
    pub minimum: i64,
    /// Days in which the code can be used.
    pub valid_days: u32,
    /// How many there are in all; empty: no end.
    pub stock: Option<i64>,
    /// How often one member can have it; empty: no end.
    pub per_member: Option<i64>,
    /// The ids of the tiers that it is for; all of them if empty.
    pub tiers: Vec<String>,
    /// Not before this moment.
    pub starts_at: Option<String>,
    /// Not from this moment on.
    pub ends_at: Option<String>,
}

/// Rules of spending that hold for all rewards that orders use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct SpendingView {
    /// At most so many thousandths of what the goods cost are paid with points.
    pub max_permille: i64,
    /// Whether what is on sale can be paid with points.
    pub on_sale: bool,
    /// Whether the order may carry codes of others, or several of ours.
    pub with_other_codes: bool,
}

/// Why a member cannot have a reward now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Locked {
    /// They have too few points.
    TooFew {
        /// So many are missing.
        missing: i64,
    },
    /// It is for other tiers; the lowest that can have it is named.
    Tier {
        /// Its name.
        tier: String,
    },
    /// There are none left.
    OutOfStock,
    /// They had it as often as the programme allows.
    HadEnough,
    /// Its time has not come.
    NotYet {
        /// When it does.
        starts_at: String,
    },
    /// Its time is over.
    Over,
}

/// A reward, and where the member stands with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct RewardStanding {
    /// The rules.
    #[serde(flatten)]
    pub reward: RewardView,
    /// Why it cannot be had now; empty: it can.
    pub locked: Option<Locked>,
    /// How many are left, where there is an end.
    pub left: Option<i64>,
}

/// A code that a member has, or had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct MyCoupon {
    /// The redemption.
    pub id: RedemptionId,
    /// The reward's id in the programme file.
    pub reward: String,
    /// What it is.
    pub kind: RewardKind,
    /// Its name when it was redeemed.
    pub name: String,
    /// The code; empty while it is being made.
    pub code: String,
    /// Where it stands.
    pub state: CouponState,
    /// The asset that was paid with: `points`, or a currency of store credit.
    pub asset: String,
    /// What it cost.
    pub points: i64,
    /// Money it gives, in the currency's smallest unit; 0 where it gives no amount.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
    /// Until when it can be used.
    pub expires_at: String,
    /// The order that has it.
    pub order_id: Option<String>,
    /// Whether the member can still undo it.
    pub can_cancel: bool,
}

/// What a member can turn points into, and what they have turned them into.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct MyRewards {
    /// The rewards, in the order of the programme file.
    pub rewards: Vec<RewardStanding>,
    /// Codes that can be used or were lately, the newest first.
    pub coupons: Vec<MyCoupon>,
    /// Store credit that can be spent, in the currency's smallest unit; empty where there is none.
    pub credit: Option<i64>,
}

/// Turns points into a code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewRedemption {
    /// How many points; of a slider, and of it alone.
    pub points: Option<i64>,
}

/// Codes for a reward, uploaded by the shop.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewCodes {
    /// The codes, at most 1,000 at once. Those that are known already are passed over.
    pub codes: Vec<String>,
}

/// What became of uploaded codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct CodesAdded {
    /// How many are new.
    pub added: i64,
    /// How many nobody has yet.
    pub left: i64,
}
