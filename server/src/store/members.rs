//! Members: joining, who they are, what they count.

use super::attempts::{self, StoredAttempt};
use super::events::{self, News};
use super::ledger::{self, Earn};
use super::{Command, Query, Row, StoreError, Tx, params};
use crate::clock::Stamp;
use crate::domain::identity::Shopper;
use crate::domain::program::{POINTS, Rules};
use crate::domain::tier::{self, Counters};
use crate::domain::{DAY, Instant, attempt};
use app::api::{EventKind, Explanation, Fact, MemberId, TaskKind};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How long a chosen time zone stands before it may be changed: expiry days must not be movable at
/// will.
const TIME_ZONE_STANDS: i64 = 30 * DAY;

/// What is added to a member's counters.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Count {
    pub(super) points_earned: i64,
    pub(super) amount_spent: i64,
    pub(super) orders: i64,
}

/// Adds to a member's counters and moves them to the tier that follows.
pub(super) async fn count<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    member: MemberId,
    at: Instant,
    add: Count,
) -> Result<(), StoreError> {
    const ADD: &str =
        "update member set points_earned = points_earned + $1, amount_spent = amount_spent + $2,
            orders = orders + $3 where id = $4
        returning points_earned, amount_spent, orders, tier";
    const MOVE: &str = "update member set tier = $1 where id = $2";
    let row = tx
        .query_one(
            ADD,
            params![add.points_earned, add.amount_spent, add.orders, member],
        )
        .await?
        .ok_or_else(|| StoreError::internal("counting for nobody"))?;
    let counters = read_counters(&row, 0)?;
    let reached = tier::reached(&rules.program, counters);
    let before = tier::by_id(&rules.program, &row.get::<String>(3)?);
    if reached.id != before.id {
        tx.execute(MOVE, params![&reached.id, member]).await?;
        let news = News {
            tier: Some(reached.id.clone()),
            down: reached.threshold < before.threshold,
            ..News::of(EventKind::Tier)
        };
        events::append(tx, member, at, &news).await?;
    }
    Ok(())
}

fn read_counters(row: &Row, first: usize) -> Result<Counters, StoreError> {
    Ok(Counters {
        points_earned: row.get(first)?,
        amount_spent: row.get(first + 1)?,
        orders: row.get(first + 2)?,
    })
}

/// The member that a shopper is: by the shop's customer id, else by a proven address.
pub(super) async fn find<T: Tx>(
    tx: &mut T,
    rules_id: app::api::ProgramId,
    shopper: &Shopper,
) -> Result<Option<MemberId>, StoreError> {
    const SQL: &str =
        "select member_id from identity where program_id = $1 and kind = $2 and value = $3";
    for (kind, value) in identities(shopper) {
        let row = tx.query_one(SQL, params![rules_id, kind, value]).await?;
        if let Some(row) = row {
            return Ok(Some(row.get(0)?));
        }
    }
    Ok(None)
}

fn identities(shopper: &Shopper) -> Vec<(&'static str, &str)> {
    let email = shopper.email.as_deref().filter(|_| shopper.email_verified);
    let customer = shopper.customer.as_deref().map(|id| ("customer", id));
    customer
        .into_iter()
        .chain(email.map(|email| ("email", email)))
        .collect()
}

/// Joins a shopper, or finds the member that they already are.
pub struct Join {
    /// The rules they accept.
    pub rules: Arc<Rules>,
    /// Who joins.
    pub shopper: Shopper,
    /// Their language, one of the programme's.
    pub locale: String,
    /// Their zone, by its IANA name.
    pub time_zone: String,
    /// When.
    pub stamp: Stamp,
}

