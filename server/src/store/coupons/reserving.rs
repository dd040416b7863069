//! What all codes that are wanted for one order share, members' coupons and friends' gifts. The caller has the order's
//! name (`busy`).

use crate::domain::Instant;
use crate::store::{StoreError, Tx, params};
use app::api::ProgramId;

/// Whether the order was told already: it has found the codes that were reserved for it, and finds no more.
pub(in crate::store) async fn is_told<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    order: &str,
) -> Result<bool, StoreError> {
    const SQL: &str = "select id from shop_order where program_id = $1 and id = $2";
    let row = tx.query_one(SQL, params![program, order]).await?;
    Ok(row.is_some())
}

/// When the next code is reserved for an order: after all others of it, whatever the servers' clocks say.
pub(in crate::store) async fn next_at<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    order: &str,
    now: Instant,
) -> Result<Instant, StoreError> {
    const COUPONS: &str = "select cast(coalesce(max(reserved_at), 0) as bigint) from coupon
        where program_id = $1 and order_id = $2";
    const GIFTS: &str = "select cast(coalesce(max(gift_reserved_at), 0) as bigint) from referral
        where program_id = $1 and gift_order = $2";
    let key = params![program, order];
    let (coupons, gifts) = tx.query_both((COUPONS, key), (GIFTS, key)).await?;
    let mut at = now;
    for row in coupons.iter().chain(&gifts) {
        at = at.max(row.get::<Instant>(0)? + 1);
    }
    Ok(at)
}
