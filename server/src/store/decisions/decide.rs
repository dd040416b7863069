//! One person's verdict on one attempt.

use super::Queue;
use crate::clock::Stamp;
use crate::domain::attempt;
use crate::domain::program::Rules;
use crate::domain::review;
use crate::domain::task::Task;
use crate::store::attempts::{self, ADDRESS_USED, StoredAttempt};
use crate::store::events::{self, News};
use crate::store::ledger::{from_json, json};
use crate::store::{Command, StoreError, Tx, checks, links, params, reviews};
use app::api::{AttemptId, AttemptState, ProgramId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// What a person decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is paid.
    Accepted,
    /// It is not, or no longer.
    Refused,
}

impl Verdict {
    /// The name it is stored under.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
        }
    }

    pub(super) fn read(name: &str) -> Result<Self, StoreError> {
        [Self::Accepted, Self::Refused]
            .into_iter()
            .find(|verdict| verdict.name() == name)
            .ok_or_else(|| StoreError::internal("a verdict of no known kind"))
    }
}

/// What a person saw when they decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// That it waits. What was decided meanwhile then stands.
    Waiting,
    /// Whatever it is: a refusal also takes back what was paid.
    Anything,
}

/// Accepts or refuses an attempt. A refusal also takes back what was paid; it is final.
pub struct Decide {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The attempt.
    pub attempt: AttemptId,
    /// What was decided.
    pub verdict: Verdict,
    /// What it was decided about.
    pub seen: Seen,
    /// What the member is told with a refusal, in 1 to 500 characters.
    pub note: Option<String>,
    /// Who decided: `owner`, or an API key's name.
    pub by: String,
    /// When.
    pub stamp: Stamp,
}

/// What became of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decided {
    /// Where the attempt stands; also when the same was decided before.
    At(StoredAttempt),
    /// The opposite was decided before, and that stands.
    Otherwise(StoredAttempt),
    /// Nobody has to decide about it, and there is nothing to take back.
    NotWaiting,
    /// The rules no longer have its task.
    NoTask,
    /// There is no such attempt in this programme.
    Unknown,
}

/// What was put before a person, and what came of it.
struct Put {
    evidence: Option<String>,
    verdict: Option<Verdict>,
}

impl Command for Decide {
    type Output = Decided;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Decided, StoreError> {
        let Some(attempt) = of_program(tx, self.rules.id, self.attempt).await? else {
            return Ok(Decided::Unknown);
        };
        let task = self.rules.program.task(&attempt.task);
        // The account first, as whatever else happens to this member. Two people who decide at once take turns
        // here, and the second sees what the first has done.
        events::lock(tx, attempt.member).await?;
        let attempt = self.again(tx).await?;
        let put = put(tx, self.attempt).await?;
        let earlier = put.as_ref().and_then(|put| put.verdict);
        if earlier == Some(self.verdict) {
            return Ok(Decided::At(attempt));
        }
        let waits = put.is_some() && attempt.state == AttemptState::Checking;
        match (self.verdict, earlier) {
            (_, Some(Verdict::Refused)) => return Ok(Decided::Otherwise(attempt)),
            (_, Some(_)) if self.seen == Seen::Waiting => return Ok(Decided::Otherwise(attempt)),
            // What waits can be refused although its task is gone, or it would wait for ever.
            (Verdict::Refused, None) if waits => self.refuse(tx, &attempt).await?,
            (Verdict::Accepted, None) if waits => {
                let Some(task) = task else {
                    return Ok(Decided::NoTask);
                };
                if links::has_earned_elsewhere(tx, &self.rules, &attempt).await? {
                    attempts::reject(tx, &attempt, ADDRESS_USED, self.stamp.at).await?;
                    self.write(tx, &attempt, Verdict::Refused).await?;
                    return self.again(tx).await.map(Decided::Otherwise);
                }
                let evidence = put.and_then(|put| put.evidence);
                self.accept(tx, task, &attempt, evidence.as_deref()).await?;
            }
            (Verdict::Refused, _) if attempt.is_paid() && self.seen == Seen::Anything => {
                let Some(task) = task else {
                    return Ok(Decided::NoTask);
                };
                self.take_back(tx, task, &attempt).await?;
            }
            _ => return Ok(Decided::NotWaiting),
        }
        self.write(tx, &attempt, self.verdict).await?;
        self.again(tx).await.map(Decided::At)
    }
}

/// The attempt, if it is one of this programme's.
async fn of_program<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    id: AttemptId,
) -> Result<Option<StoredAttempt>, StoreError> {
    const SQL: &str = "select id from attempt where id = $1 and program_id = $2";
    if tx.query_one(SQL, params![id, program]).await?.is_none() {
        return Ok(None);
    }
    attempts::by_id(tx, id).await
}

