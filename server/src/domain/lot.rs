//! Lots: what is left of each earning, which of it goes first, and when it runs out.
//!
//! While a member owes nothing, what is left of all lots together is what they can spend. A member who
//! owes has no lot with anything left: what comes in pays the debt first.

#[cfg(test)]
mod tests;

use super::Instant;
use app::api::{Expiry, TransferId};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};

/// What is left of one earning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    /// The transfer that earned it (its hold, if it waited), or that gave it back.
    pub id: TransferId,
    /// What it began with.
    pub amount: i64,
    /// What can still be spent of it.
    pub remaining: i64,
    /// What ran out.
    pub expired: i64,
    /// What refunds took back of this earning, wherever the points came from.
    pub taken_back: i64,
    /// Whether it counts towards tiers.
    pub counts: bool,
    /// When its points became available.
    pub opened_at: Instant,
    /// From when on it is gone.
    pub expires_at: Option<Instant>,
    /// Instead: it runs out so many months after the last activity.
    pub idle_months: Option<i64>,
    /// Whether points came back into it after it had run out: it then ends with their grace.
    pub late: bool,
    /// Whether the member was told that it will run out.
    pub warned: bool,
}

/// A part of a lot that a transfer takes or puts back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The lot.
    pub lot: TransferId,
    /// Points, above zero.
    pub amount: i64,
}

impl Lot {
    /// From when on it is gone, given when the member was last active.
    pub fn runs_out(&self, active_at: Instant, zone: &TimeZone) -> Option<Instant> {
        runs_out(self.expires_at, self.idle_months, active_at, zone)
    }

    /// Whether its own time is over, be it that a grace still runs.
    pub fn is_over(&self, active_at: Instant, now: Instant, zone: &TimeZone) -> bool {
        let ends = self.runs_out(active_at, zone);
        self.late || ends.is_some_and(|end| end <= now)
    }

    /// What a refund can still take back of it: a part that ran out never becomes debt.
    pub fn reversible(&self) -> i64 {
        (self.amount - self.expired - self.taken_back).max(0)
    }
}

/// From when on a lot is gone: at its date, or so many months after the last activity.
pub fn runs_out(
    expires_at: Option<Instant>,
    idle_months: Option<i64>,
    active_at: Instant,
    zone: &TimeZone,
) -> Option<Instant> {
    let idle = idle_months.and_then(|months| end_of_day(active_at, months, zone));
    expires_at.or(idle)
}

/// When points that become available at `at` run out: the date, or the months of quiet.
pub fn expiry(rule: Expiry, at: Instant, zone: &TimeZone) -> (Option<Instant>, Option<i64>) {
    match rule {
        Expiry::Never => (None, None),
        Expiry::Earning { months } => (end_of_day(at, months, zone), None),
        Expiry::Inactivity { months } => (None, Some(months)),
        Expiry::Date { month, day } => (next_date(at, month, day, zone), None),
    }
}

/// The end of the day that is `months` calendar months after `at`.
fn end_of_day(at: Instant, months: i64, zone: &TimeZone) -> Option<Instant> {
    end_after(at, Span::new().try_months(months).ok()?, zone)
}

/// The end of the day that is so much of the calendar after `at`: a day with a change of the clocks has another number
/// of hours.
fn end_after(at: Instant, span: Span, zone: &TimeZone) -> Option<Instant> {
    let day = local(at, zone)?.date().checked_add(span).ok()?;
    after(day, zone)
}

/// The end of the next such day of the year; of today, if today is one.
fn next_date(at: Instant, month: i64, day: i64, zone: &TimeZone) -> Option<Instant> {
    let today = local(at, zone)?.date();
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    [today.year(), today.year() + 1]
        .into_iter()
        .filter_map(|year| jiff::civil::Date::new(year, month, day).ok())
        .find(|date| *date >= today)
        .and_then(|date| after(date, zone))
}

/// The first moment after a day.
fn after(day: jiff::civil::Date, zone: &TimeZone) -> Option<Instant> {
    let next = day.tomorrow().ok()?.to_zoned(zone.clone()).ok()?;
    Some(next.timestamp().as_microsecond())
}

