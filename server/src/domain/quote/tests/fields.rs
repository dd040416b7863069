//! What a basket may say.

use super::case::basket;
use super::*;

#[test]
fn prices_of_pages_are_read_to_the_letter() {
    let table = [
        ("4990", "RUB", Some(499_000)),
        ("49.90", "RUB", Some(4_990)),
        (" 49.9 ", "RUB", Some(4_990)),
        ("49.900", "RUB", Some(4_990)),
        ("49.905", "RUB", None),
        ("4990", "JPY", Some(4_990)),
        ("4990.00", "JPY", Some(4_990)),
        ("4990.5", "JPY", None),
        ("1.234", "KWD", Some(1_234)),
        ("0", "RUB", Some(0)),
        ("-1", "RUB", None),
        ("", "RUB", None),
        (".5", "RUB", None),
        ("5.", "RUB", None),
        ("1e3", "RUB", None),
        ("4,990", "RUB", None),
        ("10000000000.00", "RUB", Some(AMOUNT_MAX)),
        ("10000000000.01", "RUB", None),
        ("99999999999999999999", "RUB", None),
        ("1", "nothing", None),
    ];
    for (price, currency, expected) in table {
        let basket = of_price(price, Some("beans"), currency);
        let amount = basket.as_ref().map(|basket| basket.lines[0].amount);
        assert_eq!(amount, expected, "{price:?} {currency}");
        assert!(basket.is_none_or(|basket| check(&basket).is_empty()));
    }
}

#[test]
fn a_basket_that_makes_no_sense_names_its_fields() {
    let good = basket("1000 500x2@beans +300 tax:100", "RUB");
    let faults = |change: &dyn Fn(&mut NewQuote)| {
        let mut basket = good.clone();
        change(&mut basket);
        let faults = check(&basket).into_iter().map(|fault| fault.field);
        faults.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(faults(&|_| {}), "");
    assert_eq!(faults(&|basket| basket.currency = "rub".into()), "currency");
    assert_eq!(faults(&|basket| basket.tax = 1_801), "tax");
    assert_eq!(faults(&|basket| basket.tax = 1_800), "");
    assert_eq!(faults(&|basket| basket.tax = -1), "tax");
    assert_eq!(faults(&|basket| basket.shipping = -1), "shipping");
    assert_eq!(faults(&|basket| basket.points = -1), "points");
    assert_eq!(faults(&|basket| basket.lines[1].qty = 0), "lines[1].qty");
    let large = AMOUNT_MAX + 1;
    assert_eq!(
        faults(&|basket| basket.lines[0].amount = large),
        "lines[0].amount"
    );
    assert_eq!(faults(&|basket| basket.lines[0].id.clear()), "lines[0]");
    assert_eq!(
        faults(&|basket| basket.lines[1].sku = Some("a\nb".into())),
        "lines[1]"
    );
    assert_eq!(
        faults(&|basket| basket.coupon_codes = vec!["A".into(); 51]),
        "coupon_codes"
    );
    assert_eq!(
        faults(&|basket| basket.coupon_codes = vec![" ".into()]),
        "coupon_codes"
    );
    assert_eq!(
        faults(&|basket| basket.order_id = Some(String::new())),
        "order_id"
    );
    assert_eq!(
        faults(&|basket| basket.coupon_codes = vec!["A".into(); 50]),
        ""
    );
    let many = vec![good.lines[0].clone(); 501];
    assert_eq!(faults(&|basket| basket.lines.clone_from(&many)), "lines");
    assert_eq!(faults(&|basket| basket.lines = many[1..].to_vec()), "");
    // Where the sum is not known, nothing is said of what belongs in it.
    let nothing = QuoteLine {
        amount: -1_800,
        ..good.lines[0].clone()
    };
    assert_eq!(
        faults(&|basket| basket.lines = vec![nothing.clone()]),
        "lines[0].amount"
    );
    let none = QuoteLine {
        amount: 0,
        ..nothing
    };
    assert_eq!(
        faults(&|basket| (basket.shipping, basket.lines) = (0, vec![none.clone(); 501])),
        "lines"
    );
}
