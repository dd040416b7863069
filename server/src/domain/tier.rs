//! Which tier a member has, for how long, and what it takes to keep it or to rise.
//!
//! Upwards at once. Downwards at the end of a window, by one step or to where the metric says, perhaps
//! after a grace; and at once where a refund takes away what had lifted the member.
//!
//! A rolling window of N months has, at each moment, everything that is younger than N months: its
//! beginning is out and its end is in. So what lifted a member counts for N months and no longer, and at
//! the review N months later they keep the tier by what came since. A year has its first moment, and
//! ends just before the next.

mod successor;
#[cfg(test)]
mod tests;

pub use successor::{has, successor};

use super::program::{Ladder, Program, Tier};
use super::{DAY, Instant};
use app::api::{Keep, Metric, NextTier, Standing, Window};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};
use std::ops::AddAssign;

/// A member's counters. They only ever count what is final: points when they become available,
/// money when it was paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Points that became available, less what was taken back. Spending does not lower it.
    pub points_earned: i64,
    /// Paid and not refunded, in the currency's smallest unit.
    pub amount_spent: i64,
    /// Orders that were paid and not wholly given back.
    pub orders: i64,
}

impl AddAssign for Counters {
    fn add_assign(&mut self, add: Self) {
        self.points_earned += add.points_earned;
        self.amount_spent += add.amount_spent;
        self.orders += add.orders;
    }
}

impl Counters {
    /// The one that `metric` reads.
    pub fn value(self, metric: Metric) -> i64 {
        match metric {
            Metric::PointsEarned => self.points_earned,
            Metric::AmountSpent => self.amount_spent,
            Metric::Orders => self.orders,
        }
    }
}

/// A tier given by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manual {
    /// The tier's id.
    pub tier: String,
    /// Until when.
    pub until: Instant,
}

/// Where a member stands, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The earned tier.
    pub tier: String,
    /// What was left to the member beyond what the metric says, by a fall of one step or by a grace: no
    /// refund takes it before the next review.
    pub kept: String,
    /// When the tier was reached, or kept by a review.
    pub since: Instant,
    /// The end of the window after which it was no longer deserved, while the grace lasts.
    pub grace_from: Option<Instant>,
    /// A tier given by hand.
    pub manual: Option<Manual>,
}

impl Held {
    /// Where everybody begins.
    pub fn first(program: &Program, now: Instant) -> Self {
        let first = &program.tiers[0].id;
        Self {
            tier: first.clone(),
            kept: first.clone(),
            since: now,
            grace_from: None,
            manual: None,
        }
    }

    /// The tier that counts: the one given by hand while it lasts, else the earned one.
    pub fn effective(&self, now: Instant) -> &str {
        let manual = self.manual.as_ref().filter(|manual| now < manual.until);
        manual.map_or(&self.tier, |manual| &manual.tier)
    }

    /// When somebody has to look at it: the end of the window, of the grace, or of what was given by
    /// hand. Never where there is nothing to lose.
    pub fn review_at(&self, program: &Program, zone: &TimeZone) -> Option<Instant> {
        let ladder = &program.ladder;
        let grace = self.grace_from.map(|from| grace_end(ladder, from));
        let has_more = by_id(program, &self.tier).threshold > 0;
        let earned = grace.or_else(|| window_end(ladder.window, self.since, zone));
        let earned = earned.filter(|_| has_more);
        let manual = self.manual.as_ref().map(|manual| manual.until);
        earned.into_iter().chain(manual).min()
    }
}

/// A stretch of time: from the first moment, until just before the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The first moment.
    pub from: Instant,
    /// Just after the last one.
    pub until: Instant,
}

/// The highest tier that a value of the metric reaches.
pub fn reached(program: &Program, value: i64) -> &Tier {
    let reached = program
        .tiers
        .iter()
        .rev()
        .find(|tier| tier.threshold <= value);
    // The first tier begins at 0; after a refund a counter may stand below it.
    reached.unwrap_or(&program.tiers[0])
}

/// The higher of two tiers.
pub fn higher<'a>(one: &'a Tier, other: &'a Tier) -> &'a Tier {
    if other.threshold > one.threshold {
        other
    } else {
        one
    }
}

/// The tier with this id, or the first one if the rules no longer have it.
pub fn by_id<'a>(program: &'a Program, id: &str) -> &'a Tier {
    let found = program.tiers.iter().find(|tier| tier.id == id);
    found.unwrap_or(&program.tiers[0])
}

