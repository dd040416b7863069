//! The store by itself, the same on both engines: what goes in comes out, a failure leaves no trace
//! and disturbs nobody, a read is of one moment.

mod again;
mod backup;
mod copy;
mod groups;
mod later;
mod news;
mod opening;
mod retries;
mod schema;
mod seal;
mod statements;
mod tls;
mod values;
mod verify;

use crate::support::postgres::{self, Lent};
use crate::support::world::Database;
use app::api::MemberId;
use server::store::{Ring, Store};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use tempfile::TempDir;

/// A new database with nothing in it.
pub(crate) struct Place {
    pub(crate) store: Store,
    pub(crate) url: String,
    /// Whom the store said it has news for, in the order it did.
    pub(crate) woken: Arc<Mutex<Vec<MemberId>>>,
    pub(crate) folder: TempDir,
    /// After the store, whose connections it would end.
    _database: Option<Lent>,
}

impl Place {
    pub(crate) async fn open(database: Database) -> Self {
        let (url, Kept { folder, database }) = address(database).await;
        let woken = Arc::<Mutex<Vec<MemberId>>>::default();
        let list = Arc::clone(&woken);
        let wake = Arc::new(move |whom| {
            if let Ring::Member(member) = whom {
                list.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(member);
            }
        });
        let store = Store::open(&url, wake).await;
        let store =
            store.unwrap_or_else(|error| panic!("{error:?}\n{}", postgres::last_words(&url)));
        Self {
            store,
            url,
            woken,
            folder,
            _database: database,
        }
    }

    pub(crate) fn woken(&self) -> Vec<MemberId> {
        self.woken.lock().unwrap().clone()
    }
}

/// What a database lives in, and goes with.
struct Kept {
    folder: TempDir,
    database: Option<Lent>,
}

/// The address of a new, empty database.
async fn address(database: Database) -> (String, Kept) {
    let folder = TempDir::new().unwrap();
    let lent = match database {
        Database::Sqlite => None,
        Database::Postgres => Some(postgres::database().await),
    };
    let url = match &lent {
        None => format!("sqlite:{}", folder.path().join("laurel.db").display()),
        Some(lent) => lent.url.clone(),
    };
    let kept = Kept {
        folder,
        database: lent,
    };
    (url, kept)
}

/// Opens a store that wakes nobody.
async fn open(url: &str) -> Result<Store, server::store::StoreError> {
    Store::open(url, Arc::new(|_| {})).await
}

/// A door that commands wait at, whatever thread they run on.
#[derive(Clone, Default)]
pub(crate) struct Door(Arc<(Mutex<Seen>, Condvar)>);

#[derive(Default)]
struct Seen {
    waiting: usize,
    open: bool,
}

impl Door {
    /// Waits here, from within a command. SQLite's writer has no other way to wait, and PostgreSQL's
    /// commands must not keep the runtime from its other work.
    pub(crate) fn wait(&self) {
        tokio::task::block_in_place(|| {
            let (seen, bell) = &*self.0;
            let mut seen = seen.lock().unwrap();
            seen.waiting += 1;
            bell.notify_all();
            let _seen = bell.wait_while(seen, |seen| !seen.open).unwrap();
        });
    }

    /// Waits until so many have come to the door.
    pub(crate) fn until_waiting(&self, number: usize) {
        tokio::task::block_in_place(|| {
            let (seen, bell) = &*self.0;
            let seen = seen.lock().unwrap();
            let _seen = bell.wait_while(seen, |seen| seen.waiting < number).unwrap();
        });
    }

    /// Lets everybody through, now and later.
    pub(crate) fn open(&self) {
        let (seen, bell) = &*self.0;
        seen.lock().unwrap().open = true;
        bell.notify_all();
    }
}

/// Makes each test twice, one for each engine: `sqlite::name` and `postgres::name`.
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($place:ident: Place) $body:block)*) => {
        mod sqlite {
            use super::*;
            $($(#[$meta])* #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                let $place = $crate::store::Place::open($crate::support::world::Database::Sqlite).await;
                $body
            })*
        }
        mod postgres {
            use super::*;
            $($(#[$meta])* #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                let $place = $crate::store::Place::open($crate::support::world::Database::Postgres).await;
                $body
            })*
        }
    };
}
use on_both_engines;
