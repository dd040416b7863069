//! What a person decides about a referral, and what the advocate says to that.

use super::list::columns;
use super::{One, StoredReferral};
use crate::clock::Stamp;
use crate::domain::program::Rules;
use crate::domain::{DAY, referral};
use crate::store::{Command, Query, StoreError, Tx, params};
use app::api::{MemberId, ReferralId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A person decides about a referral that waits for them.
pub struct Decide {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The referral.
    pub id: ReferralId,
    /// Why it is refused, in words that the advocate reads; empty: it counts.
    pub refused: Option<String>,
    /// Who decides.
    pub by: String,
    /// When.
    pub stamp: Stamp,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decided {
    /// This is what it is now.
    Done(Box<StoredReferral>),
    /// It does not wait for a person.
    NotWaiting,
    /// The programme has no such referral.
    Unknown,
}

impl Command for Decide {
    type Output = Decided;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Decided, StoreError> {
        // Both are paid when they would have been, or at once if that is over. What became of the order meanwhile is
        // looked at when they are.
        const ACCEPT: &str = concat!(
            "update referral set stage = 'waiting', reason = null, note = null, decided_by = $1, updated_at = $2,
                due_at = case when due_at > $2 then due_at else $2 end
            where id = $3 and program_id = $4 and stage = 'checking' returning ",
            columns!()
        );
        const REFUSE: &str = concat!(
            "update referral set stage = 'refused', reason = 'decided', decided_by = $1, updated_at = $2, note = $3
            where id = $4 and program_id = $5 and stage = 'checking' returning ",
            columns!()
        );
        let (now, program) = (self.stamp.at, self.rules.id);
        let row = match &self.refused {
            None => {
                let set = params![&self.by, now, self.id, program];
                tx.query_one(ACCEPT, set).await?
            }
            Some(note) => {
                let set = params![&self.by, now, note, self.id, program];
                tx.query_one(REFUSE, set).await?
            }
        };
        if let Some(row) = row {
            let decided = StoredReferral::read(&row)?;
            tx.wake(decided.advocate);
            return Ok(Decided::Done(Box::new(decided)));
        }
        let id = self.id;
        let found = One { program, id }.run(tx).await?;
        Ok(found.map_or(Decided::Unknown, |_| Decided::NotWaiting))
    }
}

/// An advocate asks a person to look again at a referral that was refused; once.
pub struct Appeal {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The advocate.
    pub member: MemberId,
    /// The referral.
    pub id: ReferralId,
    /// Why.
    pub text: String,
    /// When.
    pub stamp: Stamp,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Appealed {
    /// A person will look.
    Done(Box<StoredReferral>),
    /// It cannot be looked at again.
    Final,
    /// The advocate has no such referral.
    Unknown,
}

impl Command for Appeal {
    type Output = Appealed;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Appealed, StoreError> {
        // The same as `StoredReferral::can_appeal`.
        const SQL: &str = concat!(
            "update referral set stage = 'checking', appeal = $1, updated_at = $2
            where id = $3 and program_id = $4 and advocate_id = $5 and stage = 'refused' and appeal is null
                and reason in ('decided', 'self_referral', 'existing_customer') and updated_at > $6
            returning ",
            columns!()
        );
        let (now, program) = (self.stamp.at, self.rules.id);
        let since = now - referral::APPEAL_DAYS * DAY;
        let set = params![&self.text, now, self.id, program, self.member, since];
        if let Some(row) = tx.query_one(SQL, set).await? {
            return Ok(Appealed::Done(Box::new(StoredReferral::read(&row)?)));
        }
        let id = self.id;
        let found = One { program, id }.run(tx).await?;
        let own = found.filter(|found| found.advocate == self.member);
        Ok(own.map_or(Appealed::Unknown, |_| Appealed::Final))
    }
}
