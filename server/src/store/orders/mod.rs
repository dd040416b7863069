//! Orders, as the shop's backend tells them: recorded, paid, called off, given back in part.

mod guest;
mod refund;

pub(super) use guest::{claim, of_guest};
pub use refund::{Refund, RefundOutcome, StoredRefund};

use super::coupons;
use super::ledger::{Books, Credit, Reverse, because, from_json, json};
use super::{Command, Query, Row, StoreError, Tx, busy, events, members, params, referrals};
use crate::clock::Stamp;
use crate::domain::identity::Shopper;
use crate::domain::ledger::Account;
use crate::domain::order::{NoEarning, placed_at};
use crate::domain::program::Rules;
use crate::domain::split::{self, Refunded, Split};
use crate::domain::tier::{self, Counters};
use crate::domain::{Instant, earning, email};
use app::api::{
    Fact, GivenBackCause, MemberId, Order, OrderStatus, ProgramId, ProofLevel, TransferId,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// An order as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredOrder {
    /// The shop's number.
    pub id: String,
    /// Whether it stands.
    pub status: OrderStatus,
    /// Whose it is.
    pub member: Option<MemberId>,
    /// What it earned.
    pub transfer: Option<TransferId>,
    /// How much that was, less what was taken back.
    pub points: i64,
    /// When they become available, if they had to wait.
    pub available_at: Option<Instant>,
    /// Money that was given back.
    pub refunded: i64,
    /// Why it earned nothing.
    pub reason: Option<String>,
}

/// Keeps an order and pays what it earns, or takes it back when it is called off. The same
/// document again, late or out of order, changes nothing.
pub struct Record {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The order, checked.
    pub order: Order,
    /// A digest of what was paid for: the order without its status and time.
    pub digest: Vec<u8>,
    /// When.
    pub stamp: Stamp,
}

/// What became of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Recorded {
    /// Where it stands now.
    Kept(StoredOrder),
    /// Another order was sent under this number before. Nothing has changed.
    Differs,
}

/// An order that is open in a command.
pub(super) struct Ledgered {
    pub(super) order: Order,
    pub(super) transfer: Option<TransferId>,
    pub(super) split: Split,
    pub(super) counts: bool,
    /// What was given back before this command.
    pub(super) refunded: i64,
}

impl Command for Record {
    type Output = Recorded;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Recorded, StoreError> {
        const STORED: &str =
            "select digest, status from shop_order where program_id = $1 and id = $2";
        let order = &self.order;
        // A refund or a code that is told at this moment would not see the order, nor the order it.
        busy::lock_order(tx, self.rules.id, &order.id).await?;
        let member = self.buyer(tx).await?;
        if let Some(codes) = self.insert(tx, member).await? {
            match (order.status, member) {
                (OrderStatus::Paid, Some(member)) => self.pay(tx, member, &codes).await?,
                (OrderStatus::Paid, None) => self.keep_for_guest(tx, &codes).await?,
                (OrderStatus::Cancelled, _) => {
                    let codes = &order.coupon_codes;
                    coupons::let_go(tx, &self.rules, &self.stamp, &order.id).await?;
                    coupons::end_unpaid(tx, &self.rules, &self.stamp, &order.id, codes).await?;
                    referrals::undo(tx, (&self.rules, &self.stamp), &order.id, None).await?;
                }
            }
            if order.status == OrderStatus::Paid {
                referrals::of_order(tx, (&self.rules, &self.stamp), order, member).await?;
            }
            refund::catch_up(tx, &self.rules, &self.stamp, &order.id).await?;
            return self.kept(tx).await;
        }
        if order.status == OrderStatus::Cancelled {
            self.cancel(tx).await?;
            return self.kept(tx).await;
        }
        let row = tx
            .query_one(STORED, params![self.rules.id, &order.id])
            .await?;
        let row = row.ok_or_else(|| StoreError::internal("an order went away"))?;
        // A cancelled order stays cancelled, whatever a late payment says of it.
        if row.get::<String>(1)? == "paid" && row.get::<Vec<u8>>(0)? != self.digest {
            return Ok(Recorded::Differs);
        }
        self.kept(tx).await
    }
}

