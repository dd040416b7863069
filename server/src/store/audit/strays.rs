//! Rows that belong to no member, and so were met by nobody. Counting says whether there are any; only
//! then are they looked for.

use super::Report;
use super::members::Seen;
use crate::store::{FromValue, StoreError, Tx, params};
use app::api::{MemberId, TransferId};
use std::fmt::Display;

/// Strays of one kind that are named.
const NAMED_MAX: i64 = 100;

pub(super) async fn verify<T: Tx>(
    tx: &mut T,
    report: &mut Report,
    seen: &Seen,
) -> Result<(), StoreError> {
    const TRANSFERS: &str = "select t.id from transfer t left join member m on m.id = t.member_id
        where m.id is null order by t.seq limit $1";
    const HOLDS: &str =
        "select h.transfer_id from hold h left join transfer t on t.id = h.transfer_id
        where t.id is null order by h.transfer_id limit $1";
    const MOVES: &str =
        "select v.transfer_id from lot_move v left join transfer t on t.id = v.transfer_id
        where t.id is null order by v.transfer_id, v.lot_id limit $1";
    let transfers = usize::try_from(report.counts.transfers).unwrap_or(0);
    let tables = [
        ("transfer", "member", TRANSFERS, transfers, seen.transfers),
        (
            "hold",
            "transfer",
            HOLDS,
            count(tx, "select count(*) from hold").await?,
            seen.holds,
        ),
        (
            "lot move",
            "transfer",
            MOVES,
            count(tx, "select count(*) from lot_move").await?,
            seen.moves,
        ),
    ];
    for (table, what, sql, there, met) in tables {
        if there <= met {
            continue;
        }
        name::<T, TransferId>(tx, report, table, what, sql).await?;
    }
    verify_members(tx, report).await?;
    verify_refunds(tx, report).await
}

async fn count<T: Tx>(tx: &mut T, sql: &'static str) -> Result<usize, StoreError> {
    let row = tx.query_one(sql, &[]).await?;
    let count: i64 = row.map_or(Ok(0), |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// What names its member without a foreign key, beside transfers and what hangs on them.
async fn verify_members<T: Tx>(tx: &mut T, report: &mut Report) -> Result<(), StoreError> {
    const LOTS: &str = "select l.id from lot l left join member m on m.id = l.member_id
        where m.id is null order by l.id limit $1";
    const NEWS: &str =
        "select distinct e.member_id from event e left join member m on m.id = e.member_id
        where m.id is null order by e.member_id limit $1";
    const ORDERS: &str = "select o.id from shop_order o left join member m on m.id = o.member_id
        where o.member_id is not null and m.id is null order by o.program_id, o.id limit $1";
    name::<T, TransferId>(tx, report, "lot", "member", LOTS).await?;
    name::<T, MemberId>(tx, report, "events of", "member", NEWS).await?;
    name::<T, String>(tx, report, "order", "member", ORDERS).await
}

/// A refund whose order is not there waits, and has moved nothing.
async fn verify_refunds<T: Tx>(tx: &mut T, report: &mut Report) -> Result<(), StoreError> {
    const SQL: &str = "select r.id from refund r
            left join shop_order o on o.program_id = r.program_id and o.id = r.order_id
        where o.id is null and (r.applied or r.amount <> 0 or r.reversed <> 0 or r.given_back <> 0)
        order by r.program_id, r.id limit $1";
    name::<T, String>(tx, report, "refund", "order", SQL).await
}

/// Names the strays of one table, whose ids are in the first column, by what they should belong to.
async fn name<T: Tx, I: FromValue + Display>(
    tx: &mut T,
    report: &mut Report,
    table: &str,
    what: &'static str,
    sql: &'static str,
) -> Result<(), StoreError> {
    for row in tx.query(sql, params![NAMED_MAX]).await? {
        let id: I = row.get(0)?;
        report.tell(format_args!("{table} {id}"), what, "one", "none");
    }
    Ok(())
}
