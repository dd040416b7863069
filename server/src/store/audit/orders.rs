//! Orders: what they earned, what refunds took back of it, and the points they were paid with.

use super::Report;
use super::book::{Book, Order, Refunds, kind_of, read_order};
use super::coupons::settles;
use crate::domain::ledger::Account;
use crate::domain::split::Split;
use crate::store::{StoreError, Tx, params};
use app::api::Settles;
use std::collections::HashMap;

/// Orders of guests that are read at once.
const GUESTS_MAX: i64 = 500;

/// Compares one order with its member's transfers; a guest's has none.
pub(super) async fn verify<T: Tx>(
    tx: &mut T,
    report: &mut Report,
    book: Option<&Book>,
    order: &Order,
) -> Result<(), StoreError> {
    let of = format!("order {} of programme {}", order.id, order.program);
    if let Some(book) = book {
        report.expect(&of, "programme", book.program, order.program);
    }
    if order.split.is_empty() {
        // It was called off before it was paid.
        report.expect(&of, "refunded", 0, order.refunded);
        report.expect(&of, "transfer", None, order.transfer);
        return Ok(());
    }
    let Ok(split) = serde_json::from_str::<Split>(&order.split) else {
        report.tell(&of, "split", "one that can be read", "something else");
        return Ok(());
    };
    verify_money(report, &of, order, &split);
    verify_earning(report, &of, (book, order), &split);
    verify_refunds(report, &of, order, &split);
    if order.is_paid {
        verify_coupons(tx, report, &of, (book, order), &split).await?;
    }
    Ok(())
}

fn verify_money(report: &mut Report, of: &str, order: &Order, split: &Split) {
    let parts = || split.parts.iter();
    let total = parts().map(|part| part.amount).sum();
    report.expect(of, "the money of its parts", order.total, total);
    let refunded = parts().map(|part| part.refunded).sum();
    report.expect(of, "refunded", refunded, order.refunded);
    if parts().any(|part| !(0..=part.amount).contains(&part.refunded)) {
        report.tell(of, "what was refunded of a part", "at most all", "more");
    }
    if parts().any(|part| !(0..=part.price.max(1)).contains(&part.named)) {
        report.tell(of, "what refunds named of a part", "at most all", "more");
    }
    // What was taken and given back follows from what was refunded.
    let (reversed, returned) = split.due();
    report.expect(of, "split.reversed", reversed, split.reversed);
    report.expect(of, "split.returned", returned, split.returned);
}

/// What an order earned is one transfer; what was taken back of it is in its hold and in its lot.
fn verify_earning(
    report: &mut Report,
    of: &str,
    (book, order): (Option<&Book>, &Order),
    split: &Split,
) {
    let Some(id) = order.transfer else {
        report.expect(of, "split.earned", 0, split.earned());
        report.expect(of, "split.reversed", 0, split.reversed);
        report.expect(of, "split.moved", 0, split.moved);
        return;
    };
    let Some((book, transfer)) = book.and_then(|book| Some((book, book.transfer(id)?))) else {
        report.tell(of, "transfer", id.to_string(), "none");
        return;
    };
    if transfer.movement.from != Account::Issued {
        let found = transfer.movement.from.to_string();
        report.tell(of, "where its points come from", "issued", found);
    }
    report.expect(of, "split.earned", transfer.movement.amount, split.earned());
    let lowered: i64 = book
        .parts(id)
        .filter(|part| part.movement.to == Account::Issued)
        .map(|part| part.movement.amount)
        .sum();
    let taken = book.lot(id).map_or(0, |lot| lot.taken_back);
    report.expect(of, "split.reversed", lowered + taken, split.reversed);
    let moved: i64 = book.corrections(id).map(|part| part.movement.amount).sum();
    report.expect(of, "split.moved", moved, split.moved);
    let of_it = book
        .orders
        .iter()
        .filter(|other| other.transfer == Some(id));
    if of_it.count() > 1 {
        report.tell(of, "orders that earned its transfer", "one", "more");
    }
}

