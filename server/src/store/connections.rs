//! What only the server may know of a programme's connections.

use super::{Command, Query, StoreError, Tx, params};
use crate::domain::Instant;
use app::api::ProgramId;

/// A connection's secrets, sealed; nothing where none were given.
pub struct Sealed<'a> {
    /// The programme.
    pub program: ProgramId,
    /// The connection's id in the programme file.
    pub name: &'a str,
}

impl Query for Sealed<'_> {
    type Output = Option<Vec<u8>>;

    const IS_ONE_STATEMENT: bool = true;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = "select sealed from connection where program_id = $1 and name = $2";
        let row = tx.query_one(SQL, params![self.program, self.name]).await?;
        row.map(|row| row.get(0)).transpose()
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
