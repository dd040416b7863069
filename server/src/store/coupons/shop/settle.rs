//! What became of a job in the shop. Each is written down by whoever holds the lease, once.

use super::super::commands::{end, keep};
use super::super::{RESERVED_FOR, StoredCoupon, cause_name, columns};
use super::{Job, SETTLES, Verb, waits};
use crate::clock::Stamp;
use crate::domain::program::Rules;
use crate::domain::{DAY, HOUR, Instant, SECOND};
use crate::store::events::{self, News};
use crate::store::{Command, StoreError, Tx, params};
use app::api::{CouponState, EventKind, GivenBackCause};
use std::sync::Arc;

/// After so many tries to make a code, its points come back.
const TRIES_MAX: i64 = 12;
/// The pause after the first failure; it doubles.
const PAUSE_MIN: i64 = 5 * SECOND;
/// At most.
const PAUSE_MAX: i64 = HOUR;
/// So long after a code's time is over, nobody is asked any more to make it useless.
const GIVE_UP: i64 = 30 * DAY;

/// The code is there. A server that no longer has the job changes nothing.
pub struct Made {
    /// The job.
    pub job: Job,
    /// The shop's own id of the code.
    pub outside: String,
    /// When.
    pub stamp: Stamp,
}

impl Command for Made {
    /// Whether this server still had it.
    type Output = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool, StoreError> {
        const OPEN: &str = "update coupon set outside = $1, updated_at = $2,
                state = case when state = 'making' then 'open' else state end
            where id = $3";
        let (job, now) = (&self.job, self.stamp.at);
        let coupon = lock(tx, job).await?;
        let kept = if matches!(coupon.state, CouponState::Ending | CouponState::Released) {
            // It was let go meanwhile. Now it is known that it is there, and can be ended.
            job.rest(tx, now, false, None).await?
        } else {
            job.over(tx).await?
        };
        if !kept {
            return Ok(false);
        }
        tx.later(OPEN, params![&self.outside, now, coupon.id])
            .await?;
        if coupon.state == CouponState::Making {
            tell(tx, &coupon, now).await?;
        }
        Ok(true)
    }
}

/// How a try went that did not do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Went {
    /// There was no clear answer: it may have been done all the same.
    Unclear,
    /// It was not done. Later it may be.
    NotDone,
    /// It is never done.
    Never,
}

/// It was not done, or nobody knows. It is tried again, ever later; a code that cannot be made gives its points back.
pub struct Failed {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The job.
    pub job: Job,
    /// How it went.
    pub went: Went,
    /// What was said, for people who look for the reason.
    pub problem: String,
    /// How long the service wants to be left alone, in microseconds; 0 if it does not say.
    pub wait: i64,
    /// When.
    pub stamp: Stamp,
}

impl Command for Failed {
    /// Whether this server still had it.
    type Output = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool, StoreError> {
        let (job, now) = (&self.job, self.stamp.at);
        let coupon = lock(tx, job).await?;
        let unclear = job.unclear || self.went == Went::Unclear;
        // Nothing depends on ending one whose points are back, so that is not tried for ever.
        let is_enough = coupon.state == CouponState::Released && job.tries >= TRIES_MAX;
        if !waits(coupon.state) || is_enough {
            return job.over(tx).await;
        }
        if job.verb == Verb::End && now >= coupon.expires_at + GIVE_UP {
            // The shop has not let anybody use it for a month: its own end was written into it.
            return give_back(tx, (&self.rules, &self.stamp), job, &coupon).await;
        }
        if job.verb == Verb::Make && coupon.state == CouponState::Making {
            if self.went != Went::Never && job.tries < TRIES_MAX {
                let due_at = now + self.pause();
                return job.rest(tx, due_at, unclear, Some(&self.problem)).await;
            }
            return if unclear {
                self.undo(tx, &coupon).await
            } else {
                self.not_made(tx, &coupon).await
            };
        }
        let due_at = if job.verb == Verb::Make {
            // It was let go while it was being made.
            now + if unclear { SETTLES } else { 0 }
        } else {
            now + self.pause()
        };
        job.rest(tx, due_at, unclear, Some(&self.problem)).await
    }
}

impl Failed {
    /// How long it is left alone: ever longer, not everybody at the same moment, and as long as it asks.
    fn pause(&self) -> i64 {
        let doubled = PAUSE_MIN << (self.job.tries - 1).clamp(0, 12);
        let pause = doubled.min(PAUSE_MAX);
        let jitter = pause / 4 * i64::from(self.stamp.salt[0]) / 255;
        (pause + jitter).max(self.wait)
    }

    /// Nothing was made, so the points can come back at once.
    async fn not_made<T: Tx>(&self, tx: &mut T, coupon: &StoredCoupon) -> Result<bool, StoreError> {
        const OVER: &str = concat!(
            "update coupon set state = 'released', updated_at = $1
            where id = $2 and state = 'making' returning ",
            columns!()
        );
        if !self.job.over(tx).await? {
            return Ok(false);
        }
        let row = tx
            .query_one(OVER, params![self.stamp.at, coupon.id])
            .await?;
        let row = row.ok_or_else(|| StoreError::internal("a coupon went away"))?;
        let (at, cause) = ((&*self.rules, &self.stamp), GivenBackCause::NotMade);
        end(tx, at, &StoredCoupon::read(&row)?, cause).await?;
        Ok(true)
    }

