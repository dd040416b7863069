//! What a programme must be to be used.

use super::rewards::Around;
use super::tables::{DebtName, File, PurchaseTable, TierTable};
use crate::domain::program::{Debt, Program, Purchase, Tier};
use app::api::{Localized, UnitForms};
use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv6Addr;

/// The most that a tier multiplies, in thousandths.
const MULTIPLIER_MAX: i64 = 100_000;

/// The most points that one task, reward or welcome moves.
pub const POINTS_MAX: i64 = 1_000_000_000;

/// Fields and their remedies.
pub(super) type Found = Vec<(String, String)>;

/// The programme, what is wrong with it (the field and the remedy), and what the guard refuses of it.
pub(super) fn build(file: File) -> (Program, Found, Found) {
    let mut check = Check {
        locales: file.locales.clone(),
        audience: file.audience.clone(),
        found: Vec::new(),
        refused: Vec::new(),
    };
    check.head(&file);
    let exponent = check.exponent(&file.currency);
    let point_value = file
        .point_value
        .map(|text| check.money("point_value", &text, exponent));
    let expiry = check.expiry(&file.expiry);
    let ladder = check.ladder(&file.ladder);
    let answer_hours = check.answer_hours(&file.feedback);
    let tiers = check.tiers(file.tier, exponent);
    let purchase = file.purchase.map(|table| check.purchase(table, exponent));
    let campaigns = check.campaigns(file.campaign, &tiers, &file.time_zone);
    let connections = check.connections(file.connection);
    let sign_in = check.sign_in(&file.sign_in, &connections);
    let tasks = check.tasks(file.task, &connections);
    let around = Around {
        tiers: &tiers,
        connections: &connections,
        time_zone: &file.time_zone,
        exponent,
    };
    let rewards = check.rewards(file.reward, &around);
    let spending = check.spending(&file.spending);
    check.shop_codes(&rewards, &connections, spending);
    let referral = file
        .referral
        .map(|table| check.referral(table, spending, exponent));
    let program = Program {
        slug: file.slug,
        name: file.name,
        locales: file.locales,
        time_zone: file.time_zone,
        currency: file.currency,
        origins: file.origins,
        auto_join: file.auto_join,
        sign_in,
        unit: file.unit,
        point_value,
        expiry,
        warn_days: file.expiry.warn_days,
        grace_days: file.expiry.grace_days,
        debt: match file.debt {
            DebtName::Carry => Debt::Carry,
            DebtName::WriteOff => Debt::WriteOff,
        },
        answer_hours,
        metric: file.metric,
        ladder,
        tiers,
        purchase,
        campaigns,
        connections,
        tasks,
        rewards,
        spending,
        referral,
        brand_color: file.brand.color,
        corner: file.brand.corner,
        launcher: file.brand.launcher,
    };
    (program, check.found, check.refused)
}

pub(super) struct Check {
    pub(super) locales: Vec<String>,
    pub(super) audience: Vec<String>,
    found: Found,
    /// What platforms or the law forbid.
    pub(super) refused: Found,
}

impl Check {
    pub(super) fn fault(&mut self, field: impl Into<String>, remedy: impl Into<String>) {
        self.found.push((field.into(), remedy.into()));
    }

