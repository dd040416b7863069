//! Orders, as the shop's backend tells them.

use super::ledger::{self, Earn, json};
use super::members::{self, Count};
use super::{Command, Query, Row, StoreError, Tx, params};
use crate::clock::Stamp;
use crate::domain::order::{NoEarning, earning_amount};
use crate::domain::program::Rules;
use crate::domain::{DAY, earning, email, identity::Shopper, tier};
use app::api::{
    Explanation, Fact, Localized, MemberId, Order, OrderStatus, ProgramId, ProofLevel, TransferId,
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
    /// How much that was.
    pub points: i64,
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

impl Command for Record {
    type Output = Recorded;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Recorded, StoreError> {
        const STORED: &str =
            "select digest, status from shop_order where program_id = $1 and id = $2";
        const CANCEL: &str = "update shop_order set status = 'cancelled', updated_at = $1
            where program_id = $2 and id = $3 and status = 'paid' returning transfer_id, member_id, reason";
        let order = &self.order;
        if self.insert(tx).await? {
            if order.status == OrderStatus::Paid {
                self.pay(tx).await?;
            }
            return self.kept(tx).await;
        }
        if order.status == OrderStatus::Cancelled {
            let at = self.stamp.at;
            let row = tx
                .query_one(CANCEL, params![at, self.rules.id, &order.id])
                .await?;
            if let Some(row) = row {
                self.undo(tx, &row).await?;
            }
            return self.kept(tx).await;
        }
        let row = tx
            .query_one(STORED, params![self.rules.id, &order.id])
            .await?;
        let row = row.ok_or_else(|| StoreError::internal("an order went away"))?;
        // A cancelled order stays cancelled, whatever a late payment says of it.
        let same = row.get::<Vec<u8>>(0)? == self.digest || row.get::<String>(1)? == "cancelled";
        if same {
            self.kept(tx).await
        } else {
            Ok(Recorded::Differs)
        }
    }
}

impl Record {
    async fn insert<T: Tx>(&self, tx: &mut T) -> Result<bool, StoreError> {
        const SQL: &str =
            "insert into shop_order (program_id, id, status, digest, body, email, member_id,
                created_at, updated_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $8) on conflict (program_id, id) do nothing";
        let order = &self.order;
        let status = match order.status {
            OrderStatus::Paid => "paid",
            OrderStatus::Cancelled => "cancelled",
        };
        let shopper = self.shopper();
        let member = members::find(tx, self.rules.id, &shopper).await?;
        let inserted = tx
            .execute(
                SQL,
                params![
                    self.rules.id,
                    &order.id,
                    status,
                    self.digest.clone(),
                    json(order)?,
                    shopper.email,
                    member,
                    self.stamp.at,
                ],
            )
            .await?;
        Ok(inserted == 1)
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

    async fn pay<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const REASON: &str = "update shop_order set reason = $1 where program_id = $2 and id = $3";
        const PAID: &str =
            "update shop_order set transfer_id = $1 where program_id = $2 and id = $3";
        let (sql, value) = match self.earn(tx).await? {
            Ok(transfer) => (PAID, super::Value::from(transfer)),
            Err(reason) => (REASON, super::Value::from(reason.code())),
        };
        tx.execute(sql, params![value, self.rules.id, &self.order.id])
            .await?;
        Ok(())
    }

    async fn earn<T: Tx>(&self, tx: &mut T) -> Result<Result<TransferId, NoEarning>, StoreError> {
        // The member's row is held from here on: the tier must not change between reading and paying.
        const TIER: &str = "update member set orders = orders where id =
            (select member_id from shop_order where program_id = $1 and id = $2)
            returning id, tier";
        let (rules, order, now) = (&*self.rules, &self.order, self.stamp.at);
        let row = tx.query_one(TIER, params![rules.id, &order.id]).await?;
        let Some(row) = row else {
            return Ok(Err(NoEarning::NoMember));
        };
        let member: MemberId = row.get(0)?;
        let amount = match earning_amount(&rules.program, order) {
            Ok(amount) => amount,
            Err(reason) => return Ok(Err(reason)),
        };
        let tier = tier::by_id(&rules.program, &row.get::<String>(1)?).clone();
        let earning = earning::for_order(&rules.program, &tier, &order.id, amount);
        let earning = earning.filter(|earning| earning.points > 0);
        let transfer = TransferId(self.stamp.id(0));
        if let Some(earning) = &earning {
            let earn = Earn {
                rules,
                id: transfer,
                member,
                points: earning.points,
                proof: ProofLevel::Confirmed,
                evidence: Some(r#"{"by":"order","from":"shop"}"#.to_owned()),
                explanation: &earning.explanation,
                available_at: (earning.hold_days > 0)
                    .then(|| now + i64::from(earning.hold_days) * DAY),
            };
            ledger::earn(tx, now, &earn).await?;
        }
        let count = Count {
            amount_spent: order.total,
            orders: 1,
            ..Count::default()
        };
        members::count(tx, rules, member, now, count).await?;
        Ok(earning.map(|_| transfer).ok_or(NoEarning::TooSmall))
    }

    async fn undo<T: Tx>(&self, tx: &mut T, cancelled: &Row) -> Result<(), StoreError> {
        const PAID: &str = "select body from shop_order where program_id = $1 and id = $2";
        let Some(member) = cancelled.get::<Option<MemberId>>(1)? else {
            return Ok(());
        };
        if let Some(original) = cancelled.get::<Option<TransferId>>(0)? {
            let explanation = Explanation {
                fact: Fact::OrderCancelled {
                    order: self.order.id.clone(),
                },
                hold_days: 0,
                hold_reason: Localized::default(),
            };
            ledger::take_back(tx, &self.rules, &self.stamp, original, &explanation).await?;
        } else if cancelled.get::<Option<String>>(2)?.as_deref() != Some(NoEarning::TooSmall.code())
        {
            // It never counted, so there is nothing to count back.
            return Ok(());
        }
        // What was paid is what the paid document said, whatever the cancelling one says.
        let row = tx
            .query_one(PAID, params![self.rules.id, &self.order.id])
            .await?;
        let row = row.ok_or_else(|| StoreError::internal("an order went away"))?;
        let paid: Order = ledger::from_json(&row.get::<String>(0)?)?;
        let count = Count {
            amount_spent: -paid.total,
            orders: -1,
            ..Count::default()
        };
        members::count(tx, &self.rules, member, self.stamp.at, count).await
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
        const SQL: &str = "select o.id, o.status, o.member_id, o.transfer_id, t.amount, o.reason from shop_order o
            left join transfer t on t.id = o.transfer_id where o.program_id = $1 and o.id = $2";
        let row = tx.query_one(SQL, params![self.program, self.id]).await?;
        row.as_ref().map(read).transpose()
    }
}

fn read(row: &Row) -> Result<StoredOrder, StoreError> {
    let status = match row.get::<String>(1)?.as_str() {
        "paid" => OrderStatus::Paid,
        _ => OrderStatus::Cancelled,
    };
    let earned: Option<i64> = row.get(4)?;
    Ok(StoredOrder {
        id: row.get(0)?,
        status,
        member: row.get(2)?,
        transfer: row.get(3)?,
        points: if status == OrderStatus::Paid {
            earned.unwrap_or(0)
        } else {
            0
        },
        reason: match status {
            OrderStatus::Paid => row.get(5)?,
            OrderStatus::Cancelled => Some(NoEarning::Cancelled.code().to_owned()),
        },
    })
}
