//! A friend takes their gift.

use super::{GiftOf, StoredGift};
use crate::clock::Stamp;
use crate::domain::program::Rules;
use crate::domain::referral::Referral;
use crate::domain::{DAY, Instant};
use crate::store::ledger::json;
use crate::store::referrals::facts::Counted;
use crate::store::referrals::lock_advocate;
use crate::store::{Command, Query, StoreError, Tx, params};
use app::api::{MemberId, ReferralId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Gifts that one advocate's link gives in 24 hours.
pub const GIFTS_A_DAY_MAX: i64 = 50;

/// Gives a friend a gift: a new one to everybody, without a look at who asks. An answer that depended on the address
/// would tell anybody who buys here, or hand out what somebody else was given. Whether it is theirs is decided when it
/// is used.
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
    /// Here it is.
    Done(Box<StoredGift>),
    /// The advocate's link has given too many in 24 hours; from then on there may be another.
    TooMany(Instant),
}

impl Command for Give {
    type Output = Given;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Given, StoreError> {
        let rules = &self.rules;
        let rule = rules.program.referral.as_ref();
        let rule = rule.ok_or_else(|| StoreError::internal("a gift that no rule gives"))?;
        let advocate = lock_advocate(tx, rules.id, self.advocate).await?;
        advocate.ok_or_else(|| StoreError::internal("a gift of nobody"))?;
        let now = self.stamp.at;
        let counted = Counted::of(tx, self.advocate, now).await?;
        if counted.gifts_today >= GIFTS_A_DAY_MAX {
            return Ok(Given::TooMany(self.ends_at(tx).await?));
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
    /// When fewer than the most will have been given in 24 hours.
    async fn ends_at<T: Tx>(&self, tx: &mut T) -> Result<Instant, StoreError> {
        const SQL: &str = "select created_at from referral
            where advocate_id = $1 and gift_code is not null and created_at > $2
            order by created_at desc limit 1 offset $3";
        let now = self.stamp.at;
        let key = params![self.advocate, now - DAY, GIFTS_A_DAY_MAX - 1];
        let row = tx.query_one(SQL, key).await?;
        let last: Instant = row.map_or(Ok(now), |row| row.get(0))?;
        Ok(last + DAY)
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
                points, friend_points, created_at, updated_at, minimum)
            values ($1, $2, $3, $4, 'gift', 'gift', $5, $6, $7, 'open', '[]', 0, $8, $9, $10, '[]', 0, $11, $12, $13, $13,
                $14)";
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
            rule.minimum,
        ];
        tx.later(SQL, row).await
    }
}
