//! A transaction that fails when it is told to: no code of the product knows of it.

use app::api::MemberId;
use server::store::{Command, Row, StoreError, Tx, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// What a command says that met its fail point.
pub(crate) const CRASH: &str = "the server crashed here";

/// A command whose `fail_at`th statement is never run. Counts the statements that are.
pub(crate) struct Faulty<C> {
    pub(crate) command: C,
    /// From 1.
    pub(crate) fail_at: Option<u32>,
    pub(crate) statements: Arc<AtomicU32>,
}

struct FaultyTx<'t, T> {
    tx: &'t mut T,
    fail_at: Option<u32>,
    seen: u32,
}

impl<C: Command> Command for Faulty<C> {
    type Output = C::Output;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<C::Output, StoreError> {
        let mut tx = FaultyTx {
            tx,
            fail_at: self.fail_at,
            seen: 0,
        };
        let outcome = self.command.run(&mut tx).await;
        self.statements.store(tx.seen, Ordering::SeqCst);
        // A crash between the last statement and the commit.
        tx.step()?;
        outcome
    }
}

impl<T> FaultyTx<'_, T> {
    fn step(&mut self) -> Result<(), StoreError> {
        self.seen += 1;
        if self.fail_at == Some(self.seen) {
            return Err(StoreError::Unavailable(CRASH.into()));
        }
        Ok(())
    }
}

impl<T: Tx> Tx for FaultyTx<'_, T> {
    async fn execute(&mut self, sql: &'static str, params: &[Value]) -> Result<u64, StoreError> {
        self.step()?;
        self.tx.execute(sql, params).await
    }

    async fn query(&mut self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.step()?;
        self.tx.query(sql, params).await
    }

    async fn later(&mut self, sql: &'static str, params: &[Value]) -> Result<(), StoreError> {
        self.step()?;
        self.tx.later(sql, params).await
    }

    async fn take_name(&mut self, name: &str) -> Result<(), StoreError> {
        // No step: on SQLite it is nothing.
        self.tx.take_name(name).await
    }

    fn may_assume_new(&self) -> bool {
        // With a fail point the statements are the same ones on both databases.
        self.fail_at.is_none() && self.tx.may_assume_new()
    }

    fn wake(&mut self, member: MemberId) {
        self.tx.wake(member);
    }
}

/// Whether a command met its fail point.
pub(crate) fn is_crash(error: &StoreError) -> bool {
    matches!(error, StoreError::Unavailable(why) if why == CRASH)
}
