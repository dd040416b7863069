//! Attempts that a person has to decide about, and what they decided.

mod decide;
mod list;
mod look;

pub use decide::{Decide, Decided, Seen, Verdict};
pub use list::{Case, Count, Counts, One, Recent, Ruling, Waiting, Written};
pub use look::{Called, People, Photo};

use super::attempts::StoredAttempt;
use super::events::{self, News};
use super::ledger::json;
use super::{StoreError, Tx, params};
use crate::domain::Instant;
use crate::domain::signal::Signal;
use app::api::ProgramId;

/// Why a person looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// It is a review, and all of those are read.
    Review,
    /// Something speaks against it.
    Signals,
}

impl Queue {
    /// The name it is stored under.
    pub fn name(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Signals => "signals",
        }
    }
}

/// The reasons that a member reads while a person looks.
pub(super) const REASONS: [&str; 2] = ["review_waits", "person_looks"];

fn reason(queue: Queue) -> &'static str {
    match queue {
        Queue::Review => REASONS[0],
        Queue::Signals => REASONS[1],
    }
}

/// Puts an attempt that is under way before a person. Nothing of it is in the ledger until they decide. Answers
/// whether it was this call that did.
pub(super) async fn ask<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    attempt: &StoredAttempt,
    queue: Queue,
    signals: &[Signal],
    evidence: Option<&str>,
    at: Instant,
) -> Result<bool, StoreError> {
    const WAIT: &str =
        "update attempt set state = 'checking', reason = $1, expires_at = null, updated_at = $2
        where id = $3 and state in ('started', 'checking')";
    const SQL: &str =
        "insert into decision (attempt_id, program_id, queue, signals, evidence, asked_at)
        values ($1, $2, $3, $4, $5, $6) on conflict (attempt_id) do nothing";
    let waits = params![reason(queue), at, attempt.id];
    if tx.execute(WAIT, waits).await? == 0 {
        return Ok(false);
    }
    let row = params![
        attempt.id,
        program,
        queue.name(),
        json(&signals)?,
        evidence,
        at
    ];
    let asked = tx.execute(SQL, row).await? == 1;
    if asked {
        events::append(tx, attempt.member, at, &News::attempt(&attempt.task)).await?;
    }
    Ok(asked)
}