    fn head(&mut self, file: &File) {
        if !is_slug(&file.slug) {
            self.fault("slug", "use 2 to 40 small letters, digits and hyphens");
        }
        if file.locales.is_empty() {
            self.fault("locales", "name at least one language, such as [\"en\"]");
        }
        for (index, locale) in file.locales.iter().enumerate() {
            if !languages().any(|known| known == locale) {
                let known = languages().collect::<Vec<_>>().join(", ");
                self.fault(
                    format!("locales[{index}]"),
                    format!("the panel speaks {known}"),
                );
            }
        }
        if jiff::tz::TimeZone::get(&file.time_zone).is_err() {
            self.fault(
                "time_zone",
                "use a name of the IANA list, such as Europe/Berlin",
            );
        }
        for (index, origin) in file.origins.iter().enumerate() {
            if !is_origin(origin) {
                let remedy = "write it as https://shop.example, with its port if it has one and nothing after it";
                self.fault(format!("origins[{index}]"), remedy);
            }
        }
        for (index, country) in file.audience.iter().enumerate() {
            if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
                let remedy = "use an ISO 3166 code in capitals, such as DE";
                self.fault(format!("audience[{index}]"), remedy);
            }
        }
        self.localized("name", &file.name);
        self.units(&file.unit);
        if !is_color(&file.brand.color) {
            self.fault("brand.color", "write it as #rrggbb");
        }
        if !matches!(file.brand.corner.as_str(), "left" | "right") {
            self.fault("brand.corner", "use \"left\" or \"right\"");
        }
        self.localized("brand.launcher", &file.brand.launcher);
    }

    fn units(&mut self, unit: &BTreeMap<String, UnitForms>) {
        for locale in self.locales.clone() {
            let Some(forms) = unit.get(&locale) else {
                self.fault(
                    "unit",
                    format!("add [unit.{locale}] with the forms of one point's name"),
                );
                continue;
            };
            for category in plural_categories(&locale) {
                if !forms.0.contains_key(&category) {
                    self.fault(
                        format!("unit.{locale}"),
                        format!("add the form \"{category}\""),
                    );
                }
            }
        }
    }

    pub(super) fn localized(&mut self, field: &str, text: &Localized) {
        for locale in self.locales.clone() {
            if text
                .0
                .get(&locale)
                .is_none_or(|text| text.trim().is_empty())
            {
                self.fault(field, format!("add the text for \"{locale}\""));
            }
        }
        if let Some(extra) = text.0.keys().find(|locale| !self.locales.contains(locale)) {
            let remedy =
                format!("\"{extra}\" is not one of locales: add it there or leave it out here");
            self.fault(format!("{field}.{extra}"), remedy);
        }
    }

    fn tiers(&mut self, tables: Vec<TierTable>, exponent: u32) -> Vec<Tier> {
        if tables.first().is_none_or(|first| first.threshold != 0) {
            self.fault(
                "tier",
                "the first [[tier]] has threshold = 0: everybody begins there",
            );
        }
        let mut before: Option<(i64, Vec<String>)> = None;
        let mut tiers = Vec::new();
        for (index, table) in tables.into_iter().enumerate() {
            let at = format!("tier[{index}]");
            let mut ids = before
                .as_ref()
                .map_or_else(Vec::new, |(_, ids)| ids.clone());
            if !is_slug(&table.id) || ids.contains(&table.id) {
                self.fault(
                    format!("{at}.id"),
                    "use small letters, digits and hyphens, each id once",
                );
            }
            if before
                .as_ref()
                .is_some_and(|(threshold, _)| table.threshold <= *threshold)
            {
                self.fault(
                    format!("{at}.threshold"),
                    "each tier begins above the one before it",
                );
            }
            self.localized(&format!("{at}.name"), &table.name);
            let multiplier_permille = self.multiplier(&at, &table.multiplier, 1);
            if !(0..=POINTS_MAX).contains(&table.entry_points) {
                let remedy = format!("give a number from 0 to {POINTS_MAX}");
                self.fault(format!("{at}.entry_points"), remedy);
            }
            let gives = self.gives(&format!("{at}.gives"), table.gives, exponent);
            ids.push(table.id.clone());
            before = Some((table.threshold, ids));
            tiers.push(Tier {
                id: table.id,
                name: table.name,
                threshold: table.threshold,
                multiplier_permille,
                perks: table.perks,
                entry_points: table.entry_points,
                gives,
            });
        }
        tiers
    }

    fn purchase(&mut self, table: PurchaseTable, exponent: u32) -> Purchase {
        let per = self.money("purchase.per", &table.per, exponent);
        self.points("purchase", table.points);
        self.hold_days("purchase.hold_days", table.hold_days);
        if table.hold_days > 0 {
            self.localized("purchase.hold_reason", &table.hold_reason);
        }
        Purchase {
            points: table.points,
            per,
            hold_days: table.hold_days,
            hold_reason: table.hold_reason,
            counts_shipping: table.counts_shipping,
            counts_tax: table.counts_tax,
            minimum: table
                .minimum
                .map_or(0, |text| self.money("purchase.minimum", &text, exponent)),
            first_order_bonus: self.bonus(table.first_order_bonus),
            products: self.products(table.product),
        }
    }

    fn bonus(&mut self, points: i64) -> i64 {
        if !(0..=POINTS_MAX).contains(&points) {
            let remedy = format!("give a number from 0 to {POINTS_MAX}");
            self.fault("purchase.first_order_bonus", remedy);
        }
        points
    }

    pub(super) fn points(&mut self, at: &str, points: i64) {
        if !(1..=POINTS_MAX).contains(&points) {
            let remedy = format!("give a number from 1 to {POINTS_MAX}");
            self.fault(format!("{at}.points"), remedy);
        }
    }

    /// A multiplier in thousandths, from `least` thousandths to 100.
    pub(super) fn multiplier(&mut self, at: &str, text: &str, least: i64) -> i64 {
        let found = decimal(text, 3).filter(|m| (least..=MULTIPLIER_MAX).contains(m));
        found.unwrap_or_else(|| {
            let least = if least == 0 { "0" } else { "0.001" };
            let remedy = format!("write it in quotes, such as \"1.25\", from {least} to 100");
            self.fault(format!("{at}.multiplier"), remedy);
            1000
        })
    }

    fn exponent(&mut self, currency: &str) -> u32 {
        let known = iso_currency::Currency::from_code(currency);
        if known.is_none() {
            self.fault("currency", "use an ISO 4217 code in capitals, such as EUR");
        }
        // Two places for one that is not known, so that its amounts are not called wrong as well.
        known.map_or(2, |known| known.exponent().map_or(0, u32::from))
    }

    pub(super) fn money(&mut self, field: &str, text: &str, exponent: u32) -> i64 {
        let amount = decimal(text, exponent).filter(|amount| *amount > 0);
        amount.unwrap_or_else(|| {
            let remedy =
                format!("write an amount above 0 in quotes, with at most {exponent} decimals");
            self.fault(field, remedy);
            1
        })
    }
}

