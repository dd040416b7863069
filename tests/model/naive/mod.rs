//! The ledger once more, written from the specification (`spec/product.md` §3–5) and not from the code:
//! plain lists, no database, no locks, slow and obvious. What a member has is what is in these lists.
//!
//! Here nothing is ever late: before anything happens, everything that has fallen due has happened at
//! its own moment and in the order of time ([`Programme::settle`]). The real ledger has to end up in the
//! same place however late its workers are.

mod calendar;
mod coupons;
mod guests;
mod orders;
mod points;
mod settle;
mod shares;
mod tiers;

use super::rules::Rules;
use std::collections::BTreeMap;

pub(crate) use calendar::{Micros, end_of_day};
pub(crate) use orders::Told;

/// What earned points, or gave some back: numbers in the order in which it happened.
pub(crate) type Number = u64;

/// One programme and all its members.
#[derive(Debug, Clone)]
pub(crate) struct Programme {
    pub(crate) rules: Rules,
    /// In the order in which they joined.
    pub(crate) members: Vec<Member>,
    /// Who is known by a shop's customer id (`c:…`) or by a proven address (`e:…`).
    known: BTreeMap<String, usize>,
    pub(crate) orders: BTreeMap<String, orders::Order>,
    pub(crate) refunds: BTreeMap<String, orders::Refund>,
    pub(crate) coupons: BTreeMap<String, coupons::Coupon>,
    last: Number,
    /// How often what happened, so that a test can say what it has met.
    pub(crate) seen: BTreeMap<&'static str, u64>,
}

#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) zone: &'static str,
    zone_chosen_at: Micros,
    pub(crate) available: i64,
    pub(crate) held: i64,
    pub(crate) reserved: i64,
    /// When they last earned or spent.
    pub(crate) active_at: Micros,
    pub(crate) lots: Vec<Lot>,
    holds: Vec<Hold>,
    pub(crate) standing: tiers::Standing,
    entries: Vec<tiers::Entry>,
}

/// When points are gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Never,
    At(Micros),
    /// So many months after the last activity.
    Idle(i64),
}

/// What is left of one earning.
#[derive(Debug, Clone)]
pub(crate) struct Lot {
    number: Number,
    amount: i64,
    pub(crate) left: i64,
    expired: i64,
    taken_back: i64,
    counts: bool,
    opened_at: Micros,
    pub(crate) end: End,
    /// Whether points came back after its own end, which is now that of their grace.
    late: bool,
}

/// Points that wait for their day.
#[derive(Debug, Clone)]
struct Hold {
    number: Number,
    left: i64,
    due_at: Micros,
    end: End,
}

impl Programme {
    pub(crate) fn new(rules: Rules) -> Self {
        Self {
            rules,
            members: Vec::new(),
            known: BTreeMap::new(),
            orders: BTreeMap::new(),
            refunds: BTreeMap::new(),
            coupons: BTreeMap::new(),
            last: 0,
            seen: BTreeMap::new(),
        }
    }

    fn saw(&mut self, what: &'static str, so: bool) {
        *self.seen.entry(what).or_insert(0) += u64::from(so);
    }

    fn next(&mut self) -> Number {
        self.last += 1;
        self.last
    }

    /// A shopper joins, or shows once more who they are. Answers who that is.
    pub(crate) fn join(
        &mut self,
        customer: Option<&str>,
        email: Option<&str>,
        zone: &'static str,
        now: Micros,
    ) -> usize {
        let names = names(customer, email);
        let found = names.iter().find_map(|name| self.known.get(name).copied());
        let who = found.unwrap_or(self.members.len());
        for name in names {
            self.known.entry(name).or_insert(who);
        }
        if found.is_none() {
            self.members.push(Member {
                zone,
                zone_chosen_at: now,
                available: 0,
                held: 0,
                reserved: 0,
                active_at: now,
                lots: Vec::new(),
                holds: Vec::new(),
                standing: tiers::Standing::first(now),
                entries: Vec::new(),
            });
        }
        let tier = self.tier_now(who, now);
        let before = self.metric(who);
        if found.is_none()
            && let Some((points, days)) = self.rules.join
        {
            let waits = (days > 0).then(|| now + days * calendar::DAY);
            self.credit(who, now, points, waits, true);
        }
        // What was ordered as a guest is theirs once the address is proven to be theirs.
        if let Some(email) = email
            && self.known.get(&format!("e:{email}")) == Some(&who)
        {
            self.claim_guest_orders(who, email, tier, now);
        }
        self.move_tier(who, before, now);
        who
    }

    /// The member that a shop means.
    fn member_of(&self, customer: Option<&str>, email: Option<&str>) -> Option<usize> {
        names(customer, email)
            .iter()
            .find_map(|name| self.known.get(name).copied())
    }

    /// The shop puts a balance right; it takes no more than there is. `Err`: what there is.
    pub(crate) fn adjust(&mut self, who: usize, amount: i64, now: Micros) -> Result<i64, i64> {
        let available = self.members[who].available;
        if amount < 0 {
            if available + amount < 0 {
                return Err(available);
            }
            self.take_from_lots(who, -amount);
        } else {
            self.credit(who, now, amount, None, false);
        }
        Ok(self.members[who].available)
    }

    /// A member lives elsewhere now. The choice stands for 30 days. `Err`: until when.
    pub(crate) fn move_to(
        &mut self,
        who: usize,
        zone: &'static str,
        now: Micros,
    ) -> Result<(), Micros> {
        let member = &mut self.members[who];
        let free_at = member.zone_chosen_at + 30 * calendar::DAY;
        if member.zone == zone {
            return Ok(());
        }
        if free_at > now {
            return Err(free_at);
        }
        (member.zone, member.zone_chosen_at) = (zone, now);
        Ok(())
    }

    /// What runs out when: of all that can be spent.
    pub(crate) fn ends(&self, who: usize) -> BTreeMap<Option<Micros>, i64> {
        let member = &self.members[who];
        let mut ends = BTreeMap::new();
        for lot in member.lots.iter().filter(|lot| lot.left > 0) {
            *ends.entry(member.end_of(lot)).or_insert(0) += lot.left;
        }
        ends
    }

    /// What counts towards tiers over a whole life: points, money, orders.
    pub(crate) fn counters(&self, who: usize) -> (i64, i64, i64) {
        (
            self.points_earned(who),
            self.spent(who),
            self.orders_of(who),
        )
    }
}

impl Member {
    /// When a lot is gone.
    pub(crate) fn end_of(&self, lot: &Lot) -> Option<Micros> {
        match lot.end {
            End::Never => None,
            End::At(end) => Some(end),
            End::Idle(months) => Some(end_of_day(self.active_at, months, self.zone)),
        }
    }
}

fn names(customer: Option<&str>, email: Option<&str>) -> Vec<String> {
    let customer = customer.map(|id| format!("c:{id}"));
    customer
        .into_iter()
        .chain(email.map(|email| format!("e:{email}")))
        .collect()
}
