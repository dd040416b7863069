//! Holds: each is resolved at most once, and has left what its transfers have not taken.

use super::Report;
use super::book::{Book, Hold, Transfer};
use crate::domain::ledger::Account;

/// What became of a hold, by its transfers.
struct Fate {
    state: &'static str,
    remaining: i64,
    /// When it ended.
    at: Option<i64>,
    /// The balance once an earning was posted.
    balance: Option<i64>,
}

pub(super) fn verify(report: &mut Report, book: &Book) {
    for hold in &book.holds {
        if let Some(opened) = book.transfer(hold.id) {
            verify_one(report, book, hold, opened);
        }
    }
    for transfer in &book.transfers {
        let of = format_args!("transfer {}", transfer.id);
        let movement = transfer.movement;
        let opens = matches!(movement.to, Account::Held | Account::Reserved);
        if opens && book.hold(transfer.id).is_none() {
            report.tell(of, "hold", "one", "none");
        }
        let takes = matches!(movement.from, Account::Held | Account::Reserved);
        let source = transfer.hold.and_then(|hold| book.transfer(hold));
        let holds = source.map(|source| source.movement.to);
        if takes && holds != Some(movement.from) {
            let found = transfer
                .hold
                .map_or_else(|| "none".into(), |id| id.to_string());
            report.tell(
                of,
                "the hold it takes from",
                format!("one that is {}", movement.from),
                found,
            );
        }
        if !takes && transfer.hold.is_some() {
            report.expect(of, "hold_id", None, transfer.hold);
        }
    }
}

fn verify_one(report: &mut Report, book: &Book, hold: &Hold, opened: &Transfer) {
    let of = format_args!("hold {}", hold.id);
    report.expect(of, "member", book.member, hold.member);
    report.expect(of, "asset", &*opened.asset, &*hold.asset);
    let is_earning = opened.movement.to == Account::Held;
    let kind = if is_earning { "earning" } else { "coupon" };
    report.expect(of, "kind", kind, &*hold.kind);
    if is_earning {
        report.expect(of, "due_at", opened.available_at, Some(hold.due_at));
    }
    let fate = fate(report, book, hold, opened);
    report.expect(of, "state", fate.state, &*hold.state);
    report.expect(of, "remaining", fate.remaining, hold.remaining);
    report.expect(of, "resolved_at", fate.at, hold.resolved_at);
    report.expect(of, "balance_after", fate.balance, hold.balance_after);
}

/// Whether two transfers that resolve a hold belong together: an order took a part of what a coupon had set aside,
/// and at the same moment the rest came back.
fn share(first: &Transfer, second: &Transfer) -> bool {
    let [first_to, second_to] = [first, second].map(|part| part.movement.to);
    let both = [Account::Redeemed, Account::Available];
    first.movement.from == Account::Reserved
        && first.at == second.at
        && both.contains(&first_to)
        && both.contains(&second_to)
        && first_to != second_to
}

fn fate(report: &mut Report, book: &Book, hold: &Hold, opened: &Transfer) -> Fate {
    let mut left = opened.movement.amount;
    let mut ended: Option<(&'static str, &Transfer)> = None;
    let mut last = None;
    let mut resolved_by = 0;
    for part in book.parts(hold.id) {
        left -= part.movement.amount;
        last = Some(part.at);
        let mut state = match part.movement.to {
            Account::Available if opened.movement.to == Account::Held => "posted",
            Account::Redeemed => "posted",
            Account::Available => "voided",
            // A refund of what still waits lowers it, and may go on.
            _ => continue,
        };
        resolved_by += 1;
        if let Some((before, first)) = ended {
            if resolved_by > 2 || !share(first, part) {
                let of = format_args!("hold {}", hold.id);
                let found = format!("{} and {}", first.id, part.id);
                report.tell(of, "transfers that resolve it", "one at most", found);
            } else if before == "posted" {
                state = "posted";
            }
        }
        ended = Some((state, part));
    }
    let of = format_args!("hold {}", hold.id);
    if left < 0 || ended.is_some() && left != 0 {
        report.expect(of, "what its transfers leave of it", 0, left);
    }
    match ended {
        // What was posted stays written down.
        Some(("posted", part)) if opened.movement.to == Account::Held => Fate {
            state: "posted",
            remaining: part.movement.amount,
            at: Some(part.at),
            balance: Some(part.balance_after),
        },
        Some((state, part)) => Fate {
            state,
            remaining: 0,
            at: Some(part.at),
            balance: None,
        },
        None if left == 0 => Fate {
            state: "voided",
            remaining: 0,
            at: last,
            balance: None,
        },
        None => Fate {
            state: "pending",
            remaining: left,
            at: None,
            balance: None,
        },
    }
}
