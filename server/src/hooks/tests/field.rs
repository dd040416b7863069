//! Money and times, to the letter.

use super::*;
use crate::hooks::field::{Decimal, Money, codes, instant, parts};
use serde_json::json;

#[test]
fn money_is_read_to_the_smallest_unit() {
    for (currency, told, expected) in [
        ("EUR", json!("24.00"), Some(2400)),
        ("EUR", json!("24"), Some(2400)),
        ("EUR", json!("24.5"), Some(2450)),
        ("EUR", json!("024.5000"), Some(2450)),
        ("EUR", json!("0.01"), Some(1)),
        ("EUR", json!("0"), Some(0)),
        ("EUR", json!(10.99), Some(1099)),
        ("EUR", json!(195.67), Some(19_567)),
        ("EUR", json!(10), Some(1000)),
        ("EUR", json!(0.0), Some(0)),
        ("JPY", json!("1200"), Some(1200)),
        ("JPY", json!("1200.00"), Some(1200)),
        ("JPY", json!(1200.0), Some(1200)),
        ("KWD", json!("1.234"), Some(1234)),
        ("EUR", json!("92233720368547758.07"), Some(i64::MAX)),
        ("EUR", json!("92233720368547758.08"), None),
        ("EUR", json!("24.005"), None),
        ("JPY", json!("1.5"), None),
        ("EUR", json!(""), None),
        ("EUR", json!(".5"), None),
        ("EUR", json!("5."), None),
        ("EUR", json!("1.2.3"), None),
        ("EUR", json!("-1"), None),
        ("EUR", json!("+1"), None),
        ("EUR", json!(" 1"), None),
        ("EUR", json!("1,50"), None),
        ("EUR", json!("1e3"), None),
        ("EUR", json!(1e30), None),
        ("EUR", json!("\u{663}"), None),
        ("EUR", json!("NaN"), None),
    ] {
        let amount: Decimal = serde_json::from_value(told.clone()).unwrap();
        let money = Money::of(currency, "currency").unwrap();
        assert_eq!(money.units(&amount, "total").ok(), expected, "{told}");
    }
    for wrong in [json!(null), json!(true), json!(["1"])] {
        assert!(serde_json::from_value::<Decimal>(wrong).is_err());
    }
    for wrong in ["", "eur", "EURO", "XYZ"] {
        assert!(Money::of(wrong, "currency").is_err(), "{wrong}");
    }
}

#[test]
fn sums_do_not_overflow() {
    let money = Money::of("JPY", "currency").unwrap();
    let most: Decimal = serde_json::from_value(json!(i64::MAX)).unwrap();
    assert_eq!(money.sum([&most], "total"), Ok(i64::MAX));
    let got = money.sum([&most, &most], "total");
    assert_eq!(got, Err(unreadable("total", "this is more than there is")));
}

#[test]
fn parts_are_never_more_than_the_whole() {
    assert_eq!(parts(100, 20, 30), (20, 30));
    assert_eq!(parts(100, 90, 30), (70, 30));
    assert_eq!(parts(100, 20, 130), (0, 100));
    assert_eq!(parts(0, i64::MAX, i64::MAX), (0, 0));
}

#[test]
fn times_are_told_in_utc() {
    for (told, expected) in [
        ("2026-11-21T12:00:00Z", Some("2026-11-21T12:00:00Z")),
        ("2026-11-21T12:00:00-05:00", Some("2026-11-21T17:00:00Z")),
        ("2026-11-21T12:00:00", None),
        ("2026-11-31T12:00:00Z", None),
        ("1795262400", None),
        ("soon", None),
        ("", None),
    ] {
        assert_eq!(instant(told, "at").ok().as_deref(), expected, "{told}");
    }
}

#[test]
fn codes_are_told_as_ours_are_written() {
    let told = ["abcd-efgh", "", " Qrst ", "\n"].map(|code| Some(code.to_owned()));
    assert_eq!(codes(told), ["ABCD-EFGH", "QRST"]);
    assert!(codes([None]).is_empty());
}
