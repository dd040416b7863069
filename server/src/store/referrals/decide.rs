//! What a person decides about a referral, and what the advocate says to that.

use super::StoredReferral;
use crate::clock::Stamp;
use crate::domain::program::Rules;
use crate::store::{Command, StoreError, Tx};
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
    /// It does not wait for a person; this is what it is.
    NotWaiting(Box<StoredReferral>),
    /// The programme has no such referral.
    Unknown,
}

impl Command for Decide {
    type Output = Decided;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Decided, StoreError> {
        let _ = tx;
        Ok(Decided::Unknown)
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
    Final(Box<StoredReferral>),
    /// The advocate has no such referral.
    Unknown,
}

impl Command for Appeal {
    type Output = Appealed;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Appealed, StoreError> {
        let _ = tx;
        Ok(Appealed::Unknown)
    }
}
