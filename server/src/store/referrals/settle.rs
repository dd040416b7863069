//! Both sides of a referral that has fallen due are paid, unless something has turned up against it.

use super::facts::{Buyer, addresses_of, emails_of, has_paid, member_at};
use super::lock_friend;
use crate::clock::Stamp;
use crate::domain::Instant;
use crate::domain::ledger::Account;
use crate::domain::program::Rules;
use crate::domain::referral::{earns_with, suffices};
use crate::domain::split::Split;
use crate::store::ledger::{Books, Credit, because, from_json};
use crate::store::members::is_member;
use crate::store::{Command, Row, StoreError, Tx, busy, params};
use app::api::{CampaignFact, Fact, MemberId, Order, ProofLevel, ReferralId, TransferId};
use std::sync::Arc;

/// The parts of a command that are the two sides' books.
const PART: &str = "referral paid";

/// Pays both sides of a referral that has fallen due, in one transaction. Harmless when somebody else was faster.
pub struct Settle {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The referral.
    pub id: ReferralId,
    /// When.
    pub stamp: Stamp,
}

impl Command for Settle {
    type Output = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool, StoreError> {
        const DUE: &str =
            "select order_id, advocate_id, friend_id, friend_email, minimum, decided_by is not null
            from referral where id = $1 and program_id = $2 and stage = 'waiting' and due_at <= $3";
        let due = params![self.id, self.rules.id, self.stamp.at];
        let Some(row) = tx.query_one(DUE, due).await? else {
            return Ok(false);
        };
        let due = Due {
            order: row.get(0)?,
            advocate: row.get(1)?,
            friend: row.get(2)?,
            mailbox: row.get(3)?,
            minimum: row.get(4)?,
            is_decided: row.get(5)?,
        };
        self.lock(tx, &due).await?;
        let bought = self.order(tx, &due.order).await?;
        let friend = match due.friend.or(bought.member) {
            Some(friend) => Some(friend),
            None => self.joined_since(tx, &bought).await?,
        };
        if let (None, Some(friend)) = (due.friend, friend) {
            // Only now it is known who that is; a deadlock with whoever takes the order after it is run again.
            lock_friend(tx, self.rules.id, (None, Some(friend))).await?;
        }
        if let Some(reason) = self.refusal(tx, &due, &bought, friend).await? {
            return self.refuse(tx, reason).await;
        }
        self.pay(tx, &due, friend).await
    }
}

/// A referral that has fallen due.
struct Due {
    order: String,
    advocate: MemberId,
    friend: Option<MemberId>,
    /// The friend's address, canonical.
    mailbox: Option<String>,
    minimum: i64,
    /// Whether a person has looked at all that spoke against it.
    is_decided: bool,
}

/// A friend's order, locked.
struct Bought {
    member: Option<MemberId>,
    email: Option<String>,
    mailbox: Option<String>,
    was_cancelled: bool,
    /// What of its goods stays paid.
    left: i64,
    placed_at: Instant,
    customer: Option<String>,
}

/// What one side gets.
struct Side {
    member: MemberId,
    points: i64,
    fact: Fact,
    is_advocate: bool,
}

impl Settle {
    /// Whoever settles another friend who has the same address or is the same member waits here, and so does whoever
    /// settles another friend of the advocate: how many count already says what this one is worth.
    async fn lock<T: Tx>(&self, tx: &mut T, due: &Due) -> Result<(), StoreError> {
        let program = self.rules.id;
        lock_friend(tx, program, (due.mailbox.as_deref(), due.friend)).await?;
        busy::lock(tx, program, &format!("advocate:{}", due.advocate)).await
    }

