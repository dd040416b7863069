//! One transaction, with as few waits as it can have.
//!
//! What a command costs is mostly the way to the database and back. So `begin` goes out together
//! with the first statement, a statement whose answer nobody needs together with the next one that
//! is waited for, and the last of them together with `commit`. Two things make that safe:
//!
//! - A statement that fails ends its transaction in PostgreSQL: whatever is already on the way after
//!   it fails too, and a `commit` becomes a rollback. Each answer is looked at before the commit is
//!   believed, so what failed is never acknowledged.
//! - If `begin` itself failed, the statement after it would be a transaction of its own. It cannot
//!   write: a session's transactions are read-only unless their `begin` says otherwise
//!   ([`SESSION`]).

use super::joined::{Later, join};
use super::value::{as_sql, owned};
use crate::store::{Row, StoreError, Tx, Value, params};
use app::api::MemberId;
use deadpool_postgres::ClientWrapper;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, maybe_done, try_join};
use std::pin::{Pin, pin};
use tokio_postgres::{Error, Statement};

/// What each connection is told when it is made. Every statement of a request has an index, and is to take it: a plan
/// is kept, one for all values, and one that was made while a table was empty would read all of it when it has
/// grown. Where there is no index for a statement, its plan looks so dear for that, that to compile it would seem
/// worth while.
pub(super) const SESSION: &str = "set session characteristics as transaction read only;
    set enable_seqscan = off; set jit = off; set plan_cache_mode = force_generic_plan";
/// Begins a command's transaction.
pub(super) const WRITE: &str = "begin isolation level read committed, read write";
/// Begins the transaction of several commands. What they wait for a lock is bounded far below the
/// second after which PostgreSQL looks for a deadlock.
pub(super) const WRITE_TOGETHER: &str =
    "begin isolation level read committed, read write; set local lock_timeout = '100ms'";
/// Begins a query's, which sees one moment.
pub(super) const READ: &str = "begin isolation level repeatable read, read only";

/// A transaction on a connection of its own. Unless it was committed, it is rolled back when dropped.
pub(super) struct Pipeline<'c> {
    client: &'c ClientWrapper,
    state: State,
    /// Statements that nobody waits for, in order.
    queued: Vec<Later>,
    /// Why this must not commit.
    failed: Option<StoreError>,
    assumes_new: bool,
    woken: Vec<MemberId>,
}

enum State {
    /// Nothing was sent; this will be the first.
    New(&'static str),
    Open,
    /// Nothing was sent; there will be one statement, and no transaction around it.
    Single,
    Over,
}

/// Carries out a statement that nobody waits for.
async fn run(client: &ClientWrapper, statement: Statement, later: Later) -> Result<(), StoreError> {
    let changed = client.execute_raw(&statement, &later.params).await?;
    match later.one_or {
        Some(why) if changed != 1 => Err(StoreError::Retry(why.into())),
        _ => Ok(()),
    }
}

impl<'c> Pipeline<'c> {
    pub(super) fn new(client: &'c ClientWrapper, begin: &'static str) -> Self {
        Self::begin(client, State::New(begin))
    }

    /// The same for commands whose requests are taken to be new.
    pub(super) fn assuming_new(mut self, assumes_new: bool) -> Self {
        self.assumes_new = assumes_new;
        self
    }

    /// One statement that reads: to begin a transaction and to end it would be two more for the
    /// database. It cannot write either, see [`SESSION`].
    pub(super) fn single(client: &'c ClientWrapper) -> Self {
        Self::begin(client, State::Single)
    }

    fn begin(client: &'c ClientWrapper, state: State) -> Self {
        Self {
            client,
            state,
            queued: Vec::new(),
            failed: None,
            assumes_new: false,
            woken: Vec::new(),
        }
    }

    /// Commits; answers who has news.
    pub(super) async fn commit(mut self) -> Result<Vec<MemberId>, StoreError> {
        if let Some(failed) = self.failed.take() {
            return Err(failed);
        }
        // What changed no row is no error to the database, which would commit.
        if self.queued.iter().any(|queued| queued.one_or.is_some()) {
            self.send(std::future::ready(Ok(()))).await?;
        }
        if matches!(self.state, State::Open) || !self.queued.is_empty() {
            self.send(self.client.batch_execute("commit")).await?;
        }
        self.state = State::Over;
        Ok(std::mem::take(&mut self.woken))
    }

