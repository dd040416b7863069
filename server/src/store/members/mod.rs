//! Members: joining, who they are, what they count.

mod join;

pub use join::Join;

use super::attempts::{self, StoredAttempt};
use super::events::{self, News};
use super::ledger::{Books, read_counters, read_held, value_in};
use super::{Command, Query, StoreError, Tx, accounts, orders, params, reviews, sign_ins};
use crate::clock::Stamp;
use crate::domain::identity::Shopper;
use crate::domain::program::{POINTS, Rules, zone};
use crate::domain::task::Task;
use crate::domain::tier::{self, Counters, Held, Manual};
use crate::domain::{DAY, Instant, lot};
use app::api::{EventKind, MemberId, MemberRef, Product, ProgramId, Window};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How long a chosen time zone stands before it may be changed: expiry days must not be movable at
/// will.
const TIME_ZONE_STANDS: i64 = 30 * DAY;

/// The member that a shopper is: by the shop's customer id, else by the account that they signed in with, else by
/// a proven address. The account comes first: the address that a service tells with it may change.
pub(super) async fn find<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    shopper: &Shopper,
) -> Result<Option<MemberId>, StoreError> {
    for (kind, value) in identities(shopper) {
        if let Some(member) = owner(tx, program, kind, value).await? {
            return Ok(Some(member));
        }
        // Who has shown that an account is theirs, for a task, and still says so, is who signs in with it.
        let account = shopper.account.as_ref();
        if let Some(account) = account.filter(|account| account.service == kind) {
            let owner = sign_ins::owner(tx, program, account).await?;
            if let Some(owner) = owner.filter(|owner| owner.is_connected) {
                return Ok(Some(owner.member));
            }
        }
    }
    Ok(None)
}

/// Whether a shopper is a member to whom joining again would bring something: they have proven what is nobody's yet,
/// or orders of a guest still wait for their address.
pub struct BringsMore<'a> {
    program: ProgramId,
    shopper: &'a Shopper,
}

impl<'a> BringsMore<'a> {
    /// The question about whoever comes to a programme; none about who has proven one thing alone that no order waits
    /// for.
    pub fn of(program: ProgramId, shopper: &'a Shopper) -> Option<Self> {
        let more = identities(shopper).len() > 1 || shopper.proven_email().is_some();
        more.then_some(Self { program, shopper })
    }
}

impl Query for BringsMore<'_> {
    type Output = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool, StoreError> {
        let Some(member) = find(tx, self.program, self.shopper).await? else {
            return Ok(false);
        };
        let mut own_address = None;
        for (kind, value) in identities(self.shopper) {
            match owner(tx, self.program, kind, value).await? {
                None => return Ok(true),
                Some(owner) if owner == member && kind == "email" => own_address = Some(value),
                Some(_) => {}
            }
        }
        match own_address {
            Some(email) => Ok(!orders::of_guest(tx, self.program, email).await?.is_empty()),
            None => Ok(false),
        }
    }
}

/// The member who is known by an identity.
async fn owner<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    kind: &str,
    value: &str,
) -> Result<Option<MemberId>, StoreError> {
    const SQL: &str =
        "select member_id from identity where program_id = $1 and kind = $2 and value = $3";
    let row = tx.query_one(SQL, params![program, kind, value]).await?;
    row.map(|row| row.get(0)).transpose()
}

/// Whether somebody is a member of a programme.
pub(super) async fn is_member<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    member: MemberId,
) -> Result<bool, StoreError> {
    const SQL: &str = "select id from member where id = $1 and program_id = $2";
    let row = tx.query_one(SQL, params![member, program]).await?;
    Ok(row.is_some())
}

/// Whoever is named otherwise than by our id, as a shopper: the shop's word is a proof.
pub(super) fn named(member: &MemberRef) -> Shopper {
    let email = member.email.as_deref();
    Shopper {
        customer: member.customer.clone(),
        email: email.and_then(crate::domain::email::parse),
        email_verified: true,
        ..Shopper::default()
    }
}

/// What a shopper is known by: its kind, and its value.
pub(super) fn identities(shopper: &Shopper) -> Vec<(&str, &str)> {
    let customer = shopper.customer.as_deref().map(|id| ("customer", id));
    let account = shopper.account.as_ref();
    let account = account.map(|account| (account.service.as_str(), account.id.as_str()));
    customer
        .into_iter()
        .chain(account)
        .chain(shopper.proven_email().map(|email| ("email", email)))
        .collect()
}

