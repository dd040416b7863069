//! Beginning what a link is handed out for: one to pass on, or one that gives a file.

use super::{StoredAttempt, current, lapse};
use crate::clock::Stamp;
use crate::domain::attempt;
use crate::domain::program::Rules;
use crate::store::{Command, StoreError, Tx, files, params};
use app::api::{AttemptId, MemberId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Begins such a task, or finds the attempt that is under way.
pub struct HandOut {
    /// The rules.
    pub rules: Arc<Rules>,
    /// Who.
    pub member: MemberId,
    /// The task's id in the programme file.
    pub task: String,
    /// The link of [`HandOut::attempt`].
    pub link: HandedLink,
    /// When.
    pub stamp: Stamp,
}

/// What of a link is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandedLink {
    /// One to pass on.
    Share {
        /// What it is known by.
        code: String,
        /// A keyed digest of the browser that it is made in, which does not count.
        browser: Vec<u8>,
    },
    /// One that gives a file.
    Download {
        /// A digest of its secret.
        digest: Vec<u8>,
    },
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum HandedOut {
    /// Where the attempt stands.
    At(StoredAttempt),
    /// The shop has not stored the file.
    FileMissing,
}

impl HandOut {
    /// The attempt that a command of this stamp begins, if it begins one: its links are made from it.
    pub fn attempt(stamp: &Stamp) -> AttemptId {
        AttemptId(stamp.id(0))
    }
}

impl Command for HandOut {
    type Output = HandedOut;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<HandedOut, StoreError> {
        const SHARE: &str =
            "insert into share_link (code, program_id, attempt_id, browser, created_at)
            values ($1, $2, $3, $4, $5) on conflict do nothing";
        const DOWNLOAD: &str =
            "insert into download (digest, program_id, attempt_id, created_at, expires_at)
            values ($1, $2, $3, $4, $5) on conflict do nothing";
        let (rules, now) = (&self.rules, self.stamp.at);
        let task = rules.program.task(&self.task);
        let task = task.ok_or_else(|| StoreError::internal("a task that the rules do not have"))?;
        if let Some(file) = &task.file
            && files::find(tx, rules.id, file).await?.is_none()
        {
            return Ok(HandedOut::FileMissing);
        }
        lapse(tx, self.member, &task.id, now).await?;
        let slot = task.slot();
        if super::start::insert(tx, rules, task, &slot, self.member, &self.stamp).await? {
            let id = Self::attempt(&self.stamp);
            let written = match &self.link {
                HandedLink::Share { code, browser } => {
                    let row = params![code, rules.id, id, browser.clone(), now];
                    tx.execute(SHARE, row).await?
                }
                HandedLink::Download { digest } => {
                    let until = attempt::expires_at(task, now).unwrap_or(now);
                    let row = params![digest.clone(), rules.id, id, now, until];
                    tx.execute(DOWNLOAD, row).await?
                }
            };
            if written == 0 {
                // Another attempt has the same code by chance. Beginning again makes another one.
                return Err(StoreError::Unavailable("a link was made twice".into()));
            }
        }
        let found = current(tx, self.member, &task.id, &slot).await?;
        let found = found.ok_or_else(|| StoreError::Retry("an attempt ended meanwhile".into()))?;
        Ok(HandedOut::At(found))
    }
}
