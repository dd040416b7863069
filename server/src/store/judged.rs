//! Reviews that were written on another service, as it signs them: each earns once, and each product once for each
//! member, by somebody who has bought here.

use super::attempts::{self, StoredAttempt};
use super::ledger::{Books, json};
use super::{Command, StoreError, Tx, params};
use crate::clock::Stamp;
use crate::domain::Instant;
use crate::domain::program::Rules;
use crate::domain::task::Task;
use crate::hooks::Review;
use app::api::{AttemptId, MemberId, TaskKind};
use serde_json::json as object;
use std::sync::Arc;

/// The reason of an attempt whose review turned out to be spam.
const SPAM: &str = "review_spam";

/// Pays for a review, or takes back what a spam review earned.
pub struct Judge {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The connection that tells of it.
    pub connection: String,
    /// The review.
    pub review: Review,
    /// When.
    pub stamp: Stamp,
}

impl Command for Judge {
    /// Whether anything came of it. Nothing does where it was told before, its author is no member who has bought
    /// something, or no task asks for it.
    type Output = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool, StoreError> {
        if self.review.is_spam {
            return self.take_back(tx).await;
        }
        let Some(task) = self.task() else {
            return Ok(false);
        };
        let Some(member) = self.buyer(tx).await? else {
            return Ok(false);
        };
        // From here on nothing else happens to this member, so what is looked for stays so.
        let mut books = Books::open(tx, &self.rules, &self.stamp, member).await?;
        books.settle(tx).await?;
        let pays =
            !self.was_told(tx, task, member).await? && !self.is_enough(tx, task, &books).await?;
        if pays {
            self.pay(tx, task, &mut books).await?;
        }
        books.close(tx).await?;
        Ok(pays)
    }
}

impl Judge {
    fn task(&self) -> Option<&Task> {
        let mut tasks = self.rules.program.tasks.iter();
        tasks.find(|task| {
            let at = task.elsewhere.as_ref();
            task.kind == TaskKind::Review && at.is_some_and(|at| at.connection == self.connection)
        })
    }

    /// The member who has proven the address and has an order that was paid and not given back whole.
    async fn buyer<T: Tx>(&self, tx: &mut T) -> Result<Option<MemberId>, StoreError> {
        const SQL: &str = "select i.member_id from identity i
            where i.program_id = $1 and i.kind = 'email' and i.value = $2 and exists (
                select 1 from shop_order o where o.program_id = $1 and o.member_id = i.member_id
                    and o.status = 'paid' and o.refunded < o.total)";
        let key = params![self.rules.id, &self.review.address];
        let row = tx.query_one(SQL, key).await?;
        row.map(|row| row.get(0)).transpose()
    }

    fn slot(&self) -> String {
        format!("product/{}", self.review.product)
    }

    /// Whether this review has earned, or another one of the member's of this product.
    async fn was_told<T: Tx>(
        &self,
        tx: &mut T,
        task: &Task,
        member: MemberId,
    ) -> Result<bool, StoreError> {
        const PRODUCT: &str =
            "select id from attempt where member_id = $1 and task = $2 and slot = $3";
        let key = params![member, &task.id, self.slot()];
        Ok(self.attempt(tx).await?.is_some() || tx.query_one(PRODUCT, key).await?.is_some())
    }

    /// The attempt that this review has earned for.
    async fn attempt<T: Tx>(&self, tx: &mut T) -> Result<Option<StoredAttempt>, StoreError> {
        const SQL: &str = "select attempt_id from outside_review
            where program_id = $1 and connection = $2 and review = $3";
        let key = params![self.rules.id, &self.connection, &self.review.id];
        match tx.query_one(SQL, key).await? {
            Some(row) => attempts::by_id(tx, row.get::<AttemptId>(0)?).await,
            None => Ok(None),
        }
    }

    async fn is_enough<T: Tx>(
        &self,
        tx: &mut T,
        task: &Task,
        books: &Books<'_>,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "select count(*) from attempt
            where member_id = $1 and task = $2 and state in ('held', 'earned') and started_at >= $3";
        const ORDERS: &str = "select count(*) from shop_order
            where program_id = $1 and member_id = $2 and status = 'paid' and refunded < total";
        let since = task.limit.since(self.stamp.at, books.zone());
        let key = params![books.member, &task.id, since];
        let row = tx.query_one(SQL, key).await?;
        let times: i64 = row.map_or(Ok(0), |row| row.get(0))?;
        let key = params![books.member, &task.id, Instant::MIN];
        let row = tx.query_one(SQL, key).await?;
        let ever: i64 = row.map_or(Ok(0), |row| row.get(0))?;
        let row = tx
            .query_one(ORDERS, params![self.rules.id, books.member])
            .await?;
        let orders: i64 = row.map_or(Ok(0), |row| row.get(0))?;
        // The hook does not say which order it is about, so there are no more reviews than orders.
        Ok(times >= i64::from(task.limit.times) || ever >= orders)
    }

    async fn pay<T: Tx>(
        &self,
        tx: &mut T,
        task: &Task,
        books: &mut Books<'_>,
    ) -> Result<(), StoreError> {
        const SQL: &str =
            "insert into outside_review (program_id, connection, review, attempt_id, created_at)
            values ($1, $2, $3, $4, $5)";
        let (slot, at) = (self.slot(), self.stamp.at);
        let Review { id, product, .. } = &self.review;
        let evidence = json(&object!({ "by": self.connection, "review": id, "product": product }))?;
        let attempt = attempts::insert_done(tx, books, task, &slot, 0, Some(evidence), at).await?;
        let row = params![self.rules.id, &self.connection, id, attempt, at];
        tx.later(SQL, row).await
    }

    async fn take_back<T: Tx>(&self, tx: &mut T) -> Result<bool, StoreError> {
        let Some(attempt) = self.attempt(tx).await? else {
            return Ok(false);
        };
        // What was paid for a task that is gone stands.
        let Some(task) = self.rules.program.task(&attempt.task) else {
            return Ok(false);
        };
        attempts::take_back(tx, &self.rules, task, &attempt, SPAM, &self.stamp).await?;
        Ok(attempt.is_paid())
    }
}
