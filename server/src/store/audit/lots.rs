//! Lots, made again from the transfers and from what each took out of them or put back.
//!
//! One rule explains every transfer: what all lots together gain or lose is what the balance gains or
//! loses above zero, since a member who owes has no lot with anything left.

use super::Report;
use super::book::{Book, Lot, Transfer};
use crate::domain::Instant;
use crate::domain::ledger::Account;
use crate::domain::program::POINTS;
use app::api::TransferId;
use std::collections::HashMap;

/// A lot as the transfers make it.
struct Made<'a> {
    asset: &'a str,
    amount: i64,
    remaining: i64,
    expired: i64,
    /// What refunds took back of it and moved.
    moved_back: i64,
    /// Whether it counts towards tiers, where that follows.
    counts: Option<bool>,
    opened_at: Instant,
    expires_at: Option<Instant>,
    idle_months: Option<i64>,
    /// Until when what came back last may be spent, if it came late; of a lot that runs out after some
    /// quiet, if it came late at all.
    grace: Option<Instant>,
}

type Lots<'a> = HashMap<TransferId, Made<'a>>;

pub(super) fn verify(report: &mut Report, book: &Book) {
    let mut moves = HashMap::<TransferId, Vec<(TransferId, i64)>>::new();
    for lot_move in &book.moves {
        let of_transfer = moves.entry(lot_move.transfer).or_default();
        of_transfer.push((lot_move.lot, lot_move.amount));
    }
    let mut lots = Lots::new();
    let mut balances = HashMap::<&str, i64>::new();
    for transfer in &book.transfers {
        let balance = balances.entry(&transfer.asset).or_default();
        let gained = transfer.balance_after.max(0) - (*balance).max(0);
        *balance = transfer.balance_after;
        let moves = moves.get(&transfer.id).map_or(&[][..], Vec::as_slice);
        follow(report, book, &mut lots, (transfer, gained, moves));
    }
    for lot in &book.lots {
        match lots.remove(&lot.id) {
            Some(made) => compare(report, lot, &made),
            None => report.tell(format_args!("lot {}", lot.id), "transfer", "one", "none"),
        }
    }
    for id in lots.keys() {
        report.tell(format_args!("lot {id}"), "row", "one", "none");
    }
}

fn follow<'a>(
    report: &mut Report,
    book: &'a Book,
    lots: &mut Lots<'a>,
    (transfer, gained, moves): (&'a Transfer, i64, &[(TransferId, i64)]),
) {
    let of = format_args!("transfer {}", transfer.id);
    for (id, amount) in moves {
        let Some(lot) = lots.get_mut(id) else {
            report.tell(of, "a lot that it moves", id.to_string(), "none");
            continue;
        };
        report.expect(
            of,
            "asset of a lot that it moves",
            &*transfer.asset,
            lot.asset,
        );
        lot.remaining += amount;
        if transfer.movement.to == Account::Expired {
            lot.expired -= amount;
        }
        let was_over = lot.expires_at.is_none_or(|end| end <= transfer.at);
        if *amount > 0 && was_over {
            lot.grace = transfer.expires_at.or(lot.grace);
        }
    }
    if let Some(lot) = transfer.corrects.and_then(|id| lots.get_mut(&id))
        && transfer.movement.from == Account::Available
    {
        lot.moved_back += transfer.movement.amount;
    }
    let sum: i64 = moves.iter().map(|(_, amount)| amount).sum();
    let opened = gained - sum;
    match open(book, transfer, opened) {
        Some((id, lot)) => {
            lots.insert(id, lot);
        }
        None => report.expect(of, "what it moves in lots", gained, sum),
    }
}

/// The lot that a transfer opens, with what is in it from the beginning.
fn open<'a>(book: &Book, transfer: &'a Transfer, opened: i64) -> Option<(TransferId, Made<'a>)> {
    let movement = transfer.movement;
    if movement.to != Account::Available {
        return None;
    }
    let mut made = Made {
        asset: &transfer.asset,
        amount: movement.amount,
        remaining: opened,
        expired: 0,
        moved_back: 0,
        counts: Some(false),
        opened_at: transfer.at,
        expires_at: transfer.expires_at,
        idle_months: None,
        grace: None,
    };
    match movement.from {
        Account::Held => {
            let id = transfer.hold?;
            made.idle_months = book.hold(id).and_then(|hold| hold.idle_months);
            made.counts = Some(true);
            Some((id, made))
        }
        // What comes back goes into the lots it came from; a new one is for what is late.
        Account::Reserved | Account::Redeemed => {
            made.amount = opened;
            (opened > 0).then_some((transfer.id, made))
        }
        _ => {
            let found = book.lot(transfer.id);
            // A debt that is forgiven leaves nothing, and opens no lot.
            let forgives = movement.from == Account::Adjusted && transfer.balance_after <= 0;
            if forgives && found.is_none() {
                return None;
            }
            made.idle_months = found.and_then(|lot| lot.idle_months);
            if movement.from == Account::Issued {
                made.counts = None;
            }
            Some((transfer.id, made))
        }
    }
}

fn compare(report: &mut Report, lot: &Lot, made: &Made<'_>) {
    let of = format_args!("lot {}", lot.id);
    report.expect(of, "asset", made.asset, &*lot.asset);
    report.expect(of, "amount", made.amount, lot.amount);
    report.expect(of, "remaining", made.remaining, lot.remaining);
    report.expect(of, "expired", made.expired, lot.expired);
    report.expect(of, "opened_at", made.opened_at, lot.opened_at);
    // When a member was last active is not in the transfers.
    let late = made.grace.is_some() && (made.expires_at.is_some() || lot.late);
    let expires_at = made.grace.filter(|_| late).or(made.expires_at);
    report.expect(of, "late", late, lot.late);
    report.expect(of, "expires_at", expires_at, lot.expires_at);
    report.expect(of, "idle_months", made.idle_months, lot.idle_months);
    if let Some(counts) = made.counts {
        report.expect(of, "counts", counts, lot.counts);
    }
    // Store credit moves no tier and never runs out.
    if lot.asset != POINTS {
        report.expect(of, "counts", false, lot.counts);
        report.expect(of, "expires_at", None, lot.expires_at);
        report.expect(of, "idle_months", None, lot.idle_months);
    }
    // A refund of points that have run out moves nothing, and is written down all the same.
    let most = made.moved_back + made.expired;
    if !(made.moved_back..=most).contains(&lot.taken_back) {
        let expected = format!("{} to {most}", made.moved_back);
        report.tell(of, "taken_back", expected, lot.taken_back.to_string());
    }
}