    /// The order that counts. Whoever gives money of it back waits here, or has done it before.
    async fn order<T: Tx>(&self, tx: &mut T, id: &str) -> Result<Bought, StoreError> {
        const LOCK: &str =
            "select member_id, email, mailbox, status, split, placed_at, body from shop_order
            where program_id = $1 and id = $2 for no key update";
        let row = tx.query_one(LOCK, params![self.rules.id, id]).await?;
        let row = row.ok_or_else(|| StoreError::internal("an order went away"))?;
        let split: Split = from_json(&row.get::<String>(4)?)?;
        let order: Order = from_json(&row.get::<String>(6)?)?;
        Ok(Bought {
            member: row.get(0)?,
            email: row.get(1)?,
            mailbox: row.get(2)?,
            was_cancelled: row.get::<String>(3)? != "paid",
            left: split.goods_left(),
            placed_at: row.get(5)?,
            customer: order.customer.id,
        })
    }

    /// The member that the friend has become, if they have proven the order's address meanwhile.
    async fn joined_since<T: Tx>(
        &self,
        tx: &mut T,
        bought: &Bought,
    ) -> Result<Option<MemberId>, StoreError> {
        for address in bought.email.iter().chain(&bought.mailbox) {
            if let Some(member) = member_at(tx, self.rules.id, address).await? {
                return Ok(Some(member));
            }
        }
        Ok(None)
    }

