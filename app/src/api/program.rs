//! A programme as the public sees it: its rules in one language.

use super::TaskView;
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
    /// From the lowest to the highest.
    pub tiers: Vec<TierView>,
    /// How purchases earn, if they do.
    pub purchase: Option<PurchaseRule>,
    /// What else earns.
    pub tasks: Vec<TaskView>,
    /// The owner's look.
    pub brand: Brand,
}