    /// It may have been made all the same, so it is made useless before the points come back.
    async fn undo<T: Tx>(&self, tx: &mut T, coupon: &StoredCoupon) -> Result<bool, StoreError> {
        const JOB: &str =
            "update code_job set verb = 'end', lease = 0, unclear = $1, due_at = $2, problem = $3
            where coupon_id = $4 and lease = $5";
        const ENDING: &str = "update coupon set state = 'ending', cause = $1, updated_at = $2
            where id = $3 and state = 'making'";
        let now = self.stamp.at;
        let job = params![
            true,
            now + SETTLES,
            &self.problem,
            coupon.id,
            self.job.tries
        ];
        if tx.execute(JOB, job).await? != 1 {
            return Ok(false);
        }
        let cause = cause_name(GivenBackCause::NotMade);
        tx.later(ENDING, params![cause, now, coupon.id]).await?;
        tell(tx, coupon, now).await?;
        Ok(true)
    }
}

/// The code is useless in the shop, and nobody has used it: its points come back.
pub struct Useless {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The job.
    pub job: Job,
    /// When.
    pub stamp: Stamp,
}

impl Command for Useless {
    /// Whether this server still had it.
    type Output = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool, StoreError> {
        let coupon = lock(tx, &self.job).await?;
        give_back(tx, (&self.rules, &self.stamp), &self.job, &coupon).await
    }
}

/// The shop says that somebody has used the code: its points wait for that order, and do not come back before it is
/// called off, or a month after the code's time is over. An order that comes later still takes them.
pub struct AlreadyUsed {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The job.
    pub job: Job,
    /// When.
    pub stamp: Stamp,
}

impl Command for AlreadyUsed {
    /// Whether this server still had it.
    type Output = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool, StoreError> {
        const RESERVED: &str =
            "update coupon set state = 'reserved', order_id = null, cause = null, updated_at = $1
            where id = $2 and state = 'ending'";
        let (job, now) = (&self.job, self.stamp.at);
        let coupon = lock(tx, job).await?;
        // It was used by the order that was called off, and the shop lets nobody use it twice.
        let is_called_off = coupon.cause == Some(GivenBackCause::OrderCancelled);
        if is_called_off || now >= coupon.expires_at + GIVE_UP {
            return give_back(tx, (&self.rules, &self.stamp), job, &coupon).await;
        }
        if !job.over(tx).await? {
            return Ok(false);
        }
        if tx.execute(RESERVED, params![now, coupon.id]).await? == 1 {
            keep(tx, coupon.hold, now + RESERVED_FOR).await?;
            tell(tx, &coupon, now).await?;
        }
        Ok(true)
    }
}

impl Job {
    /// Strikes it off, if this server still has it.
    async fn over<T: Tx>(&self, tx: &mut T) -> Result<bool, StoreError> {
        const SQL: &str = "delete from code_job where coupon_id = $1 and lease = $2";
        let struck = tx.execute(SQL, params![self.coupon.id, self.tries]).await?;
        Ok(struck == 1)
    }

    /// Lets it rest until then, if this server still has it.
    async fn rest<T: Tx>(
        &self,
        tx: &mut T,
        due_at: Instant,
        unclear: bool,
        problem: Option<&String>,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "update code_job set lease = 0, due_at = $1, unclear = $2, problem = $3
            where coupon_id = $4 and lease = $5";
        let row = params![due_at, unclear, problem, self.coupon.id, self.tries];
        Ok(tx.execute(SQL, row).await? == 1)
    }
}

/// The coupon of a job as it is now. Nobody else changes it, or asks for something else, until this is committed.
async fn lock<T: Tx>(tx: &mut T, job: &Job) -> Result<StoredCoupon, StoreError> {
    const SQL: &str = concat!(
        "select ",
        columns!(),
        " from coupon where id = $1 for no key update"
    );
    let row = tx.query_one(SQL, params![job.coupon.id]).await?;
    let row = row.ok_or_else(|| StoreError::internal("a coupon went away"))?;
    StoredCoupon::read(&row)
}

/// Gives the points of a code back that can no longer be used.
async fn give_back<T: Tx>(
    tx: &mut T,
    at: (&Rules, &Stamp),
    job: &Job,
    coupon: &StoredCoupon,
) -> Result<bool, StoreError> {
    const OVER: &str = concat!(
        "update coupon set state = $1, updated_at = $2 where id = $3 and state = 'ending' returning ",
        columns!()
    );
    if !job.over(tx).await? {
        return Ok(false);
    }
    let cause = coupon.cause.unwrap_or(GivenBackCause::Released);
    let state = if cause == GivenBackCause::Lapsed {
        "lapsed"
    } else {
        "released"
    };
    let row = params![state, at.1.at, coupon.id];
    // An order that came meanwhile keeps it.
    if let Some(row) = tx.query_one(OVER, row).await? {
        end(tx, at, &StoredCoupon::read(&row)?, cause).await?;
    }
    Ok(true)
}

/// Has the member's open pages drawn anew: no points move, so no transfer tells of it.
async fn tell<T: Tx>(tx: &mut T, coupon: &StoredCoupon, now: Instant) -> Result<(), StoreError> {
    let news = News::of(EventKind::Code);
    events::append(tx, coupon.member, now, &news).await
}