fn verify_refunds(report: &mut Report, of: &str, order: &Order, split: &Split) {
    let Refunds {
        waiting,
        amount,
        reversed,
        given_back,
    } = order.refunds;
    // Refunds that came while the order was nobody's took nothing back; claiming it did.
    if reversed > split.moved {
        let most = format!("at most {}", split.moved);
        report.tell(
            of,
            "points taken back by its refunds",
            most,
            reversed.to_string(),
        );
    }
    if order.is_paid {
        report.expect(of, "refunds that wait for it", 0, waiting);
        report.expect(of, "money of its refunds", order.refunded, amount);
        report.expect(
            of,
            "points given back by its refunds",
            split.returned,
            given_back,
        );
    } else {
        report.expect(of, "refunded", order.total, order.refunded);
        report.expect(of, "counts", false, order.counts);
    }
}

/// The points that an order was paid with are those of its coupons.
async fn verify_coupons<T: Tx>(
    tx: &mut T,
    report: &mut Report,
    of: &str,
    (book, order): (Option<&Book>, &Order),
    split: &Split,
) -> Result<(), StoreError> {
    const ALL: &str = "select terms, wanted, returned from coupon
        where program_id = $1 and order_id = $2 and state = 'used'";
    let coupons = book.map_or(&[][..], |book| &book.coupons);
    let own = coupons.iter().filter(|coupon| {
        coupon.state == "used"
            && coupon.order.as_ref() == Some(&order.id)
            && settles(coupon.kind) == Settles::WithOrder
    });
    let mut sums = own.fold((0, 0), |(points, returned), coupon| {
        (points + coupon.wanted, returned + coupon.returned)
    });
    let expected = (split.spent(), split.returned);
    if sums != expected {
        // Perhaps somebody else's coupons paid a part.
        sums = (0, 0);
        for row in tx.query(ALL, params![order.program, &order.id]).await? {
            if settles(kind_of(&row.get::<String>(0)?)) == Settles::WithOrder {
                sums.0 += row.get::<i64>(1)?;
                sums.1 += row.get::<i64>(2)?;
            }
        }
    }
    report.expect(of, "split.spent", sums.0, expected.0);
    report.expect(of, "split.returned", sums.1, expected.1);
    Ok(())
}

/// Compares the orders that are nobody's yet.
pub(super) async fn verify_guests<T: Tx>(
    tx: &mut T,
    report: &mut Report,
) -> Result<(), StoreError> {
    const PROGRAMS: &str = "select id from program order by id";
    const PAGE: &str = "select program_id, id, status, transfer_id, total, refunded, counts, split
        from shop_order where program_id = $1 and id > $2 and member_id is null order by id limit $3";
    const REFUNDS: &str = "select o.id, r.applied, r.amount, r.reversed, r.given_back
        from shop_order o cross join refund r
        where o.program_id = $1 and o.id > $2 and o.id <= $3 and o.member_id is null
            and r.program_id = o.program_id and r.order_id = o.id";
    for program in tx.query(PROGRAMS, &[]).await? {
        let program: app::api::ProgramId = program.get(0)?;
        let mut after = String::new();
        loop {
            let rows = tx.query(PAGE, params![program, &after, GUESTS_MAX]).await?;
            let Some(last) = rows.last() else {
                break;
            };
            let until: String = last.get(1)?;
            let mut refunds = HashMap::<String, Refunds>::new();
            for row in tx.query(REFUNDS, params![program, &after, &until]).await? {
                refunds.entry(row.get(0)?).or_default().add(&row, 1)?;
            }
            for row in &rows {
                let mut order = read_order(row, 0)?;
                order.refunds = refunds.remove(&order.id).unwrap_or_default();
                verify(tx, report, None, &order).await?;
                let of = format_args!("order {} of programme {program}", order.id);
                report.expect(of, "counts", false, order.counts);
            }
            after = until;
        }
    }
    Ok(())
}
