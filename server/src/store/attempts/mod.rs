//! Attempts at tasks: begun, proven, paid.

/// What [`StoredAttempt`] reads, in its order.
macro_rules! columns {
    () => {
        "id, member_id, task, state, reason, address, points, proof, available_at, started_at, expires_at, sent_at, notice_until, note, slot"
    };
}

mod ask;
mod at_once;
mod back;
mod hand_out;
mod review;
mod start;
mod submit;
mod visit;
mod write;

pub(super) use ask::begin_check;
pub use ask::{ASKED_MAX, Ask, Asked, service_of};
pub use at_once::{AtOnce, Did, WRONG_CODES_MAX, Who};
pub(super) use back::take_back;
pub use hand_out::{HandOut, HandedLink, HandedOut};
pub use review::{AddPhoto, Added, BeginReview, NOT_BOUGHT, ReviewBegun, ReviewSent, SendReview};
pub use start::{PER_ADDRESS_MAX, Start, Started};
pub use submit::{Submit, Submitted};
pub use visit::{OpenPage, Return, Returned};
pub(super) use write::pay_thread;
pub use write::{SubmitText, TextSubmitted};

use super::events::{self, News};
use super::ledger::{Books, Credit, from_json, proof_name, proof_of};
use super::{Command, Query, Row, StoreError, Tx, decisions, params};
use crate::clock::Stamp;
use crate::domain::Instant;
use crate::domain::attempt::{self, state_name, state_of};
use crate::domain::ledger::Account;
use crate::domain::program::Rules;
use crate::domain::task::Task;
use app::api::{AttemptId, AttemptState, Explanation, Fact, Localized, MemberId, ProofLevel};
use serde::{Deserialize, Serialize};

/// An attempt as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredAttempt {
    /// The attempt.
    pub id: AttemptId,
    /// The member.
    pub member: MemberId,
    /// The task's id in the programme file.
    pub task: String,
    /// Where it stands.
    pub state: AttemptState,
    /// The code of the reason, when it was refused.
    pub reason: Option<String>,
    /// The address that a confirmation went to.
    pub address: Option<String>,
    /// What it earns.
    pub points: i64,
    /// How it was proven.
    pub proof: Option<ProofLevel>,
    /// When held points become available.
    pub available_at: Option<Instant>,
    /// When it was begun.
    pub started_at: Instant,
    /// When it lapses.
    pub expires_at: Option<Instant>,
    /// When the last confirmation was sent, or the page opened.
    pub sent_at: Option<Instant>,
    /// Until when the member can put right what a second look has found wanting.
    pub notice_until: Option<Instant>,
    /// What a person said who decided.
    pub note: Option<Box<str>>,
    /// The occasion that it is for; nothing once it has failed.
    pub slot: Option<Box<str>>,
}

impl StoredAttempt {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            member: row.get(1)?,
            task: row.get(2)?,
            state: state_of(&row.get::<String>(3)?)
                .ok_or_else(|| StoreError::internal("an attempt in no known state"))?,
            reason: row.get(4)?,
            address: row.get(5)?,
            points: row.get(6)?,
            proof: row.get::<Option<String>>(7)?.as_deref().and_then(proof_of),
            available_at: row.get(8)?,
            started_at: row.get(9)?,
            expires_at: row.get(10)?,
            sent_at: row.get(11)?,
            notice_until: row.get(12)?,
            note: row.get::<Option<String>>(13)?.map(String::into_boxed_str),
            slot: row.get::<Option<String>>(14)?.map(String::into_boxed_str),
        })
    }

    fn has_lapsed(&self, now: Instant) -> bool {
        self.state == AttemptState::Started && self.expires_at.is_some_and(|at| at <= now)
    }
}

/// The oldest first.
pub(super) async fn of_member<T: Tx>(
    tx: &mut T,
    member: MemberId,
) -> Result<Vec<StoredAttempt>, StoreError> {
    const SQL: &str = concat!("select ", columns!(), " from attempt where member_id = $1");
    let rows = tx.query(SQL, params![member]).await?;
    let all = rows.iter().map(StoredAttempt::read);
    let mut all = all.collect::<Result<Vec<_>, _>>()?;
    // There are few, and no index has this order.
    all.sort_unstable_by_key(|attempt| (attempt.started_at, attempt.id.0));
    Ok(all)
}

