//! SQLite: one thread that writes and commits in groups, and readers beside it.
//!
//! A commit with `synchronous=FULL` waits for the disk; sharing one commit between all the commands
//! that are waiting is what makes full durability cheap. No command is acknowledged before its
//! commit, and none is delayed when nothing else waits.

mod checkpoint;

use super::migrations::MIGRATIONS;
use super::{Command, Query, Ring, Row, StoreError, Tx, Value, Wake};
use app::api::MemberId;
use checkpoint::Checkpoints;
use futures_util::FutureExt;
use rusqlite::config::DbConfig;
use rusqlite::{CachedStatement, Connection, OpenFlags, TransactionBehavior, types::ValueRef};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Commands that may wait for the writer; more than this and the store says it is busy.
const QUEUE_MAX: usize = 4096;
/// Commands that share one commit.
const BATCH_MAX: usize = 256;
/// Statements each connection keeps prepared.
const STATEMENTS_MAX: usize = 256;
/// How a statement ends whose rows nobody else changes until the transaction is over.
const LOCKS: &str = "for no key update";
/// Memory that the writer may keep pages in, in KiB: all that is read again and again, which in a
/// large database is the inner pages of its trees.
const WRITER_PAGES_KIB: i64 = 32 << 10;
/// The same for all readers together, of which there are as many as processors.
const READERS_PAGES_KIB: usize = 64 << 10;

/// The database file and its writer. Dropping the last handle stops the writer.
#[derive(Clone)]
pub(super) struct Sqlite {
    queue: mpsc::Sender<Box<dyn Job>>,
    readers: Arc<Readers>,
}

struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Sqlite {
    /// Opens (and makes, if needed) the file at `path`, brings it up to date and starts its writer.
    pub(super) fn open(path: &Path, wake: Wake) -> Result<Self, StoreError> {
        let mut writer = connect(path, OpenFlags::default())?;
        migrate(&mut writer)?;
        let checkpoints = Checkpoints::start(connect(path, OpenFlags::default())?)?;
        let (queue, jobs) = mpsc::channel(QUEUE_MAX);
        std::thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || write_loop(&mut writer, jobs, &wake, &checkpoints))
            .map_err(|error| StoreError::internal(format!("the writer cannot start: {error}")))?;
        let readers = Arc::new(Readers {
            path: path.to_owned(),
            idle: Mutex::default(),
        });
        Ok(Self { queue, readers })
    }

    /// Reads the file at `path` and writes nothing: there is no writer, so every write says that it is closed.
    pub(super) fn look(path: &Path) -> Self {
        let (queue, _nobody) = mpsc::channel(1);
        let readers = Arc::new(Readers {
            path: path.to_owned(),
            idle: Mutex::default(),
        });
        Self { queue, readers }
    }

    /// Writes everything into a new file, in one read transaction.
    pub(super) fn pack(&self, into: &Path) -> Result<(), StoreError> {
        let connection = self.readers.take()?;
        connection.execute("vacuum into $1", [into.to_string_lossy()])?;
        self.readers.give_back(connection);
        Ok(())
    }

    pub(super) async fn write<C: Command>(&self, command: C) -> Result<C::Output, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.send(Box::new(Pending {
            command,
            outcome: None,
            reply,
        }))?;
        answer.await.map_err(|_| StoreError::stopped())?
    }

    fn send(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        self.queue.try_send(job).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => {
                StoreError::Unavailable("the queue is full".into())
            }
            mpsc::error::TrySendError::Closed(_) => StoreError::stopped(),
        })
    }

    /// Reads where it is called: a few microseconds, so a thread of its own would cost more.
    pub(super) fn read<Q: Query>(&self, query: &Q) -> Result<Q::Output, StoreError> {
        let mut connection = self.readers.take()?;
        if !Q::IS_ONE_STATEMENT {
            run_cached(&connection, "begin")?;
        }
        let result = at_once(query.run(&mut SqliteTx::new(&mut connection)));
        if !Q::IS_ONE_STATEMENT {
            run_cached(&connection, "rollback")?;
        }
        self.readers.give_back(connection);
        result
    }
}

