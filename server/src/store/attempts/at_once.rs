//! What is paid in one step: what the shop reports, and looking in. Each time is an occasion of its own, and the
//! task's limit counts them.

use super::{StoredAttempt, by_id, insert_done};
use crate::clock::Stamp;
use crate::domain::program::Rules;
use crate::domain::task::Task;
use crate::store::adjustments::named;
use crate::store::ledger::{Books, json};
use crate::store::{Command, StoreError, Tx, params};
use app::api::{AttemptId, MemberId, MemberRef};
use serde::{Deserialize, Serialize};
use serde_json::json as object;
use std::sync::Arc;

/// Pays a task for one occasion.
pub struct AtOnce {
    /// The rules.
    pub rules: Arc<Rules>,
    /// Who did it.
    pub who: Who,
    /// The task's id in the programme file.
    pub task: String,
    /// When.
    pub stamp: Stamp,
}

/// Who did it, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// A member who is there.
    Here(MemberId),
    /// Whom the shop names, in the event that it calls so.
    Told(MemberRef, String),
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Did {
    /// Where it stands; also when the same event was told before.
    At(StoredAttempt),
    /// As often as the task pays in this period.
    Enough,
    /// The same event was told of another member.
    SomebodyElse,
    /// There is no such member.
    Unknown,
}

impl Command for AtOnce {
    type Output = Did;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Did, StoreError> {
        const SLOT: &str = "select id, member_id from attempt
            where program_id = $1 and task = $2 and slot = $3";
        let task = self.rules.program.task(&self.task);
        let task = task.ok_or_else(|| StoreError::internal("a task that the rules do not have"))?;
        let member = match &self.who {
            Who::Here(member) => Some(*member),
            Who::Told(member, _) => named(tx, self.rules.id, member).await?,
        };
        let Some(member) = member else {
            return Ok(Did::Unknown);
        };
        // From here on nothing else happens to this member, so what is counted stays so.
        let mut books = Books::open(tx, &self.rules, &self.stamp, member).await?;
        books.settle(tx).await?;
        let slot = match &self.who {
            Who::Here(_) => format!("at/{}", crate::crypto::hex(&self.stamp.seed)),
            Who::Told(_, event) => format!("event/{event}"),
        };
        let key = params![self.rules.id, &task.id, &slot];
        let found = tx.query_one(SLOT, key).await?;
        if let Some(row) = &found
            && row.get::<MemberId>(1)? != member
        {
            books.close(tx).await?;
            return Ok(Did::SomebodyElse);
        }
        let id: AttemptId = match found {
            Some(row) => row.get(0)?,
            None if self.is_enough(tx, task, &books).await? => {
                books.close(tx).await?;
                return Ok(Did::Enough);
            }
            None => {
                let evidence = json(&match &self.who {
                    Who::Here(_) => object!({ "by": "panel" }),
                    Who::Told(_, event) => object!({ "by": "shop", "event": event }),
                })?;
                insert_done(tx, &mut books, task, &slot, Some(evidence), self.stamp.at).await?
            }
        };
        books.close(tx).await?;
        let stored = by_id(tx, id).await?;
        stored
            .map(Did::At)
            .ok_or_else(|| StoreError::internal("an attempt went away"))
    }
}

impl AtOnce {
    async fn is_enough<T: Tx>(
        &self,
        tx: &mut T,
        task: &Task,
        books: &Books<'_>,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "select count(*) from attempt
            where member_id = $1 and task = $2 and state in ('held', 'earned') and started_at >= $3";
        let since = task.limit.since(self.stamp.at, books.zone());
        let row = tx
            .query_one(SQL, params![books.member, &task.id, since])
            .await?;
        let times: i64 = row.map_or(Ok(0), |row| row.get(0))?;
        Ok(times >= i64::from(task.limit.times))
    }
}
