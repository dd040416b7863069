//! Looking now, because a hook says that something changed elsewhere. A hook's word pays nothing and takes nothing: it
//! moves a question up, and the service's own answer decides as ever.

use super::{Command, StoreError, Tx, params};
use crate::domain::Instant;
use crate::domain::program::Rules;
use crate::hooks::{Change, Hint};
use app::api::MemberId;
use std::sync::Arc;

/// Has what a hint is about asked now.
pub struct Hasten {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The connection whose hook it was.
    pub connection: String,
    /// Whom it is about.
    pub whom: Whom,
    /// What was said.
    pub hint: Hint,
    /// The time.
    pub now: Instant,
}

/// Whom a hint is about, as members are known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// Whoever has shown this account of this service: its keyed digest.
    Account(&'static str, Vec<u8>),
    /// Whoever has proven this address.
    Address(String),
}

impl Command for Hasten {
    /// How many questions are asked now. None where nobody is known, nothing waits, or it is being asked.
    type Output = u64;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<u64, StoreError> {
        let Some(member) = self.member(tx).await? else {
            return Ok(0);
        };
        let mut hastened = 0;
        for task in &self.rules.program.tasks {
            let Some(elsewhere) = &task.elsewhere else {
                continue;
            };
            if elsewhere.connection != self.connection || !self.hint.is_about(&elsewhere.target) {
                continue;
            }
            hastened += match self.hint.change {
                Change::Joined => self.came(tx, &elsewhere.target, &task.id, member).await?,
                // Nothing would come of it otherwise.
                Change::Left if elsewhere.recheck_days > 0 && elsewhere.clawback => {
                    self.left(tx, &elsewhere.target, &task.id, member).await?
                }
                Change::Left => 0,
            };
        }
        Ok(hastened)
    }
}

impl Hasten {
    async fn member<T: Tx>(&self, tx: &mut T) -> Result<Option<MemberId>, StoreError> {
        const ACCOUNT: &str = "select member_id from outside_account
            where program_id = $1 and service = $2 and digest = $3 and unlinked_at is null";
        const ADDRESS: &str = "select member_id from identity
            where program_id = $1 and kind = 'email' and value = $2";
        let program = self.rules.id;
        let row = match &self.whom {
            Whom::Account(service, digest) => {
                let key = params![program, *service, digest.clone()];
                tx.query_one(ACCOUNT, key).await?
            }
            Whom::Address(address) => tx.query_one(ADDRESS, params![program, address]).await?,
        };
        row.map(|row| row.get(0)).transpose()
    }

    /// Whoever waits to be paid need not wait for the next look; nor whoever has put right what a second look found
    /// wanting.
    async fn came<T: Tx>(
        &self,
        tx: &mut T,
        target: &str,
        task: &str,
        member: MemberId,
    ) -> Result<u64, StoreError> {
        const SQL: &str = "update verification set due_at = $1
            where program_id = $2 and connection = $3 and target = $4 and due_at > $1 and not taken
                and attempt_id in (select id from attempt where member_id = $5 and task = $6
                    and (state = 'checking' or notice_until is not null))";
        self.hasten(tx, SQL, target, task, member).await
    }

    /// The second look is now, if it was still to come. After it the shop has promised to look no more.
    async fn left<T: Tx>(
        &self,
        tx: &mut T,
        target: &str,
        task: &str,
        member: MemberId,
    ) -> Result<u64, StoreError> {
        const SQL: &str = "update verification set due_at = $1
            where program_id = $2 and connection = $3 and target = $4 and due_at > $1 and not taken
                and purpose = 'kept' and attempt_id in (select id from attempt where member_id = $5 and task = $6
                    and state in ('held', 'earned') and notice_until is null)";
        self.hasten(tx, SQL, target, task, member).await
    }

    async fn hasten<T: Tx>(
        &self,
        tx: &mut T,
        sql: &'static str,
        target: &str,
        task: &str,
        member: MemberId,
    ) -> Result<u64, StoreError> {
        let row = params![
            self.now,
            self.rules.id,
            &self.connection,
            target,
            member,
            task
        ];
        tx.execute(sql, row).await
    }
}
