//! An input that is pulled along a line, and beside it what the chosen place means.

use super::{Draw as _, Drawn, Words};
use crate::text;
use leptos::prelude::*;

/// What it is drawn from. What is sent is called `points`.
pub(crate) struct Range<'a> {
    /// Unique in the document.
    pub(crate) id: String,
    /// What it asks for.
    pub(crate) label: String,
    /// The smallest place: a whole number of steps below `most`.
    pub(crate) least: i64,
    /// The largest, where it begins.
    pub(crate) most: i64,
    /// Above zero.
    pub(crate) step: i64,
    /// Money that one step gives, in the currency's smallest unit.
    pub(crate) gives: i64,
    /// ISO 4217.
    pub(crate) currency: &'a str,
    /// Whether the place itself is said too, and not the money alone.
    pub(crate) counts: bool,
}

impl Range<'_> {
    /// Draws it; nothing where there is nothing to choose.
    pub(crate) fn view(self, words: Words<'_>) -> Option<Drawn> {
        if self.most < self.least {
            return None;
        }
        let money = i128::from(self.most) * i128::from(self.gives);
        let money = i64::try_from(money / i128::from(self.step.max(1))).unwrap_or(i64::MAX);
        let money = text::money(words.text, money, self.currency);
        // The same as is read in the line beside it.
        let told = if self.counts {
            format!("{} = {money}", words.number(self.most))
        } else {
            money.clone()
        };
        let (before, number, after) = around(&money);
        let count = self
            .counts
            .then(|| view! { <b>{words.number(self.most)}</b> " = " });
        let (id, chosen) = (self.id.clone(), format!("{}-chosen", self.id));
        let view = view! {
            <div class="field slide">
                <label for=id.clone()>{self.label}</label>
                <p class="lead" id=chosen.clone() role="status">
                    {count}
                    {before.to_owned()}
                    <b>{number.to_owned()}</b>
                    {after.to_owned()}
                </p>
                <input
                    id=id
                    name="points"
                    type="range"
                    data-type="int"
                    min=self.least.to_string()
                    max=self.most.to_string()
                    step=self.step.to_string()
                    value=self.most.to_string()
                    aria-describedby=chosen.clone()
                    aria-valuetext=told
                    data-show=chosen
                    data-gives=plain(self.gives, text::minor_units(self.currency))
                />
            </div>
        };
        Some(view.drawn())
    }
}

/// The number in a written amount, with what stands before and after it.
fn around(money: &str) -> (&str, &str, &str) {
    let is_digit = |c: char| c.is_ascii_digit();
    let start = money.find(is_digit).unwrap_or(0);
    let end = money.rfind(is_digit).map_or(start, |last| last + 1);
    (&money[..start], &money[start..end], &money[end..])
}

/// An amount in whole units of its currency, as scripts read numbers.
fn plain(amount: i64, units: i64) -> String {
    let width = units.ilog10() as usize;
    match width {
        0 => amount.to_string(),
        _ => format!("{}.{:0width$}", amount / units, amount % units),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_found_in_either_language() {
        assert_eq!(around("₽1,240.50"), ("₽", "1,240.50", ""));
        assert_eq!(
            around("1\u{a0}240,50\u{a0}₽"),
            ("", "1\u{a0}240,50", "\u{a0}₽")
        );
        assert_eq!(around("—"), ("", "", "—"));
    }

    #[test]
    fn scripts_read_money_in_whole_units() {
        assert_eq!(plain(30_005, 100), "300.05");
        assert_eq!(plain(50, 100), "0.50");
        assert_eq!(plain(2400, 1), "2400");
    }
}
