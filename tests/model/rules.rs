//! The rules of a programme as the tests invent them, plain enough for the naive model, and the same
//! rules as the server wants them.

use app::api::{Expiry, Gives, Localized, Metric, ProgramId, RewardKind, TaskKind, Window};
use server::domain::program::{
    Applies, Campaign, Debt, Ladder, ProductRate, Program, Purchase, Rules as ServerRules, Tier,
};
use server::domain::program_file;
use server::domain::reward::Reward;
use server::domain::task::Task;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// Rules in one version.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the programme file has as many switches"
)]
pub(crate) struct Rules {
    pub(crate) zone: &'static str,
    pub(crate) currency: &'static str,
    pub(crate) expiry: Expiry,
    pub(crate) warn_days: u32,
    pub(crate) grace_days: i64,
    /// Whether debts are written off.
    pub(crate) forgives: bool,
    pub(crate) metric: Metric,
    pub(crate) window: Window,
    pub(crate) one_step: bool,
    pub(crate) tier_grace_days: i64,
    pub(crate) entry_of_each: bool,
    pub(crate) tiers: Vec<Step>,
    /// Whether purchases earn at all.
    pub(crate) purchases: bool,
    pub(crate) points: i64,
    pub(crate) per: i64,
    pub(crate) hold_days: i64,
    pub(crate) counts_shipping: bool,
    pub(crate) counts_tax: bool,
    pub(crate) minimum: i64,
    /// For the first order.
    pub(crate) bonus: i64,
    /// Products with a multiplier of their own, in thousandths.
    pub(crate) products: Vec<(&'static str, i64)>,
    pub(crate) campaigns: Vec<Extra>,
    /// What joining earns, and the days it waits.
    pub(crate) join: Option<(i64, i64)>,
    pub(crate) rewards: Vec<Prize>,
}

/// A tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) threshold: i64,
    pub(crate) permille: i64,
    pub(crate) entry: i64,
}

/// A campaign; for all tiers if none is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Extra {
    pub(crate) permille: i64,
    pub(crate) from: i64,
    pub(crate) until: i64,
    pub(crate) tiers: Vec<usize>,
}

/// What points can be turned into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Prize {
    /// Whether any multiple of the points can be had, for as many times the amount, and an order takes only what it
    /// needs.
    pub(crate) slider: bool,
    pub(crate) points: i64,
    pub(crate) amount: i64,
    pub(crate) valid_days: i64,
}

impl Prize {
    /// What it costs and gives, if so many points can be spent on it.
    pub(crate) fn price(&self, points: Option<i64>) -> Option<(i64, i64)> {
        let times = match points {
            None if self.slider => return None,
            None => 1,
            Some(points) if self.slider && points > 0 && points % self.points == 0 => {
                points / self.points
            }
            Some(_) => return None,
        };
        Some((times * self.points, times * self.amount))
    }
}

static DEMO: LazyLock<Program> =
    LazyLock::new(|| program_file::parse(server::demo::PROGRAM).unwrap());

fn days(days: i64) -> u32 {
    u32::try_from(days).unwrap()
}

fn named(id: &str) -> Localized {
    serde_json::from_value(serde_json::json!({ "en": id, "ru": id })).unwrap()
}

/// The id of a tier or a reward.
pub(crate) fn id_of(kind: &str, number: usize) -> String {
    format!("{kind}-{number}")
}

/// The number of a tier or a reward.
pub(crate) fn number_of(id: &str) -> usize {
    id.rsplit('-').next().unwrap().parse().unwrap()
}

impl Rules {
    /// The same rules as the server knows them.
    pub(crate) fn for_server(&self, id: ProgramId, version: i64) -> Arc<ServerRules> {
        let program = Program {
            time_zone: self.zone.to_owned(),
            currency: self.currency.to_owned(),
            expiry: self.expiry,
            warn_days: self.warn_days,
            grace_days: days(self.grace_days),
            debt: if self.forgives {
                Debt::WriteOff
            } else {
                Debt::Carry
            },
            metric: self.metric,
            ladder: Ladder {
                window: self.window,
                one_step: self.one_step,
                grace_days: days(self.tier_grace_days),
                entry_of_each: self.entry_of_each,
            },
            tiers: self
                .tiers
                .iter()
                .enumerate()
                .map(|(number, step)| tier(number, step))
                .collect(),
            purchase: self.purchases.then(|| self.purchase()),
            campaigns: self.campaigns.iter().map(campaign).collect(),
            tasks: self
                .join
                .iter()
                .map(|(points, wait)| join(*points, *wait))
                .collect(),
            rewards: self
                .rewards
                .iter()
                .enumerate()
                .map(|(number, prize)| reward(number, prize))
                .collect(),
            ..DEMO.clone()
        };
        Arc::new(ServerRules {
            id,
            version,
            program,
        })
    }

    fn purchase(&self) -> Purchase {
        Purchase {
            points: self.points,
            per: self.per,
            hold_days: days(self.hold_days),
            hold_reason: named("returns"),
            counts_shipping: self.counts_shipping,
            counts_tax: self.counts_tax,
            minimum: self.minimum,
            first_order_bonus: self.bonus,
            products: self
                .products
                .iter()
                .map(|(sku, permille)| ProductRate {
                    skus: vec![(*sku).to_owned()],
                    collections: Vec::new(),
                    multiplier_permille: *permille,
                })
                .collect(),
        }
    }
}

fn tier(number: usize, step: &Step) -> Tier {
    Tier {
        id: id_of("tier", number),
        name: named("Tier"),
        threshold: step.threshold,
        multiplier_permille: step.permille,
        perks: BTreeMap::new(),
        entry_points: step.entry,
        gives: Gives::default(),
    }
}

fn campaign(extra: &Extra) -> Campaign {
    Campaign {
        id: "campaign".to_owned(),
        name: named("Campaign"),
        multiplier_permille: extra.permille,
        starts_at: extra.from,
        ends_at: extra.until,
        tiers: extra
            .tiers
            .iter()
            .map(|tier| id_of("tier", *tier))
            .collect(),
        applies: Applies::Purchase,
    }
}

fn join(points: i64, wait: i64) -> Task {
    Task {
        id: "join".to_owned(),
        kind: TaskKind::Join,
        points,
        hold_days: days(wait),
        title: named("Join"),
        summary: Localized::default(),
        consent: Localized::default(),
        elsewhere: None,
        visit: None,
        survey: None,
        share: None,
        file: None,
        streak: None,
        limit: server::domain::task::Limit::ONCE,
    }
}

fn reward(number: usize, prize: &Prize) -> Reward {
    let plain = Reward::plain(
        id_of("reward", number),
        named("Reward"),
        prize.points,
        prize.amount,
        days(prize.valid_days),
    );
    if !prize.slider {
        return plain;
    }
    Reward {
        kind: RewardKind::Slider,
        points_min: Some(prize.points),
        ..plain
    }
}
