//! The ledger: every movement of points goes through `post`.

use super::events::{self, News};
use super::members::{self, Count};
use super::{Command, Query, Row, StoreError, Tx, params};
use crate::clock::Stamp;
use crate::domain::Instant;
use crate::domain::ledger::{Account, Movement};
use crate::domain::program::{POINTS, Rules};
use app::api::{EventKind, Explanation, MemberId, ProgramId, ProofLevel, TransferId};
use std::sync::Arc;

/// A transfer that is about to be made.
pub(super) struct NewTransfer<'a> {
    /// A new id.
    pub(super) id: TransferId,
    /// Whose balance moves.
    pub(super) member: MemberId,
    /// What moves.
    pub(super) movement: Movement,
    /// The hold it posts or voids.
    pub(super) hold: Option<TransferId>,
    /// The transfer it takes back.
    pub(super) corrects: Option<TransferId>,
    /// How it was proven.
    pub(super) proof: Option<ProofLevel>,
    /// What showed it, as JSON: only fields that matter, nothing personal.
    pub(super) evidence: Option<String>,
    /// Why it happens.
    pub(super) explanation: &'a Explanation,
    /// For a hold: when it falls due.
    pub(super) available_at: Option<Instant>,
}

/// Moves an amount and writes it down. The balance may fall below zero only by taking something
/// back (`spec/product.md` §3.5), never by spending; what is held never does. Answers the available
/// balance; a movement that the balance does not allow is an error and leaves no trace.
pub(super) async fn post<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    at: Instant,
    new: &NewTransfer<'_>,
) -> Result<i64, StoreError> {
    const MOVE: &str =
        "update account set available = available + $1, held = held + $2, transfers = transfers + 1
        where member_id = $3 and asset = $4 and held + $2 >= 0 and (available + $1 >= 0 or $5)
        returning available, transfers";
    const WRITE: &str = "insert into transfer (id, program_id, member_id, asset, number, amount, source, target,
            hold_id, corrects_id, version, proof, evidence, explanation, balance_after, available_at, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";

    let Movement { from, to, amount } = new.movement;
    if amount <= 0 || from == to {
        return Err(StoreError::internal(
            "a transfer moves a positive amount between two accounts",
        ));
    }
    let change = new.movement.change();
    let may_owe = new.corrects.is_some() || change.available >= 0;
    let moved = tx
        .query_one(
            MOVE,
            params![change.available, change.held, new.member, POINTS, may_owe],
        )
        .await?;
    let moved =
        moved.ok_or_else(|| StoreError::internal("a transfer that the balance does not allow"))?;
    let balance: i64 = moved.get(0)?;
    tx.execute(
        WRITE,
        params![
            new.id,
            rules.id,
            new.member,
            POINTS,
            moved.get::<i64>(1)?,
            amount,
            from.as_str(),
            to.as_str(),
            new.hold,
            new.corrects,
            rules.version,
            new.proof.map(proof_name),
            new.evidence.clone(),
            json(new.explanation)?,
            balance,
            new.available_at,
            at,
        ],
    )
    .await?;
    Ok(balance)
}

/// Points that a member has earned.
pub(super) struct Earn<'a> {
    pub(super) rules: &'a Rules,
    pub(super) id: TransferId,
    pub(super) member: MemberId,
    pub(super) points: i64,
    pub(super) proof: ProofLevel,
    pub(super) evidence: Option<String>,
    pub(super) explanation: &'a Explanation,
    /// Empty: at once.
    pub(super) available_at: Option<Instant>,
}

/// Pays points, or holds them until their day, and tells the member.
pub(super) async fn earn<T: Tx>(
    tx: &mut T,
    at: Instant,
    earn: &Earn<'_>,
) -> Result<(), StoreError> {
    const HOLD: &str =
        "insert into hold (transfer_id, member_id, state, due_at) values ($1, $2, 'pending', $3)";
    let held = earn.available_at.is_some();
    let transfer = NewTransfer {
        id: earn.id,
        member: earn.member,
        movement: Movement {
            from: Account::Issued,
            to: if held {
                Account::Held
            } else {
                Account::Available
            },
            amount: earn.points,
        },
        hold: None,
        corrects: None,
        proof: Some(earn.proof),
        evidence: earn.evidence.clone(),
        explanation: earn.explanation,
        available_at: earn.available_at,
    };
    let balance = post(tx, earn.rules, at, &transfer).await?;
    if let Some(due_at) = earn.available_at {
        tx.execute(HOLD, params![earn.id, earn.member, due_at])
            .await?;
    }
    let news = News {
        amount: Some(earn.points),
        balance: Some(balance),
        explanation: Some(json(earn.explanation)?),
        due_at: earn.available_at,
        ..News::of(if held {
            EventKind::Held
        } else {
            EventKind::Earned
        })
    };
    events::append(tx, earn.member, at, &news).await?;
    if !held {
        let count = Count {
            points_earned: earn.points,
            ..Count::default()
        };
        members::count(tx, earn.rules, earn.member, at, count).await?;
    }
    Ok(())
}

