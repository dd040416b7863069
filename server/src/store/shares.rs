//! Links that members pass on, and the first time that somebody else goes on through one.

use super::attempts;
use super::ledger::json;
use super::{Command, Query, Row, StoreError, Tx, params};
use crate::clock::Stamp;
use crate::domain::program::Rules;
use crate::domain::{Instant, attempt};
use app::api::{AttemptId, AttemptState, ProgramId};
use serde_json::json as object;
use std::sync::Arc;

/// A link as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredShare {
    /// The programme.
    pub program: ProgramId,
    /// The attempt that it counts for.
    pub attempt: AttemptId,
    /// A keyed digest of the browser that it was made in.
    pub browser: Vec<u8>,
    /// When somebody else first went on through it.
    pub opened_at: Option<Instant>,
}

impl StoredShare {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            program: row.get(0)?,
            attempt: row.get(1)?,
            browser: row.get(2)?,
            opened_at: row.get(3)?,
        })
    }
}

/// What stands behind a code. Looking counts nothing: whoever shows a preview of a link looks.
pub struct Find<'a> {
    /// The code.
    pub code: &'a str,
}

impl Query for Find<'_> {
    type Output = Option<StoredShare>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str =
            "select program_id, attempt_id, browser, opened_at from share_link where code = $1";
        let row = tx.query_one(SQL, params![self.code]).await?;
        row.as_ref().map(StoredShare::read).transpose()
    }
}

/// Somebody goes on through a link.
pub struct Open {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The code.
    pub code: String,
    /// A keyed digest of the browser that they use.
    pub browser: Vec<u8>,
    /// When.
    pub stamp: Stamp,
}

/// What it counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// The attempt is paid.
    Counted,
    /// It has counted before, or can no longer.
    Nothing,
    /// It comes from the browser that made it, and waits for another one.
    Own,
    /// There is no such link.
    Unknown,
}

impl Command for Open {
    type Output = Opened;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Opened, StoreError> {
        const OPEN: &str =
            "update share_link set opened_at = $1 where code = $2 and opened_at is null";
        let (now, code) = (self.stamp.at, &self.code);
        let share = (Find { code }).run(tx).await?;
        let Some(share) = share.filter(|share| share.program == self.rules.id) else {
            return Ok(Opened::Unknown);
        };
        let found = attempts::by_id(tx, share.attempt).await?;
        let started = found.filter(|found| found.state_at(now) == AttemptState::Started);
        let task = started.and_then(|started| {
            let task = self.rules.program.task(&started.task)?;
            Some((task, started))
        });
        let Some((task, started)) = task else {
            return Ok(Opened::Nothing);
        };
        if crate::crypto::same(&share.browser, &self.browser) {
            return Ok(Opened::Own);
        }
        if tx.execute(OPEN, params![now, code]).await? == 0 {
            return Ok(Opened::Nothing);
        }
        let evidence = json(&object!({ "by": "share", "code": code, "opened_at": now }))?;
        let (rules, stamp) = (&self.rules, &self.stamp);
        let due = attempt::available_at(task, now);
        let paid = attempts::pay(tx, rules, task, &started, due, Some(evidence), stamp).await?;
        Ok(if paid {
            Opened::Counted
        } else {
            Opened::Nothing
        })
    }
}
