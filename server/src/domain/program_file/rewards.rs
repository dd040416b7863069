//! What a programme's file says about rewards, spending, and members who bring friends, checked.

#[cfg(test)]
mod tests;

use super::check::{Check, decimal};
use super::tables::{CodesName, GiftTable, ReferralTable, RewardTable, SpendingTable};
use super::tasks::DAYS_MAX;
use crate::connections;
use crate::domain::program::{Connection, Tier, zone};
use crate::domain::referral::{Gift, Referral};
use crate::domain::reward::{CREDIT, Codes, Reward, Spending, Terms};
use app::api::{Localized, ReferralStep, RewardKind, Settles};

/// The most pieces of a reward.
const STOCK_MAX: i64 = 1_000_000_000;

/// What rewards refer to.
pub(super) struct Around<'a> {
    pub(super) tiers: &'a [Tier],
    pub(super) connections: &'a [Connection],
    pub(super) time_zone: &'a str,
    /// Decimal places of the currency.
    pub(super) exponent: u32,
}

impl Check {
    pub(super) fn rewards(&mut self, tables: Vec<RewardTable>, around: &Around<'_>) -> Vec<Reward> {
        let mut rewards: Vec<Reward> = Vec::new();
        for (index, table) in tables.into_iter().enumerate() {
            let at = format!("reward[{index}]");
            let taken = rewards.iter().any(|known| known.id == table.id);
            self.id(&at, &table.id, taken);
            if table.id == CREDIT {
                self.fault(format!("{at}.id"), "store credit is spent under this id");
            }
            let reward = self.reward(&at, table, around);
            rewards.push(reward);
        }
        rewards
    }

    fn reward(&mut self, at: &str, table: RewardTable, around: &Around<'_>) -> Reward {
        self.localized(&format!("{at}.name"), &table.name);
        if let Some(summary) = &table.summary {
            self.localized(&format!("{at}.summary"), summary);
        }
        self.points(at, table.points);
        self.duration(&format!("{at}.valid_days"), table.valid_days);
        self.known_tiers(at, &table.tiers, around.tiers);
        for (name, number) in [("stock", table.stock), ("per_member", table.per_member)] {
            if number.is_some_and(|number| !(1..=STOCK_MAX).contains(&number)) {
                let remedy = format!("give a number from 1 to {STOCK_MAX}, or leave it out");
                self.fault(format!("{at}.{name}"), remedy);
            }
        }
        let zone = zone(around.time_zone);
        let mut moment = |name: &str, text: Option<&String>| {
            text.map(|text| self.moment(&format!("{at}.{name}"), text, &zone))
        };
        let starts_at = moment("starts", table.starts.as_ref());
        let ends_at = moment("ends", table.ends.as_ref());
        if starts_at.zip(ends_at).is_some_and(|(from, to)| to <= from) {
            self.fault(format!("{at}.ends"), "a reward ends after it starts");
        }
        let value = self.value(at, &Value::of_reward(&table), around.exponent);
        let (points_min, points_max) = self.slider(at, &table);
        Reward {
            codes: self.codes(at, &table, around),
            id: table.id,
            kind: table.kind,
            name: table.name,
            summary: table.summary,
            points: table.points,
            amount: value.amount,
            permille: value.permille,
            amount_max: value.amount_max,
            points_min,
            points_max,
            sku: table.sku,
            minimum: value.minimum,
            valid_days: table.valid_days,
            stock: table.stock,
            per_member: table.per_member,
            tiers: table.tiers,
            starts_at,
            ends_at,
        }
    }

    fn duration(&mut self, field: &str, days: u32) {
        if !(1..=DAYS_MAX).contains(&days) {
            let remedy = format!("give a number from 1 to {DAYS_MAX}");
            self.fault(field, remedy);
        }
    }

