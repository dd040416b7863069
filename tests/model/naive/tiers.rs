//! Tiers (§5): upwards at once, downwards at the end of a window, back at once where a refund takes away
//! what had lifted the member.

use super::calendar::{DAY, window_after, window_before};
use super::{Micros, Number, Programme};
use app::api::{Metric, Window};

/// Where a member stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    /// The earned tier, from 0.
    pub(crate) tier: usize,
    /// What a review left to the member beyond what the metric says: no refund takes that.
    kept: usize,
    /// When the tier was reached, or kept by a review.
    pub(crate) since: Micros,
    /// The window's end after which the tier may still be kept, while that lasts.
    grace_from: Option<Micros>,
    /// A tier given by hand, and until when.
    pub(crate) manual: Option<(usize, Micros)>,
}

/// Points that welcomed a member to a tier.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    tier: usize,
    earning: Number,
    points: i64,
    /// When the tier was reached.
    at: Micros,
    undone: bool,
}

impl Standing {
    pub(super) fn first(now: Micros) -> Self {
        Self {
            tier: 0,
            kept: 0,
            since: now,
            grace_from: None,
            manual: None,
        }
    }
}

impl Programme {
    /// The tier that counts now.
    pub(crate) fn tier_now(&self, who: usize, now: Micros) -> usize {
        let standing = &self.members[who].standing;
        let manual = standing.manual.filter(|(_, until)| now < *until);
        manual.map_or(standing.tier, |(tier, _)| tier)
    }

    /// A tier that was given by hand goes.
    pub(super) fn end_manual(&mut self, who: usize) {
        self.members[who].standing.manual = None;
    }

    pub(crate) fn give_tier(&mut self, who: usize, manual: Option<(usize, Micros)>) {
        self.members[who].standing.manual = manual;
    }

    /// What the metric says over a whole life.
    pub(super) fn metric(&self, who: usize) -> i64 {
        match self.rules.metric {
            Metric::PointsEarned => self.points_earned(who),
            Metric::AmountSpent => self.spent(who),
            Metric::Orders => self.orders_of(who),
        }
    }

    pub(super) fn points_earned(&self, who: usize) -> i64 {
        self.points_within(who, Micros::MIN, Micros::MAX)
    }

    fn points_within(&self, who: usize, from: Micros, until: Micros) -> i64 {
        let lots = self.members[who].lots.iter().filter(|lot| lot.counts);
        let lots = lots.filter(|lot| (from..until).contains(&lot.opened_at));
        lots.map(|lot| lot.amount - lot.taken_back).sum()
    }

    /// What the metric says of a stretch of time.
    fn within(&self, who: usize, from: Micros, until: Micros) -> i64 {
        if self.rules.window == Window::Lifetime {
            return self.metric(who);
        }
        match self.rules.metric {
            Metric::PointsEarned => self.points_within(who, from, until),
            Metric::AmountSpent => self.spent_within(who, from, until),
            Metric::Orders => self.orders_within(who, from, until),
        }
    }

    fn reached(&self, value: i64) -> usize {
        let reached = self
            .rules
            .tiers
            .iter()
            .rposition(|tier| tier.threshold <= value);
        reached.unwrap_or(0)
    }

    fn window_start(&self, at: Micros) -> Micros {
        window_before(self.rules.window, at, self.rules.zone)
    }

    fn is_rolling(&self) -> bool {
        matches!(self.rules.window, Window::Rolling { .. })
    }

    /// The window that a review at `end` looks at: a rolling one has all that came since the tier was
    /// reached or kept, a year its days.
    fn reviewed(&self, who: usize, end: Micros) -> (Micros, Micros) {
        if self.is_rolling() {
            (self.members[who].standing.since + 1, end + 1)
        } else {
            (self.window_start(end - 1), end)
        }
    }

    /// What counts towards a higher tier now.
    fn value_now(&self, who: usize, now: Micros) -> i64 {
        self.within(who, self.window_start(now), Micros::MAX)
    }

    /// What counts towards the tier that had not been deserved at the window's end: a grace makes that window longer.
    fn value_in_grace(&self, who: usize) -> Option<i64> {
        let end = self.members[who].standing.grace_from?;
        Some(self.within(who, self.reviewed(who, end).0, Micros::MAX))
    }

    /// After something happened: the tier follows the metric if that has moved.
    pub(super) fn move_tier(&mut self, who: usize, before: i64, now: Micros) {
        let metric = self.metric(who);
        if metric > before {
            self.rise(who, now);
        } else if metric < before {
            self.fall(who, now);
        }
    }

