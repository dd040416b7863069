//! A member's books, open within one command.

use super::lots::Lots;
use super::{NewTransfer, Place, write};
use crate::clock::Stamp;
use crate::crypto::sha256;
use crate::domain::Instant;
use crate::domain::ledger::Account as Side;
use crate::domain::program::{POINTS, Rules, zone};
use crate::domain::tier::{Counters, Held, Manual};
use crate::store::events::{self, News, Number};
use crate::store::{Row, StoreError, Tx, members, params};
use app::api::{EventKind, Expiry, MemberId, MemberRef};
use jiff::tz::TimeZone;

/// What [`read_account`] reads.
macro_rules! account {
    () => {
        "available, held, reserved, transfers, active_at, look_at, points_earned, amount_spent, orders, events, member_id"
    };
}

/// What [`Books::read`] reads of a member.
macro_rules! member {
    () => {
        "tier, tier_earned, tier_kept, tier_since, grace_from, manual_tier, manual_until, review_at, time_zone, id"
    };
}

/// What a member has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Account {
    /// Can be spent. Below zero: owed.
    pub(in crate::store) available: i64,
    /// Waits for its day.
    pub(in crate::store) held: i64,
    /// Set aside for coupons.
    pub(in crate::store) reserved: i64,
    /// How many transfers there were.
    transfers: i64,
    /// When the member last earned or spent.
    pub(super) active_at: Instant,
    /// When something next falls due.
    pub(super) look_at: Option<Instant>,
    /// What counts towards tiers.
    counters: Counters,
    /// How many events there are.
    events: i64,
}

/// A member's account, lots and standing, locked and in memory until they are closed.
pub(in crate::store) struct Books<'a> {
    pub(in crate::store) rules: &'a Rules,
    /// What is counted: points, or a currency of store credit.
    pub(super) asset: &'a str,
    pub(super) stamp: &'a Stamp,
    /// When what happens now takes effect: the command's moment, or an earlier one at which something
    /// fell due.
    pub(super) at: Instant,
    ids: u16,
    pub(in crate::store) member: MemberId,
    pub(in crate::store) account: Account,
    pub(super) lots: Lots,
    pub(super) zone: TimeZone,
    /// The metric's lifetime count as far as the tier has followed it.
    pub(super) followed: i64,
    pub(super) held: Held,
    /// The tier that the member was last told of.
    pub(super) told_tier: String,
    /// When the next of the holds falls due that are known here.
    pub(super) next_hold: Option<Instant>,
    /// Whether all holds and lots are known here.
    pub(super) knows_all: bool,
    /// What was there when the books were opened.
    pub(super) before: Before,
    news: Vec<(Number, News)>,
    /// Whether store credit has moved without points that tell of it.
    credit_moved: bool,
}

/// What the member's row held before.
pub(super) struct Before {
    pub(super) tier: String,
    pub(super) held: Held,
    pub(super) review_at: Option<Instant>,
    account: Account,
}

impl<'a> Books<'a> {
    /// Locks a member's account and reads what is there. New ids are made from the stamp, so a command
    /// that opens several books gives each a part of its own.
    pub(in crate::store) async fn open<T: Tx>(
        tx: &mut T,
        rules: &'a Rules,
        stamp: &'a Stamp,
        member: MemberId,
    ) -> Result<Self, StoreError> {
        Self::open_in(tx, rules, stamp, member, POINTS).await
    }

