//! One-time codes by e-mail, and the caps that keep them from being guessed or flooded.

use super::mail::{self, SealedMail};
use super::{Command, StoreError, Tx, params};
use crate::clock::Stamp;
use crate::domain::work::{self, Done};
use crate::domain::{DAY, HOUR, Instant, MINUTE};
use app::api::{ChallengeId, ProgramId};

/// How long a code works.
pub const LIFE: i64 = 10 * MINUTE;
/// How often a code may be tried.
pub const TRIES_MAX: i64 = 5;
/// How long until another code may be sent to the same address.
pub const RESEND_AFTER: i64 = MINUTE;
/// Codes to one address in an hour.
pub const PER_ADDRESS_MAX: i64 = 5;
/// Codes asked for from one place in an hour.
pub const PER_SOURCE_MAX: i64 = 20;
/// Codes of one programme in an hour.
pub const PER_PROGRAM_MAX: i64 = 2_000;

/// Counts one more within a window, unless the cap is reached. Windows stand side by side (an hour
/// begins with the hour), so around their border up to twice the cap may pass. Exact under any race: the counting
/// *is* the check. What is counted by the day has a name that begins with `day/`, or it is forgotten sooner.
pub(super) async fn tally<T: Tx>(
    tx: &mut T,
    name: &str,
    now: Instant,
    window: i64,
    max: i64,
) -> Result<bool, StoreError> {
    const SQL: &str = "insert into tally (name, began_at, count) values ($1, $2, 1)
        on conflict (name, began_at) do update set count = tally.count + 1 where tally.count < $3";
    let began_at = now - now.rem_euclid(window);
    Ok(tx.execute(SQL, params![name, began_at, max]).await? == 1)
}

/// How many were counted in the window that stands now.
pub(super) async fn tallied<T: Tx>(
    tx: &mut T,
    name: &str,
    now: Instant,
    window: i64,
) -> Result<i64, StoreError> {
    const SQL: &str = "select count from tally where name = $1 and began_at = $2";
    let began_at = now - now.rem_euclid(window);
    let row = tx.query_one(SQL, params![name, began_at]).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// Forgets old counts and codes.
pub struct Sweep {
    /// The time.
    pub now: Instant,
}

impl Command for Sweep {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const TALLIES: &str = "delete from tally where began_at < $1 and name not like 'calls/%'
            and (began_at < $2 or name not like 'day/%')";
        let (windows, codes) = (self.now - 2 * HOUR, self.now - HOUR);
        let days = self.now - 2 * DAY;
        tx.execute(TALLIES, params![windows, days]).await?;
        tx.execute(
            "delete from challenge where expires_at < $1",
            params![codes],
        )
        .await?;
        Ok(())
    }
}

/// Makes a challenge and its mail.
pub struct Send {
    /// The programme.
    pub program_id: ProgramId,
    /// Where the code goes.
    pub email: String,
    /// A keyed digest of the code with its challenge.
    pub digest: Vec<u8>,
    /// A keyed digest of where the request came from.
    pub source: String,
    /// A keyed digest of the address, for counting.
    pub address: String,
    /// The mail.
    pub mail: SealedMail,
    /// The challenge.
    pub id: ChallengeId,
    /// The work that was done for it.
    pub work: Option<Done>,
    /// When.
    pub stamp: Stamp,
}

/// What became of a wish for a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It is on its way.
    Yes,
    /// One was sent to this address less than a minute ago.
    TooSoon,
    /// So many were sent in this hour, and more are not.
    TooMany(i64),
    /// So many were asked for in the last minutes that work comes first: up to which number to look.
    NeedsWork(u32),
}

