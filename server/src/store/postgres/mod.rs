//! PostgreSQL: a pool of connections, commands that share transactions, bounded retries, and a bell
//! between servers.

mod bell;
mod joined;
mod lanes;
mod pipeline;
mod shared;
mod tls;
mod value;

use super::keys::{Find, StoredKey};
use super::migrations::MIGRATIONS;
use super::{Address, Command, Query, Ring, StoreError, Wake};
use bell::Bell;
use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, QueueMode, RecyclingMethod, Runtime,
};
use lanes::Lanes;
use pipeline::Pipeline;
use shared::Shared;
use std::sync::Arc;
use std::time::Duration;
use tls::Server;
use tokio::task::JoinSet;
use tokio_postgres::error::SqlState;

/// How often a command runs anew after a deadlock or a serialisation failure.
const TRIES_MAX: u32 = 6;
/// Connections one server holds.
const POOL_MAX: usize = 16;
/// How long a command waits for a connection before the store says it is busy.
const POOL_WAIT: Duration = Duration::from_secs(5);
/// How long a transaction may take before its connection is believed to be dead.
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// How long a silent connection is trusted. The system's own two hours are for other times.
const SILENCE_MAX: Duration = Duration::from_secs(30);
/// The number under which servers take turns to migrate ("laurel" on a telephone).
const MIGRATION_LOCK: i64 = 528_735;

/// The database, as one server has it.
#[derive(Clone)]
pub(super) struct Postgres {
    connections: Connections,
    lanes: Lanes,
    /// Every request of a shop's backend asks for its key, and most of them for the same one.
    keys: Arc<Shared<Result<Option<StoredKey>, StoreError>>>,
    /// Ends with the last handle.
    _listening: Arc<JoinSet<()>>,
}

impl Postgres {
    /// Connects to the server and brings the schema up to date.
    pub(super) async fn open(address: Address<'_>, wake: Wake) -> Result<Self, StoreError> {
        let mut server = Server::at(address)?;
        server.config.keepalives_idle(SILENCE_MAX);
        server.config.tcp_user_timeout(SILENCE_MAX);
        server.config.connect_timeout(POOL_WAIT);
        let bell = Arc::new(Bell::default());
        let connections = Connections {
            pool: pool(server.clone())?,
            wake: wake.clone(),
            bell: bell.clone(),
        };
        connections.migrate().await?;
        let mut listening = JoinSet::new();
        listening.spawn(bell::keep(server, bell, wake));
        Ok(Self {
            lanes: Lanes::new(connections.clone()),
            keys: Arc::default(),
            connections,
            _listening: Arc::new(listening),
        })
    }

    /// Will connect to the server to read: its schema stays as it is, and nobody is listened to.
    pub(super) fn look(address: Address<'_>) -> Result<Self, StoreError> {
        let connections = Connections {
            pool: pool(Server::at(address)?)?,
            wake: Arc::new(|_| ()),
            bell: Arc::default(),
        };
        Ok(Self {
            lanes: Lanes::new(connections.clone()),
            keys: Arc::default(),
            connections,
            _listening: Arc::default(),
        })
    }

    pub(super) async fn write<C: Command>(&self, command: C) -> Result<C::Output, StoreError> {
        self.lanes.write(command).await
    }

    pub(super) async fn read<Q: Query>(&self, query: &Q) -> Result<Q::Output, StoreError> {
        let client = self.connections.pool.get().await?;
        let reading = async {
            let mut tx = if Q::IS_ONE_STATEMENT {
                Pipeline::single(&client)
            } else {
                Pipeline::new(&client, pipeline::READ)
            };
            query.run(&mut tx).await
        };
        let outcome = tokio::time::timeout(ANSWER_MAX, reading).await;
        outcome.unwrap_or_else(|_| Err(gone(client)))
    }
}

