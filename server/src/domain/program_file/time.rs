//! What a programme's file says about time and products, checked.

#[cfg(test)]
mod tests;

use super::check::{Check, decimal, is_slug};
use super::tables::{
    AppliesName, CampaignTable, Downgrade, Entry, ExpiryName, ExpiryTable, FeedbackTable,
    GivesTable, LadderTable, ProductTable, WindowName,
};
use crate::domain::Instant;
use crate::domain::program::{Applies, Campaign, Ladder, ProductRate, Tier};
use app::api::{Expiry, Gives, Window};
use jiff::civil::Date;
use jiff::fmt::temporal::Pieces;
use jiff::tz::TimeZone;

/// The longest that a window or a lot may last: ten years.
const MONTHS_MAX: i64 = 120;
/// The longest warning or grace.
const DAYS_MAX: u32 = 366;
/// The longest that members may be told to wait for an answer: two weeks.
const ANSWER_HOURS_MAX: u32 = 336;

impl Check {
    pub(super) fn expiry(&mut self, table: &ExpiryTable) -> Expiry {
        self.days("expiry.warn_days", table.warn_days);
        self.days("expiry.grace_days", table.grace_days);
        let counts_months = matches!(table.after, ExpiryName::Earning | ExpiryName::Inactivity);
        let months = self.months("expiry.months", table.months, counts_months);
        if table.date.is_some() && table.after != ExpiryName::Date {
            self.fault("expiry.date", "leave it out, or write after = \"date\"");
        }
        match table.after {
            ExpiryName::Never => Expiry::Never,
            ExpiryName::Earning => Expiry::Earning { months },
            ExpiryName::Inactivity => Expiry::Inactivity { months },
            ExpiryName::Date => self.date(table.date.as_deref().unwrap_or("")),
        }
    }

    fn date(&mut self, text: &str) -> Expiry {
        // A year that is no leap year: a day that is not there every year cannot be a deadline.
        let day = format!("2001-{text}").parse::<Date>().ok();
        let day = day.filter(|_| text.len() == 5).unwrap_or_else(|| {
            let remedy = "write the day as MM-DD, such as \"12-31\"; it has to be there every year";
            self.fault("expiry.date", remedy);
            Date::constant(2001, 12, 31)
        });
        Expiry::Date {
            month: day.month().into(),
            day: day.day().into(),
        }
    }

    pub(super) fn ladder(&mut self, table: &LadderTable) -> Ladder {
        self.days("ladder.grace_days", table.grace_days);
        let rolling = table.window == WindowName::Rolling;
        let months = self.months("ladder.months", table.months, rolling);
        Ladder {
            window: match table.window {
                WindowName::Lifetime => Window::Lifetime,
                WindowName::Rolling => Window::Rolling { months },
                WindowName::Year => Window::Year,
            },
            one_step: table.downgrade == Downgrade::OneStep,
            grace_days: table.grace_days,
            entry_of_each: table.entry == Entry::Each,
        }
    }

    fn months(&mut self, field: &str, months: Option<i64>, wanted: bool) -> i64 {
        match months {
            Some(months) if wanted && (1..=MONTHS_MAX).contains(&months) => return months,
            None if !wanted => {}
            Some(_) if !wanted => self.fault(field, "leave it out: nothing is counted in months"),
            _ => self.fault(field, format!("give a number from 1 to {MONTHS_MAX}")),
        }
        1
    }

    pub(super) fn answer_hours(&mut self, table: &FeedbackTable) -> u32 {
        if !(1..=ANSWER_HOURS_MAX).contains(&table.answer_hours) {
            let remedy = format!("give a number from 1 to {ANSWER_HOURS_MAX}");
            self.fault("feedback.answer_hours", remedy);
        }
        table.answer_hours
    }

    fn days(&mut self, field: &str, days: u32) {
        if days > DAYS_MAX {
            self.fault(field, format!("give a number from 0 to {DAYS_MAX}"));
        }
    }