impl Readers {
    fn take(&self) -> Result<Connection, StoreError> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        match idle {
            Some(connection) => Ok(connection),
            None => connect(
                &self.path,
                OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
            ),
        }
    }

    fn give_back(&self, connection: Connection) {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(connection);
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    let pages = if flags.contains(OpenFlags::SQLITE_OPEN_READ_ONLY) {
        let readers = std::thread::available_parallelism().map_or(1, usize::from);
        i64::try_from(READERS_PAGES_KIB / readers).unwrap_or(i64::MAX)
    } else {
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        // See `checkpoint`.
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
        // What a savepoint would bring back need not be in a file.
        connection.pragma_update(None, "temp_store", "memory")?;
        WRITER_PAGES_KIB
    };
    connection.pragma_update(None, "cache_size", -pages)?;
    connection.pragma_update(None, "foreign_keys", "on")?;
    // Without it SQLite plans a statement anew whenever another `limit` is bound, which takes longer
    // than running it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // Without it `insert or replace` would delete a row past the triggers that forbid it.
    connection.pragma_update(None, "recursive_triggers", "on")?;
    Ok(connection)
}

/// Runs a statement that brackets others. Many a read takes less time than parsing this would.
fn run_cached(connection: &Connection, sql: &'static str) -> Result<(), StoreError> {
    connection.prepare_cached(sql)?.raw_execute()?;
    Ok(())
}

fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    // From the first look on, so that two servers that open a new file take turns.
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute_batch("create table if not exists migration (number integer primary key) strict")?;
    for migration in MIGRATIONS {
        let inserted = tx.execute(
            "insert into migration values ($1) on conflict do nothing",
            [migration.number],
        )?;
        if inserted == 1 {
            tx.execute_batch(migration.sqlite)?;
        }
    }
    Ok(tx.commit()?)
}

/// What the writer does with a waiting command, its type forgotten.
trait Job: Send {
    /// Runs the command inside the open group and notes which members have news. Answers whether
    /// it went well; if not, it may have left a trace.
    fn run(&mut self, connection: &mut Connection, woken: &mut Vec<MemberId>) -> bool;
    /// Tells the caller, once the group's commit is known.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Pending<C: Command> {
    command: C,
    outcome: Option<Result<C::Output, StoreError>>,
    reply: oneshot::Sender<Result<C::Output, StoreError>>,
}

impl<C: Command> Job for Pending<C> {
    fn run(&mut self, connection: &mut Connection, woken: &mut Vec<MemberId>) -> bool {
        let mut tx = SqliteTx::new(connection);
        // A bug in one command must not end the writer, and with it everybody's writes.
        let run = std::panic::AssertUnwindSafe(|| at_once(self.command.run(&mut tx)));
        let outcome = std::panic::catch_unwind(run)
            .unwrap_or_else(|_| Err(StoreError::internal("a command panicked")));
        woken.append(&mut tx.woken);
        self.outcome.insert(outcome).is_ok()
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let outcome = self.outcome.unwrap_or_else(|| Err(StoreError::stopped()));
        // A receiver that has gone away no longer wants the answer; the effect stands.
        let _gone = self.reply.send(committed.and(outcome));
    }
}

fn write_loop(
    connection: &mut Connection,
    mut jobs: mpsc::Receiver<Box<dyn Job>>,
    wake: &Wake,
    checkpoints: &Checkpoints,
) {
    while let Some(first) = jobs.blocking_recv() {
        run_group(connection, first, &mut jobs, wake);
        checkpoints.carry_rest(connection);
        checkpoints.ring();
    }
}

/// Commits `first` and whatever else waits, then answers them all.
fn run_group(
    connection: &mut Connection,
    first: Box<dyn Job>,
    jobs: &mut mpsc::Receiver<Box<dyn Job>>,
    wake: &Wake,
) {
    if let Err(error) = run_cached(connection, "begin immediate") {
        return first.answer(Err(error));
    }
    let mut woken = Vec::new();
    let mut group = Vec::with_capacity(16);
    let mut next = Some(first);
    let mut well = true;
    while let Some(mut job) = next {
        well = job.run(connection, &mut woken);
        group.push(job);
        next = if well && group.len() < BATCH_MAX {
            jobs.try_recv().ok()
        } else {
            None
        };
    }
    // A savepoint for each command would keep a copy of every page it touches, for a fault that
    // hardly ever comes. When one does come, the group is run again with savepoints.
    let ran = if well {
        Ok(())
    } else {
        woken.clear();
        run_apart(connection, &mut group, &mut woken)
    };
    let committed = ran.and_then(|()| run_cached(connection, "commit"));
    if committed.is_ok() {
        for member in woken {
            wake(Ring::Member(member));
        }
    } else {
        // A commit that fails may leave the transaction open; the next group must not find it so.
        let _ended = run_cached(connection, "rollback");
    }
    for job in group {
        job.answer(committed.clone());
    }
}

