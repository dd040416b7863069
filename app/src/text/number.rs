//! Numbers, money and counted things as people write them.

use super::Text;
use crate::api::UnitForms;
use icu_plurals::PluralCategory;
use iso_currency::Currency;

/// Keeps a number and its unit on one line.
pub(crate) const NBSP: char = '\u{a0}';

fn category_name(category: PluralCategory) -> &'static str {
    match category {
        PluralCategory::Zero => "zero",
        PluralCategory::One => "one",
        PluralCategory::Two => "two",
        PluralCategory::Few => "few",
        PluralCategory::Many => "many",
        PluralCategory::Other => "other",
    }
}

impl Text {
    /// The plural category that `n` takes in this language.
    #[must_use]
    pub fn category(&self, n: i64) -> PluralCategory {
        (self.category)(n.unsigned_abs())
    }

    /// A whole number with this language's grouping, with a real minus sign.
    #[must_use]
    pub fn number(&self, n: i64) -> String {
        let digits = n.unsigned_abs().to_string();
        let mut out = String::with_capacity(digits.len() * 2);
        if n < 0 {
            out.push('\u{2212}');
        }
        // The first group has what is left over.
        let (first, rest) = digits.split_at((digits.len() - 1) % 3 + 1);
        out.push_str(first);
        for group in rest.as_bytes().chunks(3) {
            out.push(self.group);
            out.extend(group.iter().copied().map(char::from));
        }
        out
    }
}

/// The word for the unit beside `n`: "bean" or "beans".
#[must_use]
pub fn unit<'a>(text: &Text, forms: &'a UnitForms, n: i64) -> &'a str {
    forms
        .0
        .get(category_name(text.category(n)))
        .or_else(|| forms.0.get("other"))
        .map_or("", String::as_str)
}

/// A number with its unit: "1,240 beans".
#[must_use]
pub fn count(text: &Text, forms: &UnitForms, n: i64) -> String {
    format!("{}{NBSP}{}", text.number(n), unit(text, forms, n))
}

/// A number that always shows its sign: "+120", "−120".
#[must_use]
pub fn signed(text: &Text, n: i64) -> String {
    if n > 0 {
        format!("+{}", text.number(n))
    } else {
        text.number(n)
    }
}

/// How many smallest units make one of the currency: 100 for RUB, 1 for JPY.
pub(crate) fn minor_units(currency: &str) -> i64 {
    units_of(Currency::from_code(currency))
}

fn units_of(known: Option<Currency>) -> i64 {
    10_i64.pow(u32::from(known.and_then(Currency::exponent).unwrap_or(2)))
}

/// An amount of money given in the currency's smallest unit: "₽2,400" or "2 400 ₽". Fractions
/// are shown only where there are some.
#[must_use]
pub fn money(text: &Text, amount: i64, currency: &str) -> String {
    let known = Currency::from_code(currency);
    let factor = units_of(known);
    let symbol = known.map_or_else(|| currency.to_owned(), |known| known.symbol().symbol);
    let whole = amount.unsigned_abs() / factor.unsigned_abs();
    let rest = amount.unsigned_abs() % factor.unsigned_abs();
    let mut number = text.number(i64::try_from(whole).unwrap_or(i64::MAX));
    if rest > 0 {
        let width = factor.ilog10() as usize;
        number = format!("{number}{}{rest:0width$}", text.decimal);
    }
    let shown = (text.money)(&number, &symbol);
    if amount < 0 {
        format!("\u{2212}{shown}")
    } else {
        shown
    }
}

/// A part of a hundred, given in tenths of a percent: "5 %", "7.5 %".
#[must_use]
pub fn percent(text: &Text, tenths: i64) -> String {
    let whole = text.number(tenths / 10);
    match tenths % 10 {
        0 => format!("{whole}{NBSP}%"),
        tenth => format!("{whole}{}{}{NBSP}%", text.decimal, tenth.abs()),
    }
}

/// An earning rule as people say it: "5 %" where one point is one unit of the currency and the
/// share is a round one, else "3 for every ₽7".
#[must_use]
pub fn rate(text: &Text, points: i64, per: i64, currency: &str) -> String {
    let scaled = i128::from(points) * 1000 * i128::from(minor_units(currency));
    let per_wide = i128::from(per.max(1));
    match i64::try_from(scaled / per_wide) {
        Ok(tenths) if scaled % per_wide == 0 && tenths <= 1000 => percent(text, tenths),
        _ => (text.rate_for_every)(&text.number(points), &money(text, per, currency)),
    }
}

/// A multiplier given in thousandths: "×1", "×1.25".
#[must_use]
pub fn multiplier(text: &Text, permille: i64) -> String {
    let rest = format!("{:03}", permille % 1000);
    let rest = rest.trim_end_matches('0');
    let whole = text.number(permille / 1000);
    if rest.is_empty() {
        format!("×{whole}")
    } else {
        format!("×{whole}{}{rest}", text.decimal)
    }
}

/// A round amount of money to make an example with: a thousand roubles, a hundred dollars.
pub(crate) fn round_sum(currency: &str) -> i64 {
    // Units of such currencies are small change; in the others a hundred is a usual basket.
    const SMALL: [&str; 8] = ["RUB", "JPY", "KRW", "INR", "KZT", "HUF", "CZK", "THB"];
    let units = if SMALL.contains(&currency) { 1000 } else { 100 };
    units * minor_units(currency)
}
