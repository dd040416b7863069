//! News for a member's open pages.
//!
//! Most of it are transfers, which tell of themselves; an *event* is the rest, and has a row of its own.
//! The two share one count: whatever is the nth that the member is told has the number n. It is made
//! under the lock of their account's row, so numbers become visible in order, and a reader that remembers
//! the last one misses nothing on either engine. A transfer knows its own count alone. How many events
//! came before it is known from the events' rows, each of which says how many transfers came before.

use super::ledger::read_movement;
use super::{Query, Row, StoreError, Tx, params};
use crate::domain::Instant;
use crate::domain::program::POINTS;
use app::api::{EventKind, MemberId};

/// Something that happened, beside transfers.
pub(super) struct News {
    pub(super) kind: EventKind,
    /// Points that will run out.
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

/// Where an event stands in what its member is told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Number {
    /// The transfers before it.
    pub(super) transfers: i64,
    /// How many events past those that the account's row counts, as far as its writer knows. If this command has told
    /// something else meanwhile, the row counts more, and this one comes after that.
    pub(super) past: i64,
}

/// Makes everybody else wait who changes something of this member's.
pub(super) async fn lock<T: Tx>(tx: &mut T, member: MemberId) -> Result<(), StoreError> {
    const SQL: &str =
        "select events from account where member_id = $1 and asset = $2 for no key update";
    tx.query(SQL, params![member, POINTS]).await?;
    Ok(())
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
        returning transfers";
    let row = tx.query_one(NUMBER, params![member, POINTS]).await?;
    let row = row.ok_or_else(|| StoreError::internal("an event for nobody"))?;
    let number = Number {
        transfers: row.get(0)?,
        past: 0,
    };
    write(tx, member, number, at, news).await?;
    tx.wake(member);
    Ok(())
}

/// Writes news down, before the account's row counts it or after.
pub(super) async fn write<T: Tx>(
    tx: &mut T,
    member: MemberId,
    number: Number,
    at: Instant,
    news: &News,
) -> Result<(), StoreError> {
    const SQL: &str =
        "insert into event (member_id, number, transfers, kind, amount, tier, down, task, due_at,
            created_at)
        values ($1, $2 + (select events from account where member_id = $1 and asset = 'points'),
            $3, $4, $5, $6, $7, $8, $9, $10)";
    let row = params![
        member,
        number.transfers + number.past,
        number.transfers,
        name(news.kind),
        news.amount,
        news.tier.clone(),
        news.down,
        news.task.clone(),
        news.due_at,
        at,
    ];
    tx.later(SQL, row).await
}

/// What a member is told, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// The member's count.
    pub number: i64,
    /// What happened; empty for a transfer that is not told.
    pub kind: Option<EventKind>,
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

/// What a member is told after a number, in order. Its statements have to see one moment, as those of each
/// query of several do.
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
        const BEFORE: &str = "select number - transfers from event
            where member_id = $1 and number <= $2 order by number desc limit 1";
        const TRANSFERS: &str = "select number, source, target, amount, balance_after, explanation, available_at
            from transfer where member_id = $1 and asset = $2 and number > $3 order by number limit $4";
        const EVENTS: &str = "select number, transfers, kind, amount, tier, down, task, due_at
            from event where member_id = $1 and number > $2 order by number limit $3";
        let before = params![self.member, self.cursor];
        let events = params![self.member, self.cursor, self.limit];
        let (before, events) = tx.query_both((BEFORE, before), (EVENTS, events)).await?;
        let mut count = before.first().map_or(Ok(0), |row| row.get::<i64>(0))?;
        let transfers = params![self.member, POINTS, self.cursor - count, self.limit];
        let transfers = tx.query(TRANSFERS, transfers).await?;
        let (mut transfers, mut events) = (transfers.iter().peekable(), events.iter().peekable());
        let mut told = Vec::new();
        // Of each there are as many as are asked for, if there are.
        while i64::try_from(told.len()).is_ok_and(|length| length < self.limit) {
            let transfer = transfers.peek().map(|row| row.get::<i64>(0)).transpose()?;
            let had = events.peek().map(|row| row.get::<i64>(1)).transpose()?;
            let is_event = match (transfer, had) {
                (None, None) => break,
                (Some(number), Some(had)) => had < number,
                (None, Some(_)) => true,
                (Some(_), None) => false,
            };
            if is_event {
                count += 1;
                told.extend(events.next().map(StoredEvent::of_event).transpose()?);
            } else {
                let row = transfers.next();
                told.extend(
                    row.map(|row| StoredEvent::of_transfer(row, count))
                        .transpose()?,
                );
            }
        }
        Ok(told)
    }
}

impl StoredEvent {
    fn of_event(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            number: row.get(0)?,
            kind: Some(kind_of(&row.get::<String>(2)?)?),
            amount: row.get(3)?,
            balance: None,
            tier: row.get(4)?,
            down: row.get(5)?,
            task: row.get(6)?,
            explanation: None,
            due_at: row.get(7)?,
        })
    }

    /// A transfer, after so many events.
    fn of_transfer(row: &Row, events: i64) -> Result<Self, StoreError> {
        let movement = read_movement(row, 1, 2, 3)?;
        let change = movement.change();
        Ok(Self {
            number: row.get::<i64>(0)? + events,
            kind: movement.told(),
            // What leaves the member is told as an amount below zero.
            amount: Some(if change.available + change.held < 0 {
                -movement.amount
            } else {
                movement.amount
            }),
            balance: row.get(4)?,
            tier: None,
            down: false,
            task: None,
            explanation: Some(row.get(5)?).filter(|text: &String| !text.is_empty()),
            due_at: row.get(6)?,
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
        EventKind::Thread => "thread",
        EventKind::Credit => "credit",
        EventKind::Code => "code",
    }
}

fn kind_of(text: &str) -> Result<EventKind, StoreError> {
    use EventKind::{Attempt, Code, Credit, Expiring, Profile, Thread, Tier};
    [Expiring, Tier, Attempt, Profile, Thread, Credit, Code]
        .into_iter()
        .find(|kind| name(*kind) == text)
        .ok_or_else(|| StoreError::internal("an event of no known kind"))
}