/// A member as they are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMember {
    /// The member.
    pub id: MemberId,
    /// When they joined.
    pub joined_at: Instant,
    /// Their tier.
    pub held_tier: Held,
    /// The metric that counts towards the next tier, and the one that counts towards keeping this one.
    pub values: (i64, i64),
    /// The number of the newest that they are told.
    pub news: i64,
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
    /// What is set aside for coupons.
    pub reserved: i64,
    /// Orders that were paid and not wholly given back.
    pub orders: i64,
    /// What runs out next: how much, and when it is gone.
    pub expiring: Option<(i64, Instant)>,
    /// The accounts elsewhere that they have shown to be theirs: the service, and what people call it.
    pub accounts: Vec<(String, String)>,
    /// Where the rules have reviews: what they have bought and not sent a review of, the newest first.
    pub bought: Vec<Product>,
    /// All their attempts, the oldest first.
    pub attempts: Vec<StoredAttempt>,
    /// When something next falls due for them: perhaps too early, never too late.
    pub due_at: Option<Instant>,
}

/// A member with everything that a panel shows but the statement.
pub struct Get<'a> {
    /// The member.
    pub member: MemberId,
    /// The rules.
    pub rules: &'a Rules,
    /// The time.
    pub now: Instant,
}

impl Query for Get<'_> {
    type Output = Option<StoredMember>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str =
            "select m.id, m.joined_at, a.points_earned, a.amount_spent, a.orders, a.transfers + a.events,
                m.locale, m.time_zone, p.name, p.email, p.birthday, a.available, a.held, a.reserved,
                m.tier_earned, m.tier_kept, m.tier_since, m.grace_from, m.manual_tier, m.manual_until,
                a.active_at, a.look_at, m.review_at,
                (select min(o.look_at) from account o where o.member_id = m.id)
            from member m join person p on p.member_id = m.id join account a on a.member_id = m.id
            where m.id = $1 and a.asset = $2 and m.program_id = $3";
        let key = params![self.member, POINTS, self.rules.id];
        let Some(row) = tx.query_one(SQL, key).await? else {
            return Ok(None);
        };
        let counters = read_counters(&row, 2)?;
        let held_tier = read_held(&row, 14)?;
        let time_zone: String = row.get(7)?;
        let [look_at, review_at, earliest]: [Option<Instant>; 3] =
            [row.get(21)?, row.get(22)?, row.get(23)?];
        // Of all accounts: a code that was made of store credit lapses, too.
        let due_at = earliest.into_iter().chain(review_at).min();
        Ok(Some(StoredMember {
            id: row.get(0)?,
            joined_at: row.get(1)?,
            values: self.values(tx, &held_tier, counters).await?,
            held_tier,
            news: row.get(5)?,
            locale: row.get(6)?,
            name: row.get(8)?,
            email: row.get(9)?,
            birthday: row.get(10)?,
            available: row.get(11)?,
            held: row.get(12)?,
            reserved: row.get(13)?,
            orders: counters.orders,
            expiring: match look_at {
                Some(_) => self.expiring(tx, row.get(20)?, &time_zone).await?,
                // Nothing of this account ever falls due.
                None => None,
            },
            time_zone,
            accounts: if self.rules.program.connections.is_empty() {
                Vec::new()
            } else {
                accounts::of_member(tx, self.member).await?
            },
            bought: if self.rules.program.tasks.iter().any(Task::is_review_here) {
                reviews::open(tx, self.rules.id, self.member).await?
            } else {
                Vec::new()
            },
            attempts: attempts::of_member(tx, self.member).await?,
            due_at,
        }))
    }
}

impl Get<'_> {
    async fn values<T: Tx>(
        &self,
        tx: &mut T,
        held: &Held,
        counters: Counters,
    ) -> Result<(i64, i64), StoreError> {
        let program = &self.rules.program;
        if program.ladder.window == Window::Lifetime {
            let value = counters.value(program.metric);
            return Ok((value, value));
        }
        let zone = program.zone();
        let now = tier::window_now(program, self.now, &zone);
        let value = value_in(tx, program, self.member, counters, now).await?;
        let keeps = match tier::window_kept(program, held, &zone) {
            Some(kept) => value_in(tx, program, self.member, counters, kept).await?,
            None => value,
        };
        Ok((value, keeps))
    }

    /// What runs out next.
    async fn expiring<T: Tx>(
        &self,
        tx: &mut T,
        active_at: Instant,
        time_zone: &str,
    ) -> Result<Option<(i64, Instant)>, StoreError> {
        const SQL: &str = "select remaining, expires_at, idle_months from lot
            where member_id = $1 and asset = $2 and remaining > 0
                and (expires_at is not null or idle_months is not null)";
        let zone = zone(time_zone);
        let mut next: Option<(i64, Instant)> = None;
        for row in tx.query(SQL, params![self.member, POINTS]).await? {
            let amount: i64 = row.get(0)?;
            let end = lot::runs_out(row.get(1)?, row.get(2)?, active_at, &zone);
            let Some(end) = end.filter(|end| *end > self.now) else {
                continue;
            };
            next = match next {
                Some((sum, at)) if at == end => Some((sum + amount, at)),
                Some((sum, at)) if at < end => Some((sum, at)),
                _ => Some((amount, end)),
            };
        }
        Ok(next)
    }
}

/// The shop's own id of a member, of several the first.
pub struct CustomerOf(pub MemberId);

