//! The first look, where a task pays only new follows: whether the account follows already.
//!
//! Whichever question about an account comes first is that look, so there is no way around it, and another account
//! has a first look of its own.

use super::Settle;
use crate::domain::check::{ALREADY_FOLLOWED, Heard, Purpose};
use crate::domain::task::Elsewhere;
use crate::store::attempts::StoredAttempt;
use crate::store::events::{self, News};
use crate::store::{StoreError, Tx, params};
use serde_json::json as object;

/// What a first look leaves with an attempt. The next question about the same account knows it by that.
fn trace(account: &str) -> String {
    object!({ "by": "first look", "account": account }).to_string()
}

impl Settle {
    /// Whether this question is the first look: nothing shows that there was one before, also for an earlier
    /// attempt.
    pub(super) async fn is_first<T: Tx>(
        &self,
        tx: &mut T,
        elsewhere: &Elsewhere,
    ) -> Result<bool, StoreError> {
        const SQL: &str =
            "select id from attempt where member_id = $1 and task = $2 and evidence = $3 limit 1";
        let question = &self.question;
        if !elsewhere.new_only || question.purpose != Purpose::Done {
            return Ok(false);
        }
        let Some(account) = &question.account else {
            return Ok(false);
        };
        let looked = params![question.member, &question.task, trace(&account.id)];
        Ok(tx.query_one(SQL, looked).await?.is_none())
    }

    /// What was heard by a first look. Whoever was seen to follow, and stopped to begin again, is not new.
    pub(super) async fn heard_first<T: Tx>(
        &self,
        tx: &mut T,
        attempt: &StoredAttempt,
    ) -> Result<Heard, StoreError> {
        const SQL: &str =
            "select id from attempt where member_id = $1 and task = $2 and reason = $3 limit 1";
        let known = params![attempt.member, &attempt.task, ALREADY_FOLLOWED];
        let followed =
            matches!(self.heard, Heard::No(_)) && tx.query_one(SQL, known).await?.is_some();
        Ok(if followed { Heard::Yes } else { self.heard })
    }

    /// The account does not follow yet: what it does from here on counts.
    pub(super) async fn open<T: Tx>(
        &self,
        tx: &mut T,
        attempt: &StoredAttempt,
    ) -> Result<(), StoreError> {
        const SQL: &str =
            "update attempt set state = 'started', reason = null, evidence = $1, updated_at = $2
            where id = $3 and state = 'checking'";
        let now = self.stamp.at;
        let account = self.question.account.as_ref();
        let trace = account.map(|account| trace(&account.id));
        if tx.execute(SQL, params![trace, now, attempt.id]).await? == 1 {
            events::append(tx, attempt.member, now, &News::attempt(&attempt.task)).await?;
        }
        Ok(())
    }
}
