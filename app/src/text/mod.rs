//! Every word the programme says, in each of its languages.
//!
//! A language is one file with one [`Text`]: a missing or an extra entry fails the build, and
//! adding a language is adding that file and one line in [`LANGUAGES`]. What depends on the
//! programme (its unit, its names) comes in as an argument.

mod date;
mod elsewhere;
mod en;
mod mail;
mod number;
mod problem;
mod ru;
mod sentence;
#[cfg(test)]
mod tests;
mod voices;
mod words;

pub use date::{date, date_of};
pub(crate) use date::{day_in, iso_day, last_day, micros, moment_of, year_day};
pub use mail::{Mail, code_mail, confirm_mail, greeting_reply};
pub use number::{count, money, multiplier, percent, rate, signed, unit};
pub(crate) use number::{minor_units, round_sum};
pub use problem::{fault, problem};
pub use sentence::{
    Happening, ProofOf, Told, TransferFacts, event, headline, hold_note, proof_before, proof_how,
    proof_label, reason, sentence, tell,
};
pub use words::Text;

use crate::api::Localized;

/// The languages there are. The first is spoken where none is asked for.
pub static LANGUAGES: [&Text; 2] = [&en::EN, &ru::RU];

/// What store credit is called, in each language.
#[must_use]
pub fn store_credit() -> Localized {
    let name = |text: &&Text| (text.tag.to_owned(), text.voices.credit.name.to_owned());
    Localized(LANGUAGES.iter().map(name).collect())
}

impl Text {
    /// The words for a language tag (`ru`, `ru-RU`), or the default language for an unknown one.
    #[must_use]
    pub fn by_locale(tag: &str) -> &'static Text {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        LANGUAGES
            .into_iter()
            .find(|text| text.tag.eq_ignore_ascii_case(primary))
            .unwrap_or(LANGUAGES[0])
    }
}