/// The window that ends now: what counts towards the next tier.
pub fn window_now(program: &Program, now: Instant, zone: &TimeZone) -> Stretch {
    Stretch {
        from: window_start(program.ladder.window, now, zone),
        until: Instant::MAX,
    }
}

/// The window in which a tier was reached at `at`.
pub fn window_until(program: &Program, at: Instant, zone: &TimeZone) -> Stretch {
    Stretch {
        from: window_start(program.ladder.window, at, zone),
        until: at + 1,
    }
}

/// The window in which the present tier was reached or last kept: what the member has it for.
pub fn window_since(program: &Program, held: &Held, zone: &TimeZone) -> Stretch {
    // A review happens at a window's end, and looked at that window.
    let window = program.ladder.window;
    Stretch {
        from: window_start(window, last_of(window, held.since), zone),
        until: held.since + 1,
    }
}

/// The window that the next review looks at: what counts towards keeping the tier. A grace makes the one longer
/// that had ended. None where tiers are for life.
pub fn window_kept(program: &Program, held: &Held, zone: &TimeZone) -> Option<Stretch> {
    let window = program.ladder.window;
    let end = held.grace_from;
    let end = end.or_else(|| window_end(window, held.since, zone))?;
    Some(Stretch {
        from: reviewed_from(window, held, end, zone),
        until: match held.grace_from {
            Some(_) => Instant::MAX,
            None => last_of(window, end) + 1,
        },
    })
}

/// Where a window begins that ends at `end` and is reviewed then. A rolling one begins after the moment
/// from which it was counted: the months back from `end` may lead before that, where a month is short.
fn reviewed_from(window: Window, held: &Held, end: Instant, zone: &TimeZone) -> Instant {
    match window {
        Window::Rolling { .. } => held.since + 1,
        Window::Lifetime | Window::Year => window_start(window, last_of(window, end), zone),
    }
}

/// The last moment of a window that ends at `end`.
fn last_of(window: Window, end: Instant) -> Instant {
    match window {
        Window::Rolling { .. } => end,
        Window::Lifetime | Window::Year => end - 1,
    }
}

/// After something was counted: the member rises at once where the metric of the window that ends now says so.
/// `in_grace` is that of the longer one, while there is a grace: it saves the tier and lifts to no other.
pub fn rise(
    program: &Program,
    held: &Held,
    value: i64,
    in_grace: Option<i64>,
    now: Instant,
) -> Held {
    let reached = reached(program, value);
    let has = by_id(program, &held.tier);
    let rises = reached.threshold > has.threshold;
    let saved = in_grace.is_some_and(|value| value >= has.threshold);
    if !rises && !saved {
        return held.clone();
    }
    Held {
        tier: higher(has, reached).id.clone(),
        // What the longer window of the grace saved, no other window explains.
        kept: if saved { &has.id } else { &held.kept }.clone(),
        since: now,
        grace_from: None,
        manual: held.manual.clone(),
    }
}

/// After something was taken back: the member falls to what is still deserved, but never below what an
/// earlier window left.
pub fn fall(program: &Program, held: &Held, deserved: &Tier) -> Held {
    let kept = by_id(program, &held.kept);
    let floor = higher(kept, deserved);
    if floor.threshold >= by_id(program, &held.tier).threshold {
        return held.clone();
    }
    Held {
        tier: floor.id.clone(),
        // Where there is nothing left to lose, there is no grace.
        grace_from: held.grace_from.filter(|_| floor.threshold > 0),
        ..held.clone()
    }
}