/// Takes back a whole earning: what is still held is voided, what was posted is reversed.
pub(super) async fn take_back<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    stamp: &Stamp,
    original: TransferId,
    explanation: &Explanation,
) -> Result<(), StoreError> {
    const ORIGINAL: &str = "select member_id, amount, target from transfer where id = $1";
    let row = tx.query_one(ORIGINAL, params![original]).await?;
    let row = row.ok_or_else(|| StoreError::internal("a transfer went away"))?;
    let (member, amount): (MemberId, i64) = (row.get(0)?, row.get(1)?);
    let was_hold = row.get::<String>(2)? == Account::Held.as_str();
    let voided = was_hold && resolve(tx, original, "voided", stamp.at).await?;
    let from = if voided {
        Account::Held
    } else {
        Account::Available
    };
    let transfer = NewTransfer {
        id: TransferId(stamp.id(1)),
        member,
        movement: Movement {
            from,
            to: Account::Issued,
            amount,
        },
        hold: voided.then_some(original),
        corrects: Some(original),
        proof: None,
        evidence: None,
        explanation,
        available_at: None,
    };
    let balance = post(tx, rules, stamp.at, &transfer).await?;
    let news = News {
        amount: Some(-amount),
        balance: Some(balance),
        explanation: Some(json(explanation)?),
        ..News::of(EventKind::Reversed)
    };
    events::append(tx, member, stamp.at, &news).await?;
    if !voided {
        let count = Count {
            points_earned: -amount,
            ..Count::default()
        };
        members::count(tx, rules, member, stamp.at, count).await?;
    }
    Ok(())
}

/// Ends a hold, once. Answers whether it was this call that did.
async fn resolve<T: Tx>(
    tx: &mut T,
    hold: TransferId,
    state: &'static str,
    at: Instant,
) -> Result<bool, StoreError> {
    const SQL: &str =
        "update hold set state = $1, resolved_at = $2 where transfer_id = $3 and state = 'pending'";
    Ok(tx.execute(SQL, params![state, at, hold]).await? == 1)
}

/// Holds that have fallen due, the oldest first.
pub struct Due {
    /// The time.
    pub now: Instant,
    /// Begins after this one.
    pub after: Option<(Instant, TransferId)>,
    /// At most so many.
    pub limit: i64,
}

/// A hold that has fallen due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueHold {
    /// Its programme.
    pub program: ProgramId,
    /// The transfer that holds.
    pub hold: TransferId,
    /// When it fell due.
    pub due_at: Instant,
}

impl Query for Due {
    type Output = Vec<DueHold>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = "select t.program_id, h.transfer_id, h.due_at
            from hold h join transfer t on t.id = h.transfer_id
            where h.state = 'pending' and h.due_at <= $1
                and (h.due_at > $2 or (h.due_at = $2 and h.transfer_id > $3))
            order by h.due_at, h.transfer_id limit $4";
        let (at, hold) = self.after.unwrap_or((i64::MIN, TransferId([0; 16])));
        let rows = tx
            .query(SQL, params![self.now, at, hold, self.limit])
            .await?;
        let read = |row: &Row| {
            Ok(DueHold {
                program: row.get(0)?,
                hold: row.get(1)?,
                due_at: row.get(2)?,
            })
        };
        rows.iter().map(read).collect()
    }
}

/// Posts a hold that has fallen due. Harmless when somebody else was faster.
pub struct PostDue {
    /// The rules that count towards the tier now.
    pub rules: Arc<Rules>,
    /// The hold.
    pub hold: TransferId,
    /// When.
    pub stamp: Stamp,
}

impl Command for PostDue {
    type Output = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool, StoreError> {
        const HOLD: &str =
            "select member_id, amount, explanation, proof from transfer where id = $1";
        const ATTEMPT: &str = "update attempt set state = 'earned', updated_at = $1
            where transfer_id = $2 and state = 'held'";
        if !resolve(tx, self.hold, "posted", self.stamp.at).await? {
            return Ok(false);
        }
        let row = tx.query_one(HOLD, params![self.hold]).await?;
        let row = row.ok_or_else(|| StoreError::internal("a hold without its transfer"))?;
        let (member, amount): (MemberId, i64) = (row.get(0)?, row.get(1)?);
        let stored: String = row.get(2)?;
        let explanation: Explanation = from_json(&stored)?;
        let transfer = NewTransfer {
            id: TransferId(self.stamp.id(0)),
            member,
            movement: Movement {
                from: Account::Held,
                to: Account::Available,
                amount,
            },
            hold: Some(self.hold),
            corrects: None,
            proof: row.get::<Option<String>>(3)?.as_deref().and_then(proof_of),
            evidence: None,
            explanation: &explanation,
            available_at: None,
        };
        let balance = post(tx, &self.rules, self.stamp.at, &transfer).await?;
        tx.execute(ATTEMPT, params![self.stamp.at, self.hold])
            .await?;
        let news = News {
            amount: Some(amount),
            balance: Some(balance),
            explanation: Some(stored),
            ..News::of(EventKind::Earned)
        };
        events::append(tx, member, self.stamp.at, &news).await?;
        let count = Count {
            points_earned: amount,
            ..Count::default()
        };
        members::count(tx, &self.rules, member, self.stamp.at, count).await?;
        Ok(true)
    }
}

/// The name a level is stored under.
pub(super) fn proof_name(level: ProofLevel) -> &'static str {
    match level {
        ProofLevel::Declared => "declared",
        ProofLevel::Observed => "observed",
        ProofLevel::Confirmed => "confirmed",
        ProofLevel::Verified => "verified",
    }
}

/// Reads a stored level.
pub(super) fn proof_of(name: &str) -> Option<ProofLevel> {
    [
        ProofLevel::Declared,
        ProofLevel::Observed,
        ProofLevel::Confirmed,
        ProofLevel::Verified,
    ]
    .into_iter()
    .find(|level| proof_name(*level) == name)
}

pub(super) fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::internal(error.to_string()))
}

pub(super) fn from_json<O: serde::de::DeserializeOwned>(text: &str) -> Result<O, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::internal(error.to_string()))
}
