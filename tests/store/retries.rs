//! PostgreSQL may ask for a transaction to be run again. That is nobody's business but the store's.

use super::{Door, Place};
use crate::support::sql::{Write, count};
use crate::support::world::Database;
use server::store::{Command, StoreError, Tx, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Touches two rows, one after the other, and waits between them.
struct Touch {
    rows: [&'static str; 2],
    door: Door,
    runs: Arc<AtomicUsize>,
}

impl Command for Touch {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const COUNT: &str = "update tally set count = count + 1 where name = $1";
        self.runs.fetch_add(1, Ordering::SeqCst);
        tx.execute(COUNT, &[self.rows[0].into()]).await?;
        self.door.wait();
        tx.execute(COUNT, &[self.rows[1].into()]).await?;
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_commands_that_lock_each_other_out_are_both_done() {
    const ROW: &str = "insert into tally (name, began_at, count) values ($1, 0, 0)";
    let place = Place::open(Database::Postgres).await;
    for name in ["a", "b"] {
        let row = Write(ROW, vec![name.into()]);
        place.store.write(row).await.unwrap();
    }
    let (door, runs) = (Door::default(), Arc::<AtomicUsize>::default());
    let mut meeting = Vec::new();
    for rows in [["a", "b"], ["b", "a"]] {
        let (store, door, runs) = (place.store.clone(), door.clone(), runs.clone());
        let touch = Touch {
            rows,
            door: door.clone(),
            runs,
        };
        meeting.push(tokio::spawn(async move { store.write(touch).await }));
        // One after the other, or both would be in one transaction and never meet.
        door.until_waiting(meeting.len());
    }
    // Each has its first row and wants the other's.
    door.open();
    for command in meeting {
        assert_eq!(command.await.unwrap(), Ok(()));
    }
    assert_eq!(runs.load(Ordering::SeqCst), 3, "one of them ran again");
    let counted = "select count(*) from tally where count = 2";
    assert_eq!(
        count(&place.store, counted).await,
        2,
        "and each counted once"
    );
}

/// Never comes to an end.
struct Unlucky(Arc<AtomicUsize>);

impl Command for Unlucky {
    type Output = ();

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<(), StoreError> {
        const PUT: &str = "insert into setting (name, value) values ($1, $2)";
        self.0.fetch_add(1, Ordering::SeqCst);
        tx.execute(PUT, &["unlucky".into(), Value::Bytes(Vec::new())])
            .await?;
        Err(StoreError::Retry("once more".into()))
    }
}

#[tokio::test]
async fn a_command_that_never_comes_through_is_given_up() {
    let place = Place::open(Database::Postgres).await;
    let runs = Arc::<AtomicUsize>::default();
    let outcome = place.store.write(Unlucky(runs.clone())).await;
    assert!(
        matches!(&outcome, Err(StoreError::Unavailable(why)) if why == "once more"),
        "{outcome:?}"
    );
    let tried = runs.load(Ordering::SeqCst);
    assert!((2..=10).contains(&tried), "{tried}");
    assert_eq!(count(&place.store, "select count(*) from setting").await, 0);
}
