//! Members who bring friends: codes, gifts, what is paid to both sides, and what is taken back.
//!
//! ```text
//! gift → waiting → rewarded → reversed     the friend's order is paid, stays, comes back
//!   ↓        ↓ ↑
//! lapsed  refused ↔ checking               it does not count; a person looks; the advocate asks for that
//! ```
//! A referral is in the ledger only once it is rewarded: then both sides are paid in one transaction. Before that a
//! refund only refuses it.
//!
//! Locks are taken as everywhere: names of what has no row (the order that wants a gift, the friend, the advocate who is
//! paid), the order, gifts, accounts, members. What is counted of an advocate's friends (their
//! number, the month's cap, the day's gifts) is counted under the lock of the advocate's row in `member`.

mod codes;
mod decide;
mod due;
mod facts;
mod gifts;
mod list;
mod orders;
mod record;
mod settle;
mod undo;

pub(super) use codes::furnish;
pub use codes::{Choose, Chosen, OfCode, OfMember, Owner};
pub use decide::{Appeal, Appealed, Decide, Decided};
pub use due::{DueReferrals, Forget, Lapse};
pub use gifts::{
    ForMember, GIFTS_A_DAY_MAX, GiftEnded, GiftOf, GiftUsed, Give, Given, NotForYou, ReleaseGift,
    StoredGift, UseGift,
};
pub use list::{Checking, Friends, Mine, One, StoredReferral};
pub(super) use orders::of_order;
pub use record::{Record, Records};
pub use settle::Settle;
pub(super) use undo::undo;

use super::{StoreError, Tx, busy, params};
use crate::domain::Instant;
use app::api::{MemberId, ProgramId};

/// An advocate, locked.
struct Advocate {
    joined_at: Instant,
    /// The tier's id.
    tier: String,
}

/// Makes everybody else wait who counts this member's friends; nothing for who is no member of the programme, or not
/// any more.
async fn lock_advocate<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    member: MemberId,
) -> Result<Option<Advocate>, StoreError> {
    const SQL: &str =
        "select joined_at, tier from member where id = $1 and program_id = $2 for no key update";
    let row = tx.query_one(SQL, params![member, program]).await?;
    row.map(|row| {
        Ok(Advocate {
            joined_at: row.get(0)?,
            tier: row.get(1)?,
        })
    })
    .transpose()
}

/// Makes everybody else wait who works on the same friend, who is known by a canonical address, as a member, or both.
async fn lock_friend<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    (mailbox, member): (Option<&str>, Option<MemberId>),
) -> Result<(), StoreError> {
    let mailbox = mailbox.map(|it| format!("friend:{it}"));
    let member = member.map(|it| format!("friend:{it}"));
    for name in mailbox.into_iter().chain(member) {
        busy::lock(tx, program, &name).await?;
    }
    Ok(())
}
