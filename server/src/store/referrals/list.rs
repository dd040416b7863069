//! Referrals, as advocates and as people of the shop see them.

use crate::domain::{DAY, Instant, referral};
use crate::store::ledger::from_json;
use crate::store::{Query, Row, StoreError, Tx, params};
use app::api::{MemberId, ProgramId, ReferralId, ReferralStage, WeighedSignal};
use serde::{Deserialize, Serialize};

/// What [`StoredReferral`] reads, in its order.
macro_rules! columns {
    () => {
        "id, advocate_id, number, stage, found_by, reason, note, friend_id, friend_email, order_id, signals, score,
            appeal, points, friend_points, due_at, created_at, updated_at"
    };
}
pub(super) use columns;

/// Reasons against which an advocate may ask a person to look again: what may be a mistake. The others are facts.
const MAY_ERR: [&str; 3] = ["decided", "self_referral", "existing_customer"];

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
    /// When both are to be paid, or would have been.
    pub due_at: Option<Instant>,
    /// When it began.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
}

impl StoredReferral {
    pub(super) fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            advocate: row.get(1)?,
            number: row.get(2)?,
            stage: stage_of(&row.get::<String>(3)?)?,
            found_by: row.get(4)?,
            reason: row.get(5)?,
            note: row.get(6)?,
            friend: row.get(7)?,
            friend_email: row.get(8)?,
            order: row.get(9)?,
            signals: from_json(&row.get::<String>(10)?)?,
            score: row.get(11)?,
            appeal: row.get(12)?,
            points: row.get(13)?,
            friend_points: row.get(14)?,
            due_at: row.get(15)?,
            created_at: row.get(16)?,
            updated_at: row.get(17)?,
        })
    }

    /// Whether the advocate may ask a person to look again: once, within some days, and where it may be a mistake.
    pub fn can_appeal(&self, now: Instant) -> bool {
        let reason = self.reason.as_deref().unwrap_or_default();
        self.stage == ReferralStage::Refused
            && self.appeal.is_none()
            && MAY_ERR.contains(&reason)
            && self.updated_at > now - referral::APPEAL_DAYS * DAY
    }
}

fn stage_of(name: &str) -> Result<ReferralStage, StoreError> {
    let mut all = ReferralStage::ALL.into_iter();
    all.find(|stage| stage.as_str() == name)
        .ok_or_else(|| StoreError::internal("a referral in no known stage"))
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
        const NEWEST: &str = concat!(
            "select ",
            columns!(),
            " from referral where advocate_id = $1 order by number desc limit 20"
        );
        const SUM: &str = "select count(*), cast(coalesce(sum(points), 0) as bigint) from referral
            where advocate_id = $1 and stage = 'rewarded'";
        let key = params![self.member];
        let rows = tx.query(NEWEST, key).await?;
        if rows.is_empty() {
            return Ok(Friends::default());
        }
        let items: Result<Vec<_>, _> = rows.iter().map(StoredReferral::read).collect();
        let row = tx.query_one(SUM, key).await?;
        let row = row.ok_or_else(|| StoreError::internal("a sum of nothing"))?;
        Ok(Friends {
            items: items?,
            counted: row.get(0)?,
            earned: row.get(1)?,
        })
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

    const IS_ONE_STATEMENT: bool = true;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = concat!(
            "select ",
            columns!(),
            " from referral where id = $1 and program_id = $2"
        );
        let row = tx.query_one(SQL, params![self.id, self.program]).await?;
        row.as_ref().map(StoredReferral::read).transpose()
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

    const IS_ONE_STATEMENT: bool = true;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = concat!(
            "select ",
            columns!(),
            " from referral where program_id = $1 and stage = 'checking'
                and (updated_at > $2 or (updated_at = $2 and id > $3))
            order by updated_at, id limit $4"
        );
        let (at, id) = self.after.unwrap_or((i64::MIN, ReferralId([0; 16])));
        let rows = tx
            .query(SQL, params![self.program, at, id, self.limit])
            .await?;
        rows.iter().map(StoredReferral::read).collect()
    }
}
