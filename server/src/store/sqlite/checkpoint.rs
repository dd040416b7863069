//! Carries what was committed out of SQLite's log and into its file, beside the writer.
//!
//! Left to itself, whoever commits does this now and then within the commit, and all that wait for it
//! wait some eighty milliseconds longer. Here a thread of its own carries almost all, a little at a time. The log
//! can begin anew only when there is nothing left in it, which never happens while somebody writes: so once it is
//! long, and little is left, the writer carries that little between two groups.

use crate::store::StoreError;
use rusqlite::Connection;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Pages that are carried at once, at least: 256 KiB. With more of them, commits would wait while the disk takes
/// them all; a slow disk gets more by itself, since the log grows while it is busy.
const CARRY_PAGES: i64 = 64;
/// Pages in the log from which on it is to begin anew: 64 MiB.
const LOG_PAGES: i64 = 16 << 10;
/// Pages that the writer carries itself, in some milliseconds, so that it can.
const REST_PAGES: i64 = 200;
/// Carries what can be carried without making anybody wait.
const CARRY: &str = "pragma wal_checkpoint(passive)";
/// Carries nothing, and says how much there is.
const LOOK: &str = "pragma wal_checkpoint(noop)";

/// How the writer and its helper speak to each other.
pub(super) struct Checkpoints {
    bell: SyncSender<()>,
    /// Whether the writer is to carry what is left.
    rest: Arc<AtomicBool>,
}

impl Checkpoints {
    /// Starts the helper over a connection of its own. It ends with the writer.
    pub(super) fn start(connection: Connection) -> Result<Self, StoreError> {
        let (bell, rings) = sync_channel(1);
        let rest = Arc::<AtomicBool>::default();
        let told = Arc::clone(&rest);
        std::thread::Builder::new()
            .name("sqlite-log".into())
            .spawn(move || keep_short(&connection, &rings, &told))
            .map_err(|error| StoreError::internal(format!("no thread for the log: {error}")))?;
        Ok(Self { bell, rest })
    }

    /// Says that something was committed.
    pub(super) fn ring(&self) {
        // One ring that is not heard yet is as good as two.
        let _heard = self.bell.try_send(());
    }

    /// Carries what is left, where the helper asks for it. To be called between two transactions.
    pub(super) fn carry_rest(&self, writer: &Connection) {
        if self.rest.swap(false, Ordering::Relaxed)
            && let Err(error) = counts(writer, CARRY)
        {
            tracing::warn!(%error, "the log's rest was not carried");
        }
    }
}

fn keep_short(connection: &Connection, rings: &Receiver<()>, rest: &AtomicBool) {
    while rings.recv().is_ok() {
        // What was not carried stays in the log and is as safe there; the next ring tries again.
        if let Err(error) = carry(connection, rest) {
            tracing::warn!(%error, "the log was not carried");
        }
    }
}

fn carry(connection: &Connection, rest: &AtomicBool) -> Result<(), StoreError> {
    loop {
        let (log, left) = counts(connection, LOOK)?;
        // The longer it has become, the more is not too much.
        let is_long = log >= LOG_PAGES && left <= REST_PAGES * (log / LOG_PAGES);
        if is_long {
            rest.store(true, Ordering::Relaxed);
        }
        if is_long || left < CARRY_PAGES {
            return Ok(());
        }
        let (log, kept) = counts(connection, CARRY)?;
        if log < 0 || kept > 0 {
            // Another process carries, or somebody still reads what was there before.
            return Ok(());
        }
    }
}

/// Pages in the log, and how many of them are not in the file, once `pragma` has run.
fn counts(connection: &Connection, pragma: &'static str) -> Result<(i64, i64), StoreError> {
    let mut statement = connection.prepare_cached(pragma)?;
    let counts = statement.query_row([], |row| Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?)));
    let (log, carried) = counts?;
    Ok((log, log - carried))
}
