//! What rests on single transfers: coupons, tiers that welcomed with points, attempts that earned.

use super::Report;
use super::book::{Attempt, Book, Coupon, Entry, Hold, Transfer};
use crate::domain::ledger::Account;
use crate::domain::program::POINTS;
use app::api::{RewardKind, Settles};
use std::collections::BTreeMap;

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
    verify_credit(report, book);
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
    if coupon.kind.is_none() {
        report.tell(of, "terms", "some that can be read", "something else");
    }
    let Some(opened) = book.transfer(coupon.hold) else {
        report.tell(of, "hold", coupon.hold.to_string(), "none");
        return;
    };
    report.expect(of, "asset", &*opened.asset, &*coupon.asset);
    report.expect(of, "points", opened.movement.amount, coupon.points);
    if !(0..=coupon.points).contains(&coupon.wanted) {
        let most = format!("at most {}", coupon.points);
        report.tell(of, "wanted", most, coupon.wanted.to_string());
    }
    let back: i64 = book
        .corrections(coupon.taken)
        .filter(|transfer| transfer.movement.from == Account::Redeemed)
        .map(|transfer| transfer.movement.amount)
        .sum();
    report.expect(of, "returned", back, coupon.returned);
    match (settles(coupon.kind), book.hold(coupon.hold)) {
        (Settles::AtOnce, None) => verify_at_once(report, coupon, opened),
        (_, Some(hold)) => verify_held(report, book, coupon, (hold, opened)),
        (_, None) => report.tell(of, "hold", coupon.hold.to_string(), "none"),
    }
}

/// When the points of a coupon are spent.
pub(super) fn settles(kind: Option<RewardKind>) -> Settles {
    kind.map_or(Settles::WithOrder, RewardKind::settles)
}

/// A coupon whose points were spent when it was made, without a hold.
fn verify_at_once(report: &mut Report, coupon: &Coupon, opened: &Transfer) {
    let of = format_args!("coupon {}", coupon.id);
    verify_taken(report, coupon, opened);
    report.expect(of, "taken_id", coupon.hold, coupon.taken);
    report.expect(of, "wanted", coupon.points, coupon.wanted);
    report.expect(of, "state", "used", &*coupon.state);
    report.expect(of, "order", None, coupon.order.as_deref());
}

/// A coupon whose points were set aside.
fn verify_held(
    report: &mut Report,
    book: &Book,
    coupon: &Coupon,
    (hold, opened): (&Hold, &Transfer),
) {
    let of = format_args!("coupon {}", coupon.id);
    if opened.movement.to != Account::Reserved {
        let found = opened.movement.to.to_string();
        report.tell(of, "where its points were set aside", "reserved", found);
    }
    let late = coupon.taken != coupon.hold;
    if late {
        verify_late(report, book, coupon);
    } else if hold.state == "posted" {
        let parts = book.parts(hold.id);
        let spent = parts.filter(|part| part.movement.to == Account::Redeemed);
        let spent = spent.map(|part| part.movement.amount).sum();
        report.expect(of, "wanted", spent, coupon.wanted);
    }
    let all_back = coupon.returned == coupon.wanted;
    let agrees = match (&*coupon.state, &*hold.state) {
        ("making" | "open" | "reserved" | "ending", "pending") => !late,
        // The order that used it has it; one that used it late took the points anew.
        ("used", "posted") => true,
        // An order that needed none of them let all come back.
        ("used", "voided") => late || coupon.wanted == 0,
        // An order that was called off gave everything back.
        ("released", "posted") => all_back,
        ("released" | "lapsed", "voided") => !late || all_back,
        _ => false,
    };
    if !agrees {
        let found = format!("{} with a hold that is {}", coupon.state, hold.state);
        report.tell(of, "state", "one that its transfers explain", found);
    }
    if coupon.state == "used" && settles(coupon.kind) == Settles::WithOrder && !coupon.order_is_paid
    {
        let found = coupon.order.as_deref().unwrap_or("none");
        report.tell(of, "order", "one that is paid", found);
    }
    if matches!(&*coupon.state, "making" | "ending") && coupon.connection.is_none() {
        report.tell(of, "connection that makes it", "one", "none");
    }
    if coupon.state == "ending" && coupon.cause.is_none() {
        report.tell(of, "why its points come back", "a cause", "none");
    }
}

/// A coupon that an order used after its points had come back took them from the balance.
fn verify_late(report: &mut Report, book: &Book, coupon: &Coupon) {
    let of = format_args!("coupon {}", coupon.id);
    let Some(taken) = book.transfer(coupon.taken) else {
        let id = coupon.taken.to_string();
        report.tell(of, "transfer that took its points", id, "none");
        return;
    };
    report.expect(of, "asset", &*taken.asset, &*coupon.asset);
    report.expect(of, "points", taken.movement.amount, coupon.wanted);
    verify_taken(report, coupon, taken);
}

/// What is not set aside first is taken from the balance.
fn verify_taken(report: &mut Report, coupon: &Coupon, taken: &Transfer) {
    let movement = taken.movement;
    if (movement.from, movement.to) != (Account::Available, Account::Redeemed) {
        report.tell(
            format_args!("coupon {}", coupon.id),
            "how its points were taken",
            "from available to redeemed",
            format!("from {} to {}", movement.from, movement.to),
        );
    }
}

/// Store credit is bought with points, and comes from nowhere else.
fn verify_credit(report: &mut Report, book: &Book) {
    let mut bought = BTreeMap::<&str, i64>::new();
    for coupon in &book.coupons {
        if coupon.kind == Some(RewardKind::StoreCredit) {
            *bought.entry(&coupon.currency).or_default() += coupon.amount;
        }
    }
    for transfer in book.transfers.iter().filter(|it| it.asset != POINTS) {
        if transfer.movement.from == Account::Issued {
            *bought.entry(&transfer.asset).or_default() -= transfer.movement.amount;
        }
    }
    for (asset, left) in bought {
        let of = format_args!("account {asset} of member {}", book.member);
        report.expect(of, "credit that was bought and never came", 0, left);
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
