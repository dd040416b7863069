//! Proving a task by writing to the shop: what is written is a thread like any other, and the first that is long
//! enough pays.

use super::{Get, StoredAttempt, by_id, current, pay};
use crate::clock::Stamp;
use crate::domain::program::Rules;
use crate::domain::task::Task;
use crate::domain::{attempt, thread};
use crate::store::ledger::json;
use crate::store::threads::{self, Begun, Cap};
use crate::store::{Command, Query, StoreError, Tx, events, params};
use app::api::{AttemptId, AttemptState, MemberId, ThreadId};
use serde::{Deserialize, Serialize};
use serde_json::json as object;
use std::sync::Arc;

/// Brings what was written as the proof of an attempt.
pub struct SubmitText {
    /// The rules.
    pub rules: Arc<Rules>,
    /// Who.
    pub member: MemberId,
    /// The attempt.
    pub attempt: AttemptId,
    /// What was written, checked and long enough.
    pub text: String,
    /// When.
    pub stamp: Stamp,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TextSubmitted {
    /// Where the attempt stands now; also when it had been decided before, and then nothing was written.
    Decided(StoredAttempt),
    /// The member has no such attempt.
    Unknown,
    /// Enough for this day. Nothing was written.
    TooMany(Cap),
}

impl Command for SubmitText {
    type Output = TextSubmitted;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<TextSubmitted, StoreError> {
        // From here on nothing else happens to this member, so of two proofs the second finds the attempt decided.
        events::lock(tx, self.member).await?;
        let (id, member) = (self.attempt, self.member);
        let Some(attempt) = (Get { id, member }).run(tx).await? else {
            return Ok(TextSubmitted::Unknown);
        };
        let Some(task) = self.rules.program.task(&attempt.task) else {
            return Ok(TextSubmitted::Unknown);
        };
        if attempt.state != AttemptState::Started {
            return Ok(TextSubmitted::Decided(attempt));
        }
        match threads::begin(tx, &self.rules, member, &self.text, &self.stamp).await? {
            Begun::TooMany(cap) => return Ok(TextSubmitted::TooMany(cap)),
            Begun::Thread(thread) => {
                let written = (thread, self.text.as_str());
                reward(tx, &self.rules, task, &attempt, written, &self.stamp).await?;
            }
        }
        let decided = by_id(tx, id).await?;
        Ok(decided.map_or(TextSubmitted::Unknown, TextSubmitted::Decided))
    }
}

/// Pays a task for a thread with its first message, unless that is too short or the task has been paid. The
/// member's account is locked.
pub(in crate::store) async fn pay_thread<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    task: &Task,
    member: MemberId,
    written: (ThreadId, &str),
    stamp: &Stamp,
) -> Result<(), StoreError> {
    if !thread::does_task(written.1) {
        return Ok(());
    }
    let (slot, own) = (task.slot(), stamp.part("attempt", 0));
    super::start::insert(tx, rules, task, &slot, member, &own).await?;
    let attempt = current(tx, member, &task.id, &slot).await?;
    match attempt.filter(|attempt| attempt.state == AttemptState::Started) {
        Some(attempt) => reward(tx, rules, task, &attempt, written, stamp).await,
        None => Ok(()),
    }
}

async fn reward<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    task: &Task,
    attempt: &StoredAttempt,
    (thread, text): (ThreadId, &str),
    stamp: &Stamp,
) -> Result<(), StoreError> {
    const EVIDENCE: &str = "update attempt set evidence = $1 where id = $2";
    let characters = text.chars().count();
    let evidence = object!({ "by": "thread", "thread": thread, "characters": characters });
    let evidence = json(&evidence)?;
    let available_at = attempt::available_at(task, stamp.at);
    let own = Some(evidence.clone());
    if pay(tx, rules, task, attempt, available_at, own, stamp).await? {
        tx.later(EVIDENCE, params![evidence, attempt.id]).await?;
    }
    Ok(())
}
