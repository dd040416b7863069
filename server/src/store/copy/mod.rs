//! All data from one database into another, whatever their engines: `laurel copy`, and the backup of a
//! PostgreSQL database into a file.
//!
//! The source is read in one snapshot, table by table in the order of keys. The target is filled in
//! batches, each with a note of how far it has come, in one transaction; so a copy that was interrupted
//! goes on where it stopped. It reads what it has carried over before once more: if the source has
//! changed since, two moments would be mixed, and it stops. In the end both sides are compared by the
//! number of rows and a digest of each table.

mod tables;

pub use tables::columns;

use super::programs::Agree;
use super::seal::write;
use super::{Command, Engine, Query, Row, Store, StoreError, Tx, Value, params};
use crate::crypto::{hex, sha256};
use serde::{Deserialize, Serialize};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use tables::{TABLES, Table};

/// Rows that are read and written at once.
const BATCH_MAX: i64 = 500;
/// Batches that may wait for the target.
const WAITING_MAX: usize = 4;
/// The setting under which the target keeps how far it has come.
const NOTE: &str = "copy";

/// Why a copy cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CopyError {
    /// A database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The target is in use.
    #[error("the target has data of its own, in the table {0}; give an empty database")]
    NotEmpty(&'static str),
    /// The target was begun from elsewhere.
    #[error("the target holds the beginning of a copy from another database; give an empty one")]
    OtherSource,
    /// The source is itself a target.
    #[error("the source is a copy that was not finished")]
    Unfinished,
    /// Two moments would be mixed.
    #[error(
        "the table {0} of the source has changed since this copy was begun; begin again with an empty target, while no server writes to the source"
    )]
    Changed(&'static str),
    /// What arrived is not what was sent.
    #[error("the table {0} is not the same on both sides")]
    Differs(&'static str),
}

/// How many rows, and a digest of them that does not depend on their order: engines sort texts
/// differently.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How many.
    pub rows: i64,
    /// The sum of their SHA-256.
    sum: [u64; 4],
}

impl Tally {
    fn add(&mut self, row: &[Value]) {
        let mut bytes = Vec::with_capacity(256);
        for value in row {
            write(value, &mut bytes);
        }
        let digest = sha256(&bytes);
        for (sum, part) in self.sum.iter_mut().zip(digest.chunks_exact(8)) {
            let part = part.try_into().map_or(0, u64::from_be_bytes);
            *sum = sum.wrapping_add(part);
        }
        self.rows += 1;
    }

    /// The digest in hexadecimal digits.
    pub fn digest(&self) -> String {
        hex(&self.sum.map(u64::to_be_bytes).concat())
    }
}

/// How far a copy has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    /// What tells the source from others.
    source: String,
    /// What was carried over: of each table that is done, and last of the one under way.
    tallies: Vec<Tally>,
}

impl Note {
    fn bytes(&self) -> Result<Vec<u8>, StoreError> {
        serde_json::to_vec(self).map_err(|error| StoreError::internal(error.to_string()))
    }
}

/// A table that was carried over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Its name.
    pub table: &'static str,
    /// What it holds, on both sides.
    pub tally: Tally,
}

/// Copies everything from `from`, which stays as it is, to `to`, which must be empty or hold the
/// beginning of the same copy.
///
/// # Errors
/// [`CopyError`]; the same call again goes on where this one stopped.
pub async fn copy(from: &Store, to: &Store) -> Result<Vec<Copied>, CopyError> {
    let mut note = begin(from, to).await?;
    let (sender, mut batches) = sync_channel(WAITING_MAX);
    let (source, before) = (from.clone(), note.clone());
    // Sending waits for the target, and SQLite's reader has no other way to wait than its thread.
    let runtime = tokio::runtime::Handle::current();
    let reading = tokio::task::spawn_blocking(move || {
        runtime.block_on(source.read_long(ReadAll { before, sender }))
    });
    while let (back, Some(batch)) = receive(batches).await? {
        batches = back;
        let before = note.bytes()?;
        note.tallies.truncate(batch.table);
        note.tallies.push(batch.tally);
        let put = Put {
            batch,
            before,
            after: note.bytes()?,
        };
        to.write(put).await?;
    }
    let read = reading.await.map_err(|_| StoreError::stopped())?;
    if let Some(table) = read? {
        return Err(CopyError::Changed(table));
    }
    to.go_on_counting().await?;
    compare(to, &note.tallies).await?;
    to.write(Finish).await?;
    let tables = TABLES.iter().zip(note.tallies);
    Ok(tables
        .map(|(table, tally)| Copied {
            table: table.name,
            tally,
        })
        .collect())
}

