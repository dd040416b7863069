//! Links that hand a file out until it has arrived whole, once.

use super::attempts;
use super::files::StoredFile;
use super::ledger::json;
use super::{Command, Query, Row, StoreError, Tx, params};
use crate::clock::Stamp;
use crate::crypto::hex;
use crate::domain::program::Rules;
use crate::domain::{Instant, SECOND, attempt};
use app::api::{AttemptId, AttemptState, ProgramId};
use serde_json::json as object;
use std::sync::Arc;

/// A link as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDownload {
    /// The programme.
    pub program: ProgramId,
    /// The attempt that it counts for.
    pub attempt: AttemptId,
    /// When it stops working.
    pub expires_at: Instant,
    /// When the file had arrived.
    pub served_at: Option<Instant>,
}

impl StoredDownload {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            program: row.get(0)?,
            attempt: row.get(1)?,
            expires_at: row.get(2)?,
            served_at: row.get(3)?,
        })
    }
}

/// What stands behind a link. Looking changes nothing.
pub struct Find {
    /// A digest of the link's secret.
    pub digest: Vec<u8>,
}

impl Query for Find {
    type Output = Option<StoredDownload>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = "select program_id, attempt_id, expires_at, served_at from download
            where digest = $1";
        let row = tx.query_one(SQL, params![self.digest.clone()]).await?;
        row.as_ref().map(StoredDownload::read).transpose()
    }
}

/// A file has arrived, but for its last byte.
pub struct Arrive {
    /// The rules.
    pub rules: Arc<Rules>,
    /// A digest of the link's secret.
    pub digest: Vec<u8>,
    /// The file.
    pub file: StoredFile,
    /// When its first byte was asked for.
    pub begun_at: Instant,
    /// When.
    pub stamp: Stamp,
}

impl Command for Arrive {
    /// Whether it was this time that counted.
    type Output = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool, StoreError> {
        const SERVE: &str =
            "update download set served_at = $1 where digest = $2 and served_at is null";
        let (rules, now) = (&self.rules, self.stamp.at);
        let digest = self.digest.clone();
        let link = Find { digest }.run(tx).await?;
        let Some(link) = link.filter(|link| link.program == rules.id) else {
            return Ok(false);
        };
        let found = attempts::by_id(tx, link.attempt).await?;
        let started = found.filter(|found| found.state_at(now) == AttemptState::Started);
        let task = started.and_then(|started| Some((rules.program.task(&started.task)?, started)));
        let Some((task, started)) = task else {
            return Ok(false);
        };
        let served = params![now, self.digest.clone()];
        if tx.execute(SERVE, served).await? == 0 {
            return Ok(false);
        }
        let evidence = json(&object!({
            "by": "download",
            "file": self.file.name,
            "size": self.file.size,
            "digest": hex(&self.file.digest),
            "seconds": (now - self.begun_at) / SECOND,
        }))?;
        let due = attempt::available_at(task, now);
        let stamp = &self.stamp;
        attempts::pay(tx, rules, task, &started, due, Some(evidence), stamp).await
    }
}
