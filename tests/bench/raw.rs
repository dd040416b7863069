//! What SQLite does by itself with the rows that a server writes: the commands' own statements,
//! noted down once, then run again by one thread over a copy of the same file, in groups of the size
//! that the server had. Statements that only read are left out: the rows alone have to get there.

use super::house::House;
use super::write;
use rusqlite::{Connection, Statement};
use server::domain::program::Rules;
use server::domain::program_file;
use server::store::programs::BySlug;
use server::store::{Command, Row, Store, StoreError, Tx, Value};
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::time::Instant;

/// The database's file.
const NAME: &str = "raw.db";

/// A statement with what was bound to it.
type Step = (&'static str, Vec<Value>);

/// The statements of many writes.
pub(crate) struct Recording {
    writes: Vec<Vec<Step>>,
    /// The database as it was before them.
    before: TempDir,
}

/// A command that notes its statements down while it runs.
struct Noted<C> {
    command: C,
    writes: Arc<Mutex<Vec<Vec<Step>>>>,
}

impl<C: Command> Command for Noted<C> {
    type Output = C::Output;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<C::Output, StoreError> {
        let mut tap = Tap {
            tx,
            steps: Vec::new(),
        };
        let output = self.command.run(&mut tap).await?;
        self.writes.lock().unwrap().push(tap.steps);
        Ok(output)
    }
}

struct Tap<'a, T> {
    tx: &'a mut T,
    steps: Vec<Step>,
}

impl<T> Tap<'_, T> {
    fn note(&mut self, sql: &'static str, params: &[Value]) {
        if !sql.trim_start().starts_with("select") {
            self.steps.push((sql, params.to_vec()));
        }
    }
}

impl<T: Tx> Tx for Tap<'_, T> {
    async fn execute(&mut self, sql: &'static str, params: &[Value]) -> Result<u64, StoreError> {
        self.note(sql, params);
        self.tx.execute(sql, params).await
    }

    async fn query(&mut self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.note(sql, params);
        self.tx.query(sql, params).await
    }

    fn wake(&mut self, member: app::api::MemberId) {
        self.tx.wake(member);
    }
}

impl Recording {
    /// Notes `count` writes down, which are made over a copy of the house's database. No server may
    /// have that open.
    pub(crate) fn of(house: &House, members: u32, count: u64) -> Self {
        let before = super::house::folder();
        std::fs::copy(house.file(), before.path().join(NAME)).unwrap();
        let folder = super::house::folder();
        let file = folder.path().join(NAME);
        std::fs::copy(house.file(), &file).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let writes = Arc::new(Mutex::new(Vec::new()));
        runtime.block_on(async {
            let url = format!("sqlite:{}", file.display());
            let store = Store::open(&url, Arc::new(|_| ())).await.unwrap();
            let rules = rules(&store).await;
            let write = |n| {
                store.write(Noted {
                    command: write::command(&rules, members, n),
                    writes: Arc::clone(&writes),
                })
            };
            // Many at once, so that they share commits.
            for first in (0..count).step_by(1000) {
                let some = (first..count.min(first + 1000)).map(write);
                futures_util::future::try_join_all(some).await.unwrap();
            }
        });
        let writes = std::mem::take(&mut *writes.lock().unwrap());
        Self { writes, before }
    }

    /// Runs them again over another copy; answers writes a second.
    pub(crate) fn replay(&self, group: usize) -> f64 {
        let folder = super::house::folder();
        let file = folder.path().join(NAME);
        std::fs::copy(self.before.path().join(NAME), &file).unwrap();
        let connection = open(&file);
        let mut statements = HashMap::new();
        for (sql, _) in self.writes.iter().flatten() {
            statements
                .entry(sql.as_ptr())
                .or_insert_with(|| connection.prepare(sql).unwrap());
        }
        let bracket = |sql| connection.prepare(sql).unwrap();
        let (mut begin, mut commit) = (bracket("begin immediate"), bracket("commit"));
        let start = Instant::now();
        for group in self.writes.chunks(group.max(1)) {
            begin.raw_execute().unwrap();
            for write in group {
                for (sql, params) in write {
                    run(statements.get_mut(&sql.as_ptr()).unwrap(), params);
                }
            }
            commit.raw_execute().unwrap();
        }
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let count = self.writes.len() as f64;
        count / start.elapsed().as_secs_f64()
    }
}

/// The programme's rules, as a server would load them.
pub(crate) async fn rules(store: &Store) -> Arc<Rules> {
    let stored = store
        .read(BySlug(super::house::SLUG))
        .await
        .unwrap()
        .unwrap();
    Arc::new(Rules {
        id: stored.id,
        version: stored.version,
        program: program_file::parse(&stored.source).unwrap(),
    })
}

/// A connection as durable as the server's.
fn open(file: &Path) -> Connection {
    let connection = Connection::open(file).unwrap();
    for (name, value) in [
        ("journal_mode", "wal"),
        ("synchronous", "full"),
        ("foreign_keys", "on"),
        ("recursive_triggers", "on"),
    ] {
        connection.pragma_update(None, name, value).unwrap();
    }
    connection
}

fn run(statement: &mut Statement<'_>, params: &[Value]) {
    for (index, value) in params.iter().enumerate() {
        let index = index + 1;
        match value {
            Value::Null => statement.raw_bind_parameter(index, rusqlite::types::Null),
            Value::Int(n) => statement.raw_bind_parameter(index, n),
            Value::Bool(b) => statement.raw_bind_parameter(index, b),
            Value::Text(text) => statement.raw_bind_parameter(index, text),
            Value::Bytes(bytes) => statement.raw_bind_parameter(index, bytes),
        }
        .unwrap();
    }
    let mut rows = statement.raw_query();
    while rows.next().unwrap().is_some() {}
}
