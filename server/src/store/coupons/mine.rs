//! What a member can turn points into, and what they have turned them into.

use super::{StoredCoupon, columns, stock};
use crate::domain::Instant;
use crate::domain::program::Rules;
use crate::domain::reward::{Codes, Reward};
use crate::store::{Query, Row, StoreError, Tx, params};
use app::api::MemberId;
use std::collections::BTreeMap;

/// What is known of a member's rewards beside the rules.
pub struct Mine<'a> {
    /// The rules.
    pub rules: &'a Rules,
    /// Who.
    pub member: MemberId,
    /// The present.
    pub now: Instant,
}

/// The answer.
#[derive(Debug, Clone, Default)]
pub struct Own {
    /// Codes that can be used, and the newest that were or that lapsed, the newest first; at most 20.
    pub coupons: Vec<StoredCoupon>,
    /// How often the member has had each reward: what was given back does not count.
    pub had: BTreeMap<String, i64>,
    /// How many of each reward are given out, where there is an end.
    pub taken: BTreeMap<String, i64>,
    /// The number of the last code that was uploaded for each reward that takes them from there.
    pub uploaded: BTreeMap<String, i64>,
    /// Store credit, if the member has an account of it.
    pub credit: Option<i64>,
}

impl Query for Mine<'_> {
    type Output = Own;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Own, StoreError> {
        const COUPONS: &str = concat!(
            "select ",
            columns!(),
            " from coupon where member_id = $1
            order by case when state in ('making', 'open', 'reserved', 'ending') then 0 else 1 end,
                created_at desc, id desc limit 20"
        );
        const HAD: &str = "select reward, count(*) from coupon
            where member_id = $1 and state not in ('released', 'lapsed') and (state <> 'open' or expires_at > $2)
            group by reward";
        const TAKEN: &str = "select reward, taken from reward_stock where program_id = $1";
        const CREDIT: &str = "select available from account where member_id = $1 and asset = $2";
        let rows = tx.query(COUPONS, params![self.member]).await?;
        let read = |row: &Row| StoredCoupon::read(row);
        let mut coupons: Vec<StoredCoupon> = rows.iter().map(read).collect::<Result<_, _>>()?;
        coupons.sort_by_key(|coupon| std::cmp::Reverse((coupon.created_at, coupon.id.0)));
        let program = &self.rules.program;
        let mut uploaded = BTreeMap::new();
        let pools = program.rewards.iter();
        for reward in pools.filter(|reward| reward.codes == Codes::Pool) {
            let last = stock::uploaded(tx, self.rules.id, &reward.id).await?;
            uploaded.insert(reward.id.clone(), last);
        }
        let had = if coupons.is_empty() {
            Vec::new()
        } else {
            tx.query(HAD, params![self.member, self.now]).await?
        };
        // What has no end is not counted.
        let has_end = |reward: &Reward| reward.left(0, 0).is_some();
        let taken = if program.rewards.iter().any(has_end) {
            tx.query(TAKEN, params![self.rules.id]).await?
        } else {
            Vec::new()
        };
        let counted = by_reward(&taken)?;
        let of_reward = |reward: &Reward| {
            let count = counted.get(&stock::counted_as(reward))?;
            Some((reward.id.clone(), *count))
        };
        let rewards = program.rewards.iter();
        let taken: BTreeMap<String, i64> = rewards.filter_map(of_reward).collect();
        let credit = params![self.member, &program.currency];
        let credit = tx.query_one(CREDIT, credit).await?;
        Ok(Own {
            coupons,
            had: by_reward(&had)?,
            taken,
            uploaded,
            credit: credit.map(|row| row.get(0)).transpose()?,
        })
    }
}

/// Reads a number for each reward.
fn by_reward(rows: &[Row]) -> Result<BTreeMap<String, i64>, StoreError> {
    let rows = rows.iter();
    rows.map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}
