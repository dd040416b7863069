//! Everything that is kept, in SQLite or in PostgreSQL.
//!
//! A write is a [`Command`]: plain data with one body, generic over the transaction it runs in, so
//! both engines run the same statements. A read is a [`Query`]. Concurrency is decided by
//! conditional writes and unique keys, never by reading first: SQLite's single writer would hide
//! the race that PostgreSQL shows.

mod address;
mod migrations;
mod postgres;
mod sqlite;
mod value;

pub mod accounts;
pub mod adjustments;
pub mod attempts;
pub mod audit;
mod busy;
pub mod checks;
pub mod codes;
pub mod connections;
pub mod copy;
pub mod coupons;
pub mod decisions;
pub mod downloads;
pub mod events;
pub mod files;
pub mod greetings;
pub mod hints;
pub mod idempotency;
pub mod judged;
pub mod keys;
pub mod ledger;
pub mod links;
pub mod mail;
pub mod members;
pub mod orders;
pub mod owners;
pub mod panel;
pub mod programs;
pub mod pulls;
pub mod referrals;
pub mod reviews;
pub mod seal;
pub mod sessions;
pub mod shares;
pub mod sign_ins;
pub mod signals;
pub mod statement;
pub mod surveys;
pub mod threads;

pub use address::Address;
pub(crate) use value::params;
pub use value::{FromValue, Row, Value};

use address::Leads;
use app::api::MemberId;
use keys::StoredKey;
use std::path::Path;
use std::sync::Arc;

/// Who may have news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ring {
    /// This member, after the commit that made them.
    Member(MemberId),
    /// Anybody: what other servers wrote may have gone unheard for a while.
    Everybody,
}

/// Called when there may be news, whichever server wrote them. It must not block.
pub type Wake = Arc<dyn Fn(Ring) + Send + Sync>;

/// Why the store could not do something. A refusal by the rules is never one of these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Busy or away; the same request may be sent again later.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// Two transactions met; run it again.
    #[error("the transaction has to be run again: {0}")]
    Retry(String),
    /// A bug, or a damaged database.
    #[error("the database answered something unexpected: {0}")]
    Internal(String),
}

impl StoreError {
    pub(crate) fn internal(text: impl Into<String>) -> Self {
        Self::Internal(text.into())
    }

    fn stopped() -> Self {
        Self::Unavailable("it has been closed".into())
    }
}