impl Record {
    /// Keeps the order, if it is not known. Answers the codes that it uses: those that it names, and those that are
    /// reserved for it, which a shop need not name again.
    async fn insert<T: Tx>(
        &self,
        tx: &mut T,
        member: Option<MemberId>,
    ) -> Result<Option<Vec<String>>, StoreError> {
        const SQL: &str =
            "insert into shop_order (program_id, id, status, digest, body, email, member_id, placed_at,
                total, refunded, counts, split, created_at, updated_at, mailbox, customer)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $11, $12, $12, $13, $14)
            on conflict (program_id, id) do nothing returning id";
        // What nobody has used in time has lapsed, though nobody may have written so.
        const RESERVED: &str = "select code from coupon
            where program_id = $1 and order_id = $2 and state = 'reserved'
                and (select due_at from hold where transfer_id = hold_id) > $3";
        let order = &self.order;
        let status = match order.status {
            OrderStatus::Paid => "paid",
            OrderStatus::Cancelled => "cancelled",
        };
        let email = self.shopper().email;
        let mailbox = email.as_deref().map(email::canonical);
        let row = params![
            self.rules.id,
            &order.id,
            status,
            self.digest.clone(),
            json(order)?,
            email,
            member,
            placed_at(order, self.stamp.at),
            order.total,
            false,
            "",
            self.stamp.at,
            mailbox,
            order.customer.id.as_deref(),
        ];
        let key = params![self.rules.id, &order.id, self.stamp.at];
        let (inserted, reserved) = tx.query_both((SQL, row), (RESERVED, key)).await?;
        if inserted.is_empty() {
            return Ok(None);
        }
        let mut codes = order.coupon_codes.clone();
        for row in reserved {
            codes.push(row.get(0)?);
        }
        Ok(Some(codes))
    }

    /// The member whose order it is, if it is one's.
    async fn buyer<T: Tx>(&self, tx: &mut T) -> Result<Option<MemberId>, StoreError> {
        let shopper = self.shopper();
        let member = members::find(tx, self.rules.id, &shopper).await?;
        let (None, Some(email)) = (member, &shopper.email) else {
            return Ok(member);
        };
        // Whoever joins under this address just now looks for orders of it, and would not see this one.
        busy::lock_guest(tx, self.rules.id, email).await?;
        members::find(tx, self.rules.id, &shopper).await
    }

    /// Who ordered. The shop's word for an address is as good as its word for a customer: both come
    /// under its key.
    fn shopper(&self) -> Shopper {
        let customer = &self.order.customer;
        Shopper {
            customer: customer.id.clone(),
            email: customer.email.as_deref().and_then(email::parse),
            email_verified: true,
            ..Shopper::default()
        }
    }

    async fn pay<T: Tx>(
        &self,
        tx: &mut T,
        member: MemberId,
        codes: &[String],
    ) -> Result<(), StoreError> {
        let id = &self.order.id;
        // The codes before the books, as everybody else who takes both.
        let claimed = coupons::claim(tx, &self.rules, &self.stamp, id, codes).await?;
        let mut books = Books::open(tx, &self.rules, &self.stamp, member).await?;
        books.settle(tx).await?;
        let paid_by = coupons::spend(tx, &mut books, &self.stamp, claimed).await?;
        earn(tx, &mut books, &self.order, self.stamp.at, &paid_by).await?;
        books.close(tx).await?;
        Ok(())
    }

    async fn keep_for_guest<T: Tx>(&self, tx: &mut T, codes: &[String]) -> Result<(), StoreError> {
        let mut split = Split {
            parts: split::parts(&self.order),
            ..Split::default()
        };
        let paid_by =
            coupons::settle_for_guest(tx, &self.rules, &self.stamp, &self.order.id, codes).await?;
        coupons::record(&mut split, &paid_by);
        let reason = Some(NoEarning::NoMember.code());
        save(
            tx,
            self.rules.id,
            &self.order.id,
            None,
            reason,
            false,
            &split,
        )
        .await
    }

    /// Calls the order off: all that is left of it is given back.
    async fn cancel<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const CANCEL: &str = "update shop_order set status = 'cancelled', updated_at = $1
            where program_id = $2 and id = $3 and status = 'paid'
            returning body, transfer_id, split, counts, refunded, member_id";
        let key = params![self.stamp.at, self.rules.id, &self.order.id];
        let Some(row) = tx.query_one(CANCEL, key).await? else {
            coupons::let_go(tx, &self.rules, &self.stamp, &self.order.id).await?;
            return referrals::undo(tx, (&self.rules, &self.stamp), &self.order.id, None).await;
        };
        let (mut ledgered, member) = Ledgered::read(&row)?;
        let refunded = ledgered.split.cancel();
        let order = self.order.id.clone();
        let fact = Fact::OrderCancelled { order };
        let cause = GivenBackCause::OrderCancelled;
        let effect = Effect {
            refunded,
            fact,
            cause,
        };
        give_back(tx, (&self.rules, &self.stamp), member, ledgered, &effect).await?;
        referrals::undo(tx, (&self.rules, &self.stamp), &self.order.id, None).await
    }

    async fn kept<T: Tx>(&self, tx: &mut T) -> Result<Recorded, StoreError> {
        let found = Get {
            program: self.rules.id,
            id: &self.order.id,
        }
        .run(tx)
        .await?;
        found
            .map(Recorded::Kept)
            .ok_or_else(|| StoreError::internal("an order went away"))
    }
}