    /// Sends what is queued and then `last`, without a wait between them, and waits for all answers.
    async fn send<O>(
        &mut self,
        last: impl Future<Output = Result<O, Error>>,
    ) -> Result<O, StoreError> {
        let client = self.client;
        // Also when this is dropped before the answers are there: nobody knows them then.
        self.failed = Some(StoreError::internal("a statement was not waited for"));
        let mut queued = Vec::new();
        for later in join(std::mem::take(&mut self.queued)) {
            queued.push((self.prepared(later.sql).await?, later));
        }
        let mut sent = Vec::<BoxFuture<'_, Result<(), StoreError>>>::new();
        match self.state {
            State::New(begin) => {
                self.state = State::Open;
                sent.push(Box::pin(
                    async move { Ok(client.batch_execute(begin).await?) },
                ));
            }
            State::Open => {}
            State::Single => self.state = State::Over,
            State::Over => return Err(StoreError::internal("a statement after the only one")),
        }
        for (statement, later) in queued {
            sent.push(Box::pin(run(client, statement, later)));
        }
        // Being polled for the first time is what puts a request on its way, so this is their order.
        let mut sent: Vec<_> = sent.into_iter().map(maybe_done).collect();
        for request in &mut sent {
            let _sent = request.now_or_never();
        }
        let mut last = pin!(maybe_done(last));
        let _sent = last.as_mut().now_or_never();
        // The first that failed is the reason; the others only say that there was one.
        let mut failed = None;
        for mut request in sent {
            (&mut request).await;
            let answer = Pin::new(&mut request).take_output().and_then(Result::err);
            failed = failed.or(answer);
        }
        last.as_mut().await;
        let outcome = match (failed, last.take_output()) {
            (Some(error), _) => Err(error),
            (None, Some(Err(error))) => Err(StoreError::from(error)),
            (None, Some(Ok(output))) => Ok(output),
            (None, None) => Err(StoreError::internal("an answer was taken twice")),
        };
        self.failed = outcome.as_ref().err().cloned();
        outcome
    }

    fn queue(&mut self, sql: &'static str, params: &[Value], one_or: Option<&'static str>) {
        self.queued.push(Later {
            sql,
            params: params.to_vec(),
            one_or,
        });
    }

    /// Known to each connection after its first use; until then this is a way to the database and
    /// back of its own.
    async fn prepared(&mut self, sql: &str) -> Result<Statement, StoreError> {
        let prepared = self.client.prepare_cached(sql).await;
        prepared.map_err(|error| self.failed.insert(error.into()).clone())
    }
}

impl Drop for Pipeline<'_> {
    fn drop(&mut self) {
        if matches!(self.state, State::Open) {
            // On its way before whatever the connection is used for next; nobody needs the answer.
            let _sent = self.client.batch_execute("rollback").now_or_never();
        }
    }
}

impl Tx for Pipeline<'_> {
    async fn execute(&mut self, sql: &'static str, params: &[Value]) -> Result<u64, StoreError> {
        let statement = self.prepared(sql).await?;
        let client = self.client;
        self.send(client.execute_raw(&statement, params)).await
    }

    async fn query(&mut self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let statement = self.prepared(sql).await?;
        let (client, params) = (self.client, as_sql(params));
        let rows = self.send(client.query(&statement, &params)).await?;
        rows.iter().map(owned).collect()
    }

    async fn query_both(
        &mut self,
        first: (&'static str, &[Value]),
        second: (&'static str, &[Value]),
    ) -> Result<(Vec<Row>, Vec<Row>), StoreError> {
        let statements = [
            self.prepared(first.0).await?,
            self.prepared(second.0).await?,
        ];
        let (client, params) = (self.client, [as_sql(first.1), as_sql(second.1)]);
        let asked = (
            client.query(&statements[0], &params[0]),
            client.query(&statements[1], &params[1]),
        );
        let (first, second) = self.send(try_join(asked.0, asked.1)).await?;
        let read = |rows: Vec<_>| rows.iter().map(owned).collect::<Result<_, _>>();
        Ok((read(first)?, read(second)?))
    }

    async fn later(&mut self, sql: &'static str, params: &[Value]) -> Result<(), StoreError> {
        self.queue(sql, params, None);
        Ok(())
    }

    async fn later_one(
        &mut self,
        sql: &'static str,
        params: &[Value],
        why: &'static str,
    ) -> Result<(), StoreError> {
        self.queue(sql, params, Some(why));
        Ok(())
    }

    async fn take_name(&mut self, name: &str) -> Result<(), StoreError> {
        const SQL: &str = "select pg_advisory_xact_lock(hashtextextended($1, 0))";
        self.execute(SQL, params![name]).await?;
        Ok(())
    }

    fn may_assume_new(&self) -> bool {
        self.assumes_new
    }

    fn wake(&mut self, member: MemberId) {
        self.woken.push(member);
    }
}
