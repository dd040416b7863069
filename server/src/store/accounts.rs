//! Accounts elsewhere that members have shown to be theirs, and the sign-ins by which they do.

use super::attempts;
use super::events::{self, News};
use super::{Command, StoreError, Tx, params};
use crate::clock::Stamp;
use crate::connections::{Account, By, Service};
use crate::domain::program::Rules;
use crate::domain::{Instant, MINUTE};
use app::api::{EventKind, MemberId, ProgramId};
use std::sync::Arc;

/// How long a sign-in elsewhere may take.
pub const LINKING_LIFE: i64 = 15 * MINUTE;

/// A sign-in that has begun.
pub struct Begin {
    /// A digest of the secret that comes back with the member.
    pub digest: Vec<u8>,
    /// The programme.
    pub program: ProgramId,
    /// The connection.
    pub connection: String,
    /// Whose account it will be.
    pub member: MemberId,
    /// The task it is for.
    pub task: Option<String>,
    /// What has to be known again, sealed.
    pub sealed: Vec<u8>,
    /// When.
    pub now: Instant,
}

impl Command for Begin {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const SQL: &str = "insert into linking (digest, program_id, connection, member_id, task, sealed, created_at, expires_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8)";
        let row = params![
            self.digest.clone(),
            self.program,
            &self.connection,
            self.member,
            self.task.clone(),
            self.sealed.clone(),
            self.now,
            self.now + LINKING_LIFE,
        ];
        tx.execute(SQL, row).await?;
        Ok(())
    }
}

/// What was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// Whose account it will be.
    pub member: MemberId,
    /// The task it is for.
    pub task: Option<String>,
    /// What has to be known again, sealed.
    pub sealed: Vec<u8>,
}

/// Takes up a sign-in that comes back, once.
pub struct Take {
    /// A digest of its secret.
    pub digest: Vec<u8>,
    /// The programme.
    pub program: ProgramId,
    /// The connection.
    pub connection: String,
    /// When.
    pub now: Instant,
}

impl Command for Take {
    /// Nothing for one that was never begun here, is over, or was taken up before.
    type Output = Option<Begun>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = "update linking set used_at = $1
            where digest = $2 and program_id = $3 and connection = $4 and used_at is null and expires_at > $1
            returning member_id, task, sealed";
        let digest = self.digest.clone();
        let row = tx
            .query_one(
                SQL,
                params![self.now, digest, self.program, &self.connection],
            )
            .await?;
        row.map(|row| {
            Ok(Begun {
                member: row.get(0)?,
                task: row.get(1)?,
                sealed: row.get(2)?,
            })
        })
        .transpose()
    }
}

/// Makes an account a member's own, and has the task checked that it was shown for.
pub struct Link {
    /// The rules.
    pub rules: Arc<Rules>,
    /// Whose it is.
    pub member: MemberId,
    /// Which service it is of.
    pub service: &'static str,
    /// A keyed digest of service and account.
    pub digest: Vec<u8>,
    /// The account.
    pub account: Account,
    /// The task it was shown for.
    pub task: Option<String>,
    /// When.
    pub stamp: Stamp,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linked {
    /// It is the member's.
    Done,
    /// It is somebody else's, also if they have let it go.
    Taken,
}

impl Command for Link {
    type Output = Linked;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Linked, StoreError> {
        const CLAIM: &str = "insert into outside_account (program_id, service, digest, member_id, external_id, handle,
                created_there_at, linked_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict (program_id, service, digest) do update set external_id = excluded.external_id,
                handle = excluded.handle, linked_at = excluded.linked_at, unlinked_at = null
            where outside_account.member_id = excluded.member_id";
        const OTHERS: &str = "update outside_account set unlinked_at = $1
            where member_id = $2 and service = $3 and digest <> $4 and unlinked_at is null";
        // Two accounts that are shown at the same moment would not see each other, and both would stay.
        events::lock(tx, self.member).await?;
        let (now, digest) = (self.stamp.at, self.digest.clone());
        let row = params![
            self.rules.id,
            self.service,
            digest,
            self.member,
            &self.account.id,
            &self.account.handle,
            self.account.created_at,
            now,
        ];
        if tx.execute(CLAIM, row).await? == 0 {
            return Ok(Linked::Taken);
        }
        // One at a time: which of several would have to follow?
        let others = params![now, self.member, self.service, self.digest.clone()];
        if tx.execute(OTHERS, others).await? > 0 {
            self.come_in_with(tx).await?;
        }
        let task = self
            .task
            .as_deref()
            .and_then(|id| self.rules.program.task(id));
        if let Some(task) = task {
            attempts::begin_check(tx, &self.rules, task, self.member, &self.stamp).await?;
        }
        events::append(tx, self.member, now, &News::of(EventKind::Profile)).await?;
        Ok(Linked::Done)
    }
}

impl Link {
    /// Whoever signs in with an account of this service signs in with the new one from now on, and not with the one
    /// whose place it took: they may have lost that.
    async fn come_in_with<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const HAS: &str = "select value from identity where member_id = $1 and kind = $2 limit 1";
        const NEW: &str = "insert into identity (program_id, kind, value, member_id, created_at)
            values ($1, $2, $3, $4, $5) on conflict (program_id, kind, value) do nothing";
        const OLD: &str = "delete from identity where member_id = $1 and kind = $2 and value <> $3";
        let kind = params![self.member, self.service];
        if tx.query_one(HAS, kind).await?.is_none() {
            return Ok(());
        }
        let (id, now) = (&self.account.id, self.stamp.at);
        let new = params![self.rules.id, self.service, id, self.member, now];
        tx.execute(NEW, new).await?;
        tx.execute(OLD, params![self.member, self.service, id])
            .await?;
        Ok(())
    }
}

