//! What points can be turned into: the rule, and the terms that a code keeps from the moment it is made.

use super::Instant;
use super::program::Program;
use app::api::{Localized, RewardKind, RewardView, SpendingView};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What points can be turned into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reward {
    /// Stable name.
    pub id: String,
    /// What it is.
    pub kind: RewardKind,
    /// For people.
    pub name: Localized,
    /// What else there is to say of it.
    pub summary: Option<Localized>,
    /// What it costs; of a slider, what one step costs.
    pub points: i64,
    /// Money, in the currency's smallest unit; of a slider, what one step gives; 0 where it gives no amount.
    pub amount: i64,
    /// In thousandths, of `percent`.
    pub permille: Option<i64>,
    /// The most that `percent` comes to.
    pub amount_max: Option<i64>,
    /// The fewest points of a slider.
    pub points_min: Option<i64>,
    /// The most points of a slider.
    pub points_max: Option<i64>,
    /// The product of `free_product`.
    pub sku: Option<String>,
    /// Orders below this cannot use it.
    pub minimum: i64,
    /// Days in which the code can be used.
    pub valid_days: u32,
    /// How many there are in all.
    pub stock: Option<i64>,
    /// How often one member can have it.
    pub per_member: Option<i64>,
    /// Only for these tiers; for all if empty.
    pub tiers: Vec<String>,
    /// Not before.
    pub starts_at: Option<Instant>,
    /// Not from then on.
    pub ends_at: Option<Instant>,
    /// Where its codes come from.
    pub codes: Codes,
}

/// Where the codes of a reward come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Codes {
    /// They are made here.
    #[default]
    Made,
    /// The shop has uploaded them.
    Pool,
    /// They are made here and then in the shop, by this connection.
    Shop(String),
}

/// Rules that hold for all that orders are paid with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spending {
    /// At most so many thousandths of what the goods cost.
    pub max_permille: i64,
    /// Whether what is on sale can be paid with points.
    pub on_sale: bool,
    /// Whether the order may carry codes of others, or several of ours.
    pub with_other_codes: bool,
}

impl Default for Spending {
    fn default() -> Self {
        Self {
            max_permille: 1000,
            on_sale: true,
            with_other_codes: true,
        }
    }
}

/// What a code is good for, as it was when it was made: later versions of the rules do not change it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// What it is.
    pub kind: RewardKind,
    /// Money off; 0 where it gives no fixed amount.
    #[serde(default)]
    pub amount: i64,
    /// In thousandths of what it applies to.
    #[serde(default)]
    pub permille: Option<i64>,
    /// The most that comes to.
    #[serde(default)]
    pub amount_max: Option<i64>,
    /// The product that is free.
    #[serde(default)]
    pub sku: Option<String>,
    /// Orders below this cannot use it.
    #[serde(default)]
    pub minimum: i64,
    /// At most so many thousandths of what the goods cost, all our codes together.
    pub max_permille: i64,
    /// Whether it applies to what is on sale.
    pub on_sale: bool,
    /// Whether the order may carry other codes.
    pub with_other_codes: bool,
}

impl Reward {
    /// A fixed amount off, without any limit.
    pub fn plain(
        id: String,
        name: Localized,
        points: i64,
        amount: i64,
        valid_days: u32,
    ) -> Self {
        Self {
            id,
            kind: RewardKind::Amount,
            name,
            summary: None,
            points,
            amount,
            permille: None,
            amount_max: None,
            points_min: None,
            points_max: None,
            sku: None,
            minimum: 0,
            valid_days,
            stock: None,
            per_member: None,
            tiers: Vec::new(),
            starts_at: None,
            ends_at: None,
            codes: Codes::Made,
        }
    }

    /// What a code for it is good for. `amount` is a slider's chosen money, and the reward's own otherwise.
    pub fn terms(&self, spending: Spending, amount: i64) -> Terms {
        Terms {
            kind: self.kind,
            amount,
            permille: self.permille,
            amount_max: self.amount_max,
            sku: self.sku.clone(),
            minimum: self.minimum,
            max_permille: spending.max_permille,
            on_sale: spending.on_sale,
            with_other_codes: spending.with_other_codes,
        }
    }

    /// The reward in one language.
    pub fn view(&self, locale: &str) -> RewardView {
        let at = |at: Instant| {
            let at = Timestamp::from_microsecond(at);
            at.unwrap_or_default().to_string()
        };
        RewardView {
            id: self.id.clone(),
            kind: self.kind,
            settles: self.kind.settles(),
            name: self.name.get(locale).to_owned(),
            summary: self.summary.as_ref().map(|it| it.get(locale).to_owned()),
            points: self.points,
            amount: self.amount,
            permille: self.permille,
            amount_max: self.amount_max,
            points_min: self.points_min,
            points_max: self.points_max,
            minimum: self.minimum,
            valid_days: self.valid_days,
            stock: self.stock,
            per_member: self.per_member,
            tiers: self.tiers.clone(),
            starts_at: self.starts_at.map(at),
            ends_at: self.ends_at.map(at),
        }
    }
}

impl Spending {
    /// The same for the public.
    pub fn view(self) -> SpendingView {
        SpendingView {
            max_permille: self.max_permille,
            on_sale: self.on_sale,
            with_other_codes: self.with_other_codes,
        }
    }
}

/// The slider of a programme, if it has one: the first in its file.
pub fn slider(program: &Program) -> Option<&Reward> {
    let mut rewards = program.rewards.iter();
    rewards.find(|reward| reward.kind == RewardKind::Slider)
}
