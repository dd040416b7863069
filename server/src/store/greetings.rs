//! Sign-ins that are done by writing to the shop's account: what was written, and the digits that came back.

use super::accounts::Begun;
use super::{Command, StoreError, Tx, params};
use crate::domain::Instant;
use app::api::{MemberId, ProgramId};

/// How often the digits may be typed wrong.
const TRIES_MAX: i64 = 5;
/// How many messages with one code are answered.
const REPLIES_MAX: i64 = 5;

/// Names the code that a sign-in waits for.
pub struct Await {
    /// The digest that the sign-in is known by.
    pub digest: Vec<u8>,
    /// The code.
    pub code: String,
}

impl Command for Await {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const SQL: &str = "update linking set message_code = $1 where digest = $2";
        tx.execute(SQL, params![&self.code, self.digest.clone()])
            .await?;
        Ok(())
    }
}

/// Somebody has written a code. The newest who did counts: only they are sent digits that are right.
pub struct Greet {
    /// The programme.
    pub program: ProgramId,
    /// The connection.
    pub connection: String,
    /// The code.
    pub code: String,
    /// The account, sealed.
    pub account: Vec<u8>,
    /// What the digits are known by.
    pub answer: Vec<u8>,
    /// When.
    pub now: Instant,
}

impl Command for Greet {
    /// Whose sign-in waits for that code; nothing if none does, or it was answered often enough.
    type Output = Option<MemberId>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = "update linking set account = $1, answer = $2, replies = replies + 1
            where message_code = $3 and program_id = $4 and connection = $5 and used_at is null
                and expires_at > $6 and replies < $7
            returning member_id";
        let row = params![
            self.account.clone(),
            self.answer.clone(),
            &self.code,
            self.program,
            &self.connection,
            self.now,
            REPLIES_MAX,
        ];
        let row = tx.query_one(SQL, row).await?;
        row.map(|row| row.get(0)).transpose()
    }
}

/// Types the digits into the window where the sign-in began.
pub struct Answer {
    /// The digest that it is known by.
    pub digest: Vec<u8>,
    /// The programme.
    pub program: ProgramId,
    /// The connection.
    pub connection: String,
    /// What the digits are known by.
    pub answer: Vec<u8>,
    /// When.
    pub now: Instant,
}

/// What became of that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// The digits are right: whose account it will be, and the account that wrote, sealed.
    Done(Begun),
    /// They are not, or none were sent yet.
    Wrong,
    /// It was never begun here, is over, or was tried too often.
    Over,
}

impl Command for Answer {
    type Output = Answered;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Answered, StoreError> {
        const TRY: &str = "update linking set tries = tries + 1
            where digest = $1 and program_id = $2 and connection = $3 and used_at is null and expires_at > $4
                and tries < $5
            returning member_id, task, account, answer";
        const USED: &str = "update linking set used_at = $1 where digest = $2";
        let digest = self.digest.clone();
        let key = params![digest, self.program, &self.connection, self.now, TRIES_MAX];
        let Some(row) = tx.query_one(TRY, key).await? else {
            return Ok(Answered::Over);
        };
        let account: Option<Vec<u8>> = row.get(2)?;
        let answer: Option<Vec<u8>> = row.get(3)?;
        let Some(sealed) = account.filter(|_| answer.as_ref() == Some(&self.answer)) else {
            return Ok(Answered::Wrong);
        };
        tx.execute(USED, params![self.now, self.digest.clone()])
            .await?;
        Ok(Answered::Done(Begun {
            member: row.get(0)?,
            task: row.get(1)?,
            sealed,
        }))
    }
}
