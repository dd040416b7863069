//! Orders and refunds, as shops tell them: late, twice, in any order.

use super::calendar::DAY;
use super::shares::{Moved, Shares};
use super::{Micros, Number, Programme};
use app::api::{NewRefund, Order as Document, OrderStatus};

#[derive(Debug, Clone)]
pub(crate) struct Order {
    document: Document,
    told_at: Micros,
    pub(super) placed_at: Micros,
    pub(crate) member: Option<usize>,
    pub(crate) cancelled: bool,
    pub(super) shares: Shares,
    pub(super) refunded: i64,
    earning: Option<Number>,
    /// Points that were taken back of it and had not run out.
    taken_back: i64,
    available_at: Option<Micros>,
    reason: Option<&'static str>,
}

#[derive(Debug, Clone)]
pub(crate) struct Refund {
    document: NewRefund,
    told_at: Micros,
    pub(crate) applied: bool,
    /// Money, points taken back, points given back.
    pub(crate) moved: Moved,
}

/// Where an order stands, as callers are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) cancelled: bool,
    pub(crate) member: Option<usize>,
    pub(crate) points: i64,
    pub(crate) available_at: Option<Micros>,
    pub(crate) refunded: i64,
    pub(crate) reason: Option<String>,
}

/// Another document was sent under this number before.
#[derive(Debug)]
pub(crate) struct Differs;

/// What was bought: status and time may differ between two tellings.
fn bought(document: &Document) -> Document {
    Document {
        status: OrderStatus::Paid,
        at: String::new(),
        ..document.clone()
    }
}

fn moment(text: &str) -> Micros {
    text.parse::<jiff::Timestamp>().unwrap().as_microsecond()
}

impl Order {
    /// As if it had earned nothing yet. Answers what had become of it.
    pub(super) fn begin_again(&mut self) -> Shares {
        std::mem::replace(&mut self.shares, Shares::of(&self.document))
    }
}

impl Programme {
    /// The shop tells an order.
    pub(crate) fn order(&mut self, document: &Document, now: Micros) -> Result<Told, Differs> {
        let name = &document.id;
        let cancelled = document.status == OrderStatus::Cancelled;
        let known = self
            .orders
            .get(name)
            .map(|order| (order.cancelled, bought(&order.document)));
        match known {
            None => self.first_told(document, now),
            Some((false, _)) if cancelled => self.cancel_order(name, now),
            Some(_) if cancelled => self.let_go(name, now),
            Some((false, before)) if before != bought(document) => return Err(Differs),
            Some(_) => {}
        }
        Ok(self.told(name))
    }

    fn first_told(&mut self, document: &Document, now: Micros) {
        let name = document.id.clone();
        let customer = &document.customer;
        let member = self.member_of(customer.id.as_deref(), customer.email.as_deref());
        let order = Order {
            document: document.clone(),
            told_at: now,
            placed_at: moment(&document.at).min(now),
            member: None,
            cancelled: document.status == OrderStatus::Cancelled,
            shares: Shares::of(document),
            refunded: 0,
            earning: None,
            taken_back: 0,
            available_at: None,
            reason: None,
        };
        let cancelled = order.cancelled;
        self.orders.insert(name.clone(), order);
        if cancelled {
            self.orders.get_mut(&name).unwrap().member = member;
            self.let_go(&name, now);
        } else {
            let before = member.map(|who| self.metric(who));
            let paid_by = self.spend_codes(&name, &document.coupon_codes, now);
            let shares = &mut self.orders.get_mut(&name).unwrap().shares;
            for (points, lines) in paid_by {
                shares.pay_with(points, &lines);
            }
            if let Some(who) = member {
                self.earn(&name, who, self.tier_now(who, now), now);
                self.move_tier(who, before.unwrap(), now);
            } else {
                self.orders.get_mut(&name).unwrap().reason = Some("no_member");
            }
        }
        let waiting = self
            .refunds
            .iter()
            .filter(|(_, refund)| refund.document.order_id == name);
        let mut waiting: Vec<(Micros, String)> = waiting
            .map(|(id, refund)| (refund.told_at, id.clone()))
            .collect();
        waiting.sort();
        for (_, refund) in waiting {
            self.saw("a refund had waited for its order", true);
            self.apply(&refund, now);
        }
    }

    /// An order earns for a member.
    pub(super) fn earn(&mut self, name: &str, who: usize, tier: usize, now: Micros) {
        let is_first = self.orders_of(who) == 0;
        let rules = self.rules.clone();
        let order = self.orders.get_mut(name).unwrap();
        order.member = Some(who);
        let document = order.document.clone();
        order.reason = if !rules.purchases {
            Some("no_rule")
        } else if document.currency != rules.currency {
            Some("other_currency")
        } else if document.total < rules.minimum {
            Some("below_minimum")
        } else {
            None
        };
        if order.reason.is_some() {
            return;
        }
        let bonus = if is_first { rules.bonus } else { 0 };
        let on = rules.campaigns.iter().filter(|campaign| {
            (campaign.from..campaign.until).contains(&order.placed_at)
                && (campaign.tiers.is_empty() || campaign.tiers.contains(&tier))
        });
        let campaign = on.map(|campaign| campaign.permille).fold(1000, i64::max);
        let permille = rules.tiers[tier].permille * campaign;
        let points = order.shares.earn(&rules, &document, permille, bonus);
        if points == 0 {
            order.reason = Some("too_small");
            return;
        }
        let due_at = (rules.hold_days > 0).then(|| order.told_at + rules.hold_days * DAY);
        let due_at = due_at.filter(|due_at| *due_at > now);
        order.available_at = due_at;
        let earning = self.credit(who, now, points, due_at, true);
        self.orders.get_mut(name).unwrap().earning = Some(earning);
    }

