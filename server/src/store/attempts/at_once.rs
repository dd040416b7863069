//! What is paid in one step: what the shop reports, looking in, and the code on the till. Each time is an occasion
//! of its own, and the task's limit counts them.

use super::{StoredAttempt, by_id, insert_done};
use crate::clock::Stamp;
use crate::domain::program::Rules;
use crate::domain::task::Task;
use crate::domain::{HOUR, Instant, streak};
use crate::store::codes;
use crate::store::ledger::{Books, json};
use crate::store::{Command, StoreError, Tx, params};
use app::api::{AttemptId, MemberId, MemberRef};
use serde::{Deserialize, Serialize};
use serde_json::json as object;
use std::sync::Arc;

/// Wrong codes of the till that one member may type in an hour.
pub const WRONG_CODES_MAX: i64 = 10;

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
    /// A member who typed a code of the till: the step that it was right for, or none.
    AtTill(MemberId, Option<i64>),
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
    /// It is not the code of the till.
    WrongCode,
    /// After so many wrong codes a right one may be a guess.
    TooManyCodes,
    /// The same event was told of another member.
    SomebodyElse,
    /// There is no such member.
    Unknown,
}

impl Command for AtOnce {
    type Output = Did;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Did, StoreError> {
        // The condition on the beginning of the slot is the index's own.
        const SLOT: &str = "select id, member_id from attempt
            where program_id = $1 and task = $2 and slot = $3 and substr(slot, 1, 6) = 'event/'";
        let task = self.rules.program.task(&self.task);
        let task = task.ok_or_else(|| StoreError::internal("a task that the rules do not have"))?;
        let (rules, stamp) = (&self.rules, &self.stamp);
        // From here on nothing else happens to this member, so what is counted stays so.
        let books = match &self.who {
            Who::Here(member) | Who::AtTill(member, _) => {
                Some(Books::open(tx, rules, stamp, *member).await?)
            }
            Who::Told(member, _) => Books::open_named(tx, rules, stamp, member).await?,
        };
        let Some(mut books) = books else {
            return Ok(Did::Unknown);
        };
        let member = books.member;
        books.settle(tx).await?;
        if let Who::AtTill(member, step) = &self.who
            && let Some(refused) = self.refuse_code(tx, *member, *step).await?
        {
            books.close(tx).await?;
            return Ok(refused);
        }
        let slot = match &self.who {
            Who::Here(_) | Who::AtTill(..) => {
                format!("at/{}", crate::crypto::hex(&self.stamp.seed))
            }
            Who::Told(_, event) => format!("event/{event}"),
        };
        let found = match &self.who {
            Who::Told(..) => {
                let key = params![self.rules.id, &task.id, &slot];
                tx.query_one(SLOT, key).await?
            }
            // Nobody else has this slot.
            Who::Here(_) | Who::AtTill(..) => None,
        };
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
                let evidence = Some(self.evidence()?);
                let row = self.days_in_row(tx, task, &books).await?;
                let at = self.stamp.at;
                insert_done(tx, &mut books, task, &slot, row, evidence, at).await?
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
    fn evidence(&self) -> Result<String, StoreError> {
        json(&match &self.who {
            Who::Here(_) => object!({ "by": "panel" }),
            Who::AtTill(_, step) => object!({ "by": "till", "step": step }),
            Who::Told(_, event) => object!({ "by": "shop", "event": event }),
        })
    }

    /// Counts a wrong code. Once there were too many, a right one does not count either, or guessing would go on.
    async fn refuse_code<T: Tx>(
        &self,
        tx: &mut T,
        member: MemberId,
        step: Option<i64>,
    ) -> Result<Option<Did>, StoreError> {
        let name = format!("till/{member}");
        let now = self.stamp.at;
        if codes::tallied(tx, &name, now, HOUR).await? >= WRONG_CODES_MAX {
            return Ok(Some(Did::TooManyCodes));
        }
        if step.is_some() {
            return Ok(None);
        }
        codes::tally(tx, &name, now, HOUR, WRONG_CODES_MAX).await?;
        Ok(Some(Did::WrongCode))
    }

    /// The days in a row that this time completes; 0 for none that earn anything.
    async fn days_in_row<T: Tx>(
        &self,
        tx: &mut T,
        task: &Task,
        books: &Books<'_>,
    ) -> Result<u32, StoreError> {
        const SQL: &str = "select started_at from attempt
            where member_id = $1 and task = $2 and state in ('held', 'earned')";
        let Some(streak) = task.streak else {
            return Ok(0);
        };
        let rows = tx.query(SQL, params![books.member, &task.id]).await?;
        let times: Result<Vec<Instant>, StoreError> = rows.iter().map(|row| row.get(0)).collect();
        let row = streak::completed(streak, &times?, self.stamp.at, books.zone());
        Ok(row.unwrap_or(0))
    }

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