    /// What the member is shown: what counts towards the next tier, and towards keeping this one.
    pub(crate) fn values(&self, who: usize, now: Micros) -> (i64, i64) {
        let (rules, standing) = (&self.rules, &self.members[who].standing);
        let value = self.value_now(who, now);
        let end = window_after(rules.window, standing.since, rules.zone);
        let of_window = end.map(|end| {
            let (from, until) = self.reviewed(who, end);
            self.within(who, from, until)
        });
        let keeps = self.value_in_grace(who).or(of_window).unwrap_or(value);
        (value, keeps)
    }

    fn rise(&mut self, who: usize, now: Micros) {
        let has = self.members[who].standing.tier;
        let reached = self.reached(self.value_now(who, now)).max(has);
        let in_grace = self.value_in_grace(who);
        let saved = in_grace.is_some_and(|value| self.reached(value) >= has);
        if reached == has && !saved {
            return;
        }
        let standing = &mut self.members[who].standing;
        *self.seen.entry("a tier was reached").or_insert(0) += 1;
        *self
            .seen
            .entry("a tier was saved in its grace")
            .or_insert(0) += u64::from(saved);
        if saved {
            standing.kept = has;
        }
        (standing.tier, standing.since, standing.grace_from) = (reached, now, None);
        let each = self.rules.entry_of_each;
        for tier in has + 1..=reached {
            if each || tier == reached {
                self.welcome(who, tier, now);
            }
        }
    }

    /// Once per tier, unless it was undone.
    fn welcome(&mut self, who: usize, tier: usize, now: Micros) {
        let points = self.rules.tiers[tier].entry;
        let had = self.members[who]
            .entries
            .iter()
            .any(|entry| entry.tier == tier && !entry.undone);
        if points == 0 || had {
            return;
        }
        self.saw("a tier welcomed", true);
        let earning = self.credit(who, now, points, None, false);
        let entry = Entry {
            tier,
            earning,
            points,
            at: now,
            undone: false,
        };
        self.members[who].entries.push(entry);
    }

    fn fall(&mut self, who: usize, now: Micros) {
        let since = self.members[who].standing.since;
        let last = since - i64::from(!self.is_rolling());
        let value_since = self.within(who, self.window_start(last), since + 1);
        let value = self.value_now(who, now).max(value_since);
        let deserved = self.reached(value.max(self.value_in_grace(who).unwrap_or(value)));
        let standing = &mut self.members[who].standing;
        let to = deserved.max(standing.kept);
        if to >= standing.tier {
            return;
        }
        *self.seen.entry("a refund took a tier").or_insert(0) += 1;
        standing.tier = to;
        if to == 0 {
            standing.grace_from = None;
        }
        let mut undone = Vec::new();
        for entry in self.members[who].entries.clone() {
            if entry.tier > to && !entry.undone && self.is_undone(who, &entry) {
                undone.push(entry);
            }
        }
        for entry in undone {
            self.saw("a refund took a welcome", true);
            let entries = self.members[who].entries.iter_mut();
            for entry in entries.filter(|other| other.earning == entry.earning) {
                entry.undone = true;
            }
            self.reverse(who, entry.earning, entry.points);
        }
    }

    /// Whether an upgrade is no longer deserved by what counted when it happened.
    fn is_undone(&self, who: usize, entry: &Entry) -> bool {
        let value = self.within(who, self.window_start(entry.at), entry.at + 1);
        self.rules.window == Window::Lifetime || value < self.rules.tiers[entry.tier].threshold
    }

    /// When somebody would have to look at the earned tier.
    pub(super) fn review_at(&self, who: usize) -> Option<Micros> {
        let standing = &self.members[who].standing;
        if standing.tier == 0 {
            return None;
        }
        match standing.grace_from {
            Some(end) => Some(end + self.rules.tier_grace_days * DAY),
            None => window_after(self.rules.window, standing.since, self.rules.zone),
        }
    }

    /// The end of a window, or of the grace after it.
    pub(super) fn review(&mut self, who: usize, at: Micros) {
        let in_grace = self.members[who].standing.grace_from;
        let end = in_grace.unwrap_or(at);
        let (from, until) = self.reviewed(who, end);
        let until = if in_grace.is_some() {
            Micros::MAX
        } else {
            until
        };
        let value = self.within(who, from, until);
        let deserved = self.reached(value);
        let one_step = self.rules.one_step;
        let grace = self.rules.tier_grace_days > 0;
        let standing = &mut self.members[who].standing;
        let has = standing.tier;
        if deserved >= has {
            standing.kept = if in_grace.is_some() { has } else { 0 };
            (standing.since, standing.grace_from) = (end, None);
        } else if in_grace.is_none() && grace {
            standing.grace_from = Some(end);
        } else {
            let to = if one_step { has - 1 } else { deserved };
            *self.seen.entry("a review took a tier").or_insert(0) += 1;
            (standing.tier, standing.kept) = (to, to);
            (standing.since, standing.grace_from) = (end, None);
        }
    }
}
