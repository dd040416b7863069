//! A friend takes their gift.

use super::{GiftOf, StoredGift, columns};
use crate::clock::Stamp;
use crate::domain::Instant;
use crate::domain::program::Rules;
use crate::domain::referral::Referral;
use crate::store::ledger::json;
use crate::store::referrals::facts::{Counted, emails_of, is_customer_at};
use crate::store::referrals::lock_advocate;
use crate::store::{Command, Query, StoreError, Tx, params};
use app::api::{CouponState, MemberId, ReferralId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Gifts that one advocate's link gives in 24 hours.
pub const GIFTS_A_DAY_MAX: i64 = 50;

/// Gives a friend their gift.
pub struct Give {
    /// The rules, with a referral rule.
    pub rules: Arc<Rules>,
    /// Who brings the friend.
    pub advocate: MemberId,
    /// The gift's code, in capitals, which nobody can guess.
    pub code: String,
    /// The friend's address, canonical, if they gave one.
    pub email: Option<String>,
    /// Where it is taken from, as a keyed digest.
    pub source: Option<Vec<u8>>,
    /// When.
    pub stamp: Stamp,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Given {
    /// Here it is; one that this address has got before is given again, whoever brought it then.
    Done(Box<StoredGift>),
    /// The advocate's link has given too many today.
    TooMany,
    /// This address is the advocate's own.
    Own,
    /// Who has this address has bought here before.
    Customer,
}

impl Command for Give {
    type Output = Given;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Given, StoreError> {
        let rules = &self.rules;
        let rule = rules.program.referral.as_ref();
        let rule = rule.ok_or_else(|| StoreError::internal("a gift that no rule gives"))?;
        let advocate = lock_advocate(tx, rules.id, self.advocate).await?;
        advocate.ok_or_else(|| StoreError::internal("a gift of nobody"))?;
        if let Some(email) = &self.email {
            if emails_of(tx, self.advocate).await?.contains(email) {
                return Ok(Given::Own);
            }
            if is_customer_at(tx, rules.id, email).await? {
                return Ok(Given::Customer);
            }
            if let Some(gift) = self.before(tx, email).await? {
                return Ok(Given::Done(Box::new(gift)));
            }
        }
        let now = self.stamp.at;
        let counted = Counted::of(tx, self.advocate, now).await?;
        if counted.gifts_today >= GIFTS_A_DAY_MAX {
            return Ok(Given::TooMany);
        }
        self.insert(tx, rule, &counted).await?;
        let of = GiftOf {
            program: rules.id,
            code: &self.code,
        };
        let gift = of.run(tx).await?;
        let gift = gift.ok_or_else(|| StoreError::internal("a gift went away"))?;
        Ok(Given::Done(Box::new(gift)))
    }
}

impl Give {
    /// The open gift that this address has taken before: the first one, for whoever brought it came first.
    async fn before<T: Tx>(
        &self,
        tx: &mut T,
        email: &str,
    ) -> Result<Option<StoredGift>, StoreError> {
        const SQL: &str = concat!(
            "select ",
            columns!(),
            " from referral where program_id = $1 and friend_email = $2 and stage = 'gift'
            order by id"
        );
        let now: Instant = self.stamp.at;
        for row in tx.query(SQL, params![self.rules.id, email]).await? {
            let gift = StoredGift::read(&row)?;
            if gift.state_at(now) == CouponState::Open {
                return Ok(Some(gift));
            }
        }
        Ok(None)
    }

    async fn insert<T: Tx>(
        &self,
        tx: &mut T,
        rule: &Referral,
        counted: &Counted,
    ) -> Result<(), StoreError> {
        const SQL: &str =
            "insert into referral (id, program_id, advocate_id, number, stage, found_by, gift_code, gift_terms,
                gift_name, gift_state, gift_lines, gift_shipping, expires_at, friend_email, source, signals, score,
                points, friend_points, created_at, updated_at)
            values ($1, $2, $3, $4, 'gift', 'gift', $5, $6, $7, 'open', '[]', 0, $8, $9, $10, '[]', 0, $11, $12, $13, $13)";
        let now = self.stamp.at;
        let row = params![
            ReferralId(self.stamp.id(0)),
            self.rules.id,
            self.advocate,
            counted.last + 1,
            &self.code,
            json(&rule.gift.terms)?,
            json(&rule.gift.name)?,
            rule.ends_at(now),
            self.email.clone(),
            self.source.clone(),
            rule.points_for(counted.counting + 1),
            rule.friend_points,
            now,
        ];
        tx.later(SQL, row).await
    }
}
