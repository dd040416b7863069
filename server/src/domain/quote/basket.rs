//! Whether a basket makes sense.

use super::order_total;
use crate::domain::order::{AMOUNT_MAX, LINES_MAX, is_text};
use app::api::{FieldError, NewQuote, ORDER_CODES_MAX, QuoteLine};
use iso_currency::Currency;

/// What is said of an amount that is none.
const AMOUNT: &str = "give an amount from 0 in the currency's smallest unit";

/// Every field at fault, but for the member's name.
pub fn check(basket: &NewQuote) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut fault = |field: &str, detail: &str| {
        errors.push(FieldError {
            field: field.to_owned(),
            detail: detail.to_owned(),
        });
    };
    if Currency::from_code(&basket.currency).is_none() {
        fault("currency", "give an ISO 4217 code in capitals, such as EUR");
    }
    if basket.lines.len() > LINES_MAX {
        fault("lines", "give at most 500 lines");
    }
    for (index, line) in basket.lines.iter().take(LINES_MAX).enumerate() {
        for (name, detail) in line_faults(line) {
            fault(&format!("lines[{index}]{name}"), detail);
        }
    }
    let money = [("shipping", basket.shipping), ("tax", basket.tax)];
    for (field, amount) in money {
        if !(0..=AMOUNT_MAX).contains(&amount) {
            fault(field, AMOUNT);
        }
    }
    let amounts = basket.lines.iter().map(|line| &line.amount);
    let is_money = |amount: &i64| (0..=AMOUNT_MAX).contains(amount);
    let can_be_added =
        basket.lines.len() <= LINES_MAX && amounts.chain([&basket.shipping]).all(is_money);
    if can_be_added && basket.tax > order_total(basket) {
        let detail = "tax is a part of what the lines and the delivery cost";
        fault("tax", detail);
    }
    if basket.coupon_codes.len() > ORDER_CODES_MAX {
        let detail = format!("give at most {ORDER_CODES_MAX} codes");
        fault("coupon_codes", &detail);
    }
    if basket.coupon_codes.iter().any(|code| !is_text(code)) {
        fault("coupon_codes", "codes have 1 to 255 bytes each");
    }
    if basket.order_id.as_deref().is_some_and(|id| !is_text(id)) {
        fault("order_id", "give 1 to 255 bytes, or leave it out");
    }
    if basket.points < 0 {
        fault("points", "give a number from 0");
    }
    errors
}

/// The names of a line's fields at fault, as they follow the line's own.
fn line_faults(line: &QuoteLine) -> impl Iterator<Item = (&'static str, &'static str)> {
    let names = line.sku.iter().chain(&line.collections).chain([&line.id]);
    let is_named =
        line.collections.len() <= LINES_MAX && names.into_iter().all(|name| is_text(name));
    let texts = "id, sku and collections have 1 to 255 bytes each";
    let faults = [
        ("", texts, is_named),
        (".amount", AMOUNT, (0..=AMOUNT_MAX).contains(&line.amount)),
        (
            ".qty",
            "give a number from 1",
            (1..=AMOUNT_MAX).contains(&line.qty),
        ),
    ];
    let faults = faults.into_iter().filter(|(.., is_right)| !is_right);
    faults.map(|(name, detail, _)| (name, detail))
}

/// A basket of one piece at a price as pages write it: in the currency itself, such as `4990` or `49.90`. None for
/// what is no amount of this currency.
pub fn of_price(price: &str, sku: Option<&str>, currency: &str) -> Option<NewQuote> {
    let exponent = usize::from(Currency::from_code(currency)?.exponent()?);
    let (whole, fraction) = price.trim().split_once('.').unwrap_or((price.trim(), "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
    // 49.900 roubles are 49.90.
    let significant = fraction.trim_end_matches('0');
    if !is_digits(whole) || !is_digits(fraction) || significant.len() > exponent {
        return None;
    }
    let amount = format!("{whole}{significant:0<exponent$}").parse().ok()?;
    let line = QuoteLine {
        id: "1".to_owned(),
        amount,
        qty: 1,
        sku: sku.filter(|sku| is_text(sku)).map(str::to_owned),
        collections: Vec::new(),
        on_sale: false,
    };
    (amount <= AMOUNT_MAX).then(|| NewQuote {
        currency: currency.to_owned(),
        lines: vec![line],
        ..NewQuote::default()
    })
}
