//! Proving a task by a form.

use super::{Get, StoredAttempt, by_id, pay};
use crate::clock::Stamp;
use crate::domain::attempt::{self, Declared};
use crate::domain::program::Rules;
use crate::store::{Command, Query, StoreError, Tx, params};
use app::api::{AttemptId, AttemptState, FieldError, MemberId, SubmitProof};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
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
