//! People of a shop who decide on its page: a link lets them in, once, and opens a session. Only digests of
//! either are kept.

use super::{Command, Query, StoreError, Tx, params};
use crate::domain::{DAY, HOUR, Instant, MINUTE};
use app::api::ProgramId;

/// How long a link works.
pub const LINK_LIFE: i64 = 24 * HOUR;
/// How long a session lasts without being used.
pub const IDLE: i64 = 2 * HOUR;
/// How long it lasts in any case.
pub const LIFE: i64 = 12 * HOUR;
/// A session that was renewed less than this ago is not renewed again.
const RENEW_AFTER: i64 = 5 * MINUTE;
/// How long a link that no longer works is still known as one of ours.
const REMEMBERED: i64 = 30 * DAY;

/// Makes a link.
pub struct Invite {
    /// The programme it leads to.
    pub program: ProgramId,
    /// A digest of its secret.
    pub digest: Vec<u8>,
    /// When.
    pub now: Instant,
}

impl Command for Invite {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const SQL: &str = "insert into owner_link (digest, program_id, created_at, expires_at)
            values ($1, $2, $3, $4)";
        let (digest, ends) = (self.digest.clone(), self.now + LINK_LIFE);
        tx.execute(SQL, params![digest, self.program, self.now, ends])
            .await?;
        Ok(())
    }
}

/// A link as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredLink {
    /// The programme it leads to.
    pub program: ProgramId,
    /// Whether it would let somebody in now.
    pub works: bool,
}

/// What stands behind a link. Looking changes nothing: whatever previews links in a chat looks, too.
pub struct FindLink {
    /// A digest of its secret.
    pub digest: Vec<u8>,
    /// The time.
    pub now: Instant,
}

impl Query for FindLink {
    type Output = Option<StoredLink>;

    const IS_ONE_STATEMENT: bool = true;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str =
            "select program_id, expires_at, used_at from owner_link where digest = $1";
        let row = tx.query_one(SQL, params![self.digest.clone()]).await?;
        let Some(row) = row else { return Ok(None) };
        let is_used = row.get::<Option<i64>>(2)?.is_some();
        Ok(Some(StoredLink {
            program: row.get(0)?,
            works: !is_used && row.get::<Instant>(1)? > self.now,
        }))
    }
}

/// Takes a link, once, and opens a session.
pub struct Enter {
    /// A digest of the link's secret.
    pub link: Vec<u8>,
    /// A digest of the session's cookie.
    pub session: Vec<u8>,
    /// When.
    pub now: Instant,
}

impl Command for Enter {
    /// The programme, if the link still worked.
    type Output = Option<ProgramId>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const TAKE: &str = "update owner_link set used_at = $1
            where digest = $2 and used_at is null and expires_at > $1 returning program_id";
        const OPEN: &str =
            "insert into owner_session (digest, program_id, created_at, expires_at, ends_at)
            values ($1, $2, $3, $4, $5)";
        let taken = tx
            .query_one(TAKE, params![self.now, self.link.clone()])
            .await?;
        let Some(row) = taken else { return Ok(None) };
        let program: ProgramId = row.get(0)?;
        let session = params![
            self.session.clone(),
            program,
            self.now,
            self.now + IDLE,
            self.now + LIFE
        ];
        tx.later(OPEN, session).await?;
        Ok(Some(program))
    }
}

/// A session as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredSession {
    /// The programme it is good for, and no other.
    pub program: ProgramId,
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

/// The open session of a cookie.
pub struct Find {
    /// A digest of the cookie.
    pub digest: Vec<u8>,
    /// The time.
    pub now: Instant,
}

impl Query for Find {
    type Output = Option<StoredSession>;

    const IS_ONE_STATEMENT: bool = true;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = "select program_id, expires_at, ends_at from owner_session
            where digest = $1 and expires_at > $2 and ends_at > $2";
        let row = tx
            .query_one(SQL, params![self.digest.clone(), self.now])
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(StoredSession {
            program: row.get(0)?,
            expires_at: row.get(1)?,
            ends_at: row.get(2)?,
        }))
    }
}

/// Lets a session last longer, never beyond its end.
pub struct Renew {
    /// A digest of the cookie.
    pub digest: Vec<u8>,
    /// When.
    pub now: Instant,
}

impl Command for Renew {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const SQL: &str =
            "update owner_session set expires_at = case when ends_at < $1 then ends_at else $1 end
            where digest = $2 and expires_at > $3";
        let (until, digest) = (self.now + IDLE, self.digest.clone());
        tx.execute(SQL, params![until, digest, self.now]).await?;
        Ok(())
    }
}

/// Signs out.
pub struct Leave {
    /// A digest of the cookie.
    pub digest: Vec<u8>,
}

impl Command for Leave {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const SQL: &str = "delete from owner_session where digest = $1";
        tx.execute(SQL, params![self.digest.clone()]).await?;
        Ok(())
    }
}

/// Forgets sessions that have ended, and links that have not worked for a long time.
pub struct Sweep {
    /// The time.
    pub now: Instant,
}

impl Command for Sweep {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const SESSIONS: &str = "delete from owner_session where ends_at <= $1";
        const LINKS: &str = "delete from owner_link where expires_at <= $1";
        tx.execute(SESSIONS, params![self.now]).await?;
        tx.execute(LINKS, params![self.now - REMEMBERED]).await?;
        Ok(())
    }
}
