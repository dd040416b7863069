//! Sign-ins elsewhere by which shoppers become known here, and whose the accounts are that they sign in with.
//!
//! One is known by two secrets. The panel has the one, and is told who signed in; the window that it opened has the
//! other, and is where they sign in. Until the panel asks for its session nothing of it is anybody's.

use super::accounts::LINKING_LIFE;
use super::{Command, Query, StoreError, Tx, codes, events, members, params};
use crate::domain::identity::{Shopper, SignedIn};
use crate::domain::{HOUR, Instant};
use app::api::{MemberId, ProgramId};

/// How many sign-ins may begin in an hour: from one source, and in one programme.
const FROM_SOURCE_MAX: i64 = 60;
const IN_PROGRAM_MAX: i64 = 5000;

/// Counts a sign-in that is about to begin: anybody can begin one, and services are called for it.
pub struct Count {
    /// Where it comes from, as a keyed digest.
    pub source: String,
    /// The programme.
    pub program: ProgramId,
    /// When.
    pub now: Instant,
}

impl Command for Count {
    /// Whether it may.
    type Output = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool, StoreError> {
        let source = format!("sign_in/source/{}", self.source);
        let program = format!("sign_in/program/{}", self.program);
        Ok(
            codes::tally(tx, &source, self.now, HOUR, FROM_SOURCE_MAX).await?
                && codes::tally(tx, &program, self.now, HOUR, IN_PROGRAM_MAX).await?,
        )
    }
}

/// A sign-in that has begun.
pub struct Begin {
    /// A digest of the panel's secret.
    pub digest: Vec<u8>,
    /// A digest of the window's.
    pub place: Vec<u8>,
    /// The programme.
    pub program: ProgramId,
    /// The connection.
    pub connection: String,
    /// The shopper's language.
    pub locale: String,
    /// What has to be known again, sealed.
    pub sealed: Vec<u8>,
    /// When.
    pub now: Instant,
}

impl Command for Begin {
    /// Whether nobody began one with this secret before.
    type Output = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool, StoreError> {
        const SQL: &str = "insert into sign_in (digest, place, program_id, connection, locale, sealed, created_at,
                expires_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (digest) do nothing";
        let row = params![
            self.digest.clone(),
            self.place.clone(),
            self.program,
            &self.connection,
            &self.locale,
            self.sealed.clone(),
            self.now,
            self.now + LINKING_LIFE,
        ];
        Ok(tx.execute(SQL, row).await? == 1)
    }
}

/// What was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// The digest of the panel's secret.
    pub digest: Vec<u8>,
    /// The shopper's language.
    pub locale: String,
    /// What has to be known again, sealed.
    pub sealed: Vec<u8>,
}

/// Takes up a sign-in that comes back to its window, once.
pub struct Take {
    /// A digest of the window's secret.
    pub place: Vec<u8>,
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
        const SQL: &str = "update sign_in set returned_at = $1
            where place = $2 and program_id = $3 and connection = $4 and returned_at is null and expires_at > $1
            returning digest, locale, sealed";
        let place = self.place.clone();
        let key = params![self.now, place, self.program, &self.connection];
        let row = tx.query_one(SQL, key).await?;
        row.map(|row| {
            Ok(Begun {
                digest: row.get(0)?,
                locale: row.get(1)?,
                sealed: row.get(2)?,
            })
        })
        .transpose()
    }
}

/// Writes down who has signed in, for the panel to be told.
pub struct Finish {
    /// A digest of the panel's secret.
    pub digest: Vec<u8>,
    /// The programme.
    pub program: ProgramId,
    /// Who it is; nobody if it did not come about.
    pub shopper: Option<Shopper>,
    /// When.
    pub now: Instant,
}

impl Command for Finish {
    /// Whether the panel will be given a session. It is not where the account was a member's who has let it go:
    /// they do not sign in with it, and it is nobody else's.
    type Output = bool;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<bool, StoreError> {
        const KNOWN: &str = "update sign_in set claims = $1 where digest = $2 and used_at is null";
        const OVER: &str = "update sign_in set used_at = $1 where digest = $2 and used_at is null";
        let digest = self.digest.clone();
        if let Some(shopper) = &self.shopper
            && may_enter(tx, self.program, shopper).await?
        {
            let claims = super::ledger::json(shopper)?;
            return Ok(tx.execute(KNOWN, params![claims, digest]).await? == 1);
        }
        tx.execute(OVER, params![self.now, digest]).await?;
        Ok(false)
    }
}

