//! PostgreSQL: a pool of connections, one transaction per command, bounded retries.

mod pipeline;
mod value;

use super::migrations::MIGRATIONS;
use super::{Command, Query, StoreError, Wake};
use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime,
};
use pipeline::Pipeline;
use std::str::FromStr;
use std::time::Duration;
use tokio_postgres::NoTls;

/// How often a command runs anew after a deadlock or a serialisation failure.
const TRIES_MAX: u32 = 6;
/// Connections one server holds.
const POOL_MAX: usize = 16;
/// How long a command waits for a connection before the store says it is busy.
const POOL_WAIT: Duration = Duration::from_secs(5);
/// How long a transaction may take before its connection is believed to be dead.
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// The number under which servers take turns to migrate ("laurel" on a telephone).
const MIGRATION_LOCK: i64 = 528_735;

/// A pool of connections.
#[derive(Clone)]
pub(super) struct Postgres {
    pool: Pool,
    wake: Wake,
}

impl Postgres {
    /// Connects to `url` and brings the schema up to date.
    pub(super) async fn open(url: &str, wake: Wake) -> Result<Self, StoreError> {
        let config = tokio_postgres::Config::from_str(url)
            .map_err(|_| StoreError::Unavailable("the PostgreSQL address cannot be read".into()))?;
        let manager = Manager::from_config(
            config,
            NoTls,
            ManagerConfig {
                recycling_method: RecyclingMethod::Fast,
            },
        );
        let pool = Pool::builder(manager)
            .max_size(POOL_MAX)
            .wait_timeout(Some(POOL_WAIT))
            .create_timeout(Some(POOL_WAIT))
            .runtime(Runtime::Tokio1)
            .post_create(Hook::async_fn(|client, _| {
                Box::pin(async move {
                    let told = client.batch_execute(pipeline::SESSION).await;
                    told.map_err(HookError::Backend)
                })
            }))
            .build()
            .map_err(|error| StoreError::internal(error.to_string()))?;
        let store = Self { pool, wake };
        store.migrate().await?;
        Ok(store)
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        let mut client = self.pool.get().await?;
        let tx = client.build_transaction().read_only(false).start().await?;
        tx.execute("select pg_advisory_xact_lock($1)", &[&MIGRATION_LOCK])
            .await?;
        tx.batch_execute("create table if not exists migration (number bigint primary key)")
            .await?;
        for migration in MIGRATIONS {
            let inserted = tx
                .execute(
                    "insert into migration values ($1) on conflict do nothing",
                    &[&migration.number],
                )
                .await?;
            if inserted == 1 {
                tx.batch_execute(migration.postgres).await?;
            }
        }
        Ok(tx.commit().await?)
    }

    pub(super) async fn write<C: Command>(&self, command: C) -> Result<C::Output, StoreError> {
        let store = self.clone();
        // In a task of its own: a caller who goes away does not stop half-way what was begun, nor
        // keep the news from those it is for. SQLite's writer does not look back either.
        let running = tokio::spawn(async move { store.write_until_done(&command).await });
        running.await.unwrap_or_else(|ended| {
            Err(if ended.is_panic() {
                StoreError::internal("a command panicked")
            } else {
                StoreError::stopped()
            })
        })
    }

    async fn write_until_done<C: Command>(&self, command: &C) -> Result<C::Output, StoreError> {
        let mut tried = 0;
        loop {
            tried += 1;
            match self.write_once(command).await {
                Err(StoreError::Retry(_)) if tried < TRIES_MAX => {
                    // By chance, or contenders would meet again.
                    let [chance] = crate::clock::random();
                    tokio::time::sleep(Duration::from_millis(
                        u64::from(tried) * (1 + u64::from(chance) / 16),
                    ))
                    .await;
                }
                Err(StoreError::Retry(why)) => return Err(StoreError::Unavailable(why)),
                outcome => return outcome,
            }
        }
    }

    async fn write_once<C: Command>(&self, command: &C) -> Result<C::Output, StoreError> {
        let client = self.pool.get().await?;
        let running = async {
            let mut tx = Pipeline::new(&client, pipeline::WRITE);
            let output = command.run(&mut tx).await?;
            Ok((output, tx.commit().await?))
        };
        let outcome = tokio::time::timeout(ANSWER_MAX, running).await;
        let (output, woken) = outcome.unwrap_or_else(|_| Err(gone(client)))?;
        for member in woken {
            (self.wake)(member);
        }
        Ok(output)
    }

    pub(super) async fn read<Q: Query>(&self, query: &Q) -> Result<Q::Output, StoreError> {
        let client = self.pool.get().await?;
        let running = async {
            let mut tx = Pipeline::new(&client, pipeline::READ);
            query.run(&mut tx).await
        };
        let outcome = tokio::time::timeout(ANSWER_MAX, running).await;
        outcome.unwrap_or_else(|_| Err(gone(client)))
    }
}

/// Closes a connection that does not answer: whoever had it next would wait as long.
fn gone(client: Object) -> StoreError {
    drop(Object::take(client));
    StoreError::Unavailable("no answer in time".into())
}
