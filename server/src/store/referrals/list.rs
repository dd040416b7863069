//! Referrals, as advocates and as people of the shop see them.

use crate::domain::Instant;
use crate::store::{Query, StoreError, Tx};
use app::api::{MemberId, ProgramId, ReferralId, ReferralStage, WeighedSignal};
use serde::{Deserialize, Serialize};

/// A referral as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredReferral {
    /// The referral.
    pub id: ReferralId,
    /// Who brought the friend.
    pub advocate: MemberId,
    /// The advocate's own count.
    pub number: i64,
    /// Where it stands.
    pub stage: ReferralStage,
    /// `gift`, `code`, `email`.
    pub found_by: String,
    /// Why it does not count, or a person looks.
    pub reason: Option<String>,
    /// A person's words.
    pub note: Option<String>,
    /// The friend, if they are a member.
    pub friend: Option<MemberId>,
    /// The friend's address, canonical, if it is known.
    pub friend_email: Option<String>,
    /// The order that counts.
    pub order: Option<String>,
    /// What was noticed.
    pub signals: Vec<WeighedSignal>,
    /// The sum of the weights.
    pub score: i64,
    /// What the advocate says.
    pub appeal: Option<String>,
    /// Points for the advocate.
    pub points: i64,
    /// Points for the friend.
    pub friend_points: i64,
    /// When both are to be paid.
    pub due_at: Option<Instant>,
    /// When it began.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
}

/// What an advocate has brought.
#[derive(Debug, Clone, Default)]
pub struct Friends {
    /// The newest, at most 20.
    pub items: Vec<StoredReferral>,
    /// How many have counted.
    pub counted: i64,
    /// Points that came of it: paid and not taken back.
    pub earned: i64,
}

/// An advocate's friends.
pub struct Mine {
    /// The advocate.
    pub member: MemberId,
}

impl Query for Mine {
    type Output = Friends;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Friends, StoreError> {
        let _ = (tx, self.member);
        Ok(Friends::default())
    }
}

/// One referral.
pub struct One {
    /// The programme.
    pub program: ProgramId,
    /// Which.
    pub id: ReferralId,
}

impl Query for One {
    type Output = Option<StoredReferral>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        let _ = (tx, self.program, self.id);
        Ok(None)
    }
}

/// Referrals that wait for a person, the longest first.
pub struct Checking {
    /// The programme.
    pub program: ProgramId,
    /// Begins after this one.
    pub after: Option<(Instant, ReferralId)>,
    /// At most so many.
    pub limit: i64,
}

impl Query for Checking {
    type Output = Vec<StoredReferral>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        let _ = (tx, self.program, self.after, self.limit);
        Ok(Vec::new())
    }
}
