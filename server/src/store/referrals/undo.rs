//! What becomes of a referral whose order comes back.

use crate::clock::Stamp;
use crate::domain::program::Rules;
use crate::domain::referral::suffices;
use crate::store::ledger::{Books, Reverse, because};
use crate::store::members::is_member;
use crate::store::{Row, StoreError, Tx, params};
use app::api::{Fact, MemberId, TransferId};

/// The parts of a command that are the two sides' books.
const PART: &str = "referral undone";

/// Money of an order came back, in the same transaction: `left` is what of its goods stays paid; nothing if it was
/// called off. Below what was asked for, both sides lose what it gave. A gift that an order has reserved and will not pay
/// can be used again; one that was paid with is used up. The caller has closed all books.
pub(in crate::store) async fn undo<T: Tx>(
    tx: &mut T,
    (rules, stamp): (&Rules, &Stamp),
    order: &str,
    left: Option<i64>,
) -> Result<(), StoreError> {
    const FOUND: &str = "select minimum, cast(0 as bigint) as place from referral
            where program_id = $1 and order_id = $2
        union all
        select minimum, cast(1 as bigint) as place from referral
            where program_id = $1 and gift_order = $2 and order_id is null
        order by place limit 1";
    const LET_GO: &str =
        "update referral set gift_state = 'open', gift_order = null, gift_lines = '[]', gift_shipping = 0,
            gift_reserved_at = null, friend_id = null, updated_at = $1
        where program_id = $2 and gift_order = $3 and stage = 'gift' and gift_state = 'reserved'";
    const REFUSE: &str =
        "update referral set stage = 'refused', reason = $1, updated_at = $2
        where program_id = $3 and order_id = $4 and stage in ('waiting', 'checking') returning advocate_id";
    const REVERSE: &str =
        "update referral set stage = 'reversed', reason = $1, updated_at = $2
        where program_id = $3 and order_id = $4 and stage = 'rewarded'
        returning advocate_id, transfer_id, points, number, friend_id, friend_transfer_id, friend_points";
    // Most orders are nobody's friend's.
    let Some(row) = tx.query_one(FOUND, params![rules.id, order]).await? else {
        return Ok(());
    };
    let minimum: i64 = row.get(0)?;
    if left.is_none() {
        tx.later(LET_GO, params![stamp.at, rules.id, order]).await?;
    }
    if left.is_some_and(|left| suffices(left, minimum)) {
        return Ok(());
    }
    let reason = if left.is_some() {
        "refunded"
    } else {
        "cancelled"
    };
    let set = params![reason, stamp.at, rules.id, order];
    if let Some(row) = tx.query_one(REFUSE, set).await? {
        tx.wake(row.get(0)?);
        return Ok(());
    }
    match tx.query_one(REVERSE, set).await? {
        Some(row) => reverse(tx, (rules, stamp), &row).await,
        None => Ok(()),
    }
}

/// One side of what is taken back.
struct Side {
    member: MemberId,
    original: TransferId,
    points: i64,
    /// The advocate's count.
    number: Option<i64>,
}

impl Side {
    /// Reads a side's member, transfer and points, if it was paid.
    fn read(row: &Row, [member, transfer, points]: [usize; 3]) -> Result<Option<Self>, StoreError> {
        let member: Option<MemberId> = row.get(member)?;
        let paid: Option<TransferId> = row.get(transfer)?;
        let points = row.get(points)?;
        Ok(member.zip(paid).map(|(member, original)| Self {
            member,
            original,
            points,
            number: None,
        }))
    }
}

/// Takes back what both sides were paid, one account after the other in the order of their members.
async fn reverse<T: Tx>(
    tx: &mut T,
    (rules, stamp): (&Rules, &Stamp),
    row: &Row,
) -> Result<(), StoreError> {
    let mut advocate = Side::read(row, [0, 1, 2])?;
    if let Some(advocate) = &mut advocate {
        advocate.number = Some(row.get(3)?);
    }
    let friend = Side::read(row, [4, 5, 6])?;
    let mut sides: Vec<Side> = advocate.into_iter().chain(friend).collect();
    sides.sort_by_key(|side| side.member);
    for (n, side) in sides.iter().enumerate() {
        // Whoever is gone has nothing that could be taken back.
        if !is_member(tx, rules.id, side.member).await? {
            continue;
        }
        let stamp = stamp.part(PART, n);
        let mut books = Books::open(tx, rules, &stamp, side.member).await?;
        books.settle(tx).await?;
        let explanation = because(Fact::FriendUndone {
            number: side.number,
        });
        let reverse = Reverse {
            original: side.original,
            points: side.points,
            explanation: &explanation,
        };
        books.reverse(tx, &reverse).await?;
        books.close(tx).await?;
    }
    Ok(())
}
