//! Forms of words by their number, and names in quotation marks.

use super::RU;
use icu_plurals::{PluralCategory, PluralRules, PluralRulesOptions};

thread_local! {
    // The rules cannot be shared between threads; making them costs next to nothing.
    static RULES: PluralRules = PluralRules::try_new(
        icu_locale_core::locale!("ru").into(),
        PluralRulesOptions::default(),
    )
    .expect("the compiled plural rules have Russian");
}

pub(super) fn category(n: u64) -> PluralCategory {
    RULES.with(|rules| rules.category_for(n))
}

pub(super) fn counted(n: i64, one: &str, few: &str, many: &str) -> String {
    let word = match category(n.unsigned_abs()) {
        PluralCategory::One => one,
        PluralCategory::Few => few,
        _ => many,
    };
    format!("{}\u{a0}{word}", RU.number(n))
}

/// In quotation marks. Those that it has itself become the inner ones, which look different.
pub(super) fn quoted(text: &str) -> String {
    let inner = text.replace('«', "„").replace('»', "“");
    format!("«{inner}»")
}

pub(super) fn days(n: u32) -> String {
    counted(i64::from(n), "день", "дня", "дней")
}

pub(super) fn orders(n: i64) -> String {
    counted(n, "заказ", "заказа", "заказов")
}

pub(super) fn months(n: i64) -> String {
    counted(n, "месяц", "месяца", "месяцев")
}