async fn put<T: Tx>(tx: &mut T, attempt: AttemptId) -> Result<Option<Put>, StoreError> {
    const SQL: &str = "select evidence, verdict from decision where attempt_id = $1";
    let Some(row) = tx.query_one(SQL, params![attempt]).await? else {
        return Ok(None);
    };
    let verdict: Option<String> = row.get(1)?;
    Ok(Some(Put {
        evidence: row.get(0)?,
        verdict: verdict.as_deref().map(Verdict::read).transpose()?,
    }))
}

impl Decide {
    async fn again<T: Tx>(&self, tx: &mut T) -> Result<StoredAttempt, StoreError> {
        let found = attempts::by_id(tx, self.attempt).await?;
        found.ok_or_else(|| StoreError::internal("an attempt went away"))
    }

    async fn accept<T: Tx>(
        &self,
        tx: &mut T,
        task: &Task,
        attempt: &StoredAttempt,
        evidence: Option<&str>,
    ) -> Result<(), StoreError> {
        const EVIDENCE: &str =
            "update attempt set evidence = $1, reason = null, note = null where id = $2";
        let now = self.stamp.at;
        let evidence = Some(with_verdict(evidence)?);
        let due = attempt::available_at(task, now);
        let shown = evidence.clone();
        if !attempts::pay(tx, &self.rules, task, attempt, due, shown, &self.stamp).await? {
            return Err(StoreError::internal("an attempt that waits was not paid"));
        }
        tx.later(EVIDENCE, params![evidence, attempt.id]).await?;
        if let Some(elsewhere) = &task.elsewhere {
            checks::look_again(tx, &self.rules, elsewhere, attempt.id, now).await?;
        }
        reviews::publish(tx, attempt.id, now).await
    }

    /// Nothing of it is in the ledger.
    async fn refuse<T: Tx>(&self, tx: &mut T, attempt: &StoredAttempt) -> Result<(), StoreError> {
        const SQL: &str =
            "update attempt set state = 'rejected', reason = 'refused', slot = null, note = $1,
                updated_at = $2
            where id = $3 and state = 'checking'";
        let now = self.stamp.at;
        let row = params![self.note.clone(), now, attempt.id];
        tx.later_one(SQL, row, "somebody else moved this attempt on")
            .await?;
        reviews::remove(tx, attempt.id, now).await?;
        events::append(tx, attempt.member, now, &News::attempt(&attempt.task)).await
    }

    async fn take_back<T: Tx>(
        &self,
        tx: &mut T,
        task: &Task,
        attempt: &StoredAttempt,
    ) -> Result<(), StoreError> {
        const NOTE: &str = "update attempt set note = $1 where id = $2";
        attempts::take_back(tx, &self.rules, task, attempt, "refused", &self.stamp).await?;
        tx.later(NOTE, params![self.note.clone(), attempt.id])
            .await?;
        reviews::remove(tx, attempt.id, self.stamp.at).await
    }

    /// Writes the verdict down; also where nobody had asked for one.
    async fn write<T: Tx>(
        &self,
        tx: &mut T,
        attempt: &StoredAttempt,
        verdict: Verdict,
    ) -> Result<(), StoreError> {
        const SQL: &str = "insert into decision (attempt_id, program_id, queue, signals, asked_at, decided_at, verdict,
                note, decided_by)
            values ($1, $2, $3, $4, $5, $5, $6, $7, $8)
            on conflict (attempt_id) do update set decided_at = excluded.decided_at,
                verdict = excluded.verdict, note = excluded.note, decided_by = excluded.decided_by";
        let queue = match attempt.slot.as_deref().and_then(review::product) {
            Some(_) => Queue::Review,
            None => Queue::Signals,
        };
        let row = params![
            self.attempt,
            self.rules.id,
            queue.name(),
            "[]",
            self.stamp.at,
            verdict.name(),
            self.note.clone(),
            &self.by
        ];
        tx.later(SQL, row).await
    }
}

/// What had been proven, and that a person has accepted it.
fn with_verdict(evidence: Option<&str>) -> Result<String, StoreError> {
    let mut fields: Map<String, Json> = evidence.map_or_else(|| Ok(Map::new()), from_json)?;
    fields.insert("decided".into(), Verdict::Accepted.name().into());
    json(&fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_stands_beside_what_had_been_proven() {
        let with = |evidence| with_verdict(evidence).unwrap();
        assert_eq!(with(None), r#"{"decided":"accepted"}"#);
        assert_eq!(
            with(Some(r#"{"by":"order","order":"1"}"#)),
            r#"{"by":"order","order":"1","decided":"accepted"}"#
        );
    }
}
