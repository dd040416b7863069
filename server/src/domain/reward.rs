//! What points can be turned into: the rule, and the terms that a code keeps from the moment it is made.

#[cfg(test)]
mod tests;

use super::Instant;
use super::order::AMOUNT_MAX;
use super::program::{Program, Tier};
use app::api::{Localized, Locked, RewardKind, RewardView, SpendingView};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What spending store credit is called where rewards have their ids: no programme file can use it.
pub const CREDIT: &str = "credit";
/// Days in which a code for store credit can be used.
const CREDIT_DAYS: u32 = 30;

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

/// What is known of a member and a reward when it is to be redeemed, beside the balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The id of the tier that counts for the member.
    pub tier: &'a str,
    /// How many are given out.
    pub taken: i64,
    /// The number of the last code that was uploaded.
    pub uploaded: i64,
    /// How often the member has had it.
    pub had: i64,
    /// The present.
    pub now: Instant,
}

/// What is paid, and the money that it gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// In the asset's smallest unit.
    pub points: i64,
    /// In the currency's smallest unit; 0 where it gives no fixed amount.
    pub amount: i64,
}

/// Why so many points cannot be turned into a reward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Misfit {
    /// It has a price of its own.
    #[error("leave it out: this reward has a price of its own")]
    Fixed,
    /// Nobody said how many.
    #[error("say how many points")]
    Missing,
    /// Below the least.
    #[error("give at least {0}")]
    TooFew(i64),
    /// Above the most.
    #[error("give at most {0}")]
    TooMany(i64),
    /// Not a multiple of the step.
    #[error("give a multiple of {0}")]
    Step(i64),
}

impl Reward {
    /// A fixed amount off, without any limit.
    pub fn plain(id: String, name: Localized, points: i64, amount: i64, valid_days: u32) -> Self {
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

    /// Store credit that is turned into a code: each smallest unit gives as much off an order.
    pub fn of_credit(amount: i64) -> Self {
        let name = app::text::store_credit();
        Self::plain(CREDIT.to_owned(), name, amount, amount, CREDIT_DAYS)
    }

    /// What it costs and gives. `points` is how many a member wants to spend on a slider.
    ///
    /// # Errors
    /// [`Misfit`], if `points` does not fit the reward.
    pub fn price(&self, points: Option<i64>) -> Result<Price, Misfit> {
        if self.kind != RewardKind::Slider {
            let price = Price {
                points: self.points,
                amount: self.amount,
            };
            return points.map_or(Ok(price), |_| Err(Misfit::Fixed));
        }
        let points = points.ok_or(Misfit::Missing)?;
        let step = self.points.max(1);
        let least = self.least();
        // No more than an order can cost, or the money would be beyond all numbers.
        let most = step.saturating_mul(AMOUNT_MAX / self.amount.max(1));
        let most = self.points_max.unwrap_or(most).min(most);
        match points {
            _ if points < least => Err(Misfit::TooFew(least)),
            _ if points > most => Err(Misfit::TooMany(most)),
            _ if points % step != 0 => Err(Misfit::Step(step)),
            _ => Ok(Price {
                points,
                amount: points / step * self.amount,
            }),
        }
    }

    /// The fewest points that it can be had for.
    pub fn least(&self) -> i64 {
        self.points_min.unwrap_or(self.points)
    }

    /// How many are left, where there is an end.
    pub fn left(&self, taken: i64, uploaded: i64) -> Option<i64> {
        let all = match self.codes {
            Codes::Pool => Some(uploaded),
            Codes::Made | Codes::Shop(_) => self.stock,
        };
        all.map(|all| (all - taken).max(0))
    }

    /// Why a member cannot have it now, whatever their balance: it is over, has not begun, is for other tiers,
    /// is out of stock, or they had it often enough; the first of these that holds. Tiers are named in `locale`.
    pub fn locked(&self, tiers: &[Tier], locale: &str, place: &Place<'_>) -> Option<Locked> {
        if self.ends_at.is_some_and(|ends_at| ends_at <= place.now) {
            return Some(Locked::Over);
        }
        if let Some(starts_at) = self.starts_at.filter(|at| *at > place.now) {
            return Some(Locked::NotYet {
                starts_at: text_of(starts_at),
            });
        }
        if !self.tiers.is_empty() && !self.tiers.iter().any(|id| id == place.tier) {
            let lowest = tiers.iter().find(|tier| self.tiers.contains(&tier.id));
            return Some(Locked::Tier {
                tier: lowest.map_or("", |tier| tier.name.get(locale)).to_owned(),
            });
        }
        if self.left(place.taken, place.uploaded) == Some(0) {
            return Some(Locked::OutOfStock);
        }
        let had_enough = self.per_member.is_some_and(|most| place.had >= most);
        had_enough.then_some(Locked::HadEnough)
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
            starts_at: self.starts_at.map(text_of),
            ends_at: self.ends_at.map(text_of),
        }
    }
}

/// A moment of the rules as callers see it.
pub(super) fn text_of(at: Instant) -> String {
    let at = Timestamp::from_microsecond(at);
    at.unwrap_or_default().to_string()
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