impl Ledgered {
    /// Reads `body, transfer_id, split, counts, refunded, member_id`.
    fn read(row: &Row) -> Result<(Self, Option<MemberId>), StoreError> {
        let ledgered = Self {
            order: from_json(&row.get::<String>(0)?)?,
            transfer: row.get(1)?,
            split: from_json(&row.get::<String>(2)?)?,
            counts: row.get(3)?,
            refunded: row.get(4)?,
        };
        Ok((ledgered, row.get(5)?))
    }
}

/// Pays what an order earns, and writes down how it falls on its parts.
async fn earn<T: Tx>(
    tx: &mut T,
    books: &mut Books<'_>,
    order: &Order,
    told_at: Instant,
    paid_by: &[coupons::PaidBy],
) -> Result<(), StoreError> {
    let rules = books.rules;
    let program = &rules.program;
    let tier = tier::by_id(program, books.tier());
    let buyer = earning::Buyer {
        tier,
        is_first: books.counters().orders == 0,
    };
    let placed_at = placed_at(order, told_at);
    let (mut split, earning) = earning::for_order(program, buyer, order, placed_at, told_at);
    coupons::record(&mut split, paid_by);
    let counts = order.currency == program.currency;
    if counts {
        books.count(Counters {
            amount_spent: order.total,
            orders: 1,
            ..Counters::default()
        });
    }
    let (transfer, reason) = match earning {
        Ok(earning) => {
            let credit = Credit {
                from: Account::Issued,
                points: earning.points,
                proof: Some(ProofLevel::Confirmed),
                evidence: Some(r#"{"by":"order","from":"shop"}"#.to_owned()),
                explanation: &earning.explanation,
                available_at: earning.available_at.filter(|at| *at > books.now()),
                counts: true,
            };
            (Some(books.credit(tx, &credit).await?), None)
        }
        Err(reason) => (None, Some(reason.code())),
    };
    save(tx, rules.id, &order.id, transfer, reason, counts, &split).await
}

async fn save<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    order: &str,
    transfer: Option<TransferId>,
    reason: Option<&'static str>,
    counts: bool,
    split: &Split,
) -> Result<(), StoreError> {
    const SQL: &str = "update shop_order set transfer_id = $1, reason = $2, counts = $3, split = $4
        where program_id = $5 and id = $6";
    let set = params![transfer, reason, counts, json(split)?, program, order];
    tx.later(SQL, set).await
}

/// What a refund or a cancellation does, and why.
struct Effect {
    refunded: Refunded,
    fact: Fact,
    cause: GivenBackCause,
}

