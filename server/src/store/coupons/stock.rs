//! What is limited of rewards: how many there are, how often one member can have one, and codes that were uploaded.
//!
//! A count is taken by a conditional write, so two members never get the same last one. What is given back of a stock
//! can be had again; an uploaded code was seen by somebody, and never is.

use super::{StoredCoupon, looked_up};
use crate::domain::Instant;
use crate::domain::program::Rules;
use crate::domain::reward::{Codes, Reward};
use crate::store::{Command, StoreError, Tx, params};
use app::api::{CodesAdded, MemberId, ProgramId};

/// What is known of a reward and a member before one is taken. It may be out of date.
pub(super) struct Known {
    /// How many are given out; empty where nobody has counted yet.
    taken: Option<i64>,
    /// The number of the last code that was uploaded.
    pub(super) uploaded: i64,
    /// How often the member has had it.
    pub(super) had: i64,
}

impl Known {
    /// How many are given out.
    pub(super) fn taken(&self) -> i64 {
        self.taken.unwrap_or(0)
    }
}

/// What was taken.
pub(super) enum Taken {
    /// One of what is there, or of what has no end.
    One,
    /// A code that the shop has uploaded.
    Code {
        /// As it is looked up.
        code: String,
        /// As it was uploaded.
        shown: String,
    },
    /// There was none left.
    Nothing,
}

/// The name that a reward is counted under. Codes that were uploaded have a count of their own, which only rises: the
/// programme file may take a reward from one to the other.
pub(super) fn counted_as(reward: &Reward) -> String {
    match reward.codes {
        Codes::Pool => pool(&reward.id),
        Codes::Made | Codes::Shop(_) => reward.id.clone(),
    }
}

/// The name that the uploaded codes of a reward are counted under. No reward can be called so.
fn pool(reward: &str) -> String {
    format!("{reward}/codes")
}

/// Reads what is limited of a reward, and of nothing else. The member's account is locked.
pub(super) async fn known<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    reward: &Reward,
    member: MemberId,
) -> Result<Known, StoreError> {
    const HAD: &str = "select count(*) from coupon
        where member_id = $1 and reward = $2 and state not in ('released', 'lapsed')";
    let is_pool = reward.codes == Codes::Pool;
    let had = match reward.per_member {
        Some(_) => {
            let row = tx.query_one(HAD, params![member, &reward.id]).await?;
            row.map_or(Ok(0), |row| row.get(0))?
        }
        None => 0,
    };
    Ok(Known {
        taken: if is_pool || reward.stock.is_some() {
            taken(tx, program, &counted_as(reward)).await?
        } else {
            None
        },
        uploaded: if is_pool {
            uploaded(tx, program, &reward.id).await?
        } else {
            0
        },
        had,
    })
}

/// How many of a reward are given out; empty where nobody has counted yet.
async fn taken<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    reward: &str,
) -> Result<Option<i64>, StoreError> {
    const SQL: &str = "select taken from reward_stock where program_id = $1 and reward = $2";
    let row = tx.query_one(SQL, params![program, reward]).await?;
    row.map(|row| row.get(0)).transpose()
}

/// The number of the last code that was uploaded for a reward, 0 if there is none.
pub(super) async fn uploaded<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    reward: &str,
) -> Result<i64, StoreError> {
    const SQL: &str = "select max(number) from pool_code where program_id = $1 and reward = $2";
    let row = tx.query_one(SQL, params![program, reward]).await?;
    let last: Option<i64> = row.map_or(Ok(None), |row| row.get(0))?;
    Ok(last.unwrap_or(0))
}

/// Begins to count, if nobody has.
async fn begin<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    reward: &str,
    taken: i64,
) -> Result<(), StoreError> {
    const SQL: &str = "insert into reward_stock (program_id, reward, taken) values ($1, $2, $3)
        on conflict (program_id, reward) do nothing";
    tx.later(SQL, params![program, reward, taken]).await
}

/// Takes one of a reward.
pub(super) async fn take<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    reward: &Reward,
    known: &Known,
) -> Result<Taken, StoreError> {
    // What was had before there was an end counts, too, but for uploaded codes.
    const BEFORE: &str = "select count(*) from coupon c
        where c.program_id = $1 and c.reward = $2 and c.state not in ('released', 'lapsed') and not exists
            (select 1 from pool_code p where p.program_id = c.program_id and p.code = c.code)";
    let is_pool = reward.codes == Codes::Pool;
    if known.taken.is_none() && (is_pool || reward.stock.is_some()) {
        let before = if is_pool {
            0
        } else {
            let row = tx.query_one(BEFORE, params![program, &reward.id]).await?;
            row.map_or(Ok(0), |row| row.get(0))?
        };
        begin(tx, program, &counted_as(reward), before).await?;
    }
    match reward.stock {
        _ if is_pool => take_code(tx, program, &reward.id, known.uploaded).await,
        None => {
            // Where there was an end before, its count goes on, or it would be wrong when there is one again.
            again(tx, program, &reward.id).await?;
            Ok(Taken::One)
        }
        Some(stock) => Ok(next(tx, program, &reward.id, stock)
            .await?
            .map_or(Taken::Nothing, |_| Taken::One)),
    }
}

