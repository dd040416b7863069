//! What only the server may know of a programme's connections: the secrets that a shop gave, and the tokens that came
//! of them.
//!
//! They stand apart, so that neither is written over the other. A refresh token may be good only once. So a server
//! first takes the right to use it, conditionally; and what came back is written down only in place of what was read
//! before, whoever has the right by then.

use super::{Command, Query, StoreError, Tx, params};
use crate::domain::{Instant, MINUTE};
use app::api::ProgramId;

/// How long a server may keep the right to renew tokens. Longer than the longest question.
pub const LEASE: i64 = MINUTE;

/// What is kept of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The secrets that the shop gave, sealed.
    pub sealed: Vec<u8>,
    /// The tokens that came of them, sealed; nothing before the first time.
    pub tokens: Option<Vec<u8>>,
    /// How often tokens were written down.
    pub renewals: i64,
}

/// What is kept of a connection; nothing where no secrets were given.
pub struct Sealed<'a> {
    /// The programme.
    pub program: ProgramId,
    /// The connection's id in the programme file.
    pub name: &'a str,
}

impl Query for Sealed<'_> {
    type Output = Option<Kept>;

    const IS_ONE_STATEMENT: bool = true;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str =
            "select sealed, tokens, renewals from connection where program_id = $1 and name = $2";
        let row = tx.query_one(SQL, params![self.program, self.name]).await?;
        row.map(|row| {
            Ok(Kept {
                sealed: row.get(0)?,
                tokens: row.get(1)?,
                renewals: row.get(2)?,
            })
        })
        .transpose()
    }
}

/// Keeps a connection's secrets in place of those it had.
pub struct Keep {
    /// The programme.
    pub program: ProgramId,
    /// The connection's id in the programme file.
    pub name: String,
    /// All its secrets, sealed.
    pub sealed: Vec<u8>,
    /// When.
    pub now: Instant,
}

impl Command for Keep {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const SQL: &str = "insert into connection (program_id, name, sealed, updated_at) values ($1, $2, $3, $4)
            on conflict (program_id, name) do update set sealed = excluded.sealed, updated_at = excluded.updated_at";
        let row = params![self.program, &self.name, self.sealed.clone(), self.now];
        tx.execute(SQL, row).await?;
        Ok(())
    }
}

/// Takes the right to renew a connection's tokens, if they are still those that were read and no other server has it.
pub struct Take {
    /// The programme.
    pub program: ProgramId,
    /// The connection's id in the programme file.
    pub name: String,
    /// How often tokens had been written down.
    pub renewals: i64,
    /// The time.
    pub now: Instant,
}

impl Command for Take {
    /// Nothing where it is not to be had; otherwise its end, which shows whose it is.
    type Output = Option<Instant>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = "update connection set renewing_until = $1
            where program_id = $2 and name = $3 and renewals = $4 and renewing_until <= $5";
        let until = self.now + LEASE;
        let row = params![until, self.program, &self.name, self.renewals, self.now];
        let taken = tx.execute(SQL, row).await? == 1;
        Ok(taken.then_some(until))
    }
}

/// Gives the right back, where nothing came of it.
pub struct GiveBack {
    /// The programme.
    pub program: ProgramId,
    /// The connection's id in the programme file.
    pub name: String,
    /// The end of the right.
    pub until: Instant,
}

impl Command for GiveBack {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const SQL: &str = "update connection set renewing_until = 0
            where program_id = $1 and name = $2 and renewing_until = $3";
        let row = params![self.program, &self.name, self.until];
        tx.execute(SQL, row).await?;
        Ok(())
    }
}

/// Writes down the tokens that came back, in place of those that were read, and ends the right. It does not matter
/// whether this server still has it: the refresh token that was used is good no more.
pub struct Renewed {
    /// The programme.
    pub program: ProgramId,
    /// The connection's id in the programme file.
    pub name: String,
    /// How often tokens had been written down before.
    pub renewals: i64,
    /// The tokens, sealed.
    pub tokens: Vec<u8>,
}

impl Command for Renewed {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const SQL: &str =
            "update connection set tokens = $1, renewals = renewals + 1, renewing_until = 0
            where program_id = $2 and name = $3 and renewals = $4";
        let row = params![self.tokens.clone(), self.program, &self.name, self.renewals];
        tx.execute(SQL, row).await?;
        Ok(())
    }
}