/// Gives back the points that the given-back money stands for, and takes back what it had earned. Answers how
/// many were really taken back.
async fn give_back<T: Tx>(
    tx: &mut T,
    (rules, stamp): (&Rules, &Stamp),
    member: Option<MemberId>,
    ledgered: Ledgered,
    effect: &Effect,
) -> Result<i64, StoreError> {
    let Ledgered {
        order, mut split, ..
    } = ledgered;
    let is_whole = split.is_whole();
    let counts = ledgered.counts && !is_whole;
    let refunded = ledgered.refunded + effect.refunded.amount;
    let returned = effect.refunded.returned;
    let undone = Undone {
        order: &order.id,
        refunded,
        counts,
    };
    // Before anything is taken back: where debts are written off, what comes back here pays them first.
    if let Some(member) = member {
        events::lock(tx, member).await?;
    }
    let paid = (&*order.id, &split);
    coupons::give_back(tx, (rules, stamp), paid, returned, effect.cause).await?;
    let mut moved = 0;
    if let Some(member) = member {
        let mut books = Books::open(tx, rules, stamp, member).await?;
        books.settle(tx).await?;
        if let Some(original) = ledgered.transfer {
            let reverse = Reverse {
                original,
                points: effect.refunded.reversed,
                explanation: &because(effect.fact.clone()),
            };
            moved = books.reverse(tx, &reverse).await?;
        }
        split.moved += moved;
        // Between what was due before it and the tier that follows from it, since both look at the order
        // where tiers have windows.
        undone.save(tx, (rules, stamp), &split).await?;
        if ledgered.counts {
            books.count(Counters {
                amount_spent: -effect.refunded.amount,
                orders: if is_whole { -1 } else { 0 },
                ..Counters::default()
            });
        }
        books.close(tx).await?;
    } else {
        undone.save(tx, (rules, stamp), &split).await?;
    }
    Ok(moved)
}

/// What an order is once something of it was given back.
struct Undone<'a> {
    order: &'a str,
    refunded: i64,
    counts: bool,
}

impl Undone<'_> {
    async fn save<T: Tx>(
        &self,
        tx: &mut T,
        (rules, stamp): (&Rules, &Stamp),
        split: &Split,
    ) -> Result<(), StoreError> {
        const SQL: &str =
            "update shop_order set split = $1, refunded = $2, counts = $3, updated_at = $4
            where program_id = $5 and id = $6";
        let set = params![
            json(split)?,
            self.refunded,
            self.counts,
            stamp.at,
            rules.id,
            self.order
        ];
        tx.later(SQL, set).await
    }
}

/// What is known of an order.
pub struct Get<'a> {
    /// The programme.
    pub program: ProgramId,
    /// The shop's number.
    pub id: &'a str,
}

impl Query for Get<'_> {
    type Output = Option<StoredOrder>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = "select o.id, o.status, o.member_id, o.transfer_id, o.reason, o.split, o.refunded, t.available_at
            from shop_order o left join transfer t on t.id = o.transfer_id
            where o.program_id = $1 and o.id = $2";
        let row = tx.query_one(SQL, params![self.program, self.id]).await?;
        row.as_ref().map(read).transpose()
    }
}

fn read(row: &Row) -> Result<StoredOrder, StoreError> {
    let status = match row.get::<String>(1)?.as_str() {
        "paid" => OrderStatus::Paid,
        _ => OrderStatus::Cancelled,
    };
    let split: String = row.get(5)?;
    let split: Split = if split.is_empty() {
        Split::default()
    } else {
        from_json(&split)?
    };
    Ok(StoredOrder {
        id: row.get(0)?,
        status,
        member: row.get(2)?,
        transfer: row.get(3)?,
        points: split.earned() - split.moved,
        available_at: row.get(7)?,
        refunded: row.get(6)?,
        reason: match status {
            OrderStatus::Paid => row.get(4)?,
            OrderStatus::Cancelled => Some(NoEarning::Cancelled.code().to_owned()),
        },
    })
}
