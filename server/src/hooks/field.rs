//! What platforms write orders with: money, times, names. Money and times are read to the letter or not
//! at all; a name that says nothing is taken for none.

use super::{Refused, unreadable};
use crate::domain::{email, order};
use app::api::Customer;
use iso_currency::Currency;
use jiff::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// How much of a thing's name is taken, in characters.
const TITLE_CHARS_MAX: usize = 120;

/// An amount as it is written, as text or as a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decimal(String);

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self(text)),
            // In the fewest digits that name the number, so what was sent as 10.99 is 10.99 again.
            Value::Number(number) => Ok(Self(number.to_string())),
            _ => Err(D::Error::custom("expected an amount")),
        }
    }
}

/// How a currency's amounts are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Money {
    /// Digits after the point.
    exponent: usize,
}

impl Money {
    /// The money of an ISO 4217 code.
    pub(super) fn of(code: &str, field: &str) -> Result<Self, Refused> {
        let exponent = Currency::from_code(code).and_then(Currency::exponent);
        let exponent = exponent.map(usize::from);
        let money = exponent.map(|exponent| Self { exponent });
        money.ok_or_else(|| unreadable(field, "this is not the ISO 4217 code of a currency"))
    }

    /// An amount from 0 in smallest units, exactly.
    pub(super) fn units(self, amount: &Decimal, field: &str) -> Result<i64, Refused> {
        let units = self.read(&amount.0);
        units.ok_or_else(|| unreadable(field, "this is not an amount from 0 in its currency"))
    }

    /// How much an amount is, above zero or below, in smallest units, exactly.
    pub(super) fn size(self, amount: &Decimal, field: &str) -> Result<i64, Refused> {
        let units = self.read(amount.0.strip_prefix('-').unwrap_or(&amount.0));
        units.ok_or_else(|| unreadable(field, "this is not an amount in its currency"))
    }

    /// Amounts from 0 together, in smallest units; none are 0.
    pub(super) fn sum<'a>(
        self,
        amounts: impl IntoIterator<Item = &'a Decimal>,
        field: &str,
    ) -> Result<i64, Refused> {
        amounts.into_iter().try_fold(0_i64, |sum, amount| {
            let units = self.units(amount, field)?;
            add(sum, units, field)
        })
    }

    /// "24", "24.5" and "24.500" are amounts of euros; "24.505" is none, nor is ".5" or "1e3".
    fn read(self, text: &str) -> Option<i64> {
        let exponent = self.exponent;
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
        if !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > exponent {
            return None;
        }
        format!("{whole}{fraction:0<exponent$}").parse().ok()
    }
}

/// Two amounts together.
pub(super) fn add(a: i64, b: i64, field: &str) -> Result<i64, Refused> {
    let sum = a.checked_add(b);
    sum.ok_or_else(|| unreadable(field, "this is more than there is"))
}

/// Delivery and tax as what they are in the contract, parts of the total. Shops that take a gift card off
/// the total tell more of them than there is left.
pub(super) fn parts(total: i64, shipping: i64, tax: i64) -> (i64, i64) {
    let tax = tax.min(total);
    (shipping.min(total - tax), tax)
}

/// A time that says its zone, in UTC.
pub(super) fn instant(text: &str, field: &str) -> Result<String, Refused> {
    let at = text.parse::<Timestamp>().map(|at| at.to_string());
    at.map_err(|_| unreadable(field, "this is not a time as RFC 3339"))
}

/// A name, if there is one.
pub(super) fn name(text: Option<String>) -> Option<String> {
    text.filter(|text| order::is_text(text))
}

/// What people call something, as much of it as an order may say.
pub(super) fn title(text: Option<String>) -> Option<String> {
    let text = text?;
    let letters = text.chars().take(TITLE_CHARS_MAX);
    let plain = letters.map(|letter| if letter.is_control() { ' ' } else { letter });
    name(Some(plain.collect()))
}

/// What was bought; products without an article number go by the platform's own.
pub(super) fn sku(sku: Option<String>, product: Option<u64>) -> Option<String> {
    let product = product.filter(|id| *id > 0);
    name(sku).or_else(|| product.map(|id| id.to_string()))
}

/// Codes in capitals, as ours are. Shoppers type them as they like, and some platforms keep small letters.
pub(super) fn codes(told: impl IntoIterator<Item = Option<String>>) -> Vec<String> {
    let codes = told.into_iter().filter_map(name);
    codes.map(|code| code.trim().to_ascii_uppercase()).collect()
}

/// Who ordered, if anybody says so. Of several addresses and numbers, the first that is one.
pub(super) fn customer(
    id: Option<u64>,
    emails: [Option<String>; 2],
    phones: [Option<String>; 2],
) -> Option<Customer> {
    let mut emails = emails.into_iter().flatten();
    let customer = Customer {
        id: id.filter(|id| *id > 0).map(|id| id.to_string()),
        email: emails.find(|address| email::parse(address).is_some()),
        phone: phones.into_iter().find_map(name),
        is_new: None,
    };
    (customer != Customer::default()).then_some(customer)
}