pub(super) async fn by_id<T: Tx>(
    tx: &mut T,
    id: AttemptId,
) -> Result<Option<StoredAttempt>, StoreError> {
    const SQL: &str = concat!("select ", columns!(), " from attempt where id = $1");
    let row = tx.query_one(SQL, params![id]).await?;
    row.as_ref().map(StoredAttempt::read).transpose()
}

/// The attempt that stands for a member at a task, for one occasion.
async fn current<T: Tx>(
    tx: &mut T,
    member: MemberId,
    task: &str,
    slot: &str,
) -> Result<Option<StoredAttempt>, StoreError> {
    const SQL: &str = concat!(
        "select ",
        columns!(),
        " from attempt where member_id = $1 and task = $2 and slot = $3"
    );
    let row = tx.query_one(SQL, params![member, task, slot]).await?;
    row.as_ref().map(StoredAttempt::read).transpose()
}

/// Lapses the attempt at a task whose time is over, so that another can be begun.
async fn lapse<T: Tx>(
    tx: &mut T,
    member: MemberId,
    task: &str,
    now: Instant,
) -> Result<(), StoreError> {
    const SQL: &str = "update attempt set state = 'expired', slot = null, updated_at = $1
        where member_id = $2 and task = $3 and state = 'started' and expires_at <= $1";
    tx.execute(SQL, params![now, member, task]).await?;
    Ok(())
}

/// One attempt of one member.
pub struct Get {
    /// The attempt.
    pub id: AttemptId,
    /// Whose it must be.
    pub member: MemberId,
}

impl Query for Get {
    type Output = Option<StoredAttempt>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        let found = by_id(tx, self.id).await?;
        Ok(found.filter(|attempt| attempt.member == self.member))
    }
}

/// What a task pays, as the ledger takes it.
pub(super) fn credit<'a>(
    task: &Task,
    points: i64,
    explanation: &'a Explanation,
    available_at: Option<Instant>,
    evidence: Option<String>,
) -> Credit<'a> {
    Credit {
        from: Account::Issued,
        points,
        proof: Some(task.proof()),
        evidence,
        explanation,
        available_at,
        counts: true,
    }
}

/// Why a task pays.
pub(super) fn explanation(task: &Task) -> Explanation {
    Explanation {
        fact: Fact::Task {
            task: task.id.clone(),
            title: task.title.clone(),
            days_in_row: 0,
        },
        hold_days: task.hold_days,
        hold_reason: Localized::default(),
    }
}

/// Writes down an attempt that was proven before it could be begun, such as joining, and pays it. `slot` is
/// the occasion that it is, `row` the days in a row that it completes: 0 for none.
pub(super) async fn insert_done<T: Tx>(
    tx: &mut T,
    books: &mut Books<'_>,
    task: &Task,
    slot: &str,
    row: u32,
    evidence: Option<String>,
    at: Instant,
) -> Result<AttemptId, StoreError> {
    const SQL: &str = "insert into attempt (id, program_id, member_id, task, slot, state, points, proof, transfer_id,
            available_at, started_at, updated_at, evidence)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12) on conflict do nothing";
    let available_at = attempt::available_at(task, at);
    let mut explanation = explanation(task);
    if let Fact::Task { days_in_row, .. } = &mut explanation.fact {
        *days_in_row = row;
    }
    let more = task.streak.filter(|_| row > 0);
    let points = task.points + more.map_or(0, |streak| streak.points);
    let credit = credit(task, points, &explanation, available_at, evidence.clone());
    let transfer = books.credit(tx, &credit).await?;
    let id = AttemptId(books.new_id());
    let values = params![
        id,
        books.rules.id,
        books.member,
        &task.id,
        slot,
        state_name(paid_state(available_at)),
        points,
        proof_name(task.proof()),
        transfer,
        available_at,
        at,
        evidence,
    ];
    tx.later_one(SQL, values, "the same occasion was written down meanwhile")
        .await?;
    Ok(id)
}

fn paid_state(available_at: Option<Instant>) -> AttemptState {
    if available_at.is_some() {
        AttemptState::Held
    } else {
        AttemptState::Earned
    }
}