    pub(super) fn gives(&mut self, at: &str, table: GivesTable, exponent: u32) -> Gives {
        let discount = table.discount.map(|text| {
            let found = decimal(&text, 1).filter(|permille| (1..=1000).contains(permille));
            found.unwrap_or_else(|| {
                let remedy = "write percent in quotes, such as \"5\", from 0.1 to 100";
                self.fault(format!("{at}.discount"), remedy);
                1
            })
        });
        if table
            .early_access_days
            .is_some_and(|days| !(1..=366).contains(&days))
        {
            self.fault(
                format!("{at}.early_access_days"),
                "give a number from 1 to 366",
            );
        }
        if table.tag.as_deref().is_some_and(|tag| !is_slug(tag)) {
            let remedy = "use 2 to 40 small letters, digits and hyphens";
            self.fault(format!("{at}.tag"), remedy);
        }
        let field = format!("{at}.free_delivery_from");
        Gives {
            discount_permille: discount,
            free_delivery_from: table.free_delivery_from.map(|text| {
                let free = decimal(&text, exponent) == Some(0);
                if free {
                    0
                } else {
                    self.money(&field, &text, exponent)
                }
            }),
            early_access_days: table.early_access_days,
            tag: table.tag,
        }
    }

    pub(super) fn products(&mut self, tables: Vec<ProductTable>) -> Vec<ProductRate> {
        let mut rates = Vec::new();
        for (index, table) in tables.into_iter().enumerate() {
            let at = format!("purchase.product[{index}]");
            if table.skus.is_empty() && table.collections.is_empty() {
                self.fault(&at, "name the products: give skus, collections or both");
            }
            rates.push(ProductRate {
                multiplier_permille: self.multiplier(&at, &table.multiplier, 0),
                skus: table.skus,
                collections: table.collections,
            });
        }
        rates
    }

    pub(super) fn campaigns(
        &mut self,
        tables: Vec<CampaignTable>,
        tiers: &[Tier],
        time_zone: &str,
    ) -> Vec<Campaign> {
        let zone = crate::domain::program::zone(time_zone);
        let mut campaigns: Vec<Campaign> = Vec::new();
        for (index, table) in tables.into_iter().enumerate() {
            let at = format!("campaign[{index}]");
            let taken = campaigns.iter().any(|known| known.id == table.id);
            self.id(&at, &table.id, taken);
            self.localized(&format!("{at}.name"), &table.name);
            self.known_tiers(&at, &table.tiers, tiers);
            let starts_at = self.moment(&format!("{at}.starts"), &table.starts, &zone);
            let ends_at = self.moment(&format!("{at}.ends"), &table.ends, &zone);
            if ends_at <= starts_at {
                self.fault(format!("{at}.ends"), "a campaign ends after it starts");
            }
            campaigns.push(Campaign {
                multiplier_permille: self.multiplier(&at, &table.multiplier, 1),
                id: table.id,
                name: table.name,
                starts_at,
                ends_at,
                tiers: table.tiers,
                applies: match table.applies {
                    AppliesName::Purchase => Applies::Purchase,
                    AppliesName::Referral => Applies::Referral,
                    AppliesName::Both => Applies::Both,
                },
            });
        }
        campaigns
    }

    pub(super) fn moment(&mut self, field: &str, text: &str, zone: &TimeZone) -> Instant {
        // An offset would be passed over without a word: the programme's zone is what counts.
        let local = Pieces::parse(text)
            .ok()
            .filter(|pieces| pieces.offset().is_none() && pieces.time_zone_annotation().is_none());
        let local = local.map(|at| at.date().to_datetime(at.time().unwrap_or_default()));
        let moment = local.and_then(|local| local.to_zoned(zone.clone()).ok());
        let Some(moment) = moment else {
            let remedy = "write it as 2026-12-01T00:00, in the programme's time zone";
            self.fault(field, remedy);
            return 0;
        };
        moment.timestamp().as_microsecond()
    }

    /// Tiers that something is for.
    pub(super) fn known_tiers(&mut self, at: &str, names: &[String], tiers: &[Tier]) {
        for name in names {
            if !tiers.iter().any(|tier| tier.id == *name) {
                let remedy = format!("there is no tier \"{name}\"");
                self.fault(format!("{at}.tiers"), remedy);
            }
        }
    }

    pub(super) fn id(&mut self, at: &str, id: &str, taken: bool) {
        if !is_slug(id) || taken {
            let remedy = "use small letters, digits and hyphens, each id once";
            self.fault(format!("{at}.id"), remedy);
        }
    }
}