impl Command for Join {
    type Output = MemberId;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<MemberId, StoreError> {
        if let Some(member) = find(tx, self.rules.id, &self.shopper).await? {
            self.link_all(tx, member).await?;
            return Ok(member);
        }
        let member = MemberId(self.stamp.id(0));
        self.insert(tx, member).await?;
        if self.link_all(tx, member).await? {
            self.furnish(tx, member).await?;
            return Ok(member);
        }
        // Somebody with one of these identities joined between our look and our write.
        self.undo(tx, member).await?;
        let winner = find(tx, self.rules.id, &self.shopper).await?;
        winner.ok_or_else(|| StoreError::Retry("two joined with one identity".into()))
    }
}

impl Join {
    /// Makes the member known by all that the shopper proved. Answers whether all of it was free.
    async fn link_all<T: Tx>(&self, tx: &mut T, member: MemberId) -> Result<bool, StoreError> {
        const LINK: &str = "insert into identity (program_id, kind, value, member_id, created_at)
            values ($1, $2, $3, $4, $5) on conflict (program_id, kind, value) do nothing";
        let mut free = true;
        let mut all = identities(&self.shopper);
        // One order for everybody, or two who wait for each other would never end.
        all.sort_unstable();
        for (kind, value) in all {
            let identity = params![self.rules.id, kind, value, member, self.stamp.at];
            free &= tx.execute(LINK, identity).await? == 1;
        }
        Ok(free)
    }

    async fn undo<T: Tx>(&self, tx: &mut T, member: MemberId) -> Result<(), StoreError> {
        const UNLINK: &str = "delete from identity where member_id = $1";
        const UNDO: &str = "delete from member where id = $1";
        tx.execute(UNLINK, params![member]).await?;
        tx.execute(UNDO, params![member]).await?;
        Ok(())
    }

    async fn insert<T: Tx>(&self, tx: &mut T, member: MemberId) -> Result<(), StoreError> {
        const SQL: &str =
            "insert into member (id, program_id, joined_at, accepted_version, tier, points_earned,
                amount_spent, orders, events, locale, time_zone, time_zone_set_at)
            values ($1, $2, $3, $4, $5, 0, 0, 0, 0, $6, $7, $3)";
        let tier = &tier::reached(&self.rules.program, Counters::default()).id;
        tx.execute(
            SQL,
            params![
                member,
                self.rules.id,
                self.stamp.at,
                self.rules.version,
                tier,
                &self.locale,
                &self.time_zone,
            ],
        )
        .await?;
        Ok(())
    }

    /// Gives a new member their account, their personal data and what joining earns.
    async fn furnish<T: Tx>(&self, tx: &mut T, member: MemberId) -> Result<(), StoreError> {
        const ACCOUNT: &str = "insert into account (member_id, asset, available, held, transfers) values ($1, $2, 0, 0, 0)";
        const PERSON: &str = "insert into person (member_id, name, email) values ($1, $2, $3)";
        let email = self
            .shopper
            .email
            .clone()
            .filter(|_| self.shopper.email_verified);
        tx.execute(ACCOUNT, params![member, POINTS]).await?;
        tx.execute(PERSON, params![member, self.shopper.name.clone(), email])
            .await?;
        let Some(task) = self.rules.program.task_of_kind(TaskKind::Join) else {
            return Ok(());
        };
        let explanation = Explanation {
            fact: Fact::Task {
                task: task.id.clone(),
                title: task.title.clone(),
            },
            hold_days: task.hold_days,
            hold_reason: app::api::Localized::default(),
        };
        let available_at = attempt::available_at(task, self.stamp.at);
        let earn = Earn {
            rules: &self.rules,
            id: app::api::TransferId(self.stamp.id(1)),
            member,
            points: task.points,
            proof: task.proof(),
            evidence: None,
            explanation: &explanation,
            available_at,
        };
        ledger::earn(tx, self.stamp.at, &earn).await?;
        let attempt = app::api::AttemptId(self.stamp.id(2));
        attempts::insert_done(tx, attempt, &earn, task, self.stamp.at).await
    }
}