/// Finds out where to begin, and notes it in the target.
async fn begin(from: &Store, to: &Store) -> Result<Note, CopyError> {
    let Some(source) = from.read_long(Identity).await? else {
        return Err(CopyError::Unfinished);
    };
    if let Some(kept) = to.read(ReadNote).await? {
        let note: Option<Note> = serde_json::from_slice(&kept).ok();
        let note = note.filter(|note| note.source == source);
        return note.ok_or(CopyError::OtherSource);
    }
    if let Some(table) = to.read(Occupied).await? {
        return Err(CopyError::NotEmpty(table));
    }
    let note = Note {
        source,
        tallies: Vec::new(),
    };
    let value = note.bytes()?;
    to.write(Agree { name: NOTE, value }).await?;
    Ok(note)
}

type Received = (Receiver<Batch>, Option<Batch>);

async fn receive(batches: Receiver<Batch>) -> Result<Received, StoreError> {
    let waiting = tokio::task::spawn_blocking(move || {
        let batch = batches.recv().ok();
        (batches, batch)
    });
    waiting.await.map_err(|_| StoreError::stopped())
}

async fn compare(to: &Store, expected: &[Tally]) -> Result<(), CopyError> {
    let there = to.read_long(Tallies).await?;
    for ((table, expected), found) in TABLES.iter().zip(expected).zip(&there) {
        if expected != found {
            return Err(CopyError::Differs(table.name));
        }
    }
    Ok(())
}

impl Store {
    /// What PostgreSQL needs once rows came in with numbers of their own: to go on counting after them,
    /// and to know how many there are, or it would plan as if there were none.
    async fn go_on_counting(&self) -> Result<(), StoreError> {
        match self.0 {
            Engine::Sqlite(_) => Ok(()),
            Engine::Postgres(_) => {
                for table in TABLES.iter() {
                    self.write(Run(table.analyze)).await?;
                }
                self.write(Run(
                    "select setval(pg_get_serial_sequence('transfer', 'seq'), max(seq)) from transfer",
                ))
                .await
            }
        }
    }
}

struct Run(&'static str);

impl Command for Run {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        tx.query(self.0, &[]).await.map(|_| ())
    }
}

/// Some rows of one table, and what was carried over of it with them.
struct Batch {
    table: usize,
    rows: Vec<Vec<Value>>,
    tally: Tally,
}

/// Puts a batch into the target, unless somebody else has gone on from the same note.
struct Put {
    batch: Batch,
    before: Vec<u8>,
    after: Vec<u8>,
}

impl Command for Put {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const MOVE: &str = "update setting set value = $1 where name = $2 and value = $3";
        let note = params![self.after.clone(), NOTE, self.before.clone()];
        if tx.execute(MOVE, note).await? != 1 {
            return Err(StoreError::internal("another copy fills the same target"));
        }
        for row in &self.batch.rows {
            tx.later(TABLES[self.batch.table].insert, row).await?;
        }
        Ok(())
    }
}

/// Takes the note away: the target is a database like any other.
struct Finish;

impl Command for Finish {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const SQL: &str = "delete from setting where name = $1";
        tx.execute(SQL, params![NOTE]).await.map(|_| ())
    }
}

/// What tells a database from others: its programmes. Nothing for one that is itself half a copy.
struct Identity;

impl Query for Identity {
    type Output = Option<String>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = "select id, created_at from program order by id";
        if ReadNote.run(tx).await?.is_some() {
            return Ok(None);
        }
        let mut tally = Tally::default();
        for row in tx.query(SQL, &[]).await? {
            tally.add(&row.0);
        }
        Ok(Some(tally.digest()))
    }
}