/// A decimal text as a whole number of its smallest unit: "1.25" with 3 places is 1250.
pub(super) fn decimal(text: &str, places: u32) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let places = usize::try_from(places).ok()?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let plain = !whole.is_empty() && digits(whole) && digits(fraction) && fraction.len() <= places;
    plain.then(|| format!("{whole}{fraction:0<places$}").parse().ok())?
}

/// Whether a text can be a programme's name in addresses, or the id of a tier or a task.
pub(crate) fn is_slug(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (2..=40).contains(&text.len()) && text.bytes().all(plain) && !text.starts_with('-')
}

fn is_color(text: &str) -> bool {
    text.len() == 7
        && text.starts_with('#')
        && text[1..].bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A serialised origin: scheme, host and perhaps a port, in small letters.
pub fn is_origin(text: &str) -> bool {
    let (rest, usual_port) = match text.split_once("://") {
        Some(("https", rest)) => (rest, "443"),
        Some(("http", rest)) => (rest, "80"),
        _ => return false,
    };
    // A browser leaves the usual port out.
    let is_port = |port: &str| {
        let number = port.parse().unwrap_or(0_u16);
        number > 0 && number.to_string() == port && port != usual_port
    };
    let is_name = |host: &str| {
        let plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
        !host.is_empty() && host.bytes().all(plain)
    };
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (rest, None),
    };
    let v6 = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let is_host = v6.map_or_else(|| is_name(host), |v6| v6.parse::<Ipv6Addr>().is_ok());
    is_host && port.is_none_or(is_port)
}

/// The languages that the panel speaks.
fn languages() -> impl Iterator<Item = &'static str> {
    app::text::LANGUAGES.iter().map(|text| text.tag)
}

/// The plural categories that whole numbers take in a language, found by counting.
fn plural_categories(locale: &str) -> BTreeSet<String> {
    let names = ["zero", "one", "two", "few", "many", "other"].map(str::to_owned);
    let forms = UnitForms(
        names
            .iter()
            .map(|name| (name.clone(), name.clone()))
            .collect(),
    );
    let text = app::text::Text::by_locale(locale);
    (0..=200)
        .map(|n| app::text::unit(text, &forms, n).to_owned())
        .collect()
}
