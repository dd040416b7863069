//! Looking straight into a database, with the same text on both engines, and the books that have to
//! balance whatever a test did.

use app::api::EventKind;
use server::store::audit::Verify;
use server::store::events::{After, StoredEvent};
use server::store::{Command, FromValue, Query, Row, Store, StoreError, Tx, Value};

/// One statement that reads.
pub(crate) struct Read(pub(crate) &'static str, pub(crate) Vec<Value>);

impl Query for Read {
    type Output = Vec<Row>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Vec<Row>, StoreError> {
        tx.query(self.0, &self.1).await
    }
}

/// One statement that writes; answers how many rows it changed.
pub(crate) struct Write(pub(crate) &'static str, pub(crate) Vec<Value>);

impl Command for Write {
    type Output = u64;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<u64, StoreError> {
        tx.execute(self.0, &self.1).await
    }
}

/// All rows of a statement without parameters.
pub(crate) async fn rows(store: &Store, sql: &'static str) -> Vec<Row> {
    store.read(Read(sql, Vec::new())).await.unwrap()
}

/// The first column of the only row.
pub(crate) async fn one<V: FromValue>(store: &Store, sql: &'static str) -> V {
    let rows = rows(store, sql).await;
    assert_eq!(rows.len(), 1, "{sql}");
    rows[0].get(0).unwrap()
}

/// What `select count(*)` says.
pub(crate) async fn count(store: &Store, sql: &'static str) -> i64 {
    one(store, sql).await
}

/// All that members were told, one after the other.
pub(crate) async fn news(store: &Store) -> Vec<StoredEvent> {
    let mut all = Vec::new();
    for row in rows(store, "select id from member order by id").await {
        let after = After {
            member: row.get(0).unwrap(),
            cursor: 0,
            limit: 10_000,
        };
        all.extend(store.read(after).await.unwrap());
    }
    all
}

/// How often members were told of something of this kind.
pub(crate) async fn told(store: &Store, kind: EventKind) -> usize {
    let news = news(store).await;
    news.iter().filter(|told| told.kind == Some(kind)).count()
}

/// Asserts what must hold at every moment (`spec/product.md` §3), as `laurel ledger verify` does.
pub(crate) async fn assert_books_balance(store: &Store) {
    let report = store.read_long(Verify::default()).await.unwrap();
    let lines: Vec<String> = report.differences.iter().map(ToString::to_string).collect();
    assert!(report.is_clean(), "{lines:#?}");
}