    /// The same of an asset, which a member gets an account of when there is first something to count.
    ///
    /// Whatever is opened, the account of points is locked first: it stands for the member, and two
    /// commands that take both accounts never wait for each other. So a command may open store credit
    /// while it has the points of the same member open, too.
    pub(in crate::store) async fn open_in<T: Tx>(
        tx: &mut T,
        rules: &'a Rules,
        stamp: &'a Stamp,
        member: MemberId,
        asset: &'a str,
    ) -> Result<Self, StoreError> {
        const BEGIN: &str = "insert into account (member_id, asset, available, held, reserved, transfers, active_at,
                points_earned, amount_spent, orders, events)
            values ($1, $2, 0, 0, 0, 0, $3, 0, 0, 0, 0) on conflict (member_id, asset) do nothing";
        // Whoever comes second waits here until the first has committed.
        const LOCK: &str = concat!(
            "select ",
            account!(),
            " from account where member_id = $1 and asset = $2 for no key update"
        );
        // A statement of its own after the lock, or PostgreSQL would show the member as they were before
        // the wait.
        const MEMBER: &str = concat!("select ", member!(), " from member where id = $1");
        if asset != POINTS {
            events::lock(tx, member).await?;
            tx.later(BEGIN, params![member, asset, stamp.at]).await?;
        }
        let lock = (LOCK, params![member, asset] as &[_]);
        let (account, row) = tx.query_both(lock, (MEMBER, params![member])).await?;
        let found = account.first().zip(row.first());
        let (account, row) = found.ok_or_else(|| StoreError::internal("a member went away"))?;
        Self::read(rules, stamp, asset, account, row)
    }

    /// The same of points of a member whom somebody outside names, if there is one: who they are is found out on the
    /// way, so nobody waits for that alone.
    pub(in crate::store) async fn open_named<T: Tx>(
        tx: &mut T,
        rules: &'a Rules,
        stamp: &'a Stamp,
        named: &MemberRef,
    ) -> Result<Option<Self>, StoreError> {
        const LOCK: &str = concat!(
            "select ",
            account!(),
            " from account where asset = $1 and member_id =
                (select member_id from identity where program_id = $2 and kind = $3 and value = $4)
            for no key update"
        );
        const MEMBER: &str = concat!(
            "select ",
            member!(),
            " from member where id =
                (select member_id from identity where program_id = $1 and kind = $2 and value = $3)"
        );
        if let Some(member) = named.id {
            if !members::is_member(tx, rules.id, member).await? {
                return Ok(None);
            }
            return Self::open(tx, rules, stamp, member).await.map(Some);
        }
        for (kind, value) in members::identities(&members::named(named)) {
            let lock = params![POINTS, rules.id, kind, value];
            let key = params![rules.id, kind, value];
            let (account, row) = tx.query_both((LOCK, lock), (MEMBER, key)).await?;
            // Without the lock it is nobody; whoever has come since came too late for this.
            if let Some(account) = account.first() {
                let row = row.first().ok_or_else(other)?;
                return Self::read(rules, stamp, POINTS, account, row).map(Some);
            }
        }
        Ok(None)
    }

    fn read(
        rules: &'a Rules,
        stamp: &'a Stamp,
        asset: &'a str,
        account: &Row,
        row: &Row,
    ) -> Result<Self, StoreError> {
        let member = row.get(9)?;
        if account.get::<MemberId>(10)? != member {
            return Err(other());
        }
        let account = read_account(account)?;
        let held = read_held(row, 1)?;
        Ok(Self {
            rules,
            asset,
            stamp,
            at: stamp.at,
            ids: 0,
            member,
            account,
            lots: Lots::of(asset),
            zone: zone(&row.get::<String>(8)?),
            followed: account.counters.value(rules.program.metric),
            told_tier: row.get(0)?,
            next_hold: None,
            knows_all: false,
            before: Before {
                tier: row.get(0)?,
                held: held.clone(),
                review_at: row.get(7)?,
                account,
            },
            held,
            news: Vec::new(),
            credit_moved: false,
        })
    }

    /// Whether these are points, by which tiers go; store credit moves no tier and never runs out.
    pub(super) fn are_points(&self) -> bool {
        self.asset == POINTS
    }

    /// When what comes in runs out.
    pub(super) fn expiry(&self) -> Expiry {
        if self.are_points() {
            self.rules.program.expiry
        } else {
            Expiry::Never
        }
    }

    /// When what happens now takes effect.
    pub(in crate::store) fn now(&self) -> Instant {
        self.at
    }

    /// The member's zone.
    pub(in crate::store) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The tier that counts now.
    pub(in crate::store) fn tier(&self) -> &str {
        self.held.effective(self.at)
    }

    /// The member lives elsewhere from now on.
    pub(in crate::store) async fn move_to<T: Tx>(
        &mut self,
        tx: &mut T,
        time_zone: &str,
    ) -> Result<(), StoreError> {
        self.zone = zone(time_zone);
        // Days end earlier or later there.
        self.lots.load(tx, self.member).await
    }

    /// Something of this account falls due then.
    pub(in crate::store) fn falls_due(&mut self, at: Instant) {
        self.next_hold = self.next_hold.into_iter().chain([at]).min();
    }

    /// An id that this command has not used.
    pub(in crate::store) fn new_id(&mut self) -> [u8; 16] {
        self.ids += 1;
        self.stamp.id(self.ids)
    }

    /// Makes a transfer. The balance may fall below zero only by taking something back, or by a coupon
    /// that an order used late (`spec/product.md` §3.5); what is held never does.
    pub(super) async fn post<T: Tx>(
        &mut self,
        tx: &mut T,
        new: &NewTransfer<'_>,
    ) -> Result<(), StoreError> {
        let change = new.movement.change();
        let account = &mut self.account;
        account.available += change.available;
        account.held += change.held;
        account.reserved += change.reserved;
        account.transfers += 1;
        if account.held < 0 || account.reserved < 0 {
            return Err(StoreError::internal(
                "a transfer that the balance does not allow",
            ));
        }
        let secret = sha256(&[self.stamp.salt.as_slice(), &new.id.0].concat());
        let mut salt = [0; 16];
        salt.copy_from_slice(&secret[..16]);
        let place = Place {
            member: self.member,
            number: self.account.transfers,
            balance_after: self.account.available,
            at: self.at,
            salt,
        };
        // Points that buy credit tell of it themselves.
        self.credit_moved |= !self.are_points() && new.movement.from != Side::Issued;
        write(tx, self.rules, &place, new, self.asset).await
    }

    /// Tells the member something that no transfer tells of, once the books are closed. Only the account
    /// of points counts what is told.
    pub(super) fn tell(&mut self, news: News) {
        debug_assert!(self.are_points());
        let counted = self.before.account.events;
        let Account {
            transfers, events, ..
        } = &mut self.account;
        *events += 1;
        let number = Number {
            transfers: *transfers,
            past: *events - counted,
        };
        self.news.push((number, news));
    }

    /// What counts towards tiers, with what this command has added.
    pub(in crate::store) fn counters(&self) -> Counters {
        self.account.counters
    }

    /// Adds to what counts towards tiers.
    pub(in crate::store) fn count(&mut self, add: Counters) {
        self.account.counters += add;
    }

    /// Decides the tier, and writes everything down.
    pub(in crate::store) async fn close<T: Tx>(mut self, tx: &mut T) -> Result<i64, StoreError> {
        if self.are_points() {
            self.move_tier(tx).await?;
            self.write_standing(tx).await?;
        }
        self.lots.flush(tx, self.member).await?;
        self.account.look_at = self.next_look();
        self.write_news(tx).await?;
        self.write_account(tx).await?;
        if self.credit_moved {
            let news = News::of(EventKind::Credit);
            events::append(tx, self.member, self.stamp.at, &news).await?;
        }
        Ok(self.account.available)
    }

    async fn write_account<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        // The events are added to what is there: this command may have told of store credit meanwhile.
        const SQL: &str =
            "update account set available = $1, held = $2, reserved = $3, transfers = $4,
                active_at = $5, look_at = $6, points_earned = $7, amount_spent = $8, orders = $9, events = events + $10
            where member_id = $11 and asset = $12";
        let before = &self.before.account;
        if self.account == *before {
            return Ok(());
        }
        if (self.account.transfers, self.account.events) != (before.transfers, before.events) {
            tx.wake(self.member);
        }
        let Account {
            available,
            held,
            reserved,
            transfers,
            active_at,
            look_at,
            counters,
            events,
        } = self.account;
        let set = params![
            available,
            held,
            reserved,
            transfers,
            active_at,
            look_at,
            counters.points_earned,
            counters.amount_spent,
            counters.orders,
            events - before.events,
            self.member,
            self.asset
        ];
        tx.later(SQL, set).await
    }

    async fn write_news<T: Tx>(&mut self, tx: &mut T) -> Result<(), StoreError> {
        for (number, news) in self.news.drain(..) {
            events::write(tx, self.member, number, self.stamp.at, &news).await?;
        }
        Ok(())
    }
}

