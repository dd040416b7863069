//! Codes that are made where the shop sells, so that its own checkout takes them.

use super::{Setup, Trouble};
use crate::domain::Instant;
use crate::domain::reward::Terms;
use app::api::RewardKind;
use async_trait::async_trait;
use iso_currency::Currency;

/// A code that is to be made. Nobody can guess it, so one that is there already is this one.
#[derive(Debug, Clone, Copy)]
pub struct CodeOrder<'a> {
    /// The code.
    pub code: &'a str,
    /// What it is for, as people of the shop read it.
    pub name: &'a str,
    /// What it is good for.
    pub terms: &'a Terms,
    /// Money off, in the currency's smallest unit; 0 where it gives no fixed amount.
    pub amount: i64,
    /// ISO 4217.
    pub currency: &'a str,
    /// Until when it can be used.
    pub expires_at: Instant,
}

impl CodeOrder<'_> {
    /// Orders below this cannot use it; 0: all can. A shop knows no "at most so much of what the goods cost", but an
    /// order that is large enough keeps to it.
    pub(super) fn minimum(&self) -> i64 {
        let Terms {
            minimum,
            max_permille,
            ..
        } = *self.terms;
        if !self.gives_money() || !(1..1000).contains(&max_permille) {
            return minimum;
        }
        let least = self.amount.saturating_mul(1000);
        let least = least.saturating_add(max_permille - 1) / max_permille;
        minimum.max(least)
    }

    /// Whether it takes a fixed amount off.
    pub(super) fn gives_money(&self) -> bool {
        matches!(self.terms.kind, RewardKind::Amount | RewardKind::Slider)
    }

    /// What it takes off in thousandths, where it takes a part: never more than orders may be paid with.
    pub(super) fn permille(&self) -> i64 {
        let part = self.terms.permille.unwrap_or(0);
        part.clamp(0, self.terms.max_permille.clamp(0, 1000))
    }

    /// An amount as shops' platforms write it.
    pub(super) fn money(&self, amount: i64) -> String {
        let known = Currency::from_code(self.currency);
        let places = known.map_or(2, |known| known.exponent().unwrap_or(0));
        decimal(amount, u32::from(places))
    }
}

/// A whole number of a smallest unit as a decimal: 1250 with 2 places is "12.50".
pub(super) fn decimal(amount: i64, places: u32) -> String {
    let unit = 10_i64.pow(places);
    if unit == 1 {
        return amount.to_string();
    }
    let width = usize::try_from(places).unwrap_or(0);
    format!("{}.{:0width$}", amount / unit, amount % unit)
}

/// What became of a code that was to be made useless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Nobody has used it, and nobody can.
    Useless,
    /// An order has it.
    AlreadyUsed,
}

/// A platform at which codes can be made.
#[async_trait]
pub trait MakesCodes: Send + Sync {
    /// Makes a code that one order can use, and answers the platform's own id of it. If it is there already, that is
    /// answered.
    ///
    /// # Errors
    /// [`Trouble`]; [`Trouble::Refused`] where the platform will never make it.
    async fn make(&self, setup: &Setup<'_>, order: &CodeOrder<'_>) -> Result<String, Trouble>;

    /// Makes a code useless; one that is not there is. `outside` is the platform's own id, if it is known.
    ///
    /// # Errors
    /// [`Trouble`]: then it may still be good.
    async fn end(
        &self,
        setup: &Setup<'_>,
        outside: Option<&str>,
        code: &str,
    ) -> Result<Ended, Trouble>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(kind: RewardKind, max_permille: i64) -> Terms {
        Terms {
            kind,
            amount: 30_000,
            permille: Some(150),
            amount_max: None,
            sku: None,
            minimum: 50_000,
            max_permille,
            on_sale: true,
            with_other_codes: true,
        }
    }

    fn order<'a>(terms: &'a Terms, currency: &'a str) -> CodeOrder<'a> {
        CodeOrder {
            code: "CODE",
            name: "300 off",
            terms,
            amount: terms.amount,
            currency,
            expires_at: 0,
        }
    }

    #[test]
    fn amounts_have_the_places_of_their_currency() {
        let terms = terms(RewardKind::Amount, 1000);
        let written = |currency, amount| order(&terms, currency).money(amount);
        assert_eq!(written("RUB", 30_000), "300.00");
        assert_eq!(written("EUR", 5), "0.05");
        assert_eq!(written("JPY", 300), "300");
        assert_eq!(written("KWD", 1_234_567), "1234.567");
        assert_eq!(decimal(75, 1), "7.5");
    }

    #[test]
    fn an_order_is_large_enough_for_what_may_be_paid_with_points() {
        let minimum = |kind, max| order(&terms(kind, max), "RUB").minimum();
        assert_eq!(minimum(RewardKind::Amount, 1000), 50_000);
        assert_eq!(minimum(RewardKind::Amount, 500), 60_000);
        assert_eq!(minimum(RewardKind::Slider, 300), 100_000);
        assert_eq!(minimum(RewardKind::Slider, 700), 50_000);
        assert_eq!(minimum(RewardKind::Amount, 299), 100_335, "rounded up");
        assert_eq!(minimum(RewardKind::FreeShipping, 300), 50_000);
    }

    #[test]
    fn a_part_is_never_more_than_may_be_paid_with_points() {
        let part = |max| order(&terms(RewardKind::Percent, max), "RUB").permille();
        assert_eq!((part(1000), part(150), part(100)), (150, 150, 100));
    }
}