/// A transaction of either engine.
pub trait Tx: Send {
    /// Runs a statement; answers how many rows it changed.
    fn execute(
        &mut self,
        sql: &'static str,
        params: &[Value],
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Runs a statement; answers its rows.
    fn query(
        &mut self,
        sql: &'static str,
        params: &[Value],
    ) -> impl Future<Output = Result<Vec<Row>, StoreError>> + Send;

    /// Runs a statement whose answer nobody needs, and which may therefore be sent together with the
    /// next one, and carried out in any order with others like it. If it fails, so does the command.
    fn later(
        &mut self,
        sql: &'static str,
        params: &[Value],
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        async move { self.execute(sql, params).await.map(|_| ()) }
    }

    /// The same for a statement that has to change one row: where it does not, the transaction must be
    /// run again, and `why` says so.
    fn later_one(
        &mut self,
        sql: &'static str,
        params: &[Value],
        why: &'static str,
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        async move {
            match self.execute(sql, params).await? {
                1 => Ok(()),
                _ => Err(StoreError::Retry(why.into())),
            }
        }
    }

    /// Runs two statements, the second of which needs nothing of the first one's answer and may
    /// therefore be sent together with it; answers the rows of both.
    fn query_both(
        &mut self,
        first: (&'static str, &[Value]),
        second: (&'static str, &[Value]),
    ) -> impl Future<Output = Result<(Vec<Row>, Vec<Row>), StoreError>> + Send {
        async move {
            let rows = self.query(first.0, first.1).await?;
            Ok((rows, self.query(second.0, second.1).await?))
        }
    }

    /// Waits for whoever took the same name before, until they have committed. Where there is one writer, nobody has.
    fn take_name(&mut self, _name: &str) -> impl Future<Output = Result<(), StoreError>> + Send {
        std::future::ready(Ok(()))
    }

    /// Whether a command may take it that its request has not come before. If it has, whatever was done is undone,
    /// and run again where this says no.
    fn may_assume_new(&self) -> bool {
        false
    }

    /// Says that there is news for `member` once this is committed.
    fn wake(&mut self, member: MemberId);

    /// Runs a statement; answers its first row, if there is one.
    fn query_one(
        &mut self,
        sql: &'static str,
        params: &[Value],
    ) -> impl Future<Output = Result<Option<Row>, StoreError>> + Send {
        async move { Ok(self.query(sql, params).await?.into_iter().next()) }
    }
}

/// A write, as data. It may run more than once before it commits, and must not wait for anything
/// but its transaction. A refusal by the rules is an ordinary output and commits; an error leaves
/// no trace.
pub trait Command: Send + Sync + 'static {
    /// What the caller is told.
    type Output: Send + 'static;

    /// The only body there is.
    fn run<T: Tx>(
        &self,
        tx: &mut T,
    ) -> impl Future<Output = Result<Self::Output, StoreError>> + Send;
}

/// A read, as data, of one consistent moment.
pub trait Query: Send + Sync {
    /// What was read.
    type Output: Send;

    /// Whether it is one statement, which is of one moment without a transaction around it.
    const IS_ONE_STATEMENT: bool = false;

    /// The only body there is.
    fn run<T: Tx>(
        &self,
        tx: &mut T,
    ) -> impl Future<Output = Result<Self::Output, StoreError>> + Send;
}

const NO_ENGINE: &str = "the address must begin with sqlite: or postgres://";

/// The database.
#[derive(Clone)]
pub struct Store(Engine);

#[derive(Clone)]
enum Engine {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

impl Store {
    /// Opens `sqlite:path` or `postgres://…` and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the address is wrong or nothing answers there.
    pub async fn open(address: impl Into<Address<'_>>, wake: Wake) -> Result<Self, StoreError> {
        Ok(Self(match address.into().leads() {
            Some(Leads::Sqlite(path)) => Engine::Sqlite(sqlite::Sqlite::open(path, wake)?),
            Some(Leads::Postgres(address)) => {
                Engine::Postgres(postgres::Postgres::open(address, wake).await?)
            }
            None => return Err(StoreError::Unavailable(NO_ENGINE.into())),
        }))
    }

    /// Opens a database to read it and nothing else: its schema is taken as it is, and a server may be
    /// running on it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when nothing answers there, or when its schema is not this program's.
    pub async fn look(address: impl Into<Address<'_>>) -> Result<Self, StoreError> {
        let store = Self(match address.into().leads() {
            Some(Leads::Sqlite(path)) => Engine::Sqlite(sqlite::Sqlite::look(path)),
            Some(Leads::Postgres(address)) => Engine::Postgres(postgres::Postgres::look(address)?),
            None => return Err(StoreError::Unavailable(NO_ENGINE.into())),
        });
        let steps = store.read(Steps).await.map_err(|error| match error {
            StoreError::Internal(_) => StoreError::Unavailable("there are no books in it".into()),
            error => error,
        })?;
        let ours = migrations::MIGRATIONS.iter().map(|step| step.number).max();
        if Some(steps) == ours {
            return Ok(store);
        }
        Err(StoreError::Unavailable(
            "its schema is another version's; `laurel migrate` brings an older one up to date"
                .into(),
        ))
    }

    /// Runs a command; its effect is durable when this returns.
    ///
    /// # Errors
    /// Any [`StoreError`]; then nothing has happened, unless the connection was lost between the
    /// commit and its answer, which is why commands carry keys.
    pub async fn write<C: Command>(&self, command: C) -> Result<C::Output, StoreError> {
        match &self.0 {
            Engine::Sqlite(sqlite) => sqlite.write(command).await,
            Engine::Postgres(postgres) => postgres.write(command).await,
        }
    }

    /// Runs a query.
    pub async fn read<Q: Query>(&self, query: Q) -> Result<Q::Output, StoreError> {
        match &self.0 {
            Engine::Sqlite(sqlite) => sqlite.read(&query),
            Engine::Postgres(postgres) => postgres.read(&query).await,
        }
    }

    /// The key of this name, revoked or not, read after this was asked.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn key(&self, kid: &str) -> Result<Option<StoredKey>, StoreError> {
        match &self.0 {
            Engine::Sqlite(sqlite) => sqlite.read(&keys::Find(kid)),
            Engine::Postgres(postgres) => postgres.key(kid).await,
        }
    }

    /// Runs a query that may take minutes, such as an audit of everything.
    pub async fn read_long<Q: Query>(&self, query: Q) -> Result<Q::Output, StoreError> {
        match &self.0 {
            Engine::Sqlite(sqlite) => sqlite.read(&query),
            Engine::Postgres(postgres) => postgres.read_long(&query).await,
        }
    }

    /// Whether it is one file.
    pub fn is_file(&self) -> bool {
        matches!(self.0, Engine::Sqlite(_))
    }

    /// Writes a database that is one file into another, new one, as it is at one moment and without
    /// holding up its writer.
    ///
    /// # Errors
    /// Any [`StoreError`]; what was written until then stays behind.
    pub async fn pack(&self, into: &Path) -> Result<(), StoreError> {
        let Engine::Sqlite(sqlite) = &self.0 else {
            return Err(StoreError::internal("this database is not a file"));
        };
        let (sqlite, into) = (sqlite.clone(), into.to_owned());
        let packing = tokio::task::spawn_blocking(move || sqlite.pack(&into));
        packing.await.map_err(|_| StoreError::stopped())?
    }

    /// A `transfer.seq` that no transfer still to be committed will have or fall below; empty when that
    /// cannot be told just now.
    ///
    /// The engines differ here, and nowhere above: SQLite's only writer commits in the order of `seq`,
    /// while on PostgreSQL a transaction that took its number first may commit last.
    pub async fn settled(&self) -> Result<Option<i64>, StoreError> {
        match &self.0 {
            Engine::Sqlite(sqlite) => sqlite.read(&Newest).map(Some),
            Engine::Postgres(postgres) => postgres.settled().await,
        }
    }
}

/// The newest transfer's `seq`.
struct Newest;

impl Query for Newest {
    type Output = i64;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<i64, StoreError> {
        const SQL: &str = "select coalesce(max(seq), 0) from transfer";
        let row = tx.query_one(SQL, &[]).await?;
        row.map_or(Ok(0), |row| row.get(0))
    }
}

/// How far a database's schema has come.
struct Steps;

impl Query for Steps {
    type Output = i64;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<i64, StoreError> {
        const SQL: &str = "select coalesce(max(number), 0) from migration";
        let row = tx.query_one(SQL, &[]).await?;
        row.map_or(Ok(0), |row| row.get(0))
    }
}