async fn may_enter<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    shopper: &Shopper,
) -> Result<bool, StoreError> {
    if members::find(tx, program, shopper).await?.is_some() {
        return Ok(true);
    }
    let Some(account) = &shopper.account else {
        return Ok(false);
    };
    Ok(owner(tx, program, account).await?.is_none())
}

/// Where a sign-in stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has come back yet, or the window has not even asked.
    Waits,
    /// It is known who it is.
    Known,
    /// It did not come about, took too long, or has led to a session.
    Over,
}

/// Looks where a sign-in stands.
pub struct Look {
    /// A digest of the panel's secret.
    pub digest: Vec<u8>,
    /// The programme.
    pub program: ProgramId,
    /// The time.
    pub now: Instant,
}

impl Query for Look {
    type Output = Standing;

    const IS_ONE_STATEMENT: bool = true;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Standing, StoreError> {
        const SQL: &str = "select claims, used_at, expires_at from sign_in
            where digest = $1 and program_id = $2";
        let key = params![self.digest.clone(), self.program];
        let Some(row) = tx.query_one(SQL, key).await? else {
            return Ok(Standing::Waits);
        };
        let claims: Option<String> = row.get(0)?;
        let used_at: Option<Instant> = row.get(1)?;
        let expires_at: Instant = row.get(2)?;
        Ok(if used_at.is_some() || expires_at <= self.now {
            Standing::Over
        } else if claims.is_some() {
            Standing::Known
        } else {
            Standing::Waits
        })
    }
}

/// Takes what is known of who signed in, once.
pub struct Use {
    /// A digest of the panel's secret.
    pub digest: Vec<u8>,
    /// The programme.
    pub program: ProgramId,
    /// When.
    pub now: Instant,
}

impl Command for Use {
    /// Who it is, and whether they are a member already.
    type Output = Option<(Shopper, bool)>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = "update sign_in set used_at = $1
            where digest = $2 and program_id = $3 and claims is not null and used_at is null and expires_at > $1
            returning claims";
        let key = params![self.now, self.digest.clone(), self.program];
        let Some(row) = tx.query_one(SQL, key).await? else {
            return Ok(None);
        };
        let shopper: Shopper = super::ledger::from_json(&row.get::<String>(0)?)?;
        let member = members::find(tx, self.program, &shopper).await?;
        Ok(Some((shopper, member.is_some())))
    }
}

/// Whose an account is.
pub(super) struct Owner {
    pub(super) member: MemberId,
    /// Whether they have not let it go.
    pub(super) is_connected: bool,
}

/// The member that has shown an account to be theirs, if anybody has.
pub(super) async fn owner<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    account: &SignedIn,
) -> Result<Option<Owner>, StoreError> {
    const SQL: &str = "select member_id, unlinked_at from outside_account
        where program_id = $1 and service = $2 and digest = $3";
    let key = params![program, &account.service, account.digest.clone()];
    let row = tx.query_one(SQL, key).await?;
    row.map(|row| {
        Ok(Owner {
            member: row.get(0)?,
            is_connected: row.get::<Option<Instant>>(1)?.is_none(),
        })
    })
    .transpose()
}

/// Makes an account that was signed in with the member's, unless it is anybody's. It is what their tasks go by only
/// if they have shown no other. Answers whether it is connected now and was not before.
pub(super) async fn connect<T: Tx>(
    tx: &mut T,
    program: ProgramId,
    account: &SignedIn,
    member: MemberId,
    now: Instant,
) -> Result<bool, StoreError> {
    const OTHER: &str = "select digest from outside_account
        where member_id = $1 and service = $2 and unlinked_at is null limit 1";
    const SQL: &str =
        "insert into outside_account (program_id, service, digest, member_id, external_id, handle,
            created_there_at, linked_at, unlinked_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (program_id, service, digest) do nothing";
    // Another account that is shown at the same moment would not be seen.
    events::lock(tx, member).await?;
    let has_other = tx
        .query_one(OTHER, params![member, &account.service])
        .await?;
    let unlinked_at = has_other.map(|_| now);
    let row = params![
        program,
        &account.service,
        account.digest.clone(),
        member,
        &account.id,
        &account.handle,
        account.created_at,
        now,
        unlinked_at,
    ];
    let is_new = tx.execute(SQL, row).await? == 1;
    Ok(is_new && unlinked_at.is_none())
}