/// Undoes a group and runs it again, each command under a savepoint: what failed leaves no trace
/// and disturbs no other.
fn run_apart(
    connection: &mut Connection,
    group: &mut [Box<dyn Job>],
    woken: &mut Vec<MemberId>,
) -> Result<(), StoreError> {
    // A full disk or a failing one has undone the whole transaction already.
    if !connection.is_autocommit() {
        run_cached(connection, "rollback")?;
    }
    run_cached(connection, "begin immediate")?;
    for job in group {
        run_cached(connection, "savepoint command")?;
        let (before, well) = (woken.len(), job.run(connection, woken));
        if !well {
            woken.truncate(before);
            // A full disk has undone the savepoint, with everything around it.
            if connection.is_autocommit() {
                let why = "what ran together was undone, since there was no room";
                return Err(StoreError::Unavailable(why.into()));
            }
            run_cached(connection, "rollback to command")?;
        }
        run_cached(connection, "release command")?;
    }
    Ok(())
}

/// SQLite answers at once, so a command's future never has anything to wait for.
fn at_once<O>(future: impl Future<Output = Result<O, StoreError>>) -> Result<O, StoreError> {
    future.now_or_never().unwrap_or_else(|| {
        Err(StoreError::internal(
            "a command waited for something outside its transaction",
        ))
    })
}

struct SqliteTx<'c> {
    /// Exclusive, so that a command's future may move between threads, as the trait asks.
    connection: &'c mut Connection,
    woken: Vec<MemberId>,
}

impl<'c> SqliteTx<'c> {
    fn new(connection: &'c mut Connection) -> Self {
        Self {
            connection,
            woken: Vec::new(),
        }
    }

    fn prepare(
        &self,
        sql: &'static str,
        params: &[Value],
    ) -> Result<CachedStatement<'_>, StoreError> {
        // There is one writer, so what others lock is locked here from the beginning.
        let sql = sql.strip_suffix(LOCKS).map_or(sql, str::trim_end);
        let mut statement = self.connection.prepare_cached(sql)?;
        for (index, value) in params.iter().enumerate() {
            // `$1` is a *named* parameter to SQLite, numbered by first use in the text.
            debug_assert_eq!(
                statement.parameter_name(index + 1),
                Some(format!("${}", index + 1).as_str()),
                "number the parameters in order of first use: {sql}"
            );
            match value {
                // PostgreSQL has no NUL in text, so what would fail there has to fail here.
                Value::Text(text) if text.contains('\0') => {
                    return Err(StoreError::internal("a text with a NUL"));
                }
                Value::Null => statement.raw_bind_parameter(index + 1, rusqlite::types::Null),
                Value::Int(n) => statement.raw_bind_parameter(index + 1, n),
                Value::Bool(b) => statement.raw_bind_parameter(index + 1, b),
                Value::Text(text) => statement.raw_bind_parameter(index + 1, text),
                Value::Bytes(bytes) => statement.raw_bind_parameter(index + 1, bytes),
            }?;
        }
        Ok(statement)
    }

    fn query_now(&self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut statement = self.prepare(sql, params)?;
        let columns = statement.column_count();
        let mut rows = statement.raw_query();
        let mut answer = Vec::new();
        while let Some(row) = rows.next()? {
            let values = (0..columns).map(|column| row.get_ref(column).map(owned));
            answer.push(Row(values.collect::<Result<_, _>>()?));
        }
        Ok(answer)
    }

    fn execute_now(&self, sql: &'static str, params: &[Value]) -> Result<u64, StoreError> {
        Ok(self.prepare(sql, params)?.raw_execute()? as u64)
    }
}

impl Tx for SqliteTx<'_> {
    async fn execute(&mut self, sql: &'static str, params: &[Value]) -> Result<u64, StoreError> {
        self.execute_now(sql, params)
    }

    async fn query(&mut self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.query_now(sql, params)
    }

    fn wake(&mut self, member: MemberId) {
        self.woken.push(member);
    }
}

fn owned(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Integer(n) => Value::Int(n),
        // No column is real: the tables are strict.
        ValueRef::Null | ValueRef::Real(_) => Value::Null,
        ValueRef::Text(text) => Value::Text(match str::from_utf8(text) {
            Ok(text) => text.to_owned(),
            Err(_) => String::from_utf8_lossy(text).into_owned(),
        }),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{CannotOpen, DatabaseBusy, DatabaseLocked, DiskFull};
        match error.sqlite_error_code() {
            Some(DatabaseBusy | DatabaseLocked | DiskFull | CannotOpen) => {
                Self::Unavailable(error.to_string())
            }
            _ => Self::Internal(error.to_string()),
        }
    }
}
