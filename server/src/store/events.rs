//! News for a member's open pages.
//!
//! Each member counts their own events, under the lock of the member's row: numbers become visible
//! in order, so a reader that remembers the last one misses nothing on either engine.

use super::{Query, StoreError, Tx, params};
use crate::domain::Instant;
use app::api::{EventKind, MemberId};

/// Something that happened.
pub(super) struct News {
    pub(super) kind: EventKind,
    pub(super) amount: Option<i64>,
    pub(super) balance: Option<i64>,
    pub(super) tier: Option<String>,
    /// Whether the move to that tier was downwards.
    pub(super) down: bool,
    /// The task whose attempt moved on.
    pub(super) task: Option<String>,
    /// An [`app::api::Explanation`] as JSON.
    pub(super) explanation: Option<String>,
    /// For held points: until when.
    pub(super) due_at: Option<Instant>,
}

impl News {
    /// Something of which only the kind is to be told.
    pub(super) fn of(kind: EventKind) -> Self {
        Self {
            kind,
            amount: None,
            balance: None,
            tier: None,
            down: false,
            task: None,
            explanation: None,
            due_at: None,
        }
    }

    /// An attempt at this task moved on, without points.
    pub(super) fn attempt(task: &str) -> Self {
        Self {
            task: Some(task.to_owned()),
            ..Self::of(EventKind::Attempt)
        }
    }
}

/// Writes news down, to be told once it is committed.
pub(super) async fn append<T: Tx>(
    tx: &mut T,
    member: MemberId,
    at: Instant,
    news: &News,
) -> Result<(), StoreError> {
    const NUMBER: &str = "update member set events = events + 1 where id = $1 returning events";
    const WRITE: &str = "insert into event (member_id, number, kind, amount, balance, tier, down, task, explanation,
            due_at, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let row = tx.query_one(NUMBER, params![member]).await?;
    let number: i64 = row
        .ok_or_else(|| StoreError::internal("an event for nobody"))?
        .get(0)?;
    tx.execute(
        WRITE,
        params![
            member,
            number,
            name(news.kind),
            news.amount,
            news.balance,
            news.tier.clone(),
            news.down,
            news.task.clone(),
            news.explanation.clone(),
            news.due_at,
            at,
        ],
    )
    .await?;
    tx.wake(member);
    Ok(())
}

/// An event as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// The member's count.
    pub number: i64,
    /// What happened.
    pub kind: EventKind,
    /// Points that moved.
    pub amount: Option<i64>,
    /// The available balance after it.
    pub balance: Option<i64>,
    /// The new tier's id.
    pub tier: Option<String>,
    /// Whether the move to that tier was downwards.
    pub down: bool,
    /// The task whose attempt moved on.
    pub task: Option<String>,
    /// An [`app::api::Explanation`] as JSON.
    pub explanation: Option<String>,
    /// For held points: until when.
    pub due_at: Option<Instant>,
}

/// A member's events after a number, in order.
pub struct After {
    /// Whose.
    pub member: MemberId,
    /// The last number that was seen.
    pub cursor: i64,
    /// At most so many.
    pub limit: i64,
}

impl Query for After {
    type Output = Vec<StoredEvent>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str =
            "select number, kind, amount, balance, tier, down, task, explanation, due_at from event
            where member_id = $1 and number > $2 order by number limit $3";
        let rows = tx
            .query(SQL, params![self.member, self.cursor, self.limit])
            .await?;
        rows.iter()
            .map(|row| {
                Ok(StoredEvent {
                    number: row.get(0)?,
                    kind: kind_of(&row.get::<String>(1)?)?,
                    amount: row.get(2)?,
                    balance: row.get(3)?,
                    tier: row.get(4)?,
                    down: row.get(5)?,
                    task: row.get(6)?,
                    explanation: row.get(7)?,
                    due_at: row.get(8)?,
                })
            })
            .collect()
    }
}

/// The name a kind is stored and sent under.
pub fn name(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Earned => "earned",
        EventKind::Held => "held",
        EventKind::Reversed => "reversed",
        EventKind::Tier => "tier",
        EventKind::Attempt => "attempt",
        EventKind::Profile => "profile",
    }
}

fn kind_of(text: &str) -> Result<EventKind, StoreError> {
    use EventKind::{Attempt, Earned, Held, Profile, Reversed, Tier};
    [Earned, Held, Reversed, Tier, Attempt, Profile]
        .into_iter()
        .find(|kind| name(*kind) == text)
        .ok_or_else(|| StoreError::internal("an event of no known kind"))
}
