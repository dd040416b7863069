//! Databases for many cases.

use crate::support::postgres::{self, Lent};
use crate::support::sql;
use crate::support::world::Database;
use server::store::Store;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

/// Cases that share a database before a new one is begun: small files are fast.
const CASES_MAX: u32 = 400;

/// A database that many cases share, one after the other.
pub(crate) struct Bed {
    pub(crate) store: Store,
    pub(crate) url: String,
    pub(crate) cases: u32,
    _folder: Option<TempDir>,
    /// After the store, whose connections it would end.
    _database: Option<Lent>,
}

impl Bed {
    pub(crate) async fn make(database: Database) -> Self {
        let (url, folder, lent) = match database {
            Database::Postgres => {
                let lent = postgres::database().await;
                (lent.url.clone(), None, Some(lent))
            }
            Database::Sqlite => {
                let folder = in_memory();
                let file = folder.path().join("laurel.db");
                (format!("sqlite:{}", file.display()), Some(folder), None)
            }
        };
        Self {
            store: open(&url).await,
            url,
            cases: 0,
            _folder: folder,
            _database: lent,
        }
    }

    /// The same again, or a new one if it is full; then its books are checked.
    pub(crate) async fn or_new(bed: Option<Self>, database: Database) -> Self {
        match bed {
            Some(bed) if bed.cases < CASES_MAX => bed,
            Some(full) => {
                sql::assert_books_balance(&full.store).await;
                Self::make(database).await
            }
            None => Self::make(database).await,
        }
    }
}

/// Opens a store that wakes nobody.
pub(crate) async fn open(url: &str) -> Store {
    let opened = Store::open(url, Arc::new(|_| {})).await;
    opened.unwrap_or_else(|error| panic!("{error:?}\n{}", postgres::last_words(url)))
}

/// A folder in memory where there is one: these tests ask what the ledger does, not what a disk does.
fn in_memory() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        TempDir::new_in(memory)
    } else {
        TempDir::new()
    }
    .unwrap()
}