/// A member as they are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMember {
    /// The member.
    pub id: MemberId,
    /// When they joined.
    pub joined_at: Instant,
    /// Their tier's id.
    pub tier: String,
    /// What they count.
    pub counters: Counters,
    /// The number of their newest event.
    pub events: i64,
    /// Their language.
    pub locale: String,
    /// Their zone.
    pub time_zone: String,
    /// Their name.
    pub name: Option<String>,
    /// Their proven address.
    pub email: Option<String>,
    /// `YYYY-MM-DD`.
    pub birthday: Option<String>,
    /// What they can spend.
    pub available: i64,
    /// What waits.
    pub held: i64,
    /// All their attempts, the oldest first.
    pub attempts: Vec<StoredAttempt>,
}

/// A member with everything that a panel shows but the statement.
pub struct Get(pub MemberId);

impl Query for Get {
    type Output = Option<StoredMember>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str =
            "select m.id, m.joined_at, m.tier, m.points_earned, m.amount_spent, m.orders, m.events,
                m.locale, m.time_zone, p.name, p.email, p.birthday, a.available, a.held
            from member m join person p on p.member_id = m.id join account a on a.member_id = m.id
            where m.id = $1 and a.asset = $2";
        let Some(row) = tx.query_one(SQL, params![self.0, POINTS]).await? else {
            return Ok(None);
        };
        Ok(Some(StoredMember {
            id: row.get(0)?,
            joined_at: row.get(1)?,
            tier: row.get(2)?,
            counters: read_counters(&row, 3)?,
            events: row.get(6)?,
            locale: row.get(7)?,
            time_zone: row.get(8)?,
            name: row.get(9)?,
            email: row.get(10)?,
            birthday: row.get(11)?,
            available: row.get(12)?,
            held: row.get(13)?,
            attempts: attempts::of_member(tx, self.0).await?,
        }))
    }
}

/// Changes a member's profile. What is empty stays.
pub struct Update {
    /// The member.
    pub member: MemberId,
    /// Their name.
    pub name: Option<String>,
    /// One of the programme's languages.
    pub locale: Option<String>,
    /// An IANA name.
    pub time_zone: Option<String>,
    /// When.
    pub at: Instant,
}

/// What became of a change to the profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Updated {
    /// It is made.
    Done,
    /// The zone was chosen too recently; nothing was changed.
    ZoneStands {
        /// When it may be changed.
        until: Instant,
    },
}

impl Command for Update {
    type Output = Updated;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Updated, StoreError> {
        // The zone that stands is no choice: naming it again does not make it stand longer.
        const ZONE: &str = "update member set time_zone = $1, time_zone_set_at = $2
            where id = $3 and time_zone <> $1 and time_zone_set_at <= $4";
        const STANDS: &str =
            "select time_zone_set_at from member where id = $1 and time_zone <> $2";
        const NAME: &str = "update person set name = $1
            where member_id = $2 and (name is null or name <> $1)";
        const LOCALE: &str = "update member set locale = $1 where id = $2 and locale <> $1";
        let mut changed = 0;
        if let Some(zone) = &self.time_zone {
            let before = self.at - TIME_ZONE_STANDS;
            let moved = tx
                .execute(ZONE, params![zone, self.at, self.member, before])
                .await?;
            if moved == 0
                && let Some(row) = tx.query_one(STANDS, params![self.member, zone]).await?
            {
                return Ok(Updated::ZoneStands {
                    until: row.get::<i64>(0)? + TIME_ZONE_STANDS,
                });
            }
            changed += moved;
        }
        if let Some(name) = &self.name {
            changed += tx.execute(NAME, params![name, self.member]).await?;
        }
        if let Some(locale) = &self.locale {
            changed += tx.execute(LOCALE, params![locale, self.member]).await?;
        }
        if changed > 0 {
            events::append(tx, self.member, self.at, &News::of(EventKind::Profile)).await?;
        }
        Ok(Updated::Done)
    }
}
