//! News for a member's open pages.
//!
//! Each member counts their own events, under the lock of their account's row: numbers become visible
//! in order, so a reader that remembers the last one misses nothing on either engine.

use super::{Query, Row, StoreError, Tx, params};
use crate::domain::Instant;
use crate::domain::ledger::{Account, Movement};
use crate::domain::program::POINTS;
use app::api::{EventKind, MemberId, TransferId};

/// Something that happened.
pub(super) struct News {
    pub(super) kind: EventKind,
    /// The transfer that it tells of, which has the amount, the balance and the reason.
    pub(super) transfer: Option<TransferId>,
    /// Points, where no transfer was made.
    pub(super) amount: Option<i64>,
    pub(super) tier: Option<String>,
    /// Whether the move to that tier was downwards.
    pub(super) down: bool,
    /// The task whose attempt moved on.
    pub(super) task: Option<String>,
    /// For points that run out: when.
    pub(super) due_at: Option<Instant>,
}

impl News {
    /// Something of which only the kind is to be told.
    pub(super) fn of(kind: EventKind) -> Self {
        Self {
            kind,
            transfer: None,
            amount: None,
            tier: None,
            down: false,
            task: None,
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

/// Numbers news and writes it down, to be told once it is committed.
pub(super) async fn append<T: Tx>(
    tx: &mut T,
    member: MemberId,
    at: Instant,
    news: &News,
) -> Result<(), StoreError> {
    const NUMBER: &str =
        "update account set events = events + 1 where member_id = $1 and asset = $2
        returning events";
    let row = tx.query_one(NUMBER, params![member, POINTS]).await?;
    let row = row.ok_or_else(|| StoreError::internal("an event for nobody"))?;
    write(tx, member, row.get(0)?, at, news).await?;
    tx.wake(member);
    Ok(())
}

/// Writes news down under a number that the account's row has counted.
pub(super) async fn write<T: Tx>(
    tx: &mut T,
    member: MemberId,
    number: i64,
    at: Instant,
    news: &News,
) -> Result<(), StoreError> {
    const SQL: &str =
        "insert into event (member_id, number, kind, transfer_id, amount, tier, down, task, due_at,
            created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let row = params![
        member,
        number,
        name(news.kind),
        news.transfer,
        news.amount,
        news.tier.clone(),
        news.down,
        news.task.clone(),
        news.due_at,
        at,
    ];
    tx.later(SQL, row).await
}

/// An event as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// The member's count.
    pub number: i64,
    /// What happened.
    pub kind: EventKind,
    /// Points that moved, or will run out.
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
    /// For held points: until when. For points that run out: when.
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
        const SQL: &str = "select e.number, e.kind, coalesce(t.amount, e.amount), t.balance_after, e.tier, e.down,
                e.task, t.explanation, coalesce(t.available_at, e.due_at), t.source, t.target
            from event e left join transfer t on t.id = e.transfer_id
            where e.member_id = $1 and e.number > $2 order by e.number limit $3";
        let rows = tx
            .query(SQL, params![self.member, self.cursor, self.limit])
            .await?;
        rows.iter().map(StoredEvent::read).collect()
    }
}

impl StoredEvent {
    fn read(row: &Row) -> Result<Self, StoreError> {
        let amount: Option<i64> = row.get(2)?;
        let account = |index| {
            let name: Option<String> = row.get(index)?;
            Ok::<_, StoreError>(name.as_deref().and_then(Account::parse))
        };
        // What leaves the member is told as an amount below zero.
        let sign = match (account(9)?, account(10)?) {
            (Some(from), Some(to)) => {
                let change = Movement {
                    from,
                    to,
                    amount: 1,
                }
                .change();
                if change.available + change.held < 0 {
                    -1
                } else {
                    1
                }
            }
            _ => 1,
        };
        Ok(Self {
            number: row.get(0)?,
            kind: kind_of(&row.get::<String>(1)?)?,
            amount: amount.map(|amount| sign * amount),
            balance: row.get(3)?,
            tier: row.get(4)?,
            down: row.get(5)?,
            task: row.get(6)?,
            explanation: row
                .get::<Option<String>>(7)?
                .filter(|text| !text.is_empty()),
            due_at: row.get(8)?,
        })
    }
}

/// The name a kind is stored and sent under.
pub fn name(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Earned => "earned",
        EventKind::Held => "held",
        EventKind::Reversed => "reversed",
        EventKind::Redeemed => "redeemed",
        EventKind::GivenBack => "given_back",
        EventKind::Expired => "expired",
        EventKind::Expiring => "expiring",
        EventKind::Tier => "tier",
        EventKind::Attempt => "attempt",
        EventKind::Profile => "profile",
    }
}

fn kind_of(text: &str) -> Result<EventKind, StoreError> {
    use EventKind::{
        Attempt, Earned, Expired, Expiring, GivenBack, Held, Profile, Redeemed, Reversed, Tier,
    };
    let all = [
        Earned, Held, Reversed, Redeemed, GivenBack, Expired, Expiring, Tier, Attempt, Profile,
    ];
    all.into_iter()
        .find(|kind| name(*kind) == text)
        .ok_or_else(|| StoreError::internal("an event of no known kind"))
}
