//! What all codes that are wanted for one order share, members' coupons and friends' gifts. The caller has the order's
//! name (`busy`).

use crate::domain::Instant;
use crate::domain::reward::Terms;
use crate::domain::terms::Basket;
use crate::store::ledger::from_json;
use crate::store::{Row, StoreError, Tx, params};
use app::api::{CouponLine, ProgramId, QuoteLine};

/// What other codes of an order take off already.
pub(in crate::store) struct Beside<'a> {
    lines: &'a [QuoteLine],
    taken: Vec<i64>,
    shipping: i64,
    codes: usize,
    /// Whether all of them can stand beside others.
    all_can: bool,
}

impl<'a> Beside<'a> {
    /// No code takes anything off these lines yet.
    pub(in crate::store) fn of(lines: &'a [QuoteLine]) -> Self {
        Self {
            lines,
            taken: vec![0; lines.len()],
            shipping: 0,
            codes: 0,
            all_can: true,
        }
    }

    /// Adds a code. Reads its terms, the lines that it falls on, and what it takes off delivery.
    pub(in crate::store) fn add(&mut self, row: &Row) -> Result<(), StoreError> {
        let terms: Terms = from_json(&row.get::<String>(0)?)?;
        let lines: Option<String> = row.get(1)?;
        let lines: Vec<CouponLine> = lines.map_or(Ok(Vec::new()), |lines| from_json(&lines))?;
        for (taken, line) in self.taken.iter_mut().zip(self.lines) {
            let own = lines.iter().filter(|other| other.id == line.id);
            *taken += own.map(|other| other.amount).sum::<i64>();
        }
        self.shipping += row.get::<i64>(2)?;
        self.codes += 1;
        self.all_can &= terms.with_other_codes;
        Ok(())
    }

    /// The basket as the next code finds it.
    pub(in crate::store) fn basket(&self, shipping: i64, other_codes: bool) -> Basket<'_> {
        Basket {
            lines: self.lines,
            shipping,
            other_codes,
            taken: &self.taken,
            shipping_taken: self.shipping,
            beside: (self.codes, self.all_can),
        }
    }
}

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
