//! Orders of guests: kept by their address, and theirs once they have proven it.

use super::{Ledgered, earn};
use crate::domain::Instant;
use crate::domain::split::Split;
use crate::domain::tier::Counters;
use crate::store::ledger::{Books, Reverse, because, from_json, json};
use crate::store::{Row, StoreError, Tx, params};
use app::api::{Fact, Order, ProgramId};

/// Orders that one command claims; the rest waits for the next time that the address is proven.
const CLAIM_MAX: i64 = 50;

/// A guest's order.
pub(in crate::store) struct GuestOrder {
    ledgered: Ledgered,
    told_at: Instant,
}

/// The paid orders that were kept under an address, the oldest first.
pub(in crate::store) async fn of_guest<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    email: &str,
) -> Result<Vec<GuestOrder>, StoreError> {
    const SQL: &str =
        "select body, transfer_id, split, counts, refunded, member_id, created_at from shop_order
        where program_id = $1 and email = $2 and member_id is null and status = 'paid'
        order by placed_at, id limit $3";
    let rows = tx.query(SQL, params![program, email, CLAIM_MAX]).await?;
    let read = |row: &Row| {
        Ok(GuestOrder {
            ledgered: Ledgered::read(row)?.0,
            told_at: row.get(6)?,
        })
    };
    rows.iter().map(read).collect()
}

/// Gives a guest's order to a member: it earns by the rules of today and waits as if it had been
/// theirs from the beginning; what was refunded of it meanwhile is taken back at once.
pub(in crate::store) async fn claim<T: Tx>(
    tx: &mut T,
    books: &mut Books<'_>,
    guest: &GuestOrder,
) -> Result<(), StoreError> {
    // What was refunded is read here and not before: a refund may have come in between.
    const CLAIM: &str = "update shop_order set member_id = $1
        where program_id = $2 and id = $3 and member_id is null and status = 'paid'
        returning split, refunded";
    const SAVED: &str =
        "select transfer_id, split from shop_order where program_id = $1 and id = $2";
    const SPLIT: &str =
        "update shop_order set split = $1, counts = $2 where program_id = $3 and id = $4";
    let rules = books.rules;
    let order: &Order = &guest.ledgered.order;
    let claim = params![books.member, rules.id, &order.id];
    let Some(row) = tx.query_one(CLAIM, claim).await? else {
        return Ok(());
    };
    let before: Split = from_json(&row.get::<String>(0)?)?;
    let money: i64 = row.get(1)?;
    earn(tx, books, order, guest.told_at, &[]).await?;
    let row = tx.query_one(SAVED, params![rules.id, &order.id]).await?;
    let row = row.ok_or_else(|| StoreError::internal("an order went away"))?;
    let mut split: Split = from_json(&row.get::<String>(1)?)?;
    let refunded = split.adopt(&before);
    let counted = order.currency == rules.program.currency;
    let explanation = because(Fact::Refund {
        order: order.id.clone(),
        amount: money,
        total: order.total,
        currency: order.currency.clone(),
        earned: split.earned(),
    });
    if let Some(original) = row.get(0)? {
        let reverse = Reverse {
            original,
            points: refunded.reversed,
            explanation: &explanation,
        };
        split.moved += books.reverse(tx, &reverse).await?;
    }
    if counted && before.begun {
        books.count(Counters {
            amount_spent: -money,
            orders: if split.is_whole() { -1 } else { 0 },
            ..Counters::default()
        });
    }
    let counts = counted && !split.is_whole();
    let set = params![json(&split)?, counts, rules.id, &order.id];
    tx.later(SPLIT, set).await
}
