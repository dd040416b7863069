//! PostgreSQL: a pool of connections, one transaction per command, bounded retries.

use super::migrations::MIGRATIONS;
use super::{Command, Query, Row, StoreError, Tx, Value, Wake};
use app::api::MemberId;
use bytes::BytesMut;
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime, Transaction};
use std::error::Error;
use std::str::FromStr;
use std::time::Duration;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{NoTls, error::SqlState};

/// How often a command runs anew after a deadlock or a serialisation failure.
const TRIES_MAX: u32 = 6;
/// Connections one server holds.
const POOL_MAX: usize = 16;
/// How long a command waits for a connection before the store says it is busy.
const POOL_WAIT: Duration = Duration::from_secs(5);
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
            .build()
            .map_err(|error| StoreError::internal(error.to_string()))?;
        let store = Self { pool, wake };
        store.migrate().await?;
        Ok(store)
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        let mut client = self.pool.get().await?;
        let tx = client.transaction().await?;
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

    pub(super) async fn write<C: Command>(&self, command: &C) -> Result<C::Output, StoreError> {
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
        let mut client = self.pool.get().await?;
        let mut tx = PostgresTx {
            tx: client.transaction().await?,
            woken: Vec::new(),
        };
        let output = command.run(&mut tx).await?;
        let PostgresTx { tx, woken } = tx;
        tx.commit().await?;
        for member in woken {
            (self.wake)(member);
        }
        Ok(output)
    }

    pub(super) async fn read<Q: Query>(&self, query: &Q) -> Result<Q::Output, StoreError> {
        let mut client = self.pool.get().await?;
        let tx = client
            .build_transaction()
            .read_only(true)
            .isolation_level(tokio_postgres::IsolationLevel::RepeatableRead)
            .start()
            .await?;
        let mut tx = PostgresTx {
            tx,
            woken: Vec::new(),
        };
        query.run(&mut tx).await
    }
}

struct PostgresTx<'c> {
    tx: Transaction<'c>,
    woken: Vec<MemberId>,
}

impl Tx for PostgresTx<'_> {
    async fn execute(&mut self, sql: &'static str, params: &[Value]) -> Result<u64, StoreError> {
        let statement = self.tx.prepare_cached(sql).await?;
        Ok(self.tx.execute(&statement, &as_sql(params)).await?)
    }

    async fn query(&mut self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let statement = self.tx.prepare_cached(sql).await?;
        let rows = self.tx.query(&statement, &as_sql(params)).await?;
        rows.iter().map(owned).collect()
    }

    fn wake(&mut self, member: MemberId) {
        self.woken.push(member);
    }
}

fn as_sql(params: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    params
        .iter()
        .map(|value| value as &(dyn ToSql + Sync))
        .collect()
}

fn owned(row: &tokio_postgres::Row) -> Result<Row, StoreError> {
    let columns = row.columns().iter().enumerate();
    let values = columns.map(|(index, column)| {
        Ok(match *column.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(index)?.into(),
            Type::BOOL => row.try_get::<_, Option<bool>>(index)?.into(),
            Type::TEXT => row.try_get::<_, Option<String>>(index)?.into(),
            Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(index)?.into(),
            Type::UUID => row.try_get::<_, Option<Uuid>>(index)?.map(|id| id.0).into(),
            ref other => return Err(StoreError::internal(format!("a column of type {other}"))),
        })
    });
    Ok(Row(values.collect::<Result<_, _>>()?))
}

/// The 16 bytes of a `uuid` column.
struct Uuid(Vec<u8>);

impl<'a> tokio_postgres::types::FromSql<'a> for Uuid {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(raw.to_vec()))
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::UUID
    }
}

impl ToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (self, ty) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Int(n), &Type::INT8) => n.to_sql(ty, out),
            (Self::Bool(b), &Type::BOOL) => b.to_sql(ty, out),
            (Self::Text(text), &Type::TEXT) => text.to_sql(ty, out),
            (Self::Bytes(bytes), &Type::UUID | &Type::BYTEA) => {
                out.extend_from_slice(bytes);
                Ok(IsNull::No)
            }
            (_, ty) => Err(format!("a parameter does not fit {ty}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(code) = error.code() else {
            // Without a code it is the connection that failed, not a statement.
            return Self::Unavailable(error.to_string());
        };
        // Its detail would quote the row, and with it what people entrusted to us.
        let message = error.as_db_error().map_or("", |error| error.message());
        let text = format!("{} {message}", code.code());
        if *code == SqlState::T_R_DEADLOCK_DETECTED || *code == SqlState::T_R_SERIALIZATION_FAILURE
        {
            Self::Retry(text)
        } else if matches!(&code.code()[..2], "08" | "53" | "57") {
            Self::Unavailable(text)
        } else {
            Self::Internal(text)
        }
    }
}

impl From<deadpool_postgres::PoolError> for StoreError {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        Self::Unavailable(error.to_string())
    }
}
