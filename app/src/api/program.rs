//! A programme as the public sees it: its rules in one language.

use super::{ReferralRules, RewardView, SpendingView, TaskView};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A text in several languages, by language tag (`en`, `ru`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Localized(pub BTreeMap<String, String>);

impl Localized {
    /// The text in `locale`, or in whatever language there is.
    pub fn get(&self, locale: &str) -> &str {
        self.0
            .get(locale)
            .or_else(|| self.0.values().next())
            .map_or("", String::as_str)
    }
}

/// The plural forms of the programme's unit in one language, by CLDR category
/// (`one`, `few`, `many`, `other`, …). `other` is always there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct UnitForms(pub BTreeMap<String, String>);

/// What lifts a member from tier to tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Points earned, counted when they become available. Spending never lowers it.
    PointsEarned,
    /// Money paid and not refunded, in the currency's smallest unit.
    AmountSpent,
    /// Paid orders.
    Orders,
}

/// One step of the ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct TierView {
    /// The tier's id in the programme file.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The metric at which it is reached.
    pub threshold: i64,
    /// What purchases earn here, in thousandths: 1250 is ×1.25.
    pub multiplier_permille: i64,
    /// What it gives, benefits before discounts.
    pub perks: Vec<String>,
    /// Points that welcome whoever reaches it, once.
    pub entry_points: i64,
    /// What the shop's own systems can act on.
    pub gives: Gives,
}

/// Perks that machines can act on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Gives {
    /// A standing discount, in thousandths.
    pub discount_permille: Option<i64>,
    /// Delivery is free from this much, in the currency's smallest unit.
    pub free_delivery_from: Option<i64>,
    /// How many days before others new things may be bought.
    pub early_access_days: Option<i64>,
    /// What the shop marks such a customer with.
    pub tag: Option<String>,
}

/// When points run out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(tag = "after", rename_all = "snake_case")]
pub enum Expiry {
    /// They do not.
    Never,
    /// So many months after they became available, at the end of that day.
    Earning {
        /// Calendar months.
        months: i64,
    },
    /// So many months after the member last earned or spent, at the end of that day.
    Inactivity {
        /// Calendar months.
        months: i64,
    },
    /// At the end of this day of each year.
    Date {
        /// From 1.
        month: i64,
        /// From 1.
        day: i64,
    },
}

/// The time in which a tier's metric is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Window {
    /// All of it: tiers are for ever.
    Lifetime,
    /// The last so many months.
    Rolling {
        /// Calendar months.
        months: i64,
    },
    /// The calendar year in the programme's zone.
    Year,
}

/// What becomes of points that are to be taken back and that the member no longer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Debt {
    /// The balance falls below zero, and later earnings pay it first.
    Carry,
    /// It is forgiven, but for what is set aside for coupons: that may come back, and pays it then.
    WriteOff,
}

/// A timed multiplier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct CampaignView {
    /// Its name.
    pub name: String,
    /// In thousandths.
    pub multiplier_permille: i64,
    /// From this moment.
    pub starts_at: String,
    /// Until just before this one.
    pub ends_at: String,
    /// The ids of the tiers that it is for; all of them if empty.
    pub tiers: Vec<String>,
}

/// How purchases earn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct PurchaseRule {
    /// `points` are given for every `per`, in proportion, rounded down once per order.
    pub points: i64,
    /// Smallest units of `currency`.
    pub per: i64,
    /// ISO 4217.
    pub currency: String,
    /// Days until the points can be spent.
    pub hold_days: u32,
    /// Why they wait, as a clause: "returns are open until then".
    pub hold_reason: String,
    /// Whether delivery and tax earn too.
    pub counts_shipping: bool,
    /// Whether tax earns.
    pub counts_tax: bool,
    /// Orders below this earn nothing, in the currency's smallest unit.
    pub minimum: i64,
    /// Points on top for the first order.
    pub first_order_bonus: i64,
}

/// The owner's look. Every colour in the panel is derived from this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Brand {
    /// `#rrggbb`.
    pub color: String,
    /// `right` or `left`.
    pub corner: String,
    /// What the launcher says.
    pub launcher: String,
}

/// A service at which shoppers can sign in to become known here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct SignInView {
    /// The connection's id.
    pub connection: String,
    /// The service's name for people.
    pub service: String,
    /// What has to be named before: `handle` or `server`.
    pub asks: Option<String>,
}

/// The public rules of a programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ProgramView {
    /// Its name in addresses and tokens.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// The version of the rules.
    pub version: i64,
    /// The language of this view.
    pub locale: String,
    /// The languages there are; the first is the default.
    pub locales: Vec<String>,
    /// IANA name of the programme's own time zone.
    pub time_zone: String,
    /// What a point is called.
    pub unit: UnitForms,
    /// What one point is worth in the smallest unit of `currency`, if the programme says so.
    pub point_value: Option<i64>,
    /// ISO 4217.
    pub currency: String,
    /// What lifts a member.
    pub metric: Metric,
    /// In which time it counts.
    pub window: Window,
    /// From the lowest to the highest.
    pub tiers: Vec<TierView>,
    /// When points run out.
    pub expiry: Expiry,
    /// Days before that on which the member is told; 0: they are not.
    pub warn_days: u32,
    /// Days for which points can be spent that come back after they have run out.
    pub grace_days: u32,
    /// What becomes of points that are to be taken back and that the member no longer has.
    pub debt: Debt,
    /// Within how many hours the shop promises to answer what members write.
    pub answer_hours: u32,
    /// Where shoppers can sign in, beside the shop itself.
    pub sign_in: Vec<SignInView>,
    /// Multipliers that are on or will be.
    pub campaigns: Vec<CampaignView>,
    /// How purchases earn, if they do.
    pub purchase: Option<PurchaseRule>,
    /// What else earns.
    pub tasks: Vec<TaskView>,
    /// What points can be turned into.
    pub rewards: Vec<RewardView>,
    /// What holds for all that orders are paid with.
    pub spending: SpendingView,
    /// What a friend and who brings them get, where the programme rewards that.
    pub referral: Option<ReferralRules>,
    /// The owner's look.
    pub brand: Brand,
}
