//! Beginning a task.

use super::ask::look_first;
use super::{StoredAttempt, current, lapse};
use crate::clock::Stamp;
use crate::domain::HOUR;
use crate::domain::attempt::{self, RESEND_AFTER, SENDS_MAX};
use crate::domain::program::Rules;
use crate::domain::task::Task;
use crate::store::codes;
use crate::store::events::{self, News};
use crate::store::links::{self, NewLink};
use crate::store::{Command, StoreError, Tx, params};
use app::api::{AttemptId, AttemptState, MemberId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Confirmations to one address in an hour.
pub const PER_ADDRESS_MAX: i64 = 10;

/// Begins a task, or finds the attempt that is under way. For a subscription it sends the
/// confirmation, again if it is asked again after a minute.
pub struct Start {
    /// The rules.
    pub rules: Arc<Rules>,
    /// Who.
    pub member: MemberId,
    /// The task's id in the programme file.
    pub task: String,
    /// For a subscription: the link and its mail.
    pub link: Option<NewLink>,
    /// When.
    pub stamp: Stamp,
}

/// What became of a wish to begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Started {
    /// Where the attempt stands.
    At(StoredAttempt),
    /// This address was sent too many confirmations in this hour, whoever asked for them.
    TooMany,
}

/// What became of a confirmation.
enum Sending {
    Sent,
    /// One was sent a moment ago, or as many as an attempt may send.
    NotNow,
    TooMany,
}

impl Command for Start {
    type Output = Started;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Started, StoreError> {
        let task = self.task()?;
        lapse(tx, self.member, &task.id, self.stamp.at).await?;
        let slot = task.slot();
        let new = insert(tx, &self.rules, task, &slot, self.member, &self.stamp).await?;
        if new {
            look_first(tx, &self.rules, task, self.member, &self.stamp).await?;
        }
        let found = current(tx, self.member, &task.id, &slot).await?;
        let mut attempt =
            found.ok_or_else(|| StoreError::Retry("an attempt ended meanwhile".into()))?;
        let wanted = attempt.state == AttemptState::Started && (new || self.may_resend(&attempt));
        if let Some(link) = self.link.as_ref().filter(|_| wanted) {
            match self.send(tx, &mut attempt, link).await? {
                Sending::Sent => {
                    let news = News::attempt(&task.id);
                    events::append(tx, self.member, self.stamp.at, &news).await?;
                }
                Sending::NotNow => {}
                Sending::TooMany => return Ok(Started::TooMany),
            }
        }
        Ok(Started::At(attempt))
    }
}

/// Begins an attempt for an occasion, unless one stands already; answers whether it did.
pub(super) async fn insert<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    task: &Task,
    slot: &str,
    member: MemberId,
    stamp: &Stamp,
) -> Result<bool, StoreError> {
    const SQL: &str =
        "insert into attempt (id, program_id, member_id, task, slot, state, points, started_at,
            updated_at, expires_at)
        values ($1, $2, $3, $4, $5, 'started', $6, $7, $7, $8)
        on conflict (member_id, task, slot) do nothing";
    let row = params![
        AttemptId(stamp.id(0)),
        rules.id,
        member,
        &task.id,
        slot,
        task.points,
        stamp.at,
        attempt::expires_at(task, stamp.at),
    ];
    Ok(tx.execute(SQL, row).await? == 1)
}

impl Start {
    fn task(&self) -> Result<&Task, StoreError> {
        let task = self.rules.program.task(&self.task);
        task.ok_or_else(|| StoreError::internal("a task that the rules do not have"))
    }

    fn may_resend(&self, attempt: &StoredAttempt) -> bool {
        attempt
            .sent_at
            .is_none_or(|sent| sent + RESEND_AFTER <= self.stamp.at)
    }

    /// Sends a confirmation; of several at the same time one does.
    async fn send<T: Tx>(
        &self,
        tx: &mut T,
        attempt: &mut StoredAttempt,
        link: &NewLink,
    ) -> Result<Sending, StoreError> {
        const UNCLAIM: &str =
            "update attempt set sent_at = $1, address = $2, expires_at = $3 where id = $4";
        const CLAIM: &str =
            "update attempt set sent_at = $1, address = $2, expires_at = $3, updated_at = $1
            where id = $4 and state = 'started' and (sent_at is null or sent_at <= $5)";
        let now = self.stamp.at;
        if links::sent(tx, attempt.id).await? >= SENDS_MAX {
            return Ok(Sending::NotNow);
        }
        let expires_at = now + attempt::LINK_LIFE;
        let before = now - RESEND_AFTER;
        let claimed = tx
            .execute(
                CLAIM,
                params![now, &link.email, expires_at, attempt.id, before],
            )
            .await?;
        if claimed == 0 {
            return Ok(Sending::NotNow);
        }
        let name = format!("confirm/{}/{}", self.rules.id, link.address);
        if !codes::tally(tx, &name, now, HOUR, PER_ADDRESS_MAX).await? {
            let StoredAttempt {
                id,
                sent_at,
                address,
                expires_at,
                ..
            } = attempt.clone();
            let before = params![sent_at, address, expires_at, id];
            tx.execute(UNCLAIM, before).await?;
            return Ok(Sending::TooMany);
        }
        links::insert(tx, self.rules.id, attempt.id, link, now).await?;
        attempt.sent_at = Some(now);
        attempt.address = Some(link.email.clone());
        attempt.expires_at = Some(expires_at);
        Ok(Sending::Sent)
    }
}