/// Makes an address a member's own at a service that knows people by it, as an account is: whoever it has earned
/// for, it earns for nobody else. Answers whether it is theirs.
pub(super) async fn claim_address<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    service: &'static str,
    digest: &[u8],
    member: MemberId,
    now: Instant,
) -> Result<bool, StoreError> {
    const SQL: &str = "insert into outside_account (program_id, service, digest, member_id, linked_at, unlinked_at)
        values ($1, $2, $3, $4, $5, $5)
        on conflict (program_id, service, digest) do update set linked_at = excluded.linked_at
        where outside_account.member_id = excluded.member_id";
    let row = params![program, service, digest.to_vec(), member, now];
    Ok(tx.execute(SQL, row).await? == 1)
}

/// Which member's address was the first to lead to a mailbox, by a digest of it: this member's where there was none.
pub(super) async fn first_at<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    mailbox: &[u8],
    member: MemberId,
    now: Instant,
) -> Result<MemberId, StoreError> {
    // Changing nothing, it still waits for whoever is writing the same row.
    const SQL: &str = "insert into outside_account (program_id, service, digest, member_id, linked_at, unlinked_at)
        values ($1, 'mailbox', $2, $3, $4, $4)
        on conflict (program_id, service, digest) do update set linked_at = outside_account.linked_at
        returning member_id";
    let row = params![program, mailbox.to_vec(), member, now];
    let row = tx.query_one(SQL, row).await?;
    row.map_or(Ok(member), |row| row.get(0))
}

/// Lets a member's account of a service go. They no longer sign in with it either, unless that is the only way they
/// have.
pub struct Unlink {
    /// Whose.
    pub member: MemberId,
    /// Of which service.
    pub service: &'static str,
    /// When.
    pub now: Instant,
}

impl Command for Unlink {
    /// Whether there was one.
    type Output = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool, StoreError> {
        const SQL: &str = "update outside_account set unlinked_at = $1
            where member_id = $2 and service = $3 and unlinked_at is null";
        // All of that service: also one that another took the place of, which nobody would see any more.
        const IDENTITY: &str = "delete from identity where member_id = $1 and kind = $2
            and exists (select other.member_id from identity other
                where other.member_id = $1 and other.kind <> $2)";
        // From here on one at a time, or of two ways in each might go because of the other.
        events::lock(tx, self.member).await?;
        let row = params![self.now, self.member, self.service];
        if tx.execute(SQL, row).await? == 0 {
            return Ok(false);
        }
        events::append(tx, self.member, self.now, &News::of(EventKind::Profile)).await?;
        // Whoever lets an account go may have lost it: its next holder must not come in as them.
        tx.execute(IDENTITY, params![self.member, self.service])
            .await?;
        Ok(true)
    }
}

/// The accounts that a member has shown: service and handle; and as `email` the addresses that they are known
/// by.
pub(super) async fn of_member<T: Tx>(
    tx: &mut T,
    member: MemberId,
) -> Result<Vec<(String, String)>, StoreError> {
    const SQL: &str =
        "select service, handle from outside_account where member_id = $1 and unlinked_at is null
        union all select kind, value from identity where member_id = $1 and kind = 'email'";
    let rows = tx.query(SQL, params![member]).await?;
    let read = |row: &super::Row| {
        let handle: Option<String> = row.get(1)?;
        Ok((row.get(0)?, handle.unwrap_or_default()))
    };
    rows.iter().map(read).collect()
}

/// A member's account of a service: for one that knows people by their address, the address that they have proven.
pub(super) async fn current<T: Tx>(
    tx: &mut T,
    member: MemberId,
    service: &dyn Service,
) -> Result<Option<Account>, StoreError> {
    const ADDRESS: &str = "select value, value, null from identity
        where member_id = $1 and kind = 'email' order by created_at, value limit 1";
    const SQL: &str = "select external_id, handle, created_there_at from outside_account
        where member_id = $1 and service = $2 and unlinked_at is null and external_id is not null";
    let about = service.about();
    let row = match about.knows {
        By::Account => tx.query_one(SQL, params![member, about.kind]).await?,
        By::Address => tx.query_one(ADDRESS, params![member]).await?,
        By::Nobody => None,
    };
    row.map(|row| {
        Ok(Account {
            id: row.get(0)?,
            handle: row.get::<Option<String>>(1)?.unwrap_or_default(),
            created_at: row.get(2)?,
        })
    })
    .transpose()
}

/// Forgets the sign-ins that are over.
pub struct Sweep {
    /// The time.
    pub now: Instant,
}

impl Command for Sweep {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const LINKINGS: &str = "delete from linking where expires_at <= $1";
        const SIGN_INS: &str = "delete from sign_in where expires_at <= $1";
        tx.execute(LINKINGS, params![self.now]).await?;
        // A panel that waits for one is to hear that it is over.
        let long_over = self.now - LINKING_LIFE;
        tx.execute(SIGN_INS, params![long_over]).await?;
        Ok(())
    }
}