/// Takes one of so many; answers its number.
async fn next<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    reward: &str,
    all: i64,
) -> Result<Option<i64>, StoreError> {
    const SQL: &str = "update reward_stock set taken = taken + 1
        where program_id = $1 and reward = $2 and taken < $3 returning taken";
    let row = tx.query_one(SQL, params![program, reward, all]).await?;
    row.map(|row| row.get(0)).transpose()
}

async fn take_code<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    reward: &str,
    uploaded: i64,
) -> Result<Taken, StoreError> {
    const CODE: &str =
        "select code, shown from pool_code where program_id = $1 and reward = $2 and number = $3";
    let count = pool(reward);
    while let Some(number) = next(tx, program, &count, uploaded).await? {
        let row = tx.query_one(CODE, params![program, reward, number]).await?;
        let Some(row) = row else {
            continue;
        };
        let code: String = row.get(0)?;
        // Somebody may have got the same code in another way before it was uploaded.
        if !is_coupon(tx, program, &code).await? {
            let shown = row.get(1)?;
            return Ok(Taken::Code { code, shown });
        }
    }
    Ok(Taken::Nothing)
}

async fn is_coupon<T: Tx>(tx: &mut T, program: ProgramId, code: &str) -> Result<bool, StoreError> {
    const SQL: &str = "select code from coupon where program_id = $1 and code = $2";
    Ok(tx.query_one(SQL, params![program, code]).await?.is_some())
}

/// What a coupon had of a reward is back, and can be had again if there is an end of it: but for an uploaded code. It is
/// counted wherever somebody has begun to, whatever the rules are now.
pub(super) async fn give_back<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    coupon: &StoredCoupon,
) -> Result<(), StoreError> {
    const SQL: &str = "update reward_stock set taken = taken - 1
        where program_id = $1 and reward = $2 and taken > 0 and not exists
            (select 1 from pool_code p where p.program_id = $1 and p.code = $3)";
    tx.later(SQL, params![rules.id, &coupon.reward, &coupon.code])
        .await
}

/// What was back is gone again, even if there is none left: an order has used the coupon's code.
pub(super) async fn take_again<T: Tx>(
    tx: &mut T,
    rules: &Rules,
    coupon: &StoredCoupon,
) -> Result<(), StoreError> {
    const SQL: &str = "update reward_stock set taken = taken + 1
        where program_id = $1 and reward = $2 and not exists
            (select 1 from pool_code p where p.program_id = $1 and p.code = $3)";
    tx.later(SQL, params![rules.id, &coupon.reward, &coupon.code])
        .await
}

/// Counts one more where somebody has begun to count.
async fn again<T: Tx>(tx: &mut T, program: ProgramId, reward: &str) -> Result<(), StoreError> {
    const SQL: &str =
        "update reward_stock set taken = taken + 1 where program_id = $1 and reward = $2";
    tx.later(SQL, params![program, reward]).await
}

/// The most codes that are uploaded at once.
pub const CODES_MAX: usize = 1000;

/// Stores codes that a reward gives out, in their order. Those that are known already, or are somebody's, are passed
/// over, so it is harmless when repeated.
pub struct AddCodes {
    /// The programme.
    pub program: ProgramId,
    /// The reward's id in the programme file. Its codes are uploaded: the caller has seen that.
    pub reward: String,
    /// The codes as members see them, at most [`CODES_MAX`]. They are looked up whatever way they are typed.
    pub codes: Vec<String>,
    /// When.
    pub now: Instant,
}

impl Command for AddCodes {
    type Output = CodesAdded;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<CodesAdded, StoreError> {
        // Whoever uploads at the same time waits, so the numbers have no gap.
        const LOCK: &str = "select taken from reward_stock where program_id = $1 and reward = $2
            for no key update";
        const ADD: &str =
            "insert into pool_code (program_id, reward, number, code, shown, created_at)
            values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
        let (program, reward) = (self.program, &self.reward);
        let count = pool(reward);
        begin(tx, program, &count, 0).await?;
        let row = tx.query_one(LOCK, params![program, &count]).await?;
        let row = row.ok_or_else(|| StoreError::internal("a count went away"))?;
        let taken: i64 = row.get(0)?;
        let before = uploaded(tx, program, reward).await?;
        let mut last = before;
        for shown in &self.codes {
            let (shown, code) = (shown.trim(), looked_up(shown));
            if is_coupon(tx, program, &code).await? {
                continue;
            }
            let row = params![program, reward, last + 1, &code, shown, self.now];
            if tx.execute(ADD, row).await? == 1 {
                last += 1;
            }
        }
        Ok(CodesAdded {
            added: last - before,
            left: last - taken,
        })
    }
}
