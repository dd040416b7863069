//! Having an attempt checked by an outside service.

use super::{Get, StoredAttempt, by_id, current};
use crate::clock::Stamp;
use crate::connections::{self, Service};
use crate::domain::HOUR;
use crate::domain::check::Purpose;
use crate::domain::program::Rules;
use crate::domain::task::{Elsewhere, Task};
use crate::store::{Command, Query, StoreError, Tx, accounts, checks, codes, params};
use app::api::{AttemptId, AttemptState, MemberId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How often a member may have one task checked in an hour.
pub const ASKED_MAX: i64 = 10;

/// Asks for an attempt to be checked.
pub struct Ask {
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
pub enum Asked {
    /// Where the attempt stands now; also when it was asked for, or decided, before.
    At(StoredAttempt),
    /// The member has no such attempt.
    Unknown,
    /// The member has not shown which account is theirs.
    NoAccount,
    /// It was asked for as often as may be in this hour: calls cost the shop something.
    TooOften,
}

/// Which service a task's connection is of.
pub fn service_of(rules: &Rules, elsewhere: &Elsewhere) -> Option<&'static dyn Service> {
    let connection = rules.program.connection(&elsewhere.connection)?;
    connections::service(&connection.kind)
}

impl Command for Ask {
    type Output = Asked;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Asked, StoreError> {
        let (id, member) = (self.attempt, self.member);
        let Some(attempt) = (Get { id, member }).run(tx).await? else {
            return Ok(Asked::Unknown);
        };
        let task = self.rules.program.task(&attempt.task);
        let Some(elsewhere) = task.and_then(|task| task.elsewhere.as_ref()) else {
            return Ok(Asked::Unknown);
        };
        let Some(service) = service_of(&self.rules, elsewhere) else {
            return Ok(Asked::Unknown);
        };
        if accounts::current(tx, member, service).await?.is_none() {
            return Ok(Asked::NoAccount);
        }
        if attempt.state == AttemptState::Started
            && !may_ask(tx, member, &attempt.task, &self.stamp).await?
        {
            return Ok(Asked::TooOften);
        }
        ask(tx, &self.rules, elsewhere, &attempt, &self.stamp).await?;
        let now = by_id(tx, id).await?;
        Ok(now.map_or(Asked::Unknown, Asked::At))
    }
}

/// Counts one more question of a member about a task, unless they have asked as often as may be.
async fn may_ask<T: Tx>(
    tx: &mut T,
    member: MemberId,
    task: &str,
    stamp: &Stamp,
) -> Result<bool, StoreError> {
    let name = format!("ask/{member}/{task}");
    codes::tally(tx, &name, stamp.at, HOUR, ASKED_MAX).await
}

/// A started attempt is being checked from now on, once.
async fn ask<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    elsewhere: &Elsewhere,
    attempt: &StoredAttempt,
    stamp: &Stamp,
) -> Result<(), StoreError> {
    const SQL: &str = "update attempt set state = 'checking', reason = null, updated_at = $1
        where id = $2 and state = 'started'";
    let asked = tx.execute(SQL, params![stamp.at, attempt.id]).await? == 1;
    // One that is being checked already has a question, or had one that was lost.
    let is_asked = attempt.state == AttemptState::Checking && !attempt.waits_for_a_person();
    if asked || is_asked {
        let (purpose, now) = (Purpose::Done, stamp.at);
        checks::enqueue(tx, rules, elsewhere, attempt.id, purpose, now, now).await?;
    }
    Ok(())
}

/// Where only new follows pay: has it looked at at once whether the member's account follows already, so that nobody
/// follows before that and gets nothing for it.
pub(super) async fn look_first<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    task: &Task,
    member: MemberId,
    stamp: &Stamp,
) -> Result<(), StoreError> {
    let elsewhere = task.elsewhere.as_ref();
    if let Some(elsewhere) = elsewhere.filter(|elsewhere| elsewhere.new_only)
        && let Some(service) = service_of(rules, elsewhere)
        && accounts::current(tx, member, service).await?.is_some()
        && let Some(attempt) = current(tx, member, &task.id, &task.slot()).await?
        && may_ask(tx, member, &task.id, stamp).await?
    {
        ask(tx, rules, elsewhere, &attempt, stamp).await?;
    }
    Ok(())
}

/// Begins a task that is done elsewhere, unless it has been, and has it checked: whoever has just shown their
/// account may have done it long ago.
pub(in crate::store) async fn begin_check<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    task: &Task,
    member: MemberId,
    stamp: &Stamp,
) -> Result<(), StoreError> {
    let Some(elsewhere) = &task.elsewhere else {
        return Ok(());
    };
    let slot = task.slot();
    super::start::insert(tx, rules, task, &slot, member, stamp).await?;
    if let Some(attempt) = current(tx, member, &task.id, &slot).await?
        && matches!(
            attempt.state,
            AttemptState::Started | AttemptState::Checking
        )
    {
        ask(tx, rules, elsewhere, &attempt, stamp).await?;
    }
    Ok(())
}