    fn cancel_order(&mut self, name: &str, now: Micros) {
        let order = self.orders.get_mut(name).unwrap();
        let left = order.shares.left();
        let document = NewRefund {
            id: String::new(),
            order_id: name.to_owned(),
            amount: left,
            lines: Vec::new(),
            at: String::new(),
        };
        self.go_back(name, &document, true, now);
        self.let_go(name, now);
    }

    /// The shop tells a refund.
    pub(crate) fn refund(&mut self, document: &NewRefund, now: Micros) -> Result<&Refund, Differs> {
        let id = &document.id;
        if let Some(before) = self.refunds.get(id) {
            let told = NewRefund {
                at: String::new(),
                ..before.document.clone()
            };
            if told
                != (NewRefund {
                    at: String::new(),
                    ..document.clone()
                })
            {
                return Err(Differs);
            }
        } else {
            let document = document.clone();
            let refund = Refund {
                document,
                told_at: now,
                applied: false,
                moved: (0, 0, 0),
            };
            self.refunds.insert(id.clone(), refund);
            self.apply(id, now);
        }
        Ok(&self.refunds[id])
    }

    /// Applies a refund if its order is there. Of a cancelled one all has gone back already.
    fn apply(&mut self, id: &str, now: Micros) {
        let refund = &self.refunds[id];
        let document = refund.document.clone();
        let Some(order) = self.orders.get(&document.order_id) else {
            return;
        };
        let moved = if order.cancelled {
            (0, 0, 0)
        } else {
            self.go_back(&document.order_id, &document, false, now)
        };
        let refund = self.refunds.get_mut(id).unwrap();
        (refund.applied, refund.moved) = (true, moved);
    }

    /// Money of an order goes back, and with it what it had earned and what it had been paid with.
    fn go_back(&mut self, name: &str, document: &NewRefund, cancel: bool, now: Micros) -> Moved {
        let member = self.orders[name].member;
        let before = member.map(|who| self.metric(who));
        let order = self.orders.get_mut(name).unwrap();
        let mut moved = order.shares.refund(document.amount, &document.lines);
        let (taken, given) = (moved.1 > 0, moved.2 > 0);
        order.refunded += moved.0;
        order.cancelled |= cancel;
        let earning = order.earning;
        self.saw("a refund took points", taken);
        self.saw("a refund gave points", given);
        self.give_back_spent(name, moved.2, cancel, now);
        if let Some(who) = member {
            moved.1 = earning.map_or(0, |earning| self.reverse(who, earning, moved.1));
            self.orders.get_mut(name).unwrap().taken_back += moved.1;
            self.move_tier(who, before.unwrap(), now);
        }
        moved
    }

    /// Takes back what a claimed order's refunds stand for.
    pub(super) fn take_back_claimed(&mut self, name: &str, who: usize, before: &Shares) {
        let order = self.orders.get_mut(name).unwrap();
        let points = order.shares.adopt(before);
        if let Some(earning) = order.earning {
            let taken_back = self.reverse(who, earning, points);
            self.orders.get_mut(name).unwrap().taken_back += taken_back;
        }
    }

    /// Where an order stands.
    pub(crate) fn told(&self, name: &str) -> Told {
        let order = &self.orders[name];
        let reason = if order.cancelled {
            Some("cancelled")
        } else {
            order.reason
        };
        Told {
            cancelled: order.cancelled,
            member: order.member,
            points: order.shares.earned() - order.taken_back,
            available_at: order.available_at,
            refunded: order.refunded,
            reason: reason.map(str::to_owned),
        }
    }

    /// The orders that count for a member.
    fn counting(&self, who: usize) -> impl Iterator<Item = &Order> {
        let own = self
            .orders
            .values()
            .filter(move |order| order.member == Some(who));
        own.filter(|order| {
            let is_over = order.cancelled || order.shares.is_whole();
            order.document.currency == self.rules.currency && !is_over
        })
    }

    pub(super) fn orders_of(&self, who: usize) -> i64 {
        self.orders_within(who, Micros::MIN, Micros::MAX)
    }

    pub(super) fn orders_within(&self, who: usize, from: Micros, until: Micros) -> i64 {
        let orders = self
            .counting(who)
            .filter(|order| (from..until).contains(&order.placed_at));
        i64::try_from(orders.count()).unwrap()
    }

    pub(super) fn spent(&self, who: usize) -> i64 {
        self.spent_within(who, Micros::MIN, Micros::MAX)
    }

    pub(super) fn spent_within(&self, who: usize, from: Micros, until: Micros) -> i64 {
        let orders = self
            .counting(who)
            .filter(|order| (from..until).contains(&order.placed_at));
        orders
            .map(|order| order.document.total - order.refunded)
            .sum()
    }

    pub(super) fn guest_orders(&self, email: &str) -> Vec<String> {
        let theirs = self.orders.iter().filter(|(_, order)| {
            let address = order.document.customer.email.as_deref();
            order.member.is_none() && !order.cancelled && address == Some(email)
        });
        let mut found: Vec<(Micros, String)> = theirs
            .map(|(name, order)| (order.placed_at, name.clone()))
            .collect();
        found.sort();
        found.into_iter().map(|(_, name)| name).collect()
    }
}
