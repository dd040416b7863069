//! Mails on their way: written in the transaction that wants them, sent afterwards.

use super::{Command, StoreError, Tx, params};
use crate::domain::{Instant, MINUTE, SECOND};
use app::api::ProgramId;

/// How long a server may take to send one before another server may try.
const LEASE: i64 = 2 * MINUTE;
/// How often a mail is tried: over about two hours.
const TRIES_MAX: i64 = 8;

/// A mail that only servers with the master key can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedMail {
    /// A new id; also what the seal is bound to.
    pub id: [u8; 16],
    /// The sealed text.
    pub sealed: Vec<u8>,
}

pub(super) async fn enqueue<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    mail: &SealedMail,
    now: Instant,
) -> Result<(), StoreError> {
    const SQL: &str = "insert into mail (id, program_id, sealed, tries, due_at, created_at)
        values ($1, $2, $3, 0, $4, $4)";
    tx.execute(
        SQL,
        params![mail.id.to_vec(), program, mail.sealed.clone(), now],
    )
    .await?;
    Ok(())
}

/// Takes the mail that is due first, for two minutes.
pub struct Lease {
    /// The time.
    pub now: Instant,
}

/// A mail to be sent now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leased {
    /// The mail.
    pub mail: SealedMail,
    /// How often it was tried before.
    pub tries: i64,
}

impl Command for Lease {
    type Output = Option<Leased>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const FIRST: &str =
            "select id, due_at from mail where due_at <= $1 order by due_at, id limit 1";
        const TAKE: &str =
            "update mail set due_at = $1, tries = tries + 1 where id = $2 and due_at = $3
            returning sealed, tries";
        let Some(row) = tx.query_one(FIRST, params![self.now]).await? else {
            return Ok(None);
        };
        let (id, due_at): ([u8; 16], i64) = (row.get(0)?, row.get(1)?);
        let taken = tx
            .query_one(TAKE, params![self.now + LEASE, id.to_vec(), due_at])
            .await?;
        taken
            .map(|row| {
                let mail = SealedMail {
                    id,
                    sealed: row.get(0)?,
                };
                Ok(Leased {
                    mail,
                    tries: row.get::<i64>(1)? - 1,
                })
            })
            .transpose()
    }
}

/// What became of a try.
pub struct Settle {
    /// The mail.
    pub id: [u8; 16],
    /// Whether nothing more is to be tried: it was taken, or refused for good.
    pub over: bool,
    /// How often it had been tried before.
    pub tries: i64,
    /// The time.
    pub now: Instant,
}

impl Command for Settle {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const REMOVE: &str = "delete from mail where id = $1";
        // Whoever took it after us has its own time.
        const LATER: &str = "update mail set due_at = $1 where id = $2 and tries = $3";
        if self.over || self.tries + 1 >= TRIES_MAX {
            tx.execute(REMOVE, params![self.id.to_vec()]).await?;
        } else {
            let wait = (10 * SECOND) << (self.tries.clamp(0, 10) * 3 / 2);
            let set = params![self.now + wait, self.id.to_vec(), self.tries + 1];
            tx.execute(LATER, set).await?;
        }
        Ok(())
    }
}