/// Pays an attempt that is under way, once. Answers whether it was this call that did.
pub(super) async fn pay<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    task: &Task,
    attempt: &StoredAttempt,
    available_at: Option<Instant>,
    evidence: Option<String>,
    stamp: &Stamp,
) -> Result<bool, StoreError> {
    const DECIDE: &str =
        "update attempt set state = $1, proof = $2, available_at = $3, updated_at = $4
        where id = $5 and state in ('started', 'checking')";
    const NAME: &str = "update attempt set transfer_id = $1 where id = $2";
    let state = state_name(paid_state(available_at));
    let decided = tx
        .execute(
            DECIDE,
            params![
                state,
                proof_name(task.proof()),
                available_at,
                stamp.at,
                attempt.id
            ],
        )
        .await?;
    if decided == 0 {
        return Ok(false);
    }
    let explanation = explanation(task);
    let credit = credit(task, attempt.points, &explanation, available_at, evidence);
    let mut books = Books::open(tx, rules, stamp, attempt.member).await?;
    books.settle(tx).await?;
    let id = books.credit(tx, &credit).await?;
    tx.later(NAME, params![id, attempt.id]).await?;
    books.close(tx).await?;
    Ok(true)
}

/// The reason of an attempt whose address has earned for somebody else.
pub(super) const ADDRESS_USED: &str = "address_used";

/// Refuses an attempt that is under way and says why.
pub(super) async fn reject<T: Tx>(
    tx: &mut T,
    attempt: &StoredAttempt,
    reason: &'static str,
    at: Instant,
) -> Result<(), StoreError> {
    const SQL: &str =
        "update attempt set state = 'rejected', reason = $1, slot = null, updated_at = $2
        where id = $3 and state in ('started', 'checking')";
    if tx.execute(SQL, params![reason, at, attempt.id]).await? == 1 {
        events::append(tx, attempt.member, at, &News::attempt(&attempt.task)).await?;
    }
    Ok(())
}

/// Lapses attempts whose time is over.
pub struct Lapse {
    /// The time.
    pub now: Instant,
}

impl Command for Lapse {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const DUE: &str =
            "select id, member_id, task from attempt where state = 'started' and expires_at <= $1
            order by expires_at, id limit 100";
        const SQL: &str = "update attempt set state = 'expired', slot = null, updated_at = $1
            where id = $2 and state = 'started' and expires_at <= $1";
        let rows = tx.query(DUE, params![self.now]).await?;
        for row in &rows {
            let (id, member): (AttemptId, MemberId) = (row.get(0)?, row.get(1)?);
            if tx.execute(SQL, params![self.now, id]).await? == 1 {
                events::append(tx, member, self.now, &News::attempt(&row.get::<String>(2)?))
                    .await?;
            }
        }
        Ok(())
    }
}

impl StoredAttempt {
    /// Where it stands at a moment: one whose time is over has lapsed even before somebody wrote so.
    pub fn state_at(&self, now: Instant) -> AttemptState {
        if self.has_lapsed(now) {
            AttemptState::Expired
        } else {
            self.state
        }
    }

    /// Whether it earned, now or on a later day.
    pub fn is_paid(&self) -> bool {
        matches!(self.state, AttemptState::Earned | AttemptState::Held)
    }

    /// Whether it says where its member stands with a task: an earlier round of a survey does not.
    pub fn is_of(&self, task: &Task) -> bool {
        let slot = self.slot.as_deref();
        task.survey.is_none() || slot.is_none_or(|slot| slot == task.slot())
    }

    /// Whether it is proven, and a person has to decide all the same.
    pub fn waits_for_a_person(&self) -> bool {
        let reason = self.reason.as_deref();
        self.state == AttemptState::Checking
            && reason.is_some_and(|reason| decisions::REASONS.contains(&reason))
    }

    /// Whether it was refused because somebody else has earned with its address.
    pub fn met_a_used_address(&self) -> bool {
        self.reason.as_deref() == Some(ADDRESS_USED)
    }
}

/// Reads the explanation that an event carries.
pub fn explanation_of(text: &str) -> Result<Explanation, StoreError> {
    from_json(text)
}

/// An attempt, whoever's it is: for those who hold its link.
pub struct ById(pub AttemptId);

impl Query for ById {
    type Output = Option<StoredAttempt>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        by_id(tx, self.0).await
    }
}