/// While this waited for the lock, what was named became somebody else's or nobody's.
fn other() -> StoreError {
    StoreError::Retry("a member has gone, or is somebody else now".into())
}

fn read_account(row: &Row) -> Result<Account, StoreError> {
    Ok(Account {
        available: row.get(0)?,
        held: row.get(1)?,
        reserved: row.get(2)?,
        transfers: row.get(3)?,
        active_at: row.get(4)?,
        look_at: row.get(5)?,
        counters: read_counters(row, 6)?,
        events: row.get(9)?,
    })
}

/// Reads `points_earned, amount_spent, orders` from a column on.
pub(in crate::store) fn read_counters(row: &Row, first: usize) -> Result<Counters, StoreError> {
    Ok(Counters {
        points_earned: row.get(first)?,
        amount_spent: row.get(first + 1)?,
        orders: row.get(first + 2)?,
    })
}

/// Reads `tier_earned, tier_kept, tier_since, grace_from, manual_tier, manual_until` from a column on.
pub(in crate::store) fn read_held(row: &Row, first: usize) -> Result<Held, StoreError> {
    let manual: Option<String> = row.get(first + 4)?;
    let until: Option<Instant> = row.get(first + 5)?;
    Ok(Held {
        tier: row.get(first)?,
        kept: row.get(first + 1)?,
        since: row.get(first + 2)?,
        grace_from: row.get(first + 3)?,
        manual: manual
            .zip(until)
            .map(|(tier, until)| Manual { tier, until }),
    })
}
