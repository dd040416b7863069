//! Sessions: what a token or a code proved, for a while.

use super::members::{self, StoredMember};
use super::{Command, Query, Row, StoreError, Tx, params};
use crate::domain::identity::Shopper;
use crate::domain::{HOUR, Instant, MINUTE};
use crate::programs::Programs;
use app::api::{MemberId, ProgramId};

/// How long a session lasts without being used.
pub const IDLE: i64 = 15 * MINUTE;
/// How long it lasts in any case.
pub const LIFE: i64 = 12 * HOUR;
/// A session that was renewed less than this ago is not renewed again: each renewal is a write. A panel that is
/// seen asks for one by itself after ten minutes at the latest (`app::islands::session`), which is to be in time.
const RENEW_AFTER: i64 = 4 * MINUTE;

/// A digest of a session's bearer: all that is stored of it.
pub type Digest = [u8; 32];

/// A session as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSession {
    /// The programme it is good for.
    pub program_id: ProgramId,
    /// The member, once there is one.
    pub member: Option<MemberId>,
    /// Who it was opened for.
    pub shopper: Shopper,
    /// When it ends unless it is used.
    pub expires_at: Instant,
    /// When it ends in any case.
    pub ends_at: Instant,
}

impl StoredSession {
    /// Whether it is time to renew it.
    pub fn wants_renewal(&self, now: Instant) -> bool {
        self.expires_at < self.ends_at && self.expires_at < now + IDLE - RENEW_AFTER
    }
}

/// Opens a session. The same bearer again is the same session: a token that is exchanged twice, by
/// two frames of a page, gives one; and one that was signed out stays so.
pub struct Open {
    /// Of its bearer.
    pub digest: Digest,
    /// The programme.
    pub program_id: ProgramId,
    /// Who it is for.
    pub shopper: Shopper,
    /// When.
    pub at: Instant,
}

impl Command for Open {
    type Output = Option<StoredSession>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = "insert into session (digest, program_id, member_id, claims, created_at, expires_at, ends_at,
                closed)
            values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict (digest) do update set expires_at = case when session.ends_at < excluded.expires_at
                then session.ends_at else excluded.expires_at end
            where not session.closed and session.ends_at > excluded.created_at";
        let member = members::find(tx, self.program_id, &self.shopper).await?;
        let claims = super::ledger::json(&self.shopper)?;
        let (expires_at, ends_at) = (self.at + IDLE, self.at + LIFE);
        tx.execute(
            SQL,
            params![
                self.digest.to_vec(),
                self.program_id,
                member,
                claims,
                self.at,
                expires_at,
                ends_at,
                false,
            ],
        )
        .await?;
        Find {
            digest: self.digest,
            now: self.at,
        }
        .run(tx)
        .await
    }
}

/// The open session of a bearer.
pub struct Find {
    /// Of its bearer.
    pub digest: Digest,
    /// The time.
    pub now: Instant,
}

impl Query for Find {
    type Output = Option<StoredSession>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = "select program_id, member_id, claims, expires_at, ends_at from session
            where digest = $1 and expires_at > $2 and ends_at > $2 and not closed";
        let row = tx
            .query_one(SQL, params![self.digest.to_vec(), self.now])
            .await?;
        let Some(row) = row else { return Ok(None) };
        let mut session = read(&row)?;
        // The shopper may have joined since, in this frame or in another. And an account that was signed in with may
        // have been let go since, perhaps because it was lost: then it is nobody's session any more.
        if session.member.is_none() || session.shopper.account.is_some() {
            session.member = members::find(tx, session.program_id, &session.shopper).await?;
        }
        Ok(Some(session))
    }
}

/// The open session of a bearer with its member, if there is one, both of one moment.
pub struct FindMember<'a> {
    /// The session.
    pub session: Find,
    /// The programmes that a session may be of.
    pub programs: &'a Programs,
}

impl Query for FindMember<'_> {
    type Output = Option<(StoredSession, Option<StoredMember>)>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        let Some(session) = self.session.run(tx).await? else {
            return Ok(None);
        };
        let program = self.programs.by_id(session.program_id);
        let member = match (session.member, &program) {
            (Some(member), Some(program)) => {
                let get = members::Get {
                    member,
                    rules: &program.rules,
                    now: self.session.now,
                };
                get.run(tx).await?
            }
            _ => None,
        };
        Ok(Some((session, member)))
    }
}

fn read(row: &Row) -> Result<StoredSession, StoreError> {
    Ok(StoredSession {
        program_id: row.get(0)?,
        member: row.get(1)?,
        shopper: super::ledger::from_json(&row.get::<String>(2)?)?,
        expires_at: row.get(3)?,
        ends_at: row.get(4)?,
    })
}

/// Lets sessions last longer, never beyond their ends. A use that is written late takes nothing from a later one.
pub struct Renew {
    /// Which were used and when, by rising digests: two servers that renew the same ones then hardly ever wait for each
    /// other in a circle.
    pub used: Vec<(Digest, Instant)>,
}

impl Command for Renew {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const SQL: &str =
            "update session set expires_at = case when ends_at < $1 then ends_at else $1 end
            where digest = $2 and expires_at > $3 and expires_at < $1 and not closed";
        for &(digest, at) in &self.used {
            tx.later(SQL, params![at + IDLE, digest.to_vec(), at])
                .await?;
        }
        Ok(())
    }
}

/// Signs out. The row stays until its end, so that the same token does not open it again.
pub struct Close {
    /// Of its bearer.
    pub digest: Digest,
    /// Whose open streams are to look whether they still may, on whichever server.
    pub member: Option<MemberId>,
}

impl Command for Close {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const SQL: &str = "update session set closed = $1 where digest = $2";
        tx.execute(SQL, params![true, self.digest.to_vec()]).await?;
        if let Some(member) = self.member {
            tx.wake(member);
        }
        Ok(())
    }
}

/// Forgets sessions that have ended.
pub struct Sweep {
    /// The time.
    pub now: Instant,
}

impl Command for Sweep {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        tx.execute("delete from session where ends_at <= $1", params![self.now])
            .await?;
        Ok(())
    }
}