impl Send {
    /// Counts the wish, and the work that was done for it. Where wishes have become many and no work was done,
    /// answers up to which number to look first; what is refused so is not counted against the caps.
    async fn needs_work<T: Tx>(&self, tx: &mut T) -> Result<Option<u32>, StoreError> {
        let now = self.stamp.at;
        let source = format!("work/source/{}", self.source);
        let program = format!("work/program/{}", self.program_id);
        let has_worked = match &self.work {
            // It stands at the moment when the work no longer counts, so it is known for longer than that.
            Some(Done {
                challenge,
                expires_at,
            }) => tally(tx, &format!("work/done/{challenge}"), *expires_at, 1, 1).await?,
            None => false,
        };
        // Wishes with work are counted as well, whatever their number.
        let [from_source, of_program] = if has_worked {
            [i64::MAX; 2]
        } else {
            [work::FREE_PER_SOURCE, work::FREE_PER_PROGRAM]
        };
        if tally(tx, &source, now, work::WINDOW, from_source).await?
            && tally(tx, &program, now, work::WINDOW, of_program).await?
        {
            return Ok(None);
        }
        let from_source = tallied(tx, &source, now, work::WINDOW).await?;
        let of_program = tallied(tx, &program, now, work::WINDOW).await?;
        Ok(Some(work::number_max(from_source, of_program)))
    }
}

impl Command for Send {
    type Output = Sent;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Sent, StoreError> {
        const SQL: &str = "insert into challenge (id, program_id, email, digest, tries, used, created_at, expires_at)
            values ($1, $2, $3, $4, 0, $5, $6, $7)";
        if let Some(number_max) = self.needs_work(tx).await? {
            return Ok(Sent::NeedsWork(number_max));
        }
        let now = self.stamp.at;
        let program = self.program_id;
        let caps = [
            (
                format!("code/source/{}", self.source),
                HOUR,
                PER_SOURCE_MAX,
                Sent::TooMany(PER_SOURCE_MAX),
            ),
            (
                format!("code/program/{program}"),
                HOUR,
                PER_PROGRAM_MAX,
                Sent::TooMany(PER_PROGRAM_MAX),
            ),
            (
                format!("code/minute/{program}/{}", self.address),
                RESEND_AFTER,
                1,
                Sent::TooSoon,
            ),
            (
                format!("code/address/{program}/{}", self.address),
                HOUR,
                PER_ADDRESS_MAX,
                Sent::TooMany(PER_ADDRESS_MAX),
            ),
        ];
        for (name, window, max, refusal) in caps {
            if !tally(tx, &name, now, window, max).await? {
                return Ok(refusal);
            }
        }
        let digest = self.digest.clone();
        tx.execute(
            SQL,
            params![
                self.id,
                program,
                &self.email,
                digest,
                false,
                now,
                now + LIFE
            ],
        )
        .await?;
        mail::enqueue(tx, program, &self.mail, now).await?;
        Ok(Sent::Yes)
    }
}

/// Tries a code.
pub struct Try {
    /// The challenge.
    pub id: ChallengeId,
    /// The programme it must be of.
    pub program_id: ProgramId,
    /// A keyed digest of the code with its challenge.
    pub digest: Vec<u8>,
    /// When.
    pub now: Instant,
}

/// What a code proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// Who reads this address typed it.
    Proven {
        /// The address.
        email: String,
    },
    /// Another code, and so many tries left.
    Wrong {
        /// Tries left.
        left: i64,
    },
    /// Used, run out, tried too often, or never sent: all the same to the caller.
    Gone,
}

impl Command for Try {
    type Output = Tried;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Tried, StoreError> {
        // The try is counted before the code is looked at, so parallel guesses share the five.
        const COUNT: &str = "update challenge set tries = tries + 1
            where id = $1 and program_id = $2 and tries < $3 and expires_at > $4 and not used
            returning email, digest, tries";
        const USE: &str = "update challenge set used = $1 where id = $2 and not used";
        let row = tx
            .query_one(
                COUNT,
                params![self.id, self.program_id, TRIES_MAX, self.now],
            )
            .await?;
        let Some(row) = row else {
            return Ok(Tried::Gone);
        };
        let digest: Vec<u8> = row.get(1)?;
        if !crate::crypto::same(&digest, &self.digest) {
            return Ok(Tried::Wrong {
                left: TRIES_MAX - row.get::<i64>(2)?,
            });
        }
        let first = tx.execute(USE, params![true, self.id]).await? == 1;
        Ok(if first {
            Tried::Proven { email: row.get(0)? }
        } else {
            Tried::Gone
        })
    }
}