/// The last day on which points that are gone from `at` on could be spent, as `YYYY-MM-DD`.
pub fn last_day(at: Instant, zone: &TimeZone) -> String {
    local(at - 1, zone).map_or_else(String::new, |last| last.date().to_string())
}

fn local(at: Instant, zone: &TimeZone) -> Option<Zoned> {
    Some(Timestamp::from_microsecond(at).ok()?.to_zoned(zone.clone()))
}

/// Until when points can be spent that come back into a lot that has run out meanwhile: the end of the
/// day, `days` from now.
pub fn grace(now: Instant, days: u32, zone: &TimeZone) -> Option<Instant> {
    end_after(now, Span::new().try_days(days).ok()?, zone)
}

/// Puts lots in the order in which they are spent: what runs out first goes first.
pub fn sort(lots: &mut [Lot], active_at: Instant, zone: &TimeZone) {
    lots.sort_by_key(|lot| {
        let end = lot.runs_out(active_at, zone).unwrap_or(Instant::MAX);
        (end, lot.opened_at, lot.id)
    });
}

/// Takes up to `amount` from lots in their order.
pub fn take(lots: &[Lot], amount: i64) -> Vec<Part> {
    let mut wanted = amount;
    let mut parts = Vec::new();
    for lot in lots.iter().filter(|lot| lot.remaining > 0) {
        let amount = lot.remaining.min(wanted);
        if amount == 0 {
            break;
        }
        wanted -= amount;
        parts.push(Part {
            lot: lot.id,
            amount,
        });
    }
    parts
}

/// What a refund takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reversal {
    /// From the hold, which posts so much less.
    pub from_hold: i64,
    /// From what can be spent; what the lots do not cover becomes debt.
    pub from_available: i64,
    /// Where that comes from, lot by lot.
    pub parts: Vec<Part>,
}

/// Takes back `amount` of one earning: first from its hold, then from its own lot, then from the
/// others in their order. What has run out is let go.
pub fn reverse(amount: i64, held: i64, own: Option<&Lot>, others: &[Lot]) -> Reversal {
    let from_hold = amount.min(held);
    let from_available = own.map_or(0, |own| own.reversible().min(amount - from_hold));
    let mut parts = own.map_or_else(Vec::new, |own| {
        take(std::slice::from_ref(own), from_available)
    });
    let taken: i64 = parts.iter().map(|part| part.amount).sum();
    let own = own.map(|own| own.id);
    let others: Vec<Lot> = others
        .iter()
        .filter(|lot| Some(lot.id) != own)
        .cloned()
        .collect();
    parts.extend(take(&others, from_available - taken));
    Reversal {
        from_hold,
        from_available,
        parts,
    }
}

/// Where points go that come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    /// Into lots that are still good.
    pub parts: Vec<Part>,
    /// Into lots that have run out meanwhile, and get a grace. They stay with their own lot, so that a
    /// refund of what earned it knows which of its points ran out.
    pub late: Vec<Part>,
    /// Into a new lot, since what had been borrowed comes from none.
    pub borrowed: i64,
}

impl Return {
    /// The same where points do not run out any more: what is late is put beside what had been
    /// borrowed, into a lot that never ends.
    #[must_use]
    pub fn without_grace(mut self) -> Self {
        let late = self.late.drain(..);
        self.borrowed += late.map(|part| part.amount).sum::<i64>();
        self
    }
}

/// Puts `amount` back where `taken` came from, each lot with what is still missing there. What was
/// taken last comes back first, so that what is short-lived stays spent.
pub fn give_back(taken: &[(Lot, i64)], amount: i64, is_over: impl Fn(&Lot) -> bool) -> Return {
    let mut rest = amount;
    let (mut parts, mut late) = (Vec::new(), Vec::new());
    for (lot, missing) in taken.iter().rev() {
        let amount = rest.min(*missing);
        if amount == 0 {
            continue;
        }
        rest -= amount;
        let into = if is_over(lot) { &mut late } else { &mut parts };
        into.push(Part {
            lot: lot.id,
            amount,
        });
    }
    Return {
        parts,
        late,
        borrowed: rest,
    }
}
