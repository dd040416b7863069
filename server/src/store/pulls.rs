//! How far the orders of platforms were read that are asked for them, and who is reading.
//!
//! A server takes a connection by moving the moment from which it is due, conditionally, as questions are taken
//! (`store::checks`): so of any number of servers one reads, and what a killed one had taken falls due again.

use super::{Command, Query, StoreError, Tx, params};
use crate::domain::{Instant, MINUTE};
use app::api::ProgramId;
use std::collections::HashSet;

/// How long a server may keep a connection for one page. Longer than the longest call.
pub const LEASE: i64 = 2 * MINUTE;

/// The connections that are not due yet.
pub struct Resting {
    /// The time.
    pub now: Instant,
}

impl Query for Resting {
    type Output = HashSet<(ProgramId, String)>;

    const IS_ONE_STATEMENT: bool = true;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = "select program_id, connection from pulled where due_at > $1";
        let rows = tx.query(SQL, params![self.now]).await?;
        rows.iter()
            .map(|row| Ok((row.get(0)?, row.get(1)?)))
            .collect()
    }
}

/// Takes a connection that is due.
pub struct Take {
    /// The programme.
    pub program: ProgramId,
    /// The connection.
    pub connection: String,
    /// The time.
    pub now: Instant,
}

/// A connection that this server has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The programme.
    pub program: ProgramId,
    /// The connection.
    pub connection: String,
    /// The newest change that was read.
    pub until: Instant,
    /// How often in a row it failed.
    pub failures: i64,
    /// The end of the lease, which shows whose it is.
    pub lease: Instant,
}

impl Command for Take {
    /// Nothing where it is not due, or another server was quicker.
    type Output = Option<Taken>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        // Orders from before the connection are of another time.
        const ENTER: &str =
            "insert into pulled (program_id, connection, until, due_at, failures) values ($1, $2, $3, $3, 0)
            on conflict (program_id, connection) do nothing";
        const TAKE: &str = "update pulled set due_at = $1
            where program_id = $2 and connection = $3 and due_at <= $4 returning until, failures";
        let enter = params![self.program, &self.connection, self.now];
        tx.execute(ENTER, enter).await?;
        let lease = self.now + LEASE;
        let take = params![lease, self.program, &self.connection, self.now];
        let row = tx.query_one(TAKE, take).await?;
        row.map(|row| {
            Ok(Taken {
                program: self.program,
                connection: self.connection.clone(),
                until: row.get(0)?,
                failures: row.get(1)?,
                lease,
            })
        })
        .transpose()
    }
}

/// Writes down how far a connection was read, and when it is looked at next. While it is read on, that is the end of
/// another lease.
pub struct Settle {
    /// As it was taken.
    pub taken: Taken,
    /// The newest change that was read.
    pub until: Instant,
    /// How often in a row it failed.
    pub failures: i64,
    /// When it is due.
    pub due_at: Instant,
}

impl Command for Settle {
    /// Whether this server still had it.
    type Output = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool, StoreError> {
        const SQL: &str = "update pulled set until = $1, failures = $2, due_at = $3
            where program_id = $4 and connection = $5 and due_at = $6";
        let taken = &self.taken;
        let row = params![
            self.until,
            self.failures,
            self.due_at,
            taken.program,
            &taken.connection,
            taken.lease
        ];
        Ok(tx.execute(SQL, row).await? == 1)
    }
}
