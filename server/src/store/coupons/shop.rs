//! Codes that are made in the shop, and made useless there before their points come back: what waits for that, and
//! what became of it.
//!
//! A server takes a job by moving the moment from which it is due, conditionally, as questions are taken
//! (`store::checks`); the number of the try is its lease, and only who holds it settles. What a killed server had taken
//! falls due again. The coupon is always locked before its job, by whoever asks for one too.

mod settle;

pub use settle::{AlreadyUsed, Failed, Made, Useless, Went};

use super::{StoredCoupon, columns};
use crate::domain::{Instant, MINUTE};
use crate::store::{Command, Query, StoreError, Tx, params};
use app::api::{CouponState, ProgramId, RedemptionId};

/// How long a server may keep a job. Twice as long as its calls may take together.
const LEASE: i64 = MINUTE;
/// How long a call that was given up may still be under way at the shop.
const SETTLES: i64 = MINUTE;

/// What is to be done in the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Make the code.
    Make,
    /// Make it useless.
    End,
}

impl Verb {
    /// The name it is stored under.
    fn name(self) -> &'static str {
        match self {
            Self::Make => "make",
            Self::End => "end",
        }
    }
}

/// Has something done with a coupon's code in the shop. Its caller has locked the coupon. An end that is asked for
/// while the code is being made follows after that.
pub(super) async fn ask<T: Tx>(
    tx: &mut T,
    coupon: RedemptionId,
    program: ProgramId,
    connection: &str,
    verb: Verb,
    now: Instant,
) -> Result<(), StoreError> {
    // Whoever has it now keeps it until it is settled or its lease ends; and what may still arrive there is waited for.
    const SQL: &str = "insert into code_job (coupon_id, program_id, connection, verb, tries, due_at, lease, unclear, created_at)
        values ($1, $2, $3, $4, 0, $5, 0, $6, $5)
        on conflict (coupon_id) do update set verb = excluded.verb, created_at = excluded.created_at,
            due_at = case when code_job.lease > 0 then code_job.due_at
                when code_job.unclear then $7 else excluded.due_at end";
    let (verb, settled_at) = (verb.name(), now + SETTLES);
    let job = params![coupon, program, connection, verb, now, false, settled_at];
    tx.later(SQL, job).await
}

/// The connections for which something is due, and how much.
pub struct Waiting {
    /// The time.
    pub now: Instant,
}

impl Query for Waiting {
    type Output = Vec<(ProgramId, String, i64)>;

    const IS_ONE_STATEMENT: bool = true;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = "select program_id, connection, count(*) from code_job where due_at <= $1
            group by program_id, connection order by min(due_at)";
        let rows = tx.query(SQL, params![self.now]).await?;
        rows.iter()
            .map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .collect()
    }
}

/// A job that a server has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The coupon, as it is then.
    pub coupon: StoredCoupon,
    /// What is to be done.
    pub verb: Verb,
    /// How often it was tried, this time among them. It is the lease, too.
    pub tries: i64,
    /// Whether a try before this one got no clear answer.
    unclear: bool,
}

/// Takes some jobs of one connection, the longest due first.
pub struct Lease {
    /// The programme.
    pub program: ProgramId,
    /// The connection.
    pub connection: String,
    /// At most so many.
    pub limit: i64,
    /// The time.
    pub now: Instant,
}

impl Command for Lease {
    type Output = Vec<Job>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const DUE: &str = "select coupon_id from code_job
            where program_id = $1 and connection = $2 and due_at <= $3 order by due_at, coupon_id limit $4";
        // A try that left its lease unsettled was killed, and nobody knows how far it came.
        const TAKE: &str = "update code_job set due_at = $1, tries = tries + 1, lease = tries + 1,
                unclear = (unclear or lease > 0)
            where coupon_id = $2 and due_at <= $3 returning verb, tries, unclear";
        const COUPON: &str = concat!("select ", columns!(), " from coupon where id = $1");
        const DROP: &str = "delete from code_job where coupon_id = $1 and lease = $2";
        let due = params![self.program, &self.connection, self.now, self.limit];
        let mut taken = Vec::new();
        for row in tx.query(DUE, due).await? {
            let id: RedemptionId = row.get(0)?;
            // Another server may have been quicker.
            let take = params![self.now + LEASE, id, self.now];
            let Some(row) = tx.query_one(TAKE, take).await? else {
                continue;
            };
            let verb = if row.get::<String>(0)? == Verb::Make.name() {
                Verb::Make
            } else {
                Verb::End
            };
            let tries: i64 = row.get(1)?;
            let unclear: bool = row.get(2)?;
            let coupon = tx.query_one(COUPON, params![id]).await?;
            let coupon = coupon.as_ref().map(StoredCoupon::read).transpose()?;
            match coupon.filter(|coupon| waits(coupon.state)) {
                Some(coupon) => taken.push(Job {
                    coupon,
                    verb,
                    tries,
                    unclear,
                }),
                // An order has used it meanwhile: nothing is left to be done.
                None => tx.later(DROP, params![id, tries]).await?,
            }
        }
        Ok(taken)
    }
}

/// Whether a coupon waits for the shop. One whose points are back already, since its order was called off, is ended
/// there, too: some platforms let it be used again then.
fn waits(state: CouponState) -> bool {
    use CouponState::{Ending, Making, Released};
    matches!(state, Making | Ending | Released)
}
