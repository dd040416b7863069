//! What rests on single transfers: coupons, tiers that welcomed with points, attempts that earned.

use super::Report;
use super::book::{Attempt, Book, Coupon, Entry};
use crate::domain::ledger::Account;

pub(super) fn verify(report: &mut Report, book: &Book) {
    for coupon in &book.coupons {
        verify_coupon(report, book, coupon);
    }
    let mut of_hold: Vec<_> = book.coupons.iter().map(|coupon| coupon.hold).collect();
    of_hold.sort_unstable();
    for hold in &book.holds {
        let known = of_hold.binary_search(&hold.id).is_ok();
        if hold.kind == "coupon" && !known {
            report.tell(format_args!("hold {}", hold.id), "coupon", "one", "none");
        }
    }
    for entry in &book.entries {
        verify_entry(report, book, entry);
    }
    for attempt in &book.attempts {
        verify_attempt(report, book, attempt);
    }
}

fn verify_coupon(report: &mut Report, book: &Book, coupon: &Coupon) {
    let of = format_args!("coupon {}", coupon.id);
    report.expect(of, "programme", book.program, coupon.program);
    let (hold, opened) = (book.hold(coupon.hold), book.transfer(coupon.hold));
    let (Some(hold), Some(opened)) = (hold, opened) else {
        report.tell(of, "hold", coupon.hold.to_string(), "none");
        return;
    };
    if opened.movement.to != Account::Reserved {
        let found = opened.movement.to.to_string();
        report.tell(of, "where its points were set aside", "reserved", found);
    }
    report.expect(of, "points", opened.movement.amount, coupon.points);
    let late = coupon.taken != coupon.hold;
    if late {
        verify_late(report, book, coupon);
    }
    let back: i64 = book
        .corrections(coupon.taken)
        .filter(|transfer| transfer.movement.from == Account::Redeemed)
        .map(|transfer| transfer.movement.amount)
        .sum();
    report.expect(of, "returned", back, coupon.returned);
    let all_back = coupon.returned == coupon.points;
    let agrees = match (&*coupon.state, &*hold.state) {
        ("open" | "reserved", "pending") => !late,
        // The order that used it has it; one that used it late took the points anew.
        ("used", "posted") => true,
        ("used", "voided") => late,
        // An order that was called off gave everything back.
        ("released", "posted") => all_back,
        ("released" | "lapsed", "voided") => !late || all_back,
        _ => false,
    };
    if !agrees {
        let found = format!("{} with a hold that is {}", coupon.state, hold.state);
        report.tell(of, "state", "one that its transfers explain", found);
    }
    if coupon.state == "used" && !coupon.order_is_paid {
        let found = coupon.order.as_deref().unwrap_or("none");
        report.tell(of, "order", "one that is paid", found);
    }
}

/// A coupon that an order used after its points had come back took them from the balance.
fn verify_late(report: &mut Report, book: &Book, coupon: &Coupon) {
    let of = format_args!("coupon {}", coupon.id);
    let taken = book
        .transfer(coupon.taken)
        .map(|transfer| transfer.movement);
    let Some(taken) = taken else {
        report.tell(
            of,
            "transfer that took its points",
            coupon.taken.to_string(),
            "none",
        );
        return;
    };
    report.expect(of, "points", taken.amount, coupon.points);
    if (taken.from, taken.to) != (Account::Available, Account::Redeemed) {
        let found = format!("from {} to {}", taken.from, taken.to);
        report.tell(
            of,
            "how its points were taken",
            "from available to redeemed",
            found,
        );
    }
}

fn verify_entry(report: &mut Report, book: &Book, entry: &Entry) {
    let of = format_args!("entry of member {} into {}", book.member, entry.tier);
    let lot = entry.transfer.and_then(|id| book.lot(id));
    let Some(lot) = lot else {
        report.tell(of, "lot of its points", "one", "none");
        return;
    };
    let taken = if entry.undone { lot.amount } else { 0 };
    report.expect(of, "points taken back", taken, lot.taken_back);
}

fn verify_attempt(report: &mut Report, book: &Book, attempt: &Attempt) {
    let of = format_args!("attempt {}", attempt.id);
    let Some(transfer) = book.transfer(attempt.transfer) else {
        report.tell(of, "transfer", attempt.transfer.to_string(), "none");
        return;
    };
    report.expect(of, "points", transfer.movement.amount, attempt.points);
    let waits = book
        .hold(transfer.id)
        .is_some_and(|hold| hold.state == "pending");
    let agrees = match &*attempt.state {
        "held" => waits,
        "earned" => !waits,
        _ => true,
    };
    if !agrees {
        let hold = if waits { "waits" } else { "does not wait" };
        let found = format!("{} while its hold {hold}", attempt.state);
        report.tell(of, "state", "one that its transfers explain", found);
    }
}
