//! Joining: a shopper becomes a member, once, and is known by all that they proved.

use super::{find, identities, owner};
use crate::clock::Stamp;
use crate::domain::identity::Shopper;
use crate::domain::program::{POINTS, Rules};
use crate::domain::tier::Held;
use crate::store::events::{self, News};
use crate::store::ledger::Books;
use crate::store::{Command, StoreError, Tx, attempts, busy, orders, params, referrals, sign_ins};
use app::api::{EventKind, MemberId, TaskKind};
use std::sync::Arc;

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
            let linked = self.link_all(tx, member).await?;
            if self.connect(tx, member).await? {
                let news = News::of(EventKind::Profile);
                events::append(tx, member, self.stamp.at, &news).await?;
            }
            if self.has_address(tx, member).await? {
                self.claim(tx, member, false).await?;
                self.remember(tx, member, linked.address).await?;
            }
            return Ok(member);
        }
        let member = MemberId(self.stamp.id(0));
        self.insert(tx, member).await?;
        if self.link_all(tx, member).await?.all {
            self.furnish(tx, member).await?;
            self.connect(tx, member).await?;
            self.claim(tx, member, true).await?;
            return Ok(member);
        }
        // Somebody with one of these identities joined between our look and our write.
        self.undo(tx, member).await?;
        let winner = find(tx, self.rules.id, &self.shopper).await?;
        winner.ok_or_else(|| StoreError::Retry("two joined with one identity".into()))
    }
}

/// What of a shopper's identities is the member's now and was nobody's before.
struct Linked {
    /// Whether it was all of them.
    all: bool,
    /// Whether the address was among them.
    address: bool,
}

impl Join {
    /// Makes the member known by all that the shopper proved, as far as it was free.
    async fn link_all<T: Tx>(&self, tx: &mut T, member: MemberId) -> Result<Linked, StoreError> {
        const LINK: &str = "insert into identity (program_id, kind, value, member_id, created_at)
            values ($1, $2, $3, $4, $5) on conflict (program_id, kind, value) do nothing";
        let mut linked = Linked {
            all: true,
            address: false,
        };
        let mut all = identities(&self.shopper);
        if let Some(account) = &self.shopper.account
            && let Some(owner) = sign_ins::owner(tx, self.rules.id, account).await?
            && (owner.member != member || !owner.is_connected)
        {
            // It became somebody's meanwhile, who then is the one that joins, or was let go: nobody comes in with it.
            linked.all = !owner.is_connected || owner.member == member;
            all.retain(|(kind, _)| *kind != account.service);
        }
        // One order for everybody, or two who wait for each other would never end.
        all.sort_unstable();
        for (kind, value) in all {
            let identity = params![self.rules.id, kind, value, member, self.stamp.at];
            let is_new = tx.execute(LINK, identity).await? == 1;
            linked.all &= is_new;
            linked.address |= is_new && kind == "email";
        }
        Ok(linked)
    }

    /// Signing in with an account has shown whose it is, as a task that asks for it would. Answers whether it is
    /// connected now and was not before.
    async fn connect<T: Tx>(&self, tx: &mut T, member: MemberId) -> Result<bool, StoreError> {
        match &self.shopper.account {
            Some(account) => {
                sign_ins::connect(tx, self.rules.id, account, member, self.stamp.at).await
            }
            None => Ok(false),
        }
    }

    /// The address for the profile of somebody who was a member before: one that was proven just now
    /// takes the place of what stood there, one that was known before only fills a gap.
    async fn remember<T: Tx>(
        &self,
        tx: &mut T,
        member: MemberId,
        is_new: bool,
    ) -> Result<(), StoreError> {
        const NEW: &str = "update person set email = $1
            where member_id = $2 and (email is null or email <> $1)";
        const GAP: &str = "update person set email = $1 where member_id = $2 and email is null";
        let sql = if is_new { NEW } else { GAP };
        let changed = tx
            .execute(sql, params![self.shopper.email.clone(), member])
            .await?;
        if changed > 0 {
            let news = News::of(EventKind::Profile);
            events::append(tx, member, self.stamp.at, &news).await?;
        }
        Ok(())
    }

    /// Whether the address that the shopper proved is this member's. Another's stays another's.
    async fn has_address<T: Tx>(&self, tx: &mut T, member: MemberId) -> Result<bool, StoreError> {
        match self.shopper.proven_email() {
            Some(email) => Ok(owner(tx, self.rules.id, "email", email).await? == Some(member)),
            None => Ok(false),
        }
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
            "insert into member (id, program_id, joined_at, accepted_version, tier, tier_earned,
                tier_kept, tier_since, locale, time_zone, time_zone_set_at)
            values ($1, $2, $3, $4, $5, $5, $5, $3, $6, $7, $3)";
        let first = Held::first(&self.rules.program, self.stamp.at);
        tx.execute(
            SQL,
            params![
                member,
                self.rules.id,
                self.stamp.at,
                self.rules.version,
                first.tier,
                &self.locale,
                &self.time_zone,
            ],
        )
        .await?;
        Ok(())
    }

    /// Gives a new member their account, their personal data, and perhaps a code for friends.
    async fn furnish<T: Tx>(&self, tx: &mut T, member: MemberId) -> Result<(), StoreError> {
        const ACCOUNT: &str = "insert into account (member_id, asset, available, held, reserved, transfers, active_at,
                points_earned, amount_spent, orders, events)
            values ($1, $2, 0, 0, 0, 0, $3, 0, 0, 0, 0)";
        const PERSON: &str = "insert into person (member_id, name, email) values ($1, $2, $3)";
        let email = self.shopper.proven_email();
        tx.later(ACCOUNT, params![member, POINTS, self.stamp.at])
            .await?;
        tx.later(PERSON, params![member, self.shopper.name.clone(), email])
            .await?;
        referrals::furnish(tx, &self.rules, &self.stamp, member).await
    }

    /// Pays what joining earns, and what was ordered as a guest under an address that is proven now.
    async fn claim<T: Tx>(
        &self,
        tx: &mut T,
        member: MemberId,
        is_new: bool,
    ) -> Result<(), StoreError> {
        let orders = match self.shopper.proven_email() {
            Some(email) => {
                // An order that is told at this moment would not see the member, nor the member it.
                busy::lock_guest(tx, self.rules.id, email).await?;
                orders::of_guest(tx, self.rules.id, email).await?
            }
            None => Vec::new(),
        };
        let task = self.rules.program.task_of_kind(TaskKind::Join);
        let task = task.filter(|_| is_new);
        if task.is_none() && orders.is_empty() {
            return Ok(());
        }
        let mut books = Books::open(tx, &self.rules, &self.stamp, member).await?;
        books.settle(tx).await?;
        if let Some(task) = task {
            attempts::insert_done(tx, &mut books, task, "once", 0, None, self.stamp.at).await?;
        }
        for order in &orders {
            orders::claim(tx, &mut books, order).await?;
        }
        books.close(tx).await?;
        Ok(())
    }
}