struct ReadNote;

impl Query for ReadNote {
    type Output = Option<Vec<u8>>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        const SQL: &str = "select value from setting where name = $1";
        let row = tx.query_one(SQL, params![NOTE]).await?;
        row.map(|row| row.get(0)).transpose()
    }
}

/// The first table that has something in it.
struct Occupied;

impl Query for Occupied {
    type Output = Option<&'static str>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        for table in TABLES.iter() {
            if tx.query_one(table.any, &[]).await?.is_some() {
                return Ok(Some(table.name));
            }
        }
        Ok(None)
    }
}

/// What each table holds.
struct Tallies;

impl Query for Tallies {
    type Output = Vec<Tally>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        let mut tallies = Vec::new();
        for table in TABLES.iter() {
            let mut tally = Tally::default();
            let mut pages = Pages::of(table);
            while let Some(rows) = pages.next(tx).await? {
                for row in &rows {
                    tally.add(row);
                }
            }
            tallies.push(tally);
        }
        Ok(tallies)
    }
}

/// A table from its first row to its last.
struct Pages<'a> {
    table: &'a Table,
    last: Option<Vec<Value>>,
}

impl<'a> Pages<'a> {
    fn of(table: &'a Table) -> Self {
        Self { table, last: None }
    }

    /// The next rows; nothing after the last.
    async fn next<T: Tx>(&mut self, tx: &mut T) -> Result<Option<Vec<Vec<Value>>>, StoreError> {
        let rows = match &mut self.last {
            None => tx.query(self.table.first, params![BATCH_MAX]).await?,
            Some(after) => {
                after.push(BATCH_MAX.into());
                tx.query(self.table.next, after).await?
            }
        };
        let typed = rows.into_iter().map(|row: Row| self.table.typed(row));
        let mut rows = typed.collect::<Result<Vec<_>, _>>()?;
        let Some(last) = rows.last() else {
            return Ok(None);
        };
        self.last = Some(self.table.key_of(last));
        // The note is the target's own.
        let is_note = |row: &Vec<Value>| row.first() == Some(&Value::from(NOTE));
        if self.table.name == "setting" {
            rows.retain(|row| !is_note(row));
        }
        Ok(Some(rows))
    }
}

/// Reads all tables and sends what is not in the target yet. Answers which table has changed since what
/// is there was carried over.
struct ReadAll {
    before: Note,
    sender: SyncSender<Batch>,
}

impl Query for ReadAll {
    type Output = Option<&'static str>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Output, StoreError> {
        for (place, table) in TABLES.iter().enumerate() {
            let done = self.before.tallies.get(place);
            if !self.read(tx, (place, table), done).await? {
                return Ok(Some(table.name));
            }
        }
        Ok(None)
    }
}

impl ReadAll {
    /// Reads one table; answers whether it still begins with what was carried over of it.
    async fn read<T: Tx>(
        &self,
        tx: &mut T,
        (place, table): (usize, &'static Table),
        done: Option<&Tally>,
    ) -> Result<bool, StoreError> {
        let known = done.map_or(0, |done| done.rows);
        let is_over = self.before.tallies.len() > place + 1;
        let mut tally = Tally::default();
        let mut as_before = known == 0;
        let mut pages = Pages::of(table);
        while let Some(rows) = pages.next(tx).await? {
            let mut batch = Vec::with_capacity(rows.len());
            for row in rows {
                tally.add(&row);
                if tally.rows > known {
                    batch.push(row);
                } else if tally.rows == known {
                    as_before = Some(&tally) == done;
                }
            }
            if !batch.is_empty() && (!as_before || is_over) {
                return Ok(false);
            }
            if !batch.is_empty() {
                self.send(place, batch, tally)?;
            }
        }
        if tally.rows == 0 && done.is_none() {
            self.send(place, Vec::new(), tally)?;
        }
        Ok(as_before && tally.rows >= known)
    }

    fn send(&self, table: usize, rows: Vec<Vec<Value>>, tally: Tally) -> Result<(), StoreError> {
        let batch = Batch { table, rows, tally };
        self.sender.send(batch).map_err(|_| StoreError::stopped())
    }
}