    /// What it gives: each kind has to say what it needs, and nothing else.
    fn value(&mut self, at: &str, value: &Value<'_>, exponent: u32) -> Worth {
        use RewardKind::{Amount, FreeProduct, Percent, Slider, StoreCredit};
        let kind = value.kind;
        let mut needs = |name: &str, is_needed: bool, is_there: bool| {
            if is_needed && !is_there {
                let remedy = format!("a reward of kind \"{}\" needs it", kind.as_str());
                self.fault(format!("{at}.{name}"), remedy);
            } else if is_there && !is_needed {
                let remedy = format!("a reward of kind \"{}\" has none", kind.as_str());
                self.fault(format!("{at}.{name}"), remedy);
            }
        };
        let gives_money = matches!(kind, Amount | Slider | StoreCredit);
        needs("amount", gives_money, value.amount.is_some());
        needs("percent", kind == Percent, value.percent.is_some());
        needs("sku", kind == FreeProduct, value.sku.is_some());
        if value.max_amount.is_some() && kind != Percent {
            let remedy = "only a reward of kind \"percent\" has it";
            self.fault(format!("{at}.max_amount"), remedy);
        }
        let mut money = |name: &str, text: Option<&str>| {
            text.map(|text| self.money(&format!("{at}.{name}"), text, exponent))
        };
        let amount = money("amount", value.amount).unwrap_or(0);
        let amount_max = money("max_amount", value.max_amount);
        let minimum = money("minimum", value.minimum).unwrap_or(0);
        let permille = value
            .percent
            .map(|text| self.percent(&format!("{at}.percent"), text));
        Worth {
            amount,
            permille,
            amount_max,
            minimum,
        }
    }

    /// A percentage in thousandths, above 0 and up to 100.
    fn percent(&mut self, field: &str, text: &str) -> i64 {
        let found = decimal(text, 1).filter(|permille| (1..=1000).contains(permille));
        found.unwrap_or_else(|| {
            let remedy = "write it in quotes, such as \"7.5\", above 0 and up to 100";
            self.fault(field, remedy);
            1000
        })
    }

    fn slider(&mut self, at: &str, table: &RewardTable) -> (Option<i64>, Option<i64>) {
        let (least, most) = (table.min_points, table.max_points);
        if table.kind != RewardKind::Slider {
            if least.or(most).is_some() {
                let remedy = "only a reward of kind \"slider\" has min_points and max_points";
                self.fault(format!("{at}.min_points"), remedy);
            }
            return (None, None);
        }
        let step = table.points.max(1);
        let fits = |points: i64| points >= step && points % step == 0;
        let (least, most) = (least.unwrap_or(step), most);
        if !fits(least) || most.is_some_and(|most| !fits(most) || most < least) {
            let remedy = "give multiples of points, the least not above the most";
            self.fault(format!("{at}.min_points"), remedy);
        }
        (Some(least), most)
    }

    fn codes(&mut self, at: &str, table: &RewardTable, around: &Around<'_>) -> Codes {
        let field = format!("{at}.codes");
        match &table.codes {
            None if table.kind == RewardKind::Partner => Codes::Pool,
            None => Codes::Made,
            Some(CodesName(name)) if name == "pool" => {
                if table.stock.is_some() {
                    let remedy = "there are as many as there are codes: leave it out";
                    self.fault(format!("{at}.stock"), remedy);
                }
                if matches!(table.kind, RewardKind::Slider | RewardKind::StoreCredit) {
                    self.fault(&field, "codes of this kind can only be made here");
                }
                Codes::Pool
            }
            Some(CodesName(name)) => {
                let connection = around.connections.iter().find(|known| known.id == *name);
                let service = connection.and_then(|known| connections::service(&known.kind));
                if service.is_none_or(|service| service.makes_codes().is_none()) {
                    let remedy =
                        "write \"pool\", or name a connection of kind shopify or woocommerce";
                    self.fault(&field, remedy);
                }
                if table.kind.settles() != Settles::WithOrder {
                    self.fault(&field, "only what orders use is made in the shop");
                }
                Codes::Shop(name.clone())
            }
        }
    }

    pub(super) fn spending(&mut self, table: &SpendingTable) -> Spending {
        let max_permille = table.max_percent.as_deref();
        Spending {
            max_permille: max_permille
                .map_or(1000, |text| self.percent("spending.max_percent", text)),
            on_sale: table.on_sale,
            with_other_codes: table.with_other_codes,
        }
    }

