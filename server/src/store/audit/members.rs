//! All members in the order of their ids, a few at a time.

use super::book::{self, Account, Book};
use super::{Report, Sums, coupons, holds, lines, lots, orders};
use crate::domain::program::POINTS;
use crate::domain::tier::Counters;
use crate::store::{Row, StoreError, Tx, params};
use app::api::MemberId;

/// Members that are looked at together.
const MEMBERS_MAX: i64 = 500;
/// Transfers that are looked at together, unless a single member has more.
const TRANSFERS_MAX: i64 = 10_000;

/// What was seen of tables whose rows belong to a member by way of a transfer.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) transfers: usize,
    pub(super) holds: usize,
    pub(super) moves: usize,
}

pub(super) async fn verify<T: Tx>(
    tx: &mut T,
    report: &mut Report,
    sums: &mut Sums,
) -> Result<Seen, StoreError> {
    const PAGE: &str = "select m.id, m.program_id,
            (select cast(coalesce(sum(a.transfers), 0) as bigint) from account a where a.member_id = m.id)
        from member m where m.id > $1 order by m.id limit $2";
    let mut seen = Seen::default();
    let mut after = MemberId([0; 16]);
    loop {
        let mut rows = tx.query(PAGE, params![after, MEMBERS_MAX]).await?;
        rows.truncate(together(&rows)?);
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            return Ok(seen);
        };
        let range = (first.get(0)?, last.get(0)?);
        after = range.1;
        for book in book::read(tx, &rows, range).await?.values() {
            report.counts.members += 1;
            seen.transfers += book.transfers.len();
            seen.holds += book.holds.len();
            seen.moves += book.moves.len();
            for account in &book.accounts {
                let sum = sums.entry((book.program, account.asset.clone()));
                *sum.or_default() += account.available + account.held + account.reserved;
            }
            verify_one(tx, report, book).await?;
        }
    }
}

/// How many of these members are not too much at once.
fn together(rows: &[Row]) -> Result<usize, StoreError> {
    let mut transfers = 0;
    for (place, row) in rows.iter().enumerate() {
        transfers += row.get::<i64>(2)?;
        if transfers > TRANSFERS_MAX {
            return Ok(place.max(1));
        }
    }
    Ok(rows.len())
}

async fn verify_one<T: Tx>(tx: &mut T, report: &mut Report, book: &Book) -> Result<(), StoreError> {
    lines::verify(report, book);
    holds::verify(report, book);
    lots::verify(report, book);
    coupons::verify(report, book);
    for order in &book.orders {
        orders::verify(tx, report, Some(book), order).await?;
    }
    verify_counters(report, book);
    Ok(())
}

/// What the account of points counts.
fn verify_counters(report: &mut Report, book: &Book) {
    let of = format_args!("member {}", book.member);
    let points = book.accounts.iter().find(|account| account.asset == POINTS);
    let counters = points.map_or_else(Counters::default, |points| points.counters);
    let counted = book.lots.iter();
    let counted = counted.filter(|lot| lot.counts && lot.asset == POINTS);
    let earned = counted.map(|lot| lot.amount - lot.taken_back).sum();
    report.expect(of, "points_earned", earned, counters.points_earned);
    let counted = || book.orders.iter().filter(|order| order.counts);
    let spent = counted().map(|order| order.total - order.refunded).sum();
    report.expect(of, "amount_spent", spent, counters.amount_spent);
    let orders = i64::try_from(counted().count()).unwrap_or(i64::MAX);
    report.expect(of, "orders", orders, counters.orders);
    verify_events(report, book, points);
    // Other assets count for nothing, and what is told of them is counted with the points.
    for account in book.accounts.iter().filter(|it| it.asset != POINTS) {
        let of = format_args!("account {} of member {}", account.asset, book.member);
        let Counters {
            points_earned,
            amount_spent,
            orders,
        } = account.counters;
        report.expect(of, "points_earned", 0, points_earned);
        report.expect(of, "amount_spent", 0, amount_spent);
        report.expect(of, "orders", 0, orders);
        report.expect(of, "events", 0, account.events);
    }
}

/// Transfers and events share one count without a gap.
fn verify_events(report: &mut Report, book: &Book, points: Option<&Account>) {
    let of = format_args!("member {}", book.member);
    let (mut events, mut latest) = (0, 0);
    for (number, transfers) in &book.events {
        events += 1;
        report.expect(of, "number of an event", transfers + events, *number);
        if *transfers < latest {
            let most = format!("at least {latest}");
            report.tell(of, "transfers before an event", most, transfers.to_string());
        }
        latest = *transfers;
    }
    let (transfers, counted) = points.map_or((0, 0), |points| (points.transfers, points.events));
    report.expect(of, "events", events, counted);
    if latest > transfers {
        let most = format!("at most {transfers}");
        report.tell(of, "transfers before an event", most, latest.to_string());
    }
}
