//! What falls due of referrals: both sides are paid, gifts lapse, where gifts were taken from is forgotten.

use super::facts::member_at;
use super::gifts::RESERVED_FOR;
use super::is_member;
use crate::clock::Stamp;
use crate::domain::ledger::Account;
use crate::domain::program::Rules;
use crate::domain::split::Split;
use crate::domain::{DAY, Instant};
use crate::store::ledger::{Books, Credit, because, from_json};
use crate::store::{Command, Query, Row, StoreError, Tx, params};
use app::api::{CampaignFact, Fact, MemberId, ProgramId, ProofLevel, ReferralId, TransferId};
use std::sync::Arc;

/// The parts of a command that are the two sides' books.
const PART: &str = "referral paid";
/// How long it is known where a gift was taken from.
const SOURCE_KEPT: i64 = 90 * DAY;

/// Referrals that have fallen due, the oldest first.
pub struct DueReferrals {
    /// The time.
    pub now: Instant,
    /// Begins after this one.
    pub after: Option<(Instant, ReferralId)>,
    /// At most so many.
    pub limit: i64,
}

impl Query for DueReferrals {
    type Output = Vec<(ProgramId, ReferralId, Instant)>;

    const IS_ONE_STATEMENT: bool = true;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = "select program_id, id, due_at from referral
            where stage = 'waiting' and due_at <= $1 and (due_at > $2 or (due_at = $2 and id > $3))
            order by due_at, id limit $4";
        let (at, id) = self.after.unwrap_or((i64::MIN, ReferralId([0; 16])));
        let rows = tx.query(SQL, params![self.now, at, id, self.limit]).await?;
        rows.iter()
            .map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .collect()
    }
}

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
        const DUE: &str = "select order_id, advocate_id, friend_id from referral
            where id = $1 and program_id = $2 and stage = 'waiting' and due_at <= $3";
        let due = params![self.id, self.rules.id, self.stamp.at];
        let Some(row) = tx.query_one(DUE, due).await? else {
            return Ok(false);
        };
        let (order, advocate): (String, MemberId) = (row.get(0)?, row.get(1)?);
        let bought = self.order(tx, &order).await?;
        let friend = match row.get::<Option<MemberId>>(2)?.or(bought.member) {
            Some(friend) => Some(friend),
            None => self.joined_since(tx, &bought).await?,
        };
        if let Some(reason) = self.refusal(tx, &bought, advocate, friend).await? {
            return self.refuse(tx, reason).await;
        }
        self.pay(tx, &order, friend).await
    }
}

/// A friend's order, locked.
struct Bought {
    member: Option<MemberId>,
    email: Option<String>,
    mailbox: Option<String>,
    was_cancelled: bool,
    left: i64,
}

/// What one side gets.
struct Side {
    member: MemberId,
    points: i64,
    fact: Fact,
    is_advocate: bool,
}

impl Settle {
    /// The order that counts. Whoever gives money of it back waits here, or has done it before.
    async fn order<T: Tx>(&self, tx: &mut T, id: &str) -> Result<Bought, StoreError> {
        const LOCK: &str =
            "update shop_order set updated_at = updated_at where program_id = $1 and id = $2
            returning member_id, email, mailbox, status, split";
        let row = tx.query_one(LOCK, params![self.rules.id, id]).await?;
        let row = row.ok_or_else(|| StoreError::internal("an order went away"))?;
        let split: Split = from_json(&row.get::<String>(4)?)?;
        Ok(Bought {
            member: row.get(0)?,
            email: row.get(1)?,
            mailbox: row.get(2)?,
            was_cancelled: row.get::<String>(3)? != "paid",
            left: split.left(),
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

    /// Why nobody is paid after all: the order did not stay, or the friend turned out to be the advocate.
    async fn refusal<T: Tx>(
        &self,
        tx: &mut T,
        bought: &Bought,
        advocate: MemberId,
        friend: Option<MemberId>,
    ) -> Result<Option<&'static str>, StoreError> {
        let rule = self.rules.program.referral.as_ref();
        let left = bought.left;
        if bought.was_cancelled {
            return Ok(Some("cancelled"));
        }
        if !rule.map_or(left > 0, |rule| rule.suffices(left)) {
            return Ok(Some("refunded"));
        }
        if friend == Some(advocate) {
            return Ok(Some("self_referral"));
        }
        let is_here = is_member(tx, self.rules.id, advocate).await?;
        Ok((!is_here).then_some("gone"))
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
        order: &str,
        friend: Option<MemberId>,
    ) -> Result<bool, StoreError> {
        const TAKE: &str =
            "update referral set stage = 'rewarded', reason = null, friend_id = $1, updated_at = $2
            where id = $3 and stage = 'waiting' and due_at <= $2
            returning advocate_id, points, number, campaign, friend_points";
        const PAID: &str =
            "update referral set transfer_id = $1, friend_transfer_id = $2 where id = $3";
        let friend = match friend {
            Some(friend) if is_member(tx, self.rules.id, friend).await? => Some(friend),
            _ => None,
        };
        let take = params![friend, self.stamp.at, self.id];
        let Some(row) = tx.query_one(TAKE, take).await? else {
            return Ok(false);
        };
        let mut sides = Self::sides(&row, order, friend)?;
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
        tx.later(PAID, params![to_advocate, to_friend, self.id])
            .await?;
        Ok(true)
    }

    /// Who gets what and why. Reads `advocate_id, points, number, campaign, friend_points`.
    fn sides(row: &Row, order: &str, friend: Option<MemberId>) -> Result<Vec<Side>, StoreError> {
        let campaign: Option<String> = row.get(3)?;
        let campaign: Option<CampaignFact> = campaign.map(|it| from_json(&it)).transpose()?;
        let advocate = Side {
            member: row.get(0)?,
            points: row.get(1)?,
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

/// Lets gifts lapse that were not used in time. One that an order has is kept a week longer.
pub struct Lapse {
    /// The time.
    pub now: Instant,
}

impl Command for Lapse {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const SQL: &str =
            "update referral set stage = 'lapsed', gift_state = 'lapsed', gift_order = null, updated_at = $1
            where stage = 'gift' and expires_at <= $1 and (gift_state = 'open' or expires_at <= $2)";
        tx.execute(SQL, params![self.now, self.now - RESERVED_FOR])
            .await?;
        Ok(())
    }
}

/// Forgets where gifts were taken from, 90 days later.
pub struct Forget {
    /// The time.
    pub now: Instant,
}

impl Command for Forget {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const SQL: &str =
            "update referral set source = null where source is not null and created_at <= $1";
        tx.execute(SQL, params![self.now - SOURCE_KEPT]).await?;
        Ok(())
    }
}
