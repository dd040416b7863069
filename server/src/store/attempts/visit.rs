//! Visits: a page was opened from the panel, and the shopper came back after a while. That is all that is seen
//! of it, and the level of its proof says so.

use super::{Get, StoredAttempt, by_id, current, lapse, pay};
use crate::clock::Stamp;
use crate::domain::program::Rules;
use crate::domain::{Instant, SECOND, attempt};
use crate::store::ledger::json;
use crate::store::{Command, Query, StoreError, Tx, params};
use app::api::{AttemptId, AttemptState, MemberId};
use serde::{Deserialize, Serialize};
use serde_json::json as object;
use std::sync::Arc;

/// Begins a visit and notes that its page is being opened. The first time counts.
pub struct OpenPage {
    /// The rules.
    pub rules: Arc<Rules>,
    /// Who.
    pub member: MemberId,
    /// The task's id in the programme file.
    pub task: String,
    /// When.
    pub stamp: Stamp,
}

impl Command for OpenPage {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const OPEN: &str = "update attempt set sent_at = $1, updated_at = $1
            where id = $2 and state = 'started' and sent_at is null";
        let task = self.rules.program.task(&self.task);
        let task = task.ok_or_else(|| StoreError::internal("a task that the rules do not have"))?;
        let now = self.stamp.at;
        lapse(tx, self.member, &task.id, now).await?;
        let slot = task.slot();
        super::start::insert(tx, &self.rules, task, &slot, self.member, &self.stamp).await?;
        if let Some(attempt) = current(tx, self.member, &task.id, &slot).await?
            && tx.execute(OPEN, params![now, attempt.id]).await? == 1
        {
            let news = super::News::attempt(&task.id);
            super::events::append(tx, self.member, now, &news).await?;
        }
        Ok(())
    }
}

/// The shopper is back.
pub struct Return {
    /// The rules.
    pub rules: Arc<Rules>,
    /// Who.
    pub member: MemberId,
    /// The attempt.
    pub attempt: AttemptId,
    /// When.
    pub stamp: Stamp,
}

/// What became of that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Returned {
    /// Where the attempt stands now; also when it had been decided before.
    At(StoredAttempt),
    /// The member has no such attempt.
    Unknown,
    /// The page was not opened from the panel.
    NotOpened,
    /// So many seconds too early.
    TooSoon(i64),
}

impl Command for Return {
    type Output = Returned;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Returned, StoreError> {
        let (id, member) = (self.attempt, self.member);
        let Some(attempt) = (Get { id, member }).run(tx).await? else {
            return Ok(Returned::Unknown);
        };
        let task = self.rules.program.task(&attempt.task);
        let Some((task, visit)) = task.and_then(|task| Some((task, task.visit.as_ref()?))) else {
            return Ok(Returned::Unknown);
        };
        let now = self.stamp.at;
        if attempt.state_at(now) != AttemptState::Started {
            return Ok(Returned::At(attempt));
        }
        let Some(opened_at) = attempt.sent_at else {
            return Ok(Returned::NotOpened);
        };
        let missing = opened_at + i64::from(visit.seconds) * SECOND - now;
        if missing > 0 {
            return Ok(Returned::TooSoon((missing + SECOND - 1) / SECOND));
        }
        let evidence = object!({ "by": "visit", "opened_at": opened_at, "seconds": (now - opened_at) / SECOND });
        let available_at: Option<Instant> = attempt::available_at(task, now);
        let evidence = Some(json(&evidence)?);
        pay(
            tx,
            &self.rules,
            task,
            &attempt,
            available_at,
            evidence,
            &self.stamp,
        )
        .await?;
        let decided = by_id(tx, id).await?;
        Ok(decided.map_or(Returned::Unknown, Returned::At))
    }
}
