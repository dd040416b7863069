//! A member's transfers one by one: their numbers, the balance that each one says it left, and what the
//! account says in the end.

use super::Report;
use super::book::{Account, Book, Transfer};
use crate::domain::ledger::Account::{Available, Held, Reserved};
use app::api::TransferId;
use std::collections::HashMap;

/// What an account has after some of its transfers.
#[derive(Default)]
struct Balance {
    number: i64,
    available: i64,
    held: i64,
    reserved: i64,
}

pub(super) fn verify(report: &mut Report, book: &Book) {
    let mut balances = HashMap::<&str, Balance>::new();
    for transfer in &book.transfers {
        let balance = balances.entry(&transfer.asset).or_default();
        follow(report, book, balance, transfer);
    }
    for account in &book.accounts {
        let balance = balances.remove(&*account.asset).unwrap_or_default();
        verify_account(report, book, account, &balance);
    }
    for asset in balances.keys() {
        let of = format_args!("account {asset} of member {}", book.member);
        report.tell(of, "row", "one", "none");
    }
    verify_corrections(report, book);
}

/// Goes on from where the last line left the balance. After a line that is wrong it goes on from what
/// the line says, so that each fault is told once.
fn follow(report: &mut Report, book: &Book, balance: &mut Balance, transfer: &Transfer) {
    let of = format_args!("transfer {}", transfer.id);
    report.expect(of, "programme", book.program, transfer.program);
    report.expect(of, "number", balance.number + 1, transfer.number);
    balance.number = transfer.number;
    let movement = transfer.movement;
    let change = movement.change();
    let available = balance.available + change.available;
    report.expect(of, "balance_after", available, transfer.balance_after);
    balance.available = transfer.balance_after;
    balance.held += change.held;
    balance.reserved += change.reserved;
    if balance.held < 0 || balance.reserved < 0 {
        let found = format!("{} held, {} reserved", balance.held, balance.reserved);
        report.tell(of, "what it leaves", "nothing below zero", found);
    }
    let own = [Available, Held, Reserved];
    if movement.from == movement.to {
        report.tell(of, "accounts", "two", movement.from.to_string());
    }
    if !own.contains(&movement.from) && !own.contains(&movement.to) {
        let found = format!("{} to {}", movement.from, movement.to);
        report.tell(of, "accounts", "one of the member's", found);
    }
}

fn verify_account(report: &mut Report, book: &Book, account: &Account, balance: &Balance) {
    let of = format_args!("account {} of member {}", account.asset, book.member);
    report.expect(of, "available", balance.available, account.available);
    report.expect(of, "held", balance.held, account.held);
    report.expect(of, "reserved", balance.reserved, account.reserved);
    report.expect(of, "transfers", balance.number, account.transfers);
    let open = || {
        let lots = book.lots.iter();
        lots.filter(|lot| lot.remaining > 0 && lot.asset == account.asset)
    };
    let left = open().map(|lot| lot.remaining).sum();
    let what = "what is left of the lots";
    report.expect(of, what, account.available.max(0), left);
    let waits = book.holds.iter();
    let waits = waits.filter(|hold| hold.state == "pending" && hold.asset == account.asset);
    let ends = open().filter_map(|lot| lot.expires_at);
    let ends = ends.chain(waits.map(|hold| hold.due_at)).min();
    let late = match (account.look_at, ends) {
        (Some(look_at), Some(end)) => look_at > end,
        (None, end) => end.is_some() || open().any(|lot| lot.idle_months.is_some()),
        (Some(_), None) => false,
    };
    if late {
        // Nobody would let go what has run out, or post what has waited.
        let latest = ends.map_or_else(
            || "some moment".into(),
            |end| format!("{end} at the latest"),
        );
        let found = account
            .look_at
            .map_or_else(|| "none".into(), |at| at.to_string());
        report.tell(of, "look_at", latest, found);
    }
}

/// Nothing is taken back that is not there, and of nothing more than there was.
fn verify_corrections(report: &mut Report, book: &Book) {
    let mut sums = HashMap::<TransferId, i64>::new();
    for transfer in &book.transfers {
        let Some(original) = transfer.corrects else {
            continue;
        };
        *sums.entry(original).or_default() += transfer.movement.amount;
        let of = format_args!("transfer {}", transfer.id);
        match book.transfer(original) {
            Some(original) => report.expect(of, "asset", &*original.asset, &*transfer.asset),
            None => report.tell(of, "what it takes back", original.to_string(), "none"),
        }
    }
    for (original, sum) in sums {
        if let Some(transfer) = book.transfer(original)
            && transfer.movement.amount < sum
        {
            let of = format_args!("transfer {original}");
            let most = format!("at most {}", transfer.movement.amount);
            report.tell(of, "what was taken back of it", most, sum.to_string());
        }
    }
}
