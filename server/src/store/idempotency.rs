//! One effect for one key: the answer is kept in the transaction of its effect.

use super::ledger::{from_json, json};
use super::{Command, StoreError, Tx, params};
use crate::domain::Instant;
use app::api::ProgramId;
use serde::{Serialize, de::DeserializeOwned};

/// A caller's `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The programme it is unique in.
    pub program: ProgramId,
    /// The caller it is unique for.
    pub principal: String,
    /// What the caller chose.
    pub key: String,
    /// A digest of the request: route and body.
    pub request: [u8; 32],
}

/// A command under a key, if the caller gave one.
pub struct Keyed<C> {
    /// The key.
    pub key: Option<Key>,
    /// What is to be done.
    pub command: C,
    /// When.
    pub at: Instant,
}

/// What became of a command under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<O> {
    /// It was done, now or when the key was first used.
    Done(O),
    /// The key was used for another request. Nothing has changed.
    OtherRequest,
}

impl<O> Outcome<O> {
    /// What was done.
    ///
    /// # Errors
    /// [`OtherRequest`].
    pub fn done(self) -> Result<O, OtherRequest> {
        match self {
            Self::Done(output) => Ok(output),
            Self::OtherRequest => Err(OtherRequest),
        }
    }
}

/// A key that was used for another request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherRequest;

impl<C: Command> Command for Keyed<C>
where
    C::Output: Serialize + DeserializeOwned,
{
    type Output = Outcome<C::Output>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const STORED: &str = "select request, answer from idempotency
            where program_id = $1 and principal = $2 and key = $3";
        const KEEP: &str =
            "insert into idempotency (program_id, principal, key, request, answer, created_at)
            values ($1, $2, $3, $4, $5, $6) on conflict (program_id, principal, key) do nothing";
        let Some(Key {
            program,
            principal,
            key,
            request,
        }) = &self.key
        else {
            return Ok(Outcome::Done(self.command.run(tx).await?));
        };
        let stored = if tx.may_assume_new() {
            None
        } else {
            let key = params![*program, principal, key];
            tx.query_one(STORED, key).await?
        };
        if let Some(row) = stored {
            return if row.get::<Vec<u8>>(0)? == request {
                Ok(Outcome::Done(from_json(&row.get::<String>(1)?)?))
            } else {
                Ok(Outcome::OtherRequest)
            };
        }
        let output = self.command.run(tx).await?;
        let answer = json(&output)?;
        let row = params![*program, principal, key, request.to_vec(), answer, self.at];
        // Where the same key came before, what was done here is undone, and the second try finds the answer.
        tx.later_one(KEEP, row, "two requests with one key").await?;
        Ok(Outcome::Done(output))
    }
}
