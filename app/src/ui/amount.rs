//! Amounts, always with their unit.

use super::{Prints, Stage};
use crate::{
    api::{Expiring, ProgramView},
    panel::Panel,
    text::{self, Text},
};
use leptos::prelude::*;

/// The words of a panel, with the programme's unit and the reader's calendar at hand.
#[derive(Clone, Copy)]
pub(crate) struct Words<'a> {
    /// The language.
    pub(crate) text: &'static Text,
    /// The programme that names the unit.
    pub(crate) program: &'a ProgramView,
    pub(super) prints: &'a Prints,
    pub(super) stage: Stage,
    time_zone: &'a str,
    now: i64,
}

impl<'a> Words<'a> {
    /// The words that `panel` is written in.
    pub(crate) fn of(panel: &'a Panel) -> Self {
        Self {
            text: panel.text(),
            program: &panel.program,
            prints: &panel.prints,
            stage: stage(&panel.program, panel.now),
            time_zone: panel.time_zone(),
            now: panel.now,
        }
    }

    /// "1,240 beans".
    pub(crate) fn count(&self, n: i64) -> String {
        text::count(self.text, &self.program.unit, n)
    }

    /// "1,240".
    pub(crate) fn number(&self, n: i64) -> String {
        self.text.number(n)
    }

    /// "+120".
    pub(crate) fn signed(&self, n: i64) -> String {
        text::signed(self.text, n)
    }

    /// An amount in the programme's currency.
    pub(crate) fn money(&self, amount: i64) -> String {
        text::money(self.text, amount, &self.program.currency)
    }

    /// What `n` points are worth, where the programme says so and it fits.
    pub(crate) fn worth(&self, n: i64) -> Option<String> {
        let value = self.program.point_value?.checked_mul(n)?;
        Some(self.money(value))
    }

    /// "×1.25".
    pub(crate) fn multiplier(&self, permille: i64) -> String {
        text::multiplier(self.text, permille)
    }

    /// The day of an instant of the wire.
    pub(crate) fn date(&self, rfc3339: &str) -> String {
        text::date_of(self.text, rfc3339, self.time_zone, self.now)
    }

    /// The day and the time of an instant of the wire.
    pub(crate) fn moment(&self, rfc3339: &str) -> String {
        text::moment_of(self.text, rfc3339, self.time_zone, self.now)
    }

    /// The last day before an instant of the wire, for the reader: what is gone from midnight on is
    /// there until the day before.
    pub(crate) fn last_day(&self, rfc3339: &str) -> String {
        self.last_day_in(self.time_zone, rfc3339)
    }

    /// The day of an instant in the programme's own zone, which tiers and campaigns go by.
    pub(crate) fn shop_date(&self, rfc3339: &str) -> String {
        text::date_of(self.text, rfc3339, &self.program.time_zone, self.now)
    }

    /// The last day before an instant in the programme's own zone.
    pub(crate) fn shop_last_day(&self, rfc3339: &str) -> String {
        self.last_day_in(&self.program.time_zone, rfc3339)
    }

    fn last_day_in(&self, time_zone: &str, rfc3339: &str) -> String {
        text::micros(rfc3339).map_or_else(String::new, |at| {
            text::last_day(self.text, at, time_zone, self.now)
        })
    }

    /// Whether an instant of the wire has come.
    pub(crate) fn is_past(&self, rfc3339: &str) -> bool {
        text::micros(rfc3339).is_some_and(|at| at <= self.now)
    }

    /// "90 beans run out on 31 December", without a full stop.
    pub(crate) fn runs_out(&self, expiring: &Expiring) -> String {
        let amount = self.count(expiring.amount);
        (self.text.runs_out)(expiring.amount, &amount, &self.last_day(&expiring.at))
    }

    /// The day so many days from now, for the reader.
    pub(crate) fn in_days(&self, days: u32) -> String {
        const DAY: i64 = 86_400_000_000;
        let at = self.now.saturating_add(i64::from(days) * DAY);
        text::date(self.text, at, self.time_zone, self.now)
    }

    /// The latest day that may be somebody's birthday, `YYYY-MM-DD`.
    pub(crate) fn today(&self) -> String {
        text::iso_day(self.now)
    }

    /// What purchases earn: "5 %".
    pub(crate) fn purchase_rate(&self) -> Option<String> {
        let rule = self.program.purchase.as_ref()?;
        Some(text::rate(self.text, rule.points, rule.per, &rule.currency))
    }
}

/// What the texts of a moment depend on. The days of campaigns are told in the shop's zone.
fn stage(program: &ProgramView, now: i64) -> Stage {
    let bounds = program.campaigns.iter();
    let bounds = bounds.flat_map(|campaign| [&campaign.starts_at, &campaign.ends_at]);
    Stage {
        today: text::day_in(now, "UTC"),
        day: text::day_in(now, &program.time_zone),
        past: bounds
            .filter(|at| text::micros(at).is_some_and(|at| at <= now))
            .count(),
    }
}

/// The number that the page is about, with its unit.
pub(crate) fn hero(words: Words<'_>, n: i64) -> impl IntoView + use<> {
    let unit = text::unit(words.text, &words.program.unit, n).to_owned();
    view! {
        <span class="hero">
            <b>{words.number(n)}</b>
            " "
            <span class="unit">{unit}</span>
        </span>
    }
}