    /// Why nobody is paid after all: the order did not stay, the friend turned out to be the advocate, or to be no new
    /// customer.
    async fn refusal<T: Tx>(
        &self,
        tx: &mut T,
        due: &Due,
        bought: &Bought,
        friend: Option<MemberId>,
    ) -> Result<Option<&'static str>, StoreError> {
        if bought.was_cancelled {
            return Ok(Some("cancelled"));
        }
        if !suffices(bought.left, due.minimum) {
            return Ok(Some("refunded"));
        }
        if friend == Some(due.advocate) {
            return Ok(Some("self_referral"));
        }
        if !is_member(tx, self.rules.id, due.advocate).await? {
            return Ok(Some("gone"));
        }
        let mailbox = bought.mailbox.as_ref().or(due.mailbox.as_ref());
        if self.has_counted(tx, mailbox, friend).await? {
            return Ok(Some("existing_customer"));
        }
        // A person who said that it counts has seen what follows.
        if due.is_decided {
            return Ok(None);
        }
        let own = emails_of(tx, due.advocate).await?;
        let friends = addresses_of(tx, friend, mailbox).await?;
        if friends.iter().any(|address| own.contains(address)) {
            return Ok(Some("self_referral"));
        }
        let buyer = Buyer {
            member: friend,
            mailboxes: mailbox.map_or(&[], std::slice::from_ref),
            customer: bought.customer.as_deref(),
        };
        let place = (bought.placed_at, due.order.as_str());
        let is_customer = has_paid(tx, self.rules.id, buyer, place).await?;
        Ok(is_customer.then_some("existing_customer"))
    }

    /// Whether somebody was rewarded for this friend already.
    async fn has_counted<T: Tx>(
        &self,
        tx: &mut T,
        mailbox: Option<&String>,
        friend: Option<MemberId>,
    ) -> Result<bool, StoreError> {
        const MAILBOX: &str = "select id from referral
            where program_id = $1 and friend_email = $2 and id <> $3 and stage = 'rewarded' limit 1";
        const MEMBER: &str = "select id from referral
            where friend_id = $1 and program_id = $2 and id <> $3 and stage = 'rewarded' limit 1";
        if let Some(mailbox) = mailbox {
            let key = params![self.rules.id, mailbox, self.id];
            if tx.query_one(MAILBOX, key).await?.is_some() {
                return Ok(true);
            }
        }
        let Some(friend) = friend else {
            return Ok(false);
        };
        let key = params![friend, self.rules.id, self.id];
        Ok(tx.query_one(MEMBER, key).await?.is_some())
    }

    async fn refuse<T: Tx>(&self, tx: &mut T, reason: &'static str) -> Result<bool, StoreError> {
        const SQL: &str = "update referral set stage = 'refused', reason = $1, updated_at = $2
            where id = $3 and stage = 'waiting' returning advocate_id";
        let set = params![reason, self.stamp.at, self.id];
        let row = tx.query_one(SQL, set).await?;
        if let Some(row) = &row {
            tx.wake(row.get(0)?);
        }
        Ok(row.is_some())
    }

    /// Pays both sides, one account after the other in the order of their members.
    async fn pay<T: Tx>(
        &self,
        tx: &mut T,
        due: &Due,
        friend: Option<MemberId>,
    ) -> Result<bool, StoreError> {
        const TAKE: &str =
            "update referral set stage = 'rewarded', reason = null, friend_id = $1, updated_at = $2
            where id = $3 and stage = 'waiting' and due_at <= $2
            returning advocate_id, points, number, campaign, friend_points";
        const PAID: &str = "update referral set transfer_id = $1, friend_transfer_id = $2, points = $3 where id = $4";
        let friend = match friend {
            Some(friend) if is_member(tx, self.rules.id, friend).await? => Some(friend),
            _ => None,
        };
        let take = params![friend, self.stamp.at, self.id];
        let Some(row) = tx.query_one(TAKE, take).await? else {
            return Ok(false);
        };
        let campaign: Option<String> = row.get(3)?;
        let campaign: Option<CampaignFact> = campaign.map(|it| from_json(&it)).transpose()?;
        // What was written at the order was a forecast. Where friends are not rewarded any more, it stands.
        let points = match &self.rules.program.referral {
            Some(rule) => {
                let number = Self::counted(tx, due.advocate).await?;
                earns_with(rule, number, campaign.as_ref())
            }
            None => row.get(1)?,
        };
        let mut sides = Self::sides(&row, (points, campaign), &due.order, friend)?;
        sides.sort_by_key(|side| side.member);
        let [mut to_advocate, mut to_friend]: [Option<TransferId>; 2] = [None; 2];
        for (n, side) in sides.iter().enumerate() {
            let paid = self.credit(tx, side, &self.stamp.part(PART, n)).await?;
            if side.is_advocate {
                to_advocate = Some(paid);
            } else {
                to_friend = Some(paid);
            }
        }
        tx.later(PAID, params![to_advocate, to_friend, points, self.id])
            .await?;
        Ok(true)
    }

    /// The friends of an advocate who count, this one among them, who has just been taken.
    async fn counted<T: Tx>(tx: &mut T, advocate: MemberId) -> Result<i64, StoreError> {
        const SQL: &str =
            "select count(*) from referral where advocate_id = $1 and stage = 'rewarded'";
        let row = tx.query_one(SQL, params![advocate]).await?;
        row.map_or(Ok(1), |row| row.get(0))
    }

    /// Who gets what and why. Reads `advocate_id, points, number, campaign, friend_points`; the advocate's points are
    /// counted anew.
    fn sides(
        row: &Row,
        (points, campaign): (i64, Option<CampaignFact>),
        order: &str,
        friend: Option<MemberId>,
    ) -> Result<Vec<Side>, StoreError> {
        let advocate = Side {
            member: row.get(0)?,
            points,
            fact: Fact::FriendBought {
                number: row.get(2)?,
                campaign,
            },
            is_advocate: true,
        };
        let points = row.get(4)?;
        let friend = friend.map(|member| Side {
            member,
            points,
            fact: Fact::CameByFriend {
                order: order.to_owned(),
            },
            is_advocate: false,
        });
        let sides = [Some(advocate), friend].into_iter().flatten();
        Ok(sides.filter(|side| side.points > 0).collect())
    }

    async fn credit<T: Tx>(
        &self,
        tx: &mut T,
        side: &Side,
        stamp: &Stamp,
    ) -> Result<TransferId, StoreError> {
        let mut books = Books::open(tx, &self.rules, stamp, side.member).await?;
        books.settle(tx).await?;
        let explanation = because(side.fact.clone());
        let credit = Credit {
            from: Account::Issued,
            points: side.points,
            // The order is known to us, and to have stayed.
            proof: Some(ProofLevel::Verified),
            evidence: Some(format!(r#"{{"by":"referral","referral":"{}"}}"#, self.id)),
            explanation: &explanation,
            available_at: None,
            counts: true,
        };
        let paid = books.credit(tx, &credit).await?;
        books.close(tx).await?;
        Ok(paid)
    }
}