impl Query for CustomerOf {
    type Output = Option<String>;

    const IS_ONE_STATEMENT: bool = true;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = "select value from identity where member_id = $1 and kind = 'customer'
            order by created_at, value limit 1";
        let row = tx.query_one(SQL, params![self.0]).await?;
        row.map(|row| row.get(0)).transpose()
    }
}

/// Changes a member's profile. What is empty stays.
pub struct Update {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The member.
    pub member: MemberId,
    /// Their name.
    pub name: Option<String>,
    /// One of the programme's languages.
    pub locale: Option<String>,
    /// An IANA name.
    pub time_zone: Option<String>,
    /// When.
    pub stamp: Stamp,
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
        const NAME: &str = "update person set name = $1
            where member_id = $2 and (name is null or name <> $1)";
        const LOCALE: &str = "update member set locale = $1 where id = $2 and locale <> $1";
        let mut changed = 0;
        if let Some(zone) = &self.time_zone {
            match self.move_to(tx, zone).await? {
                Moved::Not => {}
                Moved::Done => changed += 1,
                Moved::Stands { until } => return Ok(Updated::ZoneStands { until }),
            }
        }
        if let Some(name) = &self.name {
            changed += tx.execute(NAME, params![name, self.member]).await?;
        }
        if let Some(locale) = &self.locale {
            // Before the member's row, as everybody who writes to both.
            events::lock(tx, self.member).await?;
            changed += tx.execute(LOCALE, params![locale, self.member]).await?;
        }
        if changed > 0 {
            let news = News::of(EventKind::Profile);
            events::append(tx, self.member, self.stamp.at, &news).await?;
        }
        Ok(Updated::Done)
    }
}

/// What became of the choice of a zone.
enum Moved {
    /// It is the one that stood.
    Not,
    Done,
    Stands {
        until: Instant,
    },
}

impl Update {
    /// Changes the zone, once all that had run out by the old one is gone.
    async fn move_to<T: Tx>(&self, tx: &mut T, zone: &str) -> Result<Moved, StoreError> {
        // The zone that stands is no choice: naming it again does not make it stand longer.
        const OTHER: &str = "select id from member where id = $1 and time_zone <> $2";
        const ZONE: &str = "update member set time_zone = $1, time_zone_set_at = $2
            where id = $3 and time_zone <> $1 and time_zone_set_at <= $4";
        const STANDS: &str =
            "select time_zone_set_at from member where id = $1 and time_zone <> $2";
        let other = tx.query_one(OTHER, params![self.member, zone]).await?;
        if other.is_none() {
            return Ok(Moved::Not);
        }
        let now = self.stamp.at;
        let mut books = Books::open(tx, &self.rules, &self.stamp, self.member).await?;
        let set = params![zone, now, self.member, now - TIME_ZONE_STANDS];
        if tx.execute(ZONE, set).await? == 1 {
            books.settle(tx).await?;
            books.move_to(tx, zone).await?;
            books.close(tx).await?;
            return Ok(Moved::Done);
        }
        let row = tx.query_one(STANDS, params![self.member, zone]).await?;
        row.map_or(Ok(Moved::Not), |row| {
            let until = row.get::<i64>(0)? + TIME_ZONE_STANDS;
            Ok(Moved::Stands { until })
        })
    }
}

/// Members of a programme, in the order of their ids, which is the order they joined.
pub struct Page {
    /// The programme.
    pub program: ProgramId,
    /// Begins after this one.
    pub after: Option<MemberId>,
    /// At most so many.
    pub limit: i64,
}

impl Query for Page {
    type Output = Vec<MemberId>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str =
            "select id from member where program_id = $1 and id > $2 order by id limit $3";
        let after = self.after.unwrap_or(MemberId([0; 16]));
        let rows = tx
            .query(SQL, params![self.program, after, self.limit])
            .await?;
        rows.iter().map(|row| row.get(0)).collect()
    }
}

/// The member that a shop names.
pub struct Named {
    /// The programme.
    pub program: ProgramId,
    /// The name.
    pub member: MemberRef,
}

impl Query for Named {
    type Output = Option<MemberId>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        if let Some(id) = self.member.id {
            return Ok(is_member(tx, self.program, id).await?.then_some(id));
        }
        find(tx, self.program, &named(&self.member)).await
    }
}

/// Gives a member a tier by hand, or ends that. Answers whether there is such a member.
pub struct SetTier {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The member.
    pub member: MemberId,
    /// The tier and its end; empty to give back the tier that the member has earned.
    pub manual: Option<Manual>,
    /// When.
    pub stamp: Stamp,
}

impl Command for SetTier {
    type Output = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool, StoreError> {
        if !is_member(tx, self.rules.id, self.member).await? {
            return Ok(false);
        }
        let mut books = Books::open(tx, &self.rules, &self.stamp, self.member).await?;
        books.settle(tx).await?;
        books.set_manual(self.manual.clone());
        books.close(tx).await?;
        Ok(true)
    }
}