    pub(super) fn referral(
        &mut self,
        table: ReferralTable,
        spending: Spending,
        exponent: u32,
    ) -> Referral {
        let url = reqwest::Url::parse(&table.shop_url.replace("{code}", "CODE"));
        let is_web = url.is_ok_and(|url| matches!(url.scheme(), "https" | "http"));
        if !is_web || table.shop_url.matches("{code}").count() != 1 {
            let remedy = "write it as https://shop.example/?code={code}, with {code} once";
            self.fault("referral.shop_url", remedy);
        }
        self.duration("referral.window_days", table.window_days);
        self.hold_days("referral.hold_days", table.hold_days);
        if !(0..=super::check::POINTS_MAX).contains(&table.friend_points) {
            self.fault("referral.friend_points", "give a number from 0");
        }
        if table.per_month.is_some_and(|most| most < 1) {
            self.fault(
                "referral.per_month",
                "give a number from 1, or leave it out",
            );
        }
        let texts: [(&str, &Localized); 3] = [
            ("title", &table.title),
            ("text", &table.text),
            ("message", &table.message),
        ];
        for (name, text) in texts {
            self.localized(&format!("referral.{name}"), text);
        }
        let steps: Vec<ReferralStep> = table
            .step
            .iter()
            .map(|step| ReferralStep {
                friends: step.friends,
                points: step.points,
            })
            .collect();
        let rise = steps.windows(2).all(|two| two[0].friends < two[1].friends);
        if steps.first().is_none_or(|first| first.friends != 1) || !rise {
            let remedy = "give at least one; the first has friends = 1, the others rise";
            self.fault("referral.step", remedy);
        }
        for (index, step) in steps.iter().enumerate() {
            self.points(&format!("referral.step[{index}]"), step.points);
        }
        let minimum = table.minimum.as_deref();
        Referral {
            minimum: minimum.map_or(0, |text| self.money("referral.minimum", text, exponent)),
            gift: self.gift(table.gift, spending, exponent),
            shop_url: table.shop_url,
            friend_points: table.friend_points,
            steps,
            window_days: table.window_days,
            hold_days: table.hold_days,
            per_month: table.per_month,
            title: table.title,
            text: table.text,
            message: table.message,
        }
    }

    fn gift(&mut self, table: GiftTable, spending: Spending, exponent: u32) -> Gift {
        use RewardKind::{Amount, FreeProduct, FreeShipping, Percent};
        let at = "referral.gift";
        self.localized(&format!("{at}.name"), &table.name);
        if !matches!(table.kind, Amount | Percent | FreeShipping | FreeProduct) {
            let remedy = "a gift is of kind amount, percent, free_shipping or free_product";
            self.fault(format!("{at}.kind"), remedy);
        }
        let worth = self.value(at, &Value::of_gift(&table), exponent);
        Gift {
            terms: Terms {
                kind: table.kind,
                amount: worth.amount,
                permille: worth.permille,
                amount_max: worth.amount_max,
                sku: table.sku,
                minimum: worth.minimum,
                // It is no points: the limits of what is paid with points are not for it.
                max_permille: 1000,
                on_sale: spending.on_sale,
                with_other_codes: spending.with_other_codes,
            },
            name: table.name,
        }
    }
}

/// What says what a reward or a gift gives.
struct Value<'a> {
    kind: RewardKind,
    amount: Option<&'a str>,
    percent: Option<&'a str>,
    max_amount: Option<&'a str>,
    sku: Option<&'a str>,
    minimum: Option<&'a str>,
}

impl<'a> Value<'a> {
    fn of_reward(table: &'a RewardTable) -> Self {
        Self {
            kind: table.kind,
            amount: table.amount.as_deref(),
            percent: table.percent.as_deref(),
            max_amount: table.max_amount.as_deref(),
            sku: table.sku.as_deref(),
            minimum: table.minimum.as_deref(),
        }
    }

    fn of_gift(table: &'a GiftTable) -> Self {
        Self {
            kind: table.kind,
            amount: table.amount.as_deref(),
            percent: table.percent.as_deref(),
            max_amount: table.max_amount.as_deref(),
            sku: table.sku.as_deref(),
            minimum: table.minimum.as_deref(),
        }
    }
}

/// What it gives, read.
struct Worth {
    amount: i64,
    permille: Option<i64>,
    amount_max: Option<i64>,
    minimum: i64,
}