impl Postgres {
    /// The key of this name, read after this was asked.
    pub(super) async fn key(&self, kid: &str) -> Result<Option<StoredKey>, StoreError> {
        let find = Find(kid);
        self.keys.ask(kid, Box::pin(self.read(&find))).await
    }

    /// A query that may take longer than a request may wait.
    pub(super) async fn read_long<Q: Query>(&self, query: &Q) -> Result<Q::Output, StoreError> {
        let client = self.connections.pool.get().await?;
        query.run(&mut Pipeline::new(&client, pipeline::READ)).await
    }

    /// See [`super::Store::settled`]. The lock waits for whoever is inserting and is let go after one
    /// look, so whatever is committed later has a higher number. Nobody is made to wait for long: when
    /// it is not had at once, there is another round.
    pub(super) async fn settled(&self) -> Result<Option<i64>, StoreError> {
        const LOCK: &str = "set local lock_timeout = '40ms'; lock table transfer in share mode";
        let mut client = self.connections.pool.get().await?;
        let tx = client.build_transaction().read_only(false).start().await?;
        match tx.batch_execute(LOCK).await {
            Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => return Ok(None),
            locked => locked?,
        }
        let newest = tx.query_one("select coalesce(max(seq), 0) from transfer", &[]);
        let newest: i64 = newest.await?.try_get(0)?;
        tx.commit().await?;
        Ok(Some(newest))
    }
}

fn pool(server: Server) -> Result<Pool, StoreError> {
    let manager = Manager::from_config(
        server.config,
        server.tls,
        ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        },
    );
    Pool::builder(manager)
        .max_size(POOL_MAX)
        // The same few as long as they suffice: a connection that was just used is the quickest, on both sides.
        .queue_mode(QueueMode::Lifo)
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
        .map_err(|error| StoreError::internal(error.to_string()))
}

/// The pool, and who is told what was committed.
#[derive(Clone)]
struct Connections {
    pool: Pool,
    wake: Wake,
    bell: Arc<Bell>,
}

impl Connections {
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

    /// Runs a command in a transaction of its own, again and again where it met another.
    async fn write<C: Command>(&self, command: &C) -> Result<C::Output, StoreError> {
        let mut tried = 0;
        loop {
            tried += 1;
            let outcome = self.transaction(pipeline::WRITE, false, async |tx| {
                lanes::guarded(command.run(tx)).await
            });
            match outcome.await {
                Err(StoreError::Retry(_)) if tried < TRIES_MAX => {
                    pause(tried).await;
                }
                Err(StoreError::Retry(why)) => return Err(StoreError::Unavailable(why)),
                outcome => return outcome,
            }
        }
    }

    /// Runs `body` once, commits, and rings for those who have news.
    async fn transaction<O>(
        &self,
        begin: &'static str,
        assumes_new: bool,
        body: impl AsyncFnOnce(&mut Pipeline<'_>) -> Result<O, StoreError>,
    ) -> Result<O, StoreError> {
        let client = self.pool.get().await?;
        let running = async {
            let mut tx = Pipeline::new(&client, begin).assuming_new(assumes_new);
            let output = body(&mut tx).await?;
            Ok((output, tx.commit().await?))
        };
        let outcome = tokio::time::timeout(ANSWER_MAX, running).await;
        let (output, woken) = outcome.unwrap_or_else(|_| Err(gone(client)))?;
        for member in &woken {
            (self.wake)(Ring::Member(*member));
        }
        self.bell.announce(woken);
        Ok(output)
    }
}

/// Waits before another try. By chance, or contenders would meet again.
async fn pause(tried: u32) {
    let [chance] = crate::clock::random();
    let millis = u64::from(tried) * (1 + u64::from(chance) / 16);
    tokio::time::sleep(Duration::from_millis(millis)).await;
}

/// Closes a connection that does not answer: whoever had it next would wait as long.
fn gone(client: Object) -> StoreError {
    drop(Object::take(client));
    StoreError::Unavailable("no answer in time".into())
}