/// At the end of a window: the tier is kept, or a grace begins, or the member falls. `value` is the
/// metric of the window that ended, made longer by the grace if there is one.
pub fn review(program: &Program, held: &Held, value: i64, now: Instant, zone: &TimeZone) -> Held {
    let ladder = &program.ladder;
    let has = by_id(program, &held.tier);
    let deserved = reached(program, value);
    let end = held
        .grace_from
        .or_else(|| window_end(ladder.window, held.since, zone));
    let Some(end) = end.filter(|end| *end <= now && has.threshold > 0) else {
        return held.clone();
    };
    if deserved.threshold >= has.threshold {
        let kept = if held.grace_from.is_some() {
            has
        } else {
            &program.tiers[0]
        };
        return Held {
            kept: kept.id.clone(),
            since: end,
            grace_from: None,
            ..held.clone()
        };
    }
    if held.grace_from.is_none() && ladder.grace_days > 0 {
        return Held {
            grace_from: Some(end),
            ..held.clone()
        };
    }
    if held
        .grace_from
        .is_some_and(|from| now < grace_end(ladder, from))
    {
        return held.clone();
    }
    let below = program
        .tiers
        .iter()
        .rev()
        .find(|tier| tier.threshold < has.threshold);
    let to = if ladder.one_step {
        below.unwrap_or(deserved)
    } else {
        deserved
    };
    Held {
        tier: to.id.clone(),
        kept: to.id.clone(),
        since: end,
        grace_from: None,
        manual: held.manual.clone(),
    }
}

/// The tiers that welcome a member who rises from one to another.
pub fn welcomed<'a>(program: &'a Program, from: &str, to: &str) -> Vec<&'a Tier> {
    let (from, to) = (by_id(program, from).threshold, by_id(program, to).threshold);
    let each = program.ladder.entry_of_each;
    let passed = program
        .tiers
        .iter()
        .filter(|tier| tier.threshold > from && tier.threshold <= to);
    passed
        .filter(|tier| tier.entry_points > 0 && (each || tier.threshold == to))
        .collect()
}

fn grace_end(ladder: &Ladder, from: Instant) -> Instant {
    from + i64::from(ladder.grace_days) * DAY
}

/// The first moment of the window whose last one is `at`.
fn window_start(window: Window, at: Instant, zone: &TimeZone) -> Instant {
    let micros = |start: Zoned| start.timestamp().as_microsecond();
    let start = match window {
        Window::Lifetime => None,
        Window::Rolling { months } => {
            let before = Span::new().try_months(months).ok();
            let start = local(at, zone).zip(before);
            // What is exactly so old is not younger any more.
            start.and_then(|(at, months)| Some(micros(at.checked_sub(months).ok()?) + 1))
        }
        Window::Year => local(at, zone)
            .and_then(|at| at.first_of_year().ok()?.start_of_day().ok())
            .map(micros),
    };
    start.unwrap_or(Instant::MIN)
}

/// When the window of a tier that was reached at `since` ends, if it does.
fn window_end(window: Window, since: Instant, zone: &TimeZone) -> Option<Instant> {
    let since = local(since, zone)?;
    let end = match window {
        Window::Lifetime => return None,
        Window::Rolling { months } => since.checked_add(Span::new().try_months(months).ok()?),
        Window::Year => since
            .first_of_year()
            .and_then(|day| day.start_of_day())
            .and_then(|day| day.checked_add(Span::new().years(1))),
    };
    Some(end.ok()?.timestamp().as_microsecond())
}

fn local(at: Instant, zone: &TimeZone) -> Option<Zoned> {
    Some(Timestamp::from_microsecond(at).ok()?.to_zoned(zone.clone()))
}

/// Where a member stands, in one language. `value` is the metric that counts towards the next tier,
/// `keeps` the one that counts towards keeping this one.
pub fn standing(
    program: &Program,
    held: &Held,
    (value, keeps): (i64, i64),
    now: Instant,
    locale: &str,
) -> Standing {
    let zone = program.zone();
    let text = |at: Instant| {
        Timestamp::from_microsecond(at)
            .unwrap_or_default()
            .to_string()
    };
    let tier = by_id(program, held.effective(now));
    let next = program
        .tiers
        .iter()
        .find(|next| next.threshold > tier.threshold);
    let window = program.ladder.window;
    // A rolling window has no end by which all of it would have to be there.
    let by = (window == Window::Year)
        .then(|| window_end(window, now, &zone))
        .flatten();
    let manual = held.manual.as_ref().filter(|manual| now < manual.until);
    let earned = by_id(program, &held.tier);
    let until = Held {
        manual: None,
        ..held.clone()
    }
    .review_at(program, &zone);
    Standing {
        tier: tier.view(locale),
        value,
        next: next.map(|next| NextTier {
            tier: next.view(locale),
            missing: (next.threshold - value).max(0),
            by: by.map(text),
        }),
        keep: until.filter(|_| manual.is_none()).map(|until| Keep {
            until: text(until),
            missing: (earned.threshold - keeps).max(0),
        }),
        manual_until: manual.map(|manual| text(manual.until)),
    }
}
