//! Proving a task by a form.

use super::{Get, StoredAttempt, by_id, pay};
use crate::clock::Stamp;
use crate::domain::attempt::{self, Declared};
use crate::domain::program::Rules;
use crate::domain::task::{Survey, Task};
use crate::domain::{SECOND, survey};
use crate::store::ledger::json;
use crate::store::{Command, Query, StoreError, Tx, params, surveys};
use app::api::{AttemptId, AttemptState, FieldError, MemberId, SubmitProof};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::json as object;
use std::sync::Arc;

/// Brings the answers of a form.
pub struct Submit {
    /// The rules.
    pub rules: Arc<Rules>,
    /// Who.
    pub member: MemberId,
    /// The attempt.
    pub attempt: AttemptId,
    /// What was filled in.
    pub proof: SubmitProof,
    /// When.
    pub stamp: Stamp,
}

/// What became of a proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Submitted {
    /// Where the attempt stands now; also when it had been decided before.
    Decided(StoredAttempt),
    /// The member has no such attempt.
    Unknown,
    /// The fields at fault. Nothing has changed.
    Invalid(Vec<FieldError>),
    /// So many seconds too early: nobody answers that fast.
    TooSoon(i64),
    /// It was begun in an earlier round of the survey, whose questions are asked no more.
    Replaced,
}

impl Command for Submit {
    type Output = Submitted;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Submitted, StoreError> {
        const KNOWN: &str =
            "select m.time_zone, p.birthday from member m join person p on p.member_id = m.id
            where m.id = $1";
        const PERSON: &str =
            "update person set name = coalesce($1, name), birthday = coalesce(birthday, $2)
            where member_id = $3";
        let found = Get {
            id: self.attempt,
            member: self.member,
        }
        .run(tx)
        .await?;
        let Some(attempt) = found else {
            return Ok(Submitted::Unknown);
        };
        let Some(task) = self.rules.program.task(&attempt.task) else {
            return Ok(Submitted::Unknown);
        };
        if attempt.state != AttemptState::Started {
            return Ok(Submitted::Decided(attempt));
        }
        if let Some(survey) = &task.survey {
            return self.answer(tx, task, survey, &attempt).await;
        }
        let row = tx.query_one(KNOWN, params![self.member]).await?;
        let row = row.ok_or_else(|| StoreError::internal("a member went away"))?;
        let zone = TimeZone::get(&row.get::<String>(0)?).unwrap_or(TimeZone::UTC);
        let birthday: Option<String> = row.get(1)?;
        let now = self.stamp.at;
        let declared =
            match attempt::check_proof(task, &self.proof, birthday.as_deref(), &zone, now) {
                Ok(declared) => declared,
                Err(errors) => return Ok(Submitted::Invalid(errors)),
            };
        let Declared {
            name,
            birthday,
            available_at,
        } = declared;
        if pay(
            tx,
            &self.rules,
            task,
            &attempt,
            available_at,
            None,
            &self.stamp,
        )
        .await?
        {
            tx.execute(PERSON, params![name, birthday, self.member])
                .await?;
        }
        let decided = by_id(tx, self.attempt).await?;
        Ok(decided.map_or(Submitted::Unknown, Submitted::Decided))
    }
}

impl Submit {
    /// Takes the answers to a survey: all of them, or none.
    async fn answer<T: Tx>(
        &self,
        tx: &mut T,
        task: &Task,
        survey: &Survey,
        attempt: &StoredAttempt,
    ) -> Result<Submitted, StoreError> {
        let now = self.stamp.at;
        if !attempt.is_of(task) {
            return Ok(Submitted::Replaced);
        }
        let missing = attempt.started_at + i64::from(survey.seconds) * SECOND - now;
        if missing > 0 {
            return Ok(Submitted::TooSoon((missing + SECOND - 1) / SECOND));
        }
        let told = match survey::check(survey, &self.proof.answers) {
            Ok(told) => told,
            Err(errors) => return Ok(Submitted::Invalid(errors)),
        };
        // Not what was answered: that has to stay erasable, and the ledger never changes.
        let evidence = object!({
            "by": "form",
            "wave": survey.wave,
            "seconds": (now - attempt.started_at) / SECOND,
            "questions": told.len(),
        });
        let evidence = Some(json(&evidence)?);
        let available_at = attempt::available_at(task, now);
        let (rules, stamp) = (&self.rules, &self.stamp);
        if pay(tx, rules, task, attempt, available_at, evidence, stamp).await? {
            surveys::keep(tx, rules.id, attempt.id, &told, now).await?;
        }
        let decided = by_id(tx, self.attempt).await?;
        Ok(decided.map_or(Submitted::Unknown, Submitted::Decided))
    }
}
